//! What syncing costs: requests, bytes, signatures, round trips.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use conclave_core::{
    body::{At, ItemRev, Wrap},
    cbor,
    id::{EntryHash, GrantId, LogId, ScopeId},
    kind::Kind,
    pack::Draft,
    remote::{Key, ListItem, Remote, RemoteError},
};
use conclave_crypto::{ContentKey, Pad, env, label};
use conclave_sync::Urgency;
use conclave_testkit::{
    clock::FixedClock,
    counting_remote::{Count, CountingRemote, Counts},
    memory_remote::MemoryRemote,
    rng::seeded,
};

use crate::party::Member;

struct Counted {
    storage: Arc<MemoryRemote>,
    clock: FixedClock,
}

impl Counted {
    fn new() -> Self {
        Self {
            storage: Arc::default(),
            clock: FixedClock::default(),
        }
    }

    fn member(&self, n: u64) -> (Member, Arc<Counts>) {
        let counts = Arc::new(Counts::default());
        let remote = CountingRemote::new(Arc::clone(&self.storage) as _, Arc::clone(&counts) as _);
        (Member::new(n, Arc::new(remote), &self.clock), counts)
    }
}

#[tokio::test]
async fn nothing_new_is_one_list() {
    let world = Counted::new();
    let mut members: Vec<_> = (0..20).map(|n| world.member(n)).collect();
    for (member, _) in &mut members {
        member.send("here I am").await;
    }
    let (reader, counts) = &mut members[0];
    assert_eq!(reader.poll().await.news, 19 * 2);
    let _ = counts.take();
    for _ in 0..5 {
        reader.poll().await;
        assert_eq!(
            counts.take(),
            Count {
                lists: 1,
                ..Count::default()
            }
        );
        world.clock.advance(Duration::from_secs(30));
    }
    // A start looks at the own newest pack once, to notice a restored or cloned machine.
    reader.restart();
    reader.poll().await;
    let start = counts.take();
    assert_eq!((start.lists, start.gets, start.requests()), (1, 1, 2));
}

#[tokio::test]
async fn news_are_one_get_for_each_pack() {
    let world = Counted::new();
    let (mut ana, _) = world.member(1);
    let (mut mara, counts) = world.member(2);
    ana.send("1").await;
    mara.poll().await;
    let _ = counts.take();
    ana.send("2").await;
    mara.poll().await;
    let count = counts.take();
    assert_eq!((count.lists, count.gets, count.requests()), (1, 1, 2));
}

#[tokio::test]
async fn a_gap_is_the_heads_body_and_the_packs_between() {
    let world = Counted::new();
    let (mut ana, _) = world.member(1);
    let (mut mara, counts) = world.member(2);
    ana.send("1").await;
    mara.poll().await;
    let _ = counts.take();
    for n in 0..5 {
        ana.send([n]).await;
    }
    let round = mara.poll().await;
    let count = counts.take();
    assert_eq!(round.news, 5);
    // LIST head/, the head's body, five packs, and Mara's own newest was checked before.
    assert_eq!((count.lists, count.gets, count.requests()), (1, 6, 7));
    assert_eq!(
        mara.lock().accepted,
        [6, 0, 0, 0],
        "together they are one chain"
    );
}

#[tokio::test]
async fn a_lost_head_is_one_list_of_that_log() {
    let world = Counted::new();
    let (mut ana, _) = world.member(1);
    let (mut mara, counts) = world.member(2);
    ana.send("1").await;
    mara.poll().await;
    for n in 0..3 {
        ana.send([n]).await;
    }
    let bogus = format!("head/{}-{:016x}-{:016x}", ana.log(), 2, 5);
    world.storage.edit(|objects| {
        let heads: Vec<String> = objects
            .keys()
            .filter(|k| k.starts_with(&format!("head/{}", ana.log())))
            .cloned()
            .collect();
        assert_eq!(heads.len(), 1);
        for head in heads {
            objects.remove(&head);
        }
        objects.insert(bogus, b"not a head".to_vec());
    });
    let _ = counts.take();
    assert_eq!(mara.poll().await.news, 3);
    let count = counts.take();
    // The pack that the name claims is tried, then the folder is listed and three packs are read.
    assert_eq!((count.lists, count.gets), (2, 4));
    // While nothing changes, pauses grow: a minute of polls lists the folder once or twice.
    for _ in 0..60 {
        world.clock.advance(Duration::from_secs(1));
        mara.poll().await;
    }
    let count = counts.take();
    assert!(count.lists <= 60 + 2, "{count:?}");
    assert!(count.gets <= 16, "{count:?}");
}

