//! The revisions of one item as a graph: its heads, and where two of them parted.
//!
//! The graph holds refused entries as well, because an ancestor is an ancestor through any entry;
//! but only an entry that counts makes anything a past version, and only one that counts is a base.

use std::collections::BTreeMap;

use crate::id::EntryHash;

/// What an entry does to its item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevisionKind {
    /// A new version.
    Edit,
    /// The end of the item, as far as its parents go.
    Tombstone,
}

/// One entry of an item's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// The entry.
    pub hash: EntryHash,
    /// What it was made from. Parents that belong to another item are left out by the caller;
    /// others that are not in the history are known to be missing.
    pub parents: Vec<EntryHash>,
    /// What it does.
    pub kind: RevisionKind,
    /// Whether it is valid (docs/format.md, "Authority").
    pub counts: bool,
}

/// Where two heads parted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Base {
    /// The one nearest common version.
    One(EntryHash),
    /// There is none, it is missing, or it was refused.
    Lost,
    /// More than one: both sides merged before.
    Several,
}

/// The revisions of one item.
#[derive(Debug, Clone, Default)]
pub struct History {
    places: BTreeMap<EntryHash, usize>,
    nodes: Vec<Node>,
}

#[derive(Debug, Clone)]
struct Node {
    hash: EntryHash,
    /// `None` for an entry that is only known as a parent.
    kind: Option<RevisionKind>,
    counts: bool,
    parents: Vec<usize>,
    children: Vec<usize>,
}

impl History {
    /// Puts the entries of an item together, in whatever order they come.
    #[must_use]
    pub fn new(revisions: impl IntoIterator<Item = Revision>) -> Self {
        let mut history = Self::default();
        for revision in revisions {
            let at = history.place(revision.hash);
            if history.nodes.get(at).is_none_or(|n| n.kind.is_some()) {
                continue;
            }
            let mut parents: Vec<usize> = revision
                .parents
                .iter()
                .map(|hash| history.place(*hash))
                .collect();
            parents.sort_unstable();
            parents.dedup();
            for parent in &parents {
                if let Some(node) = history.nodes.get_mut(*parent) {
                    node.children.push(at);
                }
            }
            if let Some(node) = history.nodes.get_mut(at) {
                node.kind = Some(revision.kind);
                node.counts = revision.counts;
                node.parents = parents;
            }
        }
        history
    }

    /// The versions that count and are no ancestor, through any entry, of another version that
    /// counts; sorted. A version that a tombstone ended is among them: where another edit beats
    /// the tombstone, what was ended with it must not be lost.
    #[must_use]
    pub fn heads(&self) -> Vec<EntryHash> {
        let past = self.past(|n| n.counts && n.kind == Some(RevisionKind::Edit));
        self.sorted(|at, n| n.counts && n.kind == Some(RevisionKind::Edit) && !past.has(at))
    }

    /// The tombstones that count and that nothing counting was built on; sorted.
    #[must_use]
    pub fn tombstones(&self) -> Vec<EntryHash> {
        let past = self.past(|n| n.counts);
        self.sorted(|at, n| n.counts && n.kind == Some(RevisionKind::Tombstone) && !past.has(at))
    }

    /// Is the item ended? Only when tombstones ended every one of its heads: an edit beside a
    /// tombstone beats it.
    #[must_use]
    pub fn is_deleted(&self) -> bool {
        let past = self.past(|n| n.counts);
        let heads = self.heads();
        !heads.is_empty()
            && heads
                .iter()
                .all(|hash| self.places.get(hash).is_some_and(|at| past.has(*at)))
    }

    /// Was this one built on an entry that was refused? Such a version is shown with a flag.
    #[must_use]
    pub fn is_built_on_refused(&self, hash: EntryHash) -> bool {
        let Some(at) = self.places.get(&hash) else {
            return false;
        };
        let ancestors = self.ancestors(*at);
        self.nodes
            .iter()
            .enumerate()
            .any(|(a, n)| a != *at && ancestors.has(a) && n.kind.is_some() && !n.counts)
    }

