//! Taking access away: who is out, what stays, what is set aside, and what it costs.

use super::*;
use crate::{
    authority::Label,
    body::Body,
    replica::{NoRemoval, RemovedBy},
};

/// Boxes in entries that were written.
pub(super) fn boxes(written: &[Written]) -> usize {
    written
        .iter()
        .map(|w| match &w.entry.body {
            Body::KeyEpoch(epoch) => epoch.boxes.len(),
            Body::KeyBoxAdd(add) => add.boxes.len(),
            _ => 0,
        })
        .sum()
}

pub(super) fn user_of(person: &Person) -> UserId {
    person.replica.me().user
}

/// Ana with a vault, and Mara and Jonas as its editors.
pub(super) fn three() -> (Person, Person, Person, ScopeId) {
    let mut ana = ana();
    let vault = ana.replica.create_vault("Production", 1, 3, &mut ana.rng);
    let vault = vault.unwrap();
    ana.flush();
    let (mut mara, _) = join(&mut ana, "Mara", &[vault], 41);
    let (mut jonas, _) = join(&mut ana, "Jonas", &[vault], 42);
    meet(&mut [&mut ana, &mut mara, &mut jonas]);
    (ana, mara, jonas, vault)
}

/// Everybody learns what everybody wrote.
pub(super) fn meet(people: &mut [&mut Person]) {
    for _ in 0..3 {
        for at in 0..people.len() {
            let news = people[at].flush();
            let known: Vec<Entry> = all_of(people[at]);
            let bodies = people[at].bodies.clone();
            let _ = news;
            for (other, person) in people.iter_mut().enumerate() {
                if other != at {
                    person.bodies.extend(bodies.clone());
                    person.replica.insert(known.iter().cloned());
                }
            }
        }
    }
}

pub(super) fn write(
    person: &mut Person,
    item: Option<ItemId>,
    home: ScopeId,
    text: &[u8],
) -> ItemId {
    let heads = item
        .and_then(|item| person.replica.item(&item))
        .map(|item| item.heads.clone());
    let heads = heads.unwrap_or_default();
    let made = person
        .replica
        .write_item(item, home, heads, 1, text, 20, &mut person.rng);
    made.unwrap().0
}

#[test]
fn a_removed_person_keeps_the_past_and_gets_nothing_new() {
    let (mut ana, mut mara, mut jonas, vault) = three();
    let theirs = write(&mut mara, None, vault, b"by Mara");
    meet(&mut [&mut ana, &mut mara, &mut jonas]);
    let user = user_of(&mara);
    let team = ana.replica.team_scope();
    ana.replica
        .remove_user(user, team, 30, &mut ana.rng)
        .unwrap();
    let written = ana.flush();
    // In one go: the removal and a new key of the vault and of the directory, for two each.
    assert!(matches!(written[0].entry.body, Body::RemoveUser(_)));
    let epochs = written
        .iter()
        .filter(|w| w.entry.kind() == Some(crate::kind::Kind::KeyEpoch));
    assert_eq!((epochs.count(), boxes(&written)), (2, 4));

    let after = write(&mut ana, None, vault, b"after");
    meet(&mut [&mut ana, &mut mara, &mut jonas]);
    assert_eq!(jonas.read(after).unwrap(), b"after");
    assert_eq!(mara.read(after), None);
    // What she did, and what she could read, stays.
    assert_eq!(jonas.read(theirs).unwrap(), b"by Mara");
    assert_eq!(mara.read(theirs).unwrap(), b"by Mara");
    assert!(mara.replica.is_out(user) && !ana.replica.is_out(user_of(&jonas)));
    let by_ana = RemovedBy {
        user: user_of(&ana),
        mutual: false,
    };
    assert_eq!(mara.replica.removed_by(user), Some(by_ana));
    assert_eq!(mara.replica.removed_by(user_of(&jonas)), None);
    assert!(!mara.replica.authority(user, vault).read);
}

#[test]
fn a_removal_from_one_vault_leaves_the_rest() {
    let (mut ana, mut mara, mut jonas, vault) = three();
    let user = user_of(&mara);
    ana.replica
        .remove_user(user, vault, 30, &mut ana.rng)
        .unwrap();
    assert_eq!(boxes(&ana.flush()), 2);
    meet(&mut [&mut ana, &mut mara, &mut jonas]);
    assert!(!jonas.replica.authority(user, vault).read);
    assert!(jonas.replica.team_role(user).is_some());
    assert!(!mara.replica.is_out(user));
}

