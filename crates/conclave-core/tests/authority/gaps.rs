//! Gaps, forks and pins that name what is not there: single rules, one story each
//! (docs/mutations.md).

use conclave_core::{
    authority::{Label, Level, State, evaluate},
    body::{At, ScopeKind},
    id::{DeviceId, EntryHash, SubjectId},
    kind::Kind,
    role::Role,
};
use conclave_testkit::stories::{By, Story};

use crate::rules::{founder, given, judge};

/// What a story amounts to where one entry of it is not here.
fn judge_without(story: &Story, missing: EntryHash) -> State {
    let here = story.entries.iter().filter(|entry| entry.hash != missing);
    evaluate(story.facts.clone(), here)
}

fn sign_of_life(story: &mut Story, by: By) -> EntryHash {
    story.say_nothing(by, Kind::Heartbeat)
}

fn at(story: &Story, hash: EntryHash) -> At {
    story.entry(hash).at()
}

#[test]
fn an_entry_follows_the_one_right_below_it() {
    let mut story = Story::new(1).start();
    let by = By::own(story.first(5));
    let low = sign_of_life(&mut story, by);
    let far = sign_of_life(&mut story, by.after(Some((7, low))));
    let state = judge(&story);
    let labels = [low, far].map(|hash| state.label(hash).unwrap());
    assert_eq!(labels, [Label::Valid, Label::Provisional]);
}

/// Three edits, and an end of the right to them that pins what `pin` makes of the three.
fn pinned(pin: impl Fn(&Story, [EntryHash; 3]) -> At) -> Label {
    let mut story = Story::new(2).start();
    let (grant, home) = (given(&story, 5), story.scopes[1].id);
    let by = By::under(story.first(5), grant);
    let edits = [(); 3].map(|()| story.item(by, home));
    let pins = vec![pin(&story, edits)];
    let by = founder(&story);
    story.revoke(by, grant, pins);
    judge(&story).label(edits[0]).unwrap()
}

/// A pin that names no entry where it says tells nothing of what lies below it.
#[test]
fn a_pin_names_an_entry_of_that_log_at_that_place() {
    assert_eq!(pinned(|story, edits| at(story, edits[2])), Label::Valid);
    let too_high = |story: &Story, edits: [EntryHash; 3]| At {
        seq: 5,
        ..at(story, edits[1])
    };
    assert_eq!(pinned(too_high), Label::Provisional);
    let elsewhere = |story: &Story, edits: [EntryHash; 3]| {
        let pin = at(story, edits[2]);
        let other = |e: &&conclave_core::entry::Entry| e.log() != pin.log && e.seq() == pin.seq;
        let hash = story.entries.iter().find(other).unwrap().hash;
        At { hash, ..pin }
    };
    assert_eq!(pinned(elsewhere), Label::Provisional);
}

/// The entry above a gap names the one in it: a second one in the same place is not on the branch.
#[test]
fn what_the_lowest_entry_on_a_branch_does_not_name_is_off_it() {
    let mut story = Story::new(3).start();
    let (grant, home) = (given(&story, 5), story.scopes[1].id);
    let by = By::under(story.first(5), grant);
    let [low, missing, high] = [(); 3].map(|()| story.item(by, home));
    let seq = story.entry(low).seq();
    let beside = story.item(by.after(Some((seq, low))), home);
    let pins = vec![at(&story, high)];
    let by = founder(&story);
    story.revoke(by, grant, pins);
    let state = judge_without(&story, missing);
    let labels = [low, beside, high].map(|hash| state.label(hash).unwrap());
    assert_eq!(
        labels,
        [Label::Provisional, Label::Void, Label::Provisional]
    );
}

/// One device of a person adds another that ends a third, which says something afterwards. `first`
/// is what the adding device says before.
fn ended(story: &mut Story, first: impl Fn(&mut Story, By)) -> (DeviceId, EntryHash) {
    let (user, by) = (story.user(3), By::own(story.first(3)));
    first(story, by);
    let senior = story.add_device(by, user, 1);
    let elsewhere = by.log(1);
    for _ in 0..3 {
        sign_of_life(story, elsewhere);
    }
    let junior = story.add_device(elsewhere, user, 2);
    story.cut_device(By::own(senior), user, junior, vec![]);
    (junior, sign_of_life(story, By::own(junior)))
}

