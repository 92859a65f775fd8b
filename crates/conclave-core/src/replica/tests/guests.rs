//! Guests, auditors and days on which access ends.

use super::{
    removal::{meet, user_of, write},
    *,
};
use crate::{
    body::{self, Body, Subject},
    kind::Kind,
    replica::{Ended, writing::Under},
};

/// Ana with two vaults, Mara as an editor, and Gus as a guest in the first until 50.
pub(super) fn with_guest() -> (Person, Person, Person, [ScopeId; 2]) {
    let mut ana = ana();
    let vaults = ["Production", "Marketing"].map(|name| {
        let made = ana.replica.create_vault(name, 1, 3, &mut ana.rng);
        made.unwrap()
    });
    ana.flush();
    let (mut mara, _) = join(&mut ana, "Mara", &vaults, 61);
    let guest = (Role::Guest, Some(50));
    let (mut gus, _) = join_as(&mut ana, "Gus", guest, &vaults[..1], 62);
    meet(&mut [&mut ana, &mut mara, &mut gus]);
    (ana, mara, gus, vaults)
}

/// The records about somebody that count for this person.
fn said(person: &Person, about: About) -> Vec<Record> {
    let records = person.replica.record_entries();
    let opened = records.filter_map(|e| {
        let sealed = person.bodies.get(&e.hash)?;
        person.replica.open_record(&e.hash, sealed)
    });
    opened.filter(|record| record.about == about).collect()
}

#[test]
fn a_guest_reads_the_named_vault_its_name_and_no_names_of_people() {
    let (mut ana, mut mara, mut gus, vaults) = with_guest();
    let seen = write(&mut ana, None, vaults[0], b"for Gus too");
    let hidden = write(&mut ana, None, vaults[1], b"not for Gus");
    meet(&mut [&mut ana, &mut mara, &mut gus]);
    let user = user_of(&gus);
    assert_eq!(gus.read(seen).unwrap(), b"for Gus too");
    assert_eq!(gus.read(hidden), None);
    assert_eq!(gus.names(), ["Production"]);
    assert!(mara.names().contains(&"Gus".to_owned()));
    for person in [&ana, &mara, &gus] {
        assert_eq!(person.replica.team_role(user), None);
        assert_eq!(person.replica.standing(user), Some(Role::Guest));
    }
    let may = gus.replica.authority(user, vaults[0]);
    assert!(may.read && !may.write && !may.manage);
    assert_eq!(
        gus.replica.reading_ends(),
        BTreeMap::from([(vaults[0], 50)])
    );
    assert!(mara.replica.reading_ends().is_empty());
    // A vault of their own, and no more.
    let own = gus.replica.create_personal("Mine", 9, &mut gus.rng);
    assert_eq!(gus.replica.vaults().len(), 2);
    write(&mut gus, None, own.unwrap(), b"a note");
    assert!(
        gus.replica
            .create_vault("Theirs", 1, 9, &mut gus.rng)
            .is_err()
    );
}

#[test]
fn a_day_that_is_over_is_turned_into_an_end_and_nothing_new_is_read() {
    let (mut ana, mut mara, mut gus, vaults) = with_guest();
    let item = write(&mut ana, None, vaults[0], b"before");
    meet(&mut [&mut ana, &mut mara, &mut gus]);
    // Nobody is hasty, and a member who manages nothing ends nothing.
    assert_eq!(ana.replica.end_expired(49, &mut ana.rng).unwrap(), 0);
    assert_eq!(mara.replica.end_expired(50, &mut mara.rng).unwrap(), 0);
    assert_eq!(ana.replica.end_expired(50, &mut ana.rng).unwrap(), 1);
    assert_eq!(ana.replica.end_expired(51, &mut ana.rng).unwrap(), 0);
    write(&mut ana, Some(item), vaults[0], b"after");
    meet(&mut [&mut ana, &mut mara, &mut gus]);
    assert_eq!(mara.read(item).unwrap(), b"after");
    assert_eq!(gus.read(item), None);
    let gone = user_of(&gus);
    assert!(gus.replica.is_out(gone));
    let ended = Ended {
        who: Who::User(gone),
        scope: vaults[0],
        at_ms: 50,
    };
    for person in [&ana, &mara] {
        assert_eq!(person.replica.ended(), [ended]);
    }
    // The app goes on withholding what the person still has the keys of.
    assert_eq!(
        gus.replica.reading_ends(),
        BTreeMap::from([(vaults[0], 50)])
    );
    // Let in again, nothing ended.
    let again = (Role::Guest, None);
    ana.replica
        .grant(gone, vaults[0], again.0, again.1, 60, &mut ana.rng)
        .unwrap();
    meet(&mut [&mut ana, &mut mara, &mut gus]);
    assert!(ana.replica.ended().is_empty() && gus.replica.reading_ends().is_empty());
    assert_eq!(gus.read(item).unwrap(), b"after");
}

