//! Rows 12 and 24: removals in a circle, what somebody removed invites and adds, and clocks.

use std::collections::{BTreeMap, BTreeSet};

use conclave_core::{
    body::{self, Recipient},
    id::{ItemId, ScopeId, UserId},
    keys::UserFacts,
    kind::Kind,
    replica::{RequestProblem, WriteError, Written},
    role::Role,
};
use conclave_crypto::OuterKey;
use conclave_testkit::{
    evil_member::EvilMember,
    people::{Person, found_team},
};

use crate::strangers::boxed;

/// What one admin says to take another out, as far as everybody knew that one's logs.
fn removal(by: &mut EvilMember, of: &EvilMember, ana: &Person) -> Written {
    let team = ana.replica.team_scope();
    let log = of.chain().place().log;
    let (seq, hash) = ana.replica.ends()[&log];
    let remove = body::RemoveUser {
        user: of.user(),
        scope: team,
        pins: vec![body::At { log, seq, hash }],
    };
    let live = by.person.replica.rights().live_grants();
    let admin = live
        .iter()
        .find(|g| g.user == Some(by.user()) && g.role == Role::Admin);
    by.say(Kind::RemoveUser, Some(admin.unwrap().id), &remove)
}

/// Three admins remove each other in a circle, none knowing of the others' removals. Whoever was
/// made an admin first stands above; in every order of arrival the same one is out.
#[test]
fn hostile_12_a_circle_of_removals_has_one_outcome_in_every_order() {
    const ORDERS: [[usize; 3]; 6] = [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ];
    // Who removes whom, and who is then out: only a removal by somebody who stays counts, and ends
    // what is junior to it. Boris stays an admin; what he was given as a viewer is junior to every
    // admin.
    for (circle, out) in [([1, 2, 0], 1), ([2, 0, 1], 2)] {
        let mut ana = found_team(1).person;
        let vault = ana.vault("Production");
        let mut people: Vec<Person> = ["Boris", "Carla", "Dora", "Emil", "Fay"]
            .map(|name| ana.join(name, Role::Viewer, &[vault]).0)
            .into();
        let watching = people.split_off(3);
        let (now, team) = (ana.tick(), ana.replica.team_scope());
        for person in &people {
            ana.replica
                .grant(person.user(), team, Role::Admin, None, now, &mut ana.rng)
                .unwrap();
        }
        ana.flush();
        let mut admins: Vec<EvilMember> = people.into_iter().map(EvilMember::of).collect();
        for admin in &mut admins {
            admin.person.catch_up(&ana);
        }
        let users: Vec<UserId> = admins.iter().map(EvilMember::user).collect();
        let mut said = Vec::new();
        for (by, of) in circle.into_iter().enumerate() {
            let [by, of] = admins.get_disjoint_mut([by, of]).unwrap();
            said.push(removal(by, of, &ana));
        }
        let admins = admins.into_iter().map(|admin| admin.person);
        let mut all: Vec<Person> = [ana].into_iter().chain(admins).chain(watching).collect();
        let base = all[0].all();
        for (person, order) in all.iter_mut().zip(ORDERS) {
            person.replica.insert(base.clone());
            for n in order {
                person.receive(&said[n..=n]);
            }
            let roles = users.iter().map(|user| person.replica.team_role(*user));
            let admin = |n| (n != out).then_some(Role::Admin);
            let expected: Vec<_> = (0..3).map(admin).collect();
            assert_eq!(roles.collect::<Vec<_>>(), expected, "{order:?}");
            let readers = person.replica.rights().readers(vault);
            assert!(!readers.contains(&users[out]), "{order:?}");
            assert_eq!(readers.len(), 4, "{order:?}");
        }
    }
}

