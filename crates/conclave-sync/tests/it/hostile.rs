//! A storage that does its worst, and members who do: nothing wrong is taken in, nothing is lost,
//! and a person is told what can be known.

use std::{sync::Arc, time::Duration};

use conclave_core::{
    entry::{BodyRef, RawEntry},
    id::LogId,
    kind::Kind,
    layout::Span,
    pack::{Chain, Draft, Head, Pack, PackId, build, verify_run},
};
use conclave_crypto::SigningKey;
use conclave_sync::{
    Alarm, Local,
    double::{Device, Team},
};
use conclave_testkit::{clock::FixedClock, evil_storage::EvilStorage, rng::seeded};

use crate::party::{Member, World, agree, id, id_of, team};

/// Of one pack and one head each byte is changed, and each cut made: nothing is taken in, nothing
/// is written, and when the object is whole again it is read.
#[tokio::test]
async fn hostile_09_every_byte_and_every_cut() {
    let world = World::new();
    let mut ana = world.member(1);
    ana.send("one").await;
    let at = ana.send("two").await;
    let after = ana.send("three").await;
    let pack = id(at).key();
    let len = world.storage.world().objects()[pack.as_str()].len();
    for n in 0..2 * len {
        // The reader has the rest already and sees the object for the first time.
        let mut mara = world.member(2);
        mara.lock().stop_writing();
        if n < len {
            assert!(world.storage.corrupt(&pack, n));
        } else {
            assert!(world.storage.truncate(&pack, n - len));
        }
        let before = world.storage.world().objects();
        mara.poll().await;
        assert_eq!(
            world.storage.world().objects(),
            before,
            "nothing is written over"
        );
        assert!(!mara.knows(at), "byte {n} of {len}");
        assert!(mara.knows(after), "what is there is taken in");
        // A changed magic, suite or generation may look like a newer version; nothing else.
        let newer = Alarm::NewerVersion {
            key: pack.to_string(),
        };
        assert!(
            mara.alarms()
                .iter()
                .all(|alarm| *alarm == newer && (8..13).contains(&n)),
            "{n}"
        );
        assert_eq!(mara.lock().waiting().len(), 1);
        assert!(world.storage.heal(&pack));
        mara.changed().await;
        assert!(mara.knows(at));
        assert!(mara.lock().waiting().is_empty());
        assert_eq!(mara.lock().logs()[&at.log].islands, []);
    }
    // A head decides nothing: whatever is in it, everything is found.
    let head = id(after).head().key();
    let len = world.storage.world().objects()[head.as_str()].len();
    for n in 0..len {
        let mut mara = world.member(2);
        mara.lock().stop_writing();
        assert!(world.storage.corrupt(&head, n));
        mara.poll().await;
        assert!(mara.knows(at) && mara.knows(after) && mara.alarms().is_empty());
        assert!(world.storage.heal(&head));
    }
}

/// A pack in the middle is withheld: what comes after counts already, and the gap closes when it
/// comes back.
#[tokio::test]
async fn hostile_06_a_pack_in_the_middle_is_withheld() {
    let world = World::new();
    let (mut ana, mut mara) = (world.member(1), world.member(2));
    ana.send("1").await;
    mara.poll().await;
    let hidden = ana.send("2").await;
    let later = ana.send("3").await;
    world.storage.drop_object(&id(hidden).key());
    mara.poll().await;
    assert!(mara.knows(later) && !mara.knows(hidden));
    assert_eq!(mara.lock().accepted[1], 1, "accepted beyond the gap");
    world.storage.heal(&id(hidden).key());
    world.clock.advance(Duration::from_secs(60));
    mara.poll().await;
    assert!(mara.knows(hidden));
    ana.poll().await;
    agree(&[ana, mara]);
}

/// Whoever has seen a pack puts it back when it vanishes, even where a made-up name seems to cover
/// it; newcomers get it.
#[tokio::test]
async fn hostile_06_an_ex_member_deletes_what_others_have_seen() {
    let world = World::new();
    let (mut ana, mut mara) = (world.member(1), world.member(2));
    ana.send("1").await;
    let removal = ana.send("a removal").await;
    ana.send("3").await;
    mara.poll().await;
    world.storage.drop_object(&id(removal).key());
    let cover = PackId {
        log: ana.log(),
        span: Span::new(0, 9).unwrap(),
    };
    world.put(&cover.key(), b"honestly a pack".to_vec());
    // Nothing in head/ shows it, so a poll does not; a patrol does, and Ana's machine is off.
    let mut restored = 0;
    for _ in 0..30 {
        world.clock.advance(Duration::from_secs(30));
        restored += mara.poll().await.restored;
    }
    assert_eq!(restored, 1);
    let missing = vec![id(removal).span];
    assert_eq!(
        mara.alarms(),
        [Alarm::Behind {
            log: ana.log(),
            missing,
            restored: true
        }]
    );
    let mut newcomer = world.member(3);
    newcomer.poll().await;
    assert!(newcomer.knows(removal));
}

