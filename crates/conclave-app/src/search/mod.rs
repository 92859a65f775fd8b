//! Search as you type, over the overviews of all items, in memory alone.
//!
//! The index holds no secret, only what the list shows; still it is wiped when it is dropped, and
//! nothing of it is ever written. A query goes through up to three tiers, each only where the one
//! before found little: words that stand in the text as typed, words whose letters stand there in
//! order (nucleo's scoring), and words with one typing slip. A query that goes on from the last
//! one looks only at what that one found.

mod arena;
mod fold;
mod needle;
mod order;
mod scan;
mod store;
mod typo;

use conclave_core::{
    id::{ItemId, ScopeId},
    item::{ItemOverview, OverviewRef, PrivateText},
};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use self::{
    needle::Needle,
    order::Orders,
    scan::{Hit, Scan},
    store::{Entry, Store},
};

/// Below this many items with the words as typed, words with gaps between their letters count too.
const FEW: usize = 50;
/// Below this many items, one slip is forgiven.
const VERY_FEW: usize = 10;

/// Facts about an item that a list filters by; a set of flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Marks(u8);

impl Marks {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// A favourite of this person.
    pub const FAVOURITE: Self = Self(1);
    /// Ended, but can be restored.
    pub const ARCHIVED: Self = Self(2);
    /// Shared with this person on its own.
    pub const SHARED: Self = Self(4);

    /// Both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Everything in `other` is here too.
    #[must_use]
    pub const fn has_all(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Something in `other` is here too.
    #[must_use]
    pub const fn has_any(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// Which items are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Filter {
    /// Only those that live in this vault.
    pub vault: Option<ScopeId>,
    /// Only those with all of these.
    pub with: Marks,
    /// Only those with none of these.
    pub without: Marks,
}

/// The order of a list; in a search, of items that fit equally well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// Used last, first.
    Recent,
    /// Changed last, first.
    Changed,
    /// By title.
    Title,
}

/// What the list asks for.
#[derive(Debug, Clone, Copy)]
pub struct Query<'q> {
    /// What was typed; empty for all.
    pub text: &'q str,
    /// Which items are looked at.
    pub filter: Filter,
    /// In which order.
    pub sort: Sort,
    /// The first row wanted.
    pub offset: usize,
    /// How many rows are wanted.
    pub limit: usize,
    /// Times, latest first: how many rows are not older than each. For the heads of a list that is
    /// ordered by time and not searched.
    pub since: &'q [u64],
}

/// The rows that were asked for, and how many there are in all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// All that fit.
    pub total: usize,
    /// Those from the offset on.
    pub items: Vec<ItemId>,
    /// How many are not older than each time that was asked for.
    pub since: Vec<usize>,
}

/// The index.
pub struct SearchIndex {
    store: Store,
    orders: Orders,
    matcher: Matcher,
    last: Option<Last>,
}

/// The last search, for the next letter and for the next page.
struct Last {
    needle: Needle,
    filter: Filter,
    sort: Sort,
    /// All that fit; the first `ranked` are the best and in order.
    hits: Vec<Hit>,
    ranked: usize,
    scan: Scan,
}

impl Default for SearchIndex {
    fn default() -> Self {
        Self::new()
    }
}

impl SearchIndex {
    /// An empty index.
    #[must_use]
    pub fn new() -> Self {
        Self {
            store: Store::default(),
            orders: Orders::default(),
            matcher: Matcher::new(scan::config()),
            last: None,
        }
    }

