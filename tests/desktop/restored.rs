//! What the storage does to people: a computer or a folder set back to a copy, and silence.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use conclave_app::api::items::FieldRole;
use serde_json::json;

use crate::{
    folders::{copy, put_back},
    harness::{Page, Person, Stage},
    steps::{add_login, reveal, unlock, wait_for},
    windowless::{Ago, ask, found},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_computer_that_was_set_back_goes_on_with_one_click() {
    let stage = Stage::start();
    let rita = stage.person("rita");
    let shared = tempfile::tempdir().unwrap();
    let copied = tempfile::tempdir().unwrap();
    let founder = found(&rita, "Rita Moreau", Some(shared.path()), Ago::NOW);
    let vault = founder.new_vault("Production");
    founder.add_login(&vault, "Before", &[(FieldRole::Password, "first-6f1c")]);
    founder.sync();
    drop(founder);
    copy(&rita.data_dir(), copied.path());
    let app = rita.open().await;
    unlock(app.page()).await;
    write(app.page(), "Written since").await;
    drop(app);
    put_back(&rita.data_dir(), copied.path());

    let app = rita.open().await;
    let page = app.page();
    unlock(page).await;
    page.shows("This computer was set back to an older copy of its data.")
        .await;
    page.shows("Nothing more is written until you go on; you can still read everything.")
        .await;
    let new_item = page.button("New item").await;
    assert!(!new_item.is_enabled().await);
    assert_eq!(reveal(page, "Before").await, "first-6f1c");
    page.in_both_themes("set-back").await;
    page.button("Go on").await.click().await;
    page.shows("This computer writes again").await;
    wait_for(page, "Written since").await;
    assert!(new_item.is_enabled().await);
}

/// Adds an item in the window, and waits until the folder has it.
async fn write(page: Page<'_>, title: &str) {
    add_login(page, "Production", title, "app_rw", "second-9b07").await;
    page.invoke("sync_now", json!({})).await.unwrap();
}

/// Somebody's team, of which the folder has lost the last item; gives where that lies.
fn set_back(olga: &Person, shared: &Path) -> PathBuf {
    let copied = tempfile::tempdir().unwrap();
    let founder = found(olga, "Olga Brandt", Some(shared), Ago::NOW);
    let vault = founder.new_vault("Production");
    founder.add_login(&vault, "Yesterday", &[(FieldRole::Password, "a")]);
    founder.sync();
    copy(shared, copied.path());
    founder.add_login(&vault, "Today", &[(FieldRole::Password, "b")]);
    founder.sync();
    drop(founder);
    let log = shared.join("conclave1");
    put_back(&log, &copied.path().join("conclave1"));
    log
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_set_back_to_yesterdays_copy_gets_back_what_it_lost() {
    let stage = Stage::start();
    let olga = stage.person("olga");
    let shared = tempfile::tempdir().unwrap();
    let copied = tempfile::tempdir().unwrap();
    found(&olga, "Olga Brandt", Some(shared.path()), Ago::NOW).new_vault("Production");

    let app = olga.open().await;
    let page = app.page();
    unlock(page).await;
    write(page, "Yesterday").await;
    copy(shared.path(), copied.path());
    write(page, "Today").await;
    let written = files(shared.path());
    assert!(files(copied.path()) < written);
    put_back(
        &shared.path().join("conclave1"),
        &copied.path().join("conclave1"),
    );
    page.press_ctrl('r').await;
    page.shows("The storage had lost changes. This computer has put back what it had.")
        .await;
    // The folder has everything again, and the person goes on as before.
    assert_eq!(files(shared.path()), written);
    assert!(page.button("New item").await.is_enabled().await);
    page.in_both_themes("put-back").await;
    wait_for(page, "Today").await;
    page.button("Got it").await.click().await;
    page.until(
        "the notice to go",
        "return !document.body.innerText.includes('The storage had lost changes.')",
        &[],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_was_set_back_and_may_not_be_written_loses_nothing() {
    let stage = Stage::start();
    let olga = stage.obeying_person("olga-shut");
    let shared = tempfile::tempdir().unwrap();
    let log = set_back(&olga, shared.path());
    let before = files(&log);
    may_write(&log, false);

    let app = olga.open().await;
    let page = app.page();
    unlock(page).await;
    wait_for(page, "Today").await;
    // It says what is the matter, and claims nothing that was not done.
    page.button("Storage: Folder is read-only")
        .await
        .click()
        .await;
    page.shows("Conclave may not write to the folder. Changes are kept on this computer.")
        .await;
    page.in_both_themes("put-back-refused").await;
    assert!(!page.reads("The storage had lost changes.").await);
    page.press_escape().await;
    assert_eq!(files(&log), before);

    // Once the folder may be written again, it has everything again.
    may_write(&log, true);
    page.press_ctrl('r').await;
    page.shows("The storage had lost changes.").await;
    assert!(files(&log) > before);
}

/// How many files lie in the folder and below.
fn files(folder: &Path) -> usize {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .map(|path| if path.is_dir() { files(&path) } else { 1 })
        .sum()
}

fn may_write(folder: &Path, may: bool) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            may_write(&path, may);
        }
    }
    let mode = if may { 0o755 } else { 0o555 };
    fs::set_permissions(folder, fs::Permissions::from_mode(mode)).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn days_in_which_nobody_answers_are_said() {
    let stage = Stage::start();
    let (ana, mara) = (stage.person("silent-ana"), stage.person("silent-mara"));
    let shared = tempfile::tempdir().unwrap();
    let before = Ago::days(5);
    let at_anas = found(&ana, "Ana Ferreira", Some(shared.path()), before);
    let vault = at_anas.new_vault("Production");
    let handed = at_anas.invite("Mara Lindqvist", vec![vault.clone()]);
    let at_maras = ask(&mara, "Mara Lindqvist", &handed, shared.path(), before);
    at_anas.admit();
    at_maras.sync();
    drop(at_maras);
    at_anas.sync();
    at_anas.add_login(&vault, "Unheard", &[(FieldRole::Password, "a")]);
    at_anas.sync();
    drop(at_anas);

    let app = ana.open().await;
    let page = app.page();
    unlock(page).await;
    page.shows("Nobody else has seen your changes since").await;
    page.in_both_themes("silence").await;
}
