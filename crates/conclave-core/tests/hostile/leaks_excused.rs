//! Row 8: what looks like a key given away and is none.

use conclave_core::{
    body::{self, Recipient},
    kind::Kind,
    replica::Who,
    role::Role,
    sealing::Addressee,
};
use conclave_crypto::{DeviceSeed, SealPublicKey};
use conclave_testkit::{evil_member::EvilMember, rng::seeded};

use crate::leaks::team;

/// Whoever seals to a group whose key a member gives away has done nothing: the member has.
#[test]
fn hostile_08_who_seals_to_a_key_that_another_gave_away_is_not_named() {
    let mut t = team(103);
    let now = t.ana.tick();
    let ana = &mut t.ana;
    let group = ana
        .replica
        .create_group("Ops", 1, now, &mut ana.rng)
        .unwrap();
    for user in [t.eve.user(), t.mara.user()] {
        let who = ana
            .replica
            .grant(user, group, Role::Viewer, None, now, &mut ana.rng);
        who.unwrap();
    }
    t.settle();
    // Eve gives the group's key away; Ana has not heard of it and lets the group into a vault.
    let to = t.eve.address_of(t.gus.user()).unwrap();
    let theirs = t.ana.replica.usable_epoch(group).unwrap();
    let under = Some(t.eve.grant_on(group));
    let lie = t.eve.add_box(under, theirs, &to, true);
    let other = t.ana.vault("Staging");
    let now = t.ana.tick();
    t.ana
        .replica
        .grant(
            Who::Group(group),
            other,
            Role::Viewer,
            None,
            now,
            &mut t.ana.rng,
        )
        .unwrap();
    let fell = t.ana.replica.usable_epoch(other).unwrap();
    let news = t.ana.flush();
    t.hear(&news);
    t.hear(&[lie]);
    assert!(!t.ana.replica.rights().ranked(other).contains(&fell));
    assert_eq!(t.named(), 1);
    t.settle();
    assert_eq!(t.named(), 1);
}

/// Two people answer one invitation, two admins each let one of them in, and one is passed over:
/// whoever let them in has given nothing away that they knew better.
#[test]
fn who_lets_somebody_in_whom_another_rule_turns_away_is_not_named() {
    let mut t = team(104);
    let (now, mara, all) = (t.ana.tick(), t.mara.user(), t.ana.replica.team_scope());
    for (scope, role) in [(all, Role::Admin), (t.vault, Role::Manager)] {
        let given = t
            .ana
            .replica
            .grant(mara, scope, role, None, now, &mut t.ana.rng);
        given.unwrap();
    }
    let other = t.ana.vault("Staging");
    let given = t
        .ana
        .replica
        .grant(mara, other, Role::Manager, None, now, &mut t.ana.rng);
    given.unwrap();
    t.settle();
    let invited = t.ana.invite("Lena", Role::Viewer, &[t.vault, other]);
    let news = t.ana.flush();
    t.hear(&news);
    let (_, first, by_lena) = t.ana.answer(&invited, "Lena");
    let (_, second, by_max) = t.ana.answer(&invited, "Max");
    let asked = [by_lena, by_max].concat();
    let mut news = asked.clone();
    for (person, request) in [(&mut t.ana, first), (&mut t.mara, second)] {
        person.receive(&asked);
        let request = person.replica.open_request(invited.invite, &request);
        news.extend(person.admit(&request.unwrap(), Role::Viewer, &[t.vault, other]));
    }
    let used = [t.vault, other].map(|scope| t.mara.replica.usable_epoch(scope).unwrap());
    t.hear(&news);
    for (scope, epoch) in [t.vault, other].into_iter().zip(used) {
        assert!(!t.ana.replica.rights().ranked(scope).contains(&epoch));
    }
    assert_eq!(t.named(), 0);
    t.settle();
    assert_eq!(t.named(), 0);
}

/// Whoever does not hold a key gives none away, whatever they publish.
#[test]
fn who_does_not_hold_a_key_does_not_give_it_away() {
    let mut t = team(110);
    let mut ana = EvilMember::of(t.ana);
    let under = Some(ana.grant_on(t.vault));
    let own = [ana.own_address()];
    let (alone, _) = ana.epoch(under, t.vault, &[], &own, |_| {});
    t.ana = ana.person;
    t.hear(std::slice::from_ref(&alone));
    let to = t.eve.address_of(t.gus.user()).unwrap();
    let under = Some(t.eve.grant_on(t.vault));
    let nonsense = t.eve.add_box(under, alone.entry.hash, &to, false);
    t.hear(&[nonsense]);
    assert_eq!(t.named(), 0);
}