    /// The base of every two of `heads`, as a square of rows.
    pub(super) fn bases(&self, heads: &[EntryHash]) -> Vec<Base> {
        let ancestors: Vec<Option<Set>> = heads
            .iter()
            .map(|h| self.places.get(h).map(|at| self.ancestors(*at)))
            .collect();
        let mut bases = Vec::with_capacity(heads.len() * heads.len());
        for a in &ancestors {
            for b in &ancestors {
                bases.push(match (a, b) {
                    (Some(a), Some(b)) => self.nearest(&a.and(b)),
                    _ => Base::Lost,
                });
            }
        }
        bases
    }

    /// The base of two heads.
    #[must_use]
    pub fn base(&self, a: EntryHash, b: EntryHash) -> Base {
        self.bases(&[a, b]).get(1).copied().unwrap_or(Base::Lost)
    }

    /// Of a set that holds every ancestor of its members: the one member that none of the others
    /// descends from. Such a member has no child in the set.
    fn nearest(&self, common: &Set) -> Base {
        let mut nearest = self
            .nodes
            .iter()
            .enumerate()
            .filter(|(at, n)| common.has(*at) && !n.children.iter().any(|c| common.has(*c)));
        let Some((_, mut node)) = nearest.next() else {
            return Base::Lost;
        };
        if nearest.next().is_some() {
            return Base::Several;
        }
        // Two edits that both took the item up again parted at its end: what was ended there is
        // what they changed. Bounded by the nodes, whatever the graph looks like.
        for _ in 0..self.nodes.len() {
            match (node.counts, node.kind, node.parents.as_slice()) {
                (true, Some(RevisionKind::Edit), _) => return Base::One(node.hash),
                (true, Some(RevisionKind::Tombstone), [parent]) => match self.nodes.get(*parent) {
                    Some(parent) => node = parent,
                    None => break,
                },
                (true, Some(RevisionKind::Tombstone), [_, _, ..]) => return Base::Several,
                _ => break,
            }
        }
        Base::Lost
    }

    /// A node and everything before it.
    fn ancestors(&self, of: usize) -> Set {
        let mut set = Set::new(self.nodes.len());
        let mut stack = vec![of];
        while let Some(at) = stack.pop() {
            if set.insert(at)
                && let Some(node) = self.nodes.get(at)
            {
                stack.extend(&node.parents);
            }
        }
        set
    }

    /// Everything strictly before any node that `from` picks.
    fn past(&self, from: impl Fn(&Node) -> bool) -> Set {
        let mut set = Set::new(self.nodes.len());
        let mut stack: Vec<usize> = self
            .nodes
            .iter()
            .filter(|n| from(n))
            .flat_map(|n| &n.parents)
            .copied()
            .collect();
        while let Some(at) = stack.pop() {
            if set.insert(at)
                && let Some(node) = self.nodes.get(at)
            {
                stack.extend(&node.parents);
            }
        }
        set
    }

    fn sorted(&self, keep: impl Fn(usize, &Node) -> bool) -> Vec<EntryHash> {
        let nodes = self.places.iter().filter_map(|(hash, at)| {
            self.nodes
                .get(*at)
                .filter(|node| keep(*at, node))
                .map(|_| *hash)
        });
        nodes.collect()
    }

    fn place(&mut self, hash: EntryHash) -> usize {
        let next = self.nodes.len();
        let at = *self.places.entry(hash).or_insert(next);
        if at == next {
            let (parents, children) = (Vec::new(), Vec::new());
            self.nodes.push(Node {
                hash,
                kind: None,
                counts: false,
                parents,
                children,
            });
        }
        at
    }
}

/// A set of nodes, a bit each.
struct Set(Vec<u64>);

impl Set {
    fn new(nodes: usize) -> Self {
        Self(vec![0; nodes.div_ceil(64)])
    }

    fn has(&self, at: usize) -> bool {
        self.0
            .get(at / 64)
            .is_some_and(|word| word >> (at % 64) & 1 == 1)
    }

    /// Puts one in; `true` when it was not there.
    fn insert(&mut self, at: usize) -> bool {
        let Some(word) = self.0.get_mut(at / 64) else {
            return false;
        };
        let new = *word >> (at % 64) & 1 == 0;
        *word |= 1 << (at % 64);
        new
    }

    fn and(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(a, b)| a & b).collect())
    }
}

#[cfg(test)]
mod tests;
