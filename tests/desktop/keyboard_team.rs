//! The screens of a team without a mouse: where the focus goes, that it can be seen, and that Esc
//! never does anything.

use conclave_app::api::items::FieldRole;
use fantoccini::key::Key;

use crate::{
    harness::{Page, Stage},
    steps::PASSPHRASE,
    windowless::{Ago, ask, found},
};

const TITLE: &str = "Postgres primary";

#[tokio::test(flavor = "multi_thread")]
async fn a_team_is_run_by_keyboard_alone() {
    let stage = Stage::start();
    let (ana, mara) = (stage.person("keys-ana"), stage.person("keys-mara"));
    let shared = tempfile::tempdir().unwrap();
    let at_anas = found(&ana, "Ana Ferreira", Some(shared.path()), Ago::NOW);
    let vault = at_anas.new_vault("Production");
    let hers = at_anas.new_vault("Staging");
    at_anas.add_login(&hers, TITLE, &[(FieldRole::Password, "a-1")]);
    let handed = at_anas.invite("Mara Lindqvist", vec![vault]);
    let at_maras = ask(&mara, "Mara Lindqvist", &handed, shared.path(), Ago::NOW);
    at_anas.admit();
    at_maras.sync();
    at_anas.sync();
    drop((at_anas, at_maras));

    let app = ana.open().await;
    let page = app.page();
    page.has_focus("textbox", "Passphrase").await;
    page.press(PASSPHRASE).await;
    page.press_enter().await;
    page.find("option", TITLE).await;
    share(page).await;
    people(page).await;
    invite(page).await;
    person(page).await;
    group(page).await;
    remove(page).await;
    devices(page).await;
}

/// A page by its name, from the palette.
async fn go(page: Page<'_>, place: &str) {
    page.press_ctrl('k').await;
    page.has_focus("combobox", "Command, item or vault").await;
    page.press(place).await;
    page.find("option", place).await;
    page.press_enter().await;
}

async fn people(page: Page<'_>) {
    go(page, "People").await;
    page.button("Invite").await;
    page.press_key(Key::F6).await;
    page.tab_to("button", "Open Mara Lindqvist").await;
}

async fn invite(page: Page<'_>) {
    page.tab_to("button", "Invite").await;
    page.press_enter().await;
    page.has_focus("textbox", "Their name").await;
    page.press_escape().await;
    page.has_focus("button", "Invite").await;
    page.press_ctrl('i').await;
    page.has_focus("textbox", "Their name").await;
    page.press("Jonas Weber").await;
    page.tab_to("radio", "Editor").await;
    page.press_key(Key::Left).await;
    page.has_focus("radio", "Viewer").await;
    page.tab_to("checkbox", "Production").await;
    page.press(" ").await;
    page.press_enter().await;
    // The six words are shown once, and so stay until somebody is done with them.
    page.has_focus("button", "Done").await;
    page.press_escape().await;
    page.has_focus("button", "Done").await;
    page.press_enter().await;
    page.has_focus("button", "Invite").await;
    page.shows("Jonas Weber").await;
}

async fn person(page: Page<'_>) {
    page.tab_to("button", "Open Mara Lindqvist").await;
    page.press_enter().await;
    page.find("heading", "Mara Lindqvist").await;
    page.tab_to("combobox", "Role in Production: Editor").await;
    // Esc closes the list alone; what is picked is given by Save alone.
    page.press_enter().await;
    page.find("option", "Viewer").await;
    page.press_escape().await;
    page.has_focus("combobox", "Role in Production: Editor")
        .await;
    page.press_enter().await;
    page.find("option", "Viewer").await;
    page.press("Viewer").await;
    page.press_enter().await;
    page.has_focus("combobox", "Role in Production: Viewer")
        .await;
    page.tab_to("button", "Save").await;
    page.press_enter().await;
    page.shows("Mara is Viewer now.").await;
    page.has_focus("button", "Done").await;
    page.press_escape().await;
    page.has_focus("button", "Open Mara Lindqvist").await;
}

async fn group(page: Page<'_>) {
    page.tab_to("radio", "People").await;
    page.press_key(Key::Right).await;
    page.has_focus("radio", "Groups").await;
    page.tab_to("button", "New group").await;
    page.press_enter().await;
    page.has_focus("textbox", "Name").await;
    page.press("Operations").await;
    page.press_enter().await;
    page.find("heading", "Operations").await;
    page.tab_to("combobox", "Add a person").await;
    page.press_enter().await;
    page.find("option", "Mara Lindqvist").await;
    page.press("Mara").await;
    page.press_enter().await;
    page.tab_to("button", "Add Mara").await;
    page.press_enter().await;
    page.button("Remove Mara Lindqvist from the group").await;
    assert_ne!(page.focus().await.role, "");
    page.press_escape().await;
    page.shows("2 people").await;
    page.has_focus("button", "New group").await;
    page.tab_to("radio", "Groups").await;
    page.press_key(Key::Left).await;
    page.has_focus("radio", "People").await;
}

async fn share(page: Page<'_>) {
    page.press_key(Key::Down).await;
    page.find("heading", TITLE).await;
    page.press_ctrl('i').await;
    page.has_focus("textbox", "Add a person or group").await;
    page.press_escape().await;
    page.find("option", TITLE).await;
    page.press_ctrl('i').await;
    page.has_focus("textbox", "Add a person or group").await;
    page.press("mara").await;
    page.tab_to("button", "Mara Lindqvist").await;
    page.press_enter().await;
    page.shows("Mara will be able to").await;
    page.tab_to("combobox", "Ends: No end").await;
    page.press_enter().await;
    page.find("option", "On a date").await;
    page.press_key(Key::End).await;
    page.press_enter().await;
    page.has_focus("combobox", "Ends: On a date").await;
    page.tab_to("textbox", "Last day").await;
    page.press_ctrl('a').await;
    page.press("2999-12-01").await;
    page.shows("It ends on").await;
    page.press_enter().await;
    page.shows("until 1 Dec 2999").await;
    page.press_escape().await;
    page.find("option", TITLE).await;
}

async fn remove(page: Page<'_>) {
    page.tab_to("button", "Open Mara Lindqvist").await;
    page.press_enter().await;
    page.tab_to("button", "Remove Mara").await;
    page.press_enter().await;
    page.has_focus("button", "Continue").await;
    page.press_enter().await;
    // Before what cannot be taken back the way out has the focus.
    page.has_focus("button", "Cancel").await;
    page.press_enter().await;
    page.find("button", "Open Mara Lindqvist").await;
    page.tab_to("button", "Open Mara Lindqvist").await;
    page.press_enter().await;
    page.tab_to("button", "Remove Mara").await;
    page.press_enter().await;
    page.has_focus("button", "Continue").await;
    page.press_enter().await;
    page.has_focus("button", "Cancel").await;
    page.press_tab().await;
    page.has_focus("button", "Remove Mara").await;
    page.press_enter().await;
    page.shows("Removed Mara.").await;
    page.has_focus("button", "Done").await;
    page.press_enter().await;
    page.until(
        "Mara to be out",
        "return ![...document.querySelectorAll('tr')].some((row) => row.innerText.includes('Mara'))",
        &[],
    )
    .await;
}

async fn devices(page: Page<'_>) {
    page.press_ctrl(',').await;
    page.find("heading", "Settings").await;
    page.press_key(Key::F6).await;
    page.tab_to("button", "Add a device").await;
    page.press_enter().await;
    page.shows("Waiting for the new computer to ask").await;
    page.press_escape().await;
    page.has_focus("button", "Add a device").await;
}
