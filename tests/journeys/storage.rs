//! What the storage dialog says: numbers of what really happened.

use std::{fs, path::Path, sync::Arc};

use conclave_app::{api::Code, clock::Clock};

use crate::{
    joining::Set,
    people::{PASSPHRASE, found_at, login, production},
};

const START_MS: u64 = 1_800_000_000_000;
const MINUTE_MS: u64 = 60_000;

/// Which minute of the journey it was; the clock moves by a little with each look.
fn minute(ms: Option<u64>) -> u64 {
    (ms.unwrap() - START_MS) / MINUTE_MS
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

#[test]
fn the_numbers_are_those_of_what_happened() {
    let homes: Vec<_> = (0..2).map(|_| tempfile::tempdir().unwrap()).collect();
    let shared = homes[1].path();
    let clock = Set::to(START_MS);
    let ana = found_at(
        homes[0].path(),
        shared,
        Arc::clone(&clock) as Arc<dyn Clock>,
    );
    let vault = production(&ana);
    ana.sync_now().unwrap();
    let before = ana.storage_get().unwrap();
    assert_eq!(minute(before.since_ms), 0);
    assert_eq!(minute(before.wrote_ms), 0);
    assert_eq!((before.put_back, before.copies), (0, 0));

    clock.later(MINUTE_MS);
    ana.item_save(&login("Postgres", &vault, "a")).unwrap();
    let view = ana.sync_now().unwrap();
    assert_eq!((view.pending, minute(view.last_ms)), (0, 1));
    let after = ana.storage_get().unwrap();
    assert_eq!(minute(after.wrote_ms), 1);
    assert_eq!(after.files, before.files + 1);
    assert!(after.bytes > before.bytes);
    // What is said to be kept is what lies in the folder.
    let packs: Vec<_> = files(shared)
        .into_iter()
        .filter(|path| path.components().any(|part| part.as_os_str() == "log"))
        .collect();
    let size: u64 = packs.iter().map(|p| fs::metadata(p).unwrap().len()).sum();
    assert_eq!((packs.len(), size), (after.files as usize, after.bytes));

    // One vanishes from the folder.
    fs::remove_file(&packs[0]).unwrap();
    ana.sync_now().unwrap();
    let mended = ana.storage_get().unwrap();
    assert_eq!((mended.put_back, mended.copies), (1, 0));
    assert_eq!(mended.wrote_ms, after.wrote_ms);
    assert!(packs[0].exists());

    ana.lock(conclave_app::api::app::LockReason::Manual);
    assert_eq!(ana.storage_get().unwrap_err().code, Code::Locked);
    clock.later(MINUTE_MS);
    ana.unlock(PASSPHRASE).unwrap();
    let fresh = ana.storage_get().unwrap();
    assert_eq!(minute(fresh.since_ms), 2);
    assert_eq!(fresh.put_back, 0);
}
