//! Decides, from the names in `head/` and what the device knows, which logs to look at in a round.
//!
//! A log whose head says what is known needs nothing. This is where a poll with nothing new ends.

use std::collections::{BTreeMap, BTreeSet};

use conclave_core::{
    id::LogId,
    layout::{Listed, Object, ObjectName, PackName, Span, Tool},
    pack::PackId,
    remote::Key,
};

use crate::{
    alarm::Stop,
    cover::missing,
    gather::Plan,
    heads::{Heads, Named},
    local::{Known, Local},
    memory::{Memory, folder_of},
};

/// Logs that the device has never heard of and that are tried in one round.
const MAX_STRANGERS: usize = 256;
/// Folders that are listed in one round because something about their log is wrong.
const MAX_LOOKS: usize = 64;
/// Those of them of which nothing is known but that an entry has seen something of them. One entry
/// can claim to have seen a thousand logs.
const MAX_MENTIONS: usize = 4;

/// What the device knows when a round begins.
#[derive(Debug)]
pub(crate) struct Snapshot {
    pub(crate) own: LogId,
    pub(crate) logs: BTreeMap<LogId, Known>,
    pub(crate) mentioned: BTreeMap<LogId, u64>,
    pub(crate) newest: Option<PackId>,
    pub(crate) stop: Option<Stop>,
}

impl Snapshot {
    pub(crate) fn of(local: &dyn Local) -> Self {
        Self {
            own: local.own_log(),
            logs: local.logs(),
            mentioned: local.mentioned(),
            newest: local.newest(),
            stop: local.stop(),
        }
    }

    fn known(&self, log: &LogId) -> Known {
        self.logs.get(log).cloned().unwrap_or_default()
    }

    /// The highest seq of an entry that somebody has seen and this device has not.
    fn mention(&self, log: &LogId) -> Option<u64> {
        let seq = *self.mentioned.get(log)?;
        let known = self.known(log);
        (!missing(&known, seq).is_empty()).then_some(seq)
    }
}

/// A plan and why it was made.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) plan: Plan,
    /// What the storage claims; while this stays, folders are listed ever less often.
    pub(crate) why: Vec<u64>,
    /// The head says less than what is known.
    pub(crate) behind: bool,
    /// An entry that somebody has seen is not known.
    pub(crate) mention: Option<u64>,
    /// Heads that a sync program made copies of, to be looked into once.
    pub(crate) copies: Vec<Key>,
}

/// Logs to look at although nothing asks for it.
#[derive(Debug)]
pub(crate) struct Patrol {
    pub(crate) logs: BTreeSet<LogId>,
    /// How many kept packs of each to read back.
    pub(crate) check: usize,
}

/// Plans a round. The second is whether logs that were never heard of had to be left for the next.
pub(crate) fn plan(
    snapshot: &Snapshot,
    heads: &Heads,
    memory: &Memory,
    patrol: &Patrol,
    now_ms: u64,
) -> (Vec<Case>, bool) {
    let mut logs: BTreeSet<LogId> = heads.logs().map(|(log, _)| *log).collect();
    logs.extend(snapshot.logs.keys());
    logs.extend(snapshot.mentioned.keys());
    let none = Named::default();
    let turn = |case: &Case| {
        let claim = case.plan.claims.first().map(|span| PackId {
            log: case.plan.log,
            span: *span,
        });
        let key = claim.map_or_else(|| folder_of(&case.plan.log), |id| id.key());
        memory.turn(&key, &case.plan.log)
    };
    let mut cases: Vec<(u64, Case)> = logs
        .iter()
        .filter_map(|log| {
            let named = heads.of(log).unwrap_or(&none);
            let case = case(snapshot, *log, named, memory, patrol, now_ms)?;
            Some((turn(&case), case))
        })
        .collect();
    // The own log first: what it finds may stop the writing. Made-up logs come last and take turns,
    // so that they neither hide the others nor each other.
    cases.sort_by_key(|(turn, case)| {
        let stranger = !snapshot.logs.contains_key(&case.plan.log);
        (!case.plan.own, stranger, case.plan.claims.is_empty(), *turn)
    });
    let (mut strangers, mut looks, mut mentions) = (0, 0, 0);
    let mut planned = Vec::new();
    for (_, mut case) in cases {
        let on_patrol = patrol.logs.contains(&case.plan.log);
        if !snapshot.logs.contains_key(&case.plan.log) && !case.plan.claims.is_empty() {
            strangers += 1;
            if strangers > MAX_STRANGERS {
                continue;
            }
        }
        if case.is_rumour() && !on_patrol {
            mentions += 1;
            if mentions > MAX_MENTIONS {
                continue;
            }
        }
        looks += usize::from(case.plan.look || case.plan.mend);
        if looks > MAX_LOOKS && !on_patrol {
            (case.plan.look, case.plan.mend) = (false, false);
        }
        planned.push(case);
    }
    (planned, strangers > MAX_STRANGERS)
}

