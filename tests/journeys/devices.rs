//! One person and their devices: back with the sheet, and a laptop that is lost.

use std::path::Path;

use conclave_app::{
    api::{
        Code,
        app::{JoinWay, Phase},
        devices::{DeviceKind, RecoverFinish, RecoverStart},
        recovery::SheetKind,
        vaults::VaultCreate,
    },
    session::App,
};

use crate::joining::{logs, mirror};
use crate::people::{PASSPHRASE, app, first_item, found, login, password, storage, titles};

/// The first sheet's words, as its person reads them.
pub(crate) fn words_on(sheet: &Path) -> String {
    conclave_testkit::paper::words(&std::fs::read(sheet).unwrap()).join(" ")
}

/// A new computer asks with the code.
fn ask_in(home: &Path, shared: &Path, words: &str) -> App {
    let new = app(home);
    new.setup_passphrase(PASSPHRASE).unwrap();
    new.pair_folder(&storage(shared)).unwrap();
    assert_eq!(new.pair_words(words).unwrap().person_name, "Ana");
    let state = new
        .pair_start(&RecoverStart {
            device_name: "new laptop".into(),
            keychain: false,
            without_keychain: true,
        })
        .unwrap();
    assert_eq!(state.phase, Phase::Waiting);
    new
}

/// Waits for what the background puts on the storage.
fn pointer_is_there(shared: &Path) {
    for _ in 0..100 {
        let root = std::fs::read_dir(shared.join("conclave1")).unwrap();
        let team = root.map(|e| e.unwrap().path()).find(|p| p.is_dir());
        let found = std::fs::read_dir(team.unwrap().join("inv"));
        if found.is_ok_and(|mut found| found.next().is_some()) {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!("nothing was left for the kit");
}

/// Ana with an item in her own vault, and the words of her sheet.
fn ana(home: &Path, shared: &Path) -> (App, String, String) {
    let ana = found(home, shared);
    let vault = ana
        .vault_create(&VaultCreate {
            name: "Production".into(),
            colour: 1,
        })
        .unwrap();
    ana.item_save(&login("Postgres", &vault.id, "team"))
        .unwrap();
    let personal = ana.vault_list().unwrap();
    let personal = personal.vaults.iter().find(|v| v.personal).unwrap();
    let own = ana.item_save(&login("Bank", &personal.id, "canary-own"));
    let own = own.unwrap().id;
    let sheet = home.join("sheet.pdf");
    ana.recovery_sheet_save(SheetKind::Kit, &sheet).unwrap();
    let words = words_on(&sheet);
    ana.sync_now().unwrap();
    pointer_is_there(shared);
    (ana, own, words)
}

fn begin(home: &Path, shared: &Path, words: &str) -> App {
    let new = app(home);
    new.setup_passphrase(PASSPHRASE).unwrap();
    new.recover_folder(&storage(shared)).unwrap();
    let preview = new.recover_words(words).unwrap();
    assert_eq!(preview.team_name, "Northwind");
    assert_eq!(preview.person_name, "Ana");
    let state = new
        .recover_start(&RecoverStart {
            device_name: "new laptop".into(),
            keychain: false,
            without_keychain: true,
        })
        .unwrap();
    assert_eq!(state.phase, Phase::Waiting);
    assert_eq!(new.join_status().unwrap().way, JoinWay::Sheet);
    new
}

#[test]
fn the_sheet_on_an_empty_machine_brings_everything_back() {
    let homes: Vec<_> = (0..3).map(|_| tempfile::tempdir().unwrap()).collect();
    let shared = homes[2].path();
    let (ana, own, words) = ana(homes[0].path(), shared);

    let new = begin(homes[1].path(), shared, &words);
    assert!(titles(&new).is_empty());
    let view = new.recover_view().unwrap();
    assert_eq!(view.devices.len(), 1);
    assert_eq!(view.devices[0].name, "desk");
    let state = new.recover_finish(&RecoverFinish { lost: vec![] }).unwrap();
    assert_eq!(state.phase, Phase::Unlocked);
    assert_eq!(titles(&new), ["Bank", "Postgres"]);
    assert_eq!(password(&new, &own), b"canary-own");

    // The old computer goes on, and knows the new one by name; it is senior to it.
    ana.sync_now().unwrap();
    let devices = ana.device_list().unwrap().devices;
    let other = devices.iter().find(|d| d.kind == DeviceKind::Other);
    assert_eq!(other.unwrap().name, "new laptop");
    assert!(other.unwrap().can_revoke);
    let devices = new.device_list().unwrap().devices;
    let desk = devices.iter().find(|d| d.name == "desk").unwrap();
    assert!(!desk.can_revoke && desk.why_not.is_some());
    let refused = new.device_revoke(&desk.id).unwrap_err();
    assert_eq!(refused.code, Code::NotAllowed);

    // Twice from one sheet: each use writes a log of its own.
    let spare = tempfile::tempdir().unwrap();
    let third = begin(spare.path(), shared, &words);
    third
        .recover_finish(&RecoverFinish { lost: vec![] })
        .unwrap();
    assert_eq!(titles(&third), ["Bank", "Postgres"]);
}

#[test]
fn a_lost_laptop_is_ended_by_the_sheet_and_reads_nothing_new() {
    let homes: Vec<_> = (0..3).map(|_| tempfile::tempdir().unwrap()).collect();
    let shared = homes[2].path();
    let (lost, own, words) = ana(homes[0].path(), shared);

    let new = begin(homes[1].path(), shared, &words);
    let desk = new.recover_view().unwrap().devices[0].id.clone();
    new.recover_finish(&RecoverFinish { lost: vec![desk] })
        .unwrap();
    assert_eq!(password(&new, &own), b"canary-own");
    let devices = new.device_list().unwrap().devices;
    let desk = devices.iter().find(|d| d.name == "desk").unwrap();
    assert!(!desk.live && desk.ended_ms.is_some());

    let personal = new.vault_list().unwrap();
    let personal = personal.vaults.iter().find(|v| v.personal).unwrap();
    new.item_save(&login("After", &personal.id, "canary-after"))
        .unwrap();
    new.sync_now().unwrap();

    // The lost one says so, shows what it had, and gets nothing of what came.
    lost.sync_now().unwrap();
    let state = lost.state();
    assert_eq!(state.phase, Phase::Unlocked);
    assert_eq!(state.read_only.unwrap().key, "read_only_ended");
    assert!(!titles(&lost).contains(&"After".to_owned()));
    let refused = lost.item_save(&login("Mine", &personal.id, "x"));
    assert_eq!(refused.unwrap_err().code, Code::ReadOnly);
}

#[test]
fn a_lost_laptop_is_ended_from_the_list() {
    let homes: Vec<_> = (0..3).map(|_| tempfile::tempdir().unwrap()).collect();
    let shared = homes[2].path();
    let (ana, _, words) = ana(homes[0].path(), shared);
    let laptop = begin(homes[1].path(), shared, &words);
    laptop
        .recover_finish(&RecoverFinish { lost: vec![] })
        .unwrap();
    ana.sync_now().unwrap();
    let devices = ana.device_list().unwrap().devices;
    let row = devices.iter().find(|d| d.name == "new laptop").unwrap();
    let kit = devices.iter().find(|d| d.kind == DeviceKind::Kit).unwrap();
    assert_eq!(
        ana.device_revoke(&kit.id).unwrap_err().code,
        Code::NotAllowed
    );
    let after = ana.device_revoke(&row.id).unwrap().devices;
    assert!(!after.iter().find(|d| d.id == row.id).unwrap().live);
    let personal = ana.vault_list().unwrap();
    for vault in &personal.vaults {
        ana.item_save(&login("After", &vault.id, "x")).unwrap();
    }
    ana.sync_now().unwrap();
    laptop.sync_now().unwrap();
    assert_eq!(titles(&laptop), ["Bank", "Postgres"]);
    assert!(laptop.state().read_only.is_some());
    // What it could open stays readable, as its strip says.
    let bank = first_item(&laptop);
    assert!(!password(&laptop, &bank).is_empty());
}

#[test]
fn wrong_words_and_wrong_folders_say_which_they_are() {
    let homes: Vec<_> = (0..4).map(|_| tempfile::tempdir().unwrap()).collect();
    let (shared, other) = (homes[2].path(), homes[3].path());
    let (_ana, _, words) = ana(homes[0].path(), shared);
    let new = app(homes[1].path());
    let code = |done: Result<_, conclave_app::api::AppError>| done.map(drop).unwrap_err().code;
    assert_eq!(code(new.recover_words(&words)), Code::KitNotHere);
    assert_eq!(
        new.recover_folder(&storage(other)).unwrap_err().code,
        Code::FolderNotThisTeam
    );
    let spare = tempfile::tempdir().unwrap();
    let _jonas = found(spare.path(), other);
    new.recover_folder(&storage(other)).unwrap();
    assert_eq!(code(new.recover_words(&words)), Code::KitNotHere);
    new.recover_folder(&storage(shared)).unwrap();
    let mut swapped: Vec<&str> = words.split_whitespace().collect();
    swapped.swap(0, 1);
    assert_eq!(
        code(new.recover_words(&swapped.join(" "))),
        Code::RecoveryWordsWrong
    );
    assert!(new.recover_words(&words).is_ok());
}

#[test]
fn a_second_computer_comes_in_by_code_and_three_words() {
    let homes: Vec<_> = (0..3).map(|_| tempfile::tempdir().unwrap()).collect();
    let shared = homes[2].path();
    let (ana, own, _) = ana(homes[0].path(), shared);
    let code = ana.device_code().unwrap().words;
    assert_eq!(code.len(), 10);
    assert_eq!(ana.device_asked().unwrap().name, None);

    let new = ask_in(homes[1].path(), shared, &code.join(" "));
    let status = new.join_status().unwrap();
    assert_eq!((status.way, status.words.len()), (JoinWay::Device, 0));
    let asked = ana.device_asked().unwrap();
    assert_eq!(asked.name.as_deref(), Some("new laptop"));
    assert_eq!(asked.words.len(), 3);
    assert_eq!(new.join_status().unwrap().words, asked.words);
    new.sync_now().unwrap();
    assert_eq!(new.state().phase, Phase::Waiting);
    assert!(titles(&new).is_empty());

    ana.device_admit().unwrap();
    new.sync_now().unwrap();
    assert_eq!(new.state().phase, Phase::Unlocked);
    assert_eq!(titles(&new), ["Bank", "Postgres"]);
    assert_eq!(password(&new, &own), b"canary-own");
    ana.sync_now().unwrap();
    let devices = ana.device_list().unwrap().devices;
    assert!(
        devices
            .iter()
            .any(|d| d.name == "new laptop" && d.can_revoke)
    );
    assert_eq!(ana.device_asked().unwrap_err().code, Code::NotFound);
}

#[test]
fn two_requests_to_one_code_are_a_stop() {
    let homes: Vec<_> = (0..4).map(|_| tempfile::tempdir().unwrap()).collect();
    let shared = homes[3].path();
    let (ana, ..) = ana(homes[0].path(), shared);
    let code = ana.device_code().unwrap().words.join(" ");
    let _new = ask_in(homes[1].path(), shared, &code);
    assert_eq!(ana.device_asked().unwrap().words.len(), 3);
    let _other = ask_in(homes[2].path(), shared, &code);
    let stop = ana.device_asked().unwrap_err();
    assert_eq!(stop.code, Code::RequestUnproven);
    assert_eq!(ana.device_admit().unwrap_err().code, Code::NotFound);
}

#[test]
fn a_code_of_another_time_opens_nothing() {
    let homes: Vec<_> = (0..3).map(|_| tempfile::tempdir().unwrap()).collect();
    let shared = homes[2].path();
    let (ana, ..) = ana(homes[0].path(), shared);
    let old = ana.device_code().unwrap().words.join(" ");
    ana.device_code().unwrap();
    std::thread::sleep(std::time::Duration::from_millis(300));
    let new = app(homes[1].path());
    new.pair_folder(&storage(shared)).unwrap();
    let refused = new.pair_words(&old).unwrap_err();
    assert_eq!(refused.code, Code::PairingNotHere);
    let refused = new.pair_words("abacus zoom").unwrap_err();
    assert_eq!(refused.code, Code::CodeIncomplete);
}

#[test]
fn hostile_16_a_device_is_not_settled_into_an_older_team() {
    let homes: Vec<_> = (0..4).map(|_| tempfile::tempdir().unwrap()).collect();
    let (shared, old) = (homes[2].path(), homes[3].path());
    let (ana, _, words) = ana(homes[0].path(), shared);
    let before = logs(shared);
    // Another computer of hers has written since, and the storage keeps that to itself.
    let spare = tempfile::tempdir().unwrap();
    let third = begin(spare.path(), shared, &words);
    third
        .recover_finish(&RecoverFinish { lost: vec![] })
        .unwrap();
    ana.sync_now().unwrap();
    let hidden: Vec<String> = logs(shared)
        .into_iter()
        .filter(|log| !before.contains(log))
        .collect();
    let code = ana.device_code().unwrap().words.join(" ");
    mirror(shared, old, &hidden);
    let new = ask_in(homes[1].path(), old, &code);
    mirror(old, shared, &[]);
    assert_eq!(ana.device_asked().unwrap().words.len(), 3);
    ana.device_admit().unwrap();
    mirror(shared, old, &hidden);
    new.sync_now().unwrap();
    assert_eq!(new.state().phase, Phase::Waiting);
    mirror(shared, old, &[]);
    new.sync_now().unwrap();
    assert_eq!(new.state().phase, Phase::Unlocked);
}
