//! Single rules that random worlds seldom meet, one story each (docs/mutations.md).

use std::collections::BTreeSet;

use conclave_core::{
    authority::{State, evaluate},
    body::{Complaint, Invite, Recipient, ScopeKind, Wrap, WrapAdd},
    epoch::{Choice, Epochs, Sealing},
    id::{EntryHash, GrantId, InviteId, ScopeId, SubjectId, TeamId},
    kind::Kind,
    role::Role,
};
use conclave_testkit::stories::{By, Story};

pub(crate) fn judge(story: &Story) -> State {
    evaluate(story.facts.clone(), &story.entries)
}

pub(crate) fn founder(story: &Story) -> By {
    By::under(story.first(1), story.roots()[1])
}

fn last(story: &Story) -> EntryHash {
    story.entries.last().unwrap().hash
}

/// The grant of a person that a story began with.
pub(crate) fn given(story: &Story, number: usize) -> GrantId {
    let subject = SubjectId::User(story.user(number));
    let grant = story.grants.iter().find(|g| g.subject == subject);
    grant.unwrap().id
}

#[test]
fn a_vault_and_a_group_lie_in_the_team_and_an_item_in_a_vault() {
    let mut story = Story::new(1).start();
    let (by, team) = (founder(&story), story.facts.team_scope());
    let [vault, group] = [1, 3].map(|at| story.scopes[at].id);
    let misplaced = [
        (ScopeKind::Vault, vault),
        (ScopeKind::Group, vault),
        (ScopeKind::Group, group),
        (ScopeKind::Item, group),
        (ScopeKind::Item, team),
    ];
    for (kind, parent) in misplaced {
        story.scope(by, kind, Some(parent));
        let state = judge(&story);
        assert!(!state.is_valid(last(&story)), "{kind:?} in {parent}");
    }
    story.scope(by, ScopeKind::Item, Some(vault));
    assert!(judge(&story).is_valid(last(&story)));
}

#[test]
fn only_a_personal_scope_lies_nowhere_and_only_an_admin_of_the_team_makes_a_vault() {
    let mut story = Story::new(14).start();
    let (by, team) = (founder(&story), story.facts.team_scope());
    let (vault, user) = (story.scopes[1].id, SubjectId::User(story.user(4)));
    let there = story.grant(by, user, vault, Role::Admin, &[]);
    let there = By::under(story.first(4), there.into());
    let misplaced = [
        (by, ScopeKind::Vault, None),
        (by, ScopeKind::Group, None),
        (by, ScopeKind::Item, None),
        (by, ScopeKind::Personal, Some(team)),
        (there, ScopeKind::Vault, Some(team)),
    ];
    for (by, kind, parent) in misplaced {
        story.scope(by, kind, parent);
        assert!(!judge(&story).is_valid(last(&story)), "{kind:?}");
    }
    story.scope(there, ScopeKind::Item, Some(vault));
    assert!(judge(&story).is_valid(last(&story)));
    story.scope(there, ScopeKind::Personal, None);
    assert!(judge(&story).is_valid(last(&story)));
}

#[test]
fn nobody_is_given_a_built_in_scope_or_a_persons_own() {
    let mut story = Story::new(2).start();
    let by = founder(&story);
    let facts = &story.facts;
    let own = facts.users[&story.user(5)].scope;
    for scope in [facts.directory, facts.audit, facts.admins, own] {
        let subject = SubjectId::User(story.user(5));
        let hash = story.grant(by, subject, scope, Role::Viewer, &[]);
        assert!(!judge(&story).is_valid(hash));
    }
}

/// The founder's device, with the right to all of this team, in another one.
#[test]
fn hostile_18_what_was_said_in_another_team_is_passed_over() {
    let mut story = Story::new(17).start();
    let (by, vault) = (founder(&story), story.scopes[1].id);
    let subject = SubjectId::User(story.user(5));
    let ours = story.facts.team;
    let mut said_in = |team| {
        story.facts.team = team;
        let grant = story.grant(by, subject, vault, Role::Admin, &[]);
        story.facts.team = ours;
        (
            judge(&story).is_valid(grant),
            judge(&story).grant(grant.into()).is_some(),
        )
    };
    assert_eq!(said_in(ours), (true, true));
    assert_eq!(said_in(TeamId::new([9; 32])), (false, false));
}

