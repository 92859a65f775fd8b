//! Rows 8, 18 and 22: scopes, items and invitations that reach further than their author.

use conclave_core::{
    body::{self, Body, ScopeKind},
    id::ItemId,
    kind::Kind,
    replica::{RequestProblem, Vault},
    role::Role,
    sealing::{hold_wrap, open_wrap},
};
use conclave_crypto::{ContentKey, InviteCodeKey};
use conclave_testkit::{
    evil_member::EvilMember,
    people::{Invited, found_team},
    rng::seeded,
};

/// Mara edits while Ana shares the item: whoever is first to know of both adds the wrap, so that
/// the guest reads the edit. Once, and whatever a reader published in its place: nonsense, a key
/// that opens nothing, or the right key under one that the guest does not have.
#[test]
fn hostile_08_an_edit_beside_a_share_is_opened_for_the_guest() {
    for (seed, who) in [(30, "author"), (31, "manager")] {
        let mut ana = found_team(seed).person;
        let vault = ana.vault("Production");
        let (mut mara, _) = ana.join("Mara", Role::Editor, &[vault]);
        let (eve, said) = ana.join("Eve", Role::Viewer, &[vault]);
        let (mut gus, more) = ana.join("Gus", Role::Viewer, &[]);
        let mut eve = EvilMember::of(eve);
        let (item, _) = ana.write(vault, b"first");
        let news = ana.flush();
        for said in [&said, &more, &news] {
            mara.receive(said);
            eve.person.receive(said);
        }
        gus.receive(&news);
        let now = ana.tick();
        let scope = ana
            .replica
            .share_item(item, gus.user(), Role::Viewer, None, now, &mut ana.rng)
            .unwrap();
        let shared = ana.flush();
        let edit = mara.edit(item, b"edited");
        let edited = mara.flush();
        for person in [&mut ana, &mut mara, &mut eve.person, &mut gus] {
            person.receive(&shared);
        }
        let now = ana.tick();
        assert_eq!(ana.replica.reconcile(now, &mut ana.rng).unwrap(), 0);
        for person in [&mut ana, &mut eve.person, &mut gus] {
            person.receive(&edited);
        }
        // Not by every reader: thirty would add thirty.
        for person in [&mut eve.person, &mut gus] {
            assert_eq!(person.replica.reconcile(now, &mut person.rng).unwrap(), 0);
        }
        assert_eq!(gus.read(item), None);
        // Eve reads the vault, so she holds its key and the share's.
        let epoch = |scope| ana.replica.usable_epoch(scope).unwrap();
        let revision = ana.replica.revision(&edit).unwrap();
        let (team, payload) = (ana.replica.team(), revision.payload.hash);
        let keys = eve.keys();
        // Enough of those for one to be looked at before the real one.
        let mut wraps: Vec<_> = (0..6)
            .map(|n| (scope, ContentKey::random(&mut seeded(n))))
            .collect();
        let home = &revision.body.wraps[0];
        let key = open_wrap(team, item, &payload, home, &keys[&epoch(vault)]);
        wraps.push((vault, key.unwrap()));
        let mut wraps: Vec<_> = wraps
            .iter()
            .map(|(under, key)| {
                let under = (scope, epoch(*under), &keys[&epoch(*under)]);
                hold_wrap(team, item, &payload, under, key, &mut seeded(2))
            })
            .collect();
        wraps.push(body::Wrap::Held {
            scope,
            epoch: epoch(scope),
            wrapped: [7; 136],
        });
        let under = Some(eve.grant_on(vault));
        let lies = wraps.into_iter().map(|wrap| {
            let add = body::WrapAdd {
                revision: edit,
                wraps: vec![wrap],
            };
            eve.say(Kind::WrapAdd, under, &add)
        });
        let lies: Vec<_> = lies.collect();
        if who == "author" {
            for person in [&mut ana, &mut mara, &mut gus] {
                person.receive(&lies);
            }
            assert_eq!(gus.read(item), None);
        }
        let (first, second) = match who {
            "author" => (&mut mara, &mut ana),
            _ => (&mut ana, &mut mara),
        };
        let now = first.tick() + 100;
        assert_eq!(
            first.replica.reconcile(now, &mut first.rng).unwrap(),
            1,
            "{who}"
        );
        assert_eq!(first.replica.reconcile(now, &mut first.rng).unwrap(), 0);
        let added = first.flush();
        second.receive(&added);
        gus.receive(&added);
        for person in [&mut *second, &mut gus] {
            assert_eq!(person.replica.reconcile(now, &mut person.rng).unwrap(), 0);
            assert_eq!(person.read(item).as_deref(), Some(&b"edited"[..]));
        }
    }
}

