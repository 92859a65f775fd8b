//! What must not go on is stopped in red, and offers no way to go on.

use std::fs;

use crate::{
    harness::Stage,
    steps::{found_team, invite, join, open_invitation, type_code, unlock},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_database_is_a_sentence_in_the_window() {
    let stage = Stage::start();
    let dora = stage.person("dora");
    fs::create_dir_all(dora.data_dir()).unwrap();
    fs::write(dora.data_dir().join("conclave.db"), [0x5a; 8192]).unwrap();
    let app = dora.open().await;
    app.page()
        .shows("The data on this computer is damaged.")
        .await;
    app.page().in_both_themes("damaged").await;
    app.page().button("Copy diagnostics").await.click().await;
    app.page().shows("diagnostics").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_keychain_the_weaker_mode_is_chosen_knowingly() {
    let stage = Stage::start();
    let noa = stage.person_without_keyring("noa");
    let app = noa.open().await;
    let page = app.page();
    page.button("Start a new vault").await.click().await;
    page.field("Your name").await.type_text("Noa Levi").await;
    page.field("Name of the team").await.type_text("Solo").await;
    page.button("Continue").await.click().await;
    page.shows("runs no key store").await;
    page.in_both_themes("weaker").await;
    page.button("Write my own").await.click().await;
    let passphrase = page.field("Passphrase").await;
    passphrase.type_text(crate::steps::PASSPHRASE).await;
    let go_on = page.button("Use mine").await;
    assert!(!go_on.is_enabled().await);
    let known = "I understand. Go on without a key store.";
    page.find("checkbox", known).await.click().await;
    page.button("Use mine").await.click().await;
    page.button("Finish").await.click().await;
    page.shows("Your vault is ready").await;
    app.lock().await;
    unlock(app.page()).await;
    app.page().shows("All items").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_that_two_used_lets_nobody_in() {
    let stage = Stage::start();
    let (ana, mara, eve) = (
        stage.person("stop-ana"),
        stage.person("stop-mara"),
        stage.person("stop-eve"),
    );
    let shared = tempfile::tempdir().unwrap();
    let a = ana.open().await;
    found_team(a.page(), "Ana Ferreira", "Northwind", shared.path()).await;
    let handed = invite(a.page(), "Mara Lindqvist", "Editor", None).await;
    for person in [&mara, &eve] {
        let app = person.open().await;
        open_invitation(app.page(), &handed, shared.path()).await;
        type_code(app.page(), &handed.words).await;
        join(app.page(), "Mara Lindqvist").await;
    }
    let page = a.page();
    page.button("People").await.click().await;
    let rows = "return document.body.innerText.split('Do not continue').length - 1 === 2";
    page.until("two requests in red", rows, &[]).await;
    page.in_both_themes("two-requests").await;
    let look = "document.querySelector('button[aria-label^=\"Look at Mara\"], li button').click()";
    page.run(look, &[]).await;
    page.shows("The same code was used by more than one.").await;
    page.in_both_themes("used-twice").await;
    assert_eq!(page.count("button", Some("Let Mara in")).await, 0);
    page.button("Cancel and make a new code")
        .await
        .click()
        .await;
    page.shows("invitation is ready").await;
}