/// An edit as an app writes it: a revision of an item in one vault, with 400 bytes of payload, that
/// has seen eight logs.
fn edit(parent: u8, seen: usize) -> Draft {
    let mut rng = seeded(u64::from(parent));
    let (scope, epoch) = (ScopeId::new([1; 32]), EntryHash::new([2; 32]));
    let key = ContentKey::random(&mut rng);
    let ctx = env::Ctx::new(label::ITEM_PAYLOAD, &[&[3; 32]]);
    let revision = ItemRev {
        item: Some(conclave_core::id::ItemId::new([4; 32])),
        home: scope,
        parents: vec![EntryHash::new([parent; 32])],
        wraps: vec![Wrap::Held {
            scope,
            epoch,
            wrapped: [5; 136],
        }],
        blobs: vec![],
        schema: 1,
    };
    let mut draft = Draft::new(Kind::ItemRev, 1_767_323_045_000);
    draft.seen = (0..seen)
        .map(|n| At {
            log: LogId::new([n as u8; 32]),
            seq: 100_000 + n as u64,
            hash: EntryHash::new([n as u8; 32]),
        })
        .collect();
    draft.grant = Some(GrantId::new([6; 32]));
    draft.control = Some(cbor::encode(&revision));
    draft.sealed = Some(env::seal(&key, &ctx, Pad::PadmeMin512, &[7; 400], &mut rng));
    draft
}

#[tokio::test]
async fn an_edit_is_one_pack_and_one_head() {
    let world = Counted::new();
    let (mut ana, counts) = world.member(1);
    ana.poll().await;
    let _ = counts.take();
    for live in 2..=30 {
        ana.lock().append(edit(live, 8));
        let before = conclave_crypto::meter::snapshot();
        ana.poll().await;
        let signs = conclave_crypto::meter::snapshot().since(before).signs;
        let count = counts.take();
        assert_eq!(
            (count.lists, count.gets, count.puts, count.deletes),
            (1, 0, 2, 1)
        );
        assert!(
            count.up <= 4096,
            "{} bytes with {live} live packs",
            count.up
        );
        assert!(signs >= 2, "pack and head");
        assert_eq!(ana.lock().live().len(), usize::from(live));
    }
}

#[tokio::test]
async fn offline_edits_leave_in_one_pack() {
    let world = Counted::new();
    let (mut ana, counts) = world.member(1);
    ana.poll().await;
    let _ = counts.take();
    for n in 0..50 {
        ana.lock().append(edit(n, 0));
    }
    assert_eq!(ana.poll().await.delivered, 1);
    assert_eq!((counts.take().puts, ana.lock().live().len()), (2, 2));
}

