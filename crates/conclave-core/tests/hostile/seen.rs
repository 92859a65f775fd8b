//! Row 21, what entries say to have seen: claims that nothing bears out change nothing here.

use conclave_core::{
    body::At,
    id::{EntryHash, LogId},
    replica::{Replica, Written},
    role::Role,
};
use conclave_testkit::{
    evil_member::EvilMember,
    people::{Person, found_team},
};

fn log_of(replica: &Replica) -> LogId {
    replica.chain().place().log
}

/// What the last of these entries has seen of a log.
fn seen(written: &[Written], log: LogId) -> Option<At> {
    let last = &written.last().unwrap().entry;
    last.header.seen.iter().find(|at| at.log == log).copied()
}

/// As much as one entry may say, all of it made up, of a log that may be anybody's.
fn bomb(eve: &mut EvilMember, log: LogId) -> Written {
    let made_up = (0..1024_u16).map(|n| {
        let mut hash = [7; 32];
        [hash[0], hash[1]] = n.to_be_bytes();
        At {
            log,
            seq: u64::MAX - u64::from(n / 2),
            hash: EntryHash::new(hash),
        }
    });
    eve.has_seen(made_up)
}

fn team() -> (Person, Person, EvilMember, conclave_core::id::ScopeId) {
    let mut ana = found_team(1).person;
    let vault = ana.vault("Production");
    let (mut mara, _) = ana.join("Mara", Role::Editor, &[vault]);
    let (eve, _) = ana.join("Eve", Role::Viewer, &[]);
    ana.flush();
    mara.catch_up(&ana);
    (ana, mara, EvilMember::of(eve), vault)
}

#[test]
fn hostile_21_a_bomb_of_claims_leaves_the_evidence_of_forks_on() {
    let (mut ana, mut mara, mut eve, vault) = team();
    let (anas, maras) = (log_of(&ana.replica), log_of(&mara.replica));
    let bombs = [anas, maras].map(|log| bomb(&mut eve, log));
    ana.receive(&bombs);
    mara.receive(&bombs);
    assert!(ana.replica.rights().counts(&bombs[0].entry.hash));

    // Who says so has seen nothing: the own entries still wait for somebody who has.
    ana.write(vault, b"one");
    let news = ana.flush();
    assert!(ana.replica.unseen_since_ms().is_some());
    // The next entry of each still says what it knows of the other, so two views show.
    mara.receive(&news);
    mara.write(vault, b"two");
    let news = mara.flush();
    let (end, hash) = ana.replica.ends()[&anas];
    assert_eq!(
        seen(&news, anas).map(|at| (at.seq, at.hash)),
        Some((end, hash))
    );
    ana.receive(&news);
    assert_eq!(ana.replica.unseen_since_ms(), None);
    ana.write(vault, b"three");
    assert!(seen(&ana.flush(), maras).is_some());
}

/// What counts is the entry itself, whether it comes before or after whoever has seen it.
#[test]
fn hostile_21_a_removal_is_told_what_is_missing_and_no_nonsense() {
    let (mut ana, mut mara, mut eve, vault) = team();
    let maras = log_of(&mara.replica);
    mara.write(vault, b"one");
    mara.write(vault, b"two");
    let held_back = mara.flush();
    assert_eq!(ana.replica.unseen_of(mara.user()), 0);
    let honest = eve.has_seen(held_back.last().map(|w| w.entry.at()));
    ana.receive(&[honest]);
    let missing = u64::try_from(held_back.len()).unwrap();
    assert_eq!(ana.replica.unseen_of(mara.user()), missing);
    let bombs = [bomb(&mut eve, maras), bomb(&mut eve, maras)];
    ana.receive(&bombs);
    assert_eq!(ana.replica.unseen_of(mara.user()), missing + 1);
    ana.receive(&held_back);
    // A made-up place is missing for good.
    assert_eq!(ana.replica.unseen_of(mara.user()), 1);
    // What Eve saw before it was here is not said again.
    ana.write(vault, b"three");
    assert_eq!(seen(&ana.flush(), maras), None);
}

/// A log of which the storage keeps back the beginning: all of it would be beyond a removal.
#[test]
fn hostile_06_a_log_without_its_beginning_is_missing_as_a_whole() {
    let (mut ana, mut mara, _, vault) = team();
    let maras = log_of(&mara.replica);
    mara.write(vault, b"one");
    ana.receive(&mara.flush());
    let ana = ana.without(|entry| entry.log() == maras && entry.seq() == 0);
    let all = ana.all();
    let hers = all.iter().filter(|entry| entry.log() == maras).count();
    let hers = u64::try_from(hers).unwrap();
    assert!(hers > 1);
    assert_eq!(ana.replica.unseen_of(mara.user()), hers + 1);
}
