//! What the list is searched by: the rows in memory, with this person's own marks.

use std::collections::{BTreeMap, BTreeSet};

use conclave_core::{
    cbor,
    id::{ItemId, ScopeId, TeamId},
};
use conclave_store::Reader;
use minicbor::{Decode, Encode};

use super::{Engine, EngineError, Shelf, list::List};
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
    pub(crate) favourites: BTreeSet<ItemId>,
    used: BTreeMap<ItemId, u64>,
    /// The vaults that this person reads; none before anything is shown.
    visible: Option<BTreeSet<ScopeId>>,
}

impl Index {
    /// Reads the marks, when a profile is opened; nothing is in the index yet.
    pub(super) fn read(store: &Reader, team: TeamId) -> Result<Self, EngineError> {
        let read = |name| store.value(Some(&team), name);
        let favourites = read(FAVOURITES)?.and_then(|row| cbor::decode::<Vec<ItemId>>(&row).ok());
        let used = read(USED)?.and_then(|row| cbor::decode::<Vec<UsedRow>>(&row).ok());
        let used = used.unwrap_or_default().into_iter();
        Ok(Self {
            favourites: favourites.unwrap_or_default().into_iter().collect(),
            used: used.map(|row| (row.item, row.at_ms)).collect(),
            ..Self::default()
        })
    }

    /// Makes the index anew, for a person who reads these vaults.
    pub(super) fn show(&mut self, list: &List, visible: BTreeSet<ScopeId>) {
        self.visible = Some(visible);
        self.search = SearchIndex::new();
        self.search.reserve(list.len());
        for (overview, deleted) in list.packed() {
            let marks = self.marks_of(overview.item, overview.home, deleted);
            let recent = self.recent(overview.item, overview.changed_ms);
            self.search.load(&overview, marks, recent);
        }
        for item in list.rows.keys() {
            self.put(list, *item);
        }
    }

    fn put(&mut self, list: &List, item: ItemId) {
        let marks = self.marks(list, item);
        match list.rows.get(&item) {
            Some(row) => {
                let recent = self.recent(item, row.overview.changed_ms);
                self.search.put(&row.overview, marks, recent);
            }
            None => self.search.remove(item),
        }
    }

    fn marks(&self, list: &List, item: ItemId) -> Marks {
        list.rows.get(&item).map_or(Marks::NONE, |row| {
            self.marks_of(item, row.overview.home, row.deleted)
        })
    }

    fn marks_of(&self, item: ItemId, home: ScopeId, deleted: bool) -> Marks {
        let mark = |on: bool, marks| if on { marks } else { Marks::NONE };
        mark(self.favourites.contains(&item), Marks::FAVOURITE)
            .and(mark(deleted, Marks::ARCHIVED))
            .and(mark(!self.reads(home), Marks::SHARED))
    }

    fn reads(&self, home: ScopeId) -> bool {
        self.visible.as_ref().is_some_and(|all| all.contains(&home))
    }

    /// When an item was used or changed last.
    fn recent(&self, item: ItemId, changed_ms: u64) -> u64 {
        let used = self.used.get(&item).copied().unwrap_or(0);
        used.max(changed_ms)
    }
}

impl Engine {
    /// The items that this person marked on this device.
    pub(crate) const fn favourites(&self) -> &BTreeSet<ItemId> {
        &self.shelf.index.favourites
    }

    pub(crate) fn set_favourite(&mut self, item: ItemId, on: bool) -> Result<(), EngineError> {
        let mut all = self.shelf.index.favourites.clone();
        if on {
            all.insert(item);
        } else {
            all.remove(&item);
        }
        let list: Vec<ItemId> = all.iter().copied().collect();
        self.keep(FAVOURITES, &cbor::encode(&list))?;
        self.shelf.index.favourites = all;
        let Shelf { list, index, .. } = &mut self.shelf;
        index.search.set_marks(item, index.marks(list, item));
        self.generation += 1;
        Ok(())
    }

    /// Notes that an item was used now.
    pub(crate) fn note_use(&mut self, item: ItemId) -> Result<(), EngineError> {
        let now = self.now();
        self.shelf.index.used.insert(item, now);
        while self.shelf.index.used.len() > REMEMBERED {
            let oldest = self.shelf.index.used.iter().min_by_key(|(_, at)| **at);
            let Some(oldest) = oldest.map(|(item, _)| *item) else {
                break;
            };
            self.shelf.index.used.remove(&oldest);
        }
        let used = self.shelf.index.used.iter();
        let rows: Vec<UsedRow> = used
            .map(|(item, at_ms)| UsedRow {
                item: *item,
                at_ms: *at_ms,
            })
            .collect();
        self.keep(USED, &cbor::encode(&rows))?;
        self.shelf.index.search.set_used(item, now);
        Ok(())
    }

    /// Brings the index up to the rows of `changed`, or to all of them where what this person sees
    /// has changed too.
    pub(crate) fn index_rows(&mut self, changed: &BTreeSet<ItemId>) {
        let visible = self.visible_scopes();
        let Shelf { list, index, .. } = &mut self.shelf;
        if index.visible.as_ref() == Some(&visible) {
            for item in changed {
                index.put(list, *item);
            }
        } else {
            index.show(list, visible);
        }
    }

    pub(super) fn keep(&mut self, name: &str, row: &[u8]) -> Result<(), EngineError> {
        let team = self.team;
        self.store
            .transaction(|tx| tx.put_value(Some(&team), name, row).map_err(Into::into))
    }
}
