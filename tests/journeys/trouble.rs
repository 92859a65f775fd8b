//! Odd input and damaged files: a code that stands for a sentence, and nothing lost.

use std::fs;

use conclave_app::api::{
    Code,
    app::{LockReason, Phase, TeamCreate},
    archive::ItemShown,
    vaults::VaultCreate,
};

use crate::people::{PASSPHRASE, app, found, login, password, storage, titles};

#[test]
fn names_of_every_kind_come_back_as_they_were_and_huge_ones_are_refused() {
    let homes: Vec<_> = (0..2).map(|_| tempfile::tempdir().unwrap()).collect();
    let ana = found(homes[0].path(), homes[1].path());
    let vault = |name: &str| {
        ana.vault_create(&VaultCreate {
            name: name.into(),
            colour: 1,
        })
    };
    assert_eq!(vault(&"x".repeat(10_000)).unwrap_err().code, Code::TooLong);
    assert_eq!(vault("  ").unwrap_err().code, Code::Empty);
    let id = vault("🗝️ חדר שרתים").unwrap().id;
    let odd = [
        "👩‍👩‍👧‍👦 family",
        "مفتاح الخادم",
        "a\u{202e}txt.exe",
        "e\u{301}t\u{e9}",
    ];
    for title in odd {
        ana.item_save(&login(title, &id, "kept as it is")).unwrap();
    }
    let refused = ana.item_save(&login(&"y".repeat(50_000), &id, "z"));
    assert_eq!(refused.unwrap_err().code, Code::TooLong);
    let long = "y".repeat(10_000);
    let kept = ana.item_save(&login(&long, &id, "z")).unwrap();
    assert_eq!(ana.item_get(&kept.id).unwrap().title, long);
    let shown = ItemShown {
        item: kept.id,
        base: kept.base,
    };
    ana.item_archive(&[shown]).unwrap();
    ana.lock(LockReason::Manual);
    ana.unlock(PASSPHRASE).unwrap();
    let mut found = titles(&ana);
    found.sort();
    let mut wanted = odd.map(str::to_owned).to_vec();
    wanted.sort();
    assert_eq!(found, wanted);
    let names: Vec<_> = ana.vault_list().unwrap().vaults;
    assert!(names.iter().any(|v| v.name == "🗝️ חדר שרתים"));
}

#[test]
fn a_damaged_database_is_said_and_left_alone() {
    let homes: Vec<_> = (0..2).map(|_| tempfile::tempdir().unwrap()).collect();
    let ana = found(homes[0].path(), homes[1].path());
    drop(ana);
    let database = homes[0].path().join("conclave.db");
    let garbage = vec![0x5a; 8192];
    fs::write(&database, &garbage).unwrap();
    let _ = fs::remove_file(homes[0].path().join("conclave.db-wal"));
    let again = app(homes[0].path());
    assert_eq!(again.problem().unwrap().code, Code::DatabaseDamaged);
    assert_eq!(again.unlock(PASSPHRASE).unwrap_err().code, Code::Busy);
    drop(again);
    assert_eq!(fs::read(&database).unwrap(), garbage);
}

/// The list is fine and the log behind it is not: the list shows, then the window says so.
#[test]
fn a_damaged_log_is_said_after_the_list() {
    let homes: Vec<_> = (0..2).map(|_| tempfile::tempdir().unwrap()).collect();
    let ana = found(homes[0].path(), homes[1].path());
    let vault = ana.vault_list().unwrap().vaults[0].id.clone();
    ana.item_save(&login("Postgres primary", &vault, "z"))
        .unwrap();
    ana.sync_now().unwrap();
    drop(ana);
    let database = rusqlite::Connection::open(homes[0].path().join("conclave.db")).unwrap();
    for table in ["packs", "pending"] {
        let flip = format!("UPDATE {table} SET sealed = zeroblob(length(sealed))");
        database.execute(&flip, []).unwrap();
    }
    drop(database);
    let again = app(homes[0].path());
    match again.unlock(PASSPHRASE) {
        Ok(state) => assert_eq!(state.phase, Phase::Unlocked),
        Err(error) => assert_eq!(error.code, Code::DatabaseDamaged),
    }
    // Waits for the log; what it says to a locked profile is only that it is one.
    assert_eq!(again.vault_list().unwrap_err().code, Code::Locked);
    assert_eq!(again.problem().unwrap().code, Code::DatabaseDamaged);
    assert_eq!(again.state().phase, Phase::Locked);
}

#[test]
fn a_second_app_on_the_same_profile_says_so() {
    let homes: Vec<_> = (0..2).map(|_| tempfile::tempdir().unwrap()).collect();
    let ana = found(homes[0].path(), homes[1].path());
    let second = app(homes[0].path());
    assert_eq!(second.problem().unwrap().code, Code::AlreadyRunning);
    assert_eq!(ana.state().phase, Phase::Unlocked);
}

#[test]
fn a_folder_that_vanishes_loses_no_edit() {
    let homes: Vec<_> = (0..3).map(|_| tempfile::tempdir().unwrap()).collect();
    let shared = homes[1].path().join("shared");
    fs::create_dir(&shared).unwrap();
    let ana = found(homes[0].path(), &shared);
    let away = homes[2].path().join("away");
    fs::rename(&shared, &away).unwrap();
    let id = ana
        .vault_create(&VaultCreate {
            name: "Production".into(),
            colour: 1,
        })
        .unwrap()
        .id;
    let item = ana
        .item_save(&login("While away", &id, "still here"))
        .unwrap();
    assert!(ana.sync_now().unwrap().pending > 0);
    fs::rename(&away, &shared).unwrap();
    assert_eq!(ana.sync_now().unwrap().pending, 0);
    assert_eq!(password(&ana, &item.id), b"still here");
}

#[test]
fn somebody_without_a_keychain_is_told_before_anything_is_made() {
    let homes: Vec<_> = (0..2).map(|_| tempfile::tempdir().unwrap()).collect();
    let ana = app(homes[0].path());
    ana.setup_passphrase(PASSPHRASE).unwrap();
    let refused = ana.team_create(&TeamCreate {
        team_name: "Northwind".into(),
        person_name: "Ana".into(),
        colour: 1,
        device_name: "desk".into(),
        keychain: false,
        storage: storage(homes[1].path()),
        personal_vault_name: "Personal".into(),
        without_keychain: false,
    });
    assert_eq!(refused.unwrap_err().code, Code::KeychainUnavailable);
    assert_eq!(ana.state().phase, Phase::FirstRun);
    assert_eq!(fs::read_dir(homes[0].path()).unwrap().count(), 0);
}
