//! What the list is searched by: the rows in memory, with this person's own marks.

use std::collections::{BTreeMap, BTreeSet};

use conclave_core::{
    cbor,
    id::{ItemId, ScopeId},
};
use minicbor::{Decode, Encode};

use super::{Engine, EngineError};
use crate::search::{Marks, SearchIndex};

const FAVOURITES: &str = "favourites";
const USED: &str = "used";
/// How many items are remembered as used last; older uses do not move anything to the top.
const REMEMBERED: usize = 200;

/// When an item was used last on this device.
#[derive(Encode, Decode)]
#[cbor(map)]
struct UsedRow {
    #[n(0)]
    item: ItemId,
    #[n(1)]
    at_ms: u64,
}

/// The index, with what it marks items by.
#[derive(Default)]
pub(crate) struct Index {
    pub(crate) search: SearchIndex,
    favourites: BTreeSet<ItemId>,
    used: BTreeMap<ItemId, u64>,
    visible: BTreeSet<ScopeId>,
}

impl Engine {
    /// The items that this person marked on this device.
    pub(crate) const fn favourites(&self) -> &BTreeSet<ItemId> {
        &self.index.favourites
    }

    pub(crate) fn set_favourite(&mut self, item: ItemId, on: bool) -> Result<(), EngineError> {
        let mut all = self.index.favourites.clone();
        if on {
            all.insert(item);
        } else {
            all.remove(&item);
        }
        let list: Vec<ItemId> = all.iter().copied().collect();
        self.keep(FAVOURITES, &cbor::encode(&list))?;
        self.index.favourites = all;
        let marks = self.marks(item);
        self.index.search.set_marks(item, marks);
        self.generation += 1;
        Ok(())
    }

    /// Notes that an item was used now.
    pub(crate) fn note_use(&mut self, item: ItemId) -> Result<(), EngineError> {
        let now = self.now();
        self.index.used.insert(item, now);
        while self.index.used.len() > REMEMBERED {
            let oldest = self.index.used.iter().min_by_key(|(_, at)| **at);
            let Some(oldest) = oldest.map(|(item, _)| *item) else {
                break;
            };
            self.index.used.remove(&oldest);
        }
        let used = self.index.used.iter();
        let rows: Vec<UsedRow> = used
            .map(|(item, at_ms)| UsedRow {
                item: *item,
                at_ms: *at_ms,
            })
            .collect();
        self.keep(USED, &cbor::encode(&rows))?;
        self.index.search.set_used(item, now);
        Ok(())
    }

    /// Reads the marks, when a profile is opened.
    pub(crate) fn load_marks(&mut self) -> Result<(), EngineError> {
        let team = self.team;
        let read = |name| self.store.value(Some(&team), name);
        let favourites = read(FAVOURITES)?.and_then(|row| cbor::decode::<Vec<ItemId>>(&row).ok());
        let used = read(USED)?.and_then(|row| cbor::decode::<Vec<UsedRow>>(&row).ok());
        self.index.favourites = favourites.unwrap_or_default().into_iter().collect();
        let used = used.unwrap_or_default().into_iter();
        self.index.used = used.map(|row| (row.item, row.at_ms)).collect();
        Ok(())
    }

    /// Brings the index up to the rows of `changed`, or to all of them where what this person sees
    /// has changed too.
    pub(crate) fn index_rows(&mut self, changed: &BTreeSet<ItemId>) {
        let visible = self.visible_scopes();
        let all = visible != self.index.visible;
        self.index.visible = visible;
        if all {
            self.index.search = SearchIndex::new();
            self.index.search.reserve(self.list.rows.len());
        }
        let every: BTreeSet<ItemId> = if all {
            self.list.rows.keys().copied().collect()
        } else {
            BTreeSet::new()
        };
        for item in if all { &every } else { changed } {
            let marks = self.marks(*item);
            match self.list.rows.get(item) {
                Some(row) => {
                    let used = self.index.used.get(item).copied().unwrap_or(0);
                    let recent = used.max(row.overview.changed_ms);
                    self.index.search.put(&row.overview, marks, recent);
                }
                None => self.index.search.remove(*item),
            }
        }
    }

    fn marks(&self, item: ItemId) -> Marks {
        let Some(row) = self.list.rows.get(&item) else {
            return Marks::NONE;
        };
        let mark = |on: bool, marks| if on { marks } else { Marks::NONE };
        mark(self.index.favourites.contains(&item), Marks::FAVOURITE)
            .and(mark(row.deleted, Marks::ARCHIVED))
            .and(mark(
                !self.index.visible.contains(&row.overview.home),
                Marks::SHARED,
            ))
    }

    fn keep(&mut self, name: &str, row: &[u8]) -> Result<(), EngineError> {
        let team = self.team;
        self.store
            .transaction(|tx| tx.put_value(Some(&team), name, row).map_err(Into::into))
    }
}
