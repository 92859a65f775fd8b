//! A device that lives in memory: what tests and benches carry entries for.
//!
//! It keeps every promise of [`Local`], with real keys and real packs. A clone of it is a backup,
//! or a cloned machine. It judges nothing: every well-formed entry is taken in.

use std::collections::BTreeMap;

use conclave_core::{
    body::{At, LogStart},
    cbor,
    entry::RawEntry,
    id::{EntryHash, LogId, TeamId},
    kind::Kind,
    layout::{Digest, Span},
    pack::{Chain, Draft, Head, LogIdentity, PackId, TARGET_PACK, build},
};
use conclave_crypto::{DeviceSeed, OuterKey, SigningKey};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

use crate::{
    alarm::{Alarm, Stop},
    local::{Blob, End, Held, Incoming, Joins, Known, Link, Local, LocalError, Outgoing, Waiting},
    tiers::{Live, to_merge},
};

/// How long a merged pack's parts stay on the storage, in milliseconds.
const RETIRE_MS: u64 = 30 * 24 * 60 * 60 * 1000;

/// What makes a team's devices belong together.
#[derive(Clone)]
pub struct Team {
    /// The team.
    pub id: TeamId,
    out: [u8; 32],
}

impl Team {
    /// A team made of a number.
    #[must_use]
    pub const fn new(n: u8) -> Self {
        Self {
            id: TeamId::new([n; 32]),
            out: [n ^ 0x5a; 32],
        }
    }

    /// The outer key.
    #[must_use]
    pub fn out(&self) -> OuterKey {
        OuterKey::from_bytes(&mut self.out.clone())
    }
}

/// One log as a device knows it.
#[derive(Debug, Clone, Default)]
struct LogView {
    main: BTreeMap<u64, Link>,
    evidence: BTreeMap<u64, Vec<Link>>,
}

/// Every entry of the branches that a device goes by, with its sealed body.
pub type View = BTreeMap<(LogId, u64), (EntryHash, Option<Vec<u8>>)>;

/// A device in memory.
pub struct Device {
    team: Team,
    out: OuterKey,
    seed: [u8; 32],
    identity: LogIdentity,
    chain: Chain,
    rng: ChaCha20Rng,
    logs: BTreeMap<LogId, LogView>,
    bodies: BTreeMap<EntryHash, Vec<u8>>,
    files: BTreeMap<PackId, Vec<u8>>,
    /// Own entries with their sealed bodies.
    own: Vec<(RawEntry, Option<Vec<u8>>)>,
    /// How many of them are delivered.
    delivered: u64,
    live: Vec<Live>,
    /// Own packs that a merged one replaced, and whether the time for them has come.
    replaced: BTreeMap<PackId, Option<u64>>,
    outgoing: Option<Outgoing>,
    head: Option<(PackId, Vec<u8>)>,
    mentions: BTreeMap<LogId, u64>,
    said: BTreeMap<LogId, At>,
    waiting: Vec<Waiting>,
    stop: Option<Stop>,
    /// Everything that was told, oldest first.
    pub alarms: Vec<Alarm>,
    /// Whether small packs are merged.
    pub merges: bool,
    /// How many packs were accepted, by how they fit: chain, gap, known, evidence.
    pub accepted: [u64; 4],
    /// Whose packs were accepted, one after another.
    pub order: Vec<LogId>,
    /// Ciphertexts of the files that own entries name.
    pub attached: Vec<Vec<u8>>,
    /// Makes the next calls that store something fail.
    pub store_fails: bool,
}

impl Clone for Device {
    fn clone(&self) -> Self {
        Self {
            team: self.team.clone(),
            out: self.team.out(),
            seed: self.seed,
            identity: self.identity,
            chain: self.chain.clone(),
            rng: self.rng.clone(),
            logs: self.logs.clone(),
            bodies: self.bodies.clone(),
            files: self.files.clone(),
            own: self.own.clone(),
            delivered: self.delivered,
            live: self.live.clone(),
            replaced: self.replaced.clone(),
            outgoing: self.outgoing.clone(),
            head: self.head.clone(),
            mentions: self.mentions.clone(),
            said: self.said.clone(),
            waiting: self.waiting.clone(),
            stop: self.stop,
            alarms: self.alarms.clone(),
            merges: self.merges,
            accepted: self.accepted,
            order: self.order.clone(),
            attached: self.attached.clone(),
            store_fails: self.store_fails,
        }
    }
}