/// A file that changes without changing its size is found by reading back, one pack at a time.
#[tokio::test]
async fn rot() {
    let world = World::new();
    let mut ana = world.member(1);
    let mut ats = Vec::new();
    for n in 0..6 {
        ats.push(ana.send([n]).await);
    }
    for at in &ats[1..4] {
        world.storage.corrupt(&id(*at).key(), 40);
    }
    let mut restored = 0;
    for _ in 0..8 {
        world.clock.advance(Duration::from_secs(601));
        restored += ana.poll().await.restored;
    }
    assert_eq!(restored, 3);
    world.storage.corrupt(&id(ats[4]).key(), 40);
    assert_eq!(ana.asked().await.restored, 1, "at once when a person asks");
}

#[tokio::test]
async fn hostile_06_a_roll_back_of_everything() {
    let world = World::new();
    let (mut ana, mut mara) = (world.member(1), world.member(2));
    ana.send("1").await;
    mara.send("m1").await;
    let old = world.storage.snapshot();
    for text in ["2", "3"] {
        ana.send(text).await;
        mara.send(text).await;
    }
    ana.poll().await;
    mara.poll().await;
    world.storage.roll_back(&old);
    // Mara alone makes it whole; Ana's head is a hint that only Ana can write.
    let round = mara.poll().await;
    assert!(round.behind.is_empty() && round.stop.is_none(), "{round:?}");
    assert_eq!(round.restored, 2 + 2);
    let alarms = mara.take_alarms();
    assert!(
        alarms
            .iter()
            .any(|a| matches!(a, Alarm::Rollback { restored: true, .. })),
        "{alarms:?}"
    );
    assert!(
        alarms
            .iter()
            .any(|a| matches!(a, Alarm::Behind { log, restored: true, .. } if *log == ana.log()))
    );
    assert_eq!(alarms.len(), 2);
    let mut newcomer = world.member(3);
    newcomer.poll().await;
    let stale = newcomer.lock().view().len();
    // Mara has seen more of Ana than Ana's old head says, and says so.
    mara.send("I have seen Ana").await;
    newcomer.poll().await;
    assert!(
        newcomer.lock().view().len() >= stale + 1 + 2,
        "{} after {stale}",
        newcomer.lock().view().len()
    );
    assert_eq!(ana.poll().await.restored, 0);
    mara.poll().await;
    ana.poll().await;
    newcomer.poll().await;
    agree(&[ana, mara, newcomer]);
}

/// A freeze can be suspected, never proved: nothing is told, and all is well after it.
#[tokio::test]
async fn hostile_15_a_member_frozen_for_four_days() {
    let world = World::new();
    let mut ana = world.member(1);
    let door = Arc::new(world.storage.door(5));
    let mut mara = Member::new(2, Arc::clone(&door) as _, &world.clock);
    ana.send("1").await;
    mara.poll().await;
    door.freeze();
    for day in 0..4 {
        ana.send([day]).await;
        mara.send([day]).await;
        world.clock.advance(Duration::from_secs(24 * 3600));
    }
    assert_eq!((ana.alarms(), mara.alarms()), (vec![], vec![]));
    door.thaw();
    for _ in 0..2 {
        mara.poll().await;
        ana.poll().await;
    }
    // What she wrote into the frozen world vanished with it: it was put back.
    assert!(
        matches!(&mara.alarms()[..], [Alarm::Rollback { restored: true, .. }]),
        "{:?}",
        mara.alarms()
    );
    agree(&[ana, mara]);
}

/// Objects under names that they were not made for, and of teams that they do not belong to.
#[tokio::test]
async fn hostile_01_objects_in_the_wrong_place() {
    let world = World::new();
    let (mut ana, mut mara) = (world.member(1), world.member(2));
    ana.send("1").await;
    mara.send("1").await;
    let at = ana.send("2").await;
    let objects = world.storage.world().objects();
    let (pack, head) = (
        &objects[id(at).key().as_str()],
        &objects[id(at).head().key().as_str()],
    );
    for (log, first, last) in [
        (ana.log(), 3, 3),
        (ana.log(), 3, 9),
        (mara.log(), 2, 2),
        (LogId::new([1; 32]), 2, 2),
    ] {
        let id = PackId {
            log,
            span: Span::new(first, last).unwrap(),
        };
        world.put(&id.key(), pack.clone());
        world.put(&id.head().key(), head.clone());
    }
    // Another team with the very same names.
    let foreign = Member::with(
        Device::new(&Team::new(9), 4),
        Arc::new(EvilStorage::new(3)),
        &world.clock,
    );
    foreign.say("x");
    let out = foreign.lock().outgoing().unwrap().unwrap();
    world.put(&out.id.key(), out.pack);
    world.put(&out.id.head().key(), out.head);
    let mut newcomer = world.member(3);
    newcomer.asked().await;
    assert_eq!(newcomer.lock().view().len(), 3 + 2 + 1);
    assert_eq!(newcomer.alarms(), []);
    assert_eq!(newcomer.lock().evidence(), 0);
}

