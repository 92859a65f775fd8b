//! P11, P13 and P15: what a poll, an edit and the reading of a long log cost.
//!
//! Requests, bytes and signatures are counted in one process; instructions by callgrind
//! over a [`probe`].

use std::{
    hint::black_box,
    path::Path,
    sync::{Arc, Mutex},
    time::Instant,
};

use conclave_core::{
    body::{At, ItemRev, Wrap},
    cbor,
    entry::entry_hash,
    id::{EntryHash, GrantId, ItemId, LogId, ScopeId},
    kind::Kind,
    pack::{Draft, Pack, PackId, Verified, verify_run},
    remote::Remote,
};
use conclave_crypto::{Signature, VerifyKey, label, meter};
use conclave_remote::FolderRemote;
use conclave_sync::{
    Local, Syncer, Urgency,
    double::{Device, Team},
};
use conclave_testkit::{
    counting_remote::{Count, CountingRemote, Counts},
    memory_remote::MemoryRemote,
};

use crate::{
    callgrind::{self, measured},
    row::{Outcome, Row, number},
};

/// Entries in a pack of P15's log.
const PER_PACK: u64 = 1_000;
/// Its packs, and how many of them are read under callgrind, which is fifty times slower.
const PACKS: u64 = 20;
const COUNTED_PACKS: u64 = 2;

const NOW_MS: u64 = 1_767_323_045_000;

/// Measures P15. `program` is this program, which runs a probe when it is asked to.
///
/// # Errors
/// What the folder, the syncing or callgrind refuse.
pub fn long(program: &Path) -> Outcome<Vec<Row>> {
    let mut rows = runtime()?.block_on(long_log())?;
    let here = Path::new(".");
    let chain = callgrind::count(program, "sync-chain", here)?;
    let single = callgrind::count(program, "sync-single", here)?;
    let whole = callgrind::count(program, "sync-whole", here)?;
    let entries = number(PER_PACK * COUNTED_PACKS);
    rows.push(Row::gated(
        "P15 verify a log by chain and last signature, to a signature per entry",
        chain / single,
        "instruction ratio",
        0.05,
    ));
    rows.push(Row::told(
        "P15 open and verify an entry, all of it",
        whole / entries,
        "instructions",
    ));
    rows.push(Row::told(
        "P15 open and verify all of it, to a signature per entry",
        whole / single,
        "instruction ratio",
    ));
    Ok(rows)
}

/// Runs one probe: the part of a measurement that callgrind watches.
///
/// # Errors
/// An unknown probe, or what syncing refuses.
pub fn probe(name: &str) -> Outcome<()> {
    let log = Log::make(COUNTED_PACKS)?;
    match name {
        "sync-chain" => {
            let place = log.device.identity().place(log.team.id);
            let opened = log.open()?;
            let verified = verify_run(log.open()?)
                .into_iter()
                .collect::<Result<Vec<_>, _>>()?;
            // Opening has hashed each entry once, which is the chain; here it is done by itself.
            let mut opened = Some(opened);
            measured(&mut || {
                for raw in verified.iter().flat_map(Verified::raw) {
                    black_box(entry_hash(&place, raw));
                }
                black_box(verify_run(opened.take().unwrap_or_default()));
            });
        }
        "sync-single" => {
            let signed = log.sign_each()?;
            let mut good = true;
            measured(&mut || good = log.verify_each(&signed));
            good.then_some(()).ok_or("a signature of our own is bad")?;
        }
        "sync-whole" => {
            let mut result = Ok(());
            measured(&mut || result = log.read());
            result?;
        }
        _ => return Err(format!("there is no probe {name}").into()),
    }
    Ok(())
}

/// Measures P11 and P13.
///
/// # Errors
/// What the folder and the syncing refuse.
pub fn short() -> Outcome<Vec<Row>> {
    let mut rows = runtime()?.block_on(polls())?;
    rows.extend(runtime()?.block_on(edits())?);
    Ok(rows)
}

fn runtime() -> Outcome<tokio::runtime::Runtime> {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    Ok(builder.enable_all().build()?)
}

