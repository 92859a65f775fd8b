//! What a syncer remembers between rounds: what cannot be read yet, what was read and needs no
//! second look, and when to list a folder again.
//!
//! "Not yet" is no error: sync programs deliver files out of order and in pieces. An object is
//! tried again with growing pauses, a person is told after a day, and nobody deletes it.

use std::collections::{BTreeMap, BTreeSet};

use conclave_core::{
    id::LogId,
    layout::{self, Digest},
    remote::Key,
};

use crate::{local::Waiting, status::Tally};

/// When a person is told that something cannot be read.
pub(crate) const TELL_AFTER_MS: u64 = 24 * 60 * 60 * 1000;
/// Until when an unreadable head of the own log keeps this device from writing.
pub(crate) const HOLD_MS: u64 = 10 * 60 * 1000;
/// The first pause before an object is tried again, and the longest.
const RETRY_MS: (u64, u64) = (2_000, 10 * 60 * 1000);
/// The same for listing a log's folder.
const RELIST_MS: (u64, u64) = (30_000, 60 * 60 * 1000);
/// How often folders are listed although no head asks for it, and how many at once.
const PATROL_MS: u64 = 10 * 60 * 1000;
/// Folders listed in one patrol, and when a person asks.
const PATROL_LOGS: (usize, usize) = (16, 64);
/// Overdue objects that are told of in one round.
const MAX_TOLD: usize = 16;
/// A bound on what is remembered, against a storage that makes up names.
const MAX_REMEMBERED: usize = 100_000;

/// The memory.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    waiting: BTreeMap<Key, Wait>,
    /// Files that were read and add nothing, with their sizes then.
    judged: BTreeMap<Key, u64>,
    lists: BTreeMap<LogId, Relist>,
    patrolled: BTreeMap<LogId, u64>,
    /// Per log from which seq on kept packs are read back next.
    checked_to: BTreeMap<LogId, u64>,
    patrol_ms: Option<u64>,
    /// The highest own seq that this process has itself seen to be ours on the storage.
    pub(crate) own_checked: Option<u64>,
    /// Own sealed files that this process has put on the storage or seen there.
    pub(crate) blobs: BTreeSet<Digest>,
    /// Whether it has looked for all of them once.
    pub(crate) blobs_looked: bool,
    /// What was done so far, also by rounds that failed later on.
    pub(crate) tally: Tally,
    dirty: bool,
}

#[derive(Debug, Clone)]
struct Wait {
    since_ms: u64,
    told: bool,
    tries: u32,
    next_ms: u64,
}

#[derive(Debug, Clone)]
struct Relist {
    why: Vec<u64>,
    tries: u32,
    next_ms: u64,
}

/// Whether a time has come. One that is further off than any pause was set by a clock that went back
/// since.
const fn has_come(next_ms: u64, now_ms: u64, longest: u64) -> bool {
    next_ms <= now_ms || next_ms - now_ms > longest
}

fn pause((first, most): (u64, u64), tries: u32) -> u64 {
    first.saturating_mul(1 << tries.min(20)).min(most)
}

impl Memory {
    /// Takes up what was remembered before a restart. Everything is due at once.
    pub(crate) fn resume(&mut self, waiting: &[Waiting]) {
        for one in waiting {
            let Some(key) = parse(&one.key) else { continue };
            let wait = Wait {
                since_ms: one.since_ms,
                told: one.told,
                tries: 0,
                next_ms: 0,
            };
            self.waiting.insert(key, wait);
        }
    }

    /// Whether an object may be tried: it never failed, or its pause is over.
    pub(crate) fn is_due(&self, key: &Key, now_ms: u64) -> bool {
        self.waiting
            .get(key)
            .is_none_or(|wait| has_come(wait.next_ms, now_ms, RETRY_MS.1))
    }

    /// Whether an object failed and was not read since.
    pub(crate) fn is_waiting(&self, key: &Key) -> bool {
        self.waiting.contains_key(key)
    }

    /// The failed objects in a folder.
    pub(crate) fn waiting_in(&self, folder: &Key) -> impl Iterator<Item = &Key> {
        let path = folder.as_str().to_owned();
        let inside = move |key: &&Key| {
            key.as_str()
                .strip_prefix(&path)
                .is_some_and(|r| r.starts_with('/'))
        };
        self.waiting
            .range(folder..)
            .map(|(key, _)| key)
            .skip_while(move |key| *key == folder)
            .take_while(inside)
    }

    /// When an object or a log's folder is due again; 0 if it never failed. Who waited longest has
    /// the lowest.
    pub(crate) fn turn(&self, key: &Key, log: &LogId) -> u64 {
        let wait = self.waiting.get(key).map_or(0, |wait| wait.next_ms);
        wait.max(self.lists.get(log).map_or(0, |list| list.next_ms))
    }