/// Anybody may make a personal scope and share items of it. A scope that names an item of
/// somebody else's vault gets no key of that item.
#[test]
fn hostile_08_a_share_of_an_item_in_another_vault_gets_no_key() {
    let mut ana = found_team(1).person;
    let vault = ana.vault("Production");
    let (item, _) = ana.write(vault, b"secret");
    let (eve, _) = ana.join("Eve", Role::Viewer, &[]);
    let mut eve = EvilMember::of(eve);
    let under = Some(eve.any_grant());
    let personal = body::ScopeCreate {
        kind: ScopeKind::Personal,
        parent: None,
        item: None,
    };
    let mut said = vec![eve.say(Kind::ScopeCreate, under, &personal)];
    let Body::ScopeCreate(home, _) = said[0].entry.body else {
        panic!("a scope")
    };
    let share = body::ScopeCreate {
        kind: ScopeKind::Item,
        parent: Some(home),
        item: Some(item),
    };
    said.push(eve.say(Kind::ScopeCreate, Some(home.into()), &share));
    let Body::ScopeCreate(trap, _) = said[1].entry.body else {
        panic!("a scope")
    };
    eve.person.receive(&said);
    let to = [eve.own_address()];
    said.push(eve.epoch(Some(home.into()), trap, &[], &to, |_| {}).0);
    ana.receive(&said);
    let counts = ana.replica.rights().counts(&said[1].entry.hash);
    assert!(counts, "the scope itself is hers to make");

    assert_eq!(ana.replica.item_scopes(item), []);
    let edit = ana.edit(item, b"secret, edited");
    let rev = ana.replica.revision(&edit).unwrap();
    let wrapped: Vec<_> = rev.body.wraps.iter().map(body::Wrap::scope).collect();
    assert_eq!(wrapped, [vault]);
    // And a real share does not run through her scope.
    let (jonas, _) = ana.join("Jonas", Role::Viewer, &[]);
    let now = ana.tick();
    let scope = ana
        .replica
        .share_item(item, jonas.user(), Role::Viewer, None, now, &mut ana.rng);
    assert_ne!(scope.unwrap(), trap);
}

/// Somebody without the right to makes a scope in a vault and sends the vault's readers a key of
/// it. It has no readers, so it is given no new key, however often they look.
#[test]
fn hostile_08_a_scope_that_does_not_count_costs_nobody_a_key() {
    let mut ana = found_team(3).person;
    let vault = ana.vault("Production");
    let (item, _) = ana.write(vault, b"secret");
    let (eve, _) = ana.join("Eve", Role::Editor, &[vault]);
    let mut eve = EvilMember::of(eve);
    let under = Some(eve.grant_on(vault));
    let share = body::ScopeCreate {
        kind: ScopeKind::Item,
        parent: Some(vault),
        item: Some(item),
    };
    let made = eve.say(Kind::ScopeCreate, under, &share);
    let Body::ScopeCreate(scope, _) = made.entry.body else {
        panic!("a scope")
    };
    let to = [eve.address_of(ana.user()).unwrap()];
    let (key, _) = eve.epoch(under, scope, &[], &to, |_| {});
    ana.receive(&[made, key]);
    for _ in 0..3 {
        let now = ana.tick();
        let written = ana.replica.reconcile(now, &mut ana.rng).unwrap();
        assert_eq!(written, 0);
    }
    let now = ana.tick();
    assert!(ana.replica.mint(scope, now, &mut ana.rng).is_err());
}