impl Device {
    /// Device number `n` of a team, with nothing in its log but the start.
    #[must_use]
    pub fn new(team: &Team, n: u64) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(n);
        let seed = DeviceSeed::random(&mut rng);
        let identity = LogIdentity {
            sign: *seed.signing().verify_key().as_bytes(),
            seal_hash: seed.sealing().public().hash(),
            nonce: [1; 16],
        };
        let mut device = Self {
            out: team.out(),
            // EXPOSE: a double's key protects nothing.
            seed: *seed.expose_secret(),
            identity,
            chain: Chain::start(identity.place(team.id)),
            rng,
            team: team.clone(),
            logs: BTreeMap::new(),
            bodies: BTreeMap::new(),
            files: BTreeMap::new(),
            own: Vec::new(),
            delivered: 0,
            live: Vec::new(),
            replaced: BTreeMap::new(),
            outgoing: None,
            head: None,
            mentions: BTreeMap::new(),
            said: BTreeMap::new(),
            waiting: Vec::new(),
            stop: None,
            alarms: Vec::new(),
            merges: false,
            accepted: [0; 4],
            order: Vec::new(),
            attached: Vec::new(),
            store_fails: false,
        };
        let mut start = Draft::new(Kind::LogStart, 0);
        start.control = Some(cbor::encode(&LogStart { replaces: None }));
        device.append(start);
        device
    }

    /// Appends to the own log.
    ///
    /// # Panics
    /// When the draft is larger than an entry may be.
    pub fn append(&mut self, draft: Draft) -> At {
        let sealed = draft.sealed.clone();
        let (raw, entry) = match self.chain.append(draft) {
            Ok(appended) => appended,
            Err(error) => panic!("a test wrote an entry that cannot be: {error}"),
        };
        let link = Link {
            hash: entry.hash,
            prev: entry.header.prev,
        };
        self.logs
            .entry(entry.log())
            .or_default()
            .main
            .insert(entry.seq(), link);
        if let Some(body) = &sealed {
            self.bodies.insert(entry.hash, body.clone());
        }
        self.own.push((raw, sealed));
        entry.at()
    }

    /// Appends a text that has seen what this device has newly heard of, at most eight logs.
    pub fn say(&mut self, text: &[u8]) -> At {
        let own = self.own_log();
        let mut seen = Vec::new();
        for (log, known) in self.logs() {
            let Some(end) = known.end.filter(|_| log != own) else {
                continue;
            };
            let at = At {
                log,
                seq: end.seq,
                hash: end.hash,
            };
            if self.said.get(&log) != Some(&at) && seen.len() < 8 {
                self.said.insert(log, at);
                seen.push(at);
            }
        }
        let mut draft = Draft::new(Kind::Audit, 1_700_000_000_000);
        draft.seen = seen;
        draft.sealed = Some(text.to_vec());
        self.append(draft)
    }

    /// Every entry of every log's known branch, with its body: what devices that have heard the
    /// same agree on.
    #[must_use]
    pub fn view(&self) -> View {
        let mut view = View::new();
        for (log, known) in &self.logs {
            for (seq, link) in &known.main {
                view.insert(
                    (*log, *seq),
                    (link.hash, self.bodies.get(&link.hash).cloned()),
                );
            }
        }
        view
    }

    /// Signs as the device, for tests that play it false.
    #[must_use]
    pub fn signer(&self) -> SigningKey {
        DeviceSeed::from_bytes(&mut self.seed.clone()).signing()
    }

    /// The own log's identity.
    #[must_use]
    pub const fn identity(&self) -> &LogIdentity {
        &self.identity
    }

    /// Stops writing, as if an alarm had said so.
    pub fn stop_writing(&mut self) {
        self.stop = Some(Stop::OwnLogAhead);
    }

    /// Ends a stop, as a person would.
    pub fn resolve(&mut self) {
        self.stop = None;
    }

    /// The own live packs.
    #[must_use]
    pub fn live(&self) -> &[Live] {
        &self.live
    }

    /// Entries kept as evidence.
    #[must_use]
    pub fn evidence(&self) -> usize {
        self.logs
            .values()
            .flat_map(|known| known.evidence.values())
            .map(Vec::len)
            .sum()
    }

    fn pack(&mut self, first: u64, last: u64) -> Result<Outgoing, LocalError> {
        let range = usize::try_from(first).unwrap_or(usize::MAX)
            ..=usize::try_from(last).unwrap_or(usize::MAX);
        let entries = self.own.get(range).unwrap_or_default();
        let signer = DeviceSeed::from_bytes(&mut self.seed.clone()).signing();
        let (id, pack) = build(
            self.team.id,
            &self.out,
            &self.identity,
            &signer,
            entries,
            &mut self.rng,
        )
        .map_err(|error| LocalError::Pack(Box::new(error)))?;
        let before = self.live.iter().filter(|l| l.span.last() < first);
        let mut live: Vec<Span> = before.map(|l| l.span).collect();
        live.push(id.span);
        let head = Head {
            identity: self.identity,
            live,
        };
        let head = head.build(self.team.id, &self.out, &id, &signer, &mut self.rng);
        Ok(Outgoing { id, pack, head })
    }

    fn next_last(&self) -> Option<u64> {
        let mut bytes = 0;
        let mut last = None;
        for (seq, (raw, body)) in (0_u64..)
            .zip(&self.own)
            .skip(usize::try_from(self.delivered).ok()?)
        {
            bytes += raw.header.len() + body.as_ref().map_or(0, Vec::len);
            if last.is_some() && bytes > TARGET_PACK {
                break;
            }
            last = Some(seq);
        }
        last
    }

    fn store(&self) -> Result<(), LocalError> {
        if self.store_fails {
            return Err(LocalError::Store("the test said so".into()));
        }
        Ok(())
    }
}