    /// Since when an object fails.
    pub(crate) fn since_ms(&self, key: &Key) -> Option<u64> {
        self.waiting.get(key).map(|wait| wait.since_ms)
    }

    /// An object could not be read.
    pub(crate) fn failed(&mut self, key: &Key, now_ms: u64) {
        if self.waiting.len() >= MAX_REMEMBERED && !self.waiting.contains_key(key) {
            return;
        }
        let wait = self.waiting.entry(key.clone()).or_insert_with(|| {
            self.dirty = true;
            Wait {
                since_ms: now_ms,
                told: false,
                tries: 0,
                next_ms: 0,
            }
        });
        wait.since_ms = wait.since_ms.min(now_ms);
        wait.next_ms = now_ms.saturating_add(pause(RETRY_MS, wait.tries));
        wait.tries = wait.tries.saturating_add(1);
    }

    /// An object was read, or nobody needs it any more.
    pub(crate) fn settled(&mut self, key: &Key) {
        self.dirty |= self.waiting.remove(key).is_some();
    }

    /// Forgets failures that nothing names any more. A folder stands for its log.
    pub(crate) fn keep_waiting_if(&mut self, mut named: impl FnMut(&Key) -> bool) {
        let before = self.waiting.len();
        self.waiting.retain(|key, _| named(key));
        self.dirty |= self.waiting.len() != before;
    }

    /// Everything may be tried again now: a person asked, or something changed.
    pub(crate) fn hurry(&mut self) {
        for wait in self.waiting.values_mut() {
            wait.next_ms = 0;
        }
    }

    /// What has failed for a day and was not told yet; it counts as told from now on.
    pub(crate) fn overdue(&mut self, now_ms: u64) -> Vec<(Key, u64)> {
        let mut overdue = Vec::new();
        for (key, wait) in &mut self.waiting {
            if overdue.len() < MAX_TOLD
                && !wait.told
                && now_ms.saturating_sub(wait.since_ms) >= TELL_AFTER_MS
            {
                wait.told = true;
                self.dirty = true;
                overdue.push((key.clone(), wait.since_ms));
            }
        }
        overdue
    }

    /// What to remember through a restart, if it changed since the last call.
    pub(crate) fn take_changes(&mut self) -> Option<Vec<Waiting>> {
        if !std::mem::take(&mut self.dirty) {
            return None;
        }
        let waiting = self.waiting.iter().map(|(key, wait)| Waiting {
            key: key.as_str().to_owned(),
            since_ms: wait.since_ms,
            told: wait.told,
        });
        Some(waiting.collect())
    }

    /// The store did not take the changes; they are offered again.
    pub(crate) fn changes_lost(&mut self) {
        self.dirty = true;
    }

    /// When the next failed object or folder is due.
    pub(crate) fn next_due(&self) -> Option<u64> {
        let waits = self.waiting.values().map(|wait| wait.next_ms);
        waits
            .chain(self.lists.values().map(|list| list.next_ms))
            .min()
    }

    /// A file was read whole and needs no second look while its size stays.
    pub(crate) fn judged(&mut self, key: &Key, size: u64) {
        if self.judged.len() >= MAX_REMEMBERED {
            self.judged.clear();
        }
        self.judged.insert(key.clone(), size);
    }

    /// Whether a file was read before and has the same size still.
    pub(crate) fn is_judged(&self, key: &Key, size: u64) -> bool {
        self.judged.get(key) == Some(&size)
    }

    /// Whether a log's folder may be listed: for a reason that is new, or after a pause.
    pub(crate) fn may_list(&self, log: &LogId, why: &[u64], now_ms: u64) -> bool {
        let known = self.lists.get(log);
        known.is_none_or(|list| list.why != why || has_come(list.next_ms, now_ms, RELIST_MS.1))
    }

    /// A log's folder was listed for this reason, and the reason is still there.
    pub(crate) fn listed_in_vain(&mut self, log: &LogId, why: &[u64], now_ms: u64) {
        if self.lists.len() >= MAX_REMEMBERED {
            self.lists.clear();
        }
        let tries = match self.lists.get(log) {
            Some(list) if list.why == why => list.tries.saturating_add(1),
            _ => 0,
        };
        let next_ms = now_ms.saturating_add(pause(RELIST_MS, tries));
        self.lists.insert(
            *log,
            Relist {
                why: why.to_vec(),
                tries,
                next_ms,
            },
        );
    }

    /// Nothing is wrong with the log any more.
    pub(crate) fn list_settled(&mut self, log: &LogId) {
        self.lists.remove(log);
    }

