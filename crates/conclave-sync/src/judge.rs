//! Proves what was read, compares it with what is known, and hands it to the device.
//!
//! Nothing passes that its device did not sign and that does not hold together. A pack that says
//! something else than what is known of its log is never merged: it is kept as proof.

use std::collections::{BTreeMap, BTreeSet};

use conclave_core::{
    body::At,
    entry::Entry,
    id::{EntryHash, LogId},
    layout::{Span, Tool},
    pack::{Verified, verify_run},
    remote::Key,
};

use crate::{
    alarm::{Alarm, Outcome},
    gather::{Opened, cause},
    local::{Incoming, Joins, Link, Local, LocalError},
    wire::Cause,
};

/// How many entries with another view are told of at once; one liar could send thousands.
const MAX_SEEN_ALARMS: usize = 16;

/// What came of the packs of one log.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    /// How many entries are new.
    pub(crate) news: u64,
    /// What was taken in.
    pub(crate) accepted: Vec<Span>,
    /// Files that were read to their end, with their sizes.
    pub(crate) judged: Vec<(Key, u64)>,
    /// Files that are not what they should be.
    pub(crate) failed: Vec<(Key, Cause)>,
    /// What is to be told; it was told already.
    pub(crate) alarms: Vec<Alarm>,
    /// The highest seq of the own log that the storage has as this device wrote it.
    pub(crate) own_same: Option<u64>,
}

/// Verifies the packs, compares them, and has the device accept what is new or evidence.
pub(crate) fn judge(
    local: &mut dyn Local,
    log: LogId,
    mut packs: Vec<Opened>,
) -> Result<Verdict, LocalError> {
    let mut verdict = Verdict::default();
    packs.sort_by(|a, b| (a.pack.id(), a.by, &a.key).cmp(&(b.pack.id(), b.by, &b.key)));
    let mut files = Vec::with_capacity(packs.len());
    let mut opened = Vec::with_capacity(packs.len());
    // Bodies come first: a pack that is not whole is not kept, so that no other may pass by its
    // signature. What is kept must pass again whenever it is read from the store.
    for one in packs {
        match one.pack.bodies(&one.file) {
            Ok(bodies) => {
                files.push((one.key, one.by, one.file, bodies));
                opened.push(one.pack);
            }
            Err(error) => verdict.failed.push((one.key, cause(error))),
        }
    }
    let mut court = Court::new(local, log)?;
    let mut incoming = Vec::new();
    for ((key, by, file, bodies), verified) in files.into_iter().zip(verify_run(opened)) {
        let pack = match verified {
            Ok(pack) => pack,
            Err(error) => {
                verdict.failed.push((key, cause(error)));
                continue;
            }
        };
        let size = u64::try_from(file.len()).unwrap_or(u64::MAX);
        let finding = court.compare(&pack);
        if let Some(by) = by {
            let name = key.name().to_owned();
            let outcome = finding.outcome();
            verdict.alarms.push(Alarm::ConflictCopy {
                log,
                name,
                by,
                outcome,
            });
        }
        verdict.judged.push((key, size));
        verdict.alarms.extend(court.alarm(&finding));
        verdict.news += finding.news;
        verdict.own_same = verdict.own_same.max(finding.own_same);
        if let Some(joins) = court.joins(&finding, &pack, by) {
            court.remember(&pack, joins);
            verdict.accepted.push(pack.id().span);
            incoming.push(Incoming {
                pack,
                file,
                bodies,
                joins,
            });
        }
    }
    let views = court.views(&incoming);
    verdict.alarms.extend(views);
    if !incoming.is_empty() {
        local.accept(incoming)?;
    }
    for alarm in &verdict.alarms {
        local.alarm(alarm.clone());
    }
    Ok(verdict)
}

/// What is known of one log, with what this judgement adds to it.
struct Court<'a> {
    local: &'a dyn Local,
    log: LogId,
    own: bool,
    /// The end of the unbroken chain.
    end: Option<u64>,
    held: Vec<Span>,
    added: BTreeMap<u64, Vec<Link>>,
}

/// How one pack compares.
#[derive(Debug, Clone, Copy, Default)]
struct Finding {
    /// Entries that are not known on any branch.
    news: u64,
    /// Where it leaves the known branch: place, known hash, found hash.
    parts: Option<(u64, EntryHash, EntryHash)>,
    /// Own log: beyond the own end.
    ahead: Option<u64>,
    /// Own log: just what this device wrote, up to here.
    own_same: Option<u64>,
}

impl Finding {
    const fn outcome(&self) -> Outcome {
        match self {
            Self { news: 0, .. } => Outcome::Same,
            Self { parts: Some(_), .. } => Outcome::Fork,
            _ => Outcome::News,
        }
    }
}

