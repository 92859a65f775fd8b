//! Rows 5, 8, 11, 12, 23 and 26: entries of any kind, by whom they are not for.

use std::collections::{BTreeMap, BTreeSet};

use conclave_core::{
    authority::Label,
    body::{self, Body, ScopeKind, Wrap},
    entry::RawEntry,
    id::{ScopeId, UserId},
    kind::Kind,
    pack::{Pack, PackError},
    replica::{About, Written},
    role::Role,
    sealing::{PayloadPlace, hold_wrap, seal_payload},
};
use conclave_crypto::ContentKey;
use conclave_testkit::{
    evil_member::EvilMember,
    people::{Person, found_team},
    rng::seeded,
};

/// All that must not change by what somebody without a right to it says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Rights {
    readers: BTreeMap<ScopeId, BTreeSet<UserId>>,
    grants: BTreeSet<String>,
    pub(crate) devices: BTreeMap<UserId, Vec<conclave_core::id::DeviceId>>,
    usable: BTreeMap<ScopeId, Vec<conclave_core::id::EntryHash>>,
    items: Vec<String>,
    names: Vec<(About, String)>,
    needs_update: bool,
}

/// What counts, without what is Eve's own affair.
pub(crate) fn rights(person: &Person, eve: UserId) -> Rights {
    let rights = person.replica.rights();
    let own = conclave_core::keys::user_scope(person.replica.team(), eve);
    let built_in = [rights.directory(), rights.audit(), rights.admins()];
    let mine = |scope: &ScopeId| {
        let made = rights.live_grants();
        *scope == own
            || made
                .iter()
                .any(|g| g.scope == *scope && g.user == Some(eve) && g.role == Role::Owner)
    };
    let made = rights.scopes();
    let within_hers = |scope: &ScopeId| {
        let parent = made.iter().find(|s| s.id == *scope).and_then(|s| s.parent);
        mine(scope) || parent.is_some_and(|parent| mine(&parent))
    };
    let scopes = made.iter().map(|s| s.id).chain(built_in);
    let scopes: Vec<ScopeId> = scopes.filter(|scope| !within_hers(scope)).collect();
    let grants = rights
        .live_grants()
        .into_iter()
        .filter(|g| !within_hers(&g.scope));
    let mut names = person.names();
    names.retain(|(about, _)| *about != About::User(eve) && !matches!(about, About::Device(_)));
    names.dedup();
    Rights {
        readers: scopes
            .iter()
            .map(|s| (*s, rights.readers(*s).into_iter().collect()))
            .filter(|(_, readers): &(_, BTreeSet<UserId>)| !readers.is_empty())
            .collect(),
        grants: grants.map(|g| format!("{g:?}")).collect(),
        devices: rights
            .users()
            .filter(|user| *user != eve)
            .map(|user| (user, rights.devices_of(user).to_vec()))
            .collect(),
        usable: scopes
            .iter()
            // Where she reads, a new key is hers to make.
            .filter(|s| !rights.readers(**s).contains(&eve))
            .map(|s| (*s, rights.ranked(*s)))
            .filter(|(_, ranked)| !ranked.is_empty())
            .collect(),
        items: person
            .replica
            .items()
            .filter(|(_, item)| !within_hers(&item.home))
            .map(|(id, item)| format!("{id:?} {item:?}"))
            .collect(),
        names,
        needs_update: rights.needs_update(),
    }
}