/// Somebody who was taken out and has not heard of it, or does not care: who they then invite and
/// let in is not in, whether or not the invitation is older, and a device that they then add gets
/// nothing.
#[test]
fn hostile_12_whoever_was_removed_invites_and_adds_nobody() {
    let mut ana = found_team(2).person;
    let vault = ana.vault("Production");
    let (mut eve, _) = ana.join("Eve", Role::Viewer, &[vault]);
    let (now, team) = (ana.tick(), ana.replica.team_scope());
    ana.replica
        .grant(eve.user(), team, Role::Manager, None, now, &mut ana.rng)
        .unwrap();
    ana.flush();
    eve.catch_up(&ana);
    let early = eve.invite("Noa", Role::Viewer, &[vault]);
    ana.receive(&eve.flush());
    ana.replica
        .remove_user(eve.user(), team, now, &mut ana.rng)
        .unwrap();
    ana.flush();

    let (noa, asked, theirs) = eve.answer(&early, "Noa");
    eve.receive(&theirs);
    let request = eve.replica.open_request(early.invite, &asked).unwrap();
    let mut said = [theirs, eve.admit(&request, Role::Viewer, &[vault])].concat();
    let late = eve.invite("Olaf", Role::Viewer, &[vault]);
    let (olaf, late_asked, theirs) = eve.answer(&late, "Olaf");
    eve.receive(&theirs);
    said.extend(eve.flush());
    said.extend(theirs);
    let request = eve.replica.open_request(late.invite, &late_asked).unwrap();
    said.extend(eve.admit(&request, Role::Viewer, &[vault]));
    let lap = further_device(&mut eve);
    let now = eve.tick();
    let keys = lap.replica.own_keys();
    eve.replica
        .add_device(keys.clone(), now, &mut eve.rng)
        .unwrap();
    said.extend(eve.flush());
    assert!(
        eve.replica.rights().readers(vault).contains(&olaf.user()),
        "as far as she knows, they are in"
    );

    ana.receive(&said);
    let now = ana.tick();
    ana.replica.reconcile(now, &mut ana.rng).unwrap();
    let (item, _) = ana.write(vault, b"later");
    let written = ana.flush();
    let (rights, out) = (ana.replica.rights(), [eve.user(), noa.user(), olaf.user()]);
    for user in out {
        assert_eq!(ana.replica.team_role(user), None);
        assert!(!rights.readers(vault).contains(&user));
        assert!(!rights.readers(rights.directory()).contains(&user));
    }
    let to = boxed(&written);
    let devices = [noa.replica.device(), olaf.replica.device(), keys.id()];
    assert!(out.iter().all(|user| !to.contains(&Recipient::User(*user))));
    assert!(devices.iter().all(|d| !to.contains(&Recipient::Device(*d))));
    // Her late invitation is none to Ana; her early one counts, and an admin may answer it.
    let read = ana.replica.open_request(late.invite, &late_asked);
    assert_eq!(read.err(), Some(RequestProblem::Unreadable));
    for mut person in [eve, noa, olaf, lap] {
        person.receive(&said);
        person.receive(&written);
        assert_eq!(person.read(item), None);
    }
}

/// A further computer of somebody, which nobody has vouched for.
pub(crate) fn further_device(of: &mut Person) -> Person {
    let replica = &of.replica;
    // EXPOSE: the person's own computer takes the outer key along.
    let mut out = *replica.out().expose_secret();
    let facts: UserFacts = replica.me().facts.clone();
    let genesis = replica.genesis().clone();
    let out = OuterKey::from_bytes(&mut out);
    let made: Result<_, WriteError> =
        conclave_core::replica::Replica::for_new_device(genesis, out, facts, 1, &mut of.rng);
    let mut lap = Person::new(made.unwrap(), 99);
    lap.catch_up(of);
    lap
}

/// What a team amounts to, without the hashes that a clock is part of.
#[derive(Debug, PartialEq, Eq)]
struct Amounts {
    roles: Vec<Option<Role>>,
    readers: BTreeMap<ScopeId, BTreeSet<UserId>>,
    /// Of each item what its ends say, and whether it is deleted.
    items: BTreeMap<ItemId, (BTreeSet<Vec<u8>>, bool)>,
    set_aside: usize,
}

