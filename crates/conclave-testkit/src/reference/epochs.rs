//! Key epochs: who may know which key, and which key may be used.

use std::collections::{BTreeMap, BTreeSet};

use conclave_core::{
    body::{Body, KeyBox, KeyEpoch, Recipient},
    entry::Entry,
    id::{DeviceId, EntryHash, ScopeId, SubjectId, UserId},
};

use super::{Shown, State};

/// Know and usability over one state.
pub struct Epochs<'s, 'a> {
    state: &'s State<'a>,
    epochs: BTreeMap<EntryHash, (&'s Entry, &'s KeyEpoch)>,
    know: BTreeMap<EntryHash, BTreeSet<DeviceId>>,
}

impl<'s, 'a> Epochs<'s, 'a> {
    /// Works out the least fixpoint of Know.
    #[must_use]
    pub fn new(state: &'s State<'a>) -> Self {
        let mut epochs = BTreeMap::new();
        for x in state.e.values() {
            if let Body::KeyEpoch(b) = &x.body {
                epochs.insert(x.hash, (*x, b.as_ref()));
            }
        }
        let mut out = Self {
            state,
            epochs,
            know: BTreeMap::new(),
        };
        out.know = know(state.e.values().copied(), |_, _| true, |_| true);
        out
    }

    fn user_scope(&self, user: UserId) -> Option<ScopeId> {
        self.state.facts.users.get(&user).map(|u| u.scope)
    }

    /// Valid, and nobody known to hold it is outside.
    #[must_use]
    pub fn usable(&self, epoch: EntryHash) -> bool {
        let Some((_, body)) = self.epochs.get(&epoch) else {
            return false;
        };
        if self.state.shown.get(&epoch) != Some(&Shown::Valid) {
            return false;
        }
        let mut entitled = self.state.devices(body.scope, false);
        entitled.extend(self.state.devices(body.scope, true));
        self.know
            .get(&epoch)
            .is_some_and(|know| know.is_subset(&entitled))
    }

    /// Usable epochs of a scope, best first: highest generation, then lowest hash.
    #[must_use]
    pub fn ranked(&self, scope: ScopeId) -> Vec<EntryHash> {
        let mut out: Vec<(u64, EntryHash)> = self
            .epochs
            .iter()
            .filter(|(hash, (_, body))| body.scope == scope && self.usable(**hash))
            .map(|(hash, (_, body))| (body.generation, *hash))
            .collect();
        out.sort_by_key(|(generation, hash)| (core::cmp::Reverse(*generation), *hash));
        out.into_iter().map(|(_, hash)| hash).collect()
    }

    /// Scopes that have an epoch here.
    #[must_use]
    pub fn scopes(&self) -> BTreeSet<ScopeId> {
        self.epochs.values().map(|(_, body)| body.scope).collect()
    }

    /// Whom a new epoch is boxed to: readers with a usable key, under their best one.
    #[must_use]
    pub fn recipients(&self, scope: ScopeId) -> Vec<(Recipient, Option<EntryHash>)> {
        if self.state.user_of_scope(scope).is_some() {
            let devices = self.state.devices(scope, false);
            return devices
                .into_iter()
                .map(|d| (Recipient::Device(d), None))
                .collect();
        }
        let readers = self.state.readers(scope, false);
        let each = readers.into_iter().filter_map(|reader| match reader {
            SubjectId::Machine(device) => Some((Recipient::Device(device), None)),
            SubjectId::User(user) => {
                let best = *self.ranked(self.user_scope(user)?).first()?;
                Some((Recipient::User(user), Some(best)))
            }
            SubjectId::Group(_) => None,
        });
        each.collect()
    }
}

/// Least fixpoint of Know. `opens` (an entry and the place of a box in it) and `real` (a child
/// epoch) tell for ground truth which boxes and parents hold what they say.
pub fn know<'a>(
    entries: impl Iterator<Item = &'a Entry>,
    opens: impl Fn(&Entry, usize) -> bool,
    real: impl Fn(&Entry) -> bool,
) -> BTreeMap<EntryHash, BTreeSet<DeviceId>> {
    let entries: BTreeMap<EntryHash, &Entry> = entries.map(|x| (x.hash, x)).collect();
    let mut know = BTreeMap::new();
    let mut boxes: Vec<(EntryHash, &Entry, usize, &KeyBox)> = Vec::new();
    let mut children: Vec<(EntryHash, &Entry)> = Vec::new();
    for x in entries.values() {
        let (epoch, published) = match &x.body {
            Body::KeyEpoch(b) => {
                know.insert(x.hash, BTreeSet::from([x.device()]));
                children.extend(b.parents.iter().map(|parent| (parent.epoch, *x)));
                (x.hash, &b.boxes)
            }
            Body::KeyBoxAdd(b) => (b.epoch, &b.boxes),
            _ => continue,
        };
        let each = published.iter().enumerate();
        boxes.extend(each.map(|(at, sealed)| (epoch, *x, at, sealed)));
    }
    loop {
        let before: usize = know.values().map(BTreeSet::len).sum();
        let knows = |know: &BTreeMap<EntryHash, BTreeSet<DeviceId>>, epoch, device| {
            know.get(&epoch).is_some_and(|k| k.contains(&device))
        };
        for (epoch, x, at, sealed) in &boxes {
            if !opens(x, *at) || !knows(&know, *epoch, x.device()) {
                continue;
            }
            let new: BTreeSet<DeviceId> = match (sealed.key, sealed.recipient) {
                (None, Recipient::Device(device)) => [device].into(),
                (None, _) => BTreeSet::new(),
                (Some(key), _) => know.get(&key).cloned().unwrap_or_default(),
            };
            know.entry(*epoch).or_default().extend(new);
        }
        for (parent, child) in &children {
            if real(child) && knows(&know, *parent, child.device()) {
                let new = know.get(&child.hash).cloned().unwrap_or_default();
                know.entry(*parent).or_default().extend(new);
            }
        }
        if know.values().map(BTreeSet::len).sum::<usize>() == before {
            return know;
        }
    }
}
