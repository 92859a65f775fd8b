//! Who seals under a key that they knew to be replaced (docs/threat-model.md, row 26).
//!
//! An honest device writes under the best usable key that it holds, so after it has taken in a
//! usable key it never goes back to one that this replaced. Whoever does shows something new to
//! somebody who was removed. Nothing can be refused on that account, since the content is as well
//! signed as any; it can be said.

use std::collections::{BTreeMap, BTreeSet};

use super::Replica;
use crate::{
    body::{Body, KeyEpoch, Recipient},
    entry::Entry,
    id::{DeviceId, EntryHash, LogId, ScopeId},
};

/// From which seq of each log on its writer had seen something.
pub(super) type KnownFrom = BTreeMap<LogId, u64>;

impl Replica {
    /// Entries sealed under a key that cannot be used any more, though their author had already
    /// seen, and could open, the usable one that replaced it.
    #[must_use]
    pub fn under_an_old_key(&self) -> BTreeSet<EntryHash> {
        let mut flagged = BTreeSet::new();
        for scope in self.rights.key_epochs().scopes() {
            self.flag(scope, self.entries.values(), &mut flagged);
        }
        flagged
    }

    /// Is this entry one of those? Looks at no other.
    #[must_use]
    pub fn is_under_an_old_key(&self, hash: &EntryHash) -> bool {
        let Some(entry) = self.entries.get(hash) else {
            return false;
        };
        let mut flagged = BTreeSet::new();
        for scope in self.rights.key_epochs().scopes() {
            if !keys_of(entry, scope).is_empty() {
                self.flag(scope, core::iter::once(entry), &mut flagged);
            }
        }
        !flagged.is_empty()
    }

    fn flag<'a>(
        &'a self,
        scope: ScopeId,
        among: impl Iterator<Item = &'a Entry> + Clone,
        flagged: &mut BTreeSet<EntryHash>,
    ) {
        let usable = self.rights.ranked(scope);
        let old: BTreeSet<EntryHash> = self
            .rights
            .epochs(scope)
            .into_iter()
            .filter(|epoch| !usable.contains(epoch))
            .collect();
        if old.is_empty() {
            return;
        }
        for hash in usable {
            let (Some(entry), Some(epoch)) = (self.entries.get(&hash), self.epoch(&hash)) else {
                continue;
            };
            let replaced = self.ancestors(epoch);
            let known = self.known_from(entry);
            let sealed = among.clone().filter(|written| {
                let keys = keys_of(written, scope);
                keys.into_iter()
                    .any(|key| old.contains(&key) && replaced.contains(&key))
            });
            let late = sealed.filter(|written| {
                let from = known.get(&written.log());
                from.is_some_and(|from| written.seq() >= *from)
                    && self.is_boxed_to(entry, epoch, written)
            });
            flagged.extend(late.map(|written| written.hash));
        }
    }

    /// The epochs that one holds, and those that they hold.
    fn ancestors(&self, epoch: &KeyEpoch) -> BTreeSet<EntryHash> {
        let mut all = BTreeSet::new();
        let mut todo: Vec<EntryHash> = epoch.parents.iter().map(|parent| parent.epoch).collect();
        while let Some(hash) = todo.pop() {
            if all.insert(hash) {
                let parents = self.epoch(&hash).map(|epoch| epoch.parents.iter());
                todo.extend(parents.into_iter().flatten().map(|parent| parent.epoch));
            }
        }
        all
    }

    /// From where on each log shows that its writer had seen `entry`: it is theirs, or they name a
    /// head that had seen it.
    pub(super) fn known_from(&self, entry: &Entry) -> KnownFrom {
        let mut known = KnownFrom::from([(entry.log(), entry.seq())]);
        let mut news = true;
        while news {
            news = false;
            for reader in self.entries.values() {
                let before = known.get(&reader.log()).copied().unwrap_or(u64::MAX);
                let saw =
                    |at: &crate::body::At| known.get(&at.log).is_some_and(|from| at.seq >= *from);
                if reader.seq() < before && reader.header.seen.iter().any(saw) {
                    known.insert(reader.log(), reader.seq());
                    news = true;
                }
            }
        }
        known
    }

    /// Could the author open the epoch from the moment they saw it?
    fn is_boxed_to(&self, entry: &Entry, epoch: &KeyEpoch, written: &Entry) -> bool {
        let device = written.device();
        // Through a group only where its own epoch names them: whoever was boxed the group's key
        // later may not have had it yet.
        let by_group = |key: EntryHash| {
            let group = self.entries.get(&key).zip(self.epoch(&key));
            group.is_some_and(|(entry, epoch)| self.is_named(entry, epoch, device))
        };
        self.is_named(entry, epoch, device)
            || epoch.boxes.iter().any(|sealed| {
                matches!(sealed.recipient, Recipient::Group(_)) && sealed.key.is_some_and(by_group)
            })
    }

    fn is_named(&self, entry: &Entry, epoch: &KeyEpoch, device: DeviceId) -> bool {
        entry.device() == device
            || epoch.boxes.iter().any(|sealed| match sealed.recipient {
                Recipient::Device(id) => id == device,
                Recipient::User(user) => self.rights.owns(user, device),
                Recipient::Group(_) => false,
            })
    }
}

/// The epochs of a scope that an entry is sealed under.
pub(super) fn keys_of(entry: &Entry, scope: ScopeId) -> Vec<EntryHash> {
    let wraps = match &entry.body {
        Body::ItemRev(_, rev) => rev.wraps.as_slice(),
        Body::WrapAdd(add) => add.wraps.as_slice(),
        _ => &[],
    };
    let wraps = wraps.iter().filter(|wrap| wrap.scope() == scope);
    let own = entry
        .header
        .epoch
        .filter(|_| entry.header.scope == Some(scope));
    wraps.map(crate::body::Wrap::epoch).chain(own).collect()
}
