//! Row 3: somebody else's name, somebody else's keys, somebody else's device.

use conclave_core::{
    body, cbor,
    keys::DeviceKeys,
    kind::Kind,
    pack::{Chain, Draft, LogIdentity},
    replica::{About, Record, Written},
    role::Role,
};
use conclave_crypto::DeviceSeed;
use conclave_testkit::{
    evil_member::EvilMember,
    people::{Person, found_team},
};

/// The last name of a person that somebody reads.
fn name_of(reader: &Person, about: About) -> Option<String> {
    let names = reader.names().into_iter().filter(|(of, _)| *of == about);
    names.map(|(_, name)| name).next_back()
}

#[test]
fn hostile_03_a_renamed_directory_record_does_not_count() {
    let mut ana = found_team(1).person;
    let vault = ana.vault("Production");
    let (mara, _) = ana.join("Mara", Role::Editor, &[vault]);
    // Eve manages a vault: she may grant in it, and nowhere else.
    let eves = ana.vault("Eve's");
    let (eve, _) = ana.join("Eve", Role::Manager, &[eves]);
    let mut eve = EvilMember::of(eve);
    let about = About::User(mara.user());
    let directory = ana.replica.rights().directory();
    let team = ana.replica.team_scope();

    let record = Record::new(about, "Ana", 1, &mut ana.rng);
    let under = eve.any_grant();
    // Without any grant, with one that she may not give, with one that she may give elsewhere.
    let mut lies = vec![eve.name(under, directory, &record)];
    let hash = Some(record.hash());
    lies.push(eve.grant(under, mara.user(), (team, Role::Viewer), hash));
    let manager = eve.grant_on(eves);
    lies.push(eve.grant(manager, mara.user(), (eves, Role::Viewer), hash));
    lies.push(eve.name(under, directory, &record));
    ana.receive(&lies);
    assert_eq!(name_of(&ana, about).as_deref(), Some("Mara"));

    // Her own name is hers, and Mara's was Ana's to file.
    let own = Record::new(About::User(eve.user()), "Evelyn", 1, &mut ana.rng);
    let said = eve.name(under, directory, &own);
    ana.receive(&[said]);
    let name = name_of(&ana, About::User(eve.user()));
    assert_eq!(name.as_deref(), Some("Evelyn"));
}

/// A member adds somebody else's device to their own: it stays that person's, and a removal of
/// that person lets stand what they did with it.
#[test]
fn hostile_03_a_device_that_somebody_else_claims_stays_its_persons() {
    for seed in 0..4 {
        let mut ana = found_team(2 + seed).person;
        let vault = ana.vault("Production");
        let (mut mara, _) = ana.join("Mara", Role::Editor, &[vault]);
        let (eve, _) = ana.join("Eve", Role::Viewer, &[]);
        let mut eve = EvilMember::of(eve);
        let (item, _) = mara.write(vault, b"by Mara");
        ana.receive(&mara.flush());
        let keys = Box::new(mara.replica.me().facts.first.clone());
        let user = eve.user();
        let claim = eve.say(Kind::DeviceAdd, None, &body::DeviceAdd { user, keys });
        ana.receive(&[claim]);
        let whose = ana.replica.rights().user_of(mara.replica.device());
        assert_eq!(whose, Some(mara.user()));
        let now = ana.tick();
        ana.replica
            .revoke(mara.user(), vault, now, &mut ana.rng)
            .unwrap();
        assert_eq!(ana.read(item).as_deref(), Some(&b"by Mara"[..]));
    }
}

