//! Reads from the storage what one log has that the device lacks, as cheaply as the names allow.
//!
//! The head's name tells the newest pack: mostly that one pack is all there is to read. Where it
//! leaves a gap, the head's signed list names the packs in between; where that is missing, stale or
//! wrong, the log's folder is listed. Nothing that is read here is believed yet.

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicU64, Ordering},
};

use conclave_core::{
    id::LogId,
    layout::{Span, Tool},
    pack::{Head, Pack, PackError, PackId},
    remote::Key,
};
use futures_util::{StreamExt, future, stream};

use crate::{
    cover::{cover, missing, subtract},
    desk::Desk,
    folder::Folder,
    local::{Held, Known},
    memory::{Memory, folder_of},
    round::RoundError,
    wire::{Cause, Fetched, Wire, is_general},
};

/// What is read of one log before it is stored, in bytes and packs; the rest comes in another
/// pass. The bytes that are on their way already come on top.
const PASS_BYTES: u64 = 64 << 20;
const PASS_PACKS: usize = 128;
/// How many heads of one log are tried in one round when the longest name nothing readable.
const HEADS_TRIED: usize = 4;

/// What to find out about one log.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) log: LogId,
    /// Whether it is the own log: then nothing is missing, and everything is compared.
    pub(crate) own: bool,
    pub(crate) known: Known,
    /// What heads claim beyond what is known, or for the own log beyond what was checked; the
    /// longest first.
    pub(crate) claims: Vec<Span>,
    /// Failed packs of this log that are due, by key.
    pub(crate) retries: Vec<(Key, Span, Option<Tool>)>,
    /// Whether a gap may be looked into now, by head or by listing.
    pub(crate) mend: bool,
    /// Whether the folder is to be listed in any case.
    pub(crate) look: bool,
    /// How many kept packs to read back, and from which seq on.
    pub(crate) check: (usize, u64),
}

/// What was read.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    pub(crate) packs: Vec<Opened>,
    pub(crate) failed: Vec<(Key, Cause)>,
    pub(crate) folder: Option<Folder>,
    /// Head or folder were asked about a gap.
    pub(crate) mended: bool,
    /// There is more to read in another pass.
    pub(crate) more: bool,
    /// The folder could not be listed.
    pub(crate) refused: bool,
    /// Kept packs were read back; the next time it goes on from this seq.
    pub(crate) checked_to: Option<u64>,
    /// The highest seq of the own log that a head claims with our own signature.
    pub(crate) own_signed: Option<u64>,
}

/// A pack that could be opened. Its signature and bodies are not proven yet.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) key: Key,
    /// Who renamed the file, if it is a conflict copy.
    pub(crate) by: Option<Tool>,
    pub(crate) pack: Pack,
    pub(crate) file: Vec<u8>,
}

/// One pack to read.
#[derive(Debug, Clone)]
struct Want {
    key: Key,
    id: PackId,
    by: Option<Tool>,
}

/// The means of reading.
pub(crate) struct Reader<'a> {
    pub(crate) wire: &'a Wire,
    pub(crate) desk: &'a Desk,
    pub(crate) memory: &'a Memory,
    pub(crate) now_ms: u64,
}

