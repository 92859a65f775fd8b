//! What people do in the window, in their words: each step clicks and types as they would.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use serde_json::json;
use tokio::time::sleep;

use crate::harness::{PATIENCE, Page};

/// What everybody here chooses.
pub(crate) const PASSPHRASE: &str = "gravel-unmoving-kebab-thirteen-polar-83412";

/// What an inviter hands over by two ways.
#[derive(Debug)]
pub(crate) struct Handed {
    /// The file's text, which holds no secret.
    pub(crate) text: String,
    /// The six words.
    pub(crate) words: String,
}

/// S1 to S4: a new team with a shared folder.
pub(crate) async fn found_team(page: Page<'_>, person: &str, team: &str, folder: &Path) {
    page.button("Start a new vault").await.click().await;
    page.field("Your name").await.type_text(person).await;
    page.field("Name of the team").await.type_text(team).await;
    page.button("Continue").await.click().await;
    choose_passphrase(page).await;
    page.find("radio", "A shared folder").await.click().await;
    let folder = folder.to_str().unwrap();
    page.field("Folder").await.type_text(folder).await;
    page.button("Finish").await.click().await;
    page.shows("Your vault is ready").await;
}

/// S3, with an own passphrase instead of the suggested one.
pub(crate) async fn choose_passphrase(page: Page<'_>) {
    page.button("Write my own").await.click().await;
    page.field("Passphrase").await.type_text(PASSPHRASE).await;
    page.button("Use mine").await.click().await;
}

/// A vault of the team.
pub(crate) async fn new_vault(page: Page<'_>, name: &str) {
    page.button("New vault").await.click().await;
    page.field("Name").await.type_text(name).await;
    page.button("Create").await.click().await;
    page.button(name).await;
}

/// A login in a vault.
pub(crate) async fn add_login(
    page: Page<'_>,
    vault: &str,
    title: &str,
    username: &str,
    password: &str,
) {
    page.button(vault).await.click().await;
    page.press_ctrl('n').await;
    page.field("Title").await.type_text(title).await;
    page.field("User name").await.type_text(username).await;
    page.field("Password").await.type_text(password).await;
    page.press_ctrl('s').await;
    page.find("heading", title).await;
}

/// D1 and D2: the file by one way, the words by another.
pub(crate) async fn invite(page: Page<'_>, name: &str, role: &str, vault: Option<&str>) -> Handed {
    page.button("People").await.click().await;
    page.button("Invite").await.click().await;
    page.field("Their name").await.type_text(name).await;
    page.find("radio", role).await.click().await;
    if let Some(vault) = vault {
        let tick = page.find("checkbox", vault).await;
        if !tick.is_checked().await {
            tick.click().await;
        }
    }
    page.button("Create invitation").await.click().await;
    page.shows("invitation is ready").await;
    let words = "return [...document.querySelectorAll('[data-testid=invite-word]')]\
                 .map((word) => word.textContent.trim()).join(' ')";
    let words = page.run(words, &[]).await.as_str().unwrap().to_owned();
    assert_eq!(words.split(' ').count(), 6);
    let file = tempfile::tempdir().unwrap();
    let path = file.path().join("invitation.txt");
    // The system's own dialog cannot be driven; what it would answer is given to the command.
    let invites = page.invoke("people_list", json!({})).await.unwrap();
    let id = invites["invites"].as_array().unwrap().last().unwrap()["id"].clone();
    page.invoke(
        "invite_file_save",
        json!({ "req": { "invite": id, "path": path } }),
    )
    .await
    .unwrap();
    let text = std::fs::read_to_string(path).unwrap();
    page.picture("invitation-ready").await;
    page.button("Done").await.click().await;
    Handed { text, words }
}

