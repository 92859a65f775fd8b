//! Rows that were altered, or moved to another place, are refused.

use super::*;
use crate::sealed::Table;

const SEALED: [Table; 10] = [
    Table::Teams,
    Table::Logs,
    Table::Values,
    Table::Items,
    Table::Drafts,
    Table::Bodies,
    Table::Pending,
    Table::Packs,
    Table::OverviewDelta,
    Table::OverviewPages,
];

/// Every row of the tables: table, row id, sealed bytes.
fn sealed_rows(store: &OpenStore) -> Vec<(Table, i64, Vec<u8>)> {
    let mut rows = Vec::new();
    for table in SEALED {
        let sql = format!("SELECT rowid, sealed FROM {}", table.name());
        let mut statement = store.conn.prepare(&sql).unwrap();
        let found = statement.query_map([], |row| Ok((table, row.get(0)?, row.get(1)?)));
        let before = rows.len();
        rows.extend(found.unwrap().map(Result::unwrap));
        assert!(rows.len() > before, "{} has no row to try", table.name());
    }
    rows
}

fn write(store: &OpenStore, table: Table, row: i64, sealed: &[u8]) {
    let sql = format!("UPDATE {} SET sealed = ?1 WHERE rowid = ?2", table.name());
    assert_eq!(
        store
            .conn
            .execute(&sql, rusqlite::params![sealed, row])
            .unwrap(),
        1
    );
}

fn refused(store: &mut OpenStore, table: Table, what: &str) {
    match read_all(store) {
        Err(StoreError::Altered { table: named }) => assert_eq!(named, table.name(), "{what}"),
        other => panic!("{} {what}: {other:?}", table.name()),
    }
}

#[test]
fn hostile_09_every_flipped_byte_of_every_kind_of_row_is_refused() {
    let (_folder, mut store) = profile(1);
    fill(&mut store);
    let honest = read_all(&mut store).unwrap();
    let mut tried = Vec::new();
    for (table, row, sealed) in sealed_rows(&store) {
        // One row of each table; of the long pages both ends and some of the middle.
        if tried.contains(&table) {
            continue;
        }
        tried.push(table);
        let end = sealed.len();
        for at in (0..end).filter(|at| end < 2048 || *at < 200 || end - at < 40 || at % 997 == 0) {
            let mut flipped = sealed.clone();
            flipped[at] ^= 1 << (at % 8);
            write(&store, table, row, &flipped);
            refused(&mut store, table, &format!("byte {at}"));
        }
        for cut in [0, 1, 103, sealed.len() - 1] {
            write(&store, table, row, &sealed[..cut]);
            refused(&mut store, table, &format!("cut to {cut}"));
        }
        let longer = [&sealed[..], &[0]].concat();
        write(&store, table, row, &longer);
        refused(&mut store, table, "one byte longer");
        write(&store, table, row, &sealed);
    }
    assert_eq!(tried, SEALED);
    assert_eq!(read_all(&mut store).unwrap(), honest);
}

#[test]
fn hostile_01_no_row_opens_in_the_place_of_another() {
    let (_folder, mut store) = profile(1);
    fill(&mut store);
    let honest = read_all(&mut store).unwrap();
    let rows = sealed_rows(&store);
    for (table, row, sealed) in &rows {
        for (from_table, from_row, foreign) in &rows {
            if (table, row) != (from_table, from_row) {
                write(&store, *table, *row, foreign);
                let from = format!("row {row} with that of {} {from_row}", from_table.name());
                refused(&mut store, *table, &from);
            }
        }
        write(&store, *table, *row, sealed);
    }
    assert_eq!(read_all(&mut store).unwrap(), honest);
}

