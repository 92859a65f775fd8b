//! P1 to P4: the local store at a thousand and at a hundred thousand items.
//!
//! What gates are instruction counts and bytes, which do not depend on how busy the machine is.
//! Instructions are counted by callgrind over a [`probe`] on a profile made beforehand. The
//! profiles are aged: as many edits as there are items were made in them, so that worn pages are
//! being cleaned as in daily use. What the app does above the store is in `app`.

use std::{
    fs,
    hint::black_box,
    path::{Path, PathBuf},
    time::Instant,
};

use conclave_core::id::{EntryHash, ItemId, LogId, TeamId};
use conclave_crypto::{KdfParams, LocalMasterKey, Pad, env, env::Ctx, label};
use conclave_store::{LockHeader, OpenStore, Overviews, Store, StoreError, Tx};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};

use crate::{
    callgrind::{self, counted},
    row::{Outcome, Row, number},
};

const SMALL: u64 = 1_000;
const LARGE: u64 = 100_000;

/// Operations of one measured series: some adds, some edits, and several folds of the delta.
const SERIES: u64 = 1_000;

/// Fewer under callgrind, which is fifty times slower, and still two folds.
const COUNTED_SERIES: u64 = 500;

const TEAM: TeamId = TeamId::new([1; 32]);
const LOG: LogId = LogId::new([2; 32]);

/// Measures the store's part of P1 to P4. `program` is this program, which runs a probe when it
/// is asked to.
///
/// # Errors
/// What the disk, the store or callgrind refuse.
pub fn measure(program: &Path) -> Outcome<Vec<Row>> {
    let folder = tempfile::tempdir()?;
    let small = folder.path().join("small");
    let large = folder.path().join("large");
    fill(&small, SMALL)?;
    fill(&large, LARGE)?;

    let show = [
        count(program, "store-show", &small)?,
        count(program, "store-show", &large)?,
    ];
    let load = count(program, "store-load", &large)?;
    let floor = count(program, "store-load-floor", &large)?;
    let add = [
        count(program, "store-add", &small)?,
        count(program, "store-add", &large)?,
    ];
    let bytes = [wal_bytes(&small)?, wal_bytes(&large)?];
    let flat = bytes[1] / bytes[0];
    let each = add[1] / number(COUNTED_SERIES);
    Ok(vec![
        Row::gated(
            "P1 store: open and show one item, 100k to 1k",
            show[1] / show[0],
            "instruction ratio",
            1.2,
        ),
        Row::told(
            "P1 store: open and show one of 100k",
            show[1],
            "instructions",
        ),
        Row::told(
            "P1 store: open and show one of 100k, time",
            ms(|| show_one(&large))?,
            "ms",
        ),
        Row::gated(
            "P2 store: load 100k overviews, to bare ENV",
            load / floor,
            "instruction ratio",
            3.0,
        ),
        Row::told("P2 store: load 100k overviews", load, "instructions"),
        Row::told(
            "P2 store: open and load 100k overviews, time",
            ms(|| load_all(&large))?,
            "ms",
        ),
        Row::gated(
            "P3 store: log written per save, 1k items",
            bytes[0],
            "bytes",
            32768.0,
        ),
        Row::gated(
            "P3 store: log written per save, 100k items",
            bytes[1],
            "bytes",
            32768.0,
        ),
        Row::gated(
            "P3 store: log written per save, 100k to 1k",
            flat,
            "byte ratio",
            1.1,
        ),
        Row::gated(
            "P3 store: log written per save, 1k to 100k",
            1.0 / flat,
            "byte ratio",
            1.1,
        ),
        Row::gated(
            "P4 store: add or edit one and save, 100k to 1k",
            add[1] / add[0],
            "instruction ratio",
            1.2,
        ),
        Row::told(
            "P4 store: add or edit one of 100k and save",
            each,
            "instructions",
        ),
    ])
}

/// How long something takes, in milliseconds; the machine decides, so nothing gates on it.
pub(crate) fn ms(work: impl FnOnce() -> Outcome<()>) -> Outcome<f64> {
    let start = Instant::now();
    work()?;
    Ok(start.elapsed().as_secs_f64() * 1e3)
}

/// Runs one probe on a profile: the part of a measurement that callgrind watches.
///
/// # Errors
/// An unknown probe, or what the store refuses.
pub fn probe(name: &str, profile: &Path) -> Outcome<()> {
    match name {
        "store-show" => counted(|| show_one(profile)),
        "store-load" => {
            let mut store = open(profile)?;
            counted(|| {
                black_box(store.load_overviews(&TEAM)?);
                Ok(())
            })
        }
        "store-load-floor" => floor(&open(profile)?.load_overviews(&TEAM)?),
        "store-add" => {
            let mut store = open(profile)?;
            store.load_overviews(&TEAM)?;
            let items = items(&store)?;
            counted(|| series(&mut store, items, COUNTED_SERIES))
        }
        _ => Err(format!("there is no probe {name}").into()),
    }
}

