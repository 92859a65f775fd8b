//! The own log against the storage: restored backups, cloned machines, and names made up to look
//! like either.

use std::{sync::Arc, time::Duration};

use conclave_core::{layout::Span, pack::PackId};
use conclave_sync::{Alarm, Local, Stop, double::Device};

use crate::party::{Member, World, agree, team};

/// The same machine a second time.
fn clone_of(world: &World, member: &Member) -> Member {
    let device = member.lock().clone();
    Member::with(device, Arc::new(world.storage.door(50)), &world.clock)
}

#[tokio::test]
async fn hostile_17_a_restored_machine_never_continues() {
    let world = World::new();
    let mut ana = world.member(1);
    ana.send("1").await;
    let backup = ana.lock().clone();
    ana.send("2").await;
    ana.send("3").await;

    let mut restored = Member::with(backup, Arc::new(world.storage.door(2)), &world.clock);
    restored.say("not to be sent");
    let before = world.storage.keys();
    let round = restored.poll().await;
    assert_eq!(
        round.stop,
        Some(Stop::OwnLogDiffers),
        "it wrote something else in that place"
    );
    assert_eq!(world.storage.keys(), before);
    assert_eq!(restored.lock().pending(), 1);

    // From an older backup, with nothing of its own to say.
    let backup = Device::new(&team(), 1);
    let mut restored = Member::with(backup, Arc::new(world.storage.door(2)), &world.clock);
    let round = restored.poll().await;
    assert_eq!(round.stop, Some(Stop::OwnLogAhead));
    assert!(restored.alarms().contains(&Alarm::OwnLogAhead { last: 3 }));
    assert_eq!(world.storage.keys(), before);
    // Through a restart too.
    restored.restart();
    restored.say("still not");
    let round = restored.poll().await;
    assert!(matches!(
        round.stop,
        Some(Stop::OwnLogAhead | Stop::OwnLogDiffers)
    ));
    assert_eq!(world.storage.keys(), before);
}

#[tokio::test]
async fn hostile_17_a_restored_machine_reads_its_own_log_before_it_answers_others() {
    let world = World::new();
    let mut ana = world.member(5);
    let own = ana.log();
    ana.send("1").await;
    for n in [1, 2, 3, 4, 6, 7, 8, 9] {
        world.member(n).send("news").await;
    }
    let mut restored = Member::with(
        Device::new(&team(), 5),
        Arc::new(world.storage.door(5)),
        &world.clock,
    );
    let round = restored.poll().await;
    assert_eq!(round.stop, Some(Stop::OwnLogAhead));
    let order = restored.lock().order.clone();
    assert_eq!(order.len(), 9);
    assert_eq!(order[0], own);
}

#[tokio::test]
async fn hostile_17_a_cloned_machine_is_noticed_by_both_and_by_others() {
    let world = World::new();
    let (mut ana, mut mara) = (world.member(1), world.member(2));
    ana.send("1").await;
    mara.send("m").await;
    let mut clone = clone_of(&world, &ana);
    ana.send("2 by Ana").await;
    mara.poll().await;
    // The clone wrote in the same place; it sees that before it writes over it.
    clone.say("2 by the clone");
    let round = clone.poll().await;
    assert_eq!(round.stop, Some(Stop::OwnLogDiffers));
    assert!(
        clone
            .alarms()
            .iter()
            .any(|a| matches!(a, Alarm::OwnLogDiffers { seq: 2, .. }))
    );
    assert_eq!(clone.lock().evidence(), 1, "the proof is kept");
    assert_eq!(mara.alarms(), []);
    assert_eq!(ana.poll().await.stop, None);
}

/// Two machines with the same log, shown to disjoint members, then to all.
#[tokio::test]
async fn hostile_13_forked_views_are_proven_when_they_meet() {
    let world = World::new();
    let mut ana = world.member(1);
    ana.send("1").await;
    let left = world.storage.door(10);
    let right = world.storage.door(11);
    left.freeze();
    right.freeze();
    let (left, right) = (Arc::new(left), Arc::new(right));
    let mut one = Member::with(ana.lock().clone(), Arc::clone(&left) as _, &world.clock);
    let mut two = Member::with(ana.lock().clone(), Arc::clone(&right) as _, &world.clock);
    let mut mara = Member::new(2, Arc::clone(&left) as _, &world.clock);
    let mut jonas = Member::new(3, Arc::clone(&right) as _, &world.clock);
    one.send("2 for Mara").await;
    two.send("2 for Jonas").await;
    two.send("3 for Jonas").await;
    for member in [&mut mara, &mut jonas] {
        assert!(member.send("I have seen Ana").await.seq > 0);
        assert_eq!(member.alarms(), []);
    }
    // Each hears first what the other has seen, then meets the other pack.
    left.thaw_and_merge();
    right.thaw_and_merge();
    let round = mara.asked().await;
    assert_eq!(
        round.stop,
        Some(Stop::Fork { log: ana.log() }),
        "{:?}",
        mara.alarms()
    );
    assert!(mara.lock().evidence() > 0);
    // Reading goes on, writing does not.
    jonas.say("is anybody there?");
    jonas.asked().await;
    let at = mara.say("cannot be sent");
    mara.asked().await;
    assert!(mara.lock().pending() > 0);
    assert!(!jonas.knows(at));
}