/// Whoever claims somebody else's device, as their own or as a machine that they answer for, gives
/// it no name.
#[test]
fn hostile_03_nobody_renames_a_device_that_they_claim() {
    for seed in 0..4 {
        let mut ana = found_team(40 + seed).person;
        let (mut mara, _) = ana.join("Mara", Role::Viewer, &[]);
        let eves = ana.vault("Eve's");
        let (eve, _) = ana.join("Eve", Role::Manager, &[eves]);
        let mut eve = EvilMember::of(eve);
        eve.person.catch_up(&ana);
        let (now, about) = (ana.tick(), About::Device(mara.replica.device()));
        mara.replica
            .introduce("Mara", 2, "Mara's laptop", now, &mut mara.rng)
            .unwrap();
        ana.receive(&mara.flush());
        let user = eve.user();
        let keys = Box::new(mara.replica.me().facts.first.clone());
        let machine = body::Grant {
            subject: body::Subject::Machine {
                keys: keys.clone(),
                owner: user,
            },
            scope: eves,
            role: Role::Viewer,
            expires_ms: None,
            name_hash: None,
            cites: vec![],
            invite: None,
        };
        let manager = eve.grant_on(eves);
        let claims = [
            eve.say(Kind::DeviceAdd, None, &body::DeviceAdd { user, keys }),
            eve.say(Kind::Grant, Some(manager), &machine),
        ];
        ana.receive(&claims);
        let counts = |said: &Written| ana.replica.rights().counts(&said.entry.hash);
        assert!(claims.iter().all(counts), "both are hers to say");
        let record = Record::new(about, "Eve's laptop", 0, &mut ana.rng);
        let directory = ana.replica.rights().directory();
        let under = eve.any_grant();
        let renamed = eve.name(under, directory, &record);
        ana.receive(&[renamed]);
        assert_eq!(name_of(&ana, about).as_deref(), Some("Mara's laptop"));
    }
}

/// The same with a further device, which no id commits to: whoever else claims it, a removal of
/// its person lets stand what they did with it.
#[test]
fn hostile_03_a_claimed_further_device_keeps_its_past() {
    for seed in 0..6 {
        let mut ana = found_team(20 + seed).person;
        let vault = ana.vault("Production");
        let (mara, _) = ana.join("Mara", Role::Editor, &[vault]);
        let (eve, _) = ana.join("Eve", Role::Viewer, &[]);
        let (mut mara, mut eve) = (EvilMember::of(mara), EvilMember::of(eve));
        let device = DeviceSeed::random(&mut ana.rng);
        let keys = DeviceKeys {
            sign: *device.signing().verify_key().as_bytes(),
            seal: Box::new(*device.sealing().public().as_bytes()),
        };
        let log = LogIdentity {
            sign: keys.sign,
            seal_hash: keys.seal_hash(),
            nonce: [1; 16],
        };
        for whose in [&mut mara, &mut eve] {
            let (user, keys) = (whose.user(), Box::new(keys.clone()));
            let add = body::DeviceAdd { user, keys };
            let said = whose.say(Kind::DeviceAdd, None, &add);
            ana.receive(&[said]);
        }
        let mut chain = Chain::start(log.place(ana.replica.team()));
        let mut start = Draft::new(Kind::LogStart, 1);
        start.control = Some(cbor::encode(&body::LogStart { replaces: None }));
        let mut item = Draft::new(Kind::ItemRev, 2);
        item.grant = Some(mara.grant_on(vault));
        item.control = Some(cbor::encode(&body::ItemRev {
            item: None,
            home: vault,
            parents: vec![],
            wraps: vec![],
            blobs: vec![],
            schema: 1,
        }));
        item.sealed = Some(vec![0; 600]);
        let entries = [start, item].map(|draft| chain.append(draft).unwrap().1);
        let written = entries[1].hash;
        // One by one: what it says decides whose it is, so that is worked out at each.
        for entry in entries {
            ana.replica.insert([entry]);
        }
        assert!(ana.replica.rights().counts(&written));
        let now = ana.tick();
        let whose = ana.replica.rights().user_of(log.device());
        assert_eq!(whose, Some(mara.user()), "seed {seed}");
        let (user, rng) = (mara.user(), &mut ana.rng);
        ana.replica.revoke(user, vault, now, rng).unwrap();
        assert!(ana.replica.rights().counts(&written), "seed {seed}");
    }
}

