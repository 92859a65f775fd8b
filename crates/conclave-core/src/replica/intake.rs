//! Taking entries in: one by one where that is sound, and by working all of it out anew otherwise.
//!
//! What entries amount to is a function of their set ([`super::rights`]). Most of what comes is
//! data appended to logs that are known to their ends, by people whose rights nothing touches:
//! such an entry changes nothing but its own item. Everything else is worked out from all entries.

use std::collections::{BTreeMap, BTreeSet};

use super::{Replica, Rights, items, items::ItemIndex};
use crate::{
    body::{Adopt, At, Body, WrapAdd},
    entry::Entry,
    id::{EntryHash, GrantId, LogId},
    kind::Kind,
};

/// What entries that are here say of entries that may not be.
#[derive(Debug, Default)]
pub(super) struct Said {
    /// Entries that others name. They may be of any kind: who names them need not know.
    of: BTreeSet<EntryHash>,
    /// Per log the highest place that an end of somebody's rights lets stand.
    pinned: BTreeMap<LogId, u64>,
}

impl Said {
    fn note(&mut self, entry: &Entry) {
        let under = [entry.grant, entry.member].into_iter().flatten();
        self.of.extend(under.map(GrantId::as_entry));
        let pins: &[At] = match &entry.body {
            Body::Grant(_, grant) => {
                self.of
                    .extend(grant.cites.iter().copied().chain(grant.invite));
                return;
            }
            Body::KeyEpoch(epoch) => {
                self.of
                    .extend(epoch.parents.iter().map(|parent| parent.epoch));
                return;
            }
            Body::Revoke(revoke) => {
                self.of.insert(revoke.target.as_entry());
                &revoke.pins
            }
            Body::RemoveUser(remove) => &remove.pins,
            Body::DeviceRevoke(revoke) => &revoke.pins,
            Body::Adopt(Adopt { entry: of }) | Body::WrapAdd(WrapAdd { revision: of, .. }) => {
                self.of.insert(*of);
                return;
            }
            _ => return,
        };
        for pin in pins {
            let seq = self.pinned.entry(pin.log).or_insert(pin.seq);
            *seq = pin.seq.max(*seq);
        }
    }

    /// Does anything that is here hang on this entry's coming?
    fn concerns(&self, entry: &Entry) -> bool {
        let pinned = self.pinned.get(&entry.log());
        self.of.contains(&entry.hash) || pinned.is_some_and(|seq| entry.seq() <= *seq)
    }
}

impl Replica {
    /// Takes in entries whose packs were verified, and works out what all of it amounts to.
    pub fn insert(&mut self, entries: impl IntoIterator<Item = Entry>) {
        let mut news: Vec<Entry> = entries.into_iter().collect();
        // Most likely each comes after what it builds on. Nothing but the time that it takes hangs
        // on this order.
        news.sort_by_key(|entry| (entry.header.wall_ms, entry.log(), entry.seq()));
        let (mut one_by_one, mut due) = (true, false);
        for entry in news {
            let hash = entry.hash;
            if !self.put(entry) {
                continue;
            }
            one_by_one = one_by_one && self.take_in(hash);
            due |= !one_by_one;
        }
        if due {
            self.refresh();
        }
    }

    /// Files an entry without evaluating; true if it was not known.
    pub(super) fn put(&mut self, entry: Entry) -> bool {
        if entry.place.team != self.team || self.entries.contains_key(&entry.hash) {
            return false;
        }
        let at = self
            .places
            .entry(entry.log())
            .or_default()
            .entry(entry.seq())
            .or_default();
        at.push(entry.hash);
        self.said.note(&entry);
        let log = entry.log();
        self.entries.insert(entry.hash, entry);
        self.lengthen(log);
        true
    }

    /// Moves the end of a log's unbroken chain as far as it goes.
    fn lengthen(&mut self, log: LogId) {
        let mut end = self.ends.get(&log).copied();
        while let Some((seq, hash)) = self.after(log, end) {
            end = Some((seq, hash));
            self.ends.insert(log, (seq, hash));
            if self.awaited.remove(&At { log, seq, hash }).is_some() {
                self.imply(log, seq);
            }
            self.hear(hash);
        }
    }

