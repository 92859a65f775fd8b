//! Older files become newer ones with a copy kept; newer files are refused.

use super::*;
use crate::schema::STEPS;

const ADDS_A_COLUMN: &str = "ALTER TABLE items ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0";
const FAILS: &str = "ALTER TABLE items ADD COLUMN pinned INTEGER; SELECT * FROM no_such_table";

fn next(step: &'static str) -> Vec<&'static str> {
    STEPS.iter().copied().chain([step]).collect()
}

fn open_with(folder: &Path, steps: &[&str]) -> Result<OpenStore, StoreError> {
    unlock(Store::open_with(folder, steps)?).map_err(|(_, error)| error)
}

fn copies(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains("schema"))
        .collect();
    names.sort();
    names
}

#[test]
fn an_older_file_is_moved_and_its_copy_still_opens() {
    let (folder, mut store) = profile(1);
    fill(&mut store);
    let before = read_all(&mut store).unwrap();
    drop(store);
    let mut store = open_with(folder.path(), &next(ADDS_A_COLUMN)).unwrap();
    store
        .conn
        .execute("UPDATE items SET pinned = 1", [])
        .unwrap();
    assert_eq!(read_all(&mut store).unwrap(), before);
    drop(store);
    // A second opening has nothing to move and makes no copy.
    drop(open_with(folder.path(), &next(ADDS_A_COLUMN)).unwrap());
    let copy = format!("conclave.db.schema-{}", STEPS.len());
    assert_eq!(copies(folder.path()), [copy.as_str()]);

    let old = tempfile::tempdir().unwrap();
    std::fs::copy(folder.path().join(copy), old.path().join("conclave.db")).unwrap();
    let mut store = reopen(old.path()).unwrap();
    assert_eq!(read_all(&mut store).unwrap(), before);
}

#[test]
fn a_newer_file_is_refused_untouched() {
    let (folder, store) = profile(1);
    drop(store);
    drop(open_with(folder.path(), &next(ADDS_A_COLUMN)).unwrap());
    let file = folder.path().join("conclave.db");
    let before = std::fs::read(&file).unwrap();
    let known = STEPS.len() as u32;
    match Store::open(folder.path()).err() {
        Some(StoreError::Newer { found, known: ours }) => {
            assert_eq!((found, ours), (known + 1, known));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(std::fs::read(&file).unwrap(), before);
}

#[test]
fn a_step_that_fails_changes_nothing_and_says_where_the_copy_is() {
    let (folder, mut store) = profile(1);
    fill(&mut store);
    let before = read_all(&mut store).unwrap();
    drop(store);
    let Err(StoreError::Migration { copy, .. }) = open_with(folder.path(), &next(FAILS)) else {
        panic!("the step was taken");
    };
    assert!(copy.exists());
    let mut store = reopen(folder.path()).unwrap();
    assert_eq!(read_all(&mut store).unwrap(), before);
    drop(store);
    // What an attempt that was cut short left does not stop the next one.
    std::fs::write(folder.path().join("conclave.db.schema-1.part"), b"half").unwrap();
    assert!(open_with(folder.path(), &next(ADDS_A_COLUMN)).is_ok());
    assert_eq!(copies(folder.path()), ["conclave.db.schema-1"]);
}

#[test]
fn the_steps_make_the_same_schema_from_nothing_as_from_the_first() {
    let schema = |folder: &Path, steps: &[&str]| -> Vec<String> {
        let store = open_with(folder, steps).unwrap();
        let sql = "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name";
        let mut statement = store.conn.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    };
    let steps = next(ADDS_A_COLUMN);
    let moved = tempfile::tempdir().unwrap();
    let new = tempfile::tempdir().unwrap();
    for (folder, steps) in [(&moved, &steps[..1]), (&new, &steps[..])] {
        Store::create_with(folder.path(), &header(1), &lmk(), &mut rng(2), steps).unwrap();
    }
    assert_eq!(schema(moved.path(), &steps), schema(new.path(), &steps));
}

#[test]
fn every_table_but_the_header_has_team_id() {
    let (_folder, store) = profile(1);
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN
               (SELECT m.name FROM sqlite_schema m, pragma_table_info(m.name) c
                WHERE c.name = 'team_id')";
    let mut statement = store.conn.prepare(sql).unwrap();
    let without: Vec<String> = statement
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(without, ["header"]);
}
