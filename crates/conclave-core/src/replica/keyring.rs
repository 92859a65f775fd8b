//! The scope keys that this device could open.
//!
//! Every key comes out of a box for this device, this person or a group of this person, or out of
//! a later key that wraps it. What does not open to the announced key is remembered for a
//! complaint.

use std::collections::{BTreeMap, BTreeSet};

use conclave_crypto::ScopeKey;

use super::Replica;
use crate::{
    body::{Body, KeyBox, KeyEpoch, Recipient},
    entry::Entry,
    id::{DeviceId, EntryHash},
    sealing::{EpochError, open_box, open_parent},
};

/// Keys by the epoch that announced them.
#[derive(Default)]
pub(super) struct Keyring {
    keys: BTreeMap<EntryHash, ScopeKey>,
    /// Boxes that were tried and failed, so that they are not tried again and again: by the entry
    /// that published them and their place in it. A forged box must not stand for a real one.
    spoilt: BTreeSet<(EntryHash, usize)>,
    /// Boxes of epochs that this device complained of, tried and found to fit: the key came, and who
    /// sent nonsense before it is not forgotten for that.
    fits: BTreeSet<(EntryHash, usize)>,
    /// Epochs of which a box by somebody who may know the key did not hold it, and whose it was.
    complaints: BTreeMap<EntryHash, BTreeSet<DeviceId>>,
    /// Whether one key really leads to an older one, by the entry that says so and the place in it.
    pub(super) links: BTreeMap<(EntryHash, usize), bool>,
}

impl Keyring {
    /// The key of an epoch.
    pub(super) fn get(&self, epoch: &EntryHash) -> Option<&ScopeKey> {
        self.keys.get(epoch)
    }

    /// Is the key of this epoch here?
    pub(super) fn holds(&self, epoch: &EntryHash) -> bool {
        self.keys.contains_key(epoch)
    }

    /// Adds a key that this device made itself.
    pub(super) fn add(&mut self, epoch: EntryHash, key: ScopeKey) {
        self.keys.insert(epoch, key);
    }

    /// Epochs of which a box by somebody who may know the key did not hold it, and whose it was.
    pub(super) const fn complaints(&self) -> &BTreeMap<EntryHash, BTreeSet<DeviceId>> {
        &self.complaints
    }
}

impl Replica {
    /// The body of an epoch.
    pub(super) fn epoch(&self, hash: &EntryHash) -> Option<&KeyEpoch> {
        match &self.entries.get(hash)?.body {
            Body::KeyEpoch(epoch) => Some(epoch),
            _ => None,
        }
    }

    /// The best usable epoch of a scope whose key this device holds.
    #[must_use]
    pub fn usable_epoch(&self, scope: crate::id::ScopeId) -> Option<EntryHash> {
        self.rights
            .ranked(scope)
            .into_iter()
            .find(|epoch| self.keyring.holds(epoch))
    }

    /// Epochs of which a box for this device did not hold the key, though its author may know it:
    /// they lied to this person.
    pub fn complaints(&self) -> impl Iterator<Item = EntryHash> {
        self.keyring.complaints().keys().copied()
    }

    /// Devices that sent this one nonsense for keys which they may know, with the number of such
    /// epochs. Once may be an accident.
    #[must_use]
    pub fn spoilers(&self) -> BTreeMap<DeviceId, usize> {
        let mut found: BTreeMap<DeviceId, usize> = BTreeMap::new();
        for device in self.keyring.complaints().values().flatten() {
            *found.entry(*device).or_default() += 1;
        }
        found
    }