#[test]
fn another_level_keeps_the_day() {
    let (mut ana, mut mara, mut gus, vaults) = with_guest();
    let (jonas, _) = join(&mut ana, "Jonas", &[], 63);
    let jonas = user_of(&jonas);
    let (rng, vault) = (&mut ana.rng, vaults[0]);
    ana.replica
        .grant(jonas, vault, Role::Viewer, Some(90), 10, rng)
        .unwrap();
    let held = |ana: &Person| {
        let mut held = ana.replica.rights().live_grants();
        held.retain(|g| g.user == Some(jonas) && g.scope == vault);
        held.iter()
            .map(|g| (g.role, g.expires_ms))
            .collect::<Vec<_>>()
    };
    for role in [Role::Editor, Role::Viewer] {
        ana.replica
            .change_role(jonas, vault, role, 11, &mut ana.rng)
            .unwrap();
        assert!(held(&ana).iter().all(|(_, day)| *day == Some(90)));
    }
    assert_eq!(held(&ana), [(Role::Viewer, Some(90))]);
    meet(&mut [&mut ana, &mut mara, &mut gus]);
}

#[test]
fn another_day_changes_no_key_and_a_later_one_sets_nothing_aside() {
    let (mut ana, mut mara, mut gus, vaults) = with_guest();
    let (mut jonas, _) = join(&mut ana, "Jonas", &[], 63);
    let (j, vault) = (user_of(&jonas), vaults[0]);
    ana.replica
        .grant(j, vault, Role::Editor, Some(90), 10, &mut ana.rng)
        .unwrap();
    meet(&mut [&mut ana, &mut mara, &mut jonas, &mut gus]);
    let keys = |person: &Person| {
        let all = person.replica.entries();
        all.filter(|e| matches!(e.body, Body::KeyEpoch(_))).count()
    };
    let before = keys(&ana);
    let held = |person: &Person, user: UserId| {
        let mut held = person.replica.rights().live_grants();
        held.retain(|g| g.user == Some(user) && g.scope == vault);
        let held = held.iter().map(|g| (g.role, g.expires_ms));
        held.collect::<Vec<_>>()
    };
    // A guest stays one, and keeps the name.
    let guest = user_of(&gus);
    ana.replica
        .change_end(guest, vault, Some(370), 10, &mut ana.rng)
        .unwrap();
    meet(&mut [&mut ana, &mut mara, &mut jonas, &mut gus]);
    assert_eq!(gus.replica.reading_ends(), BTreeMap::from([(vault, 370)]));
    assert_eq!(mara.replica.standing(guest), Some(Role::Guest));
    assert!(mara.names().contains(&"Gus".to_owned()));
    assert_eq!(gus.names(), ["Production"]);
    // Without having heard of a later day, he writes: it stands, and what comes after stands under
    // the longer grant.
    for (at, until) in [(11, Some(95)), (12, None)] {
        let item = write(&mut jonas, None, vault, b"meanwhile");
        ana.replica
            .change_end(j, vault, until, at, &mut ana.rng)
            .unwrap();
        meet(&mut [&mut ana, &mut mara, &mut jonas, &mut gus]);
        assert_eq!(mara.read(item).unwrap(), b"meanwhile", "{at}");
    }
    assert!(jonas.replica.reading_ends().is_empty());
    let item = write(&mut jonas, None, vault, b"later");
    // The days that were moved end nothing.
    assert_eq!(ana.replica.end_expired(96, &mut ana.rng).unwrap(), 0);
    assert_eq!(gus.replica.reading_ends(), BTreeMap::from([(vault, 370)]));
    meet(&mut [&mut ana, &mut mara, &mut jonas, &mut gus]);
    assert_eq!(mara.read(item).unwrap(), b"later");
    assert!(ana.replica.quarantined().is_empty());
    // An earlier day sets aside what was not seen; what he writes under it stands.
    let unseen = write(&mut jonas, None, vault, b"unseen");
    ana.replica
        .change_end(j, vault, Some(200), 97, &mut ana.rng)
        .unwrap();
    let mut days = held(&ana, j);
    days.sort_by_key(|held| held.1);
    assert_eq!(days, [90, 95, 200].map(|day| (Role::Editor, Some(day))));
    meet(&mut [&mut ana, &mut mara, &mut jonas, &mut gus]);
    let item = write(&mut jonas, None, vault, b"heard");
    meet(&mut [&mut ana, &mut mara, &mut jonas, &mut gus]);
    assert_eq!(mara.read(unseen), None);
    assert_eq!(ana.replica.quarantined().len(), 1);
    assert_eq!(mara.read(item).unwrap(), b"heard");
    assert_eq!(jonas.replica.reading_ends(), BTreeMap::from([(vault, 200)]));
    assert_eq!(keys(&ana), before);
    // The last day takes the others with it.
    assert_eq!(ana.replica.end_expired(200, &mut ana.rng).unwrap(), 3);
    assert!(held(&ana, j).is_empty());
    meet(&mut [&mut ana, &mut mara, &mut jonas, &mut gus]);
    // The days that it once was, and none at all, show him nothing more.
    assert_eq!(jonas.replica.reading_ends(), BTreeMap::from([(vault, 200)]));
    // Nobody moves their own, nor without a manager's place.
    let refused = jonas.replica.change_end(j, vault, None, 16, &mut jonas.rng);
    assert!(refused.is_err());
    let refused = mara
        .replica
        .change_end(guest, vault, None, 16, &mut mara.rng);
    assert!(refused.is_err());
    let nobody = ana
        .replica
        .change_end(guest, vaults[1], None, 16, &mut ana.rng);
    assert!(matches!(nobody, Err(WriteError::NotFound)));
}

