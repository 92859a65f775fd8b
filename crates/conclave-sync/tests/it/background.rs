//! The background loop: what wakes it, and what it shows.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use conclave_core::layout::Tool;
use conclave_sync::{
    Access, Clock, Closed, Local, Pace, Problem, State, Status, Syncer, Tally, background,
    double::Device,
};
use conclave_testkit::{
    counting_remote::{CountingRemote, Counts},
    evil_storage::EvilStorage,
    memory_remote::{MemoryRemote, Outage},
};
use tokio::{
    sync::watch,
    time::{Instant, sleep},
};

use crate::party::{Member, id};

/// Tokio's clock, which a test lets run ahead.
struct TokioClock(Instant);

impl Clock for TokioClock {
    fn now_ms(&self) -> u64 {
        1_700_000_000_000 + u64::try_from(self.0.elapsed().as_millis()).unwrap()
    }
}

struct World {
    storage: Arc<MemoryRemote>,
    counts: Arc<Counts>,
    ana: Member,
    mara: Member,
    handle: conclave_sync::Handle,
    status: watch::Receiver<Status>,
    task: tokio::task::JoinHandle<()>,
}

fn world() -> World {
    let storage: Arc<MemoryRemote> = Arc::default();
    let counts = Arc::new(Counts::default());
    let clock = conclave_testkit::clock::FixedClock::default();
    let counting = CountingRemote::new(Arc::clone(&storage) as _, Arc::clone(&counts) as _);
    let ana = Member::new(1, Arc::new(counting), &clock);
    let mara = Member::new(2, Arc::clone(&storage) as _, &clock);
    let syncer = Syncer::new(Arc::clone(&ana.remote), Arc::clone(&ana.device) as _);
    let (handle, run) = background(
        syncer,
        Arc::new(TokioClock(Instant::now())),
        Pace::default(),
    );
    let status = handle.status();
    World {
        storage,
        counts,
        ana,
        mara,
        handle,
        status,
        task: tokio::spawn(run),
    }
}

impl World {
    fn state(&self) -> State {
        self.status.borrow().state
    }

