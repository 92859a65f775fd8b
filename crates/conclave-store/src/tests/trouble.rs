//! Full disks, read-only media, damaged files, a profile that is open already.

use std::fs;

use super::*;

/// Every file of the folder with its bytes, the lock file apart.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let read = |file: fs::DirEntry| {
        let name = file.file_name().into_string().unwrap();
        let bytes = fs::read(file.path()).unwrap();
        (name, bytes)
    };
    let files = fs::read_dir(folder)
        .unwrap()
        .map(|file| read(file.unwrap()));
    // An empty write-ahead log says nothing: SQLite makes it when it looks.
    files
        .filter(|(name, bytes)| name != "profile.lock" && !bytes.is_empty())
        .collect()
}

#[test]
fn a_full_disk_loses_only_the_change_that_did_not_fit() {
    let (folder, mut store) = profile(1);
    fill(&mut store);
    let before = read_all(&mut store).unwrap();
    let pages: i64 = store
        .conn
        .query_row("PRAGMA page_count", [], |row| row.get(0))
        .unwrap();
    let limit = |store: &OpenStore, pages: i64| {
        store
            .conn
            .pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))
            .unwrap();
    };
    limit(&store, pages + 20);
    let mut saved = 0;
    let error = loop {
        let written = store.transaction(|tx| {
            tx.put_item(&team(9), &item(saved), &[5; 3000])?;
            tx.put_overview(&team(9), &item(saved), &[6; 500])
        });
        match written {
            Ok(()) => saved += 1,
            Err(error) => break error,
        }
        assert!(saved < 1000);
    };
    assert!(matches!(error, StoreError::Full), "{error:?}");
    assert_eq!(
        error.to_string(),
        "the disk is full; the last change was not saved"
    );
    let check = |store: &mut OpenStore, saved: u32| {
        for n in 0..saved {
            assert!(store.item(&team(9), &item(n)).unwrap().is_some(), "{n}");
        }
        assert!(store.item(&team(9), &item(saved)).unwrap().is_none());
        assert_eq!(
            store.load_overviews(&team(9)).unwrap().len(),
            saved as usize
        );
        store.check_structure().unwrap();
    };
    check(&mut store, saved);
    limit(&store, pages + 1000);
    store
        .transaction(|tx| {
            tx.put_item(&team(9), &item(saved), b"now it fits")?;
            tx.put_overview(&team(9), &item(saved), b"now it fits")
        })
        .unwrap();
    drop(store);
    let mut store = reopen(folder.path()).unwrap();
    check(&mut store, saved + 1);
    store.transaction(|tx| tx.forget_team(&team(9))).unwrap();
    assert_eq!(read_all(&mut store).unwrap(), before);
}

#[test]
fn a_medium_that_refuses_writing_is_named() {
    let (_folder, mut store) = profile(1);
    fill(&mut store);
    let before = read_all(&mut store).unwrap();
    store.conn.pragma_update(None, "query_only", true).unwrap();
    let refused = store
        .transaction(|tx| tx.put_item(&team(1), &item(1), b"x"))
        .unwrap_err();
    assert!(matches!(refused, StoreError::ReadOnly), "{refused:?}");
    let refused = store.set_header(header(1)).unwrap_err();
    assert!(matches!(refused, StoreError::ReadOnly), "{refused:?}");
    assert_eq!(read_all(&mut store).unwrap(), before);
    for kind in [
        std::io::ErrorKind::PermissionDenied,
        std::io::ErrorKind::ReadOnlyFilesystem,
    ] {
        assert!(matches!(
            StoreError::from(std::io::Error::from(kind)),
            StoreError::ReadOnly
        ));
    }
}

#[test]
fn a_folder_that_cannot_be_one_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, b"").unwrap();
    assert!(Store::create(&file, &header(1), &lmk(), &mut rng(1)).is_err());
    assert!(Store::open(&file.join("deeper")).is_err());
    let missing = folder.path().join("missing");
    assert!(matches!(Store::open(&missing), Err(StoreError::NoProfile)));
    assert!(!missing.exists(), "looking made nothing");
}

#[test]
fn a_profile_is_open_once_and_made_once() {
    let (folder, store) = profile(1);
    assert!(matches!(Store::open(folder.path()), Err(StoreError::InUse)));
    let again = || Store::create(folder.path(), &header(2), &lmk(), &mut rng(1));
    assert!(matches!(again(), Err(StoreError::InUse)));
    let store = store.lock().unwrap();
    assert!(
        matches!(Store::open(folder.path()), Err(StoreError::InUse)),
        "locked is not closed"
    );
    drop(store);
    let before = files(folder.path());
    assert!(matches!(again(), Err(StoreError::Exists)));
    assert_eq!(files(folder.path()), before);
    assert!(Store::open(folder.path()).is_ok());
}