/// Instructions of one probe, on a copy of the profile, so that probes do not disturb each other.
fn count(program: &Path, probe: &str, profile: &Path) -> Outcome<f64> {
    let scratch = tempfile::tempdir()?;
    callgrind::count(program, probe, &copy(profile, scratch.path())?)
}

/// Mean bytes of the write-ahead log per operation, packing included, no checkpoint in between.
fn wal_bytes(profile: &Path) -> Outcome<f64> {
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

fn show_one(profile: &Path) -> Outcome<()> {
    let store = open(profile)?;
    let n = items(&store)? / 2;
    let row = store.item(&TEAM, &item(n))?.ok_or("the item is missing")?;
    let body = store.body(&TEAM, &entry(n))?.ok_or("the body is missing")?;
    black_box((row, body));
    Ok(())
}

fn load_all(profile: &Path) -> Outcome<()> {
    black_box(open(profile)?.load_overviews(&TEAM)?);
    Ok(())
}

/// Half adds, half edits of any item, each its own durable transaction; a pack every hundred.
fn series(store: &mut OpenStore, items: u64, length: u64) -> Outcome<()> {
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

fn pack(store: &mut OpenStore) -> Outcome<()> {
    let pending = store.pending(&TEAM, &LOG)?;
    let (Some(first), Some(last)) = (pending.first(), pending.last()) else {
        return Ok(());
    };
    let control: Vec<u8> = pending
        .iter()
        .flat_map(|entry| entry.raw.iter().copied())
        .collect();
    store.transaction(|tx| tx.pack_pending(&TEAM, &LOG, first.seq, last.seq, &control))?;
    Ok(())
}

/// Makes a profile with as many items, and edits as many.
fn fill(folder: &Path, items: u64) -> Outcome<()> {
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
            let bodies: Vec<_> = (first..=last)
                .map(|n| (entry(n), bytes(&mut random, 700)))
                .collect();
            tx.put_pack(
                &TEAM,
                &LOG,
                first,
                last,
                &bytes(&mut random, 350_000),
                &bodies,
            )?;
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

/// What P2 is held against: the same overviews in pages as large as the store's, each opened by
/// ENV and nothing else.
pub(crate) fn floor(overviews: &Overviews) -> Outcome<()> {
    const PAGE: usize = (64 << 10) - 4;
    let mut random = ChaCha20Rng::seed_from_u64(5);
    let mut pages: Vec<Vec<u8>> = Vec::new();
    for (item, overview) in overviews.iter() {
        let len = u32::try_from(overview.len())?.to_le_bytes();
        let record = [item.as_bytes(), &len[..], overview].concat();
        match pages.last_mut() {
            Some(page) if page.len() + record.len() <= PAGE => page.extend(record),
            _ => pages.push(record),
        }
    }
    let key = lmk().row_key("floor");
    for page in &mut pages {
        *page = env::seal(&key, &floor_ctx(), Pad::Padme, page, &mut random);
    }
    counted(|| {
        for page in &pages {
            black_box(env::open(&key, &floor_ctx(), Pad::Padme, page)?);
        }
        Ok(())
    })
}

fn floor_ctx() -> Ctx {
    Ctx::new(
        label::STORE_SEAL,
        &[&[3; 16], &[1; 4], b"overview_pages", &[1; 32], &[0; 8]],
    )
}

pub(crate) fn copy(profile: &Path, scratch: &Path) -> Outcome<PathBuf> {
    let copy = scratch.join("profile");
    fs::create_dir(&copy)?;
    fs::copy(profile.join("conclave.db"), copy.join("conclave.db"))?;
    Ok(copy)
}

pub(crate) fn open(folder: &Path) -> Outcome<OpenStore> {
    let random = ChaCha20Rng::seed_from_u64(6);
    let store = Store::open(folder)?.unlock(lmk(), random);
    Ok(store.map_err(|(_, error)| error)?)
}

fn items(store: &OpenStore) -> Outcome<u64> {
    let row = store
        .value(Some(&TEAM), "items")?
        .ok_or("the profile is empty")?;
    Ok(u64::from_le_bytes(row.as_slice().try_into()?))
}

pub(crate) fn lmk() -> LocalMasterKey {
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