    /// How many items there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.store.len()
    }

    /// Are there none?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Makes room for `items` more of common length, so that loading them moves nothing.
    pub fn reserve(&mut self, items: usize) {
        self.store.reserve(items);
    }

    /// Puts an item in, or in place of what was known of it. `used_ms` is when this person used it
    /// last, 0 for never.
    pub fn put(&mut self, overview: &ItemOverview, marks: Marks, used_ms: u64) {
        self.last = None;
        self.forget(overview.item);
        let entry = Entry {
            item: overview.item,
            home: overview.home,
            changed_ms: overview.changed_ms,
            marks,
            used_ms,
        };
        let head = [&overview.title, &overview.subtitle].into_iter();
        let texts = head.chain(&overview.hosts).chain(&overview.tags);
        let slot = self.store.push(entry, texts.map(PrivateText::expose));
        self.orders.insert(&self.store, slot);
    }

    /// Adds an item to an index that is being filled: one that was not put in before, while
    /// nothing was asked yet.
    pub fn load(&mut self, overview: &OverviewRef<'_>, marks: Marks, used_ms: u64) {
        let entry = Entry {
            item: overview.item,
            home: overview.home,
            changed_ms: overview.changed_ms,
            marks,
            used_ms,
        };
        let head = [overview.title, overview.subtitle].into_iter();
        let texts = head.chain(overview.hosts()).chain(overview.tags());
        self.store.push(entry, texts);
    }

    /// Ends filling the index: the first change costs as much as any later one.
    pub fn loaded(&mut self) {
        self.store.place_all();
    }

    /// Takes an item out.
    pub fn remove(&mut self, item: ItemId) {
        self.last = None;
        self.forget(item);
    }

    /// Changes what an item is filtered by; `false` when it is not here.
    pub fn set_marks(&mut self, item: ItemId, marks: Marks) -> bool {
        self.last = None;
        self.store.set_marks(item, marks)
    }

    /// Notes when an item was used last; `false` when it is not here.
    pub fn set_used(&mut self, item: ItemId, used_ms: u64) -> bool {
        let Some(slot) = self.store.slot_of(item) else {
            return false;
        };
        self.last = None;
        self.orders.remove(&self.store, slot);
        self.store.set_used(slot, used_ms);
        self.orders.insert(&self.store, slot);
        true
    }

    /// The rows of a list, searched or not.
    #[must_use]
    pub fn query(&mut self, query: &Query<'_>) -> Found {
        let Some(allowed) = self.store.resolve(query.filter) else {
            return Found {
                total: 0,
                items: Vec::new(),
                since: Vec::new(),
            };
        };
        let needle = Needle::parse(query.text);
        if needle.is_empty() {
            return self.orders.page(&self.store, &allowed, query);
        }
        let last = self.last.take().filter(|last| last.filter == query.filter);
        let mut last = match last {
            Some(last) if last.needle == needle && last.sort == query.sort => last,
            last => {
                let before = last
                    .filter(|l| needle.goes_on_from(&l.needle))
                    .map(|l| l.scan);
                let mut scan = Scan::default();
                let hits = scan.run(
                    &self.store,
                    &mut self.matcher,
                    &needle,
                    &allowed,
                    before.as_ref(),
                );
                let (filter, sort) = (query.filter, query.sort);
                Last {
                    needle,
                    filter,
                    sort,
                    hits,
                    ranked: 0,
                    scan,
                }
            }
        };
        let end = query
            .offset
            .saturating_add(query.limit)
            .min(last.hits.len());
        last.rank(&self.store, end);
        let page = last
            .hits
            .get(query.offset.min(end)..end)
            .unwrap_or_default();
        let items = page.iter().map(|hit| self.store.item(hit.slot)).collect();
        let found = Found {
            total: last.hits.len(),
            items,
            since: Vec::new(),
        };
        self.last = Some(last);
        found
    }

    fn forget(&mut self, item: ItemId) {
        let Some(slot) = self.store.slot_of(item) else {
            return;
        };
        self.orders.remove(&self.store, slot);
        if self.store.remove(slot) {
            // The slots have other numbers now.
            self.orders = Orders::default();
        }
    }
}

impl Last {
    /// Puts the best `end` hits in order at the front, without sorting the others.
    fn rank(&mut self, store: &Store, end: usize) {
        if end <= self.ranked {
            return;
        }
        let better = |a: &Hit, b: &Hit| {
            b.rank
                .cmp(&a.rank)
                .then_with(|| order::compare(store, self.sort, a.slot, b.slot))
        };
        if end < self.hits.len() {
            self.hits.select_nth_unstable_by(end, better);
        }
        if let Some(front) = self.hits.get_mut(..end) {
            front.sort_unstable_by(better);
        }
        self.ranked = end;
    }
}

impl Drop for SearchIndex {
    /// The index's own memory wipes itself. The matcher keeps a copy of the last text that it
    /// scored, which is written over by scoring one as long as the longest that it can hold.
    fn drop(&mut self) {
        let public: Vec<char> = core::iter::once('a')
            .chain(core::iter::repeat_n('\u{80}', store::MAX_TEXT - 2))
            .chain(['b'])
            .collect();
        self.matcher.config = Config::DEFAULT;
        let _ = self
            .matcher
            .fuzzy_match(Utf32Str::Unicode(&public), Utf32Str::Ascii(b"ab"));
    }
}

#[cfg(test)]
mod tests;