/// P11: polls with nothing new, of a real folder with twenty devices, and with three hundred.
async fn polls() -> Outcome<Vec<Row>> {
    let dir = tempfile::tempdir()?;
    let folder = FolderRemote::new(dir.path(), &team().id);
    folder.create().await?;
    let mut rows = Vec::new();
    let storages: [(&str, Arc<dyn Remote>, u64); 2] = [
        ("20 devices in a folder", Arc::new(folder), 20),
        ("300 devices", Arc::new(MemoryRemote::new()), 300),
    ];
    for (what, storage, devices) in storages {
        for n in 0..devices {
            Client::new(Device::new(&team(), n), &storage)
                .round()
                .await?;
        }
        let mut reader = Client::new(Device::new(&team(), devices), &storage);
        // A round reads so much and no more; the news end before nothing new is measured.
        while reader.syncer.round(NOW_MS, Urgency::Poll).await?.more {}
        let _ = reader.counts.take();
        let start = Instant::now();
        let count = reader.round().await?;
        let took = start.elapsed().as_secs_f64() * 1e3;
        let requests = format!("P11 a poll with nothing new, {what}: requests");
        rows.push(Row::gated(
            &requests,
            number(count.requests()),
            "requests",
            1.0,
        ));
        let bodies = format!("P11 a poll with nothing new, {what}: objects read");
        rows.push(Row::gated(
            &bodies,
            number(count.gets + count.ranges),
            "requests",
            0.0,
        ));
        rows.push(Row::told(
            &format!("P11 a poll with nothing new, {what}, time"),
            took,
            "ms",
        ));
    }
    Ok(rows)
}

/// P13: one edit of 400 bytes in one vault that has seen eight logs, pushed to a real folder, with
/// two to thirty live packs.
async fn edits() -> Outcome<Vec<Row>> {
    let dir = tempfile::tempdir()?;
    let counts = Arc::new(Counts::default());
    let folder = FolderRemote::metered(dir.path(), &team().id, Arc::clone(&counts) as _);
    folder.create().await?;
    let storage: Arc<dyn Remote> = Arc::new(folder);
    // The folder tells its flushes to a meter of its own; requests are counted around it.
    let mut client = Client::new(Device::new(&team(), 1), &storage);
    client.round().await?;
    let _ = (client.counts.take(), counts.take());
    let (mut most, mut bytes, mut fsyncs, mut ms) = (Count::default(), 0, 0, 0.0);
    for n in 0..29_u8 {
        client.with(|device| device.append(edit(n, 8)));
        let start = Instant::now();
        let count = client.round().await?;
        ms += start.elapsed().as_secs_f64() * 1e3 / 29.0;
        most.puts = most.puts.max(count.puts);
        most.deletes = most.deletes.max(count.deletes);
        bytes = bytes.max(count.up);
        fsyncs = fsyncs.max(counts.take().fsyncs);
    }
    let live = client.with(|device| device.live().len());
    if live != 30 {
        return Err(format!("{live} live packs where 30 were meant").into());
    }
    Ok(vec![
        Row::gated(
            "P13 push one edit: objects written",
            number(most.puts),
            "requests",
            2.0,
        ),
        Row::gated(
            "P13 push one edit: old heads deleted",
            number(most.deletes),
            "requests",
            1.0,
        ),
        Row::gated(
            "P13 push one edit: pack and head, at most",
            number(bytes),
            "bytes",
            4096.0,
        ),
        Row::told(
            "P13 push one edit: flushes to disk",
            number(fsyncs),
            "flushes",
        ),
        Row::told("P13 push one edit, time", ms, "ms"),
    ])
}

/// P15: a newcomer reads a long log. Its signatures, through the whole of syncing.
async fn long_log() -> Outcome<Vec<Row>> {
    let storage: Arc<dyn Remote> = Arc::new(MemoryRemote::new());
    let log = Log::make(PACKS)?;
    let before = meter::snapshot();
    black_box(verify_run(log.open()?).len());
    let packs = meter::snapshot().since(before).verifies;

    let mut writer = Client::new(Device::new(&team(), 1), &storage);
    for n in 0..PACKS {
        for entry in 0..PER_PACK {
            writer.with(|device| device.append(edit((n ^ entry) as u8, 0)));
        }
        writer.round().await?;
    }
    let mut reader = Client::new(Device::new(&team(), 2), &storage);
    let before = meter::snapshot();
    let start = Instant::now();
    reader.round().await?;
    let took = start.elapsed().as_secs_f64() * 1e3;
    let all = meter::snapshot().since(before).verifies;

    let signed = log.sign_each()?;
    let start = Instant::now();
    log.verify_each(&signed);
    let single = start.elapsed().as_secs_f64();
    let start = Instant::now();
    log.read()?;
    let whole = start.elapsed().as_secs_f64();
    Ok(vec![
        Row::gated(
            "P15 verify 20 packs of one log: signatures",
            number(packs),
            "signatures",
            1.0,
        ),
        Row::gated(
            "P15 pull them, the head's list among them",
            number(all),
            "signatures",
            2.0,
        ),
        Row::told("P15 pull 20,000 entries, time", took, "ms"),
        Row::told(
            "P15 open and verify all of it, to a signature per entry, time",
            whole / single,
            "time ratio",
        ),
    ])
}

/// A log of packs of a thousand entries each.
struct Log {
    team: Team,
    device: Device,
    files: Vec<(PackId, Vec<u8>)>,
}

