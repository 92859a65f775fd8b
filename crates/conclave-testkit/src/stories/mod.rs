//! Stories: worlds that are made up, act by act, from a seed.
//!
//! Nothing here judges: whoever holds a device may write anything with it, as an attacker may. The
//! entries are real ones, parsed from their bytes, without the signatures that a pack would add.

mod act;
mod cast;
mod evil;
mod keys;
mod write;

use std::collections::{BTreeMap, BTreeSet};

use conclave_core::{
    authority::TeamFacts,
    body::ScopeKind,
    entry::Entry,
    id::{DeviceId, EntryHash, GrantId, LogId, ScopeId, SubjectId, UserId},
    keys::{DeviceKeys, UserFacts},
    role::Role,
};
use rand_chacha::ChaCha20Rng;
use rand_core::Rng;

pub use act::Act;
pub use keys::Partition;
pub use write::By;

use crate::{rng::below, worlds::Lies};

/// A grant as its entry has it, whatever it is worth.
#[derive(Debug, Clone, Copy)]
pub struct Given {
    /// Its id.
    pub id: GrantId,
    /// Whom it is for.
    pub subject: SubjectId,
    /// Where.
    pub scope: ScopeId,
    /// What.
    pub role: Role,
}

/// A scope as its entry has it.
#[derive(Debug, Clone, Copy)]
pub struct Made {
    /// Its id.
    pub id: ScopeId,
    /// What it is; none for the team.
    pub kind: Option<ScopeKind>,
    /// What it lies in.
    pub parent: Option<ScopeId>,
}

/// A team of people and a machine, and all that they wrote.
pub struct Story {
    /// Where its chances come from.
    pub rng: ChaCha20Rng,
    /// What ids commit to, of everybody.
    pub facts: TeamFacts,
    /// The recovery owner, the founder, and four or more others.
    pub users: Vec<UserId>,
    /// The one machine.
    pub machine: DeviceId,
    /// Everybody's devices: kit, first, then those that entries add.
    pub devices: BTreeMap<UserId, Vec<DeviceId>>,
    /// All that was written, in the order of writing.
    pub entries: Vec<Entry>,
    /// Boxes and parents that do not hold what they say.
    pub lies: Lies,
    /// All grants, the founding's first.
    pub grants: Vec<Given>,
    /// The team and all scopes that entries made.
    pub scopes: Vec<Made>,
    /// Whether acts of every kind occur, not only those that the model of the rules knows.
    pub everything: bool,
    written: BTreeSet<EntryHash>,
    heads: BTreeMap<LogId, (u64, EntryHash)>,
    keys: BTreeMap<DeviceId, DeviceKeys>,
    people: BTreeMap<UserId, UserFacts>,
    wall_ms: u64,
}

impl Story {
    /// The founding's two grants: the recovery owner's and the founder's.
    #[must_use]
    pub fn roots(&self) -> [GrantId; 2] {
        self.facts.roots.map(|(grant, _)| grant)
    }

    /// A person, by number: 0 is the recovery owner, 1 the founder.
    #[must_use]
    pub fn user(&self, number: usize) -> UserId {
        self.users.get(number).copied().unwrap_or(self.facts.own0)
    }

    /// A person's first device.
    #[must_use]
    pub fn first(&self, number: usize) -> DeviceId {
        let user = self.facts.users.get(&self.user(number));
        user.map_or(self.machine, |devices| devices.first)
    }

    /// A person's recovery kit, or the first device of who has none.
    #[must_use]
    pub fn kit(&self, number: usize) -> DeviceId {
        let kit = self
            .facts
            .users
            .get(&self.user(number))
            .and_then(|devices| devices.kit);
        kit.unwrap_or_else(|| self.first(number))
    }

    /// An entry.
    ///
    /// # Panics
    /// When it was not written here.
    #[must_use]
    pub fn entry(&self, hash: EntryHash) -> &Entry {
        // Mostly it was written last.
        let found = self.entries.iter().rev().find(|entry| entry.hash == hash);
        found.unwrap_or_else(|| panic!("no entry {hash}"))
    }

    /// Does scope `a` cover `b`, by what entries say?
    #[must_use]
    pub fn inside(&self, a: ScopeId, b: ScopeId) -> bool {
        let mut at = Some(b);
        // The scopes of a story nest three deep at most.
        for _ in 0..8 {
            match at {
                Some(b) if a == b => return true,
                Some(b) => {
                    at = self
                        .scopes
                        .iter()
                        .find(|s| s.id == b)
                        .and_then(|s| s.parent);
                }
                None => return false,
            }
        }
        false
    }

    /// Whose device this is.
    #[must_use]
    pub fn owner_of(&self, device: DeviceId) -> Option<UserId> {
        let mut devices = self.devices.iter();
        devices
            .find(|(_, devices)| devices.contains(&device))
            .map(|(user, _)| *user)
    }

    /// True `percent` times in a hundred.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.rng.next_u64() % 100 < percent
    }

    /// One of them.
    pub fn pick<T: Copy>(&mut self, list: &[T]) -> Option<T> {
        list.get(below(&mut self.rng, list.len())).copied()
    }
}
