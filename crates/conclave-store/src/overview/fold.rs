//! The end of a transaction: its overview changes are appended to the delta, or the delta is
//! folded into pages.

use std::collections::{BTreeMap, HashMap};

use conclave_core::id::{ItemId, TeamId};
use rusqlite::params;
use zeroize::Zeroizing;

use super::{
    Change, Ledger, Staged, each_row,
    ledger::RowRecords,
    page::{self, PAGE, encoded_len},
    word,
};
use crate::{
    error::StoreError,
    open::{Reader, Tx},
    sealed::{Table, altered},
};

/// The delta is folded when it has grown to as many sealed bytes…
const FOLD_BYTES: usize = 64 << 10;

/// …or rows: every one of them is opened when the profile is unlocked.
const FOLD_ROWS: usize = 256;

/// Records by item; the newest of each.
type Newest = BTreeMap<ItemId, Option<Zeroizing<Vec<u8>>>>;

/// Writes what a transaction staged, and says what is to be remembered once it is committed.
pub(crate) fn write_staged(
    tx: &mut Tx<'_>,
    ledgers: &HashMap<TeamId, Ledger>,
) -> Result<Vec<(TeamId, Change)>, StoreError> {
    let mut changes = Vec::new();
    for (team, staged) in core::mem::take(&mut tx.staged) {
        let counted;
        let known = match ledgers.get(&team) {
            Some(known) if !staged.cleared => known,
            _ => {
                counted = count_delta(tx, &team)?;
                &counted
            }
        };
        let change = write(tx, &team, staged, known)?;
        changes.push((team, change));
    }
    Ok(changes)
}

/// The length of a delta that this session has not seen yet; it is never longer than a page.
fn count_delta(reader: &Reader, team: &TeamId) -> Result<Ledger, StoreError> {
    let mut ledger = Ledger::default();
    if let Some(number) = reader.team_number(Some(team))? {
        let (rows, bytes): (i64, i64) = reader
            .conn
            .prepare_cached(
                "SELECT count(*), coalesce(sum(length(sealed)), 0) FROM overview_delta
                 WHERE team_id = ?1",
            )?
            .query_row([number], |row| Ok((row.get(0)?, row.get(1)?)))?;
        ledger.delta_rows = usize::try_from(rows).map_err(|_| altered(Table::OverviewDelta))?;
        ledger.delta_bytes = usize::try_from(bytes).map_err(|_| altered(Table::OverviewDelta))?;
    }
    Ok(ledger)
}

fn write(
    tx: &mut Tx<'_>,
    team: &TeamId,
    staged: Staged,
    known: &Ledger,
) -> Result<Change, StoreError> {
    let mut change = Change {
        cleared: staged.cleared,
        delta_rows: known.delta_rows,
        delta_bytes: known.delta_bytes,
        ..Change::default()
    };
    if staged.changes.is_empty() {
        return Ok(change);
    }
    let number = tx.team_number_or_new(Some(team))?;
    let next = next_row(tx)?;
    let staged_bytes: usize = staged
        .changes
        .values()
        .map(|content| encoded_len(content.as_ref().map(|content| content.as_slice())))
        .sum();
    if known.delta_bytes + staged_bytes >= FOLD_BYTES || known.delta_rows + 1 >= FOLD_ROWS {
        return fold(tx, team, number, next, staged.changes, known, change);
    }
    let mut row = Builder::new(Table::OverviewDelta, next);
    for (item, content) in &staged.changes {
        row.push(item, content.as_ref().map(|content| content.as_slice()))?;
    }
    let (written, bytes) = row.finish(tx, team, number)?;
    change.delta_rows += written.len();
    change.written = written;
    change.delta_bytes += bytes;
    Ok(change)
}

/// Makes pages of what was staged, of the delta and of the most worn pages.
fn fold(
    tx: &mut Tx<'_>,
    team: &TeamId,
    number: i64,
    next: i64,
    staged: Newest,
    known: &Ledger,
    mut change: Change,
) -> Result<Change, StoreError> {
    let mut newest = staged;
    let mut dropped = Vec::new();
    each_row(
        tx,
        Table::OverviewDelta,
        team,
        number,
        |row, _, plaintext| {
            dropped.push(collect(
                Table::OverviewDelta,
                row,
                &plaintext,
                |item, content| {
                    newest.entry(item).or_insert_with(|| content.map(owned));
                },
            )?);
            Ok(())
        },
    )?;
    if let Some(index) = &known.index {
        let mut moved = Newest::new();
        for row in index.worn_pages() {
            let plaintext = open_page(tx, team, row)?;
            dropped.push(collect(
                Table::OverviewPages,
                row,
                &plaintext,
                |item, content| {
                    if index.is_newest(&item, row) {
                        moved.insert(item, content.map(owned));
                    }
                },
            )?);
        }
        for (item, content) in moved {
            newest.entry(item).or_insert(content);
        }
        // "Removed" need not be said of an item of which no other record is left.
        let mut gone: HashMap<ItemId, u32> = HashMap::new();
        for (item, _) in dropped.iter().flat_map(|row| &row.records) {
            *gone.entry(*item).or_default() += 1;
        }
        newest.retain(|item, content| {
            content.is_some() || index.copies(item) > gone.get(item).copied().unwrap_or(0)
        });
    }
    // Deleted before the new rows are written, which then take the very same places in the file.
    for row in &dropped {
        let sql = if row.packed {
            "DELETE FROM overview_pages WHERE id = ?1"
        } else {
            "DELETE FROM overview_delta WHERE id = ?1"
        };
        tx.conn.prepare_cached(sql)?.execute([row.row])?;
    }
    let mut pages = Builder::new(Table::OverviewPages, next);
    for (item, content) in &newest {
        pages.push(item, content.as_ref().map(|content| content.as_slice()))?;
    }
    (change.written, _) = pages.finish(tx, team, number)?;
    change.dropped = dropped;
    change.delta_rows = 0;
    change.delta_bytes = 0;
    Ok(change)
}

