//! Rows 7, 8, 14, 20 and 26: forged epochs and boxes.

use conclave_core::{
    body::{Body, Recipient},
    id::ScopeId,
    replica::WriteError,
    role::Role,
    sealing::Addressee,
};
use conclave_crypto::SealPublicKey;
use conclave_testkit::{
    evil_member::EvilMember,
    people::{Person, found_team},
};

/// Ana's team with a vault, Mara as an editor of it, and Eve, who is in the team and not in it.
fn team(seed: u64) -> (Person, Person, EvilMember, ScopeId) {
    let mut ana = found_team(seed).person;
    let vault = ana.vault("Production");
    let (mut mara, _) = ana.join("Mara", Role::Editor, &[vault]);
    let (eve, said) = ana.join("Eve", Role::Viewer, &[]);
    mara.receive(&said);
    (ana, mara, EvilMember::of(eve), vault)
}

/// Boxes full of nonsense from somebody who does not hold the key, published before the real ones
/// and after: whoever is entitled still gets the key.
#[test]
fn hostile_07_a_nonsense_box_keeps_nobody_from_their_key() {
    for seed in 0..4 {
        let (mut ana, mut mara, mut eve, vault) = team(seed);
        let (mut jonas, _) = ana.join("Jonas", Role::Viewer, &[]);
        eve.person.catch_up(&ana);
        let epoch = ana.replica.usable_epoch(vault).unwrap();
        let under = Some(eve.any_grant());
        let lies: Vec<_> = (0..6)
            .map(|_| {
                let to = eve.address_of(jonas.user()).unwrap();
                eve.add_box(under, epoch, &to, false)
            })
            .collect();
        for person in [&mut ana, &mut mara, &mut jonas] {
            person.receive(&lies);
        }
        let now = ana.tick();
        ana.replica
            .grant(jonas.user(), vault, Role::Viewer, None, now, &mut ana.rng)
            .unwrap();
        let (item, _) = ana.write(vault, b"for Jonas too");
        let news = ana.flush();
        jonas.receive(&news);
        assert_eq!(jonas.read(item).as_deref(), Some(&b"for Jonas too"[..]));
        assert!(ana.replica.rights().ranked(vault).contains(&epoch));
        assert!(!eve.keys().contains_key(&epoch));
    }
}

/// Epochs of a scope by somebody who does not read it, sealed to those who do: nobody seals under
/// them, and they spoil no key that is made later.
#[test]
fn hostile_07_an_epoch_by_an_outsider_is_never_used() {
    for generation in [1, 2, 77, u64::MAX - 1, u64::MAX] {
        let (mut ana, mut mara, mut eve, vault) = team(40);
        let used = ana.replica.usable_epoch(vault).unwrap();
        let to: Vec<_> = [ana.user(), mara.user(), eve.user()]
            .map(|user| eve.address_of(user).unwrap())
            .into();
        for under in [None, Some(eve.any_grant())] {
            let (lie, _) = eve.epoch_at(generation, under, vault, &[], &to, |_| {});
            ana.receive(std::slice::from_ref(&lie));
            mara.receive(&[lie]);
        }
        assert_eq!(ana.replica.usable_epoch(vault), Some(used));
        let (now, epoch) = (ana.tick(), ana.replica.usable_epoch(vault));
        let minted = ana.replica.mint(vault, now, &mut ana.rng).unwrap();
        assert_ne!(Some(minted), epoch);
        assert!(ana.replica.rights().counts(&minted), "{generation}");
        assert_eq!(ana.replica.usable_epoch(vault), Some(minted));
        let (item, _) = ana.write(vault, b"new");
        let news = ana.flush();
        mara.receive(&news);
        eve.person.receive(&news);
        assert_eq!(mara.read(item).as_deref(), Some(&b"new"[..]));
        assert_eq!(eve.person.read(item), None);
        assert!(!eve.keys().contains_key(&minted));
    }
}