/// Where it is not sure that whoever ends a device may, the device is out, and perhaps entitled.
#[test]
fn an_end_that_is_not_certain_settles_nothing_for_good() {
    let mut story = Story::new(4).start();
    let (user, by) = (story.user(3), By::own(story.first(3)));
    let missing = sign_of_life(&mut story, by);
    let (junior, said) = ended(&mut story, |_, _| {});
    let own = story.facts.users[&user].scope;
    let seen = |state: &State| {
        let entitled = state.devices(own).contains(&junior);
        let perhaps = state.maybe_devices(own).contains(&junior);
        (state.label(said).unwrap(), entitled, perhaps)
    };
    assert_eq!(seen(&judge(&story)), (Label::Late, false, false));
    let in_part = judge_without(&story, missing);
    assert_eq!(seen(&in_part), (Label::Provisional, false, true));
}

/// A device that was added in one of two histories ends others all the same.
#[test]
fn a_device_that_a_fork_voids_still_ends_its_juniors() {
    let mut story = Story::new(5).start();
    let (junior, said) = ended(&mut story, |story, by| {
        let low = sign_of_life(story, by);
        let seq = story.entry(low).seq();
        for _ in 0..2 {
            sign_of_life(story, by.after(Some((seq, low))));
        }
    });
    let state = judge(&story);
    let mut tree = state.tree(story.user(3)).iter();
    assert!(!tree.any(|device| device.id == junior && device.live()));
    assert_eq!(state.label(said), Some(Label::Provisional));
}

/// A removal that may not count yet takes nobody's device out of what lies inside its pins.
#[test]
fn an_uncertain_removal_does_not_bear_on_whose_device_it_is() {
    let mut story = Story::with_people(6, 8).start();
    let (by, team, vault) = (
        founder(&story),
        story.facts.team_scope(),
        story.scopes[1].id,
    );
    let [admin, manager, editor] = [5, 6, 7].map(|number| SubjectId::User(story.user(number)));
    let place = story.grant(by, admin, team, Role::Admin, &[]);
    let right = story.grant(by, editor, vault, Role::Editor, &[]);
    let by = By::under(story.first(5), place.into());
    let missing = sign_of_life(&mut story, by);
    let manages = story.grant(by, manager, vault, Role::Manager, &[]);

    let own = By::own(story.first(7));
    let before = sign_of_life(&mut story, own);
    let (user, number) = (story.user(7), 1);
    let device = story.add_device(own, user, number);
    let item = story.item(By::under(device, right.into()), vault);
    let mut pins = vec![at(&story, before), at(&story, item)];
    pins.sort_by_key(|pin| pin.log);
    let by = By::under(story.first(6), manages.into());
    story.revoke(by, right.into(), pins);
    assert_eq!(judge(&story).label(item), Some(Label::Quarantined));
    let in_part = judge_without(&story, missing);
    assert_eq!(in_part.label(item), Some(Label::Valid));
}

/// Two histories may make one scope twice, once where it counts.
#[test]
fn of_several_entries_that_make_one_scope_the_best_counts() {
    let mut story = Story::new(7).start();
    let (by, team, vault) = (founder(&story), story.facts.team_scope(), ScopeKind::Vault);
    let subject = SubjectId::User(story.user(2));
    let again = story.grant(by, subject, team, Role::Admin, &[]);
    let (device, first) = (story.first(2), given(&story, 2));
    let before = story.head(device);
    let scope = story.scope(By::under(device, first), vault, Some(team));
    let made = story.entries.last().unwrap().hash;
    let twice = By::under(device, again.into()).after(before);
    assert_eq!(story.scope(twice, vault, Some(team)), scope);
    let pins = vec![at(&story, made)];
    story.revoke(by, first, pins);
    let state = judge(&story);
    assert!(state.is_valid(made));
    assert_eq!(state.scope(scope).unwrap().level, Level::Sure);
}