/// An entry that has seen another history than ours is told of. It may be the entry that lies, so
/// nothing stops.
#[tokio::test]
async fn hostile_15_what_others_have_seen_is_compared() {
    let world = World::new();
    let (mut ana, mut mara) = (world.member(1), world.member(2));
    ana.send("1").await;
    let right = world.storage.door(11);
    right.freeze();
    let right = Arc::new(right);
    let mut clone = Member::with(ana.lock().clone(), Arc::clone(&right) as _, &world.clock);
    let mut jonas = Member::new(3, Arc::clone(&right) as _, &world.clock);
    let ours = ana.send("2 for Mara").await;
    mara.poll().await;
    let theirs = clone.send("2 for Jonas").await;
    jonas.poll().await;
    let by = jonas.send("I have seen Ana").await;
    // Of Ana's pack the storage shows the version that came first.
    right.thaw_and_merge();
    mara.poll().await;
    assert!(mara.knows(by) && mara.lock().stop().is_none());
    let expected = Alarm::SeenDiffers {
        by,
        seen: theirs,
        known: ours.hash,
    };
    assert_eq!(mara.alarms(), [expected]);
}

/// A name that claims more of the own log than there is holds the writing for ten minutes, since
/// the file may be on its way; then it is seen as made up.
#[tokio::test]
async fn a_made_up_head_of_the_own_log_does_not_stop_it_for_ever() {
    let world = World::new();
    let (mut ana, mut mara) = (world.member(1), world.member(2));
    ana.send("1").await;
    let made_up = PackId {
        log: ana.log(),
        span: Span::new(2, 9).unwrap(),
    };
    world
        .storage
        .world()
        .edit(|o| o.insert(made_up.head().key().to_string(), b"conclave?".to_vec()));
    ana.say("2");
    assert_eq!(ana.poll().await.delivered, 0);
    world.clock.advance(Duration::from_secs(300));
    assert_eq!(ana.poll().await.delivered, 0);
    world.clock.advance(Duration::from_secs(301));
    let round = ana.poll().await;
    assert_eq!((round.delivered, round.stop), (1, None));
    mara.poll().await;
    assert!(mara.lock().view().len() == 1 + 3);
    assert!(
        world.storage.keys().contains(&made_up.head().key()),
        "never deleted"
    );
    assert!(ana.alarms().is_empty() && mara.alarms().is_empty());
    world.clock.advance(Duration::from_secs(24 * 3600));
    ana.poll().await;
    mara.poll().await;
    for member in [&ana, &mara] {
        let alarms = member.take_alarms();
        let key = made_up.key().to_string();
        assert!(
            matches!(&alarms[..], [Alarm::Waiting { key: k, .. }] if *k == key),
            "{alarms:?}"
        );
    }
}

/// A signed head proves that the own log goes on elsewhere, before its pack has arrived.
#[tokio::test]
async fn a_signed_head_is_proof_enough() {
    let world = World::new();
    let mut ana = world.member(1);
    ana.send("1").await;
    let mut backup = clone_of(&world, &ana);
    ana.send("2").await;
    let newest = ana.lock().newest().unwrap();
    world.storage.drop_object(&newest.key());
    backup.say("2 again");
    let round = backup.poll().await;
    assert_eq!(
        round.stop,
        None,
        "nothing shows that the end differs: {:?}",
        backup.alarms()
    );
    assert_eq!(round.delivered, 0, "but the pack may be on its way");
    let mut older = Device::new(&team(), 1);
    older.say(b"1");
    let mut older = Member::with(older, Arc::new(world.storage.door(2)), &world.clock);
    assert_eq!(older.poll().await.stop, Some(Stop::OwnLogAhead));
}

#[tokio::test]
async fn what_the_storage_lost_of_the_own_log_comes_back() {
    let world = World::new();
    let (mut ana, mut mara) = (world.member(1), world.member(2));
    mara.send("m").await;
    let old = world.storage.snapshot();
    ana.send("1").await;
    ana.send("2").await;
    mara.poll().await;
    world.storage.roll_back(&old);
    let round = ana.poll().await;
    assert_eq!(round.restored, 2, "{round:?}");
    assert!(
        matches!(&ana.alarms()[..], [Alarm::Rollback { missing, restored: true }] if missing.len() == 2)
    );
    let mut newcomer = world.member(3);
    newcomer.poll().await;
    assert_eq!(newcomer.lock().view().len(), 3 + 2 + 1);
    // Once is enough.
    assert_eq!((ana.poll().await.restored, ana.alarms().len()), (0, 1));
    mara.poll().await;
    agree(&[ana, mara]);
}