/// A reader makes up an epoch just below the end of the numbers, which counts for nothing, and one
/// on top of it, which is sound and for everybody. Whoever is removed then, the others get a key
/// that counts, again and again, and write under it.
#[test]
fn hostile_07_generations_at_the_end_of_the_numbers_stop_nobody() {
    for before in [u64::MAX - 1, u64::MAX - 2] {
        let (mut ana, mara, eve, vault) = team(45);
        let (mut jonas, said) = ana.join("Jonas", Role::Editor, &[vault]);
        let mut mara = EvilMember::of(mara);
        mara.person.receive(&said);
        let (old, _) = ana.write(vault, b"old");
        let under = Some(mara.grant_on(vault));
        let to = [ana.user(), mara.user(), jonas.user()].map(|user| mara.address_of(user).unwrap());
        let used = ana.replica.usable_epoch(vault).unwrap();
        let (low, _) = mara.epoch_at(before, under, vault, &[], &to, |_| {});
        mara.person.receive(std::slice::from_ref(&low));
        let parents = [used, low.entry.hash];
        let (high, _) = mara.epoch_at(before + 1, under, vault, &parents, &to, |_| {});
        let (low_hash, high_hash) = (low.entry.hash, high.entry.hash);
        for person in [&mut ana, &mut jonas] {
            person.receive(&[low.clone(), high.clone()]);
        }
        assert!(!ana.replica.rights().counts(&low_hash));
        assert_eq!(ana.replica.usable_epoch(vault), Some(high_hash));
        let (under_high, _) = ana.write(vault, b"under the highest");
        let now = ana.tick();
        ana.replica
            .revoke(mara.user(), vault, now, &mut ana.rng)
            .unwrap();
        for round in 0..3 {
            let now = ana.tick();
            if round > 0 {
                // Somebody comes and goes once more.
                ana.replica
                    .grant(eve.user(), vault, Role::Viewer, None, now, &mut ana.rng)
                    .unwrap();
                ana.replica
                    .revoke(eve.user(), vault, now, &mut ana.rng)
                    .unwrap();
            }
            let minted = ana.replica.usable_epoch(vault).unwrap();
            assert!(ana.replica.rights().counts(&minted), "{before}");
            let (item, _) = ana.write(vault, b"after");
            let news = ana.flush();
            assert_eq!(ana.read(item).as_deref(), Some(&b"after"[..]));
            jonas.receive(&news);
            for (item, text) in [
                (old, &b"old"[..]),
                (under_high, b"under the highest"),
                (item, b"after"),
            ] {
                assert_eq!(jonas.read(item).as_deref(), Some(text));
            }
            let now = jonas.tick();
            for person in [&mut ana, &mut jonas] {
                assert_eq!(person.replica.reconcile(now, &mut person.rng).unwrap(), 0);
            }
        }
    }
}

/// A reader makes a key for himself alone, or for somebody outside, or says another key to each:
/// the others do not use what they have not opened, nor what an outsider holds.
#[test]
fn hostile_07_a_readers_own_forgeries_are_not_sealed_under() {
    let (mut ana, mara, eve, vault) = team(50);
    let mut mara = EvilMember::of(mara);
    let under = Some(mara.grant_on(vault));
    let old = ana.replica.usable_epoch(vault).unwrap();
    // For herself alone.
    let own = [mara.own_address()];
    let (alone, _) = mara.epoch(under, vault, &[old], &own, |_| {});
    ana.receive(std::slice::from_ref(&alone));
    mara.person.receive(std::slice::from_ref(&alone));
    assert_eq!(ana.replica.usable_epoch(vault), Some(old));
    // With an outsider.
    let to = [
        mara.address_of(ana.user()).unwrap(),
        mara.address_of(eve.user()).unwrap(),
    ];
    let (shared, _) = mara.epoch(under, vault, &[alone.entry.hash], &to, |_| {});
    ana.receive(std::slice::from_ref(&shared));
    assert!(
        !ana.replica
            .rights()
            .ranked(vault)
            .contains(&shared.entry.hash)
    );
    // Another key than announced: the box opens to what does not fit, and a complaint is due.
    let to = [mara.address_of(ana.user()).unwrap()];
    let (lie, _) = mara.epoch(under, vault, &[old], &to, |epoch| epoch.scope_pk[9] ^= 1);
    ana.receive(std::slice::from_ref(&lie));
    assert!(
        ana.replica
            .complaints()
            .any(|epoch| epoch == lie.entry.hash)
    );
    assert_ne!(ana.replica.usable_epoch(vault), Some(lie.entry.hash));
    // Whatever stands in between, Ana writes and an outsider reads nothing.
    let (item, _) = ana.write(vault, b"fine");
    let mut eve = eve;
    ana.flush();
    eve.person.catch_up(&ana);
    assert_eq!(eve.person.read(item), None);
    assert_eq!(ana.read(item).as_deref(), Some(&b"fine"[..]));
}