#[test]
fn no_row_opens_in_another_profile_with_the_same_key() {
    let (_folder, mut ours) = profile(1);
    let (_other_folder, mut theirs) = profile(2);
    fill(&mut ours);
    fill(&mut theirs);
    let honest = sealed_rows(&ours);
    let foreign = sealed_rows(&theirs);
    assert_eq!(honest.len(), foreign.len());
    for ((table, row, sealed), (_, _, foreign)) in honest.iter().zip(&foreign) {
        write(&ours, *table, *row, foreign);
        refused(&mut ours, *table, "another profile's");
        write(&ours, *table, *row, sealed);
    }
    // Whole rows, with the pseudonyms by which they are found, are nowhere looked for.
    let tag = "SELECT tag FROM items WHERE id = 1";
    let tags = [&ours, &theirs].map(|store| {
        store
            .conn
            .query_row(tag, [], |row| row.get::<_, Vec<u8>>(0))
            .unwrap()
    });
    assert_ne!(tags[0], tags[1]);
}

#[test]
fn clear_columns_can_hide_a_row_but_never_give_one_out_as_another() {
    let (_folder, mut store) = profile(1);
    fill(&mut store);
    let honest = read_all(&mut store).unwrap();
    let columns = "SELECT m.name, c.name, c.type FROM sqlite_schema m, pragma_table_info(m.name) c
                   WHERE m.type = 'table' AND m.name <> 'header' AND c.name <> 'sealed'";
    let columns: Vec<(String, String, String)> = {
        let mut statement = store.conn.prepare(columns).unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
        rows.unwrap().map(Result::unwrap).collect()
    };
    assert_eq!(columns.len(), 30, "{columns:?}");
    // Nothing in the file may stop the thief from writing what he wants.
    store
        .conn
        .pragma_update(None, "foreign_keys", false)
        .unwrap();
    let (mut refused, mut hidden) = (0, 0);
    for (table, column, kind) in columns {
        let rows = format!("SELECT rowid, {column} FROM {table}");
        let rows: Vec<(i64, rusqlite::types::Value)> = {
            let mut statement = store.conn.prepare(&rows).unwrap();
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
            rows.unwrap().map(Result::unwrap).collect()
        };
        let mut values: Vec<_> = rows.iter().map(|(_, value)| value.clone()).collect();
        if kind == "INTEGER" {
            values.extend([-1, 0, 1 << 41, i64::MAX].map(Into::into));
        }
        for (row, own) in &rows {
            for value in values.iter().filter(|value| *value != own) {
                store.conn.execute_batch("SAVEPOINT thief").unwrap();
                let other = format!("DELETE FROM {table} WHERE rowid <> ?2 AND {column} = ?1");
                let this = format!("UPDATE {table} SET {column} = ?1 WHERE rowid = ?2");
                let params = rusqlite::params![value, row];
                // As it stands, and where only one row can have the value, in that row's place.
                if store.conn.execute(&this, params).is_err() {
                    store.conn.execute(&other, params).unwrap();
                    let _ = store.conn.execute(&this, params);
                }
                match read_all(&mut store) {
                    Err(StoreError::Altered { .. } | StoreError::Damaged(_)) => refused += 1,
                    Err(error) => panic!("{table}.{column}: {error:?}"),
                    Ok(read) => {
                        hidden += 1;
                        for (place, data) in &read {
                            assert_eq!(honest.get(place), Some(data), "{table}.{column} {place}");
                        }
                    }
                }
                store
                    .conn
                    .execute_batch("ROLLBACK TO thief; RELEASE thief")
                    .unwrap();
            }
        }
    }
    assert!(refused > 100 && hidden > 100, "{refused} {hidden}");
    assert_eq!(read_all(&mut store).unwrap(), honest);
}

#[test]
fn triggers_and_views_of_a_hostile_file_do_not_run() {
    let (folder, store) = profile(1);
    drop(store);
    let conn = rusqlite::Connection::open(folder.path().join("conclave.db")).unwrap();
    conn.execute_batch(
        "CREATE TRIGGER thief AFTER INSERT ON items BEGIN DELETE FROM items; END;
         ALTER TABLE drafts RENAME TO real; CREATE VIEW drafts AS SELECT * FROM real;",
    )
    .unwrap();
    drop(conn);
    let mut store = reopen(folder.path()).unwrap();
    store
        .transaction(|tx| tx.put_item(&team(1), &item(1), b"kept"))
        .unwrap();
    assert!(store.item(&team(1), &item(1)).unwrap().is_some());
    assert!(store.draft(&team(1), b"new").is_err());
}