impl<'a> Court<'a> {
    fn new(local: &'a dyn Local, log: LogId) -> Result<Self, LocalError> {
        let known = local.logs().remove(&log).unwrap_or_default();
        let held = local.held(log)?;
        Ok(Self {
            local,
            log,
            own: log == local.own_log(),
            end: known.end.map(|end| end.seq),
            held: held.into_iter().map(|h| h.id.span).collect(),
            added: BTreeMap::new(),
        })
    }

    /// What is known at a place; the branch of the device's view first.
    fn at(&self, seq: u64) -> Vec<Link> {
        let mut links = self.local.at(self.log, seq);
        links.extend(self.added.get(&seq).into_iter().flatten());
        links
    }

    fn compare(&self, pack: &Verified) -> Finding {
        let mut finding = Finding::default();
        let mut part = |seq: u64, known: Option<EntryHash>, found: Option<EntryHash>| {
            if let (Some(known), Some(found)) = (known, found)
                && known != found
                && finding.parts.is_none()
            {
                finding.parts = Some((seq, known, found));
            }
        };
        let entries = pack.entries();
        if let Some(first) = entries.first()
            && let Some(before) = first.seq().checked_sub(1)
        {
            part(
                before,
                self.at(before).first().map(|l| l.hash),
                first.header.prev,
            );
        }
        let mut news = 0;
        for entry in entries {
            let links = self.at(entry.seq());
            part(entry.seq(), links.first().map(|l| l.hash), Some(entry.hash));
            news += u64::from(!links.iter().any(|l| l.hash == entry.hash));
        }
        if let Some(last) = entries.last()
            && let Some(next) = last.seq().checked_add(1)
        {
            part(
                last.seq(),
                self.at(next).first().and_then(|l| l.prev),
                Some(last.hash),
            );
            if self.own {
                let beyond = self.end.is_none_or(|end| last.seq() > end);
                finding.ahead = beyond.then_some(last.seq());
                let same = finding.parts.is_none() && !beyond;
                finding.own_same = same.then_some(last.seq());
            }
        }
        finding.news = news;
        finding
    }

    /// How the device should take the pack in; none if it has no use for it.
    fn joins(&self, finding: &Finding, pack: &Verified, by: Option<Tool>) -> Option<Joins> {
        let span = pack.id().span;
        if finding.news == 0 {
            let useful = by.is_none()
                && !self.own
                && finding.parts.is_none()
                && !self.held.iter().any(|held| held.covers(span));
            return useful.then_some(Joins::Known);
        }
        if let Some((seq, known, found)) = finding.parts {
            return Some(Joins::Fork { seq, known, found });
        }
        if self.own {
            return finding.ahead.map(|_| Joins::OwnAhead);
        }
        let joined = match self.end {
            None => span.first() == 0,
            Some(end) => span.first() <= end.saturating_add(1),
        };
        Some(if joined { Joins::Chain } else { Joins::Gap })
    }

    fn alarm(&self, finding: &Finding) -> Option<Alarm> {
        if finding.news == 0 {
            return None;
        }
        match (finding.parts, finding.ahead) {
            (Some((seq, known, found)), _) if self.own => {
                Some(Alarm::OwnLogDiffers { seq, known, found })
            }
            (Some((seq, known, found)), _) => Some(Alarm::Fork {
                log: self.log,
                seq,
                known,
                found,
            }),
            (None, Some(last)) => Some(Alarm::OwnLogAhead { last }),
            (None, None) => None,
        }
    }

    /// What one pack says counts for the comparison of the next.
    fn remember(&mut self, pack: &Verified, joins: Joins) {
        for entry in pack.entries() {
            let link = Link {
                hash: entry.hash,
                prev: entry.header.prev,
            };
            self.added.entry(entry.seq()).or_default().push(link);
        }
        self.held.push(pack.id().span);
        if joins == Joins::Chain {
            self.end = self.end.max(Some(pack.id().span.last()));
        }
    }

    /// What the new entries have seen of logs that look otherwise from here (docs/format.md,
    /// "Entries"): evidence of two views, whoever made them.
    fn views(&self, incoming: &[Incoming]) -> Vec<Alarm> {
        let entries = incoming.iter().flat_map(|one| one.pack.entries());
        let seen =
            entries.flat_map(|by: &Entry| by.header.seen.iter().map(|seen| (*seen, by.at())));
        let mut compared: BTreeSet<At> = BTreeSet::new();
        let mut alarms = Vec::new();
        for (seen, by) in seen {
            if !compared.insert(seen) {
                continue;
            }
            let links = if seen.log == self.log {
                self.at(seen.seq)
            } else {
                self.local.at(seen.log, seen.seq)
            };
            if let Some(known) = links.first()
                && !links.iter().any(|link| link.hash == seen.hash)
            {
                alarms.push(Alarm::SeenDiffers {
                    by,
                    seen,
                    known: known.hash,
                });
                if alarms.len() >= MAX_SEEN_ALARMS {
                    break;
                }
            }
        }
        alarms
    }
}
