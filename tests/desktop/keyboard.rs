//! From nothing to a copied password without a mouse.

use crate::harness::Stage;

const PASSWORD: &str = "correct-horse-battery-staple-3411";

#[tokio::test(flavor = "multi_thread")]
async fn a_vault_is_made_filled_searched_and_locked_by_keyboard_alone() {
    let stage = Stage::start();
    let kim = stage.person("kim");
    let app = kim.open().await;
    let page = app.page();
    page.button("Start a new vault").await;
    page.press_enter().await;
    page.field("Your name").await;
    page.press("Kim Sato").await;
    page.press_tab().await;
    page.press("Solo").await;
    page.press_enter().await;
    // The suggested passphrase is used as it stands, by one key.
    page.button("Use this").await;
    page.press_enter().await;
    page.find("radio", "Only on this computer for now").await;
    page.press_enter().await;
    page.shows("Your vault is ready").await;

    page.press_ctrl('n').await;
    page.field("Title").await;
    page.press("Router").await;
    // Past the vault to the user name, and on to the password.
    page.press_tab().await;
    page.press_tab().await;
    page.press("admin").await;
    page.press_tab().await;
    page.press(PASSWORD).await;
    page.press_ctrl('s').await;
    page.find("heading", "Router").await;
    // Typing anywhere searches; Ctrl+C copies the first hit's password and Enter opens it.
    page.press("rout").await;
    page.find("option", "Router").await;
    page.press_ctrl('c').await;
    page.shows("Copied").await;
    // What lies in the clipboard is the password, and a lock takes it away.
    page.press_ctrl('f').await;
    page.press_ctrl('a').await;
    page.press_ctrl('v').await;
    assert_eq!(page.focused_value().await, PASSWORD);
    page.press_escape().await;
    page.find("option", "Router").await;
    page.press_enter().await;
    page.picture("copied").await;

    app.lock_by_key().await;
    let page = app.page();
    page.shows("Locked").await;
    page.field("Passphrase").await.click().await;
    page.press_ctrl('v').await;
    assert_eq!(page.focused_value().await, "");
}