/// Whoever holds a key seals nonsense to somebody, so that everybody else takes them to have it:
/// they complain once, and anybody honest who holds the key seals it once more.
#[test]
fn hostile_07_a_spoilt_box_by_a_holder_is_complained_about_and_answered_once() {
    let mut ana = found_team(55).person;
    let vault = ana.vault("Production");
    let (mara, _) = ana.join("Mara", Role::Manager, &[vault]);
    let (mut jonas, said) = ana.join("Jonas", Role::Viewer, &[]);
    let mut mara = EvilMember::of(mara);
    mara.person.receive(&said);
    let (item, _) = ana.write(vault, b"for Jonas too");
    let news = ana.flush();
    mara.person.receive(&news);
    jonas.receive(&news);
    let (under, epoch) = (
        mara.grant_on(vault),
        ana.replica.usable_epoch(vault).unwrap(),
    );
    let to = mara.address_of(jonas.user()).unwrap();
    let lies = [
        mara.grant(under, jonas.user(), (vault, Role::Viewer), None),
        mara.add_box(Some(under), epoch, &to, false),
    ];
    for person in [&mut ana, &mut jonas] {
        person.receive(&lies);
    }
    let now = ana.tick();
    assert_eq!(ana.replica.reconcile(now, &mut ana.rng).unwrap(), 0);
    assert_eq!(jonas.read(item), None);
    // He says so once, however often he looks.
    assert_eq!(jonas.replica.reconcile(now, &mut jonas.rng).unwrap(), 1);
    assert_eq!(jonas.replica.reconcile(now, &mut jonas.rng).unwrap(), 0);
    ana.receive(&jonas.flush());
    assert_eq!(ana.replica.reconcile(now, &mut ana.rng).unwrap(), 1);
    assert_eq!(ana.replica.reconcile(now, &mut ana.rng).unwrap(), 0);
    jonas.receive(&ana.flush());
    assert_eq!(jonas.read(item).as_deref(), Some(&b"for Jonas too"[..]));
    assert_eq!(jonas.replica.reconcile(now, &mut jonas.rng).unwrap(), 0);
}

