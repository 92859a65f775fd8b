//! The list of items: overviews in memory while unlocked, in packed pages in the store.

use std::collections::{BTreeMap, BTreeSet};

use conclave_core::{
    id::{EntryHash, ItemId, TeamId},
    item::{ItemContent, ItemOverview, OverviewRef, PrivateText, Template},
    replica::{Changes, Item},
};
use conclave_store::{OpenStore, Overviews};

use super::{Engine, EngineError};

const DELETED: u8 = 1;
const CONFLICT: u8 = 2;
const CLOSED: u8 = 4;

/// An item as the list knows it.
pub struct ListRow {
    /// What is shown.
    pub overview: ItemOverview,
    /// The heads that this was made from.
    pub heads: Vec<EntryHash>,
    /// Ended.
    pub deleted: bool,
    /// Two edits changed the same part.
    pub conflict: bool,
    /// A newer version is here that this device cannot open.
    pub closed: bool,
}

/// All items that this person can see.
#[derive(Default)]
pub(crate) struct List {
    pub(crate) rows: BTreeMap<ItemId, ListRow>,
    /// The opened pages, until [`Self::unpack`] makes rows of them.
    pages: Option<Overviews>,
}

impl List {
    /// Reads the packed pages.
    pub(crate) fn read(store: &mut OpenStore, team: TeamId) -> Result<Self, EngineError> {
        Ok(Self {
            rows: BTreeMap::new(),
            pages: Some(store.load_overviews(&team)?),
        })
    }

    /// How many rows there are.
    pub(crate) fn len(&self) -> usize {
        let packed = self.pages.as_ref().map_or(0, Overviews::len);
        self.rows.len() + packed
    }

    /// Makes rows of the pages: what a list that changes needs, and showing and searching do not.
    pub(crate) fn unpack(&mut self) {
        if let Some(pages) = self.pages.take() {
            let rows = pages.iter();
            let rows = rows.filter_map(|(item, bytes)| Some((item, ListRow::decode(bytes)?)));
            self.rows = rows.collect();
        }
    }

    /// What the packed rows are searched by; nothing once they are unpacked.
    pub(crate) fn packed(&self) -> impl Iterator<Item = (OverviewRef<'_>, bool)> {
        let pages = self.pages.iter().flat_map(Overviews::iter);
        pages.filter_map(|(_, bytes)| {
            let row = PackedRow::decode(bytes)?;
            Some((row.overview, row.flags & DELETED != 0))
        })
    }

    /// Makes something of each of a few rows.
    pub(crate) fn each<T>(
        &self,
        items: &[ItemId],
        mut make: impl FnMut(&ItemId, &ListRow) -> T,
    ) -> Vec<T> {
        let picked;
        let rows = match &self.pages {
            None => &self.rows,
            Some(pages) => {
                let wanted: BTreeSet<ItemId> = items.iter().copied().collect();
                let rows = pages.iter().filter(|(item, _)| wanted.contains(item));
                let rows = rows.filter_map(|(item, row)| Some((item, ListRow::decode(row)?)));
                picked = rows.collect();
                &picked
            }
        };
        let found = items.iter().filter_map(|id| Some((id, rows.get(id)?)));
        found.map(|(id, row)| make(id, row)).collect()
    }
}

/// A row as it lies in its page.
struct PackedRow<'b> {
    flags: u8,
    heads: &'b [[u8; 32]],
    overview: OverviewRef<'b>,
}

impl<'b> PackedRow<'b> {
    fn decode(bytes: &'b [u8]) -> Option<Self> {
        let (&[flags, count], rest) = bytes.split_first_chunk::<2>()?;
        let (heads, rest) = rest.split_at_checked(usize::from(count) * 32)?;
        let (overview, _) = OverviewRef::decode(rest).ok()?;
        Some(Self {
            flags,
            heads: heads.as_chunks::<32>().0,
            overview,
        })
    }
}

