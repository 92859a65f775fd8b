//! Worlds that a storage makes up: a part of what was there, two that do not touch, what it wrote
//! itself, and files that are half there.

use std::{sync::Arc, time::Duration};

use conclave_core::{
    body::{Invite, Policy, RemoveUser},
    cbor,
    id::{InviteId, ScopeId, UserId},
    kind::Kind,
    layout::Tool,
    pack::{Chain, Draft, Head, LogIdentity, build},
    remote::Key,
};
use conclave_crypto::{DeviceSeed, OuterKey};
use conclave_sync::{Alarm, Local};
use conclave_testkit::{evil_storage::EvilStorage, rng::seeded};

use crate::party::{Member, World, agree, id, id_of, team};

const HOUR: Duration = Duration::from_secs(3600);

/// A member behind a door that shows nothing but what it showed when it was shut.
fn behind(world: &World, n: u64) -> (Arc<EvilStorage>, Member) {
    let door = Arc::new(world.storage.door(n));
    door.freeze();
    let member = Member::new(n, Arc::clone(&door) as _, &world.clock);
    (door, member)
}

/// Polls each hour for a day and a bit.
async fn wait_a_day(member: &mut Member, world: &World) {
    for _ in 0..26 {
        member.poll().await;
        world.clock.advance(HOUR);
    }
}

/// The end of a log vanishes, and the head that named it, and the head before is back. Whoever has
/// seen the end puts it back; a newcomer learns from others that there is more.
#[tokio::test]
async fn hostile_06_a_dropped_tail_is_missed_and_put_back() {
    let world = World::new();
    let (mut ana, mut mara) = (world.member(1), world.member(2));
    ana.send("1").await;
    let kept = ana.send("2").await;
    let old = world.storage.world().objects();
    let tail = ana.send("3").await;
    mara.poll().await;
    mara.send("I have seen Ana").await;
    // Ana's machine is off from now on.
    world.storage.drop_object(&id(tail).key());
    world.storage.drop_object(&id(tail).head().key());
    let head = id(kept).head().key();
    world.put(&head, old[head.as_str()].clone());

    let (_, mut newcomer) = behind(&world, 3);
    wait_a_day(&mut newcomer, &world).await;
    assert!(newcomer.knows(kept) && !newcomer.knows(tail));
    let log = ana.log().to_string();
    let alarms = newcomer.take_alarms();
    assert!(
        matches!(&alarms[..], [Alarm::Waiting { key, .. }] if key.contains(&log)),
        "{alarms:?}"
    );

    let mut restored = 0;
    for _ in 0..30 {
        world.clock.advance(Duration::from_secs(30));
        restored += mara.poll().await.restored;
    }
    assert_eq!(restored, 1);
    let expected = Alarm::Behind {
        log: ana.log(),
        missing: vec![id(tail).span],
        restored: true,
    };
    assert_eq!(mara.alarms(), [expected]);
    let mut late = world.member(4);
    late.asked().await;
    late.asked().await;
    assert!(late.knows(tail));
}

/// One log as it is, another as it was: what the newer one has seen of the older one is missed.
#[tokio::test]
async fn hostile_06_an_old_log_beside_a_new_one_is_missed() {
    let world = World::new();
    let (mut ana, mut mara) = (world.member(1), world.member(2));
    ana.send("1").await;
    mara.send("m1").await;
    let old = world.storage.world().objects();
    let hidden = mara.send("m2").await;
    ana.poll().await;
    let newest = ana.send("I have seen Mara").await;

    let (door, mut newcomer) = behind(&world, 3);
    let of_mara = mara.log().to_string();
    door.world().edit(|objects| {
        objects.retain(|path, _| !path.contains(&of_mara));
        let then = old.iter().filter(|(path, _)| path.contains(&of_mara));
        objects.extend(then.map(|(path, bytes)| (path.clone(), bytes.clone())));
    });
    newcomer.poll().await;
    assert!(newcomer.knows(newest) && !newcomer.knows(hidden));
    assert_eq!(newcomer.alarms(), [], "it may be on its way");
    wait_a_day(&mut newcomer, &world).await;
    let alarms = newcomer.take_alarms();
    assert!(
        matches!(&alarms[..], [Alarm::Waiting { key, .. }] if key.contains(&of_mara)),
        "{alarms:?}"
    );
    // Once the whole is shown, nothing of it was lost by that.
    door.thaw();
    newcomer.say("I have come late");
    newcomer.asked().await;
    for member in [&mut ana, &mut mara, &mut newcomer] {
        member.poll().await;
    }
    agree(&[ana, mara, newcomer]);
}