/// A member who may know the keys sends nonsense for one after the other: whoever gets it knows
/// whose it was, also when the right key came from somebody else, and after a restart.
#[test]
fn hostile_07_who_keeps_sending_nonsense_is_named() {
    let mut ana = found_team(56).person;
    let vaults = [ana.vault("Production"), ana.vault("Staging")];
    let (mara, _) = ana.join("Mara", Role::Manager, &vaults);
    let (mut jonas, said) = ana.join("Jonas", Role::Viewer, &[]);
    let mut mara = EvilMember::of(mara);
    mara.person.receive(&said);
    let device = mara.person.replica.device();
    let to = mara.address_of(jonas.user()).unwrap();
    for (at, vault) in vaults.into_iter().enumerate() {
        let (under, epoch) = (
            mara.grant_on(vault),
            ana.replica.usable_epoch(vault).unwrap(),
        );
        let lies = [
            mara.grant(under, jonas.user(), (vault, Role::Viewer), None),
            mara.add_box(Some(under), epoch, &to, false),
        ];
        let now = ana.tick();
        for person in [&mut ana, &mut jonas] {
            person.receive(&lies);
            person.replica.reconcile(now, &mut person.rng).unwrap();
        }
        ana.receive(&jonas.flush());
        ana.replica.reconcile(now, &mut ana.rng).unwrap();
        jonas.receive(&ana.flush());
        assert!(jonas.replica.usable_epoch(vault).is_some());
        assert_eq!(jonas.replica.spoilers().get(&device), Some(&(at + 1)));
    }
    let again = jonas.restarted();
    assert_eq!(again.replica.spoilers().get(&device), Some(&2));
    assert_eq!(again.replica.spoilers().len(), 1);
    assert!(ana.replica.spoilers().is_empty());
}

/// A member publishes a key of low order as their own: nothing is sealed to it, and everybody
/// else gets what is theirs.
#[test]
fn hostile_20_a_low_order_key_of_one_member_stops_nobody_else() {
    let (mut ana, mut mara, mut eve, _) = team(60);
    let own = conclave_core::keys::user_scope(ana.replica.team(), eve.user());
    let to = [eve.own_address()];
    let old = eve.person.replica.usable_epoch(own).unwrap();
    let (weak, _) = eve.epoch(None, own, &[old], &to, |epoch| {
        epoch.scope_pk[1184..].fill(0);
    });
    ana.receive(&[weak]);
    let (now, team) = (ana.tick(), ana.replica.team_scope());
    let _ = team;
    let vault = ana.vault("With Eve");
    for user in [eve.user(), mara.user()] {
        ana.replica
            .grant(user, vault, Role::Viewer, None, now, &mut ana.rng)
            .unwrap();
    }
    ana.replica.mint(vault, now, &mut ana.rng).unwrap();
    let (item, _) = ana.write(vault, b"for Mara");
    mara.receive(&ana.flush());
    assert_eq!(mara.read(item).as_deref(), Some(&b"for Mara"[..]));
}

/// An outsider publishes boxes for himself and a made-up child of the epoch in use: the epoch
/// stays in use.
#[test]
fn hostile_08_an_outsider_cannot_poison_an_epoch() {
    let (mut ana, mut mara, mut eve, vault) = team(70);
    let used = ana.replica.usable_epoch(vault).unwrap();
    let under = Some(eve.any_grant());
    let mine = [eve.own_address()];
    let mut lies = vec![eve.add_box(under, used, &mine[0], false)];
    let (child, _) = eve.epoch(under, vault, &[], &mine, |epoch| {
        epoch.generation = 2;
        epoch.parents.push(conclave_core::body::ParentEpoch {
            epoch: used,
            wrapped: [0; 136],
        });
    });
    lies.push(child);
    let to = Addressee {
        recipient: Recipient::Device(eve.device()),
        key: None,
        pk: SealPublicKey::from_bytes(mine[0].pk.as_bytes()).unwrap(),
    };
    lies.push(eve.add_box(None, used, &to, false));
    for person in [&mut ana, &mut mara] {
        person.receive(&lies);
        assert_eq!(person.replica.usable_epoch(vault), Some(used));
    }
}

