//! Devices that write, read, restart, lose the network and find files half arrived, in any order:
//! in the end all have heard the same.

use std::{sync::Arc, time::Duration};

use conclave_core::{
    id::TeamId,
    remote::{Key, Remote},
};
use conclave_remote::FolderRemote;
use conclave_sync::{Local, Urgency};
use conclave_testkit::{
    clock::FixedClock,
    evil_storage::EvilStorage,
    memory_remote::MemoryRemote,
    rng::{below, seeded},
};
use proptest::prelude::*;

use crate::{
    crash::Dying,
    party::{Member, agree},
};

/// One thing that happens.
#[derive(Debug, Clone)]
enum Step {
    Say {
        who: usize,
        bytes: usize,
    },
    Round {
        who: usize,
        urgency: Urgency,
    },
    Restart {
        who: usize,
    },
    Dies {
        who: usize,
        after: usize,
        done: bool,
    },
    Merge {
        who: usize,
    },
    Later {
        ms: u64,
    },
}

fn step(devices: usize) -> impl Strategy<Value = Step> {
    let who = 0..devices;
    let urgency = prop_oneof![
        6 => Just(Urgency::Poll),
        3 => Just(Urgency::Changed),
        1 => Just(Urgency::Asked),
    ];
    prop_oneof![
        6 => (who.clone(), 0..2_000usize).prop_map(|(who, bytes)| Step::Say { who, bytes }),
        8 => (who.clone(), urgency).prop_map(|(who, urgency)| Step::Round { who, urgency }),
        1 => who.clone().prop_map(|who| Step::Restart { who }),
        2 => (who.clone(), 0..12usize, any::<bool>())
            .prop_map(|(who, after, done)| Step::Dies { who, after, done }),
        1 => who.prop_map(|who| Step::Merge { who }),
        2 => (0..120_000u64).prop_map(|ms| Step::Later { ms }),
    ]
}

async fn play(
    devices: usize,
    steps: Vec<Step>,
    storage: Arc<dyn Remote>,
) -> Result<(), TestCaseError> {
    let clock = FixedClock::default();
    let doors: Vec<_> = (0..devices)
        .map(|_| Arc::new(Dying::new(Arc::clone(&storage))))
        .collect();
    let mut members: Vec<Member> = (0_u64..)
        .zip(&doors)
        .map(|(n, door)| Member::new(n, Arc::clone(door) as _, &clock))
        .collect();
    let mut said = 0;
    for step in steps {
        match step {
            Step::Say { who, bytes } => {
                members[who].say(vec![said as u8; bytes]);
                said += 1;
            }
            Step::Round { who, urgency } => {
                let _ = members[who].try_round(urgency).await;
                doors[who].revive();
            }
            Step::Restart { who } => members[who].restart(),
            Step::Dies { who, after, done } => doors[who].after(after, done),
            Step::Merge { who } => members[who].lock().merges = true,
            Step::Later { ms } => clock.advance(Duration::from_millis(ms)),
        }
    }
    for door in &doors {
        door.revive();
    }
    for _ in 0..2 {
        for member in &mut members {
            member.changed().await;
        }
    }
    agree(&members);
    prop_assert_eq!(members[0].lock().view().len(), said + devices);
    for member in &members {
        prop_assert_eq!(member.alarms(), vec![]);
        prop_assert_eq!(member.lock().pending(), 0);
        prop_assert!(member.lock().waiting().is_empty());
    }
    Ok(())
}

fn run(test: impl Future<Output = Result<(), TestCaseError>>) -> Result<(), TestCaseError> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(test)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn two_through_memory(steps in prop::collection::vec(step(2), 1..40)) {
        run(play(2, steps, Arc::new(MemoryRemote::new())))?;
    }

    #[test]
    fn three_through_memory(steps in prop::collection::vec(step(3), 1..60)) {
        run(play(3, steps, Arc::new(MemoryRemote::new())))?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, ..ProptestConfig::default() })]

    #[test]
    fn three_through_a_folder(steps in prop::collection::vec(step(3), 1..40)) {
        let dir = tempfile::tempdir().unwrap();
        run(async {
            let remote = FolderRemote::new(dir.path(), &TeamId::new([7; 32]));
            remote.create().await.unwrap();
            play(3, steps, Arc::new(remote)).await
        })?;
    }
}

