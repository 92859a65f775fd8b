//! News taken in one by one amount to what evaluating all of them gives.

use conclave_crypto::ScopeKey;
use rand_core::Rng;

use super::{
    removal::{meet, three, user_of, write},
    *,
};
use crate::{
    authority::Label,
    body::{Grant, ItemRev, Revoke, ScopeKind, Subject},
    cbor,
    id::GrantId,
    kind::Kind,
    pack::Draft,
    replica::sharing::Giving,
    sealing::make_epoch,
};

#[test]
fn edits_and_signs_of_life_of_others_are_taken_in_by_themselves() {
    let (mut ana, mut mara, mut jonas, vault) = three();
    let theirs = write(&mut mara, None, vault, b"by Mara");
    meet(&mut [&mut ana, &mut mara, &mut jonas]);
    let _ = ana.replica.take_changes();
    write(&mut mara, Some(theirs), vault, b"again");
    let new = write(&mut mara, None, vault, b"new");
    mara.replica.heartbeat(30).unwrap();
    ana.receive(&mara.flush());
    let changes = ana.replica.take_changes();
    assert!(!changes.all);
    assert_eq!(changes.items, BTreeSet::from([theirs, new]));
    assert_eq!(ana.read(theirs).unwrap(), b"again");
    assert_eq!(ana.replica.reconcile(40, &mut ana.rng).unwrap(), 0);
}

/// What touches rights, keys or a log's earlier places is worked out anew.
#[test]
fn what_touches_rights_is_not() {
    let (mut ana, mut mara, mut jonas, vault) = three();
    let user = user_of(&jonas);
    ana.replica.revoke(user, vault, 30, &mut ana.rng).unwrap();
    let _ = mara.replica.take_changes();
    mara.receive(&ana.flush());
    assert!(mara.replica.take_changes().all);
    // Beyond the end of his rights.
    write(&mut jonas, None, vault, b"late");
    ana.receive(&jonas.flush());
    assert!(ana.replica.take_changes().all);
}

/// An edit as it comes from somebody who asks nobody whether they may.
fn edit(under: Option<GrantId>, home: ScopeId) -> Draft {
    let mut draft = Draft::new(Kind::ItemRev, 31);
    draft.grant = under;
    draft.control = Some(cbor::encode(&ItemRev {
        item: None,
        home,
        parents: vec![],
        wraps: vec![],
        blobs: vec![],
        schema: 1,
    }));
    draft.sealed = Some(vec![0; 600]);
    draft
}

/// By a viewer, in a group, in a vault that nobody had the right to make: each under a live grant on
/// exactly that scope.
#[test]
fn hostile_08_an_edit_without_a_right_is_not_taken_in_by_itself() {
    let (mut ana, mut mara, mut jonas, _) = three();
    let (user, team) = (user_of(&jonas), ana.replica.team_scope());
    let under = mara.replica.under_any();
    let made = mara
        .replica
        .create_scope(ScopeKind::Vault, Some(team), None, under, 24);
    let rng = &mut ana.rng;
    let scopes = [
        (
            ana.replica.create_vault("Read", 1, 25, rng).unwrap(),
            Role::Viewer,
        ),
        (
            ana.replica.create_group("Group", 1, 25, rng).unwrap(),
            Role::Editor,
        ),
        (made.unwrap(), Role::Editor),
    ];
    ana.receive(&mara.flush());
    for (scope, role) in scopes {
        ana.replica
            .grant(user, scope, role, None, 27, &mut ana.rng)
            .unwrap();
    }
    meet(&mut [&mut ana, &mut mara, &mut jonas]);
    for (scope, role) in scopes {
        // Nothing but the edit itself is in its own way.
        jonas.replica.heartbeat(30).unwrap();
        ana.receive(&jonas.flush());
        let live = jonas.replica.rights().live_grants();
        let his = live
            .iter()
            .find(|g| g.user == Some(user) && g.scope == scope);
        let hash = jonas.replica.append(edit(Some(his.unwrap().id), scope));
        let hash = hash.unwrap();
        ana.receive(&jonas.flush());
        ana.replica.assert_as_evaluated();
        let shown = ana.replica.rights().shown(&hash);
        assert_eq!(shown, Label::Void, "{role:?} of {scope}");
    }
}