/// A reader keeps a key of the directory for himself, and then somebody is removed: all keys that
/// the others had fall and his stays. Whoever removes makes the next in the same breath, the
/// others and who comes then use it, and nobody makes one more.
#[test]
fn hostile_08_a_self_only_epoch_keeps_nobody_from_letting_people_in() {
    let (mut ana, mut mara, mut eve, vault) = team(71);
    let (mut jonas, said) = ana.join("Jonas", Role::Editor, &[vault]);
    mara.receive(&said);
    eve.person.receive(&said);
    let directory = ana.replica.rights().directory();
    let (under, old) = (
        eve.any_grant(),
        ana.replica.usable_epoch(directory).unwrap(),
    );
    let own = [eve.own_address()];
    let (alone, _) = eve.epoch(Some(under), directory, &[old], &own, |_| {});
    for person in [&mut ana, &mut mara, &mut jonas] {
        person.receive(std::slice::from_ref(&alone));
        // While the one from before is in use, it is nothing to anybody.
        let now = person.tick();
        assert_eq!(person.replica.reconcile(now, &mut person.rng).unwrap(), 0);
    }
    let (now, team) = (ana.tick(), ana.replica.team_scope());
    let gone = jonas.user();
    ana.replica
        .remove_user(gone, team, now, &mut ana.rng)
        .unwrap();
    let used = ana.replica.usable_epoch(directory).unwrap();
    assert!(
        ana.replica
            .rights()
            .ranked(directory)
            .contains(&alone.entry.hash)
    );
    assert_ne!(used, alone.entry.hash);
    ana.replica
        .rename_team("Southwind", now, &mut ana.rng)
        .unwrap();
    mara.receive(&ana.flush());
    let (mut lena, said) = ana.join("Lena", Role::Viewer, &[vault]);
    mara.receive(&said);
    for person in [&mut ana, &mut mara, &mut lena] {
        let now = person.tick();
        assert_eq!(person.replica.usable_epoch(directory), Some(used));
        assert_eq!(person.replica.reconcile(now, &mut person.rng).unwrap(), 0);
        let names = person.names();
        assert!(names.iter().any(|(_, name)| name == "Southwind"));
    }
}

/// The same with boxes full of nonsense, so that all seem to have the key. Once they have complained,
/// the next removal brings a key that they do have; and whoever has a name to write waits for
/// nobody's complaint.
#[test]
fn hostile_08_a_key_shared_by_nonsense_alone_stops_nobody() {
    for told in [true, false] {
        let (mut ana, mut mara, mut eve, vault) = team(72);
        let (jonas, said) = ana.join("Jonas", Role::Editor, &[vault]);
        mara.receive(&said);
        eve.person.receive(&said);
        let directory = ana.replica.rights().directory();
        let under = Some(eve.any_grant());
        let old = ana.replica.usable_epoch(directory).unwrap();
        let to = [ana.user(), mara.user()].map(|user| eve.address_of(user).unwrap());
        let change = |epoch: &mut conclave_core::body::KeyEpoch| epoch.scope_pk[9] ^= 1;
        let (lie, _) = eve.epoch(under, directory, &[old], &to, change);
        for person in [&mut ana, &mut mara] {
            person.receive(std::slice::from_ref(&lie));
            let now = person.tick();
            assert_eq!(person.replica.reconcile(now, &mut person.rng).unwrap(), 1);
        }
        let complaint = mara.flush();
        if told {
            ana.receive(&complaint);
        }
        let (now, team) = (ana.tick(), ana.replica.team_scope());
        ana.replica
            .remove_user(jonas.user(), team, now, &mut ana.rng)
            .unwrap();
        assert_eq!(ana.replica.usable_epoch(directory).is_some(), told);
        ana.replica
            .rename_team("Southwind", now, &mut ana.rng)
            .unwrap();
        assert!(ana.replica.usable_epoch(directory).is_some());
        mara.receive(&ana.flush());
        assert!(mara.names().iter().any(|(_, name)| name == "Southwind"));
        let now = mara.tick();
        assert_eq!(mara.replica.reconcile(now, &mut mara.rng).unwrap(), 0);
    }
}