/// What a grant is for is a person, a machine or a group, and what it answers is an invitation.
#[test]
fn nothing_is_given_to_a_vault_or_in_answer_to_anything() {
    let mut story = Story::new(12).start();
    let (by, vault, group) = (founder(&story), story.scopes[1].id, story.scopes[3].id);
    let [by_vault, by_group] = [vault, group].map(|scope| {
        let subject = SubjectId::Group(scope);
        story.grant(by, subject, vault, Role::Viewer, &[])
    });
    let whom = (SubjectId::User(story.user(4)), vault, Role::Viewer);
    let receipt = story.audit(by);
    let invite = Invite {
        invite: InviteId::new([1; 32]),
        key: [1; 32],
        expires_ms: 0,
    };
    let invite = story.say(by, Kind::Invite, &invite);
    let [to_receipt, to_invite] =
        [receipt, invite].map(|hash| story.grant_for(by, whom, &[], Some(hash)));
    let state = judge(&story);
    let valid = [by_vault, by_group, to_receipt, to_invite].map(|hash| state.is_valid(hash));
    assert_eq!(valid, [false, true, false, true]);
}

/// Whoever reads an item's vault may wrap it for any scope, and whoever reads a scope for that.
#[test]
fn a_wrap_is_added_by_a_reader_of_the_vault_or_of_each_scope() {
    let mut story = Story::new(13).start();
    let [home, other] = [1, 2].map(|at| story.scopes[at].id);
    let (by, user) = (founder(&story), SubjectId::User(story.user(2)));
    let outside = story.grant(by, user, other, Role::Viewer, &[]);
    let inside = By::under(story.first(5), given(&story, 5));
    let outside = By::under(story.first(2), outside.into());
    let revision = story.item(inside, home);
    let mut wrap = |by, scopes: &[ScopeId]| {
        let wraps = scopes.iter().map(|scope| Wrap::Held {
            scope: *scope,
            epoch: revision,
            wrapped: [0; 136],
        });
        let wraps = wraps.collect();
        let add = story.say(by, Kind::WrapAdd, &WrapAdd { revision, wraps });
        judge(&story).is_valid(add)
    };
    assert!(wrap(inside, &[other]));
    assert!(wrap(outside, &[other]));
    assert!(!wrap(outside, &[home]));
    assert!(!wrap(outside, &[home, other]));
}

/// Under a group's grant one's own membership in that very group is needed, not just any grant.
#[test]
fn another_grant_is_no_membership() {
    let mut story = Story::new(3).start();
    let (home, group) = (story.scopes[2].id, story.scopes[3].id);
    let of_group = story
        .grants
        .iter()
        .find(|g| g.subject == SubjectId::Group(group));
    let of_group = of_group.unwrap().id;
    let (outside, member) = (given(&story, 5), given(&story, 4));
    let by = By::under(story.first(5), of_group);
    let stranger = story.item(by.through(Some(outside)), home);
    let nobody = story.item(by, home);
    let of_other = story.item(by.through(Some(member)), home);
    let inside = By::under(story.first(4), of_group).through(Some(member));
    let inside = story.item(inside, home);
    let state = judge(&story);
    let valid = [stranger, nobody, of_other, inside].map(|hash| state.is_valid(hash));
    assert_eq!(valid, [false, false, false, true]);
}

/// Whoever makes a group inside their personal vault fills it alone, whatever it is granted.
#[test]
fn a_membership_in_a_personal_tree_is_none() {
    let mut story = Story::new(8).start();
    let (home, user) = (story.scopes[2].id, SubjectId::User(story.user(5)));
    let by = By::under(story.first(5), given(&story, 5));
    let personal = story.scope(by, ScopeKind::Personal, None);
    let own = By::under(story.first(5), personal.into());
    let group = story.scope(own, ScopeKind::Group, Some(personal));
    let member = story.grant(own, user, group, Role::Viewer, &[]);
    let by = founder(&story);
    let of_group = story.grant(by, SubjectId::Group(group), home, Role::Editor, &[]);
    let through = By::under(story.first(5), of_group.into()).through(Some(member.into()));
    let item = story.item(through, home);
    let state = judge(&story);
    let valid = [member, of_group, item].map(|hash| state.is_valid(hash));
    assert_eq!(valid, [true, true, false]);
}

