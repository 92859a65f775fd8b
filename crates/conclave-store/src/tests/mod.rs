//! Tests of the whole store, from inside, where its rows can be tampered with.

mod canary;
mod frozen;
mod header;
mod hostile;
mod migration;
mod overviews;
mod rows;
mod trouble;

use std::{collections::BTreeMap, path::Path, sync::OnceLock};

use conclave_core::id::{EntryHash, ItemId, LogId, TeamId};
use conclave_crypto::{KdfParams, LocalKey, LocalMasterKey};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use tempfile::TempDir;

use crate::{LockHeader, OpenStore, Store, StoreError};

fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

fn lmk() -> LocalMasterKey {
    LocalMasterKey::from_bytes(&mut [0x11; 32])
}

fn local_key() -> LocalKey {
    LocalKey::from_bytes(&mut [0x22; 32])
}

fn team(n: u8) -> TeamId {
    TeamId::new([n; 32])
}

fn log(n: u8) -> LogId {
    LogId::new([n; 32])
}

fn item(n: u32) -> ItemId {
    let mut bytes = [0x33; 32];
    bytes[..4].copy_from_slice(&n.to_le_bytes());
    ItemId::new(bytes)
}

fn entry(n: u32) -> EntryHash {
    let mut bytes = [0x44; 32];
    bytes[..4].copy_from_slice(&n.to_le_bytes());
    EntryHash::new(bytes)
}

fn header(profile: u8) -> LockHeader {
    let mut header = LockHeader::new([profile; 16], KdfParams::DEFAULT, [7; 16]);
    header.wrap_passphrase(&local_key(), &lmk(), &mut rng(1));
    header
}

/// A new, unlocked profile. Its commits do not wait for the disk, and neither does its making: it
/// is made once and copied.
fn profile(id: u8) -> (TempDir, OpenStore) {
    static FIRST: OnceLock<Vec<u8>> = OnceLock::new();
    static SECOND: OnceLock<Vec<u8>> = OnceLock::new();
    let made = match id {
        1 => FIRST.get_or_init(|| make(1)),
        2 => SECOND.get_or_init(|| make(2)),
        _ => panic!("there are two"),
    };
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("conclave.db"), made).unwrap();
    let store = reopen(folder.path()).unwrap();
    (folder, store)
}

/// The file of a new profile.
fn make(id: u8) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    drop(Store::create(folder.path(), &header(id), &lmk(), &mut rng(2)).unwrap());
    std::fs::read(folder.path().join("conclave.db")).unwrap()
}

#[expect(clippy::result_large_err, reason = "as Store::unlock")]
fn unlock(store: Store) -> Result<OpenStore, (Store, StoreError)> {
    store.unlock(lmk(), rng(3))
}

fn reopen(folder: &Path) -> Result<OpenStore, StoreError> {
    let store = unlock(Store::open(folder)?).map_err(|(_, error)| error)?;
    hurry(&store);
    Ok(store)
}

fn hurry(store: &OpenStore) {
    store
        .conn
        .pragma_update(None, "synchronous", "OFF")
        .unwrap();
}

/// Rows of every kind, in two teams, none of which hides another.
fn fill(store: &mut OpenStore) {
    store
        .transaction(|tx| {
            tx.put_value(None, "theme", b"dark")?;
            tx.put_value(None, "teams", b"two of them")?;
            for t in [1, 2] {
                let team = team(t);
                tx.put_value(Some(&team), "genesis", &[t; 40])?;
                tx.put_item(&team, &item(1), &[t, 1])?;
                tx.put_item(&team, &item(2), &[t, 2])?;
                tx.put_draft(&team, b"new", &[t, 3])?;
                tx.put_draft(&team, b"edit", &[t, 4])?;
                let bodies = [(entry(1), vec![t, 5]), (entry(2), vec![t, 6])];
                tx.put_pack(&team, &log(1), 0, 3, &[t, 7], &bodies)?;
                tx.put_pack(&team, &log(1), 4, 5, &[t, 8], &bodies)?;
                tx.put_pack(&team, &log(2), 0, 1, &[t, 9], &bodies)?;
                tx.append_pending(&team, &log(1), 6, &[t, 10], Some((entry(3), &[t, 11])))?;
                tx.append_pending(&team, &log(1), 7, &[t, 12], None)?;
                let long = vec![t; 40_000];
                tx.put_overview(&team, &item(1), &long)?;
                tx.put_overview(&team, &item(2), &long)?;
            }
            Ok::<_, StoreError>(())
        })
        .unwrap();
    // The pages were folded; these stay in the delta.
    for n in [3, 4] {
        for t in [1, 2] {
            store
                .transaction(|tx| tx.put_overview(&team(t), &item(n), &[t, 13, n as u8]))
                .unwrap();
        }
    }
}

/// Everything that can be read, by what it was asked for.
fn read_all(store: &mut OpenStore) -> Result<BTreeMap<String, Vec<u8>>, StoreError> {
    let mut all = BTreeMap::new();
    for (name, data) in store.values(None, "")? {
        all.insert(format!("value {name}"), data.to_vec());
    }
    for known in store.teams()? {
        for (name, data) in store.values(Some(&known), "")? {
            all.insert(format!("{known} value {name}"), data.to_vec());
        }
        for (name, data) in store.drafts(&known)? {
            all.insert(format!("{known} draft {name:?}"), data.to_vec());
        }
        for pack in store.packs(&known, None)? {
            let pack = pack?;
            let place = format!("{known} pack {} {}-{}", pack.log, pack.first, pack.last);
            all.insert(place, pack.control.to_vec());
        }
        for log in store.logs(&known)? {
            for pending in store.pending(&known, &log)? {
                let place = format!("{known} pending {log} {}", pending.seq);
                all.insert(place, pending.raw.to_vec());
            }
        }
    }
    for (name, team) in [("one", team(1)), ("two", team(2))] {
        for n in 1..=4 {
            if let Some(data) = store.item(&team, &item(n))? {
                all.insert(format!("{name} item {n}"), data.to_vec());
            }
            if let Some(data) = store.body(&team, &entry(n))? {
                all.insert(format!("{name} body {n}"), data.to_vec());
            }
        }
        for (item, data) in store.load_overviews(&team)?.iter() {
            all.insert(format!("{name} overview {item}"), data.to_vec());
        }
    }
    Ok(all)
}