impl Local for Device {
    fn team(&self) -> TeamId {
        self.team.id
    }

    fn out(&self) -> &OuterKey {
        &self.out
    }

    fn own_log(&self) -> LogId {
        self.chain.place().log
    }

    fn logs(&self) -> BTreeMap<LogId, Known> {
        let known = |main: &BTreeMap<u64, Link>| {
            let mut runs: Vec<(u64, u64, EntryHash)> = Vec::new();
            for (seq, link) in main {
                match runs.last_mut() {
                    Some(run) if run.1.checked_add(1) == Some(*seq) => {
                        (run.1, run.2) = (*seq, link.hash);
                    }
                    _ => runs.push((*seq, *seq, link.hash)),
                }
            }
            let whole = runs.first().filter(|run| run.0 == 0);
            let end = whole.map(|run| End {
                seq: run.1,
                hash: run.2,
            });
            let islands = runs.iter().skip(usize::from(end.is_some()));
            Known {
                end,
                islands: islands.filter_map(|run| Span::new(run.0, run.1)).collect(),
            }
        };
        let logs = self.logs.iter().filter(|(_, log)| !log.main.is_empty());
        logs.map(|(log, of)| (*log, known(&of.main))).collect()
    }

    fn at(&self, log: LogId, seq: u64) -> Vec<Link> {
        let Some(known) = self.logs.get(&log) else {
            return Vec::new();
        };
        let evidence = known.evidence.get(&seq).into_iter().flatten();
        known
            .main
            .get(&seq)
            .into_iter()
            .chain(evidence)
            .copied()
            .collect()
    }

    fn mentioned(&self) -> BTreeMap<LogId, u64> {
        let unknown = |(log, seq): &(&LogId, &u64)| {
            self.logs
                .get(log)
                .is_none_or(|known| !known.main.contains_key(seq))
        };
        self.mentions
            .iter()
            .filter(unknown)
            .map(|(log, seq)| (*log, *seq))
            .collect()
    }

    fn held(&self, log: LogId) -> Result<Vec<Held>, LocalError> {
        let files = self.files.iter().filter(|(id, _)| id.log == log);
        Ok(files
            .map(|(id, file)| Held {
                id: *id,
                len: file.len() as u64,
            })
            .collect())
    }

    fn file(&self, id: &PackId) -> Result<Option<Vec<u8>>, LocalError> {
        Ok(self.files.get(id).cloned())
    }

    fn pending(&self) -> u64 {
        self.chain.next_seq() - self.delivered
    }

    fn stop(&self) -> Option<Stop> {
        self.stop
    }

    fn outgoing(&mut self) -> Result<Option<Outgoing>, LocalError> {
        self.store()?;
        if self.outgoing.is_none() {
            self.outgoing = match self.next_last() {
                Some(last) => Some(self.pack(self.delivered, last)?),
                None if self.merges => match to_merge(&self.live) {
                    Some([first, .., last]) => {
                        Some(self.pack(first.span.first(), last.span.last())?)
                    }
                    _ => None,
                },
                None => None,
            };
        }
        Ok(self.outgoing.clone())
    }