/// A person's devices say whose devices they add and end: only their own person's.
#[test]
fn a_device_adds_and_ends_devices_of_its_own_person_alone() {
    let mut story = Story::new(4).start();
    let (mine, theirs) = (story.user(5), story.user(3));
    let (device, victim) = (story.first(5), story.first(3));
    let added = story.add_device(By::own(device), theirs, 1);
    story.cut_device(By::own(device), theirs, victim, vec![]);
    let state = judge(&story);
    for user in [mine, theirs] {
        assert!(state.tree(user).iter().all(|d| d.id != added && d.live()));
    }
    assert!(state.tree(theirs).iter().any(|d| d.id == victim));
}

/// A group that nobody had the right to make lets nobody read, whoever fills it.
#[test]
fn a_group_that_does_not_count_has_no_readers() {
    let mut story = Story::new(5).start();
    let team = story.facts.team_scope();
    let by_editor = By::under(story.first(5), given(&story, 5));
    let group = story.scope(by_editor, ScopeKind::Group, Some(team));
    let (by, vault, user) = (founder(&story), story.scopes[2].id, story.user(5));
    story.grant(by, SubjectId::Group(group), vault, Role::Viewer, &[]);
    story.grant(by, SubjectId::User(user), group, Role::Viewer, &[]);
    let state = judge(&story);
    assert!(!state.readers(vault).contains(&SubjectId::User(user)));
    assert!(!state.maybe_readers(vault).contains(&SubjectId::User(user)));
}

/// Generation and parents of a new key: one more than the highest parent, of the same scope.
#[test]
fn a_new_key_follows_its_parents() {
    let mut story = Story::new(6).start();
    let [a, b] = [1, 2].map(|at| story.scopes[at].id);
    let (by, user) = (founder(&story), SubjectId::User(story.user(1)));
    let in_a = story.grant(by, user, a, Role::Editor, &[]);
    let in_b = story.grant(by, user, b, Role::Editor, &[]);
    let [by_a, by_b] = [in_a, in_b].map(|g| By::under(story.first(1), g.into()));
    let first = story.key_epoch(by_a, a, 1, &[], &[]);
    let other = story.key_epoch(by_b, b, 1, &[], &[]);
    let second = story.key_epoch(by_a, a, 2, &[first], &[]);
    let wrong = [
        story.key_epoch(by_a, a, 0, &[], &[]),
        story.key_epoch(by_a, a, 2, &[], &[]),
        story.key_epoch(by_a, a, 7, &[first], &[]),
        story.key_epoch(by_a, a, 1, &[first], &[]),
        story.key_epoch(by_a, a, 2, &[other], &[]),
        story.key_epoch(by_a, a, 2, &[first, other], &[]),
        story.key_epoch(by_a, a, u64::MAX, &[second], &[]),
    ];
    let state = judge(&story);
    assert!(
        [first, other, second]
            .iter()
            .all(|hash| state.is_valid(*hash))
    );
    assert!(wrong.iter().all(|hash| !state.is_valid(*hash)));
}

/// The same of a person's own scope, whose keys are written under no grant.
#[test]
fn a_persons_own_new_key_follows_its_parents() {
    let mut story = Story::new(11).start();
    let (by, own) = (
        By::own(story.first(5)),
        story.facts.users[&story.user(5)].scope,
    );
    let first = story.key_epoch(by, own, 1, &[], &[]);
    let second = story.key_epoch(by, own, 2, &[first], &[]);
    let wrong = [
        story.key_epoch(by, own, 2, &[], &[]),
        story.key_epoch(by, own, 7, &[first], &[]),
    ];
    let state = judge(&story);
    assert!([first, second].iter().all(|hash| state.is_valid(*hash)));
    assert!(wrong.iter().all(|hash| !state.is_valid(*hash)));
}

