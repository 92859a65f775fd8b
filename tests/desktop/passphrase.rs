//! Another passphrase: the old one opens nothing any more, and a slip changes nothing.

use conclave_app::api::items::FieldRole;

use crate::{
    harness::Stage,
    steps::{PASSPHRASE, unlock, wait_for},
    windowless::{Ago, found},
};

const TITLE: &str = "Postgres primary";
const NEW: &str = "orchard-violin-seventeen-canoe-lantern-5501";

#[tokio::test(flavor = "multi_thread")]
async fn the_passphrase_is_changed_by_keyboard_alone() {
    let stage = Stage::start();
    let ana = stage.person("passphrase-ana");
    let at_anas = found(&ana, "Ana Ferreira", None, Ago::NOW);
    let vault = at_anas.new_vault("Production");
    at_anas.add_login(&vault, TITLE, &[(FieldRole::Password, "a-1")]);
    drop(at_anas);

    let app = ana.open().await;
    let page = app.page();
    unlock(page).await;
    wait_for(page, TITLE).await;
    page.press_ctrl(',').await;
    page.find("heading", "Settings").await;
    page.tab_to("button", "Change…").await;
    page.press_enter().await;
    page.has_focus("textbox", "Passphrase until now").await;
    page.in_both_themes("passphrase-empty").await;
    page.press("not this one").await;
    page.tab_to("textbox", "New passphrase").await;
    page.press(NEW).await;
    page.tab_to("textbox", "New passphrase once more").await;
    page.press(PASSPHRASE).await;
    page.press_enter().await;
    page.shows("The two are not the same.").await;
    page.in_both_themes("passphrase-differ").await;
    page.has_focus("textbox", "New passphrase once more").await;
    // All of it is marked: what is typed takes its place.
    page.press(NEW).await;
    page.press_enter().await;
    page.shows("That passphrase does not open this vault.")
        .await;
    page.in_both_themes("passphrase-wrong").await;
    page.has_focus("textbox", "Passphrase until now").await;
    page.press(PASSPHRASE).await;
    page.press_enter().await;
    page.shows("Passphrase changed").await;
    page.has_focus("button", "Change…").await;

    app.lock_by_key().await;
    let page = app.page();
    unlock(page).await;
    page.shows("does not open this vault").await;
    page.has_focus("textbox", "Passphrase").await;
    page.press(NEW).await;
    page.press_enter().await;
    page.shows(TITLE).await;
}
