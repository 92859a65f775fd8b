//! A computer that was set back to a copy of itself, and one that was cloned.

use std::{fs, path::Path};

use conclave_app::{
    api::{
        Code,
        app::LockReason,
        sync::{StopKind, SyncState},
    },
    session::App,
};

use crate::people::{PASSPHRASE, app, found, login, password, production, titles, with_mara};

pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, target).unwrap();
        }
    }
}

fn set_back(home: &Path, copy_of: &Path) {
    fs::remove_dir_all(home).unwrap();
    copy(copy_of, home);
}

fn opened(home: &Path) -> App {
    let app = app(home);
    app.unlock(PASSPHRASE).unwrap();
    app
}

/// Ana with a vault, and Mara who reads it.
fn two(homes: &[tempfile::TempDir]) -> (App, App, String) {
    let shared = homes[2].path();
    let ana = found(homes[0].path(), shared);
    let vault = production(&ana);
    let (mara, _) = with_mara(&ana, app(homes[1].path()), shared, vec![vault.clone()]);
    (ana, mara, vault)
}

fn sorted(app: &App) -> Vec<String> {
    let mut titles = titles(app);
    titles.sort();
    titles
}

#[test]
fn hostile_17_a_restored_computer_takes_in_what_it_wrote_and_goes_on_in_a_new_log() {
    let homes: Vec<_> = (0..4).map(|_| tempfile::tempdir().unwrap()).collect();
    let (ana, mara, vault) = two(&homes);
    let before = ana.item_save(&login("Before", &vault, "a")).unwrap().id;
    ana.sync_now().unwrap();
    drop(ana);
    copy(homes[0].path(), &homes[3].path().join("copy"));
    let ana = opened(homes[0].path());
    ana.item_save(&login("Since", &vault, "b")).unwrap();
    ana.sync_now().unwrap();
    drop(ana);

    set_back(homes[0].path(), &homes[3].path().join("copy"));
    let ana = opened(homes[0].path());
    let view = ana.sync_now().unwrap();
    assert_eq!(view.state, SyncState::Stopped);
    let stop = view.stop.unwrap();
    assert_eq!((stop.kind, stop.can_go_on), (StopKind::OwnLog, true));
    let refused = ana.item_save(&login("Refused", &vault, "c"));
    assert_eq!(refused.unwrap_err().code, Code::WritingStopped);

    // Reading goes on; what is owed for it is written with the new log.
    assert_eq!(password(&ana, &before), b"a");

    assert_eq!(ana.stop_go_on().unwrap().stop, None);
    assert_eq!(sorted(&ana), ["Before", "Since"]);
    ana.item_save(&login("After", &vault, "d")).unwrap();
    assert_eq!(ana.sync_now().unwrap().pending, 0);
    mara.sync_now().unwrap();
    assert_eq!(sorted(&mara), ["After", "Before", "Since"]);
    mara.item_save(&login("Answer", &vault, "e")).unwrap();
    mara.sync_now().unwrap();
    ana.sync_now().unwrap();

    // The new log is the one from now on.
    ana.lock(LockReason::Manual);
    drop(ana);
    let ana = opened(homes[0].path());
    assert_eq!(sorted(&ana), ["After", "Answer", "Before", "Since"]);
    assert_eq!(ana.sync_now().unwrap().stop, None);
}

#[test]
fn hostile_17_a_database_that_was_set_back_is_known_by_the_keychain_alone() {
    let homes: Vec<_> = (0..4).map(|_| tempfile::tempdir().unwrap()).collect();
    let (ana, _mara, vault) = two(&homes);
    drop(ana);
    copy(homes[0].path(), &homes[3].path().join("copy"));
    let ana = opened(homes[0].path());
    ana.item_save(&login("Since", &vault, "b")).unwrap();
    ana.sync_now().unwrap();
    ana.lock(LockReason::Manual);
    drop(ana);
    // The keychain was not set back. Here it is a file beside the database, the weaker mode's.
    let keychain = homes[0].path().join("high-water.secret");
    let remembered = fs::read(&keychain).unwrap();
    set_back(homes[0].path(), &homes[3].path().join("copy"));
    fs::write(&keychain, remembered).unwrap();
    // No storage is there to tell.
    fs::remove_dir_all(homes[2].path().join("conclave1")).unwrap();

    let ana = opened(homes[0].path());
    let refused = ana.item_save(&login("Refused", &vault, "c"));
    assert_eq!(refused.unwrap_err().code, Code::WritingStopped);
    assert_eq!(
        ana.sync_status().stop.map(|stop| stop.kind),
        Some(StopKind::OwnLog)
    );
}

#[test]
fn hostile_17_two_copies_that_both_write_are_not_mended_by_going_on() {
    let homes: Vec<_> = (0..4).map(|_| tempfile::tempdir().unwrap()).collect();
    let (ana, mara, vault) = two(&homes);
    drop(ana);
    copy(homes[0].path(), &homes[3].path().join("clone"));
    let ana = opened(homes[0].path());
    ana.item_save(&login("One", &vault, "b")).unwrap();
    ana.sync_now().unwrap();
    // The other one writes while it cannot see the storage.
    let (shared, away) = (homes[2].path(), homes[3].path().join("away"));
    fs::rename(shared, &away).unwrap();
    let clone = opened(&homes[3].path().join("clone"));
    clone.item_save(&login("Two", &vault, "c")).unwrap();
    fs::rename(away, shared).unwrap();
    let view = clone.sync_now().unwrap();
    assert_eq!(view.state, SyncState::Stopped);
    assert!(!view.stop.unwrap().can_go_on);
    assert_eq!(clone.stop_go_on().unwrap_err().code, Code::WritingStopped);
    mara.sync_now().unwrap();
    assert_eq!(sorted(&mara), ["One"]);
}
