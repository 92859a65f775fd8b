//! Row 8: boxes by somebody who cannot be shown to hold the key.

use conclave_core::{
    body,
    kind::Kind,
    role::Role,
    sealing::{make_box, make_epoch},
};
use conclave_testkit::{evil_member::EvilMember, people::found_team, rng::seeded};

/// Boxes by somebody who cannot be shown to hold the key are not tried, a good one as little as
/// fifty thousand bad ones: who was sent it by a holder opens it then.
#[test]
fn hostile_08_a_box_by_an_outsider_is_not_even_tried() {
    let mut ana = found_team(93).person;
    let vault = ana.vault("Production");
    let (mara, _) = ana.join("Mara", Role::Manager, &[vault]);
    let (mut jonas, said) = ana.join("Jonas", Role::Viewer, &[]);
    let (eve, more) = ana.join("Eve", Role::Viewer, &[]);
    let (mut mara, mut eve) = (EvilMember::of(mara), EvilMember::of(eve));
    for said in [&said, &more] {
        mara.person.receive(said);
        jonas.receive(said);
    }
    // Mara lets Jonas read and leaves the box to Eve, whom she told the key.
    let granted = mara.grant(
        mara.grant_on(vault),
        jonas.user(),
        (vault, Role::Viewer),
        None,
    );
    let epoch = ana.replica.usable_epoch(vault).unwrap();
    let to = eve.address_of(jonas.user()).unwrap();
    let key = &mara.keys()[&epoch];
    let sealed = make_box(ana.replica.team(), vault, 1, key, &to, &mut seeded(3));
    let add = body::KeyBoxAdd {
        epoch,
        boxes: vec![sealed.unwrap()],
    };
    let under = Some(eve.any_grant());
    let news = [granted, eve.say(Kind::KeyBoxAdd, under, &add)];
    for person in [&mut ana, &mut jonas] {
        person.receive(&news);
    }
    assert_eq!(jonas.replica.usable_epoch(vault), None);
    let now = ana.tick();
    assert_eq!(ana.replica.reconcile(now, &mut ana.rng).unwrap(), 1);
    jonas.receive(&ana.flush());
    assert_eq!(jonas.replica.usable_epoch(vault), Some(epoch));
    assert!(jonas.replica.spoilers().is_empty());
}

/// A key that only its maker can be shown to hold is not taken out of somebody else's epoch either:
/// what she was told beside the record would be boxed to everybody, in vain and without end.
#[test]
fn hostile_08_a_parents_key_by_an_outsider_is_not_taken() {
    let mut ana = found_team(94).person;
    let vault = ana.vault("Production");
    let (mara, _) = ana.join("Mara", Role::Editor, &[vault]);
    let (eve, said) = ana.join("Eve", Role::Editor, &[vault]);
    let (gus, more) = ana.join("Gus", Role::Viewer, &[]);
    let (mut mara, mut eve) = (EvilMember::of(mara), EvilMember::of(eve));
    for said in [&said, &more] {
        mara.person.receive(said);
    }
    eve.person.receive(&more);
    let first = ana.replica.usable_epoch(vault).unwrap();
    // Mara makes a key for herself alone, and tells Eve beside the record.
    let under = Some(mara.grant_on(vault));
    let (hers, told) = mara.epoch(under, vault, &[first], &[], |_| {});
    // Eve passes it on inside a key of her own, and ends that one by a box for somebody outside.
    let to = [ana.user(), gus.user()].map(|user| eve.address_of(user).unwrap());
    let held = [(hers.entry.hash, &told)];
    let team = ana.replica.team();
    let (body, _) = make_epoch(team, vault, 3, &held, &to, &mut seeded(4)).unwrap();
    let under = Some(eve.grant_on(vault));
    let passed_on = eve.say(Kind::KeyEpoch, under, &body);
    ana.receive(&[hers, passed_on]);
    assert_eq!(ana.replica.usable_epoch(vault), Some(first));
    for _ in 0..3 {
        let now = ana.tick();
        ana.replica.reconcile(now, &mut ana.rng).unwrap();
        ana.flush();
    }
    let now = ana.tick();
    ana.replica.stir();
    assert_eq!(ana.replica.reconcile(now, &mut ana.rng).unwrap(), 0);
}

/// Only a key that something is sealed under is boxed to the one in use: a reader may publish any
/// number of others, each of them cut off from it.
#[test]
fn hostile_08_keys_that_nothing_is_sealed_under_are_not_passed_on() {
    let mut ana = found_team(95).person;
    let vault = ana.vault("Production");
    let (_, said) = ana.join("Mara", Role::Editor, &[vault]);
    let (mut eve, more) = ana.join("Eve", Role::Editor, &[vault]);
    eve.receive(&said);
    eve.receive(&more);
    let mut eve = EvilMember::of(eve);
    ana.write(vault, b"old");
    ana.flush();
    let first = ana.replica.usable_epoch(vault).unwrap();
    let (under, to) = (
        Some(eve.grant_on(vault)),
        [ana.user(), eve.user()].map(|user| eve.address_of(user).unwrap()),
    );
    let others: Vec<_> = (0..5)
        .map(|_| eve.epoch(under, vault, &[], &to, |_| {}).0)
        .collect();
    ana.receive(&others);
    let current = ana.replica.usable_epoch(vault).unwrap();
    for _ in 0..2 {
        let now = ana.tick();
        ana.replica.reconcile(now, &mut ana.rng).unwrap();
        for written in ana.flush() {
            if let body::Body::KeyBoxAdd(add) = &written.entry.body {
                assert!([first, current].contains(&add.epoch), "{:?}", add.epoch);
            }
        }
    }
}
