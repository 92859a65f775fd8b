//! Conflict copies: what a sync program makes of a file that two machines wrote, or that it believes
//! they did.

use std::sync::Arc;

use conclave_core::{layout::Tool, remote::Key};
use conclave_sync::{Alarm, Local, Outcome, Stop};
use conclave_testkit::evil_storage::EvilStorage;

use crate::party::{Member, World, id, id_of};

#[tokio::test]
async fn hostile_24_conflict_copies() {
    for tool in [
        Tool::Dropbox,
        Tool::OneDrive,
        Tool::Syncthing,
        Tool::Numbered,
        Tool::Case,
    ] {
        let world = World::new();
        let (mut ana, mut mara) = (world.member(1), world.member(2));
        ana.send("1").await;
        mara.poll().await;
        // A copy of what is known.
        let known = world
            .storage
            .duplicate(&id_of(&ana, 0, 1).key(), tool)
            .unwrap();
        mara.asked().await;
        let log = ana.log();
        let told = |key: &Key, outcome| Alarm::ConflictCopy {
            log,
            name: key.name().to_owned(),
            by: tool,
            outcome,
        };
        assert_eq!(mara.take_alarms(), [told(&known, Outcome::Same)]);
        // A copy that is all there is, of head and pack: it is merged, and put under its own name.
        let at = ana.send("2").await;
        let copy = world.storage.rename_to_copy(&id(at).key(), tool).unwrap();
        world
            .storage
            .rename_to_copy(&id(at).head().key(), tool)
            .unwrap();
        mara.poll().await;
        assert!(mara.knows(at), "{tool:?}");
        assert_eq!(mara.take_alarms(), [told(&copy, Outcome::News)]);
        assert!(world.storage.keys().contains(&id(at).key()));
        assert!(
            world.storage.world().objects().contains_key(copy.as_str()),
            "never deleted"
        );
        // Once is enough.
        mara.asked().await;
        assert_eq!(mara.take_alarms(), []);
    }
}

/// The other history of a log comes as a conflict copy, as when a cloned machine syncs through a
/// program that keeps both.
#[tokio::test]
async fn a_conflict_copy_that_proves_a_fork() {
    let world = World::new();
    let (mut ana, mut mara) = (world.member(1), world.member(2));
    ana.send("1").await;
    let elsewhere = EvilStorage::new(9);
    let mut clone = Member::with(
        ana.lock().clone(),
        Arc::new(elsewhere.door(1)),
        &world.clock,
    );
    let at = ana.send("2 here").await;
    clone.send("2 there").await;
    mara.poll().await;
    let other = elsewhere.world().objects()[id(at).key().as_str()].clone();
    let name = format!("{} (1).pack", id(at).key().name().trim_end_matches(".pack"));
    let copy = Key::observed(&id(at).key().folder().unwrap(), &name).unwrap();
    world.put(&copy, other);
    let round = mara.asked().await;
    assert_eq!(round.stop, Some(Stop::Fork { log: ana.log() }));
    assert!(matches!(
        &mara.alarms()[..],
        [
            Alarm::ConflictCopy {
                outcome: Outcome::Fork,
                ..
            },
            Alarm::Fork { seq: 2, .. }
        ]
    ));
    let stopped = ana.asked().await.stop;
    assert_eq!(stopped, Some(Stop::OwnLogDiffers));
    // A newcomer who meets both at once keeps one as proof, whichever comes first.
    let mut newcomer = world.member(3);
    newcomer.asked().await;
    newcomer.asked().await;
    assert_eq!(newcomer.lock().evidence(), 1);
    assert_eq!(newcomer.lock().stop(), Some(Stop::Fork { log: ana.log() }));
    // A person resolves it; the same proof does not stop again, not even after a restart.
    mara.lock().resolve();
    mara.take_alarms();
    mara.restart();
    mara.send("on we go").await;
    mara.asked().await;
    assert!(mara.lock().stop().is_none());
    assert!(
        mara.alarms().iter().all(|a| matches!(
            a,
            Alarm::ConflictCopy {
                outcome: Outcome::Same,
                ..
            }
        )),
        "{:?}",
        mara.alarms()
    );
}
