//! P1 to P4 and P13 of the whole app: what a person waits for, the team's log and the list included.
//!
//! The store alone (`store`) is the floor of these. The profiles hold items that a replica wrote,
//! in packs of its own log. They are smaller than the store's, as opening goes through the log.

use std::{fs, hint::black_box, path::Path, sync::Arc};

use conclave_app::{
    clock::Clock,
    engine::{Engine, Opening, Shelf},
};
use conclave_core::{
    entry::{Entry, RawEntry},
    id::{EntryHash, ItemId, ScopeId},
    item::{Field, FieldId, FieldKind, ItemContent, Label, LabelNumber, SCHEMA, Template},
    pack::{self, Chain, PackPrefix},
    replica::{Me, Replica, found},
};
use conclave_crypto::{DeviceSeed, KdfParams, OuterKey};
use conclave_store::{LockHeader, OpenStore, Store};
use conclave_sync::Local;
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};

use crate::{
    callgrind::{self, counted},
    row::{Outcome, Row, number},
    share::founding,
    store::{copy, floor, lmk, ms, open},
};

const SMALL: u64 = 1_000;
const LARGE: u64 = 10_000;
/// Saves of one measured series, half adds and half edits.
const SERIES: u64 = 100;
/// Fewer under callgrind.
const COUNTED_SERIES: u64 = 4;
/// Edits that P13 sends one by one.
const EDITS: usize = 300;
/// Items that one replica writes before the next one goes on, which only saves time: a replica
/// works out everything anew with each entry.
const BATCH: u64 = 100;
const PER_PACK: usize = 1_000;

struct Fixed;

impl Clock for Fixed {
    fn now_ms(&self) -> u64 {
        1_767_323_045_000
    }
}

/// Measures the app's P1 to P4. `program` is this program, which runs a probe when it is asked to.
///
/// # Errors
/// What the disk, the engine or callgrind refuse.
pub fn measure(program: &Path) -> Outcome<Vec<Row>> {
    let folder = tempfile::tempdir()?;
    let small = folder.path().join("small");
    let large = folder.path().join("large");
    fill(&small, SMALL)?;
    fill(&large, LARGE)?;
    let both = |probe: &str| -> Outcome<[f64; 2]> {
        Ok([
            count(program, probe, &small)?,
            count(program, probe, &large)?,
        ])
    };
    let show = both("app-show")?;
    let [_, to_list] = both("app-list")?;
    let floor = count(program, "app-list-floor", &large)?;
    let save = both("app-save")?;
    let bytes = [wal_bytes(&small)?, wal_bytes(&large)?];
    let flat = bytes[1] / bytes[0];
    Ok(vec![
        Row::told(
            "P1 app: unlock, read the log and show one item, 10k to 1k",
            show[1] / show[0],
            "instruction ratio",
        ),
        Row::told(
            "P1 app: unlock, read the log and show one of 10k",
            show[1],
            "instructions",
        ),
        Row::gated(
            "P2 app: unlock to a list of 10k, to bare ENV",
            to_list / floor,
            "instruction ratio",
            3.0,
        ),
        Row::told("P2 app: unlock to a list of 10k", to_list, "instructions"),
        Row::told(
            "P2 app: unlock to a list of 10k, time",
            ms(|| list(&large).map(|list| drop(black_box(list))))?,
            "ms",
        ),
        Row::told(
            "P2 app: the log of 10k read beside it, time",
            ms(|| engine(&large).map(|engine| drop(black_box(engine))))?,
            "ms",
        ),
        Row::gated(
            "P3 app: log written per save, 1k items",
            bytes[0],
            "bytes",
            32768.0,
        ),
        Row::gated(
            "P3 app: log written per save, 10k items",
            bytes[1],
            "bytes",
            32768.0,
        ),
        Row::gated(
            "P3 app: log written per save, 10k to 1k",
            flat,
            "byte ratio",
            1.1,
        ),
        Row::gated(
            "P3 app: log written per save, 1k to 10k",
            1.0 / flat,
            "byte ratio",
            1.1,
        ),
        Row::gated(
            "P4 app: add or edit one and save, 10k to 1k",
            save[1] / save[0],
            "instruction ratio",
            1.2,
        ),
        Row::told(
            "P4 app: add or edit one of 10k and save",
            save[1] / number(COUNTED_SERIES),
            "instructions",
        ),
    ])
}

