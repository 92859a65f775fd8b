//! Row 12: what somebody who was taken out goes on to wrap for others.

use conclave_core::{
    body,
    kind::Kind,
    role::Role,
    sealing::{hold_wrap, open_wrap},
};
use conclave_testkit::{
    evil_member::EvilMember,
    people::{Person, found_team},
    rng::seeded,
};

/// Eve read a vault and still has the content keys of what she saw. She wraps them under a key that
/// everybody in the team has: while she reads the vault that counts, as she might as well send the
/// text; after her end it opens nothing for anybody.
#[test]
fn hostile_12_a_wrap_by_whoever_was_taken_out_opens_nothing() {
    let mut ana = found_team(1).person;
    let vault = ana.vault("Production");
    let (mut gus, _) = ana.join("Gus", Role::Viewer, &[]);
    let (eve, _) = ana.join("Eve", Role::Viewer, &[vault]);
    let mut eve = EvilMember::of(eve);
    let items = [ana.write(vault, b"one"), ana.write(vault, b"two")];
    eve.person.receive(&ana.flush());
    let under = eve.grant_on(vault);
    let keys = eve.keys();
    let directory = ana.replica.rights().directory();
    let everybodys = ana.replica.usable_epoch(directory).unwrap();
    let adds = items.map(|(item, hash)| {
        let revision = ana.replica.revision(&hash).unwrap();
        let (team, payload) = (ana.replica.team(), revision.payload.hash);
        let theirs = &revision.body.wraps[0];
        let key = open_wrap(team, item, &payload, theirs, &keys[&theirs.epoch()]).unwrap();
        let place = (directory, everybodys, &keys[&everybodys]);
        let wraps = vec![hold_wrap(team, item, &payload, place, &key, &mut seeded(2))];
        body::WrapAdd {
            revision: hash,
            wraps,
        }
    });
    let reads =
        |gus: &Person| items.map(|(item, hash)| (gus.read(item), gus.replica.can_open(&hash)));
    let in_time = eve.say(Kind::WrapAdd, Some(under), &adds[0]);
    ana.receive(&[in_time]);
    let now = ana.tick();
    ana.replica
        .revoke(eve.user(), vault, now, &mut ana.rng)
        .unwrap();
    let late = eve.say(Kind::WrapAdd, Some(under), &adds[1]);
    ana.receive(&[late]);
    gus.catch_up(&ana);
    assert_eq!(reads(&gus), [(Some(b"one".to_vec()), true), (None, false)]);
}