/// A member signs a pack for somebody else's log with their own key: refused by all, the owner too.
#[tokio::test]
async fn hostile_02_a_forged_pack() {
    let world = World::new();
    let (mut ana, mut mara) = (world.member(1), world.member(2));
    let last = ana.send("1").await;
    mara.poll().await;
    let identity = *ana.lock().identity();
    let mut chain = Chain::resume(identity.place(team().id), last.seq, last.hash);
    let mut draft = Draft::new(Kind::Audit, 1);
    draft.sealed = Some(b"forged".to_vec());
    let (raw, entry) = chain.append(draft).unwrap();
    let (signer, mut rng) = (mara.lock().signer(), seeded(1));
    let entries = [(raw, Some(b"forged".to_vec()))];
    let (id, pack) = build(
        team().id,
        &team().out(),
        &identity,
        &signer,
        &entries,
        &mut rng,
    )
    .unwrap();
    let head = Head {
        identity,
        live: vec![id.span],
    };
    world.put(&id.key(), pack);
    world.put(
        &id.head().key(),
        head.build(team().id, &team().out(), &id, &signer, &mut rng),
    );
    let mut jonas = world.member(3);
    for member in [&mut jonas, &mut mara, &mut ana] {
        let round = member.asked().await;
        assert!(!member.knows(entry.at()));
        assert_eq!((round.stop, member.alarms()), (None, vec![]));
    }
    // Ana's next entry replaces it, since the name is hers.
    world.clock.advance(Duration::from_secs(601));
    let at = ana.send("2").await;
    jonas.changed().await;
    assert!(jonas.knows(at));
}

/// Packs of Ana's first entries as the storage could have them: with her signature, or without.
fn packs_of(ana: &Member, signer: &SigningKey, entries: &[Sealed]) -> (PackId, Vec<u8>) {
    let identity = *ana.lock().identity();
    let mut rng = seeded(3);
    build(
        team().id,
        &team().out(),
        &identity,
        signer,
        entries,
        &mut rng,
    )
    .unwrap()
}

/// The entries of a file, with their bodies.
fn entries_in(id: &PackId, file: &[u8]) -> Vec<Sealed> {
    let pack = Pack::open(team().id, &team().out(), id, file).unwrap();
    let pack = pack.verify().unwrap();
    let mut bodies = pack.bodies(file).unwrap().into_iter().peekable();
    let with_body = pack.entries().iter().zip(pack.raw()).map(|(entry, raw)| {
        let body = bodies.next_if(|(hash, _)| *hash == entry.hash);
        (raw.clone(), body.map(|(_, body)| body))
    });
    with_body.collect()
}

type Sealed = (RawEntry, Option<Vec<u8>>);

/// Whoever holds the outer key spoils the signature of a pack. The next pack still vouches for it,
/// so it may be taken in; but only together with that one, and so that whatever is stored beside
/// it later leaves all of it readable.
#[tokio::test]
async fn hostile_09_a_pack_with_a_borrowed_signature() {
    let world = World::new();
    let (mut ana, mut mara) = (world.member(1), world.member(2));
    let last = ana.send("1").await;
    let whole = id_of(&ana, 0, last.seq);
    let merged = world.storage.world().objects()[whole.key().as_str()].clone();
    let entries = entries_in(&whole, &merged);
    let (good, bad) = (ana.lock().signer(), mara.lock().signer());
    let (first, spoilt) = packs_of(&ana, &bad, &entries[..1]);
    let (second, signed) = packs_of(&ana, &good, &entries[1..]);
    let short = signed[..signed.len() - 1].to_vec();
    let head = world.storage.world().objects()[whole.head().key().as_str()].clone();
    world.storage.world().edit(|objects| {
        objects.remove(whole.key().as_str());
        objects.remove(whole.head().key().as_str());
        objects.insert(first.key().as_str().to_owned(), spoilt.clone());
        objects.insert(second.key().as_str().to_owned(), short);
        objects.insert(second.head().key().as_str().to_owned(), head);
    });
    // Without its body the second is not kept, and lends the first nothing.
    mara.asked().await;
    assert!(mara.lock().at(ana.log(), 0).is_empty() && !mara.knows(last));
    world.put(&second.key(), signed.clone());
    world.clock.advance(Duration::from_secs(601));
    mara.asked().await;
    assert!(mara.knows(last));
    assert_eq!(mara.lock().accepted, [2, 0, 0, 0]);
    // Both in one, found on a patrol, is stored as well.
    world.put(&whole.key(), merged.clone());
    world.clock.advance(Duration::from_secs(601));
    mara.asked().await;
    assert_eq!(mara.lock().accepted, [2, 0, 1, 0]);
    let stored = [(first, spoilt), (whole, merged), (second, signed)];
    let open =
        |(id, file): &(PackId, Vec<u8>)| Pack::open(team().id, &team().out(), id, file).unwrap();
    // As a store lists them: by first entry, then by last, then by a hash.
    for order in [[0, 1, 2], [1, 0, 2]] {
        let packs = order.map(|at: usize| open(&stored[at]));
        assert!(verify_run(packs.into()).iter().all(Result::is_ok));
    }
    assert_eq!(mara.alarms(), []);
}

