//! The authority order, one story for each of its terms: of two who end each other at once only the
//! senior's word counts.

use conclave_core::{
    authority::GrantState,
    id::{GrantId, SubjectId},
    role::Role,
};
use conclave_testkit::stories::{By, Story};

use crate::rules::{founder, given, judge};

/// Two managers of one vault, each by their grant, end each other. Which of the grants are live then?
fn duel(story: &mut Story, grants: [GrantId; 2]) -> [bool; 2] {
    let device = |story: &Story, grant| {
        let given = story.grants.iter().find(|g| g.id == grant).unwrap();
        story.facts.users[&given.subject.user().unwrap()].first
    };
    let [a, b] = grants;
    for (by, of) in [(b, a), (a, b)] {
        let by = By::under(device(story, by), by);
        story.revoke(by, of, vec![]);
    }
    let state = judge(story);
    grants.map(|grant| state.grant(grant).is_some_and(GrantState::live))
}

/// Somebody is made a manager of the story's first vault.
fn manager(story: &mut Story, by: By, number: usize) -> GrantId {
    let (subject, vault) = (SubjectId::User(story.user(number)), story.scopes[1].id);
    story.grant(by, subject, vault, Role::Manager, &[]).into()
}

/// Somebody has a place in the team.
fn place(story: &mut Story, by: By, number: usize, role: Role) -> By {
    let (subject, team) = (
        SubjectId::User(story.user(number)),
        story.facts.team_scope(),
    );
    let grant = story.grant(by, subject, team, role, &[]);
    By::under(story.first(number), grant.into())
}

/// An owner's owner has their turn before any admin, and what they give is further from the founding.
#[test]
fn of_one_rank_the_lower_depth_stands_above() {
    let mut story = Story::with_people(1, 8).start();
    let by = founder(&story);
    let owner = place(&mut story, by, 5, Role::Owner);
    let second = place(&mut story, owner, 6, Role::Owner);
    // By an admin whom the founder made.
    let high = given(&story, 3);
    let low = manager(&mut story, second, 7);
    assert_eq!(duel(&mut story, [high, low]), [true, false]);
}

/// A kit is the senior device of its person, and makes its person's grants no more senior than
/// those by somebody who stands above.
#[test]
fn of_one_depth_the_one_whose_parent_had_its_turn_first_stands_above() {
    let mut story = Story::with_people(2, 8).start();
    let by = founder(&story);
    let first = By::under(story.first(2), given(&story, 2));
    let second = place(&mut story, by, 6, Role::Admin);
    let kit = By::under(story.kit(6), story.grants.last().unwrap().id);
    assert_ne!(kit.device(), second.device());
    let low = manager(&mut story, kit, 7);
    let high = manager(&mut story, first, 5);
    assert_eq!(duel(&mut story, [high, low]), [true, false]);
}

/// A device that writes two logs may say two things in the same place.
#[test]
fn of_one_devices_entries_with_one_seq_the_lower_hash_stands_above() {
    let mut lower = [0; 2];
    for before in 0..6 {
        let mut story = Story::with_people(3, 8).start();
        let by = founder(&story);
        for _ in 0..before {
            story.audit(by);
        }
        let admin = place(&mut story, by, 5, Role::Admin);
        let grants =
            [(0, 6), (1, 7)].map(|(log, number)| manager(&mut story, admin.log(log), number));
        let [a, b] = grants.map(|grant| story.entry(grant.as_entry()).seq());
        assert_eq!(a, b);
        let first = usize::from(grants[1] < grants[0]);
        lower[first] += 1;
        let mut expected = [false; 2];
        expected[first] = true;
        assert_eq!(duel(&mut story, grants), expected);
    }
    assert!(lower.iter().all(|n| *n > 0));
}
