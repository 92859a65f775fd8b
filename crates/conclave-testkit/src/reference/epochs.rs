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
        out.know = out.fixpoint(|_, _| true, |_, _| true);
        out
    }

    fn user_scope(&self, user: UserId) -> Option<ScopeId> {
        self.state.facts.users.get(&user).map(|u| u.scope)
    }

    /// Least fixpoint; `opens` (an entry and the place of a box in it) and `real` (a child and
    /// its parent) tell for ground truth which boxes and parents hold what they say.
    pub fn fixpoint(
        &self,
        opens: impl Fn(&Entry, usize) -> bool,
        real: impl Fn(&Entry, EntryHash) -> bool,
    ) -> BTreeMap<EntryHash, BTreeSet<DeviceId>> {
        let mut know: BTreeMap<EntryHash, BTreeSet<DeviceId>> = self
            .epochs
            .iter()
            .map(|(h, (x, _))| (*h, BTreeSet::from([x.device()])))
            .collect();
        let mut boxes: Vec<(EntryHash, &Entry, usize, &KeyBox)> = Vec::new();
        for x in self.state.e.values() {
            match &x.body {
                Body::KeyEpoch(b) => {
                    let each = b.boxes.iter().enumerate();
                    boxes.extend(each.map(|(at, b)| (x.hash, *x, at, b)));
                }
                Body::KeyBoxAdd(a) if self.epochs.contains_key(&a.epoch) => {
                    let each = a.boxes.iter().enumerate();
                    boxes.extend(each.map(|(at, b)| (a.epoch, *x, at, b)));
                }
                _ => {}
            }
        }
        loop {
            let mut change = false;
            for (epoch, x, at, sealed) in &boxes {
                if !opens(x, *at) || !know.get(epoch).is_some_and(|k| k.contains(&x.device())) {
                    continue;
                }
                let new: BTreeSet<DeviceId> = match (sealed.key, sealed.recipient) {
                    (None, Recipient::Device(device)) => [device].into(),
                    (None, _) => BTreeSet::new(),
                    (Some(key), _) => know.get(&key).cloned().unwrap_or_default(),
                };
                let known = know.entry(*epoch).or_default();
                let before = known.len();
                known.extend(new);
                change |= known.len() > before;
            }
            for (hash, (child, body)) in &self.epochs {
                for parent in &body.parents {
                    let holds = know
                        .get(&parent.epoch)
                        .is_some_and(|k| k.contains(&child.device()));
                    if !holds || !real(child, parent.epoch) {
                        continue;
                    }
                    let new = know.get(hash).cloned().unwrap_or_default();
                    let known = know.entry(parent.epoch).or_default();
                    let before = known.len();
                    known.extend(new);
                    change |= known.len() > before;
                }
            }
            if !change {
                return know;
            }
        }
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