/// Two members in two worlds. As long as nothing crosses, nothing can be known; one pack that
/// crosses names what its author had seen, and what is missing is asked for until it is there.
#[tokio::test]
async fn hostile_15_two_members_apart_cannot_be_brought_together_unseen() {
    let world = World::new();
    let (mut ana, mut mara) = (world.member(1), world.member(2));
    let mut jonas = world.member(3);
    for member in [&mut ana, &mut mara, &mut jonas] {
        member.send("before").await;
    }
    ana.poll().await;
    mara.poll().await;
    let (left, right) = (world.storage.door(10), world.storage.door(11));
    left.freeze();
    right.freeze();
    let (left, right) = (Arc::new(left), Arc::new(right));
    for (member, door) in [(&mut ana, &left), (&mut mara, &right), (&mut jonas, &left)] {
        member.remote = Arc::clone(door) as _;
        member.restart();
    }
    let mut last = None;
    for day in 0..4 {
        jonas.send([day]).await;
        ana.poll().await;
        last = Some(ana.send([day]).await);
        mara.send([day]).await;
        world.clock.advance(24 * HOUR);
    }
    assert_eq!((ana.alarms(), mara.alarms()), (vec![], vec![]));
    assert_eq!(mara.lock().mentioned().len(), 0);

    // Of Ana's world one pack crosses into Mara's. It has seen what Mara was never shown.
    let crossing = last.unwrap();
    let pack = id(crossing);
    let shown = left.world().objects();
    for key in [pack.key(), pack.head().key()] {
        let bytes = shown[key.as_str()].clone();
        right
            .world()
            .edit(|objects| objects.insert(key.to_string(), bytes));
    }
    wait_a_day(&mut mara, &world).await;
    assert!(mara.knows(crossing));
    let alarms = mara.take_alarms();
    for log in [ana.log(), jonas.log()] {
        let log = log.to_string();
        let told = |a: &Alarm| matches!(a, Alarm::Waiting { key, .. } if key.contains(&log));
        assert!(alarms.iter().any(told), "{alarms:?}");
    }
    assert_eq!(
        mara.lock().stop(),
        None,
        "what is missing is no second history"
    );

    // Together again, all of it comes in, and there were never two histories.
    left.thaw_and_merge();
    right.thaw_and_merge();
    for _ in 0..2 {
        for member in [&mut ana, &mut mara, &mut jonas] {
            member.say("together");
            let round = member.asked().await;
            assert_eq!(round.stop, None, "{round:?}");
        }
    }
    for member in [&mut ana, &mut mara, &mut jonas] {
        member.asked().await;
        assert_eq!(member.lock().evidence(), 0);
    }
    agree(&[ana, mara, jonas]);
}

/// What a storage writes by itself: it has no outer key, and if somebody who was once let in lends
/// it theirs, it still signs for nobody. Whatever kind it is of, nothing is taken in and nothing is
/// said in return.
#[tokio::test]
async fn hostile_02_what_a_storage_writes_itself_is_nobodys_word() {
    let world = World::new();
    let (mut ana, mut mara) = (world.member(1), world.member(2));
    let last = ana.send("1").await;
    mara.send("m").await;
    ana.poll().await;
    let mut rng = seeded(9);
    let own = DeviceSeed::random(&mut rng);
    let signer = own.signing();
    let made_up = LogIdentity {
        sign: *signer.verify_key().as_bytes(),
        seal_hash: own.sealing().public().hash(),
        nonce: [3; 16],
    };
    let invite = Invite {
        invite: InviteId::new([1; 32]),
        key: [2; 32],
        expires_ms: u64::MAX,
    };
    let policy = Policy {
        policy: 1,
        scope: ScopeId::new(*team().id.as_bytes()),
        value: 0,
        replaces: vec![],
    };
    let remove = RemoveUser {
        user: UserId::new([4; 32]),
        scope: ScopeId::new(*team().id.as_bytes()),
        pins: vec![],
    };
    let says = [
        (Kind::Invite, cbor::encode(&invite)),
        (Kind::Policy, cbor::encode(&policy)),
        (Kind::RemoveUser, cbor::encode(&remove)),
    ];
    let ana_is = *ana.lock().identity();
    let lent = team().out();
    let without = OuterKey::random(&mut rng);
    // In Ana's log with the lent key and the storage's own signature; anywhere without the key.
    for (identity, out, at) in [
        (ana_is, &lent, Some(last)),
        (ana_is, &without, Some(last)),
        (made_up, &without, None),
    ] {
        for (kind, control) in says.clone() {
            let place = identity.place(team().id);
            let mut chain = match at {
                Some(at) => Chain::resume(place, at.seq, at.hash),
                None => Chain::start(place),
            };
            let mut draft = Draft::new(kind, 1);
            draft.control = Some(control);
            let (raw, entry) = chain.append(draft).unwrap();
            let entries = [(raw, None)];
            let made = build(team().id, out, &identity, &signer, &entries, &mut rng);
            let (id, pack) = made.unwrap();
            let live = vec![id.span];
            let head = Head { identity, live };
            world.put(&id.key(), pack);
            let head = head.build(team().id, out, &id, &signer, &mut rng);
            world.put(&id.head().key(), head);
            for folder in ["inv", "inbox"] {
                let key = Key::new(&format!("{folder}/{}", entry.hash)).unwrap();
                world.put(&key, b"conclave".to_vec());
            }
            let before = world.storage.world().objects();
            for member in [&mut mara, &mut ana] {
                let round = member.asked().await;
                assert!(!member.knows(entry.at()), "{kind:?}");
                assert_eq!((round.stop, member.alarms()), (None, vec![]));
                assert_eq!(member.lock().pending(), 0);
            }
            assert_eq!(
                world.storage.world().objects(),
                before,
                "nothing is answered"
            );
        }
    }
    let newcomer = Member::new(5, Arc::new(world.storage.door(5)), &world.clock);
    newcomer.lock().stop_writing();
    let mut newcomer = newcomer;
    newcomer.asked().await;
    assert_eq!(
        newcomer.lock().logs().len(),
        3,
        "Ana, Mara and the newcomer"
    );
}