/// Whoever may read the names and was sent no key yet makes none: thirty who start together would
/// make thirty.
#[test]
fn a_newcomer_waits_for_their_key() {
    let mut ana = found_team(73).person;
    let vault = ana.vault("Production");
    let (mara, _) = ana.join("Mara", Role::Manager, &[vault]);
    let (mut jonas, said) = ana.join("Jonas", Role::Guest, &[vault]);
    let mut mara = EvilMember::of(mara);
    mara.person.receive(&said);
    // Somebody lets him read and leaves the box to others.
    let other = ana.vault("Staging");
    let (now, user) = (ana.tick(), mara.user());
    ana.replica
        .grant(user, other, Role::Manager, None, now, &mut ana.rng)
        .unwrap();
    let said = ana.flush();
    mara.person.receive(&said);
    jonas.receive(&said);
    let under = mara.grant_on(other);
    jonas.receive(&[mara.grant(under, jonas.user(), (other, Role::Viewer), None)]);
    let directory = ana.replica.rights().directory();
    assert!(
        jonas
            .replica
            .rights()
            .readers(directory)
            .contains(&jonas.user())
    );
    let now = jonas.tick();
    let named = jonas.replica.name_device("lap", now, &mut jonas.rng);
    assert!(matches!(named, Err(WriteError::NoKey)));
    assert_eq!(jonas.replica.reconcile(now, &mut jonas.rng).unwrap(), 0);
    assert!(jonas.flush().is_empty());
}

/// An auditor makes a key of the receipts' scope for himself alone, or boxes it as nonsense to
/// everybody else: whoever cannot tell seals to the key that the readers have.
#[test]
fn hostile_07_receipts_go_to_a_key_that_the_readers_have() {
    for nonsense in [false, true] {
        let (mut ana, mut mara, _, _) = team(90);
        let (vic, said) = ana.join("Vic", Role::Auditor, &[]);
        mara.receive(&said);
        let mut vic = EvilMember::of(vic);
        let audit = ana.replica.rights().audit();
        let under = Some(vic.grant_on(ana.replica.team_scope()));
        let old = ana.replica.usable_epoch(audit).unwrap();
        let to = if nonsense {
            vic.address_of(ana.user()).unwrap()
        } else {
            vic.own_address()
        };
        let change =
            |epoch: &mut conclave_core::body::KeyEpoch| epoch.scope_pk[9] ^= u8::from(nonsense);
        let (alone, _) = vic.epoch(under, audit, &[old], &[to], change);
        for person in [&mut ana, &mut mara] {
            person.receive(std::slice::from_ref(&alone));
        }
        let ranked = mara.replica.rights().ranked(audit);
        assert_eq!(ranked.first(), Some(&alone.entry.hash));
        let now = ana.tick();
        ana.replica.reconcile(now, &mut ana.rng).unwrap();
        mara.receive(&ana.flush());
        mara.replica
            .write_receipt(&7_u8, now, &mut mara.rng)
            .unwrap();
        let receipt = mara.flush();
        ana.receive(&receipt);
        let (hash, sealed) = (receipt[0].entry.hash, receipt[0].sealed.as_ref().unwrap());
        assert!(
            ana.replica.open_receipt(&hash, sealed).is_some(),
            "{nonsense}"
        );
    }
}

/// The same of one of a person's devices: what is for the person goes to a key that their other
/// devices and the kit have.
#[test]
fn hostile_07_what_is_for_a_person_goes_to_a_key_that_their_devices_have() {
    let (mut ana, mara, _, vault) = team(91);
    let mut mara = EvilMember::of(mara);
    let own = conclave_core::keys::user_scope(ana.replica.team(), mara.user());
    let old = mara.person.replica.usable_epoch(own).unwrap();
    let to = [mara.own_address()];
    let (alone, _) = mara.epoch(None, own, &[old], &to, |_| {});
    ana.receive(std::slice::from_ref(&alone));
    let ranked = ana.replica.rights().ranked(own);
    assert_eq!(ranked, [alone.entry.hash, old]);
    let recipients = ana.replica.rights().recipients(vault);
    assert!(recipients.contains(&(Recipient::User(mara.user()), Some(old))));
}

