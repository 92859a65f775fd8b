//! The orders of a list that is not searched, kept once they were asked for.

use core::cmp::Ordering;

use super::{
    Found, Query, Sort,
    store::{Allowed, Store},
};

/// One list of slots for each order; none until it is needed.
#[derive(Default)]
pub(super) struct Orders {
    recent: Option<Vec<u32>>,
    changed: Option<Vec<u32>>,
    title: Option<Vec<u32>>,
}

/// Which of two slots comes first. No two are equal: ids decide at last, so that a list stands
/// the same whatever order its items came in.
pub(super) fn compare(store: &Store, sort: Sort, a: u32, b: u32) -> Ordering {
    let (Some(x), Some(y)) = (store.slot(a), store.slot(b)) else {
        return a.cmp(&b);
    };
    let first = match sort {
        Sort::Recent => (y.used_ms, y.changed_ms).cmp(&(x.used_ms, x.changed_ms)),
        Sort::Changed => y.changed_ms.cmp(&x.changed_ms),
        Sort::Title => Ordering::Equal,
    };
    first
        .then_with(|| store.title(a).cmp(store.title(b)))
        .then_with(|| x.item().cmp(&y.item()))
}

impl Orders {
    /// A page of the whole list.
    pub(super) fn page(&mut self, store: &Store, allowed: &Allowed, query: &Query<'_>) -> Found {
        let list = match query.sort {
            Sort::Recent => &mut self.recent,
            Sort::Changed => &mut self.changed,
            Sort::Title => &mut self.title,
        };
        let list = list.get_or_insert_with(|| {
            let slots = (0..).zip(store.slots());
            let mut list: Vec<u32> = slots
                .filter(|(_, slot)| !slot.is_gone())
                .map(|(at, _)| at)
                .collect();
            list.sort_unstable_by(|a, b| compare(store, query.sort, *a, *b));
            list
        });
        let fits = |at: &&u32| store.slot(**at).is_some_and(|slot| allowed.fits(slot));
        let mut total = 0;
        let mut since = vec![0; query.since.len()];
        let mut items = Vec::with_capacity(query.limit.min(list.len()));
        for at in list.iter().filter(fits) {
            if total >= query.offset && items.len() < query.limit {
                items.push(store.item(*at));
            }
            total += 1;
            let time = store.slot(*at).map_or(0, |slot| match query.sort {
                Sort::Recent => slot.used_ms,
                Sort::Changed => slot.changed_ms,
                Sort::Title => 0,
            });
            for (count, from) in since.iter_mut().zip(query.since) {
                *count += usize::from(time >= *from);
            }
        }
        Found {
            total,
            items,
            since,
        }
    }

    /// Puts a new slot into the orders that are kept.
    pub(super) fn insert(&mut self, store: &Store, slot: u32) {
        for (sort, list) in self.kept() {
            let at = list.partition_point(|o| compare(store, sort, *o, slot).is_lt());
            list.insert(at, slot);
        }
    }

    /// Takes a slot out, while the store still knows it.
    pub(super) fn remove(&mut self, store: &Store, slot: u32) {
        for (sort, list) in self.kept() {
            if let Ok(at) = list.binary_search_by(|o| compare(store, sort, *o, slot)) {
                list.remove(at);
            }
        }
    }

    fn kept(&mut self) -> impl Iterator<Item = (Sort, &mut Vec<u32>)> {
        let lists = [
            (Sort::Recent, self.recent.as_mut()),
            (Sort::Changed, self.changed.as_mut()),
            (Sort::Title, self.title.as_mut()),
        ];
        lists
            .into_iter()
            .filter_map(|(sort, list)| Some((sort, list?)))
    }
}