/// Whoever manages a vault lets in as guests who is in already, the founder and members among them,
/// under as many other names as they like.
#[test]
fn who_manages_a_vault_renames_no_member_by_a_guest_grant() {
    let (mut ana, mut mara, mut gus, vaults) = with_guest();
    let (mut jonas, _) = join(&mut ana, "Jonas", &[], 63);
    ana.replica
        .grant(
            user_of(&mara),
            vaults[0],
            Role::Manager,
            None,
            20,
            &mut ana.rng,
        )
        .unwrap();
    meet(&mut [&mut ana, &mut mara, &mut jonas, &mut gus]);
    let under = mara.replica.under_authority(vaults[0], 3);
    let victims = [&ana, &jonas, &gus].map(user_of);
    for (n, user) in (66..).zip(victims) {
        let facts = mara.replica.facts_of(user).cloned().map(Box::new);
        let invite = invites(&mut mara, under, n);
        // Their hashes are on both sides of that of the grant that let the guest in.
        for number in 0..6 {
            let name = format!("Eve {number}");
            let record = Record::new(About::User(user), &name, 1, &mut mara.rng);
            let subject = Subject::User {
                user,
                facts: facts.clone(),
            };
            let giving = sharing::Giving::new(subject, vaults[0], Role::Guest)
                .answering(invite, Some(record.hash()));
            mara.replica.write_grant(giving, 22).unwrap();
            mara.replica
                .write_record(&record, 23, &mut mara.rng)
                .unwrap();
        }
    }
    meet(&mut [&mut ana, &mut mara, &mut jonas, &mut gus]);
    for person in [&ana, &mara, &jonas] {
        let names = person.names();
        let all = ["Ana", "Jonas", "Gus"];
        assert!(all.iter().all(|name| names.contains(&(*name).to_owned())));
        assert!(names.iter().all(|name| !name.starts_with("Eve")));
    }
}