/// Ana's team with every kind of entry in it, Mara as an editor, and Eve who reads nothing.
fn full_team(seed: u64) -> (Person, Person, EvilMember, ScopeId) {
    let mut ana = found_team(seed).person;
    let vault = ana.vault("Production");
    let (mut mara, _) = ana.join("Mara", Role::Editor, &[vault]);
    let (jonas, _) = ana.join("Jonas", Role::Viewer, &[vault]);
    let (item, _) = ana.write(vault, b"one");
    ana.edit(item, b"two");
    let (gone, _) = ana.write(vault, b"gone");
    let now = ana.tick();
    ana.replica.delete_item(gone, now).unwrap();
    let (eve, _) = ana.join("Eve", Role::Viewer, &[]);
    ana.replica
        .share_item(item, jonas.user(), Role::Viewer, None, now, &mut ana.rng)
        .unwrap();
    ana.replica
        .revoke(jonas.user(), vault, now, &mut ana.rng)
        .unwrap();
    ana.replica
        .write_receipt(&"copied", now, &mut ana.rng)
        .unwrap();
    ana.flush();
    mara.catch_up(&ana);
    let mut eve = EvilMember::of(eve);
    eve.person.catch_up(&ana);
    (ana, mara, eve, vault)
}

/// Every body that anybody wrote, once more in Eve's own log: as the same kind and as every other
/// kind, under her own grant, under its author's and under none.
#[test]
fn hostile_11_a_body_reposted_by_somebody_else_says_nothing() {
    let (mut ana, _, mut eve, _) = full_team(1);
    let before = rights(&ana, eve.user());
    let all: Vec<_> = ana.replica.entries().cloned().collect();
    let kinds: BTreeSet<u16> = all.iter().map(|entry| entry.header.kind).collect();
    assert!(kinds.len() >= 13, "{kinds:?}");
    let own = eve.any_grant();
    let mut said = Vec::new();
    for entry in &all {
        let control = control_of(&entry.body);
        let theirs = Written {
            entry: entry.clone(),
            raw: RawEntry {
                header: vec![],
                grant: entry.grant,
                member: entry.member,
                control: control.clone(),
            },
            sealed: ana.bodies.get(&entry.hash).cloned(),
        };
        for under in [Some(own), entry.grant, None] {
            said.push(eve.repost(&theirs, under));
        }
    }
    ana.receive(&said);
    assert_eq!(rights(&ana, eve.user()), before);
    // What was sealed elsewhere opens nowhere else.
    for written in said.iter().filter(|w| w.sealed.is_some()) {
        let hash = &written.entry.hash;
        let sealed = written.sealed.as_ref().unwrap();
        assert!(ana.replica.open_record(hash, sealed).is_none());
        assert!(ana.replica.open_receipt(hash, sealed).is_none());
        assert!(ana.replica.open_revision(hash, sealed).is_none());
    }
}

/// The bytes of each kind's body under the number of each other kind.
#[test]
fn hostile_11_a_body_under_another_kinds_number_says_nothing() {
    let (mut ana, _, mut eve, _) = full_team(2);
    let before = rights(&ana, eve.user());
    let bodies: BTreeMap<u16, Vec<u8>> = ana
        .replica
        .entries()
        .filter_map(|entry| Some((entry.header.kind, control_of(&entry.body)?)))
        .collect();
    assert!(bodies.len() >= 10, "{:?}", bodies.keys());
    let own = eve.any_grant();
    let mut said = Vec::new();
    for (kind, body) in &bodies {
        for number in (1..=27).filter(|number| number != kind) {
            for (critical, under) in [(true, Some(own)), (false, Some(own)), (true, None)] {
                said.push(eve.sign_raw((number, critical), under, Some(body.clone())));
            }
        }
    }
    ana.receive(&said);
    assert_eq!(rights(&ana, eve.user()), before);
}

fn control_of(body: &Body) -> Option<Vec<u8>> {
    use conclave_core::cbor::encode;
    Some(match body {
        Body::Genesis(b) => encode(b),
        Body::LogStart(b) => encode(b),
        Body::DeviceAdd(_, b) => encode(b),
        Body::DeviceRevoke(b) => encode(b),
        Body::Grant(_, b) => encode(b),
        Body::Revoke(b) => encode(b),
        Body::RemoveUser(b) => encode(b),
        Body::ScopeCreate(_, b) => encode(b),
        Body::KeyEpoch(b) => encode(b),
        Body::KeyBoxAdd(b) => encode(b),
        Body::Invite(b) => encode(b),
        Body::ItemRev(_, b) => encode(b),
        Body::WrapAdd(b) => encode(b),
        Body::Tombstone(b) => encode(b),
        Body::Adopt(b) => encode(b),
        Body::Policy(b) => encode(b),
        Body::Complaint(b) => encode(b),
        Body::None | Body::Unknown | Body::Malformed => return None,
    })
}