    /// What an entry of an unbroken chain has seen. Anybody may say that they have seen anything,
    /// so it counts where the entry that it names is in an unbroken chain here, now or later. What
    /// is awaited is no more than the entries themselves hold.
    fn hear(&mut self, by: EntryHash) {
        let Some(entry) = self.entries.get(&by) else {
            return;
        };
        let log = entry.log();
        let seen = entry.header.seen.iter().filter(|at| at.log != log);
        for at in seen.copied().collect::<Vec<At>>() {
            let reached = self
                .ends
                .get(&at.log)
                .is_some_and(|(end, _)| at.seq <= *end);
            if reached && self.hashes_at(at.log, at.seq).contains(&at.hash) {
                self.imply(at.log, at.seq);
            } else {
                self.awaited.entry(at).or_default().push(by);
            }
        }
    }

    fn imply(&mut self, log: LogId, seq: u64) {
        let known = self.implied.entry(log).or_insert(seq);
        *known = seq.max(*known);
    }

    fn after(&self, log: LogId, end: Option<(u64, EntryHash)>) -> Option<(u64, EntryHash)> {
        let (next, prev) = end.map_or((0, None), |(seq, hash)| (seq + 1, Some(hash)));
        let chained = |hash: &&EntryHash| {
            let entry = self.entries.get(*hash);
            entry.is_some_and(|entry| entry.header.prev == prev)
        };
        let hash = self.hashes_at(log, next).iter().find(chained)?;
        Some((next, *hash))
    }

    /// Takes in an entry of data without evaluating everything anew, where that is sound: it is
    /// the last of its log and the only one there, and nothing else hangs on it. False if all must
    /// be evaluated.
    pub(super) fn take_in(&mut self, hash: EntryHash) -> bool {
        let Some(entry) = self.entries.get(&hash) else {
            return false;
        };
        let log = self.places.get(&entry.log());
        let last = log.and_then(|log| log.last_key_value());
        // A log that begins otherwise leads nowhere (Authority, "Chains and forks").
        let start = self.hashes_at(entry.log(), 0).first();
        let start = start.and_then(|hash| self.entries.get(hash));
        let anchored = start.is_some_and(|e| matches!(e.body, Body::LogStart(_)));
        let alone = last.is_some_and(|(seq, at)| *seq == entry.seq() && at.len() == 1)
            && self.ends.get(&entry.log()) == Some(&(entry.seq(), hash));
        if !anchored || !alone || self.said.concerns(entry) || !self.rights.append(entry) {
            return false;
        }
        if let Some(item) = items::item_of(entry) {
            self.items.append(item, hash, &self.entries, &self.rights);
            self.changes.items.insert(item);
        }
        self.changes.names |= entry.kind() == Some(Kind::Profile);
        // Something sealed under another key than the best may be out of reach for others.
        self.unsettled |= items::wraps_of(entry).iter().any(|wrap| {
            let best = self.rights.ranked(wrap.scope());
            best.first() != Some(&wrap.epoch())
        });
        // So may an edit by somebody who did not know that the item is shared.
        self.unsettled |= self.items.lacks_a_wrap(entry);
        #[cfg(test)]
        self.assert_as_evaluated();
        true
    }

    /// What was taken in one by one is what evaluating all of it gives.
    #[cfg(test)]
    pub(super) fn assert_as_evaluated(&self) {
        let rights = Rights::evaluate(self.team, &self.genesis, &self.entries, &self.me.facts);
        for hash in self.entries.keys() {
            assert_eq!(self.rights.shown(hash), rights.shown(hash), "{hash}");
        }
        assert_eq!(self.items, ItemIndex::build(&self.entries, &rights));
    }

    /// Works out rights, keys and items from the entries.
    pub(super) fn refresh(&mut self) {
        self.rights = Rights::evaluate(self.team, &self.genesis, &self.entries, &self.me.facts);
        self.changes.all = true;
        self.unsettled = true;
        self.open_keys();
        self.items = ItemIndex::build(&self.entries, &self.rights);
    }
}