/// An invitation of this person's, for the record; nobody answers it.
fn invites(person: &mut Person, under: Under, n: u8) -> EntryHash {
    let invite = body::Invite {
        invite: InviteId::new([n; 32]),
        key: [n; 32],
        expires_ms: 99,
    };
    person
        .replica
        .say(Kind::Invite, under, &invite, 21)
        .unwrap()
}

/// A grant on the team would say that he is no guest; one that does not count says nothing.
#[test]
fn hostile_03_a_guest_keeps_their_name_whatever_does_not_count() {
    let (mut ana, mut mara, mut gus, _) = with_guest();
    let (user, team) = (user_of(&gus), ana.replica.team_scope());
    let before = said(&ana, About::User(user));
    assert_eq!(before.len(), 1);
    let under = mara.replica.under_any();
    let grant = body::Grant {
        subject: Subject::User { user, facts: None },
        scope: team,
        role: Role::Viewer,
        expires_ms: None,
        name_hash: Some([7; 32]),
        cites: vec![],
        invite: Some(invites(&mut mara, under, 66)),
    };
    let lie = mara.replica.say(Kind::Grant, under, &grant, 22).unwrap();
    meet(&mut [&mut ana, &mut mara, &mut gus]);
    assert!(!ana.replica.rights().counts(&lie));
    assert_eq!(said(&ana, About::User(user)), before);
}

/// Of the grants that would name a guest those that brought their keys do, and only as a guest's.
#[test]
fn a_guest_is_named_by_what_let_them_in_as_a_guest() {
    let (mut ana, mut mara, mut gus, vaults) = with_guest();
    let (vault, m, team) = (vaults[0], user_of(&mara), ana.replica.team_scope());
    ana.replica
        .grant(m, team, Role::Manager, None, 20, &mut ana.rng)
        .unwrap();
    meet(&mut [&mut ana, &mut mara, &mut gus]);
    let guest = (Role::Guest, None);
    let (mut lea, _) = join_as(&mut mara, "Lea", guest, &[vault], 63);
    meet(&mut [&mut ana, &mut mara, &mut gus, &mut lea]);
    let user = user_of(&lea);
    let before = said(&mara, About::User(user));
    assert_eq!(before.len(), 1);
    let under = ana.replica.under_authority(vault, 3);
    let facts = ana.replica.facts_of(user).cloned().map(Box::new);
    let mut names = |role, facts, n| {
        let record = Record::new(About::User(user), "Eve", 1, &mut ana.rng);
        let subject = Subject::User { user, facts };
        let giving = sharing::Giving::new(subject, vault, role)
            .answering(invites(&mut ana, under, n), Some(record.hash()));
        ana.replica.write_grant(giving, 22).unwrap();
        ana.replica.write_record(&record, 23, &mut ana.rng).unwrap();
        ana.flush();
        (record, said(&ana, About::User(user)))
    };
    // All of Ana's stand above Mara's.
    assert_eq!(names(Role::Guest, None, 66).1, before);
    assert_eq!(names(Role::Editor, facts.clone(), 67).1, before);
    let (record, now) = names(Role::Guest, facts, 68);
    assert_eq!(now, [record]);
}