/// A kind that this version does not know: from an admin it stops writing, from anybody else
/// nothing, and where it is not critical it is passed over.
#[test]
fn hostile_05_a_critical_kind_stops_only_from_an_admin() {
    let (mut ana, mara, mut eve, _) = full_team(3);
    let under = eve.any_grant();
    let by_viewer = eve.sign_raw((900, true), Some(under), None);
    let without = eve.sign_raw((900, true), None, None);
    let passed_over = eve.sign_raw((901, false), Some(under), None);
    let reserved = eve.sign_raw((Kind::Succeed.number(), true), Some(under), None);
    let all = [by_viewer, without, passed_over, reserved];
    ana.receive(&all);
    let shown = all.map(|w| ana.replica.rights().shown(&w.entry.hash));
    let quarantined = Label::Quarantined;
    assert_eq!(
        shown,
        [quarantined, quarantined, Label::Unknown, quarantined]
    );
    assert!(!ana.replica.rights().needs_update());

    // Mara becomes an admin, is removed, and only what she said before counts.
    let (now, team) = (ana.tick(), ana.replica.team_scope());
    ana.replica
        .grant(mara.user(), team, Role::Admin, None, now, &mut ana.rng)
        .unwrap();
    let mut mara = EvilMember::of(mara);
    mara.person.catch_up(&ana);
    let admin = mara
        .person
        .replica
        .rights()
        .live_grants()
        .into_iter()
        .find(|g| g.user == Some(mara.user()) && g.role == Role::Admin)
        .unwrap()
        .id;
    ana.replica
        .revoke(mara.user(), team, now, &mut ana.rng)
        .unwrap();
    let late = mara.sign_raw((900, true), Some(admin), None);
    ana.receive(std::slice::from_ref(&late));
    assert_eq!(ana.replica.rights().shown(&late.entry.hash), quarantined);
    assert!(!ana.replica.rights().needs_update());

    let (mut other, mara, _, _) = full_team(4);
    let (now, team) = (other.tick(), other.replica.team_scope());
    other
        .replica
        .grant(mara.user(), team, Role::Admin, None, now, &mut other.rng)
        .unwrap();
    let mut mara = EvilMember::of(mara);
    mara.person.catch_up(&other);
    let rights = mara.person.replica.rights().live_grants();
    let admin = rights
        .iter()
        .find(|g| g.user == Some(mara.user()) && g.role == Role::Admin)
        .unwrap();
    let said = mara.sign_raw((900, true), Some(admin.id), None);
    other.receive(&[said]);
    assert!(other.replica.rights().needs_update());
    // Whoever is senior ends it by taking her out.
    other
        .replica
        .remove_user(mara.user(), team, now, &mut other.rng)
        .unwrap();
    assert!(!other.replica.rights().needs_update());
}

/// Another suite and another generation of the outer key are "update needed"; another magic is no
/// pack. Nothing of it is taken in.
#[test]
fn hostile_05_an_unknown_suite_or_generation_is_an_error_of_its_own() {
    let (_, _, mut eve, _) = full_team(5);
    let under = eve.any_grant();
    let said = [eve.sign_raw((901, false), Some(under), None)];
    let (id, pack) = eve.pack(&said);
    let team = eve.person.replica.team();
    assert!(Pack::open(team, eve.out(), &id, &pack).is_ok());
    for (byte, expected) in [
        (8, PackError::Newer),
        (9, PackError::Newer),
        (0, PackError::Foreign),
    ] {
        let mut other = pack.clone();
        other[byte] ^= 0x10;
        let error = Pack::open(team, eve.out(), &id, &other).err();
        assert_eq!(error, Some(expected), "byte {byte}");
    }
}

