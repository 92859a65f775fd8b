//! One round: list the heads, read what is new, put back what vanished, send what is own.

use std::{collections::BTreeSet, sync::Arc};

use conclave_core::{
    id::LogId,
    layout::{self, Span},
    pack::PackId,
    remote::{Key, Remote, RemoteError},
};
use futures_util::{StreamExt, stream};

use crate::{
    alarm::{Alarm, Stop},
    desk::Desk,
    gather::{Gathered, Reader},
    heads::Heads,
    judge::{Verdict, judge},
    local::{Access, Closed, LocalError},
    memory::{HOLD_MS, Memory, folder_of},
    mend::lost,
    plan::{Case, Patrol, Snapshot, copy_of, is_asked_for, plan},
    push::Writer,
    status::Tally,
    wire::{Cause, Wire},
};

/// Logs that are read at the same time.
const LOGS_AT_ONCE: usize = 16;
/// How often a round comes back to a log of which there is more to read than fits in memory.
const MAX_PASSES: usize = 1024;
/// Packs of one log that one round puts back.
const MAX_RESTORED: usize = 64;

/// Kept packs of a log that are read back on patrol, and when a person asks.
const CHECKED: (usize, usize) = (1, 16);

/// Why a round is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// Time passed.
    Poll,
    /// Something changed on the storage: what could not be read yet is tried again now.
    Changed,
    /// A person asked: beyond that, folders are listed and kept packs are read back, in turn.
    Asked,
}

/// What a round did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Round {
    /// Entries that were new.
    pub news: u64,
    /// Own packs that were delivered.
    pub delivered: u64,
    /// Packs that were put back.
    pub restored: u64,
    /// Logs of which the storage has less than is known, and which could not be put right.
    pub behind: BTreeSet<LogId>,
    /// Why nothing was written.
    pub stop: Option<Stop>,
    /// The storage would not take or give something although it is there.
    pub refused: bool,
    /// There is more to read or to send, so that another round should follow at once.
    pub more: bool,
    /// When something that could not be read is due again. Unix milliseconds.
    pub due_ms: Option<u64>,
}

