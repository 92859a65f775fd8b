//! Rows 8 and 23: what a member, or a device that was ended, says in a person's name about who is
//! to be in the team.

use conclave_core::{kind::Kind, replica::WriteError, role::Role};
use conclave_testkit::{
    evil_member::EvilMember,
    people::{Person, found_team},
};

use crate::removals::further_device;

/// Eve asks under Mara's grant. Whoever manages the team would take Mara out, as she seems to wish.
#[test]
fn hostile_08_nobody_asks_to_leave_for_somebody_else() {
    let mut ana = found_team(1).person;
    let (mut mara, _) = ana.join("Mara", Role::Editor, &[]);
    let (eve, said) = ana.join("Eve", Role::Editor, &[]);
    mara.receive(&said);
    let mut eve = EvilMember::of(eve);
    let live = ana.replica.rights().live_grants();
    let hers = live.iter().find(|g| g.user == Some(mara.user()));
    let draft = eve.draft(Kind::Leave, hers.map(|g| g.id));
    let lie = eve.sign(draft);
    for person in [&mut ana, &mut mara] {
        person.receive(std::slice::from_ref(&lie));
        assert_eq!(person.replica.leaving(), []);
    }
    let now = mara.tick();
    mara.replica.leave(now).unwrap();
    ana.receive(&mara.flush());
    assert_eq!(ana.replica.leaving(), [(mara.user(), now)]);
}

/// Ana's team, Mara as an admin of it, Jonas, and a computer of Mara's that she has ended.
fn with_an_ended_device() -> (Person, Person, Person, Person) {
    let mut ana = found_team(2).person;
    let (mut mara, _) = ana.join("Mara", Role::Editor, &[]);
    let (jonas, _) = ana.join("Jonas", Role::Editor, &[]);
    let (now, team) = (ana.tick(), ana.replica.team_scope());
    ana.replica
        .grant(mara.user(), team, Role::Admin, None, now, &mut ana.rng)
        .unwrap();
    ana.flush();
    mara.catch_up(&ana);
    let mut lap = further_device(&mut mara);
    let (keys, now) = (lap.replica.own_keys(), mara.tick());
    mara.replica.add_device(keys, now, &mut mara.rng).unwrap();
    mara.receive(&lap.flush());
    let device = lap.replica.device();
    mara.replica
        .revoke_device(device, now, &mut mara.rng)
        .unwrap();
    mara.flush();
    for person in [&mut ana, &mut lap] {
        person.catch_up(&mara);
    }
    (ana, mara, jonas, lap)
}

/// Whoever found it asks to leave in Mara's name, and nobody is asked to take her out.
#[test]
fn hostile_23_an_ended_device_asks_for_nobody_to_leave() {
    let (mut ana, mut mara, _, mut lap) = with_an_ended_device();
    let now = lap.tick();
    lap.replica.leave(now).unwrap();
    let lie = lap.flush();
    assert!(!lie.is_empty());
    for person in [&mut ana, &mut mara] {
        person.receive(&lie);
        assert_eq!(person.replica.leaving(), []);
    }
}

/// Nor does it take anybody out, and whoever tries is told so.
#[test]
fn hostile_23_a_removal_by_an_ended_device_is_not_taken_for_one() {
    let (mut ana, _, jonas, mut lap) = with_an_ended_device();
    let (now, team) = (lap.tick(), ana.replica.team_scope());
    assert_eq!(lap.replica.may_remove(jonas.user(), team), Ok(()));
    let refused = lap
        .replica
        .remove_user(jonas.user(), team, now, &mut lap.rng);
    assert!(matches!(refused, Err(WriteError::NotAllowed)));
    ana.receive(&lap.flush());
    assert!(!ana.replica.is_out(jonas.user()));
}