/// Under a group's grant, by whoever is in no group or in one that they made themselves where nobody
/// else reaches; and under no grant at all.
#[test]
fn hostile_08_what_is_under_nobodys_grant_is_not_taken_in_by_itself() {
    let (mut ana, mut mara, mut jonas, vault) = three();
    let user = user_of(&jonas);
    let home = ana.replica.create_vault("Other", 1, 21, &mut ana.rng);
    let group = ana.replica.create_group("Group", 1, 21, &mut ana.rng);
    let (home, group) = (home.unwrap(), group.unwrap());
    let own = jonas.replica.create_personal("Mine", 22, &mut jonas.rng);
    let own = own.unwrap();
    let under = jonas.replica.best(|g| g.scope == own);
    let inner = jonas
        .replica
        .create_scope(ScopeKind::Group, Some(own), None, under, 23)
        .unwrap();
    let himself = Subject::User { user, facts: None };
    let member = Giving::new(himself, inner, Role::Viewer);
    let member = jonas.replica.write_grant(member, 24).unwrap();
    meet(&mut [&mut ana, &mut mara, &mut jonas]);
    for group in [group, inner].map(Who::Group) {
        ana.replica
            .grant(group, home, Role::Editor, None, 27, &mut ana.rng)
            .unwrap();
    }
    meet(&mut [&mut ana, &mut mara, &mut jonas]);
    let live = jonas.replica.rights().live_grants();
    let held = |who: Who, scope| {
        let held = live
            .iter()
            .find(|g| g.who() == Some(who) && g.scope == scope);
        held.unwrap().id
    };
    let mut drafts = vec![Draft::new(Kind::Leave, 31)];
    for (group, member) in [
        (group, held(Who::User(user), vault)),
        (inner, GrantId::from(member)),
    ] {
        let mut draft = edit(Some(held(Who::Group(group), home)), home);
        draft.member = Some(member);
        drafts.push(draft);
    }
    for (case, draft) in drafts.into_iter().enumerate() {
        // Nothing but the entry itself is in its own way.
        jonas.replica.heartbeat(30).unwrap();
        ana.receive(&jonas.flush());
        let hash = jonas.replica.append(draft).unwrap();
        ana.receive(&jonas.flush());
        ana.replica.assert_as_evaluated();
        assert_eq!(ana.replica.rights().shown(&hash), Label::Void, "{case}");
    }
}

/// A device of his that he has ended goes on, with what it could do before.
#[test]
fn hostile_23_what_an_ended_device_says_is_not_taken_in_by_itself() {
    let (mut ana, mut mara, mut jonas, vault) = three();
    let mut lap = further_device(&mut jonas, 92);
    let keys = lap.replica.own_keys();
    jonas.replica.add_device(keys, 22, &mut jonas.rng).unwrap();
    meet(&mut [&mut ana, &mut mara, &mut jonas, &mut lap]);
    write(&mut lap, None, vault, b"in time");
    meet(&mut [&mut ana, &mut mara, &mut jonas, &mut lap]);
    jonas
        .replica
        .revoke_device(lap.replica.device(), 30, &mut jonas.rng)
        .unwrap();
    ana.receive(&jonas.flush());
    write(&mut lap, None, vault, b"too late");
    let late = lap.flush();
    mara.receive(&late);
    mara.replica.insert(all_of(&ana));
    for person in [&mut ana, &mut mara] {
        person.receive(&late);
        person.replica.assert_as_evaluated();
        let shown = person.replica.rights().shown(&late[0].entry.hash);
        assert_eq!(shown, Label::Quarantined);
    }
}

/// A log that begins with the founding instead of its own start leads nowhere, and its founding
/// counts all the same.
#[test]
fn hostile_08_what_follows_another_beginning_waits() {
    let (mut ana, _, jonas, vault) = three();
    let log = LogIdentity {
        nonce: [9; 16],
        ..jonas.replica.me().log
    };
    let live = ana.replica.rights().live_grants();
    let his = live
        .iter()
        .find(|g| g.user == Some(user_of(&jonas)) && g.scope == vault);
    let mut chain = Chain::start(log.place(ana.replica.team()));
    let mut start = Draft::new(Kind::Genesis, 30);
    start.control = Some(cbor::encode(ana.replica.genesis()));
    let start = chain.append(start).unwrap().1;
    let item = edit(his.map(|g| g.id), vault);
    let item = chain.append(item).unwrap().1;
    let hash = item.hash;
    for entry in [start, item] {
        ana.replica.insert([entry]);
        ana.replica.assert_as_evaluated();
    }
    assert_eq!(ana.replica.rights().shown(&hash), Label::Provisional);
}