impl Reader<'_> {
    /// Reads what the plan asks for.
    pub(crate) async fn gather(&self, plan: &Plan) -> Result<Gathered, RoundError> {
        let budget = Budget::default();
        let mut got = Gathered::default();
        let first_gap = plan.missing(&got).first().map(|gap| gap.first());
        let retries = plan.retries.iter().map(|(key, span, by)| Want {
            key: key.clone(),
            id: plan.id(*span),
            by: *by,
        });
        let (newest, retried) = future::try_join(
            self.newest(plan, first_gap, &budget),
            self.fetch(retries.collect(), &budget),
        )
        .await?;
        got.add(retried);
        let live = got.add_newest(newest);
        if let Some(live) = live {
            let packs = self.wanted(plan, &got, &cover(&plan.missing(&got), &live));
            got.add(self.fetch(packs, &budget).await?);
        }
        let gap_left = plan.own && got.own_unresolved(plan) || !plan.missing(&got).is_empty();
        if plan.look || plan.mend && gap_left && !got.more {
            self.list(plan, &mut got, &budget).await?;
        }
        Ok(got)
    }

    /// The newest pack that can be read, and where it leaves a gap the head's list of the others.
    async fn newest(
        &self,
        plan: &Plan,
        first_gap: Option<u64>,
        budget: &Budget,
    ) -> Result<Newest, RoundError> {
        let mut newest = Newest::default();
        let due = |span: &&Span| self.memory.is_due(&plan.id(**span).key(), self.now_ms);
        for claim in plan.claims.iter().filter(due).take(HEADS_TRIED) {
            let id = plan.id(*claim);
            let want = Want {
                key: id.key(),
                id,
                by: None,
            };
            let beyond = plan.known.end.is_none_or(|end| end.seq < claim.last());
            let ask_head = plan.mend
                && if plan.own {
                    beyond
                } else {
                    first_gap.is_some_and(|seq| seq < claim.first())
                };
            let is_known = !plan.own
                && missing(&plan.known, claim.last())
                    .iter()
                    .all(|gap| gap.last() < claim.first());
            let wants = if is_known { vec![] } else { vec![want] };
            let (fetched, head) =
                future::try_join(self.fetch(wants, budget), self.head(id, ask_head)).await?;
            newest.asked |= ask_head;
            let found = is_known || !fetched.packs.is_empty();
            newest.fetched.add(fetched);
            if let Some(head) = head {
                newest.live = Some(head.live);
            }
            if found {
                break;
            }
        }
        Ok(newest)
    }

    /// A log's folder: what is in it that fills the gap, and what nobody has compared yet.
    async fn list(
        &self,
        plan: &Plan,
        got: &mut Gathered,
        budget: &Budget,
    ) -> Result<(), RoundError> {
        got.mended = true;
        let items = match self.wire.list(&folder_of(&plan.log)).await {
            Ok(items) => items,
            Err(error) if is_general(&error) => return Err(error.into()),
            // One folder that cannot be read must not keep the others from being read.
            Err(_) => {
                got.refused = true;
                return Ok(());
            }
        };
        let folder = Folder::read(plan.log, &items);
        let log = plan.log;
        let held = self.desk.with(move |local| local.held(log)).await??;
        let mut wants = self.uncompared(plan, got, &folder, &held);
        wants.extend(read_back(plan, got, &folder, &held));
        let last = folder
            .last()
            .into_iter()
            .chain(plan.claims.iter().map(|c| c.last()))
            .max();
        if let Some(last) = last.filter(|_| !plan.own) {
            let gaps = got.without_opened(missing(&plan.known, last));
            let spans: Vec<Span> = folder
                .packs
                .keys()
                .copied()
                .filter(|span| self.may_read(&folder.key(*span), got))
                .collect();
            wants.extend(self.wanted(plan, got, &cover(&gaps, &spans)));
        }
        wants.sort_by(|a, b| a.key.cmp(&b.key));
        wants.dedup_by(|a, b| a.key == b.key);
        got.add(self.fetch(wants, budget).await?);
        got.folder = Some(folder);
        Ok(())
    }

    /// Listed files that may say something new about what is known: conflict copies; files of the
    /// own log that this device did not write; packs that hold more than any kept one; and files
    /// whose size is not that of the kept one.
    fn uncompared(&self, plan: &Plan, got: &Gathered, folder: &Folder, held: &[Held]) -> Vec<Want> {
        let mut wants: Vec<Want> = Vec::new();
        let news = missing(&plan.known, folder.last().unwrap_or(0));
        for (span, size) in &folder.packs {
            let key = folder.key(*span);
            let kept = held.iter().find(|h| h.id.span == *span);
            let compare = match kept {
                Some(kept) => kept.len != *size,
                None if plan.own => true,
                // Entries that are missing are chosen by cover; what a kept pack holds was
                // compared when that was read.
                None => {
                    !news.iter().any(|gap| overlap(*gap, *span))
                        && !held.iter().any(|h| h.id.span.covers(*span))
                }
            };
            if compare && !self.memory.is_judged(&key, *size) && self.may_read(&key, got) {
                wants.push(Want {
                    key,
                    id: plan.id(*span),
                    by: None,
                });
            }
        }
        for copy in &folder.copies {
            if !self.memory.is_judged(&copy.key, copy.size) && self.may_read(&copy.key, got) {
                let id = plan.id(copy.of);
                wants.push(Want {
                    key: copy.key.clone(),
                    id,
                    by: Some(copy.by),
                });
            }
        }
        wants
    }

    /// Whether an object is worth a request: not tried in this round, and its pause is over.
    fn may_read(&self, key: &Key, got: &Gathered) -> bool {
        self.memory.is_due(key, self.now_ms) && !got.has_tried(key)
    }

    fn wanted(&self, plan: &Plan, got: &Gathered, spans: &[Span]) -> Vec<Want> {
        let ids = spans.iter().map(|span| plan.id(*span));
        ids.map(|id| Want {
            key: id.key(),
            id,
            by: None,
        })
        .filter(|want| self.may_read(&want.key, got))
        .collect()
    }

    /// Reads and opens packs, several at a time.
    async fn fetch(&self, mut wants: Vec<Want>, budget: &Budget) -> Result<Gathered, RoundError> {
        let mut got = Gathered {
            more: wants.len() > PASS_PACKS,
            ..Gathered::default()
        };
        wants.truncate(PASS_PACKS);
        let reads = wants.into_iter().map(|want| self.fetch_one(want, budget));
        let mut reads = stream::iter(reads).buffer_unordered(PASS_PACKS);
        while let Some(read) = reads.next().await {
            match read? {
                One::Opened(opened) => got.packs.push(*opened),
                One::Failed(key, cause) => got.failed.push((key, cause)),
                One::Later => got.more = true,
            }
        }
        Ok(got)
    }

    async fn fetch_one(&self, want: Want, budget: &Budget) -> Result<One, RoundError> {
        if budget.is_spent() {
            return Ok(One::Later);
        }
        let file = match self.wire.pack(&want.key).await? {
            Fetched::Whole(file) => file,
            Fetched::Not(cause) => return Ok(One::Failed(want.key, cause)),
        };
        budget.spend(file.len());
        let id = want.id;
        let opened = self.desk.with(move |local| {
            let opened = Pack::open(local.team(), local.out(), &id, &file);
            (opened, file)
        });
        Ok(match opened.await? {
            (Ok(pack), file) => One::Opened(Box::new(Opened {
                key: want.key,
                by: want.by,
                pack,
                file,
            })),
            (Err(error), _) => One::Failed(want.key, cause(error)),
        })
    }

    /// A head's list, if it is to be asked and is the device's. That it cannot be read is no
    /// trouble: it is a hint.
    async fn head(&self, id: PackId, ask: bool) -> Result<Option<Head>, RoundError> {
        if !ask {
            return Ok(None);
        }
        let Fetched::Whole(file) = self.wire.head(&id.head().key()).await? else {
            return Ok(None);
        };
        let open = self
            .desk
            .with(move |local| Head::open(local.team(), local.out(), &id, &file));
        Ok(open.await?.ok())
    }
}

