//! One person, three computers: a second by code and words, a third by the recovery sheet when the
//! second is lost.

use std::fs;

use crate::{
    canary::made,
    harness::Stage,
    steps::{add_login, choose_passphrase, found_team, new_vault, reveal, sync, wait_for},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_second_computer_and_the_sheet_for_a_lost_one() {
    let stage = Stage::start();
    let (desk, lap, spare) = (
        stage.person("desk"),
        stage.person("lap"),
        stage.person("spare"),
    );
    let shared = tempfile::tempdir().unwrap();
    let folder = shared.path().to_str().unwrap();
    let password = made();

    let d = desk.open().await;
    let page = d.page();
    found_team(page, "Ana Ferreira", "Northwind", shared.path()).await;
    new_vault(page, "Production").await;
    add_login(page, "Production", "Postgres", "app_rw", &password).await;
    let sheet = tempfile::tempdir().unwrap();
    let sheet = sheet.path().join("sheet.pdf");
    page.button("Recovery sheet not saved").await.click().await;
    page.field("File")
        .await
        .type_text(sheet.to_str().unwrap())
        .await;
    page.button("Save PDF").await.click().await;
    page.shows("To be sure that you can read it").await;
    page.button("Later").await.click().await;

    // A second computer: ten words from screen to screen, three to compare.
    page.press_ctrl(',').await;
    page.in_both_themes("devices").await;
    page.button("Add a device").await.click().await;
    page.shows("Waiting for the new computer to ask").await;
    page.in_both_themes("device-code").await;
    let code = "return [...document.querySelectorAll('[data-testid=device-word]')]\
                .map((word) => word.textContent).join(' ')";
    let code = page.run(code, &[]).await.as_str().unwrap().to_owned();
    assert_eq!(code.split(' ').count(), 10);
    let l = lap.open().await;
    let second = l.page();
    second
        .button("This is another device of mine")
        .await
        .click()
        .await;
    second
        .field("The team’s folder on this computer")
        .await
        .type_text(folder)
        .await;
    second
        .field("The ten words of your other computer")
        .await
        .type_text(&code)
        .await;
    second.in_both_themes("pair").await;
    second.button("Continue").await.click().await;
    second.shows("Welcome back, Ana").await;
    second.in_both_themes("device-name").await;
    second.field("This computer").await.type_text("lap").await;
    second.button("Continue").await.click().await;
    choose_passphrase(second).await;
    second.shows("Compare these three words").await;
    second.in_both_themes("pair-words").await;
    page.shows("Compare these three words").await;
    page.in_both_themes("device-words").await;
    let words = "return [...document.querySelectorAll('ol[aria-label=\"Compare these three words\"] li')]\
                 .map((word) => word.textContent.trim()).join(' ')";
    assert_eq!(page.run(words, &[]).await, second.run(words, &[]).await);
    page.button("Same words").await.click().await;
    wait_for(second, "Postgres").await;
    assert_eq!(reveal(second, "Postgres").await, password);

    // It is lost, and so is the desk: the sheet ends the one and leaves the other.
    let on_paper = conclave_testkit::paper::words(&fs::read(&sheet).unwrap()).join(" ");
    let s = spare.open().await;
    let third = s.page();
    third.button("Recover with your sheet").await.click().await;
    third
        .field("The team’s folder on this computer")
        .await
        .type_text(folder)
        .await;
    third
        .field("The words of your recovery sheet")
        .await
        .type_text(on_paper.trim())
        .await;
    third.in_both_themes("sheet").await;
    third.button("Continue").await.click().await;
    third.field("This computer").await.type_text("spare").await;
    third.button("Continue").await.click().await;
    choose_passphrase(third).await;
    third.shows("Are any of your computers lost?").await;
    third.find("checkbox", "lap").await.click().await;
    third.in_both_themes("recover").await;
    third.button("Bring everything back").await.click().await;
    wait_for(third, "Postgres").await;
    assert_eq!(reveal(third, "Postgres").await, password);
    third.press_ctrl(',').await;
    third.shows("Ended:").await;
    third.in_both_themes("devices-ended").await;

    second.press_escape().await;
    sync(second).await;
    second.shows("This computer was ended by its person").await;
    second.in_both_themes("ended").await;
}