/// Small packs are merged when there is nothing else to send; readers that know them read nothing,
/// newcomers read the large ones only, and the parts go after a month.
#[tokio::test]
async fn merged_packs() {
    let world = Counted::new();
    let (mut ana, counts) = world.member(1);
    let (mut mara, mara_counts) = world.member(2);
    ana.lock().merges = true;
    for n in 0..100_u8 {
        ana.lock().append(edit(n, 0));
        ana.poll().await;
        mara.poll().await;
    }
    assert!(
        ana.lock().live().len() <= 16,
        "{} live packs",
        ana.lock().live().len()
    );
    let _ = (counts.take(), mara_counts.take());
    mara.poll().await;
    assert_eq!(mara_counts.take().requests(), 1);

    let (mut jonas, jonas_counts) = world.member(3);
    assert_eq!(jonas.poll().await.news, 101 + 1);
    let count = jonas_counts.take();
    assert!(count.gets <= 2 * 2 + 16, "{count:?}");
    assert_eq!(jonas.lock().view().len(), 103, "his own start too");

    let prefix = format!("log/{}/", ana.log());
    let packs = |world: &Counted| {
        world
            .storage
            .objects()
            .keys()
            .filter(|k| k.starts_with(&prefix))
            .count()
    };
    assert!(packs(&world) > 100);
    world.clock.advance(Duration::from_secs(31 * 24 * 3600));
    ana.poll().await;
    assert_eq!(packs(&world), ana.lock().live().len());
    // Whoever kept the parts puts none of them back: the merged pack was read and covers them.
    for member in [&mut mara, &mut jonas] {
        member.asked().await;
        member.asked().await;
        assert_eq!(member.alarms(), []);
    }
    assert_eq!(packs(&world), ana.lock().live().len());
}

/// Answers after a fixed time, and notes how many rounds of waiting there were.
struct Far {
    inner: Arc<dyn Remote>,
    requests: AtomicUsize,
}

const TRIP: Duration = Duration::from_millis(100);

impl Far {
    async fn trip(&self) {
        self.requests.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(TRIP).await;
    }
}

#[async_trait]
impl Remote for Far {
    async fn list(&self, folder: &Key) -> Result<Vec<ListItem>, RemoteError> {
        self.trip().await;
        self.inner.list(folder).await
    }
    async fn get(&self, key: &Key, max: u64) -> Result<Vec<u8>, RemoteError> {
        self.trip().await;
        self.inner.get(key, max).await
    }
    async fn get_range(&self, key: &Key, offset: u64, len: u64) -> Result<Vec<u8>, RemoteError> {
        self.trip().await;
        self.inner.get_range(key, offset, len).await
    }
    async fn put(&self, key: &Key, bytes: &[u8]) -> Result<(), RemoteError> {
        self.trip().await;
        self.inner.put(key, bytes).await
    }
    async fn delete(&self, key: &Key) -> Result<(), RemoteError> {
        self.trip().await;
        self.inner.delete(key).await
    }
}

/// Twenty devices with five hundred entries each: few requests, and no long chain of them.
#[tokio::test(start_paused = true)]
async fn many_devices_at_once() {
    let world = Counted::new();
    let mut bytes = 0;
    for n in 0..20 {
        let (mut member, counts) = world.member(n);
        for entry in 0..500_u16 {
            member.lock().append(edit(entry as u8, 0));
            // Four packs each, so that heads leave gaps.
            if entry % 150 == 149 {
                member.poll().await;
            }
        }
        let _ = counts.take();
        member.try_round(Urgency::Poll).await.unwrap();
        bytes += member.lock().live().iter().map(|l| l.bytes).sum::<u64>();
    }
    let far = Arc::new(Far {
        inner: Arc::clone(&world.storage) as _,
        requests: AtomicUsize::new(0),
    });
    let mut reader = Member::new(99, Arc::clone(&far) as _, &world.clock);
    reader.lock().stop_writing();
    let start = tokio::time::Instant::now();
    assert_eq!(reader.poll().await.news, 20 * 501);
    let (trips, requests) = (
        start.elapsed().as_millis() / TRIP.as_millis(),
        far.requests.load(Ordering::SeqCst),
    );
    // Sixteen requests run at a time, so a level of n requests takes ⌈n/16⌉ trips.
    assert!(
        requests as u64 <= 2 * 20 + 60 + bytes / (1 << 20) + 2,
        "{requests}"
    );
    assert!(trips <= 1 + 3 + 4, "{trips} trips");
}
