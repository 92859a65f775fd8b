//! P1 to P4: the local store at a thousand and at a hundred thousand items.
//!
//! What gates are instruction counts and bytes, which do not depend on how busy the machine is.
//! Instructions are counted by callgrind over [`collect`] alone, in a second process that runs one
//! [`probe`] on a profile made beforehand. The profiles are aged: as many edits as there are items
//! were made in them, so that worn pages are being cleaned as in daily use.

use std::{
    error::Error,
    fs,
    hint::black_box,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use conclave_core::id::{EntryHash, ItemId, LogId, TeamId};
use conclave_crypto::{KdfParams, LocalMasterKey, Pad, env, env::Ctx, label};
use conclave_store::{LockHeader, OpenStore, Store, StoreError, Tx};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};

/// One line of the table. It holds if the value is at most the gate.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// What was measured.
    pub name: String,
    /// How much it was.
    pub value: f64,
    /// Of what.
    pub unit: &'static str,
    /// The most that it may be; none where it is only reported.
    pub gate: Option<f64>,
}

type Result<T, E = Box<dyn Error + Send + Sync>> = std::result::Result<T, E>;

const SMALL: u64 = 1_000;
const LARGE: u64 = 100_000;

/// Operations of one measured series: some adds, some edits, and several folds of the delta.
const SERIES: u64 = 1_000;

/// Fewer under callgrind, which is fifty times slower, and still two folds.
const COUNTED_SERIES: u64 = 500;

const TEAM: TeamId = TeamId::new([1; 32]);
const LOG: LogId = LogId::new([2; 32]);

/// The line of `main` that runs a probe: this word, then the probe's name, then the folder.
pub const PROBE: &str = "store-probe";

/// Measures P1 to P4. `program` is this program, which runs a probe when it is asked with
/// [`PROBE`].
///
/// # Errors
/// What the disk, the store or callgrind refuse.
pub fn measure(program: &Path) -> Result<Vec<Measured>> {
    let folder = tempfile::tempdir()?;
    let small = folder.path().join("small");
    let large = folder.path().join("large");
    fill(&small, SMALL)?;
    fill(&large, LARGE)?;
    let count = |probe: &str, profile: &Path| count_instructions(program, probe, profile);

    let show = [count("show", &small)?, count("show", &large)?];
    let load = count("load", &large)?;
    let floor = count("load-floor", &large)?;
    let add = [count("add", &small)?, count("add", &large)?];
    let bytes = [wal_bytes(&small)?, wal_bytes(&large)?];
    let flatness = bytes[1] / bytes[0];

    let mut rows = vec![
        row("P1 open and show one item: instructions at 100k to 1k", show[1] / show[0], "ratio", 1.2),
        row("P2 load 100k overviews: instructions to bare ENV", load / floor, "ratio", 3.0),
        row("P3 write-ahead log per add or edit at 1k items", bytes[0], "bytes", 32768.0),
        row("P3 write-ahead log per add or edit at 100k items", bytes[1], "bytes", 32768.0),
        row("P3 write-ahead log: 100k to 1k", flatness, "ratio", 1.1),
        row("P3 write-ahead log: 1k to 100k", 1.0 / flatness, "ratio", 1.1),
        row("P4 add or edit one and save: instructions at 100k to 1k", add[1] / add[0], "ratio", 1.2),
    ];
    let counted = f64::from(u32::try_from(COUNTED_SERIES)?);
    let mut report = |name: &str, value: f64, unit| {
        let (name, gate) = (name.to_owned(), None);
        rows.push(Measured { name, value, unit, gate });
    };
    report("P1 open and show one of 100k", show[1], "instructions");
    report("P2 load 100k overviews", load, "instructions");
    report("P4 add or edit one of 100k and save", add[1] / counted, "instructions");
    for (name, work) in [
        ("P1 open and show one of 100k", show_one as fn(&Path) -> Result<()>),
        ("P2 open and load 100k overviews", load_all),
    ] {
        let start = Instant::now();
        work(&large)?;
        report(name, start.elapsed().as_secs_f64() * 1e3, "ms");
    }
    Ok(rows)
}