#[test]
fn creation_that_was_cut_short_is_begun_anew() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("conclave.db.new"), b"half a database").unwrap();
    fs::write(folder.path().join("conclave.db.new-wal"), b"and its log").unwrap();
    assert!(matches!(
        Store::open(folder.path()),
        Err(StoreError::NoProfile)
    ));
    Store::create(folder.path(), &header(1), &lmk(), &mut rng(1)).unwrap();
    assert_eq!(
        files(folder.path()).into_keys().collect::<Vec<_>>(),
        ["conclave.db"]
    );
    reopen(folder.path()).unwrap();
}

#[cfg(unix)]
#[test]
fn the_files_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("a/b");
    let store = Store::create(&folder, &header(1), &lmk(), &mut rng(1)).unwrap();
    let mut store = unlock(store).map_err(|(_, e)| e).unwrap();
    fill(&mut store);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    for file in ["conclave.db", "conclave.db-wal", "profile.lock"] {
        assert_eq!(mode(&folder.join(file)), 0o600, "{file}");
    }
    assert_eq!(
        fs::read_dir(&folder).unwrap().count(),
        3,
        "there is no fourth file"
    );
}

#[test]
fn a_damaged_file_is_refused_or_read_right_and_never_written_over() {
    let (folder, mut store) = profile(1);
    fill(&mut store);
    let honest = read_all(&mut store).unwrap();
    drop(store);
    let file = folder.path().join("conclave.db");
    let bytes = fs::read(&file).unwrap();
    let (mut refused, mut altered, mut unharmed) = (0, 0, 0);
    let mut attempt = |damaged: &[u8], what: String| {
        fs::write(&file, damaged).unwrap();
        match Store::open(folder.path()) {
            Err(error) => {
                refused += 1;
                assert_eq!(fs::read(&file).unwrap(), damaged, "{what}: written over");
                let expected = matches!(
                    error,
                    StoreError::Damaged(_)
                        | StoreError::Foreign
                        | StoreError::Newer { .. }
                        | StoreError::Kdf(_)
                        | StoreError::Database(_)
                );
                assert!(expected, "{what}: {error:?}");
            }
            Ok(store) => match unlock(store).map_err(|(_, error)| error) {
                Err(StoreError::WrongKey | StoreError::HeaderAltered) => refused += 1,
                Err(error) => panic!("{what}: {error:?}"),
                Ok(mut store) => match read_all(&mut store) {
                    Err(_) => altered += 1,
                    Ok(read) => {
                        unharmed += 1;
                        // A row may have become unreachable; none may have become another.
                        for (place, data) in &read {
                            assert_eq!(honest.get(place), Some(data), "{what}: {place}");
                        }
                    }
                },
            },
        }
    };
    for at in (0..bytes.len()).step_by(599).chain(0..100) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1 << (at % 8);
        attempt(&damaged, format!("bit of byte {at}"));
    }
    for at in (0..bytes.len()).step_by(4096) {
        let mut damaged = bytes.clone();
        damaged[at..at + 4096].fill(0xff);
        attempt(&damaged, format!("page at {at}"));
    }
    for len in [
        0,
        1,
        15,
        99,
        100,
        511,
        4096,
        10_000,
        bytes.len() - 4096,
        bytes.len() - 1,
    ] {
        attempt(&bytes[..len], format!("cut to {len}"));
    }
    attempt(&[0; 8192], "zeros".into());
    attempt(b"SQLite format 3", "only its magic".into());
    attempt(&[0x5a; 40_000], "something else".into());
    assert!(
        refused > 30 && altered > 100 && unharmed > 100,
        "{refused} {altered} {unharmed}"
    );
    fs::write(&file, &bytes).unwrap();
    assert_eq!(
        read_all(&mut reopen(folder.path()).unwrap()).unwrap(),
        honest
    );
}

#[test]
fn another_programs_database_is_not_touched() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("conclave.db");
    let conn = rusqlite::Connection::open(&file).unwrap();
    conn.execute_batch("CREATE TABLE recipes (name TEXT)")
        .unwrap();
    drop(conn);
    let before = files(folder.path());
    assert!(matches!(
        Store::open(folder.path()),
        Err(StoreError::Foreign)
    ));
    assert_eq!(files(folder.path()), before);
}

#[test]
fn messages_are_sentences_without_secrets() {
    let messages = [
        StoreError::Exists.to_string(),
        StoreError::NoProfile.to_string(),
        StoreError::InUse.to_string(),
        StoreError::Newer { found: 3, known: 1 }.to_string(),
        StoreError::Damaged(None).to_string(),
        StoreError::Altered { table: "items" }.to_string(),
        StoreError::OutOfOrder {
            expected: 1,
            found: 2,
        }
        .to_string(),
    ];
    assert_eq!(
        messages,
        [
            "there is already a profile in this folder",
            "there is no profile in this folder",
            "this profile is already open",
            "this profile was last used with a newer version of Conclave; update Conclave to open it",
            "the profile's database is damaged; nothing in it was changed",
            "stored data (items) was altered or is damaged",
            "an own entry is out of order: number 2 came where 1 belongs",
        ]
    );
}
