//! Row 26: nobody is told on for an old key that they did not go back to.

use conclave_core::{id::EntryHash, role::Role};
use conclave_testkit::people::{Person, found_team};

/// The epoch that a revision is sealed under for its vault.
fn key_of(reader: &Person, revision: EntryHash) -> EntryHash {
    reader.replica.revision(&revision).unwrap().body.wraps[0].epoch()
}

/// Lena replaces the key before she has heard of Mara. Mara sees that there is a new one, has no
/// box for it, and has not heard why: she writes under the one that she has.
#[test]
fn hostile_26_nobody_is_told_on_who_was_not_sent_the_new_key() {
    let mut ana = found_team(1).person;
    let vault = ana.vault("Production");
    let (mut boris, _) = ana.join("Boris", Role::Viewer, &[]);
    let (mut lena, _) = ana.join("Lena", Role::Editor, &[vault]);
    let (jonas, _) = ana.join("Jonas", Role::Viewer, &[vault]);
    let (now, team) = (ana.tick(), ana.replica.team_scope());
    // He ends what others have and reads no vault, so its readers make the new key.
    ana.replica
        .grant(boris.user(), team, Role::Admin, None, now, &mut ana.rng)
        .unwrap();
    for person in [&mut boris, &mut lena] {
        person.catch_up(&ana);
    }
    let (mut mara, _) = ana.join("Mara", Role::Editor, &[vault]);
    let old = ana.replica.usable_epoch(vault).unwrap();
    let now = ana.tick();
    boris
        .replica
        .revoke(jonas.user(), vault, now, &mut boris.rng)
        .unwrap();
    let ended = boris.flush();
    lena.receive(&ended);
    lena.replica.reconcile(now, &mut lena.rng).unwrap();
    let new = lena.replica.usable_epoch(vault).unwrap();
    assert_ne!(new, old);
    let replaced = lena.flush();
    mara.receive(&replaced);
    let (_, honest) = mara.write(vault, b"in good faith");
    assert_eq!(key_of(&mara, honest), old);
    for news in [ended, replaced, mara.flush()] {
        ana.receive(&news);
    }
    assert_eq!(ana.replica.usable_epoch(vault), Some(new));
    assert_eq!(ana.replica.under_an_old_key(), [].into());
    assert!(!ana.replica.is_under_an_old_key(&honest));
}

/// Ana and Mara each replace a key. Mara has both and writes under the better one, hers; with the
/// end of somebody whom only that one was sent to, Ana's is left, which never replaced it.
#[test]
fn hostile_26_nobody_is_told_on_who_used_the_better_of_two_keys() {
    let mut ana = found_team(2).person;
    let vault = ana.vault("Production");
    let (mut mara, _) = ana.join("Mara", Role::Manager, &[vault]);
    let (jonas, _) = ana.join("Jonas", Role::Viewer, &[vault]);
    let (lena, _) = ana.join("Lena", Role::Viewer, &[]);
    mara.catch_up(&ana);
    let now = ana.tick();
    ana.replica
        .revoke(jonas.user(), vault, now, &mut ana.rng)
        .unwrap();
    let anas = ana.replica.usable_epoch(vault).unwrap();
    let (at_mara, rng) = (&mut mara.replica, &mut mara.rng);
    at_mara
        .grant(lena.user(), vault, Role::Viewer, None, now, rng)
        .unwrap();
    at_mara.revoke(jonas.user(), vault, now, rng).unwrap();
    // Once more, so that hers is the better one.
    let maras = at_mara.mint(vault, now, rng).unwrap();
    mara.receive(&ana.flush());
    let (_, honest) = mara.write(vault, b"under the better one");
    assert_eq!(key_of(&mara, honest), maras);
    ana.receive(&mara.flush());
    ana.replica
        .revoke(lena.user(), vault, now + 1, &mut ana.rng)
        .unwrap();
    assert_eq!(ana.replica.usable_epoch(vault), Some(anas));
    assert_eq!(ana.replica.under_an_old_key(), [].into());
    assert!(!ana.replica.is_under_an_old_key(&honest));
}