/// A reader who has not been sent the old keys yet publishes keys for himself alone, many of them:
/// he is sent what is his, and nobody boxes the older ones to each of his.
#[test]
fn hostile_07_many_self_only_epochs_cost_nobody_a_box_each() {
    let mut ana = found_team(92).person;
    let vault = ana.vault("Production");
    let (mara, _) = ana.join("Mara", Role::Manager, &[vault]);
    let (eve, said) = ana.join("Eve", Role::Viewer, &[]);
    let (mut mara, mut eve) = (EvilMember::of(mara), EvilMember::of(eve));
    mara.person.receive(&said);
    ana.write(vault, b"old");
    ana.flush();
    let granted = mara.grant(
        mara.grant_on(vault),
        eve.user(),
        (vault, Role::Viewer),
        None,
    );
    eve.person.receive(std::slice::from_ref(&granted));
    let (under, to) = (Some(eve.grant_on(vault)), [eve.own_address()]);
    let mut news = vec![granted];
    news.extend((0..5).map(|_| eve.epoch(under, vault, &[], &to, |_| {}).0));
    ana.receive(&news);
    assert_eq!(ana.replica.rights().ranked(vault).len(), 6);
    let now = ana.tick();
    ana.replica.reconcile(now, &mut ana.rng).unwrap();
    let boxes = ana.flush().into_iter().map(|w| match w.entry.body {
        Body::KeyBoxAdd(add) => add.boxes.len(),
        _ => 0,
    });
    assert_eq!(boxes.sum::<usize>(), 1);
    assert_eq!(ana.replica.reconcile(now, &mut ana.rng).unwrap(), 0);
}

/// Two halves of a team each remove somebody else. When they meet, neither half's key is used:
/// a third is made, and neither of the removed opens what is written then.
#[test]
fn hostile_14_two_removals_at_once_end_in_a_third_key_and_cut_no_history() {
    let (mut ana, mut mara, _, vault) = team(80);
    let (mut jonas, said) = ana.join("Jonas", Role::Editor, &[vault]);
    mara.receive(&said);
    let (mut lena, said) = ana.join("Lena", Role::Editor, &[vault]);
    for person in [&mut mara, &mut jonas] {
        person.receive(&said);
    }
    let (now, team) = (ana.tick(), ana.replica.team_scope());
    ana.replica
        .grant(mara.user(), team, Role::Admin, None, now, &mut ana.rng)
        .unwrap();
    mara.receive(&ana.flush());
    // Cut off from each other.
    ana.replica
        .revoke(jonas.user(), vault, now + 1, &mut ana.rng)
        .unwrap();
    mara.replica
        .revoke(lena.user(), vault, now + 1, &mut mara.rng)
        .unwrap();
    let (ours, _) = ana.write(vault, b"of one half");
    let (theirs, _) = mara.write(vault, b"of the other");
    let halves = [
        ana.replica.usable_epoch(vault),
        mara.replica.usable_epoch(vault),
    ];
    let (one, two) = (ana.flush(), mara.flush());
    for person in [&mut ana, &mut mara, &mut jonas, &mut lena] {
        person.receive(&one);
        person.receive(&two);
    }
    let (item, _) = ana.write(vault, b"after");
    let news = ana.flush();
    for person in [&mut mara, &mut jonas, &mut lena] {
        person.receive(&news);
    }
    let third = ana.replica.usable_epoch(vault);
    assert!(!halves.contains(&third));
    assert_eq!(mara.read(item).as_deref(), Some(&b"after"[..]));
    assert_eq!((jonas.read(item), lena.read(item)), (None, None));
    // What one half wrote under its own key is not lost to the other half.
    assert_eq!(mara.read(ours).as_deref(), Some(&b"of one half"[..]));
    let now = mara.tick();
    mara.replica.reconcile(now, &mut mara.rng).unwrap();
    ana.receive(&mara.flush());
    assert_eq!(ana.read(theirs).as_deref(), Some(&b"of the other"[..]));
}
