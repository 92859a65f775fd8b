//! What a device does with keys: which epoch it writes under, and what it has to seal to whom.

use std::collections::{BTreeMap, BTreeSet};

use super::Epochs;
use crate::{
    authority::{EpochRow, ScopeType},
    body::Recipient,
    id::{DeviceId, EntryHash, ScopeId, SubjectId, UserId},
};

/// What a device seals under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// The best usable epoch that it has opened and checked.
    Use(EntryHash),
    /// It holds no usable one: it makes one first.
    Mint,
    /// It is not entitled to the scope's keys.
    NotEntitled,
}

/// Whom a key is sealed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sealing {
    /// A device, or a person or group by an epoch.
    pub recipient: Recipient,
    /// The epoch whose `scope_pk` the box is for; none for a device.
    pub key: Option<EntryHash>,
}

/// What a new KeyEpoch says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mint {
    /// 1 + the highest generation among the parents.
    pub generation: u64,
    /// The epochs whose keys the minter holds and wraps, without those that they hold themselves.
    pub parents: Vec<EntryHash>,
    /// Whom the new key is sealed to.
    pub boxes: Vec<Sealing>,
}

impl Epochs {
    /// The epoch that a device writes under. `opened` tells which keys the device really holds: it
    /// must have opened and checked a key before it seals under it.
    #[must_use]
    pub fn choose(
        &self,
        scope: ScopeId,
        device: DeviceId,
        opened: impl Fn(EntryHash) -> bool,
    ) -> Choice {
        if !self.state.devices(scope).contains(&device) {
            return Choice::NotEntitled;
        }
        let best = self
            .ranked(scope)
            .iter()
            .copied()
            .find(|epoch| opened(*epoch));
        best.map_or(Choice::Mint, Choice::Use)
    }

    /// Does somebody keep every usable key of a scope for himself, and from this device? So after a
    /// removal: the keys that everybody knew fall, and one that a reader made for himself alone
    /// stays. Whoever may know one and has not complained of it has it or gets it, and one that more
    /// than one person has is on its way to the others.
    #[must_use]
    pub fn kept_from(&self, scope: ScopeId, device: DeviceId) -> bool {
        let mut parties = self.parties(scope);
        let ranked = self.ranked(scope);
        parties.retain(|party| ranked.iter().any(|epoch| self.has(party, *epoch)));
        parties.len() <= 1 && !parties.iter().flatten().any(|d| *d == device)
    }

    /// The devices that share what reaches one of them: a person's; in their own scope each by
    /// itself.
    fn parties(&self, scope: ScopeId) -> Vec<Vec<DeviceId>> {
        if let Some(ScopeType::User(_)) = self.state.scope(scope).map(|s| s.kind) {
            let devices = self.state.devices(scope).into_iter();
            return devices.map(|device| vec![device]).collect();
        }
        let users = self.state.facts().users.keys();
        let tree = |user: &UserId| self.state.tree(*user).iter().map(|d| d.id).collect();
        users.map(tree).collect()
    }

    /// May one of these know the key, and has none of them complained of it?
    fn has(&self, party: &[DeviceId], epoch: EntryHash) -> bool {
        let complaints = &self.state.keys.complaints;
        party.iter().any(|d| self.knows(epoch, *d))
            && !party.iter().any(|d| complaints.contains(&(epoch, *d)))
    }

    /// For each scope with more than one usable epoch these epochs, first the one that most of those
    /// who read it have, then in their own order.
    pub(super) fn by_reach(&self) -> BTreeMap<ScopeId, Vec<EntryHash>> {
        let several = self.ranked.iter().filter(|(_, ranked)| ranked.len() > 1);
        let sorted = several.map(|(scope, ranked)| {
            let parties = self.parties(*scope);
            let mut sorted = ranked.clone();
            sorted.sort_by_cached_key(|epoch| {
                let have = parties.iter().filter(|party| self.has(party, *epoch));
                core::cmp::Reverse(have.count())
            });
            (*scope, sorted)
        });
        sorted.collect()
    }

    /// Usable epochs of a scope for whoever holds no key of it and so cannot tell which one really
    /// opens: first the one that most of the readers have. The best may be one that a reader made
    /// for himself alone, to be the only one to open what others seal to the scope.
    #[must_use]
    pub fn reach(&self, scope: ScopeId) -> &[EntryHash] {
        let sorted = self.reach.get(&scope).map(Vec::as_slice);
        sorted.unwrap_or_else(|| self.ranked(scope))
    }

    /// Whom a new epoch of a scope is sealed to: each group that it is granted to, under the group's
    /// best usable key, and each reader whom no such key reaches, under their own. So whoever joins
    /// a group is boxed the group's key alone, however many vaults it opens. People without a usable
    /// key are boxed once they have one.
    #[must_use]
    pub fn recipients(&self, scope: ScopeId) -> Vec<Sealing> {
        let device = |id| Sealing {
            recipient: Recipient::Device(id),
            key: None,
        };
        if let Some(ScopeType::User(_)) = self.state.scope(scope).map(|s| s.kind) {
            return self.state.devices(scope).into_iter().map(device).collect();
        }
        let mut sealings: Vec<Sealing> = Vec::new();
        for group in self.state.reading_groups(scope) {
            sealings.extend(self.reach(group).first().map(|key| Sealing {
                recipient: Recipient::Group(group),
                key: Some(*key),
            }));
        }
        let groups: Vec<EntryHash> = sealings.iter().filter_map(|sealing| sealing.key).collect();
        let readers = self.state.readers(scope).into_iter();
        sealings.extend(readers.filter_map(|reader| match reader {
            SubjectId::Machine(id) => Some(device(id)),
            SubjectId::User(user) => {
                let own = self.state.facts().users.get(&user)?.scope;
                let key = *self.reach(own).first()?;
                let reached = groups.iter().any(|group| self.implies(key, *group));
                (!reached).then_some(Sealing {
                    recipient: Recipient::User(user),
                    key: Some(key),
                })
            }
            SubjectId::Group(_) => None,
        }));
        sealings
    }