/// Two histories of one log, and an edit at the end of either: it counts in neither.
#[test]
fn hostile_13_what_follows_a_fork_is_not_taken_in_by_itself() {
    let (mut ana, _, jonas, vault) = three();
    let (at, place) = (last_of(&jonas).at(), *jonas.replica.chain().place());
    let live = ana.replica.rights().live_grants();
    let mut his = live.iter().filter(|g| g.user == Some(user_of(&jonas)));
    let his = his.find(|g| g.scope == vault).map(|g| g.id);
    let histories = [30, 31].map(|wall_ms| {
        let mut history = Chain::resume(place, at.seq, at.hash);
        let mut draft = edit(his, vault);
        draft.wall_ms = wall_ms;
        let first = history.append(draft).unwrap().1;
        (first, history)
    });
    let firsts = histories.each_ref().map(|(first, _)| first.clone());
    ana.replica.insert(firsts);
    for (_, mut history) in histories {
        // Either is the one that is followed here, as the hashes fall.
        let mut late = forgetful(&ana.replica, &last_of(&ana));
        late.insert(all_of(&ana));
        let next = history.append(edit(his, vault)).unwrap().1;
        let hash = next.hash;
        late.insert([next]);
        late.assert_as_evaluated();
        assert_eq!(late.rights().shown(&hash), Label::Void);
    }
}

/// What a grant, a key or a revocation names may be anything, and may come later.
#[test]
fn hostile_08_what_names_an_edit_is_worked_out_when_it_comes() {
    let (mut ana, mut mara, mut jonas, vault) = three();
    let (user, team) = (user_of(&jonas), ana.replica.team());
    let grant = |cites: Vec<EntryHash>, invite: Option<EntryHash>| {
        cbor::encode(&Grant {
            subject: Subject::User { user, facts: None },
            scope: vault,
            role: Role::Viewer,
            expires_ms: None,
            name_hash: None,
            cites,
            invite,
        })
    };
    let key = ScopeKey::random(&mut ana.rng);
    for case in 0..5 {
        write(&mut jonas, None, vault, b"named");
        let theirs = jonas.flush();
        let edit = theirs.last().unwrap().entry.hash;
        let mut under = ana.replica.under_authority(vault, 3);
        let (kind, control) = match case {
            0 => (Kind::Grant, grant(vec![edit], None)),
            1 => (Kind::Grant, grant(vec![], Some(edit))),
            2 => {
                under = Some((GrantId::from(edit), None));
                (Kind::Grant, grant(vec![], None))
            }
            3 => {
                let (target, pins) = (GrantId::from(edit), vec![]);
                (Kind::Revoke, cbor::encode(&Revoke { target, pins }))
            }
            _ => {
                under = ana.replica.under_read(vault);
                let parents = [(edit, &key)];
                let made = make_epoch(team, vault, 2, &parents, &[], &mut ana.rng);
                (Kind::KeyEpoch, cbor::encode(&made.unwrap().0))
            }
        };
        let mut draft = ana.replica.draft(kind, under, 30);
        draft.control = Some(control);
        let hash = ana.replica.append(draft).unwrap();
        let news = ana.flush();
        let mut late = Person::new(forgetful(&mara.replica, &last_of(&mara)), 91);
        late.replica.insert(all_of(&mara));
        late.receive(&news);
        let before = late.replica.rights().shown(&hash);
        late.receive(&theirs);
        late.replica.assert_as_evaluated();
        assert_eq!(before, Label::Provisional, "case {case}");
        assert_ne!(late.replica.rights().shown(&hash), before, "case {case}");
        mara.receive(&news);
        mara.receive(&theirs);
    }
}

/// The last entry of a person's own log.
fn last_of(person: &Person) -> Entry {
    let (_, end) = person.replica.ends()[&person.replica.chain().place().log];
    person.replica.entry(&end).unwrap().clone()
}