/// Whoever makes a personal vault may open it to anybody, and call it as every own one is called.
/// A newcomer's list has none of theirs, so that the newcomer gets one and writes into that.
#[test]
fn hostile_08_somebody_elses_personal_vault_is_not_ones_own() {
    let mut ana = found_team(5).person;
    let (eve, _) = ana.join("Eve", Role::Viewer, &[]);
    let (mut mara, _) = ana.join("Mara", Role::Viewer, &[]);
    let mut eve = EvilMember::of(eve);
    eve.person.catch_up(&ana);
    let under = Some(eve.any_grant());
    let personal = body::ScopeCreate {
        kind: ScopeKind::Personal,
        parent: None,
        item: None,
    };
    let made = eve.say(Kind::ScopeCreate, under, &personal);
    let Body::ScopeCreate(home, _) = made.entry.body else {
        panic!("a scope")
    };
    let open = eve.grant(home.into(), mara.user(), (home, Role::Editor), None);
    let to = [
        eve.own_address(),
        eve.address_of(mara.user()).expect("an address"),
    ];
    let (key, _) = eve.epoch(Some(home.into()), home, &[], &to, |_| {});
    mara.receive(&[made, open, key]);
    // By the rules she may write there; her list is her own.
    assert!(mara.replica.authority(mara.user(), home).write);
    assert_eq!(mara.replica.vaults(), []);
    let now = mara.tick();
    let own = mara
        .replica
        .create_personal("Personal", now, &mut mara.rng)
        .unwrap();
    let only = Vault {
        scope: own,
        personal: true,
    };
    assert_eq!(mara.replica.vaults(), [only]);
}

/// An item's id says where it was made. Under the same id in a vault of her own, a member neither
/// takes over an item nor adds to it.
#[test]
fn hostile_18_an_items_id_used_again_in_another_vault_is_passed_over() {
    let mut ana = found_team(2).person;
    let vault = ana.vault("Production");
    let (item, _) = ana.write(vault, b"secret");
    let eves = ana.vault("Eve's");
    let (eve, _) = ana.join("Eve", Role::Editor, &[eves]);
    let mut eve = EvilMember::of(eve);
    let before = ana.replica.item(&item).cloned();
    let parents = before.as_ref().unwrap().heads.clone();
    let under = Some(eve.grant_on(eves));
    let rev = |item: ItemId, home| body::ItemRev {
        item: Some(item),
        home,
        parents: parents.clone(),
        wraps: vec![],
        blobs: vec![],
        schema: 1,
    };
    for home in [eves, vault] {
        let mut draft = eve.draft(Kind::ItemRev, under);
        draft.control = Some(conclave_core::cbor::encode(&rev(item, home)));
        draft.sealed = Some(vec![7; 600]);
        let said = eve.sign(draft);
        ana.receive(&[said]);
    }
    let tomb = body::Tombstone {
        item,
        home: eves,
        parents: parents.clone(),
        moved_to: None,
    };
    let said = eve.say(Kind::Tombstone, under, &tomb);
    ana.receive(&[said]);
    assert_eq!(ana.replica.item(&item).cloned(), before);
    assert_eq!(ana.read(item).as_deref(), Some(&b"secret"[..]));
}

/// The invitation of somebody else once more, with a key of one's own: an answer that this key
/// signed is not the invited person's.
#[test]
fn hostile_22_an_invitation_opened_again_under_another_key_proves_nobody() {
    for seed in 0..4 {
        let mut ana = found_team(10 + seed).person;
        let vault = ana.vault("Production");
        // Eve may invite: what she opens under Ana's number counts as an entry.
        let (eve, _) = ana.join("Eve", Role::Viewer, &[]);
        let (now, team) = (ana.tick(), ana.replica.team_scope());
        ana.replica
            .grant(eve.user(), team, Role::Manager, None, now, &mut ana.rng)
            .unwrap();
        let (mut boris, _) = ana.join("Boris", Role::Editor, &[vault]);
        ana.replica
            .grant(boris.user(), team, Role::Admin, None, now, &mut ana.rng)
            .unwrap();
        let real = ana.invite("Mara", Role::Editor, &[vault]);
        ana.flush();
        boris.catch_up(&ana);
        let mut eve = EvilMember::of(eve);
        eve.person.catch_up(&ana);
        let code = InviteCodeKey::random(&mut ana.rng);
        let again = body::Invite {
            invite: real.invite,
            key: *code.signing().verify_key().as_bytes(),
            expires_ms: u64::MAX,
        };
        let counting = seed % 2 == 0;
        let viewer = viewer_grant(&eve);
        let manager = eve
            .person
            .replica
            .rights()
            .live_grants()
            .into_iter()
            .find(|g| g.user == Some(eve.user()) && g.role == Role::Manager)
            .unwrap()
            .id;
        for under in [viewer, manager]
            .into_iter()
            .take(1 + usize::from(counting))
        {
            let said = eve.say(Kind::Invite, Some(under), &again);
            ana.receive(std::slice::from_ref(&said));
            boris.receive(&[said]);
        }
        let (mara, asked, _) = ana.answer(&real, "Mara");
        let request = ana.replica.open_request(real.invite, &asked).unwrap();
        assert_eq!(request.user, mara.user());
        // Another admin cannot tell a counting one from Ana's, and lets nobody in; one that does
        // not count is nothing to him.
        if !counting {
            let request = boris.replica.open_request(real.invite, &asked);
            assert_eq!(request.unwrap().user, mara.user());
        }
        let forged = forged_offer(&mut ana, &real, code);
        let (_, asked, _) = ana.answer(&forged, "Mara");
        let answer = ana.replica.open_request(real.invite, &asked);
        assert_eq!(answer.err(), Some(RequestProblem::CodeNotProven));
    }
}