impl ListRow {
    fn encode(&self) -> zeroize::Zeroizing<Vec<u8>> {
        let flag = |on: bool, bit: u8| if on { bit } else { 0 };
        let flags =
            flag(self.deleted, DELETED) | flag(self.conflict, CONFLICT) | flag(self.closed, CLOSED);
        let heads = self
            .heads
            .get(..self.heads.len().min(255))
            .unwrap_or(&self.heads);
        let mut out =
            zeroize::Zeroizing::new(vec![flags, u8::try_from(heads.len()).unwrap_or(255)]);
        for head in heads {
            out.extend_from_slice(head.as_bytes());
        }
        out.extend_from_slice(&self.overview.encode());
        out
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let row = PackedRow::decode(bytes)?;
        let on = |bit: u8| row.flags & bit != 0;
        Some(Self {
            overview: row.overview.to_owned(),
            heads: row.heads.iter().map(|h| EntryHash::new(*h)).collect(),
            deleted: on(DELETED),
            conflict: on(CONFLICT),
            closed: on(CLOSED),
        })
    }
}

impl Engine {
    /// The rows, by item.
    #[must_use]
    pub fn rows(&self) -> &BTreeMap<ItemId, ListRow> {
        &self.shelf.list.rows
    }

    /// Makes anew the rows of items whose heads changed, and drops those that are not readable
    /// any more.
    pub(crate) fn refresh_list(&mut self, changes: &Changes) -> Result<(), EngineError> {
        let out = self.is_out();
        let rows = self.shelf.list.rows.keys();
        let suspects: BTreeSet<ItemId> = if changes.all {
            let known = self.replica.items().map(|(id, _)| id);
            known.chain(rows.copied()).collect()
        } else {
            changes.items.clone()
        };
        let mut changed: Vec<(ItemId, Option<ListRow>)> = Vec::new();
        for id in suspects {
            let item = self.replica.item(&id);
            let open = |item: &&Item| {
                let head = item.heads.iter().any(|head| self.replica.can_open(head));
                head || (out && item.revisions.iter().any(|rev| self.replica.can_open(rev)))
            };
            let row = self.shelf.list.rows.get(&id);
            let shown = |item: &&Item| open(item) && !self.is_withheld(id, item);
            let Some(item) = item.filter(shown) else {
                changed.extend(row.map(|_| (id, None)));
                continue;
            };
            let closed = item.heads.iter().any(|head| !self.replica.can_open(head));
            let same = row.is_some_and(|row| {
                row.heads == item.heads && row.deleted == item.deleted && row.closed == closed
            });
            if !same {
                changed.push((id, self.row_of(id)?));
            }
        }
        if changed.is_empty() {
            self.index_rows(&BTreeSet::new());
            return Ok(());
        }
        let team = self.team;
        self.store.transaction(|tx| {
            for (id, row) in &changed {
                match row {
                    Some(row) => tx.put_overview(&team, id, &row.encode())?,
                    None => tx.remove_overview(&team, id),
                }
            }
            Ok::<(), EngineError>(())
        })?;
        let mut ids = BTreeSet::new();
        for (id, row) in changed {
            ids.insert(id);
            match row {
                Some(row) => self.shelf.list.rows.insert(id, row),
                None => self.shelf.list.rows.remove(&id),
            };
        }
        self.index_rows(&ids);
        Ok(())
    }

    fn row_of(&self, id: ItemId) -> Result<Option<ListRow>, EngineError> {
        let Some(item) = self.replica.item(&id) else {
            return Ok(None);
        };
        let (home, heads, deleted) = (item.home, item.heads.clone(), item.deleted);
        let closed = heads.iter().any(|head| !self.replica.can_open(head));
        let changed_ms = heads
            .iter()
            .filter_map(|h| self.replica.revision(h))
            .map(|r| r.wall_ms)
            .max();
        let changed_ms = changed_ms.unwrap_or(0);
        let (overview, conflict) = match self.open_item(&id) {
            Ok(opened) => {
                let overview = ItemOverview::of(id, home, changed_ms, &opened.content);
                (overview, opened.conflicts > 0)
            }
            // A body that has not arrived, or a payload of a newer version: shown without a name.
            Err(EngineError::NotFound | EngineError::Item(_)) => {
                let blank = ItemContent::new(Template::from_number(0));
                let mut overview = ItemOverview::of(id, home, changed_ms, &blank);
                overview.title = PrivateText::new("");
                return Ok(Some(ListRow {
                    overview,
                    heads,
                    deleted,
                    conflict: false,
                    closed: true,
                }));
            }
            Err(error) => return Err(error),
        };
        Ok(Some(ListRow {
            overview,
            heads,
            deleted,
            conflict,
            closed,
        }))
    }
}