    /// The logs whose folders a patrol looks into now: those not looked into for longest.
    /// The first patrol comes one pause after the first round, so that starting is quick.
    pub(crate) fn patrol<'a>(
        &mut self,
        logs: impl Iterator<Item = &'a LogId>,
        now_ms: u64,
        asked: bool,
    ) -> Vec<LogId> {
        let due = *self
            .patrol_ms
            .get_or_insert(now_ms.saturating_add(PATROL_MS));
        if !has_come(due, now_ms, PATROL_MS) && !asked {
            return Vec::new();
        }
        self.patrol_ms = Some(now_ms.saturating_add(PATROL_MS));
        let mut oldest: Vec<(u64, LogId)> = logs
            .map(|log| (self.patrolled.get(log).copied().unwrap_or(0), *log))
            .collect();
        oldest.sort_unstable();
        oldest.truncate(if asked { PATROL_LOGS.1 } else { PATROL_LOGS.0 });
        for (_, log) in &oldest {
            self.patrolled.insert(*log, now_ms);
        }
        oldest.into_iter().map(|(_, log)| log).collect()
    }

    /// From which seq on kept packs of a log are to be read back.
    pub(crate) fn check_from(&self, log: &LogId) -> u64 {
        self.checked_to.get(log).copied().unwrap_or(0)
    }

    /// Kept packs of a log were read back up to this seq.
    pub(crate) fn checked(&mut self, log: &LogId, to: u64) {
        self.checked_to.insert(*log, to);
    }

    /// The storage vanished: what comes back may be another one.
    pub(crate) fn storage_vanished(&mut self) {
        self.own_checked = None;
        self.judged.clear();
        self.lists.clear();
        self.patrolled.clear();
        self.hurry();
    }
}

/// Reads a remembered key: one of our own, or a conflict copy in a log's folder.
fn parse(path: &str) -> Option<Key> {
    if let Ok(key) = Key::new(path) {
        return Some(key);
    }
    let (folder, name) = path.rsplit_once('/')?;
    Key::observed(&Key::new(folder).ok()?, name).ok()
}

/// The folder that stands for a log in [`Waiting::key`].
pub(crate) fn folder_of(log: &LogId) -> Key {
    layout::packs(log)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(n: u8) -> Key {
        Key::new(&format!("head/{n:02x}")).unwrap()
    }

    #[test]
    fn pauses_grow_to_a_limit_and_a_day_is_told_once() {
        let mut memory = Memory::default();
        let (mut now, mut tries) = (1_000, 0);
        while now < TELL_AFTER_MS + 1_000 {
            assert!(memory.is_due(&key(1), now));
            memory.failed(&key(1), now);
            assert!(!memory.is_due(&key(1), now));
            now = memory.next_due().unwrap();
            tries += 1;
        }
        assert!((140..170).contains(&tries), "{tries} tries in a day");
        assert_eq!(memory.overdue(now), [(key(1), 1_000)]);
        assert_eq!(memory.overdue(now), []);
    }

    #[test]
    fn what_waits_survives_a_restart_and_is_due_then() {
        let mut memory = Memory::default();
        let copy = Key::observed(&layout::packs(&LogId::new([1; 32])), "x (1).pack").unwrap();
        memory.failed(&key(1), 5);
        memory.failed(&copy, 6);
        let kept = memory.take_changes().unwrap();
        assert_eq!(memory.take_changes(), None);
        let mut next = Memory::default();
        next.resume(&kept);
        assert!(next.is_due(&copy, 6) && next.is_waiting(&copy));
        assert_eq!(next.since_ms(&key(1)), Some(5));
        next.settled(&copy);
        assert_eq!(next.take_changes().unwrap().len(), 1);
    }

    #[test]
    fn a_new_reason_lists_at_once() {
        let (mut memory, log) = (Memory::default(), LogId::new([1; 32]));
        assert!(memory.may_list(&log, &[1], 0));
        memory.listed_in_vain(&log, &[1], 0);
        assert!(!memory.may_list(&log, &[1], 1_000));
        assert!(memory.may_list(&log, &[2], 1_000));
        assert!(memory.may_list(&log, &[1], 30_000));
        memory.listed_in_vain(&log, &[1], 30_000);
        assert!(!memory.may_list(&log, &[1], 60_000));
    }

    #[test]
    fn patrols_take_turns() {
        let mut memory = Memory::default();
        let logs: Vec<LogId> = (0..40).map(|n| LogId::new([n; 32])).collect();
        assert!(
            memory.patrol(logs.iter(), 0, false).is_empty(),
            "not when starting"
        );
        let mut seen = Vec::new();
        for round in 1..=3 {
            seen.extend(memory.patrol(logs.iter(), round * PATROL_MS, false));
        }
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 40);
        assert_eq!(
            memory.patrol(logs.iter(), 4 * PATROL_MS - 1, true).len(),
            40
        );
    }
}