/// What the real offer says, sealed under another code: Eve knows all of it but the code.
fn forged_offer(
    ana: &mut conclave_testkit::people::Person,
    real: &Invited,
    code: InviteCodeKey,
) -> Invited {
    use conclave_crypto::{Pad, env, label};
    let team = ana.replica.team();
    let ctx = env::Ctx::new(
        label::INVITE_BLOB,
        &[team.as_bytes(), real.invite.as_bytes()],
    );
    let plain = env::open(&real.code, &ctx, Pad::Padme, &real.blob).unwrap();
    let blob = env::seal(&code, &ctx, Pad::Padme, &plain, &mut ana.rng);
    Invited {
        invite: real.invite,
        code,
        blob,
    }
}

/// Two admins each see only one of two people who know the code. Both let theirs in; when the
/// views meet, one person is in, the same for all, and the other opens nothing new.
#[test]
fn hostile_22_a_rival_request_withheld_lets_one_person_in() {
    for seed in 0..4 {
        let mut ana = found_team(20 + seed).person;
        let vault = ana.vault("Production");
        let (mut boris, _) = ana.join("Boris", Role::Manager, &[vault]);
        let (now, team) = (ana.tick(), ana.replica.team_scope());
        ana.replica
            .grant(boris.user(), team, Role::Admin, None, now, &mut ana.rng)
            .unwrap();
        let invited = ana.invite("Mara", Role::Editor, &[vault]);
        boris.receive(&ana.flush());

        let (mut mara, ask_mara, mut first) = ana.answer(&invited, "Mara");
        let (mut eve, ask_eve, mut second) = ana.answer(&invited, "Mara");
        ana.receive(&first);
        boris.receive(&second);
        let request = ana.replica.open_request(invited.invite, &ask_mara).unwrap();
        first.extend(ana.admit(&request, Role::Editor, &[vault]));
        let request = boris
            .replica
            .open_request(invited.invite, &ask_eve)
            .unwrap();
        second.extend(boris.admit(&request, Role::Editor, &[vault]));
        for person in [&mut ana, &mut boris, &mut mara, &mut eve] {
            person.receive(&first);
            person.receive(&second);
        }
        let readers = ana.replica.rights().readers(vault);
        let inside: Vec<_> = [mara.user(), eve.user()]
            .into_iter()
            .filter(|user| readers.contains(user))
            .collect();
        assert_eq!(inside.len(), 1, "exactly one answers an invitation");
        for person in [&boris, &mara, &eve] {
            let mut theirs = person.replica.rights().readers(vault);
            let mut ours = readers.clone();
            theirs.sort_unstable();
            ours.sort_unstable();
            assert_eq!(theirs, ours);
        }
        let (out, in_) = if inside == [mara.user()] {
            (eve, mara)
        } else {
            (mara, eve)
        };
        let (item, _) = ana.write(vault, b"later");
        let news = ana.flush();
        let (mut out, mut in_) = (out, in_);
        out.receive(&news);
        in_.receive(&news);
        assert_eq!(out.read(item), None);
        assert_eq!(in_.read(item).as_deref(), Some(&b"later"[..]));
    }
}

/// The grant under which somebody is in the team and no more.
fn viewer_grant(eve: &EvilMember) -> conclave_core::id::GrantId {
    let live = eve.person.replica.rights().live_grants();
    let mine = live
        .iter()
        .find(|g| g.user == Some(eve.user()) && g.role == Role::Viewer);
    mine.unwrap().id
}
