//! Rows named by their place, and ancestry in constant time: the evaluator's graphs.

use core::{
    marker::PhantomData,
    ops::{Index, IndexMut},
};

/// The place of a row in the one [`Table`] of its kind.
pub(super) struct Ix<T>(usize, PhantomData<fn() -> T>);

impl<T> Ix<T> {
    const fn at(place: usize) -> Self {
        Self(place, PhantomData)
    }
}

impl<T> Clone for Ix<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Ix<T> {}

impl<T> PartialEq for Ix<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<T> Eq for Ix<T> {}

/// Rows that are only ever added.
pub(super) struct Table<T>(Vec<T>);

impl<T> Table<T> {
    pub(super) const fn new() -> Self {
        Self(Vec::new())
    }

    pub(super) fn push(&mut self, row: T) -> Ix<T> {
        self.0.push(row);
        Ix::at(self.0.len() - 1)
    }

    pub(super) const fn len(&self) -> usize {
        self.0.len()
    }

    /// The place of the row that was added as the `at`-th, from 0.
    pub(super) fn place(&self, at: usize) -> Option<Ix<T>> {
        (at < self.0.len()).then(|| Ix::at(at))
    }

    pub(super) fn places(&self) -> impl Iterator<Item = Ix<T>> + use<T> {
        (0..self.0.len()).map(Ix::at)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.0.iter()
    }
}

#[expect(
    clippy::indexing_slicing,
    reason = "an Ix comes from the one table of its row type, and rows never leave it"
)]
impl<T> Index<Ix<T>> for Table<T> {
    type Output = T;

    fn index(&self, ix: Ix<T>) -> &T {
        &self.0[ix.0]
    }
}

#[expect(
    clippy::indexing_slicing,
    reason = "an Ix comes from the one table of its row type, and rows never leave it"
)]
impl<T> IndexMut<Ix<T>> for Table<T> {
    fn index_mut(&mut self, ix: Ix<T>) -> &mut T {
        &mut self.0[ix.0]
    }
}

/// The extent of a row's descendants in a depth-first walk: ancestry in constant time, however
/// long the chain between the two.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Extent {
    first: usize,
    after: usize,
}

impl Extent {
    /// Is `other` this row or below it?
    pub(super) const fn holds(self, other: Self) -> bool {
        self.first <= other.first && other.first < self.after
    }
}

/// A depth-first walk of a forest.
pub(super) struct Walk {
    /// Each row's extent. Rows that no root leads to (a cycle, which hashes exclude) hold nothing,
    /// not even themselves.
    pub(super) extents: Vec<Extent>,
    /// Rows in the order of the walk: parents before children.
    pub(super) order: Vec<usize>,
}

/// Walks a forest in which `parents` names each row's parent by its position.
pub(super) fn walk(parents: &[Option<usize>]) -> Walk {
    const NONE: usize = usize::MAX;
    // Children as linked lists through two arrays: no allocation for each row.
    let mut first_child = vec![NONE; parents.len()];
    let mut next_sibling = vec![NONE; parents.len()];
    let mut todo = Vec::new();
    for (row, parent) in parents.iter().enumerate() {
        match parent.and_then(|p| first_child.get_mut(p)) {
            Some(first) => {
                if let Some(next) = next_sibling.get_mut(row) {
                    *next = core::mem::replace(first, row);
                }
            }
            None => todo.push((row, false)),
        }
    }
    let mut extents = vec![Extent::default(); parents.len()];
    let mut order = Vec::with_capacity(parents.len());
    // Each row is met twice: on the way down, and when its descendants are done.
    while let Some((row, done)) = todo.pop() {
        let Some(extent) = extents.get_mut(row) else {
            continue;
        };
        if done {
            extent.after = order.len();
            continue;
        }
        extent.first = order.len();
        order.push(row);
        todo.push((row, true));
        let mut child = first_child.get(row).copied().unwrap_or(NONE);
        while let Some(&next) = next_sibling.get(child) {
            todo.push((child, false));
            child = next;
        }
    }
    Walk { extents, order }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_walk_tells_ancestors() {
        // 0 ─ 1 ─ 3      2 ─ 4      5 ⇄ 6
        //      └─ 7
        let parents = [
            None,
            Some(0),
            None,
            Some(1),
            Some(2),
            Some(6),
            Some(5),
            Some(1),
        ];
        let Walk { extents, order } = walk(&parents);
        let above = |mut row: usize| {
            let mut seen = vec![row];
            while let Some(p) = parents[row] {
                row = p;
                seen.push(p);
            }
            seen
        };
        for b in [0, 1, 2, 3, 4, 7] {
            for a in 0..parents.len() {
                assert_eq!(
                    extents[a].holds(extents[b]),
                    above(b).contains(&a),
                    "{a} above {b}"
                );
            }
            let at = |row| order.iter().position(|&r| r == row);
            assert!(
                parents[b].is_none_or(|p| at(p) < at(b)),
                "{b} after its parent"
            );
        }
        assert_eq!(order.len(), 6);
        assert!(!extents[5].holds(extents[5]) && !extents[5].holds(extents[6]));
    }
}
