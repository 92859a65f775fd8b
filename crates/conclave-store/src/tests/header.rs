//! The lock header: wrong keys, edited parameters, changed passphrases.

use conclave_crypto::{KdfError, KeychainKey};

use super::*;

fn keychain_key() -> KeychainKey {
    KeychainKey::from_bytes(&mut [0x55; 32])
}

#[test]
fn the_header_gives_the_master_key_and_nothing_else_does() {
    let (folder, mut store) = profile(1);
    let mut header = store.header().clone();
    header.wrap_keychain(&keychain_key(), store.master_key(), &mut rng(4));
    store.set_header(header).unwrap();
    drop(store);
    let store = Store::open(folder.path()).unwrap();
    let header = store.header();
    let wrong = LocalKey::from_bytes(&mut [0x23; 32]);
    assert!(matches!(
        header.unwrap_passphrase(&wrong),
        Err(StoreError::WrongKey)
    ));
    let wrong = KeychainKey::from_bytes(&mut [0x22; 32]);
    assert!(matches!(
        header.unwrap_keychain(&wrong),
        Err(StoreError::WrongKey)
    ));
    // The passphrase's key does not open the keychain's slot, nor the other way round.
    let swapped = KeychainKey::from_bytes(&mut [0x22; 32]);
    assert!(header.unwrap_keychain(&swapped).is_err());

    let by_keychain = header.unwrap_keychain(&keychain_key()).unwrap();
    let by_passphrase = header.unwrap_passphrase(&local_key()).unwrap();
    let store = store
        .unlock(by_keychain, rng(5))
        .map_err(|(_, e)| e)
        .unwrap();
    let store = store.lock().unwrap();
    assert!(store.unlock(by_passphrase, rng(5)).is_ok());
}

#[test]
fn another_master_key_does_not_unlock_and_gives_the_store_back() {
    let (_folder, store) = profile(1);
    let store = store.lock().unwrap();
    let other = LocalMasterKey::from_bytes(&mut [0x12; 32]);
    let Err((store, StoreError::WrongKey)) = store.unlock(other, rng(5)) else {
        panic!("a wrong key was taken");
    };
    assert!(unlock(store).is_ok());
}

#[test]
fn a_changed_passphrase_replaces_the_old_one_at_once() {
    let (folder, mut store) = profile(1);
    fill(&mut store);
    let mut changed = store.header().clone();
    changed.set_kdf(KdfParams::FLOOR, [8; 16]);
    assert!(
        !changed.has_passphrase(),
        "the old wrap rested on the old salt"
    );
    assert!(
        matches!(
            store.set_header(changed.clone()),
            Err(StoreError::HeaderAltered)
        ),
        "without a wrap nobody could unlock again"
    );
    let new_key = LocalKey::from_bytes(&mut [0x24; 32]);
    changed.wrap_passphrase(&new_key, store.master_key(), &mut rng(6));
    store.set_header(changed).unwrap();
    drop(store);
    let store = Store::open(folder.path()).unwrap();
    assert_eq!(store.header().kdf(), KdfParams::FLOOR);
    assert!(store.header().unwrap_passphrase(&local_key()).is_err());
    let lmk = store.header().unwrap_passphrase(&new_key).unwrap();
    let mut store = store.unlock(lmk, rng(7)).map_err(|(_, e)| e).unwrap();
    assert_eq!(read_all(&mut store).unwrap().len(), 36);
}

#[test]
fn another_profiles_header_is_refused() {
    let (_folder, mut store) = profile(1);
    assert!(matches!(
        store.set_header(header(2)),
        Err(StoreError::HeaderAltered)
    ));
}

#[test]
fn hostile_04_edited_parameters_do_not_open() {
    for (column, value, expected) in [
        ("m_kib", 64 << 10, "wrap"),
        ("t", 4, "wrap"),
        ("p", 1, "wrap"),
        ("m_kib", 1024, "floor"),
        ("t", 1, "floor"),
        ("m_kib", i64::from(u32::MAX), "ceiling"),
        ("t", 1 << 40, "damaged"),
        ("m_kib", -1, "damaged"),
    ] {
        let (folder, store) = profile(1);
        let sql = format!("UPDATE header SET {column} = ?1");
        store.conn.execute(&sql, [value]).unwrap();
        drop(store);
        match (Store::open(folder.path()), expected) {
            (Ok(store), "wrap") => {
                assert!(
                    store.header().unwrap_passphrase(&local_key()).is_err(),
                    "{column}"
                );
                // Whoever has the master key another way is told as well.
                assert!(matches!(unlock(store), Err((_, StoreError::HeaderAltered))));
            }
            (Err(StoreError::Kdf(KdfError::BelowFloor)), "floor")
            | (Err(StoreError::Kdf(KdfError::AboveCeiling)), "ceiling")
            | (Err(StoreError::Damaged(_)), "damaged") => {}
            (Ok(_), _) => panic!("{column} = {value} was taken"),
            (Err(error), _) => panic!("{column} = {value}: {error:?}"),
        }
    }
}

#[test]
fn every_flipped_byte_of_the_header_is_refused() {
    let (folder, mut store) = profile(1);
    let mut with_keychain = store.header().clone();
    with_keychain.wrap_keychain(&keychain_key(), store.master_key(), &mut rng(4));
    store.set_header(with_keychain).unwrap();
    for column in ["profile", "salt", "passphrase", "keychain", "sealed"] {
        let read = format!("SELECT {column} FROM header");
        let write = format!("UPDATE header SET {column} = ?1");
        let honest: Vec<u8> = store.conn.query_row(&read, [], |row| row.get(0)).unwrap();
        for at in 0..honest.len() {
            let mut flipped = honest.clone();
            flipped[at] ^= 1 << (at % 8);
            store.conn.execute(&write, [&flipped]).unwrap();
            let locked = store.lock().unwrap();
            let Err((locked, error)) = unlock(locked) else {
                panic!("{column}: a flipped byte {at} was taken");
            };
            let expected = matches!(error, StoreError::WrongKey | StoreError::HeaderAltered);
            assert!(expected, "{column} {at}: {error:?}");
            drop(locked);
            // From the file again, mended by somebody who has no key.
            let conn = rusqlite::Connection::open(folder.path().join("conclave.db")).unwrap();
            conn.pragma_update(None, "synchronous", "OFF").unwrap();
            conn.execute(&write, [&honest]).unwrap();
            drop(conn);
            store = reopen(folder.path()).unwrap();
        }
    }
}