#[test]
fn an_edit_beyond_the_pin_is_set_aside_and_can_be_taken_back_in() {
    let (mut ana, mut mara, mut jonas, vault) = three();
    let item = write(&mut ana, None, vault, b"one");
    meet(&mut [&mut ana, &mut mara, &mut jonas]);
    // Offline: nobody has seen it when she is removed.
    write(&mut mara, Some(item), vault, b"two, offline");
    let team = ana.replica.team_scope();
    ana.replica
        .remove_user(user_of(&mara), team, 30, &mut ana.rng)
        .unwrap();
    meet(&mut [&mut ana, &mut mara, &mut jonas]);
    for person in [&ana, &jonas] {
        assert_eq!(person.read(item).unwrap(), b"one");
        assert_eq!(person.replica.quarantined().len(), 1);
    }
    let aside = ana.replica.quarantined()[0].hash;
    let refused = jonas.replica.adopt(aside, 31);
    assert!(matches!(refused, Err(WriteError::NotAllowed)));
    ana.replica.adopt(aside, 31).unwrap();
    meet(&mut [&mut ana, &mut mara, &mut jonas]);
    for person in [&ana, &jonas] {
        assert_eq!(person.read(item).unwrap(), b"two, offline");
        assert!(person.replica.quarantined().is_empty());
    }
}

#[test]
fn who_may_remove_whom() {
    let (mut ana, mut mara, mut jonas, vault) = three();
    let (a, m, j) = (user_of(&ana), user_of(&mara), user_of(&jonas));
    let team = ana.replica.team_scope();
    assert_eq!(ana.replica.may_remove(a, team), Err(NoRemoval::Yourself));
    assert_eq!(mara.replica.may_remove(j, team), Err(NoRemoval::Rank));
    assert_eq!(mara.replica.may_remove(j, vault), Err(NoRemoval::Rank));
    assert_eq!(ana.replica.may_remove(m, team), Ok(()));

    // A promotion adds and keeps; a demotion ends what was higher.
    let change = |ana: &mut Person, role| {
        ana.replica
            .change_role(m, team, role, 25, &mut ana.rng)
            .unwrap();
    };
    change(&mut ana, Role::Admin);
    meet(&mut [&mut ana, &mut mara, &mut jonas]);
    assert_eq!(mara.replica.team_role(m), Some(Role::Admin));
    assert_eq!(mara.replica.may_remove(j, team), Ok(()));
    assert_eq!(mara.replica.may_remove(a, team), Err(NoRemoval::Senior));
    assert!(mara.replica.roles_for(a, team).is_empty());
    // It is said, and ends nothing.
    let refused = mara.replica.revoke(a, team, 25, &mut mara.rng);
    assert!(matches!(refused, Err(WriteError::NotAllowed)));
    change(&mut ana, Role::Viewer);
    meet(&mut [&mut ana, &mut mara, &mut jonas]);
    assert_eq!(mara.replica.team_role(m), Some(Role::Viewer));
    assert_eq!(mara.replica.may_remove(j, team), Err(NoRemoval::Rank));
    assert!(mara.replica.authority(m, vault).write);
    let refused = mara.replica.remove_user(j, team, 26, &mut mara.rng);
    assert!(matches!(refused, Err(WriteError::NotAllowed)));
}

#[test]
fn two_owners_who_remove_each_other_have_one_outcome() {
    let (mut ana, mut mara, mut jonas, _) = three();
    let (a, m) = (user_of(&ana), user_of(&mara));
    let team = ana.replica.team_scope();
    for user in [m, user_of(&jonas)] {
        ana.replica
            .change_role(user, team, Role::Owner, 25, &mut ana.rng)
            .unwrap();
    }
    meet(&mut [&mut ana, &mut mara, &mut jonas]);
    // One of the two stands above, and only the other's app would refuse.
    let (one, two) = (m, user_of(&jonas));
    let above = mara.replica.may_remove(two, team).is_ok();
    assert_ne!(above, jonas.replica.may_remove(one, team).is_ok());
    assert_eq!(mara.replica.may_remove(a, team), Err(NoRemoval::Senior));
    // Both do it all the same, each without having seen the other's.
    for (person, user) in [(&mut mara, two), (&mut jonas, one)] {
        let pins = person.replica.pins_of(user);
        let under = person.replica.under_authority(team, 4);
        let remove = crate::body::RemoveUser {
            user,
            scope: team,
            pins,
        };
        let kind = crate::kind::Kind::RemoveUser;
        person.replica.say(kind, under, &remove, 30).unwrap();
    }
    meet(&mut [&mut ana, &mut mara, &mut jonas]);
    let outcome = |p: &Person| [a, one, two].map(|user| p.replica.team_role(user));
    assert_eq!(outcome(&ana), outcome(&jonas));
    assert_eq!(outcome(&ana), outcome(&mara));
    let owner = Some(Role::Owner);
    let stays = if above { [owner, None] } else { [None, owner] };
    assert_eq!(outcome(&ana), [owner, stays[0], stays[1]]);
    assert_eq!(ana.replica.is_out(two), above);
    // Whoever is out is told by whom, and that their own removal does not count.
    let (out, user) = if above { (two, one) } else { (one, two) };
    for person in [&ana, &mara, &jonas] {
        let by = RemovedBy { user, mutual: true };
        assert_eq!(person.replica.removed_by(out), Some(by));
        assert_eq!(person.replica.removed_by(user), None);
    }
}