/// A viewer writes items; a manager of one vault grants, removes and makes scopes elsewhere; a
/// group is made an admin.
#[test]
fn hostile_08_a_right_reaches_no_further_than_it_was_given() {
    let mut ana = found_team(6).person;
    let (vault, hers) = (ana.vault("Production"), ana.vault("Hers"));
    let (mara, _) = ana.join("Mara", Role::Editor, &[vault]);
    let (item, first) = ana.write(vault, b"one");
    let (eve, _) = ana.join("Eve", Role::Manager, &[hers]);
    let (now, team) = (ana.tick(), ana.replica.team_scope());
    ana.replica
        .grant(eve.user(), vault, Role::Viewer, None, now, &mut ana.rng)
        .unwrap();
    ana.flush();
    let mut eve = EvilMember::of(eve);
    eve.person.catch_up(&ana);
    let before = rights(&ana, eve.user());
    let (viewer, manager, member) = (eve.grant_on(vault), eve.grant_on(hers), eve.grant_on(team));
    let me = eve.user();
    let mut said = Vec::new();
    for under in [viewer, manager, member] {
        for (scope, role) in [
            (vault, Role::Manager),
            (vault, Role::Viewer),
            (team, Role::Admin),
            (team, Role::Viewer),
            (hers, Role::Manager),
            (hers, Role::Owner),
        ] {
            if under == manager && scope == hers && role.rank() < 3 {
                continue;
            }
            said.push(eve.grant(under, me, (scope, role), None));
            said.push(eve.grant(under, mara.user(), (scope, role), None));
        }
        for scope in [vault, team] {
            let remove = body::RemoveUser {
                user: mara.user(),
                scope,
                pins: vec![],
            };
            said.push(eve.say(Kind::RemoveUser, Some(under), &remove));
        }
        for target in ana.replica.rights().live_grants() {
            if target.user != Some(me) {
                let revoke = body::Revoke {
                    target: target.id,
                    pins: vec![],
                };
                said.push(eve.say(Kind::Revoke, Some(under), &revoke));
            }
        }
        for (kind, parent) in [
            (ScopeKind::Vault, team),
            (ScopeKind::Group, team),
            (ScopeKind::Item, vault),
        ] {
            let create = body::ScopeCreate {
                kind,
                parent: Some(parent),
                item: Some(item),
            };
            said.push(eve.say(Kind::ScopeCreate, Some(under), &create));
        }
        let rev = body::ItemRev {
            item: Some(item),
            home: vault,
            parents: vec![first],
            wraps: vec![],
            blobs: vec![],
            schema: 1,
        };
        let mut draft = eve.draft(Kind::ItemRev, Some(under));
        draft.control = Some(conclave_core::cbor::encode(&rev));
        draft.sealed = Some(vec![1; 600]);
        said.push(eve.sign(draft));
        let tomb = body::Tombstone {
            item,
            home: vault,
            parents: vec![first],
            moved_to: None,
        };
        said.push(eve.say(Kind::Tombstone, Some(under), &tomb));
        let policy = body::Policy {
            policy: 1,
            scope: team,
            value: 0,
            replaces: vec![],
        };
        said.push(eve.say(Kind::Policy, Some(under), &policy));
    }
    ana.receive(&said);
    let after = rights(&ana, eve.user());
    assert_eq!(after, before);
    assert!(ana.replica.item_scopes(item).is_empty());
}