/// Whoever is not entitled seals under nothing, whatever they hold.
#[test]
fn a_key_in_hand_is_no_right_to_use_it() {
    let mut story = Story::new(7).start();
    let (vault, by) = (story.scopes[1].id, founder(&story));
    let user = SubjectId::User(story.user(1));
    let grant = story.grant(by, user, vault, Role::Editor, &[]);
    let outsider = story.first(4);
    let sealing = Sealing {
        recipient: Recipient::Device(story.first(1)),
        key: None,
    };
    let by = By::under(story.first(1), grant.into());
    let epoch = story.key_epoch(by, vault, 1, &[], &[sealing]);
    let epochs = Epochs::new(judge(&story));
    let choose = |device| epochs.choose(vault, device, |_| true);
    assert_eq!(choose(story.first(1)), Choice::Use(epoch));
    assert_eq!(choose(outsider), Choice::NotEntitled);
}

/// A story with a vault's key by the founder, boxed to an editor by a key of their own.
pub(crate) fn with_keys(number: u64) -> (Story, EntryHash, Sealing) {
    let mut story = Story::new(number).start();
    let (vault, editor) = (story.scopes[1].id, story.user(5));
    let own = story.facts.users[&editor].scope;
    let key = story.key_epoch(By::own(story.first(5)), own, 1, &[], &[]);
    let sealing = Sealing {
        recipient: Recipient::User(editor),
        key: Some(key),
    };
    let (by, user) = (founder(&story), SubjectId::User(story.user(1)));
    let grant = story.grant(by, user, vault, Role::Editor, &[]);
    let by = By::under(story.first(1), grant.into());
    let epoch = story.key_epoch(by, vault, 1, &[], &[sealing]);
    (story, epoch, sealing)
}

/// Under a grant that opens nothing there is nothing to complain of.
#[test]
fn a_complaint_that_does_not_count_is_not_answered() {
    let (mut story, epoch, sealing) = with_keys(9);
    let (by, team) = (founder(&story), story.facts.team_scope());
    let user = SubjectId::User(story.user(5));
    let elsewhere = story.grant(by, user, team, Role::Viewer, &[]);
    let complaint = Complaint { epoch };
    let inside = given(&story, 5);
    let mut complain = |grant: GrantId| {
        let by = By::under(story.first(5), grant);
        story.say(by, Kind::Complaint, &complaint);
        Epochs::new(judge(&story)).unanswered()
    };
    assert_eq!(complain(elsewhere.into()), []);
    assert_eq!(complain(inside), [(epoch, sealing)]);
}

/// A box is opened with the key that it says it is sealed to, or by a device; one for a person or a
/// group that says none is opened by nobody.
#[test]
fn a_box_lets_those_know_who_hold_the_key_that_it_is_sealed_to() {
    let (mut story, _, sealing) = with_keys(10);
    let by = By::under(story.first(1), story.grants.last().unwrap().id);
    let (vault, group) = (story.scopes[1].id, story.scopes[3].id);
    let epoch = story.key_epoch(by, vault, 1, &[], &[]);
    let [author, editor, other] = [1, 5, 3].map(|number| story.first(number));
    let mut know = |recipient, key| {
        let sealing = Sealing { recipient, key };
        let added = story.add_box(by, epoch, sealing, true);
        let state = judge(&story);
        assert!(state.is_valid(added));
        Epochs::new(state).know(epoch).collect::<BTreeSet<_>>()
    };
    let alone = BTreeSet::from([author]);
    assert_eq!(know(sealing.recipient, None), alone);
    assert_eq!(know(Recipient::Group(group), None), alone);
    let both = BTreeSet::from([author, editor]);
    assert_eq!(know(Recipient::Device(other), sealing.key), both);
    let all = BTreeSet::from([author, editor, other]);
    assert_eq!(know(Recipient::Device(other), None), all);
}
