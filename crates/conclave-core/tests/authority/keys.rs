//! What devices do with keys that the record has: single rules, one story each (docs/mutations.md).

use std::collections::BTreeSet;

use conclave_core::{
    body::{Complaint, Recipient},
    epoch::{Epochs, Sealing},
    id::{EntryHash, GrantId, ScopeId, SubjectId},
    kind::Kind,
    role::Role,
};
use conclave_testkit::stories::{By, Story};

use crate::rules::{founder, given, judge, with_keys};

/// A story whose founder reads a vault, whose hand they write with there, and the vault.
fn with_a_vault(number: u64) -> (Story, By, ScopeId) {
    let mut story = Story::new(number).start();
    let (by, vault) = (founder(&story), story.scopes[1].id);
    let user = SubjectId::User(story.user(1));
    let grant = story.grant(by, user, vault, Role::Editor, &[]);
    let by = By::under(story.first(1), grant.into());
    (story, by, vault)
}

/// What one of a person's devices has is on its way to the others. A second key by one of them would
/// only go the same way.
#[test]
fn a_device_waits_for_what_its_person_has() {
    let (mut story, by, vault) = with_a_vault(12);
    story.key_epoch(by, vault, 1, &[], &[]);
    let epochs = Epochs::new(judge(&story));
    assert!(!epochs.kept_from(vault, story.kit(1)));
    assert!(epochs.kept_from(vault, story.first(5)));
}

/// A new key carries no more than the ends of what its author holds, however many came before.
#[test]
fn a_new_key_wraps_only_what_no_other_held_key_wraps() {
    let (mut story, by, vault) = with_a_vault(13);
    let [one, aside] = [(); 2].map(|()| story.key_epoch(by, vault, 1, &[], &[]));
    let two = story.key_epoch(by, vault, 2, &[one], &[]);
    let three = story.key_epoch(by, vault, 3, &[two], &[]);
    let epochs = Epochs::new(judge(&story));
    let parents = |held: &[EntryHash]| {
        let mint = epochs.mint(vault, |epoch| held.contains(&epoch));
        mint.parents.into_iter().collect::<BTreeSet<_>>()
    };
    assert_eq!(parents(&[one, two, three, aside]), [three, aside].into());
    // What only a key wraps that is not held goes into the new one.
    assert_eq!(parents(&[one, two, aside]), [two, aside].into());
    assert_eq!(parents(&[one, three]), [one, three].into());
}

fn complain(story: &mut Story, by: By, epoch: EntryHash) -> EntryHash {
    story.say(by, Kind::Complaint, &Complaint { epoch })
}

fn unanswered(story: &Story) -> Vec<(EntryHash, Sealing)> {
    Epochs::new(judge(story)).unanswered()
}

/// Somebody spoils a box, and a helper who never held the key sends as many boxes as are sent at
/// most: the answer is due all the same, once.
#[test]
fn hostile_07_boxes_by_an_outsider_use_up_no_answer() {
    let (mut story, epoch, sealing) = with_keys(14);
    let by = By::under(story.first(5), given(&story, 5));
    complain(&mut story, by, epoch);
    let outsider = By::under(story.first(4), given(&story, 4));
    for _ in 0..2 {
        story.add_box(outsider, epoch, sealing, false);
        assert_eq!(unanswered(&story), [(epoch, sealing)]);
    }
    let holder = By::under(story.first(1), story.grants.last().unwrap().id);
    story.add_box(holder, epoch, sealing, true);
    assert_eq!(unanswered(&story), []);
}

/// A vault's key, and three whom it is sealed to by a key of theirs: two people, and a group with
/// the grant by which its one member reads the vault.
fn with_three(number: u64) -> (Story, EntryHash, [Sealing; 3], GrantId) {
    let (mut story, epoch, editor) = with_keys(number);
    let (vault, group, user) = (story.scopes[1].id, story.scopes[3].id, story.user(3));
    let (by, subject) = (founder(&story), SubjectId::Group(group));
    let through = story.grant(by, subject, vault, Role::Viewer, &[]);
    let own = story.facts.users[&user].scope;
    let manager = story.key_epoch(By::own(story.first(3)), own, 1, &[], &[]);
    let by = By::under(story.first(4), given(&story, 4));
    let members = story.key_epoch(by, group, 1, &[], &[]);
    let manager = Sealing {
        recipient: Recipient::User(user),
        key: Some(manager),
    };
    let members = Sealing {
        recipient: Recipient::Group(group),
        key: Some(members),
    };
    let all = [editor, manager, members];
    (story, epoch, all, through.into())
}

/// Whoever complains is answered with the box that they open: the others have theirs.
#[test]
fn a_complaint_brings_a_box_to_nobody_else() {
    let (mut story, epoch, [editor, ..], _) = with_three(15);
    let by = By::under(story.first(5), given(&story, 5));
    complain(&mut story, by, epoch);
    assert_eq!(unanswered(&story), [(epoch, editor)]);
    let (mut story, epoch, [.., members], through) = with_three(15);
    let member = Some(given(&story, 4));
    let by = By::under(story.first(4), through).through(member);
    complain(&mut story, by, epoch);
    assert_eq!(unanswered(&story), [(epoch, members)]);
}

/// What a device complained of in its time still counts when it is ended; it opens no box any more.
#[test]
fn a_device_that_was_ended_is_sent_no_second_box() {
    let (mut story, epoch, sealing) = with_keys(16);
    let (user, own) = (story.user(5), By::own(story.first(5)));
    let device = story.add_device(own, user, 1);
    let by = By::under(device, given(&story, 5));
    let complaint = complain(&mut story, by, epoch);
    assert_eq!(unanswered(&story), [(epoch, sealing)]);
    let pins = vec![story.entry(complaint).at()];
    story.cut_device(own, user, device, pins);
    assert!(judge(&story).is_valid(complaint));
    assert_eq!(unanswered(&story), []);
}