/// An admin who was removed writes on, with any clock, from any place of the log, from the kit:
/// what was done before stays, and nothing else counts.
#[test]
fn hostile_12_a_removed_admin_who_backdates_changes_nothing() {
    let mut ana = found_team(7).person;
    let vault = ana.vault("Production");
    let (mut mara, _) = ana.join("Mara", Role::Editor, &[vault]);
    let (eve, _) = ana.join("Eve", Role::Manager, &[vault]);
    let (now, team) = (ana.tick(), ana.replica.team_scope());
    ana.replica
        .grant(eve.user(), team, Role::Admin, None, now, &mut ana.rng)
        .unwrap();
    ana.flush();
    let mut eve = EvilMember::of(eve);
    eve.person.catch_up(&ana);
    let admin = eve.person.replica.rights().live_grants();
    let admin = admin
        .iter()
        .find(|g| g.user == Some(eve.user()) && g.role == Role::Admin)
        .unwrap()
        .id;
    let start = eve.chain().next_seq();
    let anchor = ana.replica.ends()[&eve.chain().place().log];
    // What she does while she may: it stays.
    let before = eve.grant(admin, mara.user(), (team, Role::Manager), None);
    eve.person.receive(std::slice::from_ref(&before));
    ana.receive(std::slice::from_ref(&before));
    assert!(ana.replica.rights().is_live(before.entry.hash.into()));
    let (user, rng) = (eve.user(), &mut ana.rng);
    ana.replica.revoke(user, vault, now, rng).unwrap();
    ana.replica.revoke(user, team, now, rng).unwrap();
    ana.flush();
    let before_late = rights(&ana, user);

    let own_log = eve.chain().place().log;
    for (clock, back) in [(0, false), (u64::MAX - 99, false), (1, true)] {
        eve.set_clock(clock);
        if back {
            eve.go_back_to(body::At {
                log: own_log,
                seq: anchor.0,
                hash: anchor.1,
            });
        }
        let said = [
            eve.grant(admin, user, (team, Role::Admin), None),
            eve.grant(admin, user, (vault, Role::Manager), None),
            eve.say(
                Kind::RemoveUser,
                Some(admin),
                &body::RemoveUser {
                    user: mara.user(),
                    scope: team,
                    pins: vec![],
                },
            ),
        ];
        ana.receive(&said);
        let shown = said.map(|w| ana.replica.rights().shown(&w.entry.hash));
        assert!(!shown.contains(&Label::Valid), "{shown:?}");
        let mut now = rights(&ana, user);
        // A fork below the pin: the pinned branch is the true one.
        now.items.clone_from(&before_late.items);
        assert_eq!(now, before_late);
    }
    assert!(start > 0 && ana.replica.rights().is_live(before.entry.hash.into()));
    mara.catch_up(&ana);
    assert_eq!(mara.replica.team_role(mara.user()), Some(Role::Manager));
}

/// A stolen device of Mara's revokes her laptop, adds another and promotes itself; her kit's
/// word, and the laptop's, stand above.
#[test]
fn hostile_23_a_stolen_junior_device_ends_no_senior() {
    use conclave_testkit::stories::{By, Story};
    let mut story = Story::new(1).start();
    let (user, first, kit) = (story.user(3), story.first(3), story.kit(3));
    let junior = story.add_device(By::own(first), user, 1);
    let second = story.add_device(By::own(first), user, 2);
    let theft = story.entries.len();
    for senior in [kit, first, second] {
        let pins = story.pins(&[senior], 0);
        story.cut_device(By::own(junior), user, senior, pins);
    }
    let state = |story: &Story, upto: usize| {
        let entries = story.entries.get(..upto).unwrap_or_default();
        let state = conclave_core::authority::evaluate(story.facts.clone(), entries);
        let live = state.tree(user).iter().filter(|d| d.live()).map(|d| d.id);
        live.collect::<BTreeSet<_>>()
    };
    let all = [kit, first, junior, second].into();
    assert_eq!(state(&story, theft), all);
    // Of two added by the same device the earlier one is senior: it may end the later one alone.
    let after = state(&story, story.entries.len());
    assert_eq!(after, [kit, first, junior].into());
    // The kit ends the thief, whatever the thief says meanwhile: it had been promoted.
    story.add_device(By::own(junior), user, 7);
    let vault = story.scopes[1].id;
    let manager = story
        .grants
        .iter()
        .find(|g| g.scope == vault && g.role == Role::Manager);
    let manager = manager.unwrap().id;
    let pins = story.pins(&[junior], 0);
    let stolen = story.head(junior).unwrap();
    story.cut_device(By::own(kit), user, junior, pins.clone());
    let viewer = conclave_core::id::SubjectId::User(story.user(5));
    let by = By::under(junior, manager);
    let late = story.grant(by, viewer, vault, Role::Viewer, &[]);
    let back = story.grant(
        by.after(Some((
            stolen.0 - 1,
            story.entry(stolen.1).header.prev.unwrap(),
        ))),
        viewer,
        vault,
        Role::Viewer,
        &[],
    );
    let state = conclave_core::authority::evaluate(story.facts.clone(), &story.entries);
    assert!(!state.is_valid(late) && !state.is_valid(back));
    let live: BTreeSet<_> = state.devices(story.facts.users[&user].scope);
    assert!(live.contains(&first) && live.contains(&kit) && !live.contains(&junior));
}

