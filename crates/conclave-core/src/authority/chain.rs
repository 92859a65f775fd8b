//! Logs: who stands before whom, where a log forks, and whether an entry lies on a pinned branch.

use std::collections::{BTreeMap, HashMap, hash_map};

use super::{
    level::Level,
    table::{Extent, Ix, Table, Walk, walk},
};
use crate::{
    body::{At, Body},
    entry::Entry,
    id::{EntryHash, LogId},
};

/// One entry and its place among the others.
pub(super) struct Node<'a> {
    pub(super) entry: &'a Entry,
    /// Its own chain is here, down to a LogStart.
    pub(super) anchored: bool,
    /// Its log has forked here or below.
    pub(super) forked: bool,
    /// The lowest entry that its chain reaches without a gap.
    base: &'a Entry,
    extent: Extent,
}

/// All entries, by hash and by chain.
pub(super) struct Chains<'a> {
    pub(super) nodes: Table<Node<'a>>,
    by_hash: HashMap<EntryHash, Ix<Node<'a>>>,
    /// Where each forked log first forks.
    pub(super) forks: BTreeMap<LogId, u64>,
}

impl<'a> Chains<'a> {
    /// Takes each entry once, in any order.
    pub(super) fn new(entries: impl Iterator<Item = &'a Entry>) -> Self {
        let mut rows: Vec<&Entry> = Vec::new();
        let mut place: HashMap<EntryHash, usize> = HashMap::new();
        for entry in entries {
            if let hash_map::Entry::Vacant(free) = place.entry(entry.hash) {
                free.insert(rows.len());
                rows.push(entry);
            }
        }
        let before: Vec<Option<usize>> = rows
            .iter()
            .map(|e| {
                let &at = place.get(&e.header.prev?)?;
                let p = rows.get(at)?;
                (p.place == e.place && p.seq().checked_add(1) == Some(e.seq())).then_some(at)
            })
            .collect();
        let Walk { extents, order } = walk(&before);
        let bases = bases(&rows, &before, &order);
        let forks = forks(&rows);
        let mut nodes = Table::new();
        for ((&entry, extent), base) in rows.iter().zip(extents).zip(bases) {
            nodes.push(Node {
                entry,
                anchored: base.seq() == 0 && matches!(base.body, Body::LogStart(_)),
                forked: forks
                    .get(&entry.log())
                    .is_some_and(|&seq| entry.seq() >= seq),
                base,
                extent,
            });
        }
        let by_hash = place
            .into_iter()
            .filter_map(|(hash, at)| Some((hash, nodes.place(at)?)))
            .collect();
        Self {
            nodes,
            by_hash,
            forks,
        }
    }

    pub(super) fn find(&self, hash: EntryHash) -> Option<Ix<Node<'a>>> {
        self.by_hash.get(&hash).copied()
    }

    pub(super) fn entry(&self, hash: EntryHash) -> Option<&'a Entry> {
        self.find(hash).map(|ix| self.nodes[ix].entry)
    }

    /// The entry that a pin names, if it is here and where the pin says.
    pub(super) fn pinned(&self, pin: &At) -> Option<Ix<Node<'a>>> {
        self.find(pin.hash).filter(|&ix| {
            let entry = self.nodes[ix].entry;
            entry.log() == pin.log && entry.seq() == pin.seq
        })
    }

    /// Rule 4: is `x`, which stands in the pinned log and no higher than the pin, an
    /// ancestor-or-equal of the pinned hash? Provisional while the pinned entry, or the chain from
    /// it down to `x`, is not here.
    pub(super) fn on_branch(
        &self,
        x: &Node<'_>,
        pin_seq: u64,
        pinned: Option<Ix<Node<'a>>>,
    ) -> Level {
        let certain = |on: bool| if on { Level::Sure } else { Level::Out };
        let seq = x.entry.seq();
        let Some(pinned) = pinned.map(|ix| &self.nodes[ix]) else {
            // The pin names the one hash at its own seq, and `x`, which is here, is not it.
            return if seq == pin_seq {
                Level::Out
            } else {
                Level::Provisional
            };
        };
        if seq >= pinned.base.seq() {
            certain(x.extent.holds(pinned.extent))
        } else if seq + 1 == pinned.base.seq() {
            // The lowest entry that is here names the one below it.
            certain(pinned.base.header.prev == Some(x.entry.hash))
        } else {
            Level::Provisional
        }
    }
}

/// For each row the lowest entry that its chain reaches without a gap.
fn bases<'a>(rows: &[&'a Entry], before: &[Option<usize>], order: &[usize]) -> Vec<&'a Entry> {
    let mut bases = rows.to_vec();
    for &row in order {
        let below = before
            .get(row)
            .copied()
            .flatten()
            .and_then(|at| bases.get(at))
            .copied();
        if let (Some(base), Some(below)) = (bases.get_mut(row), below) {
            *base = below;
        }
    }
    bases
}

/// Rule 6: the lowest seq of each log at which two different hashes stand. A signed header names
/// its predecessor, so a `prev` is evidence as well.
fn forks(rows: &[&Entry]) -> BTreeMap<LogId, u64> {
    let mut known: HashMap<(LogId, u64), EntryHash> = HashMap::with_capacity(rows.len());
    let mut forks = BTreeMap::new();
    let mut name = |log: LogId, seq: u64, hash: EntryHash| {
        if *known.entry((log, seq)).or_insert(hash) != hash {
            let first = forks.entry(log).or_insert(seq);
            *first = seq.min(*first);
        }
    };
    for entry in rows {
        name(entry.log(), entry.seq(), entry.hash);
        if let (Some(prev), Some(seq)) = (entry.header.prev, entry.seq().checked_sub(1)) {
            name(entry.log(), seq, prev);
        }
    }
    forks
}