/// Measures P13 as the app packs its edits: one pack for each, since each is sent by itself.
///
/// # Errors
/// What the disk or the engine refuse.
pub fn pushes() -> Outcome<Vec<Row>> {
    let folder = tempfile::tempdir()?;
    fill(folder.path(), BATCH)?;
    let (item, home) = (middle(folder.path())?, home(folder.path())?);
    let mut engine = engine(folder.path())?;
    let (mut sizes, mut live) = (Vec::new(), Vec::new());
    for _ in 0..EDITS {
        series(&mut engine, item, home, 1)?;
        let out = engine.outgoing()?.ok_or("there is nothing to send")?;
        engine.delivered(&out.id)?;
        sizes.push(out.pack.len() + out.head.len());
        live.push(engine.held(out.id.log)?.len());
    }
    let within = sizes
        .iter()
        .zip(&live)
        .filter(|(_, live)| **live <= 30)
        .map(|(size, _)| *size);
    let bytes = |size: Option<usize>| number(size.unwrap_or_default() as u64);
    Ok(vec![
        Row::gated(
            "P13 app: pack and head of one new item, up to 30 live packs",
            bytes(within.max()),
            "bytes",
            4096.0,
        ),
        Row::told(
            "P13 app: pack and head of one new item, after 300 sent one by one",
            bytes(sizes.last().copied()),
            "bytes",
        ),
        Row::told(
            "P13 app: live packs after 300 edits sent one by one",
            bytes(live.last().copied()),
            "packs",
        ),
    ])
}

/// Runs one probe on a profile: the part of a measurement that callgrind watches.
///
/// # Errors
/// An unknown probe, or what the engine refuses.
pub fn probe(name: &str, profile: &Path) -> Outcome<()> {
    match name {
        "app-show" => {
            let item = middle(profile)?;
            counted(|| {
                black_box(engine(profile)?.open_item(&item)?);
                Ok(())
            })
        }
        "app-list" => counted(|| {
            black_box(list(profile)?);
            Ok(())
        }),
        "app-open" => counted(|| {
            black_box(engine(profile)?);
            Ok(())
        }),
        "app-list-floor" => {
            let mut store = open(profile)?;
            let team = *store.teams()?.first().ok_or("the profile is empty")?;
            floor(&store.load_overviews(&team)?)
        }
        "app-save" => {
            let mut engine = engine(profile)?;
            let (item, home) = (middle(profile)?, home(profile)?);
            counted(|| series(&mut engine, item, home, COUNTED_SERIES))
        }
        _ => Err(format!("there is no probe {name}").into()),
    }
}

/// Unlocks to the list; the log is not read yet.
fn list(profile: &Path) -> Outcome<(Opening, Shelf)> {
    let opened = Opening::begin(open(profile)?, Arc::new(Fixed));
    Ok(opened.map_err(|unopened| unopened.error)?)
}

/// Instructions of one probe, on a copy of the profile.
fn count(program: &Path, probe: &str, profile: &Path) -> Outcome<f64> {
    let scratch = tempfile::tempdir()?;
    callgrind::count(program, probe, &with_ids(profile, scratch.path())?)
}

/// Mean bytes of the write-ahead log per save, no checkpoint in between.
fn wal_bytes(profile: &Path) -> Outcome<f64> {
    let scratch = tempfile::tempdir()?;
    let profile = with_ids(profile, scratch.path())?;
    let store = open(&profile)?;
    store.set_auto_checkpoint(false)?;
    let mut engine = work(store)?;
    let log = profile.join("conclave.db-wal");
    let before = fs::metadata(&log).map_or(0, |log| log.len());
    series(&mut engine, middle(&profile)?, home(&profile)?, SERIES)?;
    let bytes = fs::metadata(&log)?.len() - before;
    Ok(number(bytes) / number(SERIES))
}

/// Half adds, half edits of one item, each its own durable transaction.
fn series(engine: &mut Engine, item: ItemId, home: ScopeId, length: u64) -> Outcome<()> {
    let mut random = ChaCha20Rng::seed_from_u64(length);
    for n in 0..length {
        if n % 2 == 0 {
            engine.create_item(home, &login(&mut random))?;
        } else {
            let base = engine.open_item(&item)?.heads;
            engine.edit_item(item, &base, |content| {
                content.set_notes(format!("edit {n}"));
                Ok(())
            })?;
        }
    }
    Ok(())
}