/// A larger pack without a signature of its own is not taken in on the strength of the smaller one
/// that ends where it ends: a store may drop that one for the larger.
#[tokio::test]
async fn hostile_09_a_larger_pack_borrows_nothing_from_a_smaller() {
    let world = World::new();
    let (mut ana, mut mara) = (world.member(1), world.member(2));
    let last = ana.send("1").await;
    let whole = id_of(&ana, 0, last.seq);
    let entries = entries_in(
        &whole,
        &world.storage.world().objects()[whole.key().as_str()],
    );
    let (good, bad) = (ana.lock().signer(), mara.lock().signer());
    let (_, spoilt) = packs_of(&ana, &bad, &entries);
    let (second, signed) = packs_of(&ana, &good, &entries[1..]);
    // The head names the smaller, and what it leaves out is looked for in the folder: both are
    // read at once.
    world.storage.drop_object(&whole.head().key());
    world.put(&second.head().key(), vec![]);
    world.put(&whole.key(), spoilt);
    world.put(&second.key(), signed);
    mara.asked().await;
    assert!(mara.lock().at(ana.log(), 0).is_empty());
    assert!(mara.knows(last), "what is signed counts");
}

/// A body that is missing a byte makes the pack incomplete, however well the rest is signed.
#[tokio::test]
async fn a_pack_without_its_last_body() {
    let world = World::new();
    let mut ana = world.member(1);
    let at = ana.send(vec![7; 5_000]).await;
    let pack = id_of(&ana, 0, at.seq);
    let len = world.storage.world().objects()[pack.key().as_str()].len();
    let mut mara = world.member(2);
    for cut in [1, 4_999, 5_000] {
        world.storage.truncate(&pack.key(), len - cut);
        mara.changed().await;
        assert!(!mara.knows(at));
        world.storage.heal(&pack.key());
    }
    mara.changed().await;
    let body = mara.lock().view()[&(at.log, at.seq)].1.clone().unwrap();
    assert!(BodyRef::of(&body).is_some() && body == vec![7; 5_000]);
}

/// Something unreadable is told of after a day, once, through restarts, and is never deleted.
#[tokio::test]
async fn a_day_of_waiting() {
    let world = World::new();
    let (mut ana, mut mara) = (world.member(1), world.member(2));
    let at = ana.send("1").await;
    let pack = id_of(&ana, 0, at.seq).key();
    world.storage.truncate(&pack, 100);
    for hour in 0..30 {
        mara.restart();
        mara.poll().await;
        let told = usize::from(hour >= 24);
        assert_eq!(mara.alarms().len(), told, "after {hour} h");
        world.clock.advance(Duration::from_secs(3600));
    }
    assert!(matches!(&mara.alarms()[0], Alarm::Waiting { key, .. } if *key == pack.to_string()));
    assert_eq!(world.storage.world().objects()[pack.as_str()].len(), 100);
    world.storage.heal(&pack);
    mara.poll().await;
    assert!(mara.knows(at) && mara.lock().waiting().is_empty());
}

/// Clocks ten years off in either direction keep nobody from syncing.
#[tokio::test]
async fn hostile_24_clocks_that_jump() {
    const TEN_YEARS: Duration = Duration::from_secs(10 * 365 * 24 * 3600);
    let world = World::new();
    let (mut ana, mut mara) = (world.member(1), world.member(2));
    let at = ana.send("1").await;
    let pack = id_of(&ana, 0, at.seq).key();
    world.storage.truncate(&pack, 100);
    world.clock.advance(TEN_YEARS);
    mara.poll().await;
    world.clock.set(FixedClock::START_MS);
    world.storage.heal(&pack);
    mara.poll().await;
    assert!(mara.knows(at), "a pause that a wrong clock made is over");
    world.clock.set(0);
    ana.send("2").await;
    mara.poll().await;
    world.clock.set(u64::MAX);
    ana.send("3").await;
    mara.poll().await;
    ana.poll().await;
    assert_eq!(ana.alarms(), []);
    agree(&[ana, mara]);
}