/// A receipt of somebody with a personal vault, written when they were out already.
#[test]
fn a_receipt_after_a_removal_shows_as_one() {
    let (mut ana, mut mara, mut jonas, _) = three();
    let personal = mara.replica.create_personal("Personal", 25, &mut mara.rng);
    let personal = personal.unwrap();
    meet(&mut [&mut ana, &mut mara, &mut jonas]);
    let (m, team) = (user_of(&mara), ana.replica.team_scope());
    ana.replica.remove_user(m, team, 30, &mut ana.rng).unwrap();
    mara.replica
        .write_receipt(&7_u8, 31, &mut mara.rng)
        .unwrap();
    let late = mara.flush().pop().unwrap().entry.hash;
    meet(&mut [&mut ana, &mut mara, &mut jonas]);
    assert_eq!(ana.replica.rights().shown(&late), Label::Late);
    // Their own vault stays theirs.
    write(&mut mara, None, personal, b"a note");
}

/// Of several grants of one rank the oldest ends what the others do not reach.
#[test]
fn a_revocation_is_written_under_the_most_senior_grant() {
    let (mut ana, mut mara, mut jonas, vault) = three();
    let (m, j) = (user_of(&mara), user_of(&jonas));
    for (user, until) in [(m, Some(500)), (j, None), (m, None)] {
        ana.replica
            .grant(user, vault, Role::Manager, until, 25, &mut ana.rng)
            .unwrap();
    }
    meet(&mut [&mut ana, &mut mara, &mut jonas]);
    mara.replica.revoke(j, vault, 30, &mut mara.rng).unwrap();
    meet(&mut [&mut ana, &mut mara, &mut jonas]);
    assert!(!ana.replica.authority(j, vault).read);
}

/// Only an admin's word stands against an earlier removal; anybody else's grant would end as it
/// begins.
#[test]
fn a_grant_against_a_removal_is_an_admins_or_none() {
    let (mut ana, mut mara, mut jonas, vault) = three();
    let (m, j) = (user_of(&mara), user_of(&jonas));
    ana.replica
        .change_role(j, vault, Role::Manager, 25, &mut ana.rng)
        .unwrap();
    ana.replica.remove_user(m, vault, 30, &mut ana.rng).unwrap();
    meet(&mut [&mut ana, &mut mara, &mut jonas]);
    let given = jonas
        .replica
        .grant(m, vault, Role::Viewer, None, 31, &mut jonas.rng);
    assert!(matches!(given, Err(WriteError::NotAllowed)));
    assert!(!jonas.replica.authority(m, vault).read);
    ana.replica
        .grant(m, vault, Role::Viewer, None, 32, &mut ana.rng)
        .unwrap();
    meet(&mut [&mut ana, &mut mara, &mut jonas]);
    assert!(jonas.replica.authority(m, vault).read);
}

/// The same for what somebody who was removed once answers for.
#[test]
fn a_machine_of_somebody_who_was_removed_works_or_is_not_made() {
    let (mut ana, mut mara, mut jonas, vault) = three();
    let (m, team) = (user_of(&mara), ana.replica.team_scope());
    ana.replica.remove_user(m, team, 30, &mut ana.rng).unwrap();
    for (scope, role) in [(team, Role::Editor), (vault, Role::Manager)] {
        ana.replica
            .grant(m, scope, role, None, 31, &mut ana.rng)
            .unwrap();
    }
    meet(&mut [&mut ana, &mut mara, &mut jonas]);
    let what = (&[vault][..], Role::Viewer, None);
    let made = mara.replica.create_machine("ci", what, 32, &mut mara.rng);
    assert!(matches!(made, Err(WriteError::NotAllowed)));
    ana.replica
        .change_role(m, team, Role::Admin, 33, &mut ana.rng)
        .unwrap();
    meet(&mut [&mut ana, &mut mara, &mut jonas]);
    let made = mara
        .replica
        .create_machine("ci", what, 34, &mut mara.rng)
        .unwrap();
    meet(&mut [&mut ana, &mut mara, &mut jonas]);
    let live = ana.replica.rights().live_grants();
    assert!(live.iter().any(|g| g.machine == Some(made.device())));
}