    /// Lets time pass.
    async fn after(&self, ms: u64) {
        sleep(Duration::from_millis(ms)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn starts_polls_and_stops() {
    let w = world();
    assert_eq!(w.state(), State::Starting);
    w.after(10).await;
    assert_eq!(w.state(), State::Synced);
    assert!(w.status.borrow().last_ms.is_some());
    let _ = w.counts.take();
    w.after(10 * 30_000).await;
    let count = w.counts.take();
    assert_eq!(
        (count.lists, count.requests()),
        (10, 10),
        "a poll each half minute"
    );
    w.handle.stop();
    w.task.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn edits_are_gathered_and_leave_together() {
    let w = world();
    w.after(10).await;
    let _ = w.counts.take();
    for _ in 0..5 {
        w.ana.say("typing");
        w.handle.edited();
        w.after(100).await;
    }
    assert_eq!(w.state(), State::Saving { n: 5 });
    assert_eq!(
        w.counts.take().requests(),
        0,
        "not before there is a moment of quiet"
    );
    w.after(250).await;
    assert_eq!(w.state(), State::Synced);
    assert_eq!(w.counts.take().puts, 2);
    // Somebody who never stops typing is saved every two seconds.
    for _ in 0..50 {
        w.ana.say("typing");
        w.handle.edited();
        w.after(200).await;
    }
    let puts = w.counts.take().puts;
    assert!((8..=12).contains(&puts), "{puts} puts in ten seconds");
}

#[tokio::test(start_paused = true)]
async fn a_change_of_the_storage_is_read_at_once() {
    let mut w = world();
    w.after(10).await;
    let at = w.mara.send("hello").await;
    assert!(!w.ana.knows(at));
    w.handle.changed();
    w.after(200).await;
    assert!(w.ana.knows(at));
    let at = w.mara.send("and again").await;
    w.handle.sync_now();
    w.after(10).await;
    assert!(w.ana.knows(at));
}

#[tokio::test(start_paused = true)]
async fn offline_and_back() {
    let w = world();
    w.after(10).await;
    for (outage, state, problem) in [
        (Outage::Unreachable, State::Offline, Problem::Unreachable),
        (Outage::Gone, State::FolderMissing, Problem::Unknown),
        (Outage::Denied, State::Offline, Problem::Denied),
        (Outage::ReadOnly, State::Offline, Problem::Denied),
        (Outage::Full, State::Saving { n: 1 }, Problem::Full),
    ] {
        let before = w.status.borrow().last_ms;
        w.storage.set_outage(Some(outage));
        w.ana.say("kept");
        w.handle.edited();
        w.after(5_000).await;
        let status = w.status.borrow().clone();
        assert_eq!(
            (status.state, status.pending, status.problem),
            (state, 1, Some(problem))
        );
        assert_eq!(status.last_ms, before);
        w.storage.set_outage(None);
        w.after(30_001).await;
        let status = w.status.borrow().clone();
        assert_eq!(
            (status.state, status.pending, status.problem),
            (State::Synced, 0, None)
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_file_that_is_half_there_is_tried_again_soon() {
    let mut w = world();
    w.after(10).await;
    let at = w.mara.send("hello").await;
    let key = w
        .storage
        .objects()
        .keys()
        .find(|k| k.contains(&format!("log/{}", at.log)))
        .unwrap()
        .clone();
    let whole = w.storage.edit(|o| o.insert(key.clone(), vec![1])).unwrap();
    w.handle.changed();
    w.after(200).await;
    assert!(!w.ana.knows(at));
    w.storage.edit(|o| o.insert(key, whole));
    w.after(2_100).await;
    assert!(w.ana.knows(at), "long before the next poll");
}

#[tokio::test(start_paused = true)]
async fn a_stop_is_shown_and_survives_being_offline() {
    let w = world();
    w.after(10).await;
    w.ana.lock().stop_writing();
    w.ana.say("not sent");
    w.handle.sync_now();
    w.after(10).await;
    assert!(matches!(w.state(), State::Stopped(_)));
    w.storage.set_outage(Some(Outage::Unreachable));
    w.after(60_000).await;
    assert!(matches!(w.state(), State::Stopped(_)));
    assert_eq!(w.ana.lock().pending(), 2 - 1);
}

/// A device that can be locked.
struct Lockable {
    inner: Mutex<Device>,
    locked: AtomicBool,
}

impl Access for Lockable {
    fn with(&self, work: &mut dyn FnMut(&mut dyn Local)) -> Result<(), Closed> {
        if self.locked.load(Ordering::SeqCst) {
            Err(Closed)
        } else {
            self.inner.with(work)
        }
    }
}

#[tokio::test(start_paused = true)]
async fn it_ends_when_the_device_is_locked() {
    let inner = Mutex::new(Device::new(&crate::party::team(), 1));
    let device = Arc::new(Lockable {
        inner,
        locked: AtomicBool::new(false),
    });
    let storage: Arc<MemoryRemote> = Arc::default();
    let syncer = Syncer::new(Arc::clone(&storage) as _, Arc::clone(&device) as _);
    let (handle, run) = background(
        syncer,
        Arc::new(TokioClock(Instant::now())),
        Pace::default(),
    );
    let task = tokio::spawn(run);
    sleep(Duration::from_millis(10)).await;
    assert_eq!(handle.status().borrow().state, State::Synced);
    device.locked.store(true, Ordering::SeqCst);
    handle.edited();
    task.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn without_a_handle_it_ends() {
    let World {
        handle,
        task,
        status,
        ..
    } = world();
    drop(status);
    drop(handle);
    task.await.unwrap();
}

/// What the storage dialog tells: counted, also where a round failed after its work.
#[tokio::test(start_paused = true)]
async fn what_was_done_is_counted_and_dated() {
    let storage = EvilStorage::new(1);
    let clock = conclave_testkit::clock::FixedClock::default();
    let mut mara = Member::new(2, Arc::new(storage.door(2)), &clock);
    let ana = Member::new(1, Arc::new(storage.door(3)), &clock);
    let syncer = Syncer::new(Arc::clone(&ana.remote), Arc::clone(&ana.device) as _);
    let wall = TokioClock(Instant::now());
    let (handle, run) = background(syncer, Arc::new(wall), Pace::default());
    tokio::spawn(run);
    let seen = || handle.status().borrow().clone();
    handle.synced_now().await;
    let first = seen();
    assert_eq!(first.tally.delivered, 1, "how the device came to be");
    assert!(first.wrote_ms.is_some() && first.wrote_ms <= first.last_ms);

    sleep(Duration::from_mins(1)).await;
    let at = ana.say("one");
    handle.synced_now().await;
    let (wrote, last) = (seen().wrote_ms, seen().last_ms);
    assert_eq!(seen().tally.delivered, 2);
    assert!(wrote > first.last_ms && wrote <= last);

    // Reading alone moves only the time of the last read; a copy of what is known is read once.
    mara.send("two").await;
    let hers = mara.send("three").await;
    storage.duplicate(&id(hers).key(), Tool::Dropbox).unwrap();
    sleep(Duration::from_mins(1)).await;
    handle.synced_now().await;
    handle.synced_now().await;
    assert_eq!(seen().wrote_ms, wrote);
    assert!(seen().last_ms > last);
    let mut tally = Tally {
        delivered: 2,
        restored: 0,
        copies: 1,
    };
    assert_eq!(seen().tally, tally);

    assert!(storage.drop_object(&id(at).key()));
    handle.synced_now().await;
    tally.restored = 1;
    assert_eq!(seen().tally, tally);
    assert_eq!(seen().wrote_ms, wrote);
}
