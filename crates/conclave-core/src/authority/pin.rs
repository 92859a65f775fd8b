//! What a removal leaves standing: pins, and what an entry is worth under them (rules 4 and 6).

use std::rc::Rc;

use super::{
    chain::{Chains, Node},
    level::Level,
    table::Ix,
};
use crate::{
    body::{At, Body},
    entry::Entry,
    id::{EntryHash, LogId},
};

/// The last accepted position of each log that a removal names; a log it does not name keeps
/// nothing.
struct Cut<'a> {
    by: EntryHash,
    /// By log: its last accepted seq, and the entry there if it is here.
    at: Vec<(LogId, u64, Option<Ix<Node<'a>>>)>,
}

/// A removal as it bears on one grant or device.
#[derive(Clone)]
pub(super) struct Pin<'a> {
    cut: Rc<Cut<'a>>,
    /// Whether the removal is certain. A weak pin ends its target, heals no fork, and makes
    /// provisional what lies beyond it.
    pub(super) strong: bool,
}

impl<'a> Pin<'a> {
    pub(super) fn new(chains: &Chains<'a>, by: &'a Entry, strong: bool) -> Self {
        let pins: &[At] = match &by.body {
            Body::Revoke(revoke) => &revoke.pins,
            Body::RemoveUser(remove) => &remove.pins,
            Body::DeviceRevoke(revoke) => &revoke.pins,
            _ => &[],
        };
        let mut at: Vec<_> = pins
            .iter()
            .map(|pin| (pin.log, pin.seq, chains.pinned(pin)))
            .collect();
        // Parsed bodies are sorted already; entries that are built by hand need not be.
        at.sort_by_key(|(log, ..)| *log);
        Self {
            cut: Rc::new(Cut { by: by.hash, at }),
            strong,
        }
    }

    /// The removal.
    pub(super) fn by(&self) -> EntryHash {
        self.cut.by
    }

    fn on(&self, log: LogId) -> Option<(u64, Option<Ix<Node<'a>>>)> {
        let at = self
            .cut
            .at
            .binary_search_by_key(&log, |(log, ..)| *log)
            .ok()?;
        self.cut.at.get(at).map(|&(_, seq, pinned)| (seq, pinned))
    }
}

/// What an entry is worth under some pins, and whether a certain one leaves it outside.
#[derive(Clone, Copy)]
pub(super) struct Worth {
    pub(super) level: Level,
    pub(super) beyond: bool,
}

impl Worth {
    pub(super) const OUT: Self = Self {
        level: Level::Out,
        beyond: false,
    };

    pub(super) fn at_most(self, level: Level) -> Self {
        Self {
            level: self.level.min(level),
            ..self
        }
    }
}

impl<'a> Chains<'a> {
    /// The worth of `x` by its own chain, under all the pins of all the lists.
    pub(super) fn inside(&self, x: Ix<Node<'a>>, lists: &[&[Pin<'a>]]) -> Worth {
        let node = &self.nodes[x];
        let mut worth = Worth {
            level: Level::Sure,
            beyond: false,
        };
        let mut healed = false;
        for pin in lists.iter().copied().flatten() {
            let (mut here, mut beyond) = match pin.on(node.entry.log()) {
                Some((seq, pinned)) if node.entry.seq() <= seq => {
                    healed |= pin.strong;
                    (self.on_branch(node, seq, pinned), false)
                }
                _ => (Level::Out, true),
            };
            if !pin.strong {
                (here, beyond) = (here.max(Level::Provisional), false);
            }
            worth = worth.at_most(here);
            worth.beyond |= beyond;
        }
        if revokes(node.entry) {
            // Gaps and forks hide no removal: hiding an old pack must not, and neither must the
            // author's own equivocation.
            return worth;
        }
        if !node.anchored {
            worth = worth.at_most(Level::Provisional);
        }
        // Rule 6 is judged after the pins: a certain pin at or above tells the true branch.
        if node.forked && !healed {
            worth = worth.at_most(Level::Forked);
        }
        worth
    }
}

/// Revoke, RemoveUser and DeviceRevoke act despite gaps and forks.
pub(super) const fn revokes(entry: &Entry) -> bool {
    matches!(
        entry.body,
        Body::Revoke(_) | Body::RemoveUser(_) | Body::DeviceRevoke(_)
    )
}
