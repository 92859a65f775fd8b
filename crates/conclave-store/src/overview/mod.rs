//! Overviews: what the list shows of every item, kept apart from the items so that unlocking
//! opens these and nothing else.
//!
//! They lie in packed pages of 64 KiB, since a hundred thousand rows opened one by one take ten
//! times as long. A change is never written into a page: each transaction appends one small row to
//! the delta. When the delta has grown to the size of a page it is folded into a new page, and the
//! most worn old pages are cleaned into it too. Newer rows win, so nothing is ever rewritten in
//! place, and a change costs the same at a thousand items and at a million
//! (docs/performance.md, P2 and P3).

mod fold;
mod ledger;
mod page;

use std::collections::BTreeMap;

use conclave_core::id::{ItemId, TeamId};
use zeroize::Zeroizing;

use crate::{
    error::StoreError,
    open::{Reader, Tx},
    sealed::{Table, altered, check_len},
};

pub(crate) use fold::write_staged;
use ledger::Index;
pub(crate) use ledger::{Change, Ledger};

/// The overviews of a team's items, opened, each once and newest. One memory for all of them; it
/// is wiped when dropped.
pub struct Overviews {
    pages: Vec<Zeroizing<Vec<u8>>>,
    spans: Vec<Span>,
}

/// Where a content lies in the pages.
struct Span {
    page: u32,
    at: u32,
    len: u32,
    item: ItemId,
}

impl Overviews {
    /// How many items there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.spans.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// Each item with its overview, in no order that means anything.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (ItemId, &[u8])> {
        self.spans.iter().map(|span| {
            let (at, len) = (span.at as usize, span.len as usize);
            let page = self.pages.get(span.page as usize);
            let content = page.and_then(|page| page.get(at..at + len));
            // Spans are made from the pages that they point into.
            (span.item, content.unwrap_or_default())
        })
    }
}

/// The changes of one transaction to one team's overviews, until its end.
#[derive(Default)]
pub(crate) struct Staged {
    cleared: bool,
    changes: BTreeMap<ItemId, Option<Zeroizing<Vec<u8>>>>,
}

impl Tx<'_> {
    /// Puts an item's overview, in place of an earlier one.
    ///
    /// # Errors
    /// [`StoreError::TooLarge`].
    pub fn put_overview(
        &mut self,
        team: &TeamId,
        item: &ItemId,
        content: &[u8],
    ) -> Result<(), StoreError> {
        check_len("an overview", content.len(), page::MAX_OVERVIEW)?;
        let content = Some(Zeroizing::new(content.to_vec()));
        self.staged
            .entry(*team)
            .or_default()
            .changes
            .insert(*item, content);
        Ok(())
    }

    /// Removes an item's overview, if there is one.
    pub fn remove_overview(&mut self, team: &TeamId, item: &ItemId) {
        self.staged
            .entry(*team)
            .or_default()
            .changes
            .insert(*item, None);
    }

    /// Removes all overviews of a team, damaged ones too: they follow from the items and can be
    /// written anew.
    ///
    /// # Errors
    /// What the database refuses.
    pub fn clear_overviews(&mut self, team: &TeamId) -> Result<(), StoreError> {
        if let Some(number) = self.team_number(Some(team))? {
            for sql in [
                "DELETE FROM overview_delta WHERE team_id = ?1",
                "DELETE FROM overview_pages WHERE team_id = ?1",
            ] {
                self.conn.prepare_cached(sql)?.execute([number])?;
            }
        }
        let staged = self.staged.entry(*team).or_default();
        staged.changes.clear();
        staged.cleared = true;
        Ok(())
    }
}

/// Opens all of a team's rows, newest first, and keeps of each item what comes first.
pub(crate) fn load(reader: &Reader, team: &TeamId) -> Result<(Overviews, Ledger), StoreError> {
    let mut ledger = Ledger::default();
    let mut opened: Vec<(i64, bool, Zeroizing<Vec<u8>>)> = Vec::new();
    if let Some(number) = reader.team_number(Some(team))? {
        for table in [Table::OverviewDelta, Table::OverviewPages] {
            each_row(reader, table, team, number, |row, sealed_len, plaintext| {
                let packed = table == Table::OverviewPages;
                if !packed {
                    ledger.delta_rows += 1;
                    ledger.delta_bytes += sealed_len;
                }
                opened.push((row, packed, plaintext));
                Ok(())
            })?;
        }
    }
    // Counted first: a table that grows while it is filled moves every entry again and again.
    let total = opened
        .iter()
        .map(|(_, _, page)| page::records(page).count())
        .sum();
    let mut index = Index::with_capacity(total);
    let mut overviews = Overviews {
        pages: Vec::with_capacity(opened.len()),
        spans: Vec::with_capacity(total),
    };
    for (row, packed, page) in opened {
        let table = if packed {
            Table::OverviewPages
        } else {
            Table::OverviewDelta
        };
        let number = word(overviews.pages.len(), table)?;
        let mut live = 0;
        for record in page::records(&page) {
            let record = record.map_err(|_| altered(table))?;
            if !index.add_older(row, record.item, word(record.len(), table)?) {
                continue;
            }
            live += record.len();
            if let Some(content) = record.content {
                overviews.spans.push(Span {
                    page: number,
                    at: word(record.at, table)?,
                    len: word(content.len(), table)?,
                    item: record.item,
                });
            }
        }
        if packed {
            index.add_page(row, page.len(), live);
        }
        overviews.pages.push(page);
    }
    ledger.index = Some(index);
    Ok((overviews, ledger))
}

/// Opens every row of a team in one of the two tables, newest first.
fn each_row(
    reader: &Reader,
    table: Table,
    team: &TeamId,
    number: i64,
    mut each: impl FnMut(i64, usize, Zeroizing<Vec<u8>>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let sql = match table {
        Table::OverviewPages => {
            "SELECT id, sealed FROM overview_pages WHERE team_id = ?1 ORDER BY id DESC"
        }
        _ => "SELECT id, sealed FROM overview_delta WHERE team_id = ?1 ORDER BY id DESC",
    };
    let mut statement = reader.conn.prepare_cached(sql)?;
    let mut rows = statement.query([number])?;
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(0)?;
        let sealed = row.get_ref(1)?.as_blob()?;
        let plaintext = reader
            .keys
            .open(table, Some(team), &id.to_le_bytes(), sealed)?;
        each(id, sealed.len(), plaintext)?;
    }
    Ok(())
}

/// A length or offset inside a page; rows are far shorter than a `u32` says.
fn word(number: usize, table: Table) -> Result<u32, StoreError> {
    u32::try_from(number).map_err(|_| altered(table))
}
