//! Nothing that was stored, and no id, lies readable in any file.

use std::fs;

use super::*;

const CANARY: &str = "q7Xv2LmZt9RbKw4HnY8c";

/// Whether any file of the folder holds the bytes.
fn holds(folder: &Path, bytes: &[u8]) -> bool {
    fs::read_dir(folder).unwrap().any(|file| {
        let content = fs::read(file.unwrap().path()).unwrap();
        content.windows(bytes.len()).any(|window| window == bytes)
    })
}

fn forms(text: &str) -> Vec<Vec<u8>> {
    let utf16: Vec<u16> = text.encode_utf16().collect();
    vec![
        text.as_bytes().to_vec(),
        utf16.iter().flat_map(|unit| unit.to_le_bytes()).collect(),
        utf16.iter().flat_map(|unit| unit.to_be_bytes()).collect(),
    ]
}

#[test]
fn no_canary_lies_in_database_or_write_ahead_log() {
    let (folder, mut store) = profile(1);
    // Ids have a look of their own here, so that finding one means something.
    let id = |n: u8| -> [u8; 32] { core::array::from_fn(|i| (i as u8).wrapping_mul(73) ^ n) };
    let (team, log) = (TeamId::new(id(1)), LogId::new(id(2)));
    let (item, hash) = (ItemId::new(id(3)), EntryHash::new(id(4)));
    let name = format!("name-{CANARY}");
    let data = format!("data-{CANARY}").into_bytes();
    store
        .transaction(|tx| {
            tx.put_value(None, &name, &data)?;
            tx.put_value(Some(&team), &name, &data)?;
            tx.put_item(&team, &item, &data)?;
            tx.put_draft(&team, name.as_bytes(), &data)?;
            tx.append_pending(&team, &log, 0, &data, Some((hash, &data)))?;
            tx.pack_pending(&team, &log, 0, 0, &data)?;
            tx.append_pending(&team, &log, 1, &data, Some((EntryHash::new(id(5)), &data)))?;
            tx.put_overview(&team, &item, &data.repeat(3000))?;
            Ok::<_, StoreError>(())
        })
        .unwrap();
    store
        .transaction(|tx| tx.put_overview(&team, &item, &data))
        .unwrap();
    let absent = |when: &str| {
        for form in forms(CANARY) {
            assert!(!holds(folder.path(), &form), "{when}");
        }
        for n in 1..=5 {
            // Eight bytes of an id are as telling as all of it.
            assert!(!holds(folder.path(), &id(n)[8..16]), "{when}: id {n}");
        }
        assert!(!holds(folder.path(), &[0x11; 16]), "{when}: the master key");
    };
    assert!(
        fs::metadata(folder.path().join("conclave.db-wal"))
            .unwrap()
            .len()
            > 100_000
    );
    absent("while open");
    store.checkpoint().unwrap();
    assert_eq!(
        fs::metadata(folder.path().join("conclave.db-wal"))
            .unwrap()
            .len(),
        0
    );
    absent("after a checkpoint");
    store.transaction(|tx| tx.forget_team(&team)).unwrap();
    absent("after forgetting");

    // The search finds what is there.
    store
        .conn
        .execute("UPDATE named_values SET sealed = ?1", [CANARY.as_bytes()])
        .unwrap();
    assert!(holds(folder.path(), CANARY.as_bytes()));
}