/// Whoever reads a name can say it again as it is; the colour that goes with it is not theirs to choose.
#[test]
fn a_name_counts_from_whoever_let_its_person_in() {
    let (mut ana, mut mara, mut gus, _) = with_guest();
    let (mut jonas, _) = join(&mut ana, "Jonas", &[], 63);
    meet(&mut [&mut ana, &mut mara, &mut jonas, &mut gus]);
    for about in [&gus, &jonas].map(|person| About::User(user_of(person))) {
        let admitted = said(&mara, about);
        assert_eq!(admitted.len(), 1);
        let again = Record {
            colour: 6,
            ..admitted[0].clone()
        };
        mara.replica
            .write_record(&again, 20, &mut mara.rng)
            .unwrap();
        meet(&mut [&mut ana, &mut mara, &mut jonas, &mut gus]);
        assert_eq!(said(&ana, about), admitted);
        ana.replica.write_record(&again, 21, &mut ana.rng).unwrap();
        meet(&mut [&mut ana, &mut mara, &mut jonas, &mut gus]);
        assert_eq!(said(&mara, about).len(), 2);
    }
}

/// Whoever lets somebody in under a name lets nobody else be called it.
#[test]
fn hostile_03_a_name_is_of_the_person_who_was_let_in_under_it() {
    let (mut ana, mut mara, mut gus, _) = with_guest();
    let (mut jonas, _) = join(&mut ana, "Jonas", &[], 63);
    meet(&mut [&mut ana, &mut mara, &mut jonas, &mut gus]);
    let of_jonas = said(&ana, About::User(user_of(&jonas)));
    for victim in [&mara, &gus].map(|person| About::User(user_of(person))) {
        let before = said(&mara, victim);
        let record = Record {
            about: victim,
            ..of_jonas[0].clone()
        };
        ana.replica.write_record(&record, 20, &mut ana.rng).unwrap();
        meet(&mut [&mut ana, &mut mara, &mut jonas, &mut gus]);
        assert_eq!(said(&mara, victim), before);
    }
}

/// Whoever was taken out says nothing of themselves any more.
#[test]
fn hostile_03_a_name_beyond_a_removal_does_not_count() {
    let (mut ana, mut mara, mut gus, _) = with_guest();
    let (user, team) = (user_of(&mara), ana.replica.team_scope());
    let about = About::User(user);
    let before = said(&ana, about);
    ana.replica
        .remove_user(user, team, 30, &mut ana.rng)
        .unwrap();
    let record = Record::new(about, "Ana", 1, &mut mara.rng);
    mara.replica
        .write_record(&record, 31, &mut mara.rng)
        .unwrap();
    meet(&mut [&mut ana, &mut mara, &mut gus]);
    assert_eq!(said(&ana, about), before);
}

#[test]
fn an_auditor_reads_receipts_and_names_and_no_vault() {
    let mut ana = ana();
    let vault = ana.replica.create_vault("Production", 1, 3, &mut ana.rng);
    let vault = vault.unwrap();
    ana.flush();
    let (mut mara, _) = join(&mut ana, "Mara", &[vault], 64);
    let (mut ida, _) = join_as(&mut ana, "Ida", (Role::Auditor, None), &[], 65);
    let item = write(&mut ana, None, vault, b"a secret");
    mara.replica
        .write_receipt(&"copied the password", 9, &mut mara.rng)
        .unwrap();
    meet(&mut [&mut ana, &mut mara, &mut ida]);
    let receipts = |person: &Person| {
        let all = person.replica.entries();
        let open = all.filter_map(|e| {
            let sealed = person.bodies.get(&e.hash)?;
            person.replica.open_receipt(&e.hash, sealed)
        });
        open.count()
    };
    assert_eq!((receipts(&ida), receipts(&mara)), (1, 0));
    assert!(ida.names().contains(&"Mara".to_owned()));
    assert!(ida.replica.vaults().is_empty());
    assert_eq!(ida.read(item), None);
    assert_eq!(ida.replica.standing(user_of(&ida)), Some(Role::Auditor));
    // By another role, too.
    let (team, m) = (ana.replica.team_scope(), user_of(&mara));
    ana.replica
        .change_role(m, team, Role::Auditor, 20, &mut ana.rng)
        .unwrap();
    meet(&mut [&mut ana, &mut mara, &mut ida]);
    assert_eq!(receipts(&mara), 1);
}
