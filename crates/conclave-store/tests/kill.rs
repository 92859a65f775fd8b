//! A writer that is killed at any moment loses nothing that it was told is saved, and leaves
//! nothing half done.
//!
//! The writer is this very test binary, started again as another process. It works on one profile
//! without end and names on its output each transaction that was committed; it is killed two
//! hundred times, and after each the profile is opened and compared with what was named.
#![expect(clippy::unwrap_used, reason = "a test fails loudly, its helpers too")]

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use conclave_core::id::{EntryHash, ItemId, LogId, TeamId};
use conclave_crypto::{KdfParams, LocalMasterKey};
use conclave_store::{LockHeader, OpenStore, Store, StoreError, Tx};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};

const FOLDER: &str = "CONCLAVE_KILL_TEST_FOLDER";
const KILLS: usize = 200;
const ITEMS: u64 = 40;
const TEAM: TeamId = TeamId::new([1; 32]);
const LOG: LogId = LogId::new([2; 32]);

fn lmk() -> LocalMasterKey {
    LocalMasterKey::from_bytes(&mut [3; 32])
}

fn item(n: u64) -> ItemId {
    let mut id = [4; 32];
    id[..8].copy_from_slice(&(n % ITEMS).to_le_bytes());
    ItemId::new(id)
}

fn entry(seq: u64) -> EntryHash {
    let mut id = [5; 32];
    id[..8].copy_from_slice(&seq.to_le_bytes());
    EntryHash::new(id)
}

/// Bytes that follow from a number, so that whoever reads them knows what they must be.
fn content(n: u64, len: usize) -> Vec<u8> {
    let mut content = vec![0; len];
    ChaCha20Rng::seed_from_u64(n).fill_bytes(&mut content);
    content
}

fn create(folder: &Path) {
    let header = LockHeader::new([6; 16], KdfParams::DEFAULT, [7; 16]);
    Store::create(folder, &header, &lmk(), &mut ChaCha20Rng::seed_from_u64(1)).unwrap();
}

fn open(folder: &Path) -> Result<OpenStore, StoreError> {
    let store = Store::open(folder)?;
    // Another seed each time: one stream for two processes would repeat salts and nonces.
    let seed = u64::from(std::process::id());
    store
        .unlock(lmk(), ChaCha20Rng::seed_from_u64(seed))
        .map_err(|(_, error)| error)
}

/// One edit, as the app makes it: own entry and body, the item's row, the line in the list.
fn edit(tx: &mut Tx<'_>, seq: u64) -> Result<(), StoreError> {
    let body = content(seq, 700);
    tx.append_pending(
        &TEAM,
        &LOG,
        seq,
        &content(seq, 300),
        Some((entry(seq), &body)),
    )?;
    tx.put_item(&TEAM, &item(seq), &content(seq, 900))?;
    // Long ones, so that folding comes often.
    tx.put_overview(&TEAM, &item(seq), &content(seq, 2000))?;
    tx.put_value(Some(&TEAM), "last", &seq.to_le_bytes())
}

fn last(store: &OpenStore) -> Option<u64> {
    let row = store.value(Some(&TEAM), "last").unwrap()?;
    Some(u64::from_le_bytes(row.as_slice().try_into().unwrap()))
}