/// Who reads through a group reads until they are out of it: until then a key is theirs, and then it is
/// for whoever does not know better. An old key of the group is none to seal to for whoever does.
#[test]
fn who_was_in_a_group_may_have_keys_until_their_end_is_known() {
    let mut t = team(111);
    let (gus, vault) = (t.gus.user(), t.vault);
    let group = t
        .ana(|ana, now, rng| ana.create_group("Ops", 1, now, rng))
        .unwrap();
    t.ana(|ana, now, rng| ana.add_member(group, gus, now, rng))
        .unwrap();
    t.ana(|ana, now, rng| ana.grant(Who::Group(group), vault, Role::Viewer, None, now, rng))
        .unwrap();
    let (old, theirs) = (
        t.used().unwrap(),
        t.ana.replica.usable_epoch(group).unwrap(),
    );
    t.ana(|ana, now, rng| ana.remove_member(group, gus, now, rng))
        .unwrap();
    assert_ne!(t.used(), Some(old));
    let to = t.eve.address_of(gus).unwrap();
    let under = Some(t.eve.grant_on(vault));
    let late = t.eve.add_box(under, old, &to, true);
    t.hear(&[late]);
    assert_eq!(t.named(), 0);
    let to_group = t.address(Recipient::Group(group), theirs);
    t.leak_to(&to_group);
    assert_eq!(t.named(), 1);
    let heard = t.ana.replica.own_end().unwrap();
    let heard = t.eve.has_seen([heard]);
    let late = t.eve.add_box(under, old, &to, true);
    t.hear(&[heard, late]);
    assert_eq!(t.named(), 2);
}

/// The key that a person had before a device of theirs was ended is none to seal to for whoever should
/// know.
#[test]
fn an_ended_device_has_no_keys_once_its_end_is_known() {
    let mut t = team(112);
    let mut mara = EvilMember::of(t.mara);
    let seed = DeviceSeed::random(&mut seeded(9));
    let pk = seed.sealing().public().clone();
    let keys = conclave_core::keys::DeviceKeys {
        sign: *seed.signing().verify_key().as_bytes(),
        seal: Box::new(*pk.as_bytes()),
    };
    let (user, lost) = (mara.user(), keys.id());
    let add = body::DeviceAdd {
        user,
        keys: Box::new(keys),
    };
    let added = mara.say(Kind::DeviceAdd, None, &add);
    let own = mara.person.replica.own_scope();
    let before = mara.person.replica.usable_epoch(own).unwrap();
    let to = Addressee {
        recipient: Recipient::Device(lost),
        key: None,
        pk: SealPublicKey::from_bytes(pk.as_bytes()).unwrap(),
    };
    mara.person.receive(std::slice::from_ref(&added));
    let boxed = mara.add_box(None, before, &to, true);
    let end = body::DeviceRevoke {
        user,
        device: lost,
        pins: vec![],
    };
    let ended = mara.say(Kind::DeviceRevoke, None, &end);
    t.mara = mara.person;
    let old = t.used().unwrap();
    t.hear(&[added, boxed, ended]);
    let to = t.address(Recipient::User(user), before);
    let under = Some(t.eve.grant_on(t.vault));
    let late = t.eve.add_box(under, old, &to, true);
    t.hear(&[late]);
    assert_eq!((t.used(), t.named()), (None, 0));
    t.ana.write(t.vault, b"another key");
    let news = t.ana.flush();
    t.hear(&news);
    t.leak_to(&to);
    assert_eq!((t.used(), t.named()), (None, 1));
}

/// A right that somebody else gave and that does not count may have looked otherwise from where
/// somebody stood.
#[test]
fn who_seals_by_a_right_that_another_wrote_is_not_named() {
    let mut t = team(113);
    let mut mara = EvilMember::of(t.mara);
    let (under, gus) = (mara.grant_on(t.vault), t.gus.user());
    let grant = mara.grant(under, gus, (t.vault, Role::Viewer), None);
    t.mara = mara.person;
    t.hear(&[grant]);
    let to = t.eve.address_of(gus).unwrap();
    t.leak_to(&to);
    assert_eq!((t.used(), t.named()), (None, 0));
}