/// Fills pages with records, and writes them with rising row numbers.
struct Builder {
    table: Table,
    next: i64,
    pages: Vec<(Zeroizing<Vec<u8>>, RowRecords)>,
}

impl Builder {
    const fn new(table: Table, next: i64) -> Self {
        Self {
            table,
            next,
            pages: Vec::new(),
        }
    }

    fn push(&mut self, item: &ItemId, content: Option<&[u8]>) -> Result<(), StoreError> {
        let len = encoded_len(content);
        let full = self
            .pages
            .last()
            .is_none_or(|(page, _)| page.len() + len > page.capacity().max(PAGE));
        if full {
            // An overview that is longer than a page gets one of its own.
            let page = Zeroizing::new(Vec::with_capacity(len.max(PAGE)));
            let records = RowRecords {
                row: self.next,
                packed: self.table == Table::OverviewPages,
                records: Vec::new(),
            };
            self.pages.push((page, records));
            self.next += 1;
        }
        if let Some((page, row)) = self.pages.last_mut() {
            page::push(page, item, content);
            row.records.push((*item, word(len, self.table)?));
        }
        Ok(())
    }

    /// The rows that were written, and their sealed bytes.
    fn finish(
        self,
        tx: &mut Tx<'_>,
        team: &TeamId,
        number: i64,
    ) -> Result<(Vec<RowRecords>, usize), StoreError> {
        let sql = match self.table {
            Table::OverviewPages => {
                "INSERT INTO overview_pages (id, team_id, sealed) VALUES (?1, ?2, ?3)"
            }
            _ => "INSERT INTO overview_delta (id, team_id, sealed) VALUES (?1, ?2, ?3)",
        };
        let (mut written, mut bytes) = (Vec::new(), 0);
        for (page, row) in self.pages {
            let sealed = tx.seal(self.table, Some(team), &row.row.to_le_bytes(), &page)?;
            tx.conn
                .prepare_cached(sql)?
                .execute(params![row.row, number, sealed])?;
            bytes += sealed.len();
            written.push(row);
        }
        Ok((written, bytes))
    }
}

/// One more than any row of either table has: the newer row wins, and a number is not used again,
/// so that an old row put back under its number would be noticed.
fn next_row(reader: &Reader) -> Result<i64, StoreError> {
    let last: i64 = reader
        .conn
        .prepare_cached(
            "SELECT max(coalesce((SELECT max(id) FROM overview_delta), 0),
                        coalesce((SELECT max(id) FROM overview_pages), 0))",
        )?
        .query_row([], |row| row.get(0))?;
    last.checked_add(1).ok_or(altered(Table::OverviewPages))
}

fn open_page(reader: &Reader, team: &TeamId, row: i64) -> Result<Zeroizing<Vec<u8>>, StoreError> {
    let mut statement = reader
        .conn
        .prepare_cached("SELECT sealed FROM overview_pages WHERE id = ?1")?;
    let mut rows = statement.query([row])?;
    let found = rows.next()?.ok_or(altered(Table::OverviewPages))?;
    let sealed = found.get_ref(0)?.as_blob()?;
    reader
        .keys
        .open(Table::OverviewPages, Some(team), &row.to_le_bytes(), sealed)
}

/// Hands out each record of a row and lists what they were.
fn collect(
    table: Table,
    row: i64,
    plaintext: &[u8],
    mut each: impl FnMut(ItemId, Option<&[u8]>),
) -> Result<RowRecords, StoreError> {
    let mut records = Vec::new();
    for record in page::records(plaintext) {
        let record = record.map_err(|_| altered(table))?;
        each(record.item, record.content);
        records.push((record.item, word(record.len(), table)?));
    }
    Ok(RowRecords {
        row,
        packed: table == Table::OverviewPages,
        records,
    })
}

fn owned(content: &[u8]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(content.to_vec())
}