    fn blobs(&self) -> Result<Vec<Blob>, LocalError> {
        let blob = |sealed: &Vec<u8>| Blob {
            digest: Digest::of(sealed),
            len: sealed.len() as u64,
        };
        Ok(self.attached.iter().map(blob).collect())
    }

    fn blob(&self, digest: &Digest) -> Result<Option<Vec<u8>>, LocalError> {
        let mut attached = self.attached.iter();
        Ok(attached
            .find(|sealed| Digest::of(sealed) == *digest)
            .cloned())
    }

    fn delivered(&mut self, id: &PackId) -> Result<(), LocalError> {
        self.store()?;
        let Some(out) = self.outgoing.take_if(|out| out.id == *id) else {
            return Ok(());
        };
        let replaced = self.live.iter().filter(|l| id.span.covers(l.span));
        for old in replaced
            .map(|l| PackId {
                log: id.log,
                span: l.span,
            })
            .collect::<Vec<_>>()
        {
            self.replaced.insert(old, None);
        }
        self.live.retain(|l| !id.span.covers(l.span));
        self.live.push(Live {
            span: id.span,
            bytes: out.pack.len() as u64,
        });
        self.delivered = self.delivered.max(id.span.last() + 1);
        self.files.insert(*id, out.pack);
        self.head = Some((*id, out.head));
        Ok(())
    }

    fn newest(&self) -> Option<PackId> {
        self.head.as_ref().map(|(id, _)| *id)
    }

    fn head(&mut self) -> Result<Option<(PackId, Vec<u8>)>, LocalError> {
        Ok(self.head.clone())
    }

    fn retired(&mut self, now_ms: u64) -> Result<Vec<PackId>, LocalError> {
        let mut retired = Vec::new();
        for (id, since) in &mut self.replaced {
            if now_ms.saturating_sub(*since.get_or_insert(now_ms)) >= RETIRE_MS {
                self.files.remove(id);
                retired.push(*id);
            }
        }
        Ok(retired)
    }

    fn swept(&mut self, id: &PackId) -> Result<(), LocalError> {
        self.replaced.remove(id);
        Ok(())
    }

    fn accept(&mut self, packs: Vec<Incoming>) -> Result<(), LocalError> {
        self.store()?;
        let own = self.own_log();
        for one in packs {
            let id = *one.pack.id();
            self.order.push(id.log);
            self.stop = self.stop.or_else(|| one.joins.stop(id.log, own));
            let known = self.logs.entry(id.log).or_default();
            let as_evidence = matches!(one.joins, Joins::Fork { .. } | Joins::OwnAhead);
            let count = match one.joins {
                Joins::Chain => 0,
                Joins::Gap => 1,
                Joins::Known => 2,
                Joins::Fork { .. } | Joins::OwnAhead => 3,
            };
            if let Some(count) = self.accepted.get_mut(count) {
                *count += 1;
            }
            for entry in one.pack.entries() {
                let link = Link {
                    hash: entry.hash,
                    prev: entry.header.prev,
                };
                if !as_evidence {
                    known.main.entry(entry.seq()).or_insert(link);
                } else if known.main.get(&entry.seq()) != Some(&link) {
                    let evidence = known.evidence.entry(entry.seq()).or_default();
                    if !evidence.contains(&link) {
                        evidence.push(link);
                    }
                }
                for seen in &entry.header.seen {
                    let most = self.mentions.entry(seen.log).or_default();
                    *most = seen.seq.max(*most);
                }
            }
            self.bodies.extend(one.bodies);
            if !as_evidence {
                self.files
                    .retain(|old, _| old.log != id.log || !id.span.covers(old.span));
                self.files.insert(id, one.file);
            }
        }
        Ok(())
    }

    fn alarm(&mut self, alarm: Alarm) {
        self.stop = self.stop.or_else(|| alarm.stop());
        self.alarms.push(alarm);
    }

    fn waiting(&self) -> Vec<Waiting> {
        self.waiting.clone()
    }

    fn keep_waiting(&mut self, waiting: &[Waiting]) -> Result<(), LocalError> {
        self.store()?;
        self.waiting = waiting.to_vec();
        Ok(())
    }
}