/// Hostile tricks on objects while devices work; when the tricks stop and a person asks, whatever
/// some device still has is everywhere, and nobody ever took in anything wrong.
#[tokio::test]
async fn through_a_storage_that_lies() {
    for seed in 0..40 {
        let storage = EvilStorage::new(seed);
        let clock = FixedClock::default();
        let mut rng = seeded(seed);
        let mut members: Vec<Member> = (0..3)
            .map(|n| Member::new(n, Arc::new(storage.door(seed * 10 + n)), &clock))
            .collect();
        let mut said = 3;
        let mut tricks = Vec::new();
        for _ in 0..30 {
            let who = below(&mut rng, 3);
            match below(&mut rng, 4) {
                0 => {
                    members[who].say(format!("{said} of seed {seed}"));
                    said += 1;
                }
                1 => tricks.extend(storage.random_trick()),
                _ => {
                    let _ = members[who].try_round(Urgency::Changed).await;
                }
            }
            clock.advance(Duration::from_secs(20));
        }
        for member in &members {
            // No trick makes a history that its device did not sign, so none looks like a fork.
            assert_eq!(
                member.lock().stop(),
                None,
                "seed {seed}: {tricks:?}, {:?}",
                member.alarms()
            );
            assert_eq!(member.lock().evidence(), 0, "seed {seed}");
        }
        for _ in 0..3 {
            clock.advance(Duration::from_secs(3600));
            for member in &mut members {
                member.asked().await;
            }
        }
        agree(&members);
        assert_eq!(
            members[0].lock().view().len(),
            said,
            "seed {seed}: {tricks:?}"
        );
        // A newcomer gets all of it from the storage alone.
        let mut newcomer = Member::new(9, Arc::new(storage.door(1)), &clock);
        newcomer.asked().await;
        assert_eq!(
            newcomer.lock().view().len(),
            said + 1,
            "seed {seed}: {tricks:?}"
        );
    }
}

/// Lists in any order, and some that leave out what is new.
#[tokio::test]
async fn through_lists_that_lag() {
    for seed in 0..10 {
        let storage = EvilStorage::new(seed);
        let clock = FixedClock::default();
        let mut members: Vec<Member> = (0..3)
            .map(|n| {
                let door = storage.door(seed + n);
                door.shuffle_lists(true);
                door.lag_lists(2);
                Member::new(n, Arc::new(door), &clock)
            })
            .collect();
        for n in 0..24_usize {
            members[n % 3].say([n as u8]);
            members[n % 3].changed().await;
            clock.advance(Duration::from_secs(10));
        }
        for _ in 0..6 {
            for member in &mut members {
                member.changed().await;
            }
            clock.advance(Duration::from_secs(60));
        }
        for member in &members {
            assert_eq!(
                member.lock().stop(),
                None,
                "seed {seed}: {:?}",
                member.alarms()
            );
        }
        agree(&members);
    }
}

/// A folder that vanishes and comes back, or comes back empty.
#[tokio::test]
async fn through_a_folder_that_vanishes() {
    let dir = tempfile::tempdir().unwrap();
    let clock = FixedClock::default();
    let team = TeamId::new([7; 32]);
    let remote = Arc::new(FolderRemote::new(dir.path(), &team));
    remote.create().await.unwrap();
    let mut ana = Member::new(1, Arc::clone(&remote) as _, &clock);
    let mut mara = Member::new(2, Arc::clone(&remote) as _, &clock);
    ana.send("a").await;
    mara.send("b").await;
    let away = dir.path().join("away");
    std::fs::rename(dir.path().join("conclave1"), &away).unwrap();
    ana.say("c");
    assert!(ana.try_round(Urgency::Poll).await.is_err());
    assert_eq!(ana.lock().pending(), 1, "kept on this computer");
    assert!(
        !dir.path().join("conclave1").exists(),
        "not made anew behind anybody's back"
    );
    std::fs::rename(&away, dir.path().join("conclave1")).unwrap();
    ana.poll().await;
    mara.poll().await;
    assert_eq!(ana.lock().view(), mara.lock().view());
    assert_eq!(ana.alarms(), []);

    // Somebody empties it: both put back what they have, and say so.
    std::fs::remove_dir_all(dir.path().join("conclave1")).unwrap();
    assert!(ana.try_round(Urgency::Poll).await.is_err());
    remote.create().await.unwrap();
    let round = ana.poll().await;
    assert_eq!(
        round.restored,
        2 + 1,
        "two packs of her own and one of Mara's: {round:?}"
    );
    assert_eq!(ana.alarms().len(), 2);
    mara.poll().await;
    ana.poll().await;
    let heads = remote.list(&Key::new("head").unwrap()).await.unwrap();
    assert_eq!(heads.len(), 2);
    let mut newcomer = Member::new(3, remote, &clock);
    newcomer.poll().await;
    assert_eq!(newcomer.lock().view().len(), ana.lock().view().len() + 1);
}
