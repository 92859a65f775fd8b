//! Key epochs: who may know which key, and which key may be used (docs/format.md, "Key epochs").
//!
//! A scope's key changes by a KeyEpoch entry. Whether an epoch may be used does not hang on its
//! author's word but on what the entries prove about who can hold its key ([`Epochs::know`]): an
//! epoch is usable while everybody who may know it is entitled. So a removed person's old keys, a
//! stolen device's and those that reach somebody through an older epoch all end without a list of
//! suspects, and outsiders cannot poison an epoch by forged boxes.

mod choice;
mod know;

use std::collections::{BTreeMap, BTreeSet, HashMap};

pub use choice::{Choice, Mint, Sealing};

use crate::{
    authority::{EpochRow, State},
    entry::Entry,
    id::{DeviceId, EntryHash, ScopeId},
};

/// The epochs of one state.
pub struct Epochs {
    state: State,
    by_hash: HashMap<EntryHash, usize>,
    know: Vec<BTreeSet<DeviceId>>,
    by_scope: BTreeMap<ScopeId, Vec<EntryHash>>,
    ranked: BTreeMap<ScopeId, Vec<EntryHash>>,
    /// The same by how many have them, where there is more than one.
    reach: BTreeMap<ScopeId, Vec<EntryHash>>,
}

impl Epochs {
    /// Works out who may know what, and which epochs are usable.
    #[must_use]
    pub fn new(state: State) -> Self {
        let by_hash: HashMap<EntryHash, usize> = state
            .keys
            .epochs
            .iter()
            .enumerate()
            .map(|(at, epoch)| (epoch.hash, at))
            .collect();
        let know = know::fixpoint(&state.keys, &by_hash);
        let mut by_scope: BTreeMap<ScopeId, Vec<EntryHash>> = BTreeMap::new();
        for epoch in &state.keys.epochs {
            by_scope.entry(epoch.scope).or_default().push(epoch.hash);
        }
        let mut epochs = Self {
            state,
            by_hash,
            know,
            by_scope,
            ranked: BTreeMap::new(),
            reach: BTreeMap::new(),
        };
        epochs.ranked = epochs.rank();
        epochs.reach = epochs.by_reach();
        epochs
    }

    /// For each scope its usable epochs, best first: highest generation, then lowest hash.
    ///
    /// Usable: valid, and everybody who may know the key is entitled. Somebody whose being out is
    /// not settled, because entries are missing, is no reason to change the key.
    fn rank(&self) -> BTreeMap<ScopeId, Vec<EntryHash>> {
        let mut ranked = BTreeMap::new();
        for (&scope, hashes) in &self.by_scope {
            let mut entitled = self.state.devices(scope);
            entitled.extend(self.state.maybe_devices(scope));
            let usable = hashes.iter().filter(|hash| {
                let mut know = self.know(**hash);
                self.state.is_valid(**hash) && know.all(|device| entitled.contains(&device))
            });
            let mut usable: Vec<EntryHash> = usable.copied().collect();
            // The hashes of a scope are in ascending order, and the sort keeps it.
            usable.sort_by_key(|hash| {
                core::cmp::Reverse(self.row(*hash).map_or(0, |row| row.generation))
            });
            if !usable.is_empty() {
                ranked.insert(scope, usable);
            }
        }
        ranked
    }

    fn row(&self, epoch: EntryHash) -> Option<&EpochRow> {
        self.by_hash
            .get(&epoch)
            .and_then(|&at| self.state.keys.epochs.get(at))
    }

    /// The state that this is about.
    #[must_use]
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// As [`State::append`]; data does not touch keys.
    pub(crate) fn append(&mut self, entry: &Entry) -> bool {
        self.state.append(entry)
    }

    /// The devices that may know an epoch's key, by what the entries prove.
    pub fn know(&self, epoch: EntryHash) -> impl Iterator<Item = DeviceId> + '_ {
        let at = self.by_hash.get(&epoch).copied();
        at.and_then(|at| self.know.get(at))
            .into_iter()
            .flatten()
            .copied()
    }

    /// May this device know the key?
    #[must_use]
    pub fn knows(&self, epoch: EntryHash, device: DeviceId) -> bool {
        let at = self.by_hash.get(&epoch).copied();
        at.and_then(|at| self.know.get(at))
            .is_some_and(|know| know.contains(&device))
    }

    /// Does everybody who may know `a` know `b` too?
    fn implies(&self, a: EntryHash, b: EntryHash) -> bool {
        self.know(a).all(|device| self.knows(b, device))
    }

    /// Usable epochs of a scope, best first.
    #[must_use]
    pub fn ranked(&self, scope: ScopeId) -> &[EntryHash] {
        self.ranked.get(&scope).map_or(&[], Vec::as_slice)
    }

    /// Every epoch of a scope, usable or not, by hash.
    #[must_use]
    pub fn of_scope(&self, scope: ScopeId) -> &[EntryHash] {
        self.by_scope.get(&scope).map_or(&[], Vec::as_slice)
    }

    /// Scopes that have an epoch.
    pub fn scopes(&self) -> impl Iterator<Item = ScopeId> + '_ {
        self.by_scope.keys().copied()
    }
}