    /// Who is entitled to an epoch's key, has a usable key of their own, and has no box: a writer
    /// boxes them before it writes.
    #[must_use]
    pub fn missing(&self, epoch: EntryHash) -> Vec<Sealing> {
        let Some(row) = self.row(epoch) else {
            return Vec::new();
        };
        let mut recipients = self.recipients(row.scope);
        recipients.retain(|sealing| match (sealing.recipient, sealing.key) {
            (_, Some(key)) => !self.implies(key, epoch),
            (Recipient::Device(device), None) => !self.knows(epoch, device),
            (Recipient::User(_) | Recipient::Group(_), None) => false,
        });
        recipients
    }

    /// What a device that holds the keys that `opened` names says in a new KeyEpoch of a scope. An
    /// epoch that it does not wrap although it holds it is boxed to the new one where something is
    /// sealed under it.
    #[must_use]
    pub fn mint(&self, scope: ScopeId, opened: impl Fn(EntryHash) -> bool) -> Mint {
        let mut held = self.sound(scope);
        held.retain(|row| opened(row.hash));
        let inner: BTreeSet<EntryHash> = held
            .iter()
            .flat_map(|row| row.parents.iter().copied())
            .collect();
        let parents: Vec<_> = held
            .iter()
            .filter(|row| !inner.contains(&row.hash))
            .collect();
        let top = parents.iter().map(|row| row.generation).max().unwrap_or(0);
        Mint {
            // No more than there are sound epochs.
            generation: top.saturating_add(1),
            parents: parents.into_iter().map(|row| row.hash).collect(),
            boxes: self.recipients(scope),
        }
    }

    /// The epochs of a scope that are of sound form down to their first ancestors. Where an ancestor
    /// made its number up, the numbers above it say nothing, and they end somewhere: a few such
    /// epochs would use all of them up.
    fn sound(&self, scope: ScopeId) -> Vec<&EpochRow> {
        let hashes = self.of_scope(scope).iter();
        let mut rows: Vec<&EpochRow> = hashes.filter_map(|hash| self.row(*hash)).collect();
        rows.retain(|row| row.fits);
        // What fits has a higher number than its parents, which so come before it.
        rows.sort_by_key(|row| (row.generation, row.hash));
        let mut sound: BTreeSet<EntryHash> = BTreeSet::new();
        rows.retain(|row| {
            let all = row.parents.iter().all(|parent| sound.contains(parent));
            if all {
                sound.insert(row.hash);
            }
            all
        });
        rows
    }

    /// Epochs of a scope that some who may know `current` cannot reach from it: whoever holds one
    /// boxes its key to `current`'s `scope_pk`, so that nobody's history is cut.
    #[must_use]
    pub fn cut_off(&self, scope: ScopeId, current: EntryHash) -> Vec<EntryHash> {
        let all = self.of_scope(scope).iter().copied();
        all.filter(|epoch| *epoch != current && !self.implies(current, *epoch))
            .collect()
    }

    /// Complaints of entitled devices that no second box has answered: the epoch, and whom its key
    /// is sealed to once more. A third box is not sent: then only a new epoch helps.
    #[must_use]
    pub fn unanswered(&self) -> Vec<(EntryHash, Sealing)> {
        let mut sent: BTreeMap<(EntryHash, Sealing), usize> = BTreeMap::new();
        if !self.state.keys.complaints.is_empty() {
            for sealed in &self.state.keys.boxes {
                if self.knows(sealed.epoch, sealed.by) {
                    let sealing = Sealing {
                        recipient: sealed.recipient,
                        key: sealed.key,
                    };
                    *sent.entry((sealed.epoch, sealing)).or_default() += 1;
                }
            }
        }
        let mut open: Vec<(EntryHash, Sealing)> = Vec::new();
        for &(epoch, device) in &self.state.keys.complaints {
            let Some(row) = self.row(epoch) else {
                continue;
            };
            for sealing in self.recipients(row.scope) {
                let boxes = sent.get(&(epoch, sealing)).copied().unwrap_or(0);
                if boxes < 2 && self.is_for(sealing, device) {
                    open.push((epoch, sealing));
                }
            }
        }
        open.sort_unstable();
        open.dedup();
        open
    }

    /// Does this device open boxes for this recipient?
    fn is_for(&self, sealing: Sealing, device: DeviceId) -> bool {
        match sealing.recipient {
            Recipient::Device(id) => id == device,
            Recipient::User(user) => self
                .state
                .tree(user)
                .iter()
                .any(|d| d.id == device && d.live()),
            Recipient::Group(group) => self.state.devices(group).contains(&device),
        }
    }
}