/// The name of the team, of a vault, of a group and of somebody else's computer, by somebody who
/// holds the keys to seal it and has no right to say it.
#[test]
fn hostile_03_a_team_a_vault_and_a_computer_are_renamed_by_nobody_else() {
    let mut ana = found_team(30).person;
    let vault = ana.vault("Production");
    let eves = ana.vault("Eve's");
    let (mut mara, _) = ana.join("Mara", Role::Editor, &[vault]);
    let (eve, _) = ana.join("Eve", Role::Editor, &[vault]);
    let (now, team) = (ana.tick(), ana.replica.team_scope());
    let group = ana.replica.create_group("Crew", 1, now, &mut ana.rng);
    let group = group.unwrap();
    for (scope, role) in [(eves, Role::Manager), (team, Role::Manager)] {
        ana.replica
            .grant(eve.user(), scope, role, None, now, &mut ana.rng)
            .unwrap();
    }
    let vaults = [vault];
    let gives = (vaults.as_slice(), Role::Viewer, None);
    let made = ana
        .replica
        .create_machine("build", gives, now, &mut ana.rng);
    assert!(made.is_ok());
    let machine = ana.replica.machines()[0].id;
    ana.flush();
    mara.catch_up(&ana);
    let rng = &mut mara.rng;
    mara.replica.name_device("lap", now, rng).unwrap();
    ana.receive(&mara.flush());
    let mut eve = EvilMember::of(eve);
    eve.person.catch_up(&ana);
    // What Ana founded, before Eve is a manager of the team: the names in their places.
    let things = [
        (About::Team, "Northwind"),
        (About::Scope(vault), "Production"),
        (About::Scope(group), "Crew"),
        (About::Device(mara.replica.device()), "lap"),
        (About::Device(machine), "build"),
        (About::User(mara.user()), "Mara"),
    ];
    for (about, name) in things {
        assert_eq!(name_of(&ana, about).as_deref(), Some(name), "{about:?}");
    }
    let directory = ana.replica.rights().directory();
    let live = eve.person.replica.rights().live_grants();
    let hers: Vec<_> = live.iter().filter(|g| g.user == Some(eve.user())).collect();
    let viewer = hers
        .iter()
        .find(|g| g.scope == team && g.role == Role::Viewer);
    let (viewer, editor) = (viewer.unwrap().id, eve.grant_on(vault));
    let manager = eve.grant_on(eves);
    let mut lies = Vec::new();
    for (about, _) in things {
        let managed = matches!(about, About::Scope(_));
        let record = Record::new(about, "Eve's", 1, &mut ana.rng);
        for under in [viewer, editor, manager] {
            for scope in [directory, vault, eves] {
                // As a manager of the whole team she may name what lies in it, in its place.
                let place = if about == About::Scope(vault) {
                    vault
                } else {
                    directory
                };
                if !(managed && scope == place) {
                    lies.push(eve.name(under, scope, &record));
                }
            }
        }
    }
    ana.receive(&lies);
    for (about, name) in things {
        assert_eq!(name_of(&ana, about).as_deref(), Some(name), "{about:?}");
    }
    // An editor of a vault names it no more than a stranger does.
    let (jonas, _) = ana.join("Jonas", Role::Editor, &[vault]);
    let mut jonas = EvilMember::of(jonas);
    let under = jonas.grant_on(vault);
    let record = Record::new(About::Scope(vault), "Jonas's", 1, &mut ana.rng);
    let lie = jonas.name(under, vault, &record);
    ana.receive(&[lie]);
    let name = name_of(&ana, About::Scope(vault));
    assert_eq!(name.as_deref(), Some("Production"));
}