/// Makes a profile: a founder's, with a vault of as many items.
fn fill(folder: &Path, items: u64) -> Outcome<()> {
    let mut random = ChaCha20Rng::seed_from_u64(items);
    let header = LockHeader::new([3; 16], KdfParams::DEFAULT, [4; 16]);
    drop(Store::create(folder, &header, &lmk(), &mut random)?);
    let (mut first, _, _) = found(&founding(), &mut random)?;
    let vault = first.create_vault("Production", 1, 2, &mut random)?;
    let mut engine = Engine::begin(open(folder)?, first, &[], Arc::new(Fixed))
        .map_err(|unopened| unopened.error)?;
    let out = engine.outgoing()?.ok_or("there is nothing to pack")?;
    engine.delivered(&out.id)?;

    let known: Vec<Entry> = engine.replica().entries().cloned().collect();
    let mut chain = engine.replica().chain().clone();
    let mut written: Vec<(RawEntry, Option<Vec<u8>>, EntryHash)> = Vec::new();
    let mut middle = None;
    for first in (0..items).step_by(usize::try_from(BATCH)?) {
        let mut replica = again(engine.replica(), chain);
        replica.insert(known.iter().cloned());
        for n in first..first + BATCH {
            let payload = login(&mut random).encode()?;
            let written =
                replica.write_item(None, vault, Vec::new(), SCHEMA, &payload, n, &mut random)?;
            if n == items / 2 {
                middle = Some(written.0);
            }
        }
        let out = replica.take_written().into_iter();
        written.extend(out.map(|w| (w.raw, w.sealed, w.entry.hash)));
        chain = replica.chain().clone();
    }

    let replica = again(engine.replica(), chain);
    let mut store = engine.into_store();
    for part in written.chunks(PER_PACK) {
        keep(&mut store, &replica, part, &mut random)?;
    }
    // Opening it once makes the list's overviews.
    work(store)?.into_store().checkpoint()?;
    fs::write(folder.join("item"), middle.ok_or("no item")?.as_bytes())?;
    fs::write(folder.join("home"), vault.as_bytes())?;
    Ok(())
}

/// Packs entries of the own log and puts them into the store, as after they were delivered.
fn keep(
    store: &mut OpenStore,
    replica: &Replica,
    part: &[(RawEntry, Option<Vec<u8>>, EntryHash)],
    random: &mut ChaCha20Rng,
) -> Outcome<()> {
    let entries: Vec<_> = part
        .iter()
        .map(|(raw, sealed, _)| (raw.clone(), sealed.clone()))
        .collect();
    let bodies: Vec<(EntryHash, Vec<u8>)> = part
        .iter()
        .filter_map(|(_, sealed, hash)| Some((*hash, sealed.clone()?)))
        .collect();
    let (team, me) = (replica.team(), replica.me());
    let (id, file) = pack::build(team, replica.out(), &me.log, &me.signer(), &entries, random)?;
    let control = file
        .get(..PackPrefix::parse(&file)?.head_len())
        .ok_or("a pack without its control part")?;
    let (first, last) = (id.span.first(), id.span.last());
    store.transaction(|tx| tx.put_pack(&team, &id.log, first, last, control, &bodies))?;
    Ok(())
}

/// The same device at another end of its log.
pub(crate) fn again(before: &Replica, chain: Chain) -> Replica {
    let me = before.me();
    // EXPOSE: a device of the bench, which protects nothing.
    let (mut out, mut seed) = (*before.out().expose_secret(), *me.seed.expose_secret());
    let me = Me {
        user: me.user,
        facts: me.facts.clone(),
        seed: DeviceSeed::from_bytes(&mut seed),
        log: me.log,
    };
    let out = OuterKey::from_bytes(&mut out);
    Replica::new(before.genesis().clone(), before.team(), out, me, chain)
}

/// A login of common size.
fn login(random: &mut ChaCha20Rng) -> ItemContent {
    let n = random.next_u32();
    let mut content = ItemContent::new(Template::LOGIN);
    content.set_title(format!("Postgres primary {n}"));
    for (label, kind, value) in [
        (
            LabelNumber::USERNAME,
            FieldKind::USERNAME,
            format!("ana.{n}"),
        ),
        (
            LabelNumber::PASSWORD,
            FieldKind::SECRET,
            format!("{:020}", random.next_u64()),
        ),
        (
            LabelNumber::URL,
            FieldKind::URL,
            format!("https://db{n}.example/login"),
        ),
    ] {
        let id = FieldId::random(random);
        content.put_field(Field::new(id, Label::Known(label), kind, value));
    }
    content
}

/// Unlocks a profile as the app does, from the local master key on.
fn engine(profile: &Path) -> Outcome<Engine> {
    work(open(profile)?)
}

fn work(store: OpenStore) -> Outcome<Engine> {
    Ok(Engine::open(store, Arc::new(Fixed)).map_err(|unopened| unopened.error)?)
}

fn with_ids(profile: &Path, scratch: &Path) -> Outcome<std::path::PathBuf> {
    let copy = copy(profile, scratch)?;
    for name in ["item", "home"] {
        fs::copy(profile.join(name), copy.join(name))?;
    }
    Ok(copy)
}

fn middle(profile: &Path) -> Outcome<ItemId> {
    let bytes = fs::read(profile.join("item"))?;
    Ok(ItemId::new(bytes.as_slice().try_into()?))
}

fn home(profile: &Path) -> Outcome<ScopeId> {
    let bytes = fs::read(profile.join("home"))?;
    Ok(ScopeId::new(bytes.as_slice().try_into()?))
}