/// Runs one probe on a profile: the part of a measurement that callgrind watches.
///
/// # Errors
/// An unknown probe, or what the store refuses.
pub fn probe(name: &str, profile: &Path) -> Result<()> {
    match name {
        "show" => counted(|| show_one(profile)),
        "load" => {
            let mut store = open(profile)?;
            counted(|| {
                black_box(store.load_overviews(&TEAM)?);
                Ok(())
            })
        }
        "load-floor" => {
            let pages = bare_pages(&mut open(profile)?)?;
            let key = lmk().row_key("floor");
            counted(|| {
                for page in &pages {
                    black_box(env::open(&key, &floor_ctx(), Pad::Padme, page)?);
                }
                Ok(())
            })
        }
        "add" => {
            let mut store = open(profile)?;
            store.load_overviews(&TEAM)?;
            let items = items(&store)?;
            counted(|| series(&mut store, items, COUNTED_SERIES))
        }
        _ => Err(format!("there is no probe {name}").into()),
    }
}

/// The frame that callgrind counts in.
#[inline(never)]
pub fn collect(work: &mut dyn FnMut()) {
    work();
    black_box(());
}

fn counted(mut work: impl FnMut() -> Result<()>) -> Result<()> {
    let mut result = Ok(());
    collect(&mut || result = work());
    result
}