/// Mara had the new key and writes under the old one, which somebody who was removed still has:
/// it is told. What was written before the rotation, or in ignorance of it, is not.
#[test]
fn hostile_26_an_old_key_used_after_its_author_had_seen_the_next_is_told() {
    let mut ana = found_team(8).person;
    let vault = ana.vault("Production");
    let (mut mara, _) = ana.join("Mara", Role::Editor, &[vault]);
    let (mut lena, said) = ana.join("Lena", Role::Editor, &[vault]);
    mara.receive(&said);
    let (jonas, said) = ana.join("Jonas", Role::Viewer, &[vault]);
    mara.receive(&said);
    lena.receive(&said);
    let old = ana.replica.usable_epoch(vault).unwrap();
    // Lena is offline and writes under the old key in good faith.
    let (_, in_good_faith) = lena.write(vault, b"offline");
    let (_, before) = mara.write(vault, b"before");
    let early = mara.flush();
    ana.receive(&early);
    lena.receive(&early);
    let now = ana.tick();
    ana.replica
        .revoke(jonas.user(), vault, now, &mut ana.rng)
        .unwrap();
    let news = ana.flush();
    mara.receive(&news);
    let (_, honest) = mara.write(vault, b"after");
    mara.flush();

    let mut evil = EvilMember::of(mara);
    let key = evil.keys().remove(&old).unwrap();
    let (content, mut rng) = (ContentKey::random(&mut seeded(1)), seeded(2));
    let place = *evil.chain().place();
    let item = conclave_core::entry::item_id(place.team, vault, place.log, evil.chain().next_seq());
    let at = PayloadPlace {
        team: place.team,
        item,
        home: vault,
        parents: &[],
        author: place.device,
        schema: 1,
    };
    let sealed = seal_payload(&at, &content, b"for Jonas", &mut rng);
    let hash = conclave_core::entry::BodyRef::of(&sealed).unwrap().hash;
    let wrap: Wrap = hold_wrap(
        place.team,
        item,
        &hash,
        (vault, old, &key),
        &content,
        &mut rng,
    );
    let rev = body::ItemRev {
        item: None,
        home: vault,
        parents: vec![],
        wraps: vec![wrap],
        blobs: vec![],
        schema: 1,
    };
    let under = evil.grant_on(vault);
    let mut draft = evil.draft(Kind::ItemRev, Some(under));
    draft.control = Some(conclave_core::cbor::encode(&rev));
    draft.sealed = Some(sealed);
    let late = evil.sign(draft);
    evil.person.receive(std::slice::from_ref(&late));
    ana.catch_up(&evil.person);
    let theirs = lena.flush();
    ana.receive(&theirs);
    // It does open, for everybody who had the old key: that is what is told.
    assert_eq!(
        ana.read_revision(&late.entry.hash).as_deref(),
        Some(&b"for Jonas"[..])
    );
    let told = ana.replica.under_an_old_key();
    assert_eq!(told, [late.entry.hash].into());
    assert!(ana.replica.is_under_an_old_key(&late.entry.hash));
    assert!(!ana.replica.is_under_an_old_key(&honest));
    assert!(
        ![in_good_faith, before, honest]
            .iter()
            .any(|hash| told.contains(hash))
    );
}
