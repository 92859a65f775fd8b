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
        ana.replica.insert(entries);
        assert!(ana.replica.rights().counts(&written));
        let now = ana.tick();
        let whose = ana.replica.rights().user_of(log.device());
        assert_eq!(whose, Some(mara.user()), "seed {seed}");
        let (user, rng) = (mara.user(), &mut ana.rng);
        ana.replica.revoke(user, vault, now, rng).unwrap();
        assert!(ana.replica.rights().counts(&written), "seed {seed}");
    }
}