impl Case {
    /// Whether nothing speaks for the log but that somebody has seen it.
    fn is_rumour(&self) -> bool {
        let nothing = self.plan.claims.is_empty() && self.plan.retries.is_empty();
        nothing && !self.behind && self.copies.is_empty() && self.mention.is_some()
    }
}

fn case(
    snapshot: &Snapshot,
    log: LogId,
    named: &Named,
    memory: &Memory,
    patrol: &Patrol,
    now_ms: u64,
) -> Option<Case> {
    let own = log == snapshot.own;
    let (check, patrol) = (patrol.check, patrol.logs.contains(&log));
    let known = snapshot.known(&log);
    let claims: Vec<Span> = named
        .claims()
        .into_iter()
        .filter(|claim| {
            if own {
                memory
                    .own_checked
                    .is_none_or(|checked| claim.last() > checked)
            } else {
                !missing(&known, claim.last()).is_empty()
            }
        })
        .collect();
    let behind = if own {
        snapshot
            .newest
            .is_some_and(|newest| !named.own.contains(&newest.span))
    } else {
        named.last() < known.last()
    };
    let mention = snapshot.mention(&log);
    let copies: Vec<Key> = named
        .copies
        .iter()
        .filter_map(|(name, _, _)| Key::observed(&conclave_core::layout::heads(), name).ok())
        .filter(|key| !memory.is_judged(key, 0))
        .collect();
    let why = why(&known, named, mention);
    let mend = patrol || memory.may_list(&log, &why, now_ms);
    let look = patrol || !copies.is_empty() || (behind || mention.is_some()) && mend;
    let mut retries = retries(memory, &log, now_ms);
    retries.retain(|(_, span, by)| by.is_some() || !claims.contains(span));
    let due = |claim: &Span| memory.is_due(&PackId { log, span: *claim }.key(), now_ms);
    let news = !claims.is_empty() && (mend || claims.iter().any(due));
    if !news && retries.is_empty() && !look {
        return None;
    }
    let check = (if patrol { check } else { 0 }, memory.check_from(&log));
    let plan = Plan {
        log,
        own,
        known,
        claims,
        retries,
        mend,
        look,
        check,
    };
    Some(Case {
        plan,
        why,
        behind,
        mention,
        copies,
    })
}

/// Everything that, when it changes, is a new reason to list a folder.
fn why(known: &Known, named: &Named, mention: Option<u64>) -> Vec<u64> {
    let mut why = vec![
        known.end.map_or(0, |end| end.seq.wrapping_add(1)),
        known.last().map_or(0, |last| last.wrapping_add(1)),
        mention.map_or(0, |seq| seq.wrapping_add(1)),
    ];
    why.extend(named.claims().iter().flat_map(|s| [s.first(), s.last()]));
    why
}

/// Files of a log's folder that failed before and are due.
fn retries(memory: &Memory, log: &LogId, now_ms: u64) -> Vec<(Key, Span, Option<Tool>)> {
    let folder = folder_of(log);
    let due = memory
        .waiting_in(&folder)
        .filter(|key| memory.is_due(key, now_ms));
    due.filter_map(|key| {
        let (span, by) = match Listed::<PackName>::read(key.name())? {
            Listed::Own(pack) => (pack.span, None),
            Listed::Copy { of, by } => (of.span, Some(by)),
        };
        Some((key.clone(), span, by))
    })
    .collect()
}

/// Whether an object that could not be read is still asked for: by a head, by a gap or by an
/// entry that mentions it. What nothing names any more is forgotten.
pub(crate) fn is_asked_for(key: &Key, snapshot: &Snapshot, heads: &Heads) -> bool {
    if let Some(Object::Pack(log, pack)) = Object::parse(key) {
        let named = heads.of(&log);
        let claims = named.map(Named::claims).unwrap_or_default();
        if claims.contains(&pack.span) {
            return log == snapshot.own
                || !missing(&snapshot.known(&log), pack.span.last()).is_empty();
        }
        let last = claims
            .first()
            .map(|claim| claim.last())
            .max(snapshot.mention(&log));
        let gaps = last
            .map(|last| missing(&snapshot.known(&log), last))
            .unwrap_or_default();
        let in_gap =
            |gap: &Span| gap.first() <= pack.span.last() && pack.span.first() <= gap.last();
        return log != snapshot.own && gaps.iter().any(in_gap);
    }
    if key.is_foreign() {
        // A conflict copy: forgotten when its folder no longer lists it.
        return true;
    }
    let log = key
        .segments()
        .nth(1)
        .and_then(|log| LogId::from_hex(log).ok());
    log.is_some_and(|log| snapshot.mention(&log).is_some())
}

/// The log that a conflict copy's key belongs to, and what it is a copy of.
pub(crate) fn copy_of(key: &Key) -> Option<LogId> {
    let log = key.segments().nth(1)?;
    PackName::parse(key.name()).is_none().then_some(())?;
    LogId::from_hex(log).ok()
}