/// The key that the team seals to a person with is an epoch of that person's own scope; its
/// generations, boxes and devices are for their own devices to say. The kit and the first device
/// are in the person's id.
#[test]
fn hostile_03_nobody_else_replaces_a_persons_own_key_or_kit() {
    let mut ana = found_team(31).person;
    let vault = ana.vault("Production");
    let (mut mara, _) = ana.join("Mara", Role::Editor, &[vault]);
    let (eve, said) = ana.join("Eve", Role::Manager, &[vault]);
    mara.receive(&said);
    let mut eve = EvilMember::of(eve);
    eve.person.catch_up(&ana);
    let (user, team) = (mara.user(), ana.replica.team());
    let own = conclave_core::keys::user_scope(team, user);
    let before = eve.address_of(user).unwrap();
    let devices = ana.replica.rights().devices_of(user).to_vec();
    let facts = ana.replica.facts_of(user).cloned();
    let keys = eve.person.replica.own_keys();
    let (under, mut said) = (eve.grant_on(vault), Vec::new());
    // A key of hers for Mara's scope, as old as can be and as new, with the real one inside by name.
    let to = [eve.own_address(), eve.address_of(ana.user()).unwrap()];
    let real = before.key.unwrap();
    for generation in [1, 2, 99] {
        for grant in [None, Some(under)] {
            let (lie, _) = eve.epoch_at(generation, grant, own, &[], &to, |epoch| {
                epoch.parents.push(body::ParentEpoch {
                    epoch: real,
                    wrapped: [0; 136],
                });
            });
            said.push(lie);
            said.push(eve.epoch_at(generation, grant, own, &[], &to, |_| {}).0);
        }
    }
    said.push(eve.add_box(None, real, &to[0], false));
    // Another device of Mara's, another kit, another first device.
    let claim = body::DeviceAdd {
        user,
        keys: Box::new(keys.clone()),
    };
    said.push(eve.say(Kind::DeviceAdd, None, &claim));
    let known = facts.clone().unwrap();
    let mut others = [known.clone(), known.clone(), known];
    others[0].kit = keys.clone();
    others[1].first = keys;
    others[2].kit_successor = [7; 32];
    for other in others {
        let grant = body::Grant {
            subject: body::Subject::User {
                user,
                facts: Some(Box::new(other)),
            },
            scope: vault,
            role: Role::Viewer,
            expires_ms: None,
            name_hash: None,
            cites: vec![],
            invite: None,
        };
        said.push(eve.say(Kind::Grant, Some(under), &grant));
    }
    for person in [&mut ana, &mut mara] {
        person.receive(&said);
        let now = person.tick();
        person.replica.reconcile(now, &mut person.rng).unwrap();
    }
    eve.person.receive(&said);
    let after = eve.address_of(user).unwrap();
    assert_eq!(after.key, before.key);
    assert_eq!(after.pk.as_bytes(), before.pk.as_bytes());
    assert_eq!(ana.replica.rights().devices_of(user), devices);
    assert_eq!(ana.replica.facts_of(user), facts.as_ref());

    // What is shared with Mara then is for Mara.
    let shared = ana.vault("With Mara");
    let now = ana.tick();
    ana.replica
        .grant(user, shared, Role::Viewer, None, now, &mut ana.rng)
        .unwrap();
    let (item, _) = ana.write(shared, b"for Mara");
    let news = ana.flush();
    mara.receive(&news);
    eve.person.receive(&news);
    assert_eq!(mara.read(item).as_deref(), Some(&b"for Mara"[..]));
    let epoch = ana.replica.usable_epoch(shared).unwrap();
    assert!(!eve.keys().contains_key(&epoch));
}

/// Row 24: a name given by a clock that is years ahead is not for ever.
#[test]
fn hostile_24_a_clock_ahead_pins_no_name() {
    let mut ana = found_team(41).person;
    let vault = ana.vault("Production");
    for (now, name) in [(u64::MAX - 1, "Ahead"), (ana.tick(), "Back")] {
        ana.replica
            .rename_vault(vault, name, 1, now, &mut ana.rng)
            .unwrap();
        ana.flush();
        let shown = name_of(&ana, About::Scope(vault));
        assert_eq!(shown.as_deref(), Some(name));
    }
}

/// Whoever manages the team and one of its vaults lets in whom they invited, whichever of their
/// grants comes first.
#[test]
fn a_manager_of_team_and_vault_lets_their_own_guest_in() {
    for seed in 50..62 {
        let mut ana = found_team(seed).person;
        let vault = ana.vault("Production");
        let (mut eve, _) = ana.join("Eve", Role::Editor, &[vault]);
        let (now, team) = (ana.tick(), ana.replica.team_scope());
        for scope in [team, vault] {
            ana.replica
                .grant(eve.user(), scope, Role::Manager, None, now, &mut ana.rng)
                .unwrap();
        }
        ana.flush();
        eve.catch_up(&ana);
        let (gus, _) = eve.join("Gus", Role::Editor, &[vault]);
        let readers = eve.replica.rights().readers(vault);
        assert!(readers.contains(&gus.user()), "{seed}");
    }
}