/// Does nothing when it is run as a test; the writer when the folder is set.
#[test]
fn writer() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    let mut store = open(folder.as_ref()).unwrap();
    // With it the store cleans pages as well.
    store.load_overviews(&TEAM).unwrap();
    let mut out = std::io::stdout();
    // A line of its own: the test harness has begun one.
    writeln!(out, "\nready").unwrap();
    loop {
        let seq = store.next_seq(&TEAM, &LOG).unwrap();
        let pending = store.pending(&TEAM, &LOG).unwrap();
        if let [first, .., end] = pending.as_slice()
            && pending.len() >= 16
        {
            let control = content(first.seq ^ end.seq, 5000);
            let pack = |tx: &mut Tx<'_>| tx.pack_pending(&TEAM, &LOG, first.seq, end.seq, &control);
            store.transaction(pack).unwrap();
        }
        store.transaction(|tx| edit(tx, seq)).unwrap();
        writeln!(out, "saved {seq}").unwrap();
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the process that is killed is this test itself"
)]
fn start(folder: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "writer", "--nocapture", "--test-threads=1"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Everything is as after transaction `last`, and nothing of a later one is there. The bodies are
/// compared from `since` on.
fn check(store: &mut OpenStore, since: u64) {
    let last = last(store);
    let next = last.map_or(0, |last| last + 1);
    assert_eq!(store.next_seq(&TEAM, &LOG).unwrap(), next);
    let mut covered = 0;
    for pack in store.packs(&TEAM, None).unwrap() {
        let pack = pack.unwrap();
        assert_eq!((pack.log, pack.first), (LOG, covered));
        assert_eq!(*pack.control, content(pack.first ^ pack.last, 5000));
        covered = pack.last + 1;
    }
    for pending in store.pending(&TEAM, &LOG).unwrap() {
        assert_eq!(pending.seq, covered);
        assert_eq!(*pending.raw, content(pending.seq, 300));
        covered += 1;
    }
    assert_eq!(covered, next);
    for seq in since.min(next)..next {
        let body = store.body(&TEAM, &entry(seq)).unwrap();
        assert_eq!(*body.unwrap(), content(seq, 700), "body {seq}");
    }
    assert!(!store.has_body(&TEAM, &entry(next)).unwrap());
    let overviews = store.load_overviews(&TEAM).unwrap();
    assert_eq!(overviews.len() as u64, next.min(ITEMS));
    for seq in next.saturating_sub(ITEMS)..next {
        let row = store.item(&TEAM, &item(seq)).unwrap();
        assert_eq!(*row.unwrap(), content(seq, 900), "item of {seq}");
        let found = overviews.iter().find(|(id, _)| *id == item(seq));
        assert_eq!(found.unwrap().1, content(seq, 2000), "overview of {seq}");
    }
    store.check_structure().unwrap();
}

#[test]
fn two_hundred_kills_lose_nothing_that_was_saved() {
    let folder = tempfile::tempdir().unwrap();
    create(folder.path());
    let mut random = ChaCha20Rng::seed_from_u64(200);
    let (mut saved, mut in_flight) = (0, 0);
    for _ in 0..KILLS {
        let mut writer = start(folder.path());
        let mut lines = BufReader::new(writer.stdout.take().unwrap())
            .lines()
            .map(Result::unwrap);
        assert!(
            lines.any(|line| line == "ready"),
            "the writer did not start"
        );
        let mut named = None;
        for line in lines.by_ref().take(random.next_u32() as usize % 12) {
            named = line
                .strip_prefix("saved ")
                .map(|seq| seq.parse::<u64>().unwrap());
        }
        // A commit takes some tenths of a millisecond: the moment falls anywhere inside one.
        std::thread::sleep(Duration::from_micros(u64::from(random.next_u32() % 3000)));
        assert!(
            writer.try_wait().unwrap().is_none(),
            "the writer gave up by itself"
        );
        writer.kill().unwrap();
        writer.wait().unwrap();
        // What it still named before it died counts as well.
        for line in lines {
            named = line
                .strip_prefix("saved ")
                .and_then(|seq| seq.parse().ok())
                .or(named);
        }

        let mut store = open(folder.path()).unwrap();
        let found = last(&store);
        assert!(found >= named, "{named:?} was saved, {found:?} is there");
        in_flight += usize::from(found > named);
        check(&mut store, saved);
        saved = found.map_or(0, |seq| seq + 1);
    }
    check(&mut open(folder.path()).unwrap(), 0);
    assert!(saved > 400, "{saved} transactions are too few to mean much");
    assert!(
        in_flight > 0,
        "no kill fell between a commit and its being named"
    );
}

#[test]
fn a_torn_write_ahead_log_opens_at_a_whole_transaction() {
    let folder = tempfile::tempdir().unwrap();
    create(folder.path());
    let mut store = open(folder.path()).unwrap();
    store.load_overviews(&TEAM).unwrap();
    store.set_auto_checkpoint(false).unwrap();
    for seq in 0..60 {
        if seq == 30 {
            store.checkpoint().unwrap();
        }
        store.transaction(|tx| edit(tx, seq)).unwrap();
    }
    // The power went: of the log there is only some, or some of it is garbage.
    let database = fs::read(folder.path().join("conclave.db")).unwrap();
    let wal = fs::read(folder.path().join("conclave.db-wal")).unwrap();
    let mut random = ChaCha20Rng::seed_from_u64(60);
    let mut reached = std::collections::BTreeSet::new();
    for round in 0..60 {
        let torn = tempfile::tempdir().unwrap();
        let mut wal = wal.clone();
        let at = random.next_u32() as usize % wal.len();
        if round % 2 == 0 {
            wal.truncate(at);
        } else {
            let end = wal.len().min(at + 512);
            random.fill_bytes(&mut wal[at..end]);
        }
        fs::write(torn.path().join("conclave.db"), &database).unwrap();
        fs::write(torn.path().join("conclave.db-wal"), &wal).unwrap();
        let mut store = open(torn.path()).unwrap();
        check(&mut store, 0);
        reached.insert(last(&store).unwrap());
        // It goes on from there.
        let next = store.next_seq(&TEAM, &LOG).unwrap();
        store.transaction(|tx| edit(tx, next)).unwrap();
        check(&mut store, 0);
    }
    assert!(reached.len() > 15, "{reached:?}");
    assert!(
        reached.iter().all(|seq| (29..60).contains(seq)),
        "{reached:?}"
    );
}
