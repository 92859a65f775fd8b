//! Sharing with somebody whose words did not match, and a message that takes more than a line.

use conclave_app::{api::items::FieldRole, session::App};

use crate::{
    harness::Stage,
    steps::{open_item, unlock, wait_for},
    windowless::{Ago, ask, found},
};

const TITLE: &str = "Postgres primary of the billing cluster in Frankfurt, read and write, on call";

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_shared_with_somebody_who_is_not_verified() {
    let stage = Stage::start();
    let (ana, mara) = (stage.person("unsure-ana"), stage.person("unsure-mara"));
    let shared = tempfile::tempdir().unwrap();
    let at_anas = found(&ana, "Ana Ferreira", Some(shared.path()), Ago::NOW);
    let vault = at_anas.new_vault("Production");
    at_anas.add_login(&vault, TITLE, &[(FieldRole::Password, "a-1")]);
    let handed = at_anas.invite("Mara Lindqvist", Vec::new());
    let at_maras = ask(&mara, "Mara Lindqvist", &handed, shared.path(), Ago::NOW);
    at_anas.admit();
    at_maras.sync();
    let hers = at_maras.with(App::state).me.unwrap().user;
    at_anas
        .with(|app| app.safety_confirm(&hers, false))
        .unwrap();
    drop((at_anas, at_maras));

    let app = ana.open().await;
    let page = app.page();
    unlock(page).await;
    wait_for(page, TITLE).await;
    open_item(page, TITLE).await;
    page.press_ctrl('i').await;
    page.button("Mara Lindqvist").await.click().await;
    page.button("Verify with Mara").await;
    assert!(!page.button("Share").await.is_enabled().await);
    page.in_both_themes("share-not-verified").await;
    page.button("Verify with Mara").await.click().await;
    page.button("They do not match").await.click().await;
    page.shows("Nothing new is shared with Mara until the words match")
        .await;
    page.press_escape().await;
    page.press_escape().await;

    page.button("All items").await.click().await;
    page.press_ctrl('d').await;
    page.shows("Duplicated").await;
    page.in_both_themes("long-message").await;
}
