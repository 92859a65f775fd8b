//! Every screen that one person alone can reach, in both themes: a picture, and no barrier.

use std::{fs, path::Path};

use crate::{
    canary::{Canaries, made},
    harness::{Page, Stage},
    steps::{PASSPHRASE, add_login, new_vault, unlock, wait_for},
};

#[tokio::test(flavor = "multi_thread")]
async fn every_screen_of_one_person_has_no_barrier() {
    let stage = Stage::start();
    let iris = stage.person("iris");
    let app = iris.open().await;
    let page = app.page();
    first_run(page).await;
    let password = made();
    new_vault(page, "Production").await;
    add_login(page, "Production", "Cloudflare", "ops", &password).await;

    // Editing in place, of each kind, and the generator beside a field.
    page.press_ctrl('n').await;
    page.field("Title").await;
    for kind in ["Secure note", "API key", "Login"] {
        page.find("radio", kind).await.click().await;
        page.in_both_themes(&format!("new-{}", kind.to_lowercase().replace(' ', "-")))
            .await;
    }
    page.button("Generate Password").await.click().await;
    page.in_both_themes("generator").await;
    page.press_escape().await;
    page.button("Cancel").await.click().await;
    page.shows("Leave without saving?").await;
    page.in_both_themes("discard").await;
    page.button("Discard").await.click().await;

    page.button("History").await.click().await;
    page.shows("made this item").await;
    page.in_both_themes("history").await;
    page.press_escape().await;
    page.press_ctrl('k').await;
    page.find("combobox", "Command, item or vault").await;
    page.in_both_themes("palette").await;
    page.press_escape().await;
    page.press_ctrl('/').await;
    page.shows("Getting around").await;
    page.in_both_themes("shortcuts").await;
    page.press_escape().await;

    page.press_ctrl(',').await;
    page.find("heading", "Settings").await;
    page.in_both_themes("settings").await;
    page.button("What can be enforced").await.click().await;
    page.shows("Not in anybody’s power").await;
    page.in_both_themes("limits").await;
    page.press_escape().await;
    page.button("All items").await.click().await;
    page.press("zzz").await;
    page.shows("Nothing").await;
    page.in_both_themes("nothing-found").await;
    page.press_escape().await;

    let sheet = tempfile::tempdir().unwrap();
    page.button("Recovery sheet not saved").await.click().await;
    page.in_both_themes("recovery").await;
    save_sheet(page, &sheet.path().join("sheet.pdf"), "recovery").await;
    page.shows("Recovery sheet saved").await;
    page.button("Last-resort sheet not saved")
        .await
        .click()
        .await;
    page.in_both_themes("last-resort").await;
    save_sheet(page, &sheet.path().join("team.pdf"), "last-resort").await;
    page.shows("Last-resort sheet saved").await;
    assert_eq!(
        page.count("button", Some("Last-resort sheet not saved"))
            .await,
        0
    );

    // What was typed outlives a lock, encrypted; what was shown does not.
    page.press_ctrl('n').await;
    page.field("Title").await.type_text("Half typed").await;
    page.shows("Draft kept on this computer, encrypted").await;
    app.lock().await;
    let page = app.page();
    page.in_both_themes("lock").await;
    unlock(page).await;
    page.field("Title").await;
    assert_eq!(page.field("Title").await.value().await, "Half typed");
    page.in_both_themes("draft").await;

    drop(app);
    let mut canaries = Canaries::default();
    canaries.plant(password);
    canaries.plant(PASSPHRASE.to_owned());
    canaries.search(iris.desk().home());
}

async fn first_run(page: Page<'_>) {
    page.button("Start a new vault").await;
    page.in_both_themes("welcome").await;
    page.button("Start a new vault").await.click().await;
    page.field("Your name").await.type_text("Iris Novak").await;
    page.field("Name of the team").await.type_text("Solo").await;
    page.in_both_themes("you").await;
    page.button("Continue").await.click().await;
    page.button("Write my own").await;
    page.in_both_themes("passphrase").await;
    page.button("Write my own").await.click().await;
    page.field("Passphrase").await.type_text(PASSPHRASE).await;
    page.in_both_themes("own-passphrase").await;
    page.button("Use mine").await.click().await;
    page.find("radio", "Only on this computer for now").await;
    page.in_both_themes("storage").await;
    page.button("Finish").await.click().await;
    page.shows("Your vault is ready").await;
    page.in_both_themes("ready").await;
}

/// S20: a sheet is one page of its own; two of its words are asked back; then its seed is wiped.
async fn save_sheet(page: Page<'_>, file: &Path, name: &str) {
    page.field("File")
        .await
        .type_text(file.to_str().unwrap())
        .await;
    page.button("Save PDF").await.click().await;
    page.shows("To be sure that you can read it").await;
    let words = conclave_testkit::paper::words(&fs::read(file).unwrap());
    let asked = "return [...document.querySelectorAll('dialog input, [role=dialog] input')]\
                 .map((field) => field.labels[0]?.textContent ?? field.ariaLabel ?? '')";
    let asked = page.run(asked, &[]).await;
    for label in asked.as_array().unwrap() {
        let label = label.as_str().unwrap().trim();
        let number: usize = label.rsplit(' ').next().unwrap().parse().unwrap();
        page.field(label).await.type_text(&words[number - 1]).await;
    }
    page.in_both_themes(&format!("{name}-words")).await;
    page.button("Confirm").await.click().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_real_keychain_unlocks_once_it_is_switched_on() {
    let stage = Stage::start();
    let kai = stage.person("kai");
    let app = kai.open().await;
    let page = app.page();
    first_run(page).await;
    page.press_ctrl(',').await;
    page.button("Turn on").await.click().await;
    page.find("textbox", "Passphrase")
        .await
        .type_text(PASSPHRASE)
        .await;
    page.in_both_themes("keychain").await;
    page.find("button", "Turn on").await.click().await;
    page.shows("Unlocks with the system password from now on")
        .await;

    app.lock().await;
    let page = app.page();
    page.button("Unlock with the system password").await;
    page.in_both_themes("lock-keychain").await;
    page.button("Unlock with the system password")
        .await
        .click()
        .await;
    wait_for(page, "All items").await;

    // After a start of the app, too.
    drop(app);
    let app = kai.open().await;
    app.page()
        .button("Unlock with the system password")
        .await
        .click()
        .await;
    wait_for(app.page(), "All items").await;
}