    /// Opens every box that is for this device or person, and every earlier key that a later one
    /// wraps, until nothing more opens.
    pub(super) fn open_keys(&mut self) {
        let mut boxes: Vec<(EntryHash, &KeyBox, (&Entry, usize))> = Vec::new();
        let mut complained: BTreeSet<EntryHash> = BTreeSet::new();
        for entry in self.entries.values() {
            let (epoch, published) = match &entry.body {
                Body::Complaint(said) if entry.device() == self.device() => {
                    complained.insert(said.epoch);
                    continue;
                }
                Body::KeyEpoch(epoch) => (entry.hash, &epoch.boxes),
                Body::KeyBoxAdd(add) => (add.epoch, &add.boxes),
                _ => continue,
            };
            let published = published.iter().enumerate();
            boxes.extend(published.map(|(n, sealed)| (epoch, sealed, (entry, n))));
        }
        boxes.retain(|(epoch, sealed, (by, _))| {
            let mine = match sealed.recipient {
                Recipient::Device(device) => device == self.chain.place().device,
                Recipient::User(user) => user == self.me.user,
                Recipient::Group(_) => true,
            };
            mine && (!self.keyring.holds(epoch) || complained.contains(epoch))
                // A box by somebody who cannot hold the key keeps nobody else from sealing it, so
                // there is nothing to be had from it, and it may be one of fifty thousand.
                && self.rights.key_epochs().knows(*epoch, by.device())
        });
        let mut found: Vec<(EntryHash, ScopeKey)> = Vec::new();
        let (mut spoilt, mut fits, mut complaints) = (Vec::new(), Vec::new(), Vec::new());
        loop {
            let before = found.len();
            let held = |epoch: &EntryHash| {
                found
                    .iter()
                    .find(|(e, _)| e == epoch)
                    .map(|(_, k)| k)
                    .or(self.keyring.get(epoch))
            };
            let mut news = Vec::new();
            for (epoch, sealed, (by, n)) in &boxes {
                let mark = (by.hash, *n);
                let here = held(epoch).is_some() || news.iter().any(|(e, _)| e == epoch);
                if (here && !complained.contains(epoch))
                    || self.keyring.spoilt.contains(&mark)
                    || spoilt.contains(&mark)
                    || self.keyring.fits.contains(&mark)
                    || fits.contains(&mark)
                {
                    continue;
                }
                let Some(body) = self.epoch(epoch) else {
                    continue;
                };
                let opened = match &sealed.key {
                    None => open_box(self.team, body, sealed, &self.sealing),
                    Some(key) => match held(key) {
                        Some(key) => open_box(self.team, body, sealed, &key.sealing()),
                        None => continue,
                    },
                };
                match opened {
                    Ok(key) => {
                        if complained.contains(epoch) {
                            fits.push(mark);
                        }
                        if !here {
                            news.push((*epoch, key));
                        }
                    }
                    // Nonsense, or another key than the epoch commits to.
                    Err(EpochError::Open(_) | EpochError::Mismatch) => {
                        spoilt.push(mark);
                        complaints.push((*epoch, by.device()));
                    }
                }
            }
            for (hash, entry) in &self.entries {
                let Body::KeyEpoch(child) = &entry.body else {
                    continue;
                };
                let Some(key) = held(hash) else { continue };
                for parent in &child.parents {
                    // By somebody who cannot hold it, as a box: nobody would count as knowing it,
                    // and whoever took it would box it to everybody again at every news.
                    let told = self.rights.key_epochs().knows(parent.epoch, entry.device());
                    if !told
                        || held(&parent.epoch).is_some()
                        || news.iter().any(|(e, _)| *e == parent.epoch)
                    {
                        continue;
                    }
                    let Some(body) = self.epoch(&parent.epoch) else {
                        continue;
                    };
                    if let Ok(opened) = open_parent(self.team, child, key, parent, body) {
                        news.push((parent.epoch, opened));
                    }
                }
            }
            found.append(&mut news);
            if found.len() == before {
                break;
            }
        }
        self.keyring.spoilt.extend(spoilt);
        self.keyring.fits.extend(fits);
        for (epoch, by) in complaints {
            let whose = self.keyring.complaints.entry(epoch).or_default();
            whose.insert(by);
        }
        self.keyring.keys.extend(found);
    }
}
