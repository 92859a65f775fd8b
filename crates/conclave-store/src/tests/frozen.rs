//! Files of every schema there was still open and hold what they held.
//!
//! `tests/fixtures/schema-<n>.db` is a file as the first version with that schema wrote it. It is
//! never edited and never made anew: what it holds is what somebody's computer holds.

use std::{fs, path::PathBuf};

use super::*;
use crate::schema::STEPS;

fn fixture(schema: usize) -> PathBuf {
    let name = format!("tests/fixtures/schema-{schema}.db");
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// A row of every kind; later schemas add to it.
fn fill_fixture(store: &mut OpenStore) -> Result<(), StoreError> {
    let t = team(1);
    store.transaction(|tx| {
        tx.put_value(None, "theme", b"dark")?;
        tx.put_value(Some(&t), "genesis", &[1; 40])?;
        tx.put_item(&t, &item(1), b"an item")?;
        tx.put_draft(&t, b"new", b"a draft")?;
        let bodies = [(entry(1), b"a body")];
        tx.put_pack(&t, &log(1), 0, 3, b"a pack", &bodies)?;
        tx.append_pending(&t, &log(1), 4, b"an entry", Some((entry(2), b"its body")))?;
        // Enough of them for a page.
        for n in 1..=4 {
            tx.put_overview(&t, &item(n), &[n as u8; 17_000])?;
        }
        Ok::<_, StoreError>(())
    })?;
    store.transaction(|tx| tx.put_overview(&t, &item(4), b"an overview"))
}

#[test]
fn every_schema_there_was_still_opens() {
    let (_folder, mut expected) = profile(1);
    fill_fixture(&mut expected).unwrap();
    let expected = read_all(&mut expected).unwrap();
    for schema in 1..=STEPS.len() {
        let folder = tempfile::tempdir().unwrap();
        fs::copy(fixture(schema), folder.path().join("conclave.db")).unwrap();
        let mut store = reopen(folder.path()).unwrap();
        assert_eq!(read_all(&mut store).unwrap(), expected, "schema {schema}");
        let lmk = store.header().unwrap_passphrase(&local_key()).unwrap();
        assert_eq!(lmk.expose_secret(), &[0x11; 32]);
        store.check_structure().unwrap();
    }
}

#[test]
#[ignore = "writes the fixture of a new schema, once; it never replaces one"]
fn write_the_newest_fixture() {
    let path = fixture(STEPS.len());
    assert!(!path.exists(), "it is frozen");
    let (folder, mut store) = profile(1);
    fill_fixture(&mut store).unwrap();
    store.checkpoint().unwrap();
    drop(store);
    fs::copy(folder.path().join("conclave.db"), path).unwrap();
}
