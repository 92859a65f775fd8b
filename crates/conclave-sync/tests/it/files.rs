//! Sealed files of items: on the storage before the pack that names them, and put back by whoever
//! uploaded them.

use std::sync::Arc;

use conclave_core::{layout::Digest, remote::Key};
use conclave_sync::Urgency;
use conclave_testkit::{clock::FixedClock, memory_remote::MemoryRemote};

use crate::{
    crash::Dying,
    party::{Member, World, id},
};

fn sealed(n: u8) -> Vec<u8> {
    vec![n; 1000 + usize::from(n)]
}

fn place(of: &Member, n: u8) -> Key {
    Digest::of(&sealed(n)).blob_key(&of.log())
}

/// At every request of a round the computer dies, with or without doing it: nobody ever sees a
/// pack without the files that it names, and the next start makes it whole.
#[tokio::test]
async fn no_pack_is_there_before_its_files() {
    let mut cut_between = 0;
    for done in [false, true] {
        for n in 0..20 {
            let storage: Arc<MemoryRemote> = Arc::default();
            let dying = Arc::new(Dying::new(Arc::clone(&storage) as _));
            let clock = FixedClock::default();
            let mut ana = Member::new(1, Arc::clone(&dying) as _, &clock);
            ana.send("first").await;
            ana.lock().attached = vec![sealed(1), sealed(2)];
            let at = ana.say("an item with two files");
            let pack = id(at).key();
            let there = |key: &Key| storage.objects().contains_key(key.as_str());
            dying.after(n, done);
            let _ = ana.try_round(Urgency::Poll).await;
            let files = [place(&ana, 1), place(&ana, 2)]
                .iter()
                .filter(|k| there(k))
                .count();
            assert!(!there(&pack) || files == 2, "request {n}");
            cut_between += usize::from(files > 0 && !there(&pack));

            dying.revive();
            ana.restart();
            ana.poll().await;
            assert!(there(&pack) && there(&place(&ana, 1)) && there(&place(&ana, 2)));
        }
    }
    assert!(cut_between >= 2, "{cut_between}");
}

#[tokio::test]
async fn what_vanished_or_is_half_there_is_put_back_at_the_next_start() {
    let world = World::new();
    let mut ana = world.member(1);
    ana.lock().attached = vec![sealed(1), sealed(2), sealed(3)];
    ana.send("an item with three files").await;
    assert!(world.storage.drop_object(&place(&ana, 1)));
    assert!(world.storage.truncate(&place(&ana, 2), 500));
    let before = world.storage.world().objects();
    ana.restart();
    ana.poll().await;
    let after = world.storage.world().objects();
    for n in 1..=3 {
        assert_eq!(after[place(&ana, n).as_str()], sealed(n));
    }
    assert_eq!(after.len(), before.len() + 1);
    // It is looked for once in a run, not in every round.
    world.storage.drop_object(&place(&ana, 1));
    ana.poll().await;
    assert_eq!(world.storage.world().objects().len(), before.len());
}

/// A file whose ciphertext is not here any more keeps nothing else from going out.
#[tokio::test]
async fn what_is_not_here_holds_nothing_up() {
    let world = World::new();
    let mut ana = world.member(1);
    ana.lock().attached = vec![sealed(1)];
    ana.send("an item").await;
    ana.lock().attached.clear();
    world.storage.drop_object(&place(&ana, 1));
    ana.restart();
    ana.send("another").await;
    assert_eq!(ana.alarms(), []);
}
