//! What an open store remembers of a team's overview rows: how long the delta is, and, once the
//! overviews were loaded, where each item's newest record lies and how worn each page is.
//!
//! It is memory only and follows from the rows; a transaction changes it after its commit.

use std::collections::{BTreeMap, HashMap};

use conclave_core::id::ItemId;

use super::page::PAGE;

/// Pages cleaned in one go, at most: a commit that folds stays short.
const MAX_CLEANED: usize = 4;

/// The state of one team.
#[derive(Default)]
#[cfg_attr(test, derive(Debug, PartialEq))]
pub(crate) struct Ledger {
    pub(super) delta_rows: usize,
    pub(super) delta_bytes: usize,
    pub(super) index: Option<Index>,
}

/// Where everything lies.
#[derive(Default)]
#[cfg_attr(test, derive(Debug, PartialEq))]
pub(super) struct Index {
    places: HashMap<ItemId, Place>,
    pages: BTreeMap<i64, Fill>,
}

/// Where an item's newest record lies, and how many records of it there are in all.
#[cfg_attr(test, derive(Debug, PartialEq))]
struct Place {
    row: i64,
    len: u32,
    copies: u32,
}

/// How many bytes of records a packed page holds, and how many of them are the newest.
#[cfg_attr(test, derive(Debug, PartialEq))]
struct Fill {
    total: usize,
    live: usize,
}

/// What a committed transaction did to the rows of one team.
#[derive(Default)]
pub(crate) struct Change {
    /// All rows that were there before are gone.
    pub(super) cleared: bool,
    pub(super) dropped: Vec<RowRecords>,
    pub(super) written: Vec<RowRecords>,
    pub(super) delta_rows: usize,
    pub(super) delta_bytes: usize,
}

/// The records of one row: which items, how long.
pub(super) struct RowRecords {
    pub(super) row: i64,
    pub(super) packed: bool,
    pub(super) records: Vec<(ItemId, u32)>,
}

impl Ledger {
    pub(crate) fn apply(&mut self, change: Change) {
        self.delta_rows = change.delta_rows;
        self.delta_bytes = change.delta_bytes;
        if change.cleared {
            self.index = Some(Index::default());
        }
        if let Some(index) = &mut self.index {
            for row in &change.dropped {
                index.drop_row(row);
            }
            for row in &change.written {
                index.add_newer(row);
            }
        }
    }
}

#[cfg(test)]
impl Ledger {
    /// Whether a ledger kept up to date is as one that was made from the rows.
    pub(crate) fn agrees_with(&self, fresh: &Self) -> bool {
        self.delta_rows == fresh.delta_rows
            && self.delta_bytes == fresh.delta_bytes
            && (self.index.is_none() || self.index == fresh.index)
    }
}

impl Index {
    /// Room for as many items.
    pub(super) fn with_capacity(items: usize) -> Self {
        Self {
            places: HashMap::with_capacity(items),
            pages: BTreeMap::new(),
        }
    }

    /// Notes a record while loading, newest row first; `true` if it is the item's newest.
    pub(super) fn add_older(&mut self, row: i64, item: ItemId, len: u32) -> bool {
        let place = self.places.entry(item).or_insert(Place {
            row,
            len,
            copies: 0,
        });
        place.copies += 1;
        place.copies == 1
    }

    /// Notes a packed page while loading.
    pub(super) fn add_page(&mut self, row: i64, total: usize, live: usize) {
        self.pages.insert(row, Fill { total, live });
    }

    /// Whether the item's newest record lies in this row.
    pub(super) fn is_newest(&self, item: &ItemId, row: i64) -> bool {
        self.places.get(item).is_some_and(|place| place.row == row)
    }

    /// How many records there are of an item.
    pub(super) fn copies(&self, item: &ItemId) -> u32 {
        self.places.get(item).map_or(0, |place| place.copies)
    }

    /// The most worn pages, as long as more than a third of all bytes are dead. So the pages never
    /// hold much more than one and a half times what is alive, and an edit costs what it writes
    /// and at most about twice that for cleaning, however many items there are.
    pub(super) fn worn_pages(&self) -> Vec<i64> {
        let mut total: usize = self.pages.values().map(|fill| fill.total).sum();
        let live: usize = self.pages.values().map(|fill| fill.live).sum();
        let mut worn: Vec<_> = self
            .pages
            .iter()
            .map(|(row, fill)| (fill.total.saturating_sub(fill.live), *row))
            .filter(|(dead, _)| *dead > 0)
            .collect();
        worn.sort_unstable_by(|a, b| b.cmp(a));
        let mut chosen = Vec::new();
        for (dead, row) in worn.into_iter().take(MAX_CLEANED) {
            if total <= live + live / 2 + 2 * PAGE {
                break;
            }
            total -= dead;
            chosen.push(row);
        }
        chosen
    }

    fn drop_row(&mut self, row: &RowRecords) {
        self.pages.remove(&row.row);
        for (item, _) in &row.records {
            if let Some(place) = self.places.get_mut(item) {
                place.copies = place.copies.saturating_sub(1);
                if place.copies == 0 {
                    self.places.remove(item);
                }
            }
        }
    }

    /// Notes a row that is newer than all others.
    fn add_newer(&mut self, row: &RowRecords) {
        if row.packed {
            let total = row.records.iter().map(|(_, len)| *len as usize).sum();
            self.pages.insert(row.row, Fill { total, live: total });
        }
        for (item, len) in &row.records {
            let place = self.places.entry(*item).or_insert(Place {
                row: row.row,
                len: *len,
                copies: 0,
            });
            if let Some(fill) = self.pages.get_mut(&place.row)
                && place.row != row.row
            {
                fill.live = fill.live.saturating_sub(place.len as usize);
            }
            place.row = row.row;
            place.len = *len;
            place.copies += 1;
        }
    }
}