/// An upload that ended in the middle lies there under its real name, with its head or without,
/// or the head is the half: it is not there yet. Nobody deletes it, nobody takes it for a
/// rollback, and its writer goes on where the upload ended.
#[tokio::test]
async fn hostile_24_a_partial_upload_under_its_real_name_is_not_there_yet() {
    for (tenths_of_pack, tenths_of_head) in [(0, None), (5, None), (9, Some(10)), (10, Some(5))] {
        let world = World::new();
        let (mut ana, mut mara) = (world.member(1), world.member(2));
        ana.send("1").await;
        mara.poll().await;
        let at = ana.say("2");
        let out = ana.lock().outgoing().unwrap().unwrap();
        assert_eq!(out.id, id_of(&ana, at.seq, at.seq));
        let part = |bytes: &[u8], tenths: usize| bytes[..bytes.len() * tenths / 10].to_vec();
        world.put(&out.id.key(), part(&out.pack, tenths_of_pack));
        if let Some(tenths) = tenths_of_head {
            world.put(&out.id.head().key(), part(&out.head, tenths));
        }
        for _ in 0..3 {
            mara.poll().await;
            assert_eq!(mara.knows(at), tenths_of_pack == 10);
            world.clock.advance(Duration::from_secs(60));
        }
        assert_eq!(mara.alarms(), []);
        assert!(world.storage.keys().contains(&out.id.key()));
        // Ana's computer wakes up in the middle of her upload. A name of her own that she did not
        // finish might be another machine's, on its way: she waits for it, and goes on.
        ana.restart();
        let mut delivered = 0;
        for _ in 0..3 {
            let round = ana.poll().await;
            assert_eq!(round.stop, None, "{round:?}");
            delivered += round.delivered;
            world.clock.advance(Duration::from_secs(301));
        }
        assert_eq!(delivered, 1);
        assert_eq!(
            world.storage.world().objects()[out.id.key().as_str()],
            out.pack
        );
        world.clock.advance(Duration::from_secs(600));
        mara.poll().await;
        assert!(mara.knows(at));
        ana.poll().await;
        assert_eq!((ana.alarms(), mara.alarms()), (vec![], vec![]));
        agree(&[ana, mara]);
    }
}

/// Names that differ in case alone, or stand there twice with other content: the one real name is
/// read, and the copy is no second history.
#[tokio::test]
async fn hostile_24_a_name_in_another_case_is_a_copy_at_most() {
    let world = World::new();
    let (mut ana, mut mara) = (world.member(1), world.member(2));
    let at = ana.send("1").await;
    let pack = id_of(&ana, 0, at.seq);
    let copy = world.storage.duplicate(&pack.key(), Tool::Case).unwrap();
    world.put(&copy, b"something else".to_vec());
    mara.asked().await;
    assert!(mara.knows(at));
    assert_eq!(mara.lock().stop(), None);
    assert_eq!(mara.lock().evidence(), 0);
    let objects = world.storage.world().objects();
    assert!(objects.contains_key(copy.as_str()), "never deleted");
    for _ in 0..26 {
        world.clock.advance(HOUR);
        mara.asked().await;
    }
    let alarms = mara.alarms();
    assert!(
        matches!(&alarms[..], [Alarm::Waiting { key, .. }] if *key == copy.to_string()),
        "{alarms:?}"
    );
}