/// A story with the end of one of two rights, an edit set aside and taken back in, a shared item
/// and edits at once, told to somebody in any order and in pieces. Every entry that is taken in by itself is compared with an
/// evaluation of everything (`assert_as_evaluated`).
#[test]
fn any_order_of_any_pieces_amounts_to_the_same() {
    let (mut ana, mut mara, mut jonas, vault) = three();
    let item = write(&mut mara, None, vault, b"one");
    meet(&mut [&mut ana, &mut mara, &mut jonas]);
    let user = user_of(&jonas);
    ana.replica
        .share_item(item, user, Role::Viewer, None, 21, &mut ana.rng)
        .unwrap();
    write(&mut jonas, Some(item), vault, b"two");
    write(&mut mara, Some(item), vault, b"too");
    meet(&mut [&mut ana, &mut mara, &mut jonas]);
    let mut rng = ChaCha20Rng::seed_from_u64(5);
    let other = ana.replica.create_vault("Other", 1, 25, &mut rng).unwrap();
    ana.replica
        .grant(user, other, Role::Editor, None, 26, &mut rng)
        .unwrap();
    meet(&mut [&mut ana, &mut mara, &mut jonas]);
    // What still counts in the one vault hangs on what he says in the other.
    write(&mut jonas, Some(item), vault, b"three");
    write(&mut jonas, None, other, b"elsewhere");
    write(&mut jonas, None, other, b"and there");
    meet(&mut [&mut ana, &mut mara, &mut jonas]);
    ana.replica.revoke(user, vault, 30, &mut rng).unwrap();
    let aside = write(&mut jonas, None, vault, b"aside");
    jonas.replica.heartbeat(31).unwrap();
    meet(&mut [&mut ana, &mut mara, &mut jonas]);
    let set_aside = ana.replica.quarantined()[0].hash;
    ana.replica.adopt(set_aside, 32).unwrap();
    write(&mut ana, Some(aside), vault, b"taken back in");
    mara.replica.delete_item(item, 33).unwrap();
    meet(&mut [&mut ana, &mut mara, &mut jonas]);

    let all = all_of(&ana);
    for kind in [Kind::Adopt, Kind::WrapAdd, Kind::Revoke, Kind::Tombstone] {
        assert!(all.iter().any(|e| e.kind() == Some(kind)), "{kind:?}");
    }
    let (_, end) = mara.replica.ends()[&mara.replica.chain().place().log];
    let end = mara.replica.entry(&end).unwrap();
    let told = |pieces: &[&[&Entry]]| {
        let mut late = forgetful(&mara.replica, end);
        for piece in pieces {
            late.insert(piece.iter().copied().cloned());
        }
        late.assert_as_evaluated();
        for (id, item) in ana.replica.items() {
            assert_eq!(late.item(&id), Some(item));
        }
    };
    // Each entry by itself, after all that others say.
    for one in &all {
        let after = |e: &&Entry| e.log() == one.log() && e.seq() > one.seq();
        let (rest, before): (Vec<&Entry>, Vec<&Entry>) = all.iter().partition(after);
        let before: Vec<&Entry> = before.into_iter().filter(|e| e.hash != one.hash).collect();
        told(&[&before, &[one], &rest]);
    }
    for seed in 0..40 {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let mut order: Vec<&Entry> = all.iter().collect();
        for at in (1..order.len()).rev() {
            order.swap(at, usize::try_from(rng.next_u64()).unwrap() % (at + 1));
        }
        if seed % 2 == 0 {
            // As it went, but for a few that are late.
            order.sort_by_cached_key(|e| {
                e.header.wall_ms + 20 * u64::from(rng.next_u32().is_multiple_of(6))
            });
        }
        let pieces: Vec<&[&Entry]> = order
            .chunks(1 + usize::try_from(seed % 4).unwrap())
            .collect();
        told(&pieces);
    }
}

/// Its log would be listed among the team's.
#[test]
fn hostile_08_what_another_team_said_is_not_filed() {
    let mut ana = ana();
    let founding = Founding {
        team: "Southwind".into(),
        person: "Eve".into(),
        colour: 1,
        device: "desk".into(),
        personal: "Personal".into(),
        wall_ms: 1,
    };
    let (other, ..) = found(&founding, &mut ChaCha20Rng::seed_from_u64(77)).unwrap();
    assert_ne!(other.team(), ana.replica.team());
    let (before, ends) = (ana.replica.entries().count(), ana.replica.ends());
    ana.replica.insert(other.entries().cloned());
    assert_eq!(ana.replica.entries().count(), before);
    assert_eq!(ana.replica.ends(), ends);
}