impl Log {
    fn make(packs: u64) -> Outcome<Self> {
        let team = team();
        let mut device = Device::new(&team, 1);
        let mut files = Vec::new();
        for n in 0..packs {
            for entry in 0..PER_PACK - u64::from(n == 0) {
                device.append(edit((n ^ entry) as u8, 0));
            }
            let out = device.outgoing()?.ok_or("there is nothing to pack")?;
            device.delivered(&out.id)?;
            files.push((out.id, out.pack));
        }
        Ok(Self {
            team,
            device,
            files,
        })
    }

    fn open(&self) -> Outcome<Vec<Pack>> {
        let out = self.team.out();
        let open = |(id, file): &(PackId, Vec<u8>)| Pack::open(self.team.id, &out, id, file);
        Ok(self.files.iter().map(open).collect::<Result<Vec<_>, _>>()?)
    }

    /// Opens and verifies everything, sealed bodies too.
    fn read(&self) -> Outcome<()> {
        for (pack, (_, file)) in verify_run(self.open()?).into_iter().zip(&self.files) {
            black_box(pack?.bodies(file)?);
        }
        Ok(())
    }

    /// A signature for each entry, as packs have one for their last.
    fn sign_each(&self) -> Outcome<Vec<(u64, EntryHash, Signature)>> {
        let signer = self.device.signer();
        let mut signed = Vec::new();
        for pack in self.open()? {
            for entry in pack.verify()?.entries() {
                let (seq, hash) = (entry.seq(), entry.hash);
                let signature = self.fields(seq, hash, |fields| signer.sign(label::PACK, fields));
                signed.push((seq, hash, signature));
            }
        }
        Ok(signed)
    }

    fn verify_each(&self, signed: &[(u64, EntryHash, Signature)]) -> bool {
        let key: VerifyKey = self.device.identity().verify_key();
        signed.iter().all(|(seq, hash, signature)| {
            self.fields(*seq, *hash, |fields| {
                key.verify(label::PACK, fields, signature).is_ok()
            })
        })
    }

    fn fields<R>(&self, seq: u64, hash: EntryHash, work: impl FnOnce(&[&[u8]]) -> R) -> R {
        let place = self.device.identity().place(self.team.id);
        let seq = seq.to_le_bytes();
        let (team, log, device) = (&place.team, &place.log, &place.device);
        work(&[
            team.as_bytes(),
            log.as_bytes(),
            device.as_bytes(),
            &seq,
            hash.as_bytes(),
        ])
    }
}

/// A device that syncs, and what it asks of the storage.
struct Client {
    device: Arc<Mutex<Device>>,
    syncer: Syncer,
    counts: Arc<Counts>,
}

impl Client {
    fn new(device: Device, storage: &Arc<dyn Remote>) -> Self {
        let (device, counts) = (Arc::new(Mutex::new(device)), Arc::new(Counts::default()));
        let remote = CountingRemote::new(Arc::clone(storage), Arc::clone(&counts) as _);
        let syncer = Syncer::new(Arc::new(remote), Arc::clone(&device) as _);
        Self {
            device,
            syncer,
            counts,
        }
    }

    fn with<R>(&self, work: impl FnOnce(&mut Device) -> R) -> R {
        work(
            &mut self
                .device
                .lock()
                .unwrap_or_else(|poisoned| poisoned.into_inner()),
        )
    }

    async fn round(&mut self) -> Outcome<Count> {
        self.syncer.round(NOW_MS, Urgency::Poll).await?;
        Ok(self.counts.take())
    }
}

/// An edit as an app writes it: a revision with one wrap, whose payload of 400 bytes is padded to
/// 512 inside its envelope of 104.
fn edit(n: u8, seen: u8) -> Draft {
    let (home, epoch) = (ScopeId::new([1; 32]), EntryHash::new([2; 32]));
    let revision = ItemRev {
        item: Some(ItemId::new([4; 32])),
        home,
        parents: vec![EntryHash::new([n; 32])],
        wraps: vec![Wrap::Held {
            scope: home,
            epoch,
            wrapped: [5; 136],
        }],
        blobs: vec![],
        schema: 1,
    };
    let mut draft = Draft::new(Kind::ItemRev, NOW_MS);
    draft.seen = (0..seen)
        .map(|log| At {
            log: LogId::new([log; 32]),
            seq: 100_000 + u64::from(log),
            hash: EntryHash::new([log; 32]),
        })
        .collect();
    draft.grant = Some(GrantId::new([6; 32]));
    draft.control = Some(cbor::encode(&revision));
    draft.sealed = Some(vec![n; 512 + 104]);
    draft
}

const fn team() -> Team {
    Team::new(1)
}
