//! Boxes that do not hold what they should: saying so, and sealing the key once more.
//!
//! Whoever may know a key and seals nonsense to somebody keeps it from them, since everybody else
//! takes them to have it. A Complaint ends that: it is answered with one more box by whoever holds
//! the key (docs/format/authority.md, "Key epochs").

use std::collections::{BTreeMap, BTreeSet};

use rand_core::CryptoRng;

use super::{Replica, WriteError};
use crate::{
    body::{self, Body, KeyBoxAdd},
    id::{EntryHash, ScopeId},
    kind::Kind,
    sealing::make_box,
};

impl Replica {
    /// Says once of each epoch of a scope that a box for this device was spoilt.
    pub(super) fn complain(&mut self, scope: ScopeId, now: u64) -> Result<usize, WriteError> {
        let spoilt = self.keyring.complaints().keys().copied();
        let mut due: BTreeSet<EntryHash> = spoilt
            .filter(|epoch| !self.keyring.holds(epoch))
            .filter(|epoch| self.epoch(epoch).is_some_and(|body| body.scope == scope))
            .collect();
        if due.is_empty() {
            return Ok(0);
        }
        for entry in self.entries.values() {
            if let Body::Complaint(said) = &entry.body
                && entry.device() == self.device()
            {
                due.remove(&said.epoch);
            }
        }
        let under = self.under_keys(scope)?;
        for epoch in &due {
            let said = body::Complaint { epoch: *epoch };
            self.say(Kind::Complaint, under, &said, now)?;
        }
        Ok(due.len())
    }

    /// Seals the keys that somebody complained about to them once more.
    pub(super) fn answer_complaints(
        &mut self,
        scope: ScopeId,
        now: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<usize, WriteError> {
        let mut due: BTreeMap<EntryHash, Vec<_>> = BTreeMap::new();
        for (epoch, sealing) in self.rights.key_epochs().unanswered() {
            if self.epoch(&epoch).is_some_and(|body| body.scope == scope) {
                due.entry(epoch)
                    .or_default()
                    .extend(self.addressee(sealing));
            }
        }
        let mut written = 0;
        for (epoch, to) in due {
            let (Some(body), Some(key)) = (self.epoch(&epoch), self.keyring.get(&epoch)) else {
                continue;
            };
            let under = self.under_keys(scope)?;
            let boxes = to
                .iter()
                .map(|to| make_box(self.team, scope, body.generation, key, to, rng))
                .collect::<Result<Vec<_>, _>>()?;
            written += boxes.len();
            if !boxes.is_empty() {
                self.say(Kind::KeyBoxAdd, under, &KeyBoxAdd { epoch, boxes }, now)?;
            }
        }
        Ok(written)
    }
}