/// Whoever has not got the removal of somebody else yet believes the grant all the same.
#[test]
fn a_new_grant_hangs_on_no_removal_of_somebody_else() {
    let (mut ana, mut mara, mut jonas, vault) = three();
    let (mut lena, _) = join(&mut ana, "Lena", &[], 43);
    let (m, j, team) = (user_of(&mara), user_of(&jonas), ana.replica.team_scope());
    ana.replica
        .grant(m, team, Role::Admin, None, 25, &mut ana.rng)
        .unwrap();
    meet(&mut [&mut ana, &mut mara, &mut jonas, &mut lena]);
    mara.replica
        .remove_user(j, vault, 30, &mut mara.rng)
        .unwrap();
    ana.receive(&mara.flush());
    ana.replica
        .grant(user_of(&lena), vault, Role::Viewer, None, 31, &mut ana.rng)
        .unwrap();
    lena.receive(&ana.flush());
    assert!(lena.replica.authority(user_of(&lena), vault).read);
}

#[test]
fn hostile_13_edits_in_two_histories_are_set_aside_and_can_be_taken_back_in() {
    let (mut ana, mut mara, mut jonas, vault) = three();
    let before = write(&mut mara, None, vault, b"before");
    meet(&mut [&mut ana, &mut mara, &mut jonas]);
    // Two computers with the same data.
    let (_, end) = mara.replica.own_end().map(|at| (at.seq, at.hash)).unwrap();
    let last = mara.replica.entry(&end).unwrap();
    let mut twin = Person::new(forgetful(&mara.replica, last), 90);
    twin.bodies = mara.bodies.clone();
    twin.replica.insert(all_of(&mara));
    let one = write(&mut mara, None, vault, b"one");
    let other = write(&mut twin, Some(before), vault, b"other");
    let (first, second) = (mara.flush(), twin.flush());
    for person in [&mut ana, &mut jonas] {
        person.receive(&first);
        person.receive(&second);
        // Neither counts, nothing is lost, and nobody decides silently.
        assert_eq!(person.read(before).unwrap(), b"before");
        assert!(person.replica.item(&one).is_none());
        assert_eq!(person.replica.quarantined().len(), 2);
    }
    let aside = ana.replica.quarantined();
    let aside: Vec<EntryHash> = aside.iter().map(|e| e.hash).collect();
    assert!(jonas.replica.adopt(aside[0], 50).is_err());
    for entry in aside {
        ana.replica.adopt(entry, 50).unwrap();
    }
    jonas.receive(&ana.flush());
    for person in [&ana, &jonas] {
        assert_eq!(person.read(one).unwrap(), b"one");
        assert_eq!(person.read(before).unwrap(), b"other");
        assert!(person.replica.quarantined().is_empty());
    }
    assert_ne!(one, other);
}

/// Why new keys did not come is said once, and no longer when they did.
#[test]
fn what_keeps_new_keys_from_an_ending_is_said() {
    let (mut ana, _mara, jonas, vault) = three();
    let before = ana.replica.usable_epoch(vault).unwrap();
    ana.replica.not_handed_on = Some(WriteError::NoKey);
    let why = ana.replica.take_not_handed_on();
    assert!(matches!(why, Some(WriteError::NoKey)), "{why:?}");
    assert!(ana.replica.take_not_handed_on().is_none());
    ana.replica.not_handed_on = why;
    ana.replica
        .remove_user(user_of(&jonas), vault, 50, &mut ana.rng)
        .unwrap();
    assert_ne!(ana.replica.usable_epoch(vault), Some(before));
    assert!(ana.replica.take_not_handed_on().is_none());
}

/// An edit of which an earlier entry is withheld waits for that. It is nothing that anybody decides
/// about, and whoever takes in what may count anyway says something in vain.
#[test]
fn hostile_06_what_waits_for_something_withheld_is_not_offered_in_quarantine() {
    let (mut ana, mut mara, _jonas, vault) = three();
    write(&mut mara, None, vault, b"one");
    let item = write(&mut mara, None, vault, b"two");
    let mut said = mara.flush();
    let later = said.pop().unwrap();
    let hash = later.entry.hash;
    ana.receive(&[later]);
    assert_eq!(ana.replica.rights().shown(&hash), Label::Provisional);
    assert!(ana.replica.quarantined().is_empty());
    let refused = ana.replica.adopt(hash, 30);
    assert!(matches!(refused, Err(WriteError::NotFound)));
    ana.receive(&said);
    assert_eq!(ana.read(item).unwrap(), b"two");
}
