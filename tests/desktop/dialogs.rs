//! Smaller windows in the window: a vault that is made, coloured and renamed; and waiting to be let
//! in while the folder is away.

use std::fs;

use crate::{
    harness::Stage,
    steps::unlock,
    windowless::{Ago, ask, found},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_vault_is_made_and_renamed() {
    let stage = Stage::start();
    let vera = stage.person("vera");
    drop(found(&vera, "Vera Okafor", None, Ago::NOW));
    let app = vera.open().await;
    let page = app.page();
    unlock(page).await;
    page.button("New vault").await.click().await;
    page.field("Name").await;
    page.in_both_themes("new-vault").await;
    // A vault without a name is not made, and the field says why.
    page.button("Create").await.click().await;
    page.find("textbox", "Name").await;
    let told = "return document.querySelector('[role=dialog] [aria-invalid=true]') !== null";
    page.until("the field is marked", told, &[]).await;
    page.in_both_themes("new-vault-unnamed").await;
    page.field("Name").await.type_text("Production").await;
    page.find("radio", "Violet").await.click().await;
    page.button("Create").await.click().await;
    page.button("Production, menu").await.click().await;
    page.find("menuitem", "Rename vault").await;
    page.in_both_themes("vault-menu").await;
    page.find("menuitem", "Rename vault").await.click().await;
    let name = page.field("Name").await;
    assert_eq!(name.value().await, "Production");
    assert!(page.find("radio", "Violet").await.is_checked().await);
    page.in_both_themes("rename-vault").await;
    let long = "Production, staging and everything that the on-call team needs at night";
    name.type_text(long).await;
    page.press_enter().await;
    page.shows("Renamed vault").await;
    page.in_both_themes("long-vault-name").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_says_when_the_folder_is_away_and_can_be_given_up() {
    let stage = Stage::start();
    let (ana, mara) = (stage.person("wait-ana"), stage.person("wait-mara"));
    let place = tempfile::tempdir().unwrap();
    let shared = place.path().join("Northwind");
    fs::create_dir(&shared).unwrap();
    let at_anas = found(&ana, "Ana Ferreira", Some(&shared), Ago::NOW);
    let vault = at_anas.new_vault("Production");
    let handed = at_anas.invite("Mara Lindqvist", vec![vault]);
    drop(ask(&mara, "Mara Lindqvist", &handed, &shared, Ago::NOW));

    let app = mara.open().await;
    let page = app.page();
    page.in_both_themes("locked-while-waiting").await;
    unlock(page).await;
    page.shows("Waiting for Ana to let you in").await;
    page.in_both_themes("waiting-again").await;
    let away = place.path().join("elsewhere");
    fs::rename(&shared, &away).unwrap();
    page.button("Look now").await.click().await;
    page.shows("The shared folder cannot be reached right now.")
        .await;
    page.in_both_themes("waiting-unreachable").await;
    fs::rename(&away, &shared).unwrap();
    page.button("Look now").await.click().await;
    page.shows("Your request left").await;
    page.button("Start over").await.click().await;
    page.shows("Start over?").await;
    page.in_both_themes("give-up").await;
    page.button("Keep waiting").await.click().await;
    page.shows("Waiting for Ana to let you in").await;
    page.button("Start over").await.click().await;
    page.button("Keep waiting").await;
    page.find("button", "Start over").await.click().await;
    page.button("I have an invitation").await;
}