/// The same week of the same people: edits at once, a deletion against an edit, a removal, and
/// what was done beyond it. Their clocks are what differs.
fn week(clocks: [u64; 4]) -> Vec<Amounts> {
    let mut ana = found_team(5).person;
    ana.now = clocks[0];
    let vault = ana.vault("Production");
    let [mut mara, mut jonas, mut lena] = ["Mara", "Jonas", "Lena"].map(|name| {
        let (person, _) = ana.join(name, Role::Manager, &[vault]);
        person
    });
    let (both, _) = ana.write(vault, b"base");
    let (deleted, _) = ana.write(vault, b"base");
    let (gone, _) = ana.write(vault, b"base");
    ana.flush();
    for (person, clock) in [&mut mara, &mut jonas, &mut lena]
        .into_iter()
        .zip(&clocks[1..])
    {
        person.catch_up(&ana);
        person.now = *clock;
    }
    mara.edit(both, b"by Mara");
    jonas.edit(both, b"by Jonas");
    let now = mara.tick();
    mara.replica.delete_item(deleted, now).unwrap();
    mara.replica.delete_item(gone, now).unwrap();
    jonas.edit(deleted, b"by Jonas");
    // A removal, and what the removed one did beyond it, with any clock.
    let now = ana.tick();
    ana.replica
        .revoke(lena.user(), vault, now, &mut ana.rng)
        .unwrap();
    lena.edit(both, b"by Lena");
    let (user, now) = (jonas.user(), lena.tick());
    lena.replica
        .grant(user, vault, Role::Viewer, None, now, &mut lena.rng)
        .unwrap();
    let said: Vec<_> = [&mut ana, &mut mara, &mut jonas, &mut lena]
        .map(Person::flush)
        .into();
    let users = [&ana, &mara, &jonas, &lena].map(Person::user);
    let mut people = [ana, mara, jonas];
    for person in &mut people {
        person.receive(&said.concat());
    }
    let amounts = people.iter().map(|person| {
        let rights = person.replica.rights();
        let scopes = rights.scopes().into_iter().map(|scope| scope.id);
        let read = |scope| rights.readers(scope).into_iter().collect();
        let text = |head: &_| person.read_revision(head).unwrap_or_default();
        let items = person
            .replica
            .items()
            .filter(|(_, item)| item.home == vault);
        let shown = person.replica.entries().map(|e| rights.shown(&e.hash));
        Amounts {
            roles: users.map(|user| person.replica.team_role(user)).into(),
            readers: scopes.map(|scope| (scope, read(scope))).collect(),
            items: items
                .map(|(id, item)| {
                    let texts = item.heads.iter().map(text).collect();
                    (id, (texts, item.deleted))
                })
                .collect(),
            set_aside: shown
                .filter(|shown| *shown == conclave_core::authority::Label::Quarantined)
                .count(),
        }
    });
    let amounts: Vec<Amounts> = amounts.collect();
    let texts = |item| amounts[0].items[&item].clone();
    let by = |text: &str| text.as_bytes().to_vec();
    assert_eq!(texts(both).0, [by("by Mara"), by("by Jonas")].into());
    assert_eq!(texts(deleted), ([by("by Jonas")].into(), false));
    assert!(texts(gone).1);
    amounts
}

/// Whatever the clocks say, ten years behind or ahead: the same people may do and read the same,
/// and the items say the same.
#[test]
fn hostile_24_clocks_years_off_decide_nothing() {
    const NOW: u64 = 1_800_000_000_000;
    const TEN_YEARS: u64 = 10 * 365 * 24 * 3_600_000;
    let right = week([NOW; 4]);
    assert!(right[0].set_aside >= 2, "{:?}", right[0]);
    for clocks in [
        [NOW, NOW - TEN_YEARS, NOW + TEN_YEARS, NOW],
        [NOW + TEN_YEARS, NOW, NOW - TEN_YEARS, NOW - TEN_YEARS],
        [NOW - TEN_YEARS, NOW + TEN_YEARS, NOW, NOW + TEN_YEARS],
        [u64::MAX - TEN_YEARS, 0, NOW, 0],
    ] {
        let off = week(clocks);
        assert_eq!(off, right, "{clocks:?}");
        assert_eq!(off[0], off[1], "{clocks:?}");
        assert_eq!(off[0], off[2], "{clocks:?}");
    }
}
