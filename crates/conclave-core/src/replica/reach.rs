//! Older keys, for whoever comes to hold only the one in use (Authority, "History").

use std::collections::{BTreeMap, BTreeSet};

use rand_core::CryptoRng;

use super::{Replica, WriteError, old_keys::keys_of};
use crate::{
    body::{Body, KeyBoxAdd, Recipient},
    epoch::Sealing,
    id::{EntryHash, ScopeId},
    kind::Kind,
    sealing::{make_box, open_box, open_parent},
};

/// Whoever holds the key of one epoch gets at that of an older one by it: as its parent, or by a
/// box to its `scope_pk`. So its author says.
struct Link {
    from: EntryHash,
    to: EntryHash,
    /// The entry that has it, and its place among the parents or boxes there.
    at: (EntryHash, usize),
}

impl Replica {
    /// Boxes the older keys that this device holds to the one that it uses, where whoever holds only
    /// that could not read what is sealed under them: after two halves of a team met, say. To that
    /// one alone: it is boxed to everybody, and a reader may publish a thousand others.
    pub(super) fn reach_back(
        &mut self,
        scope: ScopeId,
        current: EntryHash,
        now: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<usize, WriteError> {
        let mut lacking = self.out_of_reach(scope, current);
        if lacking.is_empty() {
            return Ok(0);
        }
        // Only keys that something is sealed under: anybody may publish others, and many.
        let needed = self.keys_in_use(scope);
        lacking.retain(|epoch| needed.contains(epoch));
        let to = self.addressee(Sealing {
            recipient: Recipient::Group(scope),
            key: Some(current),
        });
        let Some(to) = to.filter(|_| !lacking.is_empty()) else {
            return Ok(0);
        };
        let under = self.under_keys(scope)?;
        let mut written = 0;
        for epoch in lacking {
            let (Some(body), Some(key)) = (self.epoch(&epoch), self.keyring.get(&epoch)) else {
                continue;
            };
            let boxes = vec![make_box(self.team, scope, body.generation, key, &to, rng)?];
            self.say(Kind::KeyBoxAdd, under, &KeyBoxAdd { epoch, boxes }, now)?;
            written += 1;
        }
        Ok(written)
    }

    /// The epochs of a scope that something which counts is sealed under.
    fn keys_in_use(&self, scope: ScopeId) -> BTreeSet<EntryHash> {
        let counting = self
            .entries
            .values()
            .filter(|e| self.rights.counts(&e.hash));
        counting.flat_map(|entry| keys_of(entry, scope)).collect()
    }

    /// Keys of a scope that this device holds, and that somebody who holds `current` alone does not
    /// get at: by what the record says, or because what it says does not open. A reader may name
    /// an older key as a parent of a new one and wrap nonsense: nobody here would miss it, and
    /// whoever came later would have nothing to complain of.
    fn out_of_reach(&mut self, scope: ScopeId, current: EntryHash) -> BTreeSet<EntryHash> {
        let epochs = self.rights.key_epochs();
        let mut held = epochs.of_scope(scope).to_vec();
        held.retain(|epoch| *epoch != current && self.keyring.holds(epoch));
        if held.is_empty() {
            return BTreeSet::new();
        }
        let mut lacking: BTreeSet<EntryHash> = epochs.cut_off(scope, current).into_iter().collect();
        let links = self.links(scope);
        let claimed = reached(current, &links, |_| true);
        // What was tried once is known: of a long history only what is new is opened.
        let mut tried = std::mem::take(&mut self.keyring.links);
        let open = reached(current, &links, |link| {
            *tried.entry(link.at).or_insert_with(|| self.opens(link))
        });
        self.keyring.links = tried;
        lacking.extend(claimed.difference(&open));
        held.retain(|epoch| lacking.contains(epoch));
        held.into_iter().collect()
    }

    fn links(&self, scope: ScopeId) -> BTreeMap<EntryHash, Vec<Link>> {
        let epochs = self.rights.key_epochs();
        let mut links: BTreeMap<EntryHash, Vec<Link>> = BTreeMap::new();
        for from in epochs.of_scope(scope) {
            let parents = self.epoch(from).map(|body| body.parents.as_slice());
            for (n, parent) in parents.unwrap_or_default().iter().enumerate() {
                let (from, to, at) = (*from, parent.epoch, (*from, n));
                links.entry(from).or_default().push(Link { from, to, at });
            }
        }
        for row in &epochs.state().keys.boxes {
            let Some(from) = row.key.filter(|_| row.recipient == Recipient::Group(scope)) else {
                continue;
            };
            // By whoever may know it alone: what outsiders publish is not even tried.
            if row.at.0 != row.epoch && epochs.knows(row.epoch, row.by) {
                let (to, at) = (row.epoch, row.at);
                links.entry(from).or_default().push(Link { from, to, at });
            }
        }
        links
    }

    fn opens(&self, link: &Link) -> bool {
        let (Some(key), Some(body)) = (self.keyring.get(&link.from), self.epoch(&link.to)) else {
            return false;
        };
        let (entry, n) = link.at;
        match self.entries.get(&entry).map(|entry| &entry.body) {
            Some(Body::KeyEpoch(child)) => child
                .parents
                .get(n)
                .is_some_and(|parent| open_parent(self.team, child, key, parent, body).is_ok()),
            Some(Body::KeyBoxAdd(add)) => add
                .boxes
                .get(n)
                .is_some_and(|sealed| open_box(self.team, body, sealed, &key.sealing()).is_ok()),
            _ => false,
        }
    }
}

/// The epochs that are reached from one over the links that hold.
fn reached(
    from: EntryHash,
    links: &BTreeMap<EntryHash, Vec<Link>>,
    mut holds: impl FnMut(&Link) -> bool,
) -> BTreeSet<EntryHash> {
    let (mut reached, mut todo) = (BTreeSet::from([from]), vec![from]);
    while let Some(from) = todo.pop() {
        for link in links.get(&from).into_iter().flatten() {
            if !reached.contains(&link.to) && holds(link) {
                reached.insert(link.to);
                todo.push(link.to);
            }
        }
    }
    reached
}
