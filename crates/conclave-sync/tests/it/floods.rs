//! Floods and hiding: made-up names cost a bounded number of requests and hide nobody, and what is
//! hidden is found through what others have seen.

use std::{sync::Arc, time::Duration};

use conclave_core::{
    body::At,
    id::{EntryHash, LogId},
    kind::Kind,
    layout::Span,
    pack::{Draft, PackId},
};
use conclave_sync::{Alarm, Urgency};
use conclave_testkit::counting_remote::{CountingRemote, Counts};

use crate::party::{Member, World, id_of};

/// Thousands of made-up heads cost a bounded number of requests, and hide nobody.
#[tokio::test]
async fn hostile_21_a_flood_of_made_up_heads() {
    let world = World::new();
    let mut ana = world.member(1);
    let first = ana.send("1").await;
    for n in 0..5_000_u16 {
        let [a, b] = n.to_be_bytes();
        let mut log = [0; 32];
        (log[0], log[1]) = (a, b);
        let id = PackId {
            log: LogId::new(log),
            span: Span::new(0, u64::MAX - u64::from(n)).unwrap(),
        };
        world.put(&id.head().key(), vec![]);
    }
    let counts = Arc::new(Counts::default());
    let remote = CountingRemote::new(Arc::new(world.storage.door(2)), Arc::clone(&counts) as _);
    let mut newcomer = Member::new(2, Arc::new(remote), &world.clock);
    for _ in 0..25 {
        newcomer.poll().await;
        let requests = counts.take().requests();
        assert!(requests < 256 + 64 + 10, "{requests}");
        world.clock.advance(Duration::from_secs(30));
    }
    assert!(
        newcomer.knows(first),
        "even a newcomer finds the real one among them"
    );
    // Who knows Ana already hears from her at once.
    let at = ana.send("2").await;
    newcomer.poll().await;
    assert!(newcomer.knows(at));
}

/// One entry that claims to have seen a thousand logs.
#[tokio::test]
async fn hostile_21_a_flood_of_mentions() {
    let world = World::new();
    let mut mallory = world.member(1);
    let mut draft = Draft::new(Kind::Audit, 1);
    draft.seen = (0..1_000_u16)
        .map(|n| {
            let mut log = [9; 32];
            [log[0], log[1]] = n.to_be_bytes();
            At {
                log: LogId::new(log),
                seq: u64::MAX,
                hash: EntryHash::new([1; 32]),
            }
        })
        .collect();
    mallory.lock().append(draft);
    mallory.poll().await;
    let counts = Arc::new(Counts::default());
    let remote = CountingRemote::new(Arc::new(world.storage.door(2)), Arc::clone(&counts) as _);
    let mut mara = Member::new(2, Arc::new(remote), &world.clock);
    mara.poll().await;
    let _ = counts.take();
    for _ in 0..50 {
        world.clock.advance(Duration::from_secs(30));
        mara.poll().await;
    }
    let count = counts.take();
    assert!(count.requests() <= 50 * 5 + 40, "{count:?}");
    assert_eq!(mara.try_round(Urgency::Poll).await.unwrap().stop, None);
}

/// An entry has seen a log whose head is hidden: the log's folder is looked into.
#[tokio::test]
async fn a_hidden_head_is_found_through_what_others_have_seen() {
    let world = World::new();
    let (mut ana, mut mara) = (world.member(1), world.member(2));
    let at = ana.send("1").await;
    mara.poll().await;
    mara.send("I have seen Ana").await;
    world.storage.drop_object(&id_of(&ana, 0, 1).head().key());
    let mut newcomer = world.member(3);
    newcomer.poll().await;
    newcomer.poll().await;
    assert!(newcomer.knows(at));
    // Withheld altogether it is told of after a day.
    let world = World::new();
    let (mut ana, mut mara) = (world.member(1), world.member(2));
    ana.send("1").await;
    mara.poll().await;
    mara.send("I have seen Ana").await;
    let folder = format!("log/{}", ana.log());
    world
        .storage
        .world()
        .edit(|o| o.retain(|k, _| !k.contains(&ana.log().to_string())));
    let mut newcomer = world.member(3);
    for _ in 0..30 {
        newcomer.poll().await;
        world.clock.advance(Duration::from_secs(3600));
    }
    assert!(
        matches!(&newcomer.alarms()[..], [Alarm::Waiting { key, .. }] if *key == folder),
        "{:?}",
        newcomer.alarms()
    );
}