/// Instructions of one probe, on a copy of the profile, so that probes do not disturb each other.
#[expect(
    clippy::disallowed_methods,
    reason = "callgrind runs a program; this measures it and is not part of the product"
)]
fn count_instructions(program: &Path, probe: &str, profile: &Path) -> Result<f64> {
    let scratch = tempfile::tempdir()?;
    let copy = copy(profile, scratch.path())?;
    let out = scratch.path().join("callgrind.out");
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--collect-atstart=no"])
        .arg("--toggle-collect=conclave_benches::store::collect*")
        .arg(format!("--callgrind-out-file={}", out.display()))
        .arg(program)
        .args([PROBE, probe])
        .arg(&copy)
        .output()
        .map_err(|error| format!("valgrind does not start: {error}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("the probe {probe} failed under callgrind: {said}").into());
    }
    let totals = fs::read_to_string(&out)?;
    let total = totals
        .lines()
        .find_map(|line| line.strip_prefix("summary: ").or(line.strip_prefix("totals: ")))
        .and_then(|total| total.trim().parse::<f64>().ok())
        .filter(|total| *total > 0.0);
    Ok(total.ok_or_else(|| format!("callgrind counted nothing in {probe}"))?)
}

/// Mean bytes of the write-ahead log per operation, packing included, no checkpoint in between.
fn wal_bytes(profile: &Path) -> Result<f64> {
    let scratch = tempfile::tempdir()?;
    let copy = copy(profile, scratch.path())?;
    let mut store = open(&copy)?;
    store.load_overviews(&TEAM)?;
    let items = items(&store)?;
    store.set_auto_checkpoint(false)?;
    store.checkpoint()?;
    series(&mut store, items, SERIES)?;
    let bytes = fs::metadata(copy.join("conclave.db-wal"))?.len();
    Ok(f64::from(u32::try_from(bytes)?) / f64::from(u32::try_from(SERIES)?))
}

fn show_one(profile: &Path) -> Result<()> {
    let store = open(profile)?;
    let n = items(&store)? / 2;
    let row = store.item(&TEAM, &item(n))?.ok_or("the item is missing")?;
    let body = store.body(&TEAM, &entry(n))?.ok_or("the body is missing")?;
    black_box((row, body));
    Ok(())
}

fn load_all(profile: &Path) -> Result<()> {
    black_box(open(profile)?.load_overviews(&TEAM)?);
    Ok(())
}

/// Half adds, half edits of any item, each its own durable transaction; a pack every hundred.
fn series(store: &mut OpenStore, items: u64, length: u64) -> Result<()> {
    let mut random = ChaCha20Rng::seed_from_u64(items);
    let mut added = items;
    for op in 0..length {
        let n = if op % 2 == 0 {
            added += 1;
            added - 1
        } else {
            random.next_u64() % items
        };
        store.transaction(|tx| {
            let seq = tx.next_seq(&TEAM, &LOG)?;
            let body = bytes(&mut random, 700);
            let raw = bytes(&mut random, 350);
            tx.append_pending(&TEAM, &LOG, seq, &raw, Some((entry(seq), &body)))?;
            put(tx, &mut random, n)
        })?;
        if op % 100 == 99 {
            pack(store)?;
        }
    }
    Ok(())
}

fn pack(store: &mut OpenStore) -> Result<()> {
    let pending = store.pending(&TEAM, &LOG)?;
    let (Some(first), Some(last)) = (pending.first(), pending.last()) else {
        return Ok(());
    };
    let control: Vec<u8> = pending.iter().flat_map(|entry| entry.raw.iter().copied()).collect();
    store.transaction(|tx| tx.pack_pending(&TEAM, &LOG, first.seq, last.seq, &control))?;
    Ok(())
}

/// Makes a profile with as many items, and edits as many.
fn fill(folder: &Path, items: u64) -> Result<()> {
    let mut random = ChaCha20Rng::seed_from_u64(items);
    let header = LockHeader::new([3; 16], KdfParams::DEFAULT, [4; 16]);
    drop(Store::create(folder, &header, &lmk(), &mut random)?);
    let mut store = open(folder)?;
    store.load_overviews(&TEAM)?;
    for first in (0..items).step_by(1000) {
        let last = (first + 1000).min(items) - 1;
        store.transaction(|tx| {
            for n in first..=last {
                put(tx, &mut random, n)?;
            }
            let bodies: Vec<_> =
                (first..=last).map(|n| (entry(n), bytes(&mut random, 700))).collect();
            tx.put_pack(&TEAM, &LOG, first, last, &bytes(&mut random, 350_000), &bodies)?;
            tx.put_value(Some(&TEAM), "items", &(last + 1).to_le_bytes())
        })?;
    }
    for _ in (0..items).step_by(100) {
        store.transaction(|tx| {
            for _ in 0..100 {
                let n = random.next_u64() % items;
                put(tx, &mut random, n)?;
            }
            Ok::<_, StoreError>(())
        })?;
    }
    store.checkpoint()?;
    Ok(())
}

/// An item's row and its overview, of the sizes of a login.
fn put(tx: &mut Tx<'_>, random: &mut ChaCha20Rng, n: u64) -> Result<(), StoreError> {
    let row = usize::try_from(300 + random.next_u64() % 300).unwrap_or(300);
    let overview = usize::try_from(120 + random.next_u64() % 120).unwrap_or(120);
    tx.put_item(&TEAM, &item(n), &bytes(random, row))?;
    tx.put_overview(&TEAM, &item(n), &bytes(random, overview))
}

/// The overviews, packed and sealed as the store packs and seals them, without the store.
fn bare_pages(store: &mut OpenStore) -> Result<Vec<Vec<u8>>> {
    const PAGE: usize = (64 << 10) - 4;
    let mut random = ChaCha20Rng::seed_from_u64(5);
    let mut pages: Vec<Vec<u8>> = Vec::new();
    for (item, overview) in store.load_overviews(&TEAM)?.iter() {
        let len = u32::try_from(overview.len())?.to_le_bytes();
        let record = [item.as_bytes(), &len[..], overview].concat();
        match pages.last_mut() {
            Some(page) if page.len() + record.len() <= PAGE => page.extend(record),
            _ => pages.push(record),
        }
    }
    let key = lmk().row_key("floor");
    let seal = |page: &Vec<u8>| env::seal(&key, &floor_ctx(), Pad::Padme, page, &mut random);
    Ok(pages.iter().map(seal).collect())
}

fn floor_ctx() -> Ctx {
    Ctx::new(label::STORE_SEAL, &[&[3; 16], &[1; 4], b"overview_pages", &[1; 32], &[0; 8]])
}

fn copy(profile: &Path, scratch: &Path) -> Result<PathBuf> {
    let copy = scratch.join("profile");
    fs::create_dir(&copy)?;
    fs::copy(profile.join("conclave.db"), copy.join("conclave.db"))?;
    Ok(copy)
}

fn open(folder: &Path) -> Result<OpenStore> {
    let random = ChaCha20Rng::seed_from_u64(6);
    let store = Store::open(folder)?.unlock(lmk(), random);
    Ok(store.map_err(|(_, error)| error)?)
}

fn items(store: &OpenStore) -> Result<u64> {
    let row = store.value(Some(&TEAM), "items")?.ok_or("the profile is empty")?;
    Ok(u64::from_le_bytes(row.as_slice().try_into()?))
}

fn lmk() -> LocalMasterKey {
    LocalMasterKey::from_bytes(&mut [7; 32])
}

/// Ids look random, as hashes do, so that they scatter over an index as in real use.
fn id(kind: u64, n: u64) -> [u8; 32] {
    let mut id = [0; 32];
    ChaCha20Rng::seed_from_u64(kind << 48 | n).fill_bytes(&mut id);
    id
}

fn item(n: u64) -> ItemId {
    ItemId::new(id(1, n))
}

fn entry(n: u64) -> EntryHash {
    EntryHash::new(id(2, n))
}

fn bytes(random: &mut ChaCha20Rng, len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len];
    random.fill_bytes(&mut bytes);
    bytes
}

fn row(name: &str, value: f64, unit: &'static str, gate: f64) -> Measured {
    Measured {
        name: name.to_owned(),
        value,
        unit,
        gate: Some(gate),
    }
}
