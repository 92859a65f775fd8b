//! Whoever began alone and invites somebody is led to a shared folder, and goes on from there.

use crate::{
    harness::Stage,
    steps::{unlock, wait_for},
    windowless::{Ago, found},
};

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_leads_to_the_first_shared_folder() {
    let stage = Stage::start();
    let ana = stage.person("first-ana");
    let shared = tempfile::tempdir().unwrap();
    let at_anas = found(&ana, "Ana Ferreira", None, Ago::NOW);
    let vault = at_anas.new_vault("Production");
    at_anas.add_login(&vault, "Postgres primary", &[]);
    drop(at_anas);

    let app = ana.open().await;
    let page = app.page();
    unlock(page).await;
    wait_for(page, "Postgres primary").await;
    page.button("People").await.click().await;
    page.press_ctrl('i').await;
    page.has_focus("textbox", "Their name").await;
    page.press("Mara Lindqvist").await;
    page.press_enter().await;
    page.shows("This needs a shared folder").await;
    page.has_focus("button", "Choose…").await;
    page.in_both_themes("folder-first").await;
    let folder = page.field("Folder").await;
    folder.type_text("/nowhere/at/all").await;
    page.press_enter().await;
    page.find("alert", "").await;
    page.in_both_themes("folder-first-refused").await;
    folder.type_text(shared.path().to_str().unwrap()).await;
    page.press_enter().await;
    page.shows("invitation is ready").await;
    page.in_both_themes("folder-first-ready").await;
    page.button("Done").await.click().await;
    page.shows("Synced").await;
    assert!(shared.path().join("conclave1").is_dir());
}
