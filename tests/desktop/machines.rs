//! A machine is made, with the mouse, its key saved into a file; whoever opens the vault sees it;
//! then it is ended.

use conclave_app::session::machine;

use crate::{
    harness::Stage,
    steps::unlock,
    windowless::{Ago, found},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_is_made_seen_and_ended() {
    let stage = Stage::start();
    let ana = stage.person("machine-ana");
    let (shared, safe) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let at_anas = found(&ana, "Ana Ferreira", Some(shared.path()), Ago::NOW);
    at_anas.new_vault("Production");
    at_anas.new_vault("Staging");
    at_anas.sync();
    drop(at_anas);

    let a = ana.open().await;
    let page = a.page();
    unlock(page).await;
    page.button("People").await.click().await;
    page.find("radio", "Machines").await.click().await;
    page.shows("No machines yet").await;
    page.in_both_themes("machines-none").await;
    page.button("New machine").await.click().await;
    page.field("Name").await.type_text("Nightly build").await;
    page.find("checkbox", "Production").await.click().await;
    page.shows("Whoever has this file").await;
    let file = safe.path().join("build.key");
    let path = page.field("File for its key").await;
    path.type_text(file.to_str().unwrap()).await;
    page.in_both_themes("machine-new").await;
    page.button("Save its key").await.click().await;
    page.button("End Nightly build").await;
    page.in_both_themes("machines").await;
    let key = std::fs::read_to_string(&file).unwrap();
    assert!(machine::id(&key).is_ok());

    page.button("Production").await.click().await;
    page.button("Production, menu").await.click().await;
    page.find("menuitem", "Share this vault")
        .await
        .click()
        .await;
    page.shows("Ana Ferreira answers for it").await;
    page.in_both_themes("share-machine").await;
    page.press_escape().await;
    page.button("People").await.click().await;
    page.find("radio", "Machines").await.click().await;
    page.button("End Nightly build").await.click().await;
    page.shows("End Nightly build?").await;
    page.in_both_themes("machine-end").await;
    page.button("End").await.click().await;
    page.shows("No machines yet").await;
}