/// S1b: the file and the folder.
pub(crate) async fn open_invitation(page: Page<'_>, handed: &Handed, folder: &Path) {
    page.button("I have an invitation").await.click().await;
    let file = page.field("Invitation file").await;
    file.type_text(handed.text.trim()).await;
    page.press_enter().await;
    let place = page.field("The team’s folder on this computer").await;
    place.type_text(folder.to_str().unwrap()).await;
    page.button("Continue").await.click().await;
    page.shows("The six words").await;
}

/// S1b: the words, typed one after the other.
pub(crate) async fn type_code(page: Page<'_>, words: &str) {
    for (place, word) in words.split(' ').enumerate() {
        let field = page.find("combobox", &format!("Word {}", place + 1)).await;
        field.type_text(word).await;
    }
    page.button("Continue").await.click().await;
}

/// S2 and S3 of somebody who joins, until they wait.
pub(crate) async fn join(page: Page<'_>, name: &str) {
    page.field("Your name").await.type_text(name).await;
    page.button("Continue").await.click().await;
    choose_passphrase(page).await;
    page.shows("to let you in").await;
}

/// D3: the request is there, and its code fits.
pub(crate) async fn look_at_request(page: Page<'_>, first_name: &str) {
    page.button("People").await.click().await;
    let name = format!("Look at {first_name}’s request");
    page.button(&name).await.click().await;
    page.shows("The code is right, and this is its first use.")
        .await;
}

/// D3: lets them in.
pub(crate) async fn admit(page: Page<'_>, first_name: &str) {
    page.button(&format!("Let {first_name} in"))
        .await
        .click()
        .await;
    page.shows("Joined by code").await;
}

/// Waits until an item stands in the list, syncing by itself.
pub(crate) async fn wait_for(page: Page<'_>, title: &str) {
    page.shows(title).await;
}

/// Opens an item and shows its password.
pub(crate) async fn reveal(page: Page<'_>, title: &str) -> String {
    open_item(page, title).await;
    if page.count("button", Some("Hide password")).await == 0 {
        page.button("Show password").await.click().await;
    }
    page.shown_secret().await
}

/// Shows an item.
pub(crate) async fn open_item(page: Page<'_>, title: &str) {
    page.button("All items").await.click().await;
    let start = Instant::now();
    loop {
        let row = page.find("option", title).await;
        if row.is_chosen().await && page.count("heading", Some(title)).await == 1 {
            return;
        }
        assert!(start.elapsed() < PATIENCE, "{title} never opened");
        // What syncs may put another item under the hand, after which the item that lay open before
        // still shows for a moment; a person would click again too.
        if !row.is_chosen().await {
            row.click().await;
        }
        sleep(Duration::from_millis(100)).await;
    }
}

/// S7: another password.
pub(crate) async fn change_password(page: Page<'_>, title: &str, password: &str) {
    open_item(page, title).await;
    page.press_ctrl('e').await;
    page.field("Password").await.type_text(password).await;
    page.press_ctrl('s').await;
    page.button("Edit").await;
}

/// Waits until an item's password is `expected`, looking again as often as a person would.
pub(crate) async fn until_password(page: Page<'_>, title: &str, expected: &str) {
    let start = Instant::now();
    while reveal(page, title).await != expected {
        assert!(start.elapsed() < PATIENCE, "{title} never changed");
        sleep(Duration::from_millis(200)).await;
    }
}

/// S14 for one item.
pub(crate) async fn share_item(page: Page<'_>, title: &str, name: &str) {
    open_item(page, title).await;
    page.press_ctrl('i').await;
    page.shows("Can be added").await;
    page.picture("share").await;
    page.button(name).await.click().await;
    page.button("Share").await.click().await;
    page.button(&format!("Stop sharing with {name}")).await;
    page.press_escape().await;
}

/// Ctrl+R.
pub(crate) async fn sync(page: Page<'_>) {
    page.press_ctrl('r').await;
    page.shows("Synced").await;
}

/// S30.
pub(crate) async fn unlock(page: Page<'_>) {
    page.field("Passphrase").await.type_text(PASSPHRASE).await;
    page.button("Unlock").await.click().await;
}
