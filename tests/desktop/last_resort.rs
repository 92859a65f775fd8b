//! Every owner is gone: the last-resort sheet at the window of somebody who is left.

use conclave_app::api::recovery::SheetKind;
use conclave_testkit::paper;

use crate::{
    harness::Stage,
    steps::{sync, unlock, wait_for},
    windowless::{Ago, ask, found},
};

#[tokio::test(flavor = "multi_thread")]
async fn the_last_resort_sheet_makes_an_owner_and_everybody_is_told() {
    let stage = Stage::start();
    let (ana, mara, jonas) = (
        stage.person("resort-ana"),
        stage.person("resort-mara"),
        stage.person("resort-jonas"),
    );
    let shared = tempfile::tempdir().unwrap();
    let at_anas = found(&ana, "Ana Ferreira", Some(shared.path()), Ago::NOW);
    let place = shared.path().join("sheet.pdf");
    let saved = at_anas.with(|app| app.recovery_sheet_save(SheetKind::Team, &place));
    saved.unwrap();
    let words = paper::words(&std::fs::read(&place).unwrap()).join(" ");
    for (person, name) in [(&mara, "Mara Lindqvist"), (&jonas, "Jonas Weber")] {
        let handed = at_anas.invite(name, vec![]);
        let theirs = ask(person, name, &handed, shared.path(), Ago::NOW);
        at_anas.admit();
        theirs.sync();
        at_anas.sync();
        theirs.sync();
    }
    drop(at_anas);

    let (m, j) = (mara.open().await, jonas.open().await);
    for page in [m.page(), j.page()] {
        unlock(page).await;
        wait_for(page, "Personal").await;
        sync(page).await;
    }
    let page = m.page();
    page.button("Settings").await.click().await;
    page.button("Use the sheet").await.click().await;
    let field = "The words of the last-resort sheet";
    let other = words.split(' ').rev().collect::<Vec<_>>().join(" ");
    page.field(field).await.type_text(&other).await;
    page.in_both_themes("last-resort-words").await;
    page.button("Continue").await.click().await;
    page.shows("These words are not the ones on the sheet.")
        .await;
    page.field(field).await.type_text(&words).await;
    page.button("Continue").await.click().await;
    page.shows("Who becomes an owner").await;
    page.find("checkbox", "Ana Ferreira").await.click().await;
    page.in_both_themes("last-resort-use").await;
    page.button("Make me an owner").await.click().await;
    page.shows("You are an owner now").await;
    page.shows("You became an owner by the last-resort sheet")
        .await;
    page.button("People").await.click().await;
    page.shows("Invite").await;
    page.in_both_themes("last-resort-owner").await;

    sync(j.page()).await;
    j.page()
        .shows("Mara Lindqvist became an owner by the last-resort sheet")
        .await;
    j.page().in_both_themes("last-resort-told").await;
    j.page().button("Got it").await.click().await;
    let gone = "return !document.body.innerText.includes('by the last-resort sheet')";
    j.page().until("the strip is gone", gone, &[]).await;
}