/// Why a round ended before its end. What it did until then stands.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RoundError {
    /// The storage.
    #[error("the storage could not be read or written")]
    Remote(#[from] RemoteError),
    /// The device.
    #[error("what was read or is to be sent could not be stored")]
    Local(#[from] LocalError),
    /// The device is locked.
    #[error(transparent)]
    Closed(#[from] Closed),
}

/// Carries entries between one device and one storage.
pub struct Syncer {
    wire: Wire,
    desk: Desk,
    memory: Memory,
    resumed: bool,
}

impl Syncer {
    /// A syncer that has not looked at the storage yet.
    #[must_use]
    pub fn new(remote: Arc<dyn Remote>, access: Arc<dyn Access>) -> Self {
        let (wire, desk) = (Wire::new(remote), Desk::new(access));
        Self {
            wire,
            desk,
            memory: Memory::default(),
            resumed: false,
        }
    }

    pub(crate) const fn desk(&self) -> &Desk {
        &self.desk
    }

    /// What was done since this syncer was made.
    pub(crate) const fn tally(&self) -> Tally {
        self.memory.tally
    }

    /// Runs one round. `now_ms` is Unix milliseconds and decides nothing but pauses.
    ///
    /// Dropping the future ends the round where it is; nothing is lost by that.
    ///
    /// # Errors
    /// [`RoundError`]: the next round takes up what this one did not do.
    pub async fn round(&mut self, now_ms: u64, urgency: Urgency) -> Result<Round, RoundError> {
        if !self.resumed {
            let waiting = self.desk.with(|local| local.waiting()).await?;
            self.memory.resume(&waiting);
            self.resumed = true;
        }
        if urgency > Urgency::Poll {
            self.memory.hurry();
        }
        let result = self.attempt(now_ms, urgency).await;
        if let Err(RoundError::Remote(RemoteError::Gone)) = &result {
            self.memory.storage_vanished();
        }
        for (key, since_ms) in self.memory.overdue(now_ms) {
            let key = key.as_str().to_owned();
            self.tell(Alarm::Waiting { key, since_ms }).await?;
        }
        if let Some(waiting) = self.memory.take_changes() {
            let kept = self
                .desk
                .with(move |local| local.keep_waiting(&waiting))
                .await?;
            if let Err(error) = kept {
                self.memory.changes_lost();
                return Err(error.into());
            }
        }
        let due_ms = self.memory.next_due();
        result.map(|round| Round { due_ms, ..round })
    }

    async fn attempt(&mut self, now_ms: u64, urgency: Urgency) -> Result<Round, RoundError> {
        let heads = Heads::read(&self.wire.list(&layout::heads()).await?);
        let snapshot = self.desk.with(|local| Snapshot::of(local)).await?;
        let asked = urgency == Urgency::Asked;
        let logs = self
            .memory
            .patrol(snapshot.logs.keys(), now_ms, asked)
            .into_iter()
            .collect();
        let patrol = Patrol {
            logs,
            check: if asked { CHECKED.1 } else { CHECKED.0 },
        };
        self.memory
            .keep_waiting_if(|key| is_asked_for(key, &snapshot, &heads));
        let (cases, left) = plan(&snapshot, &heads, &self.memory, &patrol, now_ms);
        let mut round = Round {
            stop: snapshot.stop,
            ..Round::default()
        };
        // The own log first: where it turns out to be ahead, others' news must not be answered by
        // writing at its stale end.
        let (mine, others): (Vec<Case>, Vec<Case>) =
            (cases.into_iter()).partition(|case| case.plan.log == snapshot.own);
        self.read(mine, now_ms, &mut round).await?;
        self.read(others, now_ms, &mut round).await?;
        // Where none of them was real, the rest can wait: made-up names must not keep it busy.
        round.more |= left && round.news > 0;
        if round.stop.is_some() {
            return Ok(round);
        }
        let own = snapshot.own;
        let heads = heads.of(&own).cloned().unwrap_or_default();
        let hold = self.holds(own, &heads.own, now_ms);
        let mut writer = Writer {
            wire: &self.wire,
            desk: &self.desk,
            own,
            heads,
        };
        if hold {
            return Ok(round);
        }
        if let Some(newest) = snapshot.newest {
            writer.restore_head(newest).await?;
        }
        let pushed = writer.push(&mut self.memory).await?;
        writer.sweep(now_ms).await?;
        round.delivered = pushed.packs;
        round.more |= pushed.more;
        round.stop = self.desk.with(|local| local.stop()).await?;
        Ok(round)
    }

    /// Whether a head of the own log claims something that cannot be read yet: it may be what this
    /// device wrote before it was restored, and to write on would make two histories. A made-up
    /// name must not keep it from writing for ever.
    fn holds(&self, own: LogId, heads: &[Span], now_ms: u64) -> bool {
        let unchecked = heads
            .iter()
            .filter(|span| Some(span.last()) > self.memory.own_checked);
        unchecked
            .filter_map(|span| {
                self.memory.since_ms(
                    &PackId {
                        log: own,
                        span: *span,
                    }
                    .key(),
                )
            })
            .any(|since_ms| now_ms.saturating_sub(since_ms) < HOLD_MS)
    }

    /// Reads several logs at a time, and stores what each brings as soon as it is there.
    async fn read(
        &mut self,
        mut cases: Vec<Case>,
        now_ms: u64,
        round: &mut Round,
    ) -> Result<(), RoundError> {
        for _ in 0..MAX_PASSES {
            if cases.is_empty() {
                return Ok(());
            }
            let mut again = Vec::new();
            let (mut results, mut trouble) = (Vec::new(), None);
            {
                let (wire, desk) = (&self.wire, &self.desk);
                let reader = &Reader {
                    wire,
                    desk,
                    memory: &self.memory,
                    now_ms,
                };
                let reads = cases.into_iter().map(|case| async move {
                    let got = reader.gather(&case.plan).await;
                    (case, got)
                });
                let mut reads = stream::iter(reads).buffer_unordered(LOGS_AT_ONCE);
                while let Some((case, got)) = reads.next().await {
                    match got {
                        Ok(got) => results.push(take(desk, case, got).await),
                        Err(error) => trouble = Some(error),
                    }
                }
            }
            for taken in results {
                let taken = taken?;
                let more = self.settle(&taken, now_ms, round).await?;
                if more {
                    again.push(self.replan(taken.case).await?);
                }
            }
            if let Some(error) = trouble {
                return Err(error);
            }
            cases = again;
        }
        round.more = true;
        Ok(())
    }

    /// The same case with what is known by now.
    async fn replan(&self, mut case: Case) -> Result<Case, RoundError> {
        let log = case.plan.log;
        let known = self
            .desk
            .with(move |local| local.logs().remove(&log))
            .await?;
        case.plan.known = known.unwrap_or_default();
        case.plan.retries.clear();
        case.plan.check.0 = 0;
        Ok(case)
    }

    /// Remembers what a log's reading came to, and puts back what its folder lacks. True if there
    /// is more of it to read.
    async fn settle(
        &mut self,
        taken: &Taken,
        now_ms: u64,
        round: &mut Round,
    ) -> Result<bool, RoundError> {
        let Taken {
            case, got, verdict, ..
        } = taken;
        let log = case.plan.log;
        for (key, size) in &verdict.judged {
            self.memory.judged(key, *size);
            self.memory.settled(key);
        }
        let failed: Vec<&(Key, Cause)> = got.failed.iter().chain(&verdict.failed).collect();
        for (key, cause) in &failed {
            if *cause == Cause::Newer && !self.memory.is_waiting(key) {
                self.tell(Alarm::NewerVersion {
                    key: key.as_str().to_owned(),
                })
                .await?;
            }
            round.refused |= *cause == Cause::Unreadable;
            self.memory.failed(key, now_ms);
        }
        for key in &case.copies {
            self.memory.judged(key, 0);
        }
        let copies = verdict.alarms.iter();
        let copies = copies.filter(|alarm| matches!(alarm, Alarm::ConflictCopy { .. }));
        self.memory.tally.copies += copies.count() as u64;
        round.news += verdict.news;
        round.refused |= got.refused;
        if let Some(to) = got.checked_to {
            self.memory.checked(&log, to);
        }
        self.memory.own_checked = self.memory.own_checked.max(verdict.own_same);
        if verdict.alarms.iter().any(|alarm| alarm.stop().is_some()) {
            // The device decides: a fork that its person knows of stops nothing again.
            round.stop = self.desk.with(|local| local.stop()).await?;
        }
        self.own_ahead(taken, round).await?;
        let settled = self.still_missing(taken, now_ms).await?;
        if let Some(folder) = &got.folder {
            let listed: BTreeSet<&Key> = folder.copies.iter().map(|copy| &copy.key).collect();
            self.memory.keep_waiting_if(|key| {
                !key.is_foreign() || copy_of(key) != Some(log) || listed.contains(key)
            });
            self.put_back(taken, round).await?;
        }
        if settled && !case.behind {
            self.memory.list_settled(&log);
        } else if got.mended {
            self.memory.listed_in_vain(&log, &case.why, now_ms);
        }
        let progress = !verdict.accepted.is_empty();
        Ok(got.more && progress)
    }

    /// A head of the own log that carries our own signature proves that it goes on elsewhere,
    /// even while the pack cannot be read.
    async fn own_ahead(&mut self, taken: &Taken, round: &mut Round) -> Result<(), RoundError> {
        let Some(last) = taken.got.own_signed.filter(|_| taken.case.plan.own) else {
            return Ok(());
        };
        let end = taken.case.plan.known.end.map(|end| end.seq);
        if Some(last) > end && round.stop.is_none() {
            self.tell(Alarm::OwnLogAhead { last }).await?;
            round.stop = Some(Stop::OwnLogAhead);
        }
        Ok(())
    }

    /// Whether everything that the log's heads and others' entries name is known now. What is
    /// mentioned and nowhere to be found waits like a file that cannot be read.
    async fn still_missing(&mut self, taken: &Taken, now_ms: u64) -> Result<bool, RoundError> {
        let plan = &taken.case.plan;
        let log = plan.log;
        let known = self
            .desk
            .with(move |local| local.logs().remove(&log))
            .await?;
        let known = known.unwrap_or_default();
        let has = |seq: u64| crate::cover::missing(&known, seq).is_empty();
        if let Some(seq) = taken.case.mention {
            if has(seq) {
                self.memory.settled(&folder_of(&log));
            } else if taken.got.folder.is_some() {
                self.memory.failed(&folder_of(&log), now_ms);
            }
        }
        let claimed = plan.claims.iter().map(|claim| claim.last()).max();
        let claimed = claimed.filter(|_| !plan.own);
        Ok(claimed.max(taken.case.mention).is_none_or(has) && !taken.unresolved)
    }

    /// Puts back what the log's folder lacks, and tells of it.
    async fn put_back(&mut self, taken: &Taken, round: &mut Round) -> Result<(), RoundError> {
        let (Some(folder), plan) = (&taken.got.folder, &taken.case.plan) else {
            return Ok(());
        };
        let log = plan.log;
        let held = self.desk.with(move |local| local.held(log)).await??;
        let failed: Vec<(Key, Cause)> = taken
            .got
            .failed
            .iter()
            .chain(&taken.verdict.failed)
            .cloned()
            .collect();
        let mut lost = lost(&held, folder, &failed, plan.own);
        if lost.restore.is_empty() {
            return Ok(());
        }
        let mut restored = true;
        if round.stop.is_some() {
            restored = false;
        } else {
            round.more |= lost.restore.len() > MAX_RESTORED;
            for pack in lost.restore.iter().take(MAX_RESTORED) {
                let id = pack.id;
                let Some(file) = self.desk.with(move |local| local.file(&id)).await?? else {
                    restored = false;
                    continue;
                };
                match self.wire.put(&id.key(), &file).await {
                    Ok(()) => {
                        self.memory.settled(&id.key());
                        round.restored += 1;
                        self.memory.tally.restored += 1;
                    }
                    Err(RemoteError::Gone) => return Err(RemoteError::Gone.into()),
                    Err(_) => {
                        restored = false;
                        round.refused = true;
                    }
                }
            }
        }
        if !restored {
            round.behind.insert(log);
        }
        // What came in just now under another name was never here under its own.
        lost.missing
            .retain(|h| !taken.verdict.accepted.contains(&h.id.span));
        let missing: Vec<Span> = lost.missing.iter().map(|h| h.id.span).collect();
        if missing.is_empty() {
            return Ok(());
        }
        self.tell(if plan.own {
            Alarm::Rollback { missing, restored }
        } else {
            Alarm::Behind {
                log,
                missing,
                restored,
            }
        })
        .await
    }

    async fn tell(&self, alarm: Alarm) -> Result<(), RoundError> {
        Ok(self.desk.with(move |local| local.alarm(alarm)).await?)
    }
}

/// One log's reading, stored.
struct Taken {
    case: Case,
    got: Gathered,
    verdict: Verdict,
    /// Own log: no head's claim could be compared.
    unresolved: bool,
}

async fn take(desk: &Desk, case: Case, mut got: Gathered) -> Result<Taken, RoundError> {
    let unresolved = got.own_unresolved(&case.plan);
    let packs = std::mem::take(&mut got.packs);
    let log = case.plan.log;
    let verdict = if packs.is_empty() {
        Verdict::default()
    } else {
        desk.with(move |local| judge(local, log, packs)).await??
    };
    Ok(Taken {
        case,
        got,
        verdict,
        unresolved,
    })
}