/// Kept packs that seem to be there, to be read again: a file can change without changing its size.
/// They are taken in turn.
fn read_back(plan: &Plan, got: &mut Gathered, folder: &Folder, held: &[Held]) -> Vec<Want> {
    let (count, from) = plan.check;
    let mut there: Vec<PackId> = held
        .iter()
        .filter(|h| folder.packs.get(&h.id.span) == Some(&h.len))
        .map(|h| h.id)
        .collect();
    there.sort_unstable_by_key(|id| (id.span.first() < from, id.span));
    there.truncate(count);
    if let Some(last) = there.last() {
        got.checked_to = Some(last.span.last().saturating_add(1));
    }
    there
        .into_iter()
        .map(|id| Want {
            key: id.key(),
            id,
            by: None,
        })
        .collect()
}

/// What became of one pack.
enum One {
    Opened(Box<Opened>),
    Failed(Key, Cause),
    Later,
}

#[derive(Default)]
struct Newest {
    fetched: Gathered,
    live: Option<Vec<Span>>,
    asked: bool,
}

/// Why a pack cannot be opened, as far as it matters.
pub(crate) const fn cause(error: PackError) -> Cause {
    match error {
        PackError::Newer => Cause::Newer,
        // A file that is half there may look like anything.
        _ => Cause::Damaged,
    }
}

fn overlap(a: Span, b: Span) -> bool {
    a.first() <= b.last() && b.first() <= a.last()
}

impl Plan {
    const fn id(&self, span: Span) -> PackId {
        PackId {
            log: self.log,
            span,
        }
    }

    /// What is missing up to the furthest claim that could be read so far or was not tried.
    pub(crate) fn missing(&self, got: &Gathered) -> Vec<Span> {
        if self.own {
            return Vec::new();
        }
        let tried = |claim: &&Span| {
            !got.failed
                .iter()
                .any(|(key, _)| *key == self.id(**claim).key())
        };
        let readable = self.claims.iter().filter(tried).map(|c| c.last()).max();
        // When no claim can be read, they may still be true: the folder tells.
        let last = readable.or(self.claims.first().map(|c| c.last()));
        last.map_or(Vec::new(), |last| {
            got.without_opened(missing(&self.known, last))
        })
    }
}

impl Gathered {
    fn add(&mut self, other: Self) {
        self.packs.extend(other.packs);
        self.failed.extend(other.failed);
        self.more |= other.more;
    }

    fn add_newest(&mut self, newest: Newest) -> Option<Vec<Span>> {
        self.add(newest.fetched);
        self.mended |= newest.asked;
        self.own_signed = newest
            .live
            .as_ref()
            .and_then(|live| live.last())
            .map(|s| s.last());
        newest.live
    }

    fn has_tried(&self, key: &Key) -> bool {
        self.packs.iter().any(|p| p.key == *key) || self.failed.iter().any(|(k, _)| k == key)
    }

    fn without_opened(&self, gaps: Vec<Span>) -> Vec<Span> {
        let opened: BTreeSet<Span> = self.packs.iter().map(|p| p.pack.id().span).collect();
        opened
            .into_iter()
            .fold(gaps, |gaps, span| subtract(&gaps, span))
    }

    /// Whether a head of the own log claims what could not be compared.
    pub(crate) fn own_unresolved(&self, plan: &Plan) -> bool {
        plan.own && !plan.claims.is_empty() && self.packs.is_empty()
    }
}

/// How much may still be read in this pass.
#[derive(Default)]
struct Budget(AtomicU64);

impl Budget {
    fn is_spent(&self) -> bool {
        self.0.load(Ordering::Relaxed) >= PASS_BYTES
    }

    fn spend(&self, bytes: usize) {
        self.0
            .fetch_add(u64::try_from(bytes).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}
