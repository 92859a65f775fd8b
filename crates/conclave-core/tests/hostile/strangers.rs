//! Rows 2 and 8: whatever is said by a device that nobody let in, and groups that are to be more
//! than groups may be.

use std::collections::BTreeSet;

use conclave_core::{
    authority::Label,
    body::{self, Body, Recipient, ScopeKind, Subject},
    cbor,
    id::{GrantId, ItemId, ScopeId, UserId},
    keys::DeviceKeys,
    kind::Kind,
    pack::{Chain, Draft, LogIdentity},
    replica::Written,
    role::Role,
};
use conclave_crypto::DeviceSeed;
use conclave_testkit::{
    evil_member::EvilMember,
    people::{Person, found_team},
    rng::seeded,
};

use crate::entries::{Rights, rights};

/// Ana's team: Mara edits in the vault, and somebody opened an offer, asked, and was not let in.
/// They know the team, the outer key and everybody's entries.
fn with_a_stranger(seed: u64) -> (Person, Person, EvilMember, ScopeId, ItemId) {
    let mut ana = found_team(seed).person;
    let vault = ana.vault("Production");
    let (mut mara, _) = ana.join("Mara", Role::Editor, &[vault]);
    let (item, _) = ana.write(vault, b"secret");
    let invited = ana.invite("Eve", Role::Viewer, &[vault]);
    let (mut eve, _, theirs) = ana.answer(&invited, "Eve");
    ana.flush();
    ana.receive(&theirs);
    eve.catch_up(&ana);
    mara.catch_up(&ana);
    (ana, mara, EvilMember::of(eve), vault, item)
}

/// One of everything that could bring somebody in, put somebody out, or have a key made: kind and
/// control body, for a device with these keys.
fn everything(ana: &Person, keys: &DeviceKeys, item: ItemId) -> Vec<(Kind, Vec<u8>)> {
    let (rights, team) = (ana.replica.rights(), ana.replica.team_scope());
    let home = ana.replica.item(&item).unwrap().home;
    let user = ana.replica.me().facts.id(ana.replica.team());
    let facts = conclave_core::keys::UserFacts {
        kit: keys.clone(),
        kit_successor: [1; 32],
        first: keys.clone(),
    };
    let stranger = facts.id(ana.replica.team());
    let mut said = Vec::new();
    for (scope, role) in [
        (team, Role::Owner),
        (team, Role::Viewer),
        (home, Role::Viewer),
        (home, Role::Guest),
        (rights.admins(), Role::Viewer),
        (rights.directory(), Role::Viewer),
        (rights.audit(), Role::Viewer),
    ] {
        let subjects = [
            Subject::User {
                user: stranger,
                facts: Some(Box::new(facts.clone())),
            },
            Subject::Machine {
                keys: Box::new(keys.clone()),
                owner: user,
            },
        ];
        for subject in subjects {
            let grant = body::Grant {
                subject,
                scope,
                role,
                expires_ms: None,
                name_hash: None,
                cites: vec![],
                invite: None,
            };
            said.push((Kind::Grant, cbor::encode(&grant)));
        }
    }
    for grant in rights.live_grants() {
        let (target, pins) = (grant.id, vec![]);
        said.push((Kind::Revoke, cbor::encode(&body::Revoke { target, pins })));
    }
    for user in rights.users() {
        let remove = body::RemoveUser {
            user,
            scope: team,
            pins: vec![],
        };
        said.push((Kind::RemoveUser, cbor::encode(&remove)));
        let keys = Box::new(keys.clone());
        let add = body::DeviceAdd { user, keys };
        said.push((Kind::DeviceAdd, cbor::encode(&add)));
        for device in rights.devices_of(user) {
            let revoke = body::DeviceRevoke {
                user,
                device: *device,
                pins: vec![],
            };
            said.push((Kind::DeviceRevoke, cbor::encode(&revoke)));
        }
    }
    let policy = body::Policy {
        policy: 1,
        scope: team,
        value: 0,
        replaces: vec![],
    };
    said.push((Kind::Policy, cbor::encode(&policy)));
    let invite = body::Invite {
        invite: conclave_core::id::InviteId::new([7; 32]),
        key: keys.sign,
        expires_ms: u64::MAX,
    };
    said.push((Kind::Invite, cbor::encode(&invite)));
    for (kind, parent) in [(ScopeKind::Vault, team), (ScopeKind::Item, home)] {
        let create = body::ScopeCreate {
            kind,
            parent: Some(parent),
            item: Some(item),
        };
        said.push((Kind::ScopeCreate, cbor::encode(&create)));
    }
    let tomb = body::Tombstone {
        item,
        home,
        parents: ana.replica.item(&item).unwrap().heads.clone(),
        moved_to: None,
    };
    said.push((Kind::Tombstone, cbor::encode(&tomb)));
    for epoch in rights.ranked(home) {
        let complaint = body::Complaint { epoch };
        said.push((Kind::Complaint, cbor::encode(&complaint)));
    }
    said
}

/// Under what it is said: every grant that is live, and none.
fn grants(ana: &Person) -> Vec<Option<GrantId>> {
    let live = ana.replica.rights().live_grants();
    let live = live.into_iter().map(|grant| Some(grant.id));
    live.chain([None]).collect()
}

/// Whom the boxes in these entries are for.
pub(crate) fn boxed(written: &[Written]) -> BTreeSet<Recipient> {
    let boxes = written.iter().flat_map(|w| match &w.entry.body {
        Body::KeyEpoch(epoch) => epoch.boxes.clone(),
        Body::KeyBoxAdd(add) => add.boxes.clone(),
        _ => vec![],
    });
    boxes.map(|sealed| sealed.recipient).collect()
}

/// Grants, invitations, policies, removals, devices, scopes and keys by somebody who opened an
/// offer and was not let in: nobody gives them a key, and nobody loses anything.
#[test]
fn hostile_02_whoever_was_not_let_in_is_handed_no_key() {
    let (mut ana, mut mara, mut eve, vault, item) = with_a_stranger(1);
    let before = rights(&ana, eve.user());
    let keys = eve.person.replica.own_keys();
    let mut said = Vec::new();
    for under in grants(&ana) {
        for (kind, control) in everything(&ana, &keys, item) {
            let mut draft = eve.draft(kind, under);
            draft.control = Some(control);
            said.push(eve.sign(draft));
        }
    }
    let rights_of = ana.replica.rights();
    let scopes = [
        vault,
        rights_of.admins(),
        rights_of.directory(),
        rights_of.audit(),
    ];
    let to = [eve.own_address(), eve.address_of(ana.user()).unwrap()];
    for scope in scopes {
        for under in [None, Some(ana_grant(&ana))] {
            said.push(eve.epoch(under, scope, &[], &to, |_| {}).0);
        }
    }
    for person in [&mut ana, &mut mara] {
        person.receive(&said);
        let now = person.tick();
        person.replica.reconcile(now, &mut person.rng).unwrap();
    }
    assert_eq!(known_rights(&ana, &eve, &before), before);
    let now = ana.tick();
    ana.replica.mint(vault, now, &mut ana.rng).unwrap();
    let (later, _) = ana.write(vault, b"later");
    let written = [ana.flush(), mara.flush()].concat();
    let to = boxed(&written);
    assert!(to.contains(&Recipient::User(mara.user())), "{to:?}");
    let hers = [
        Recipient::User(eve.user()),
        Recipient::Device(eve.device()),
        Recipient::Device(keys.id()),
    ];
    assert!(hers.iter().all(|one| !to.contains(one)), "{to:?}");
    eve.person.receive(&written);
    for item in [item, later] {
        assert_eq!(eve.person.read(item), None);
        assert!(ana.read(item).is_some());
    }
}

/// What counts, without people whom nobody knew before: a grant that counts for nothing may bring
/// their keys, and they have no rights.
fn known_rights(ana: &Person, eve: &EvilMember, before: &Rights) -> Rights {
    let mut rights = rights(ana, eve.user());
    let known = |user: &UserId| before.devices.contains_key(user);
    rights.devices.retain(|user, _| known(user));
    rights
}

fn ana_grant(ana: &Person) -> GrantId {
    let live = ana.replica.rights().live_grants();
    let mine = live.iter().find(|g| g.user == Some(ana.user()));
    mine.unwrap().id
}

/// The same by a device that is nobody's and writes a log all the same.
#[test]
fn hostile_08_a_device_that_nobody_added_says_nothing() {
    let (mut ana, _, eve, vault, item) = with_a_stranger(2);
    let before = rights(&ana, eve.user());
    let device = DeviceSeed::random(&mut seeded(0x6e_6f_6e_65));
    let keys = DeviceKeys {
        sign: *device.signing().verify_key().as_bytes(),
        seal: Box::new(*device.sealing().public().as_bytes()),
    };
    let log = LogIdentity {
        sign: keys.sign,
        seal_hash: keys.seal_hash(),
        nonce: [1; 16],
    };
    let mut chain = Chain::start(log.place(ana.replica.team()));
    let mut said = Vec::new();
    let start = body::LogStart { replaces: None };
    let mut all = vec![(Kind::LogStart, cbor::encode(&start), None)];
    let rev = body::ItemRev {
        item: Some(item),
        home: vault,
        parents: ana.replica.item(&item).unwrap().heads.clone(),
        wraps: vec![],
        blobs: vec![],
        schema: 1,
    };
    for under in grants(&ana) {
        let things = everything(&ana, &keys, item).into_iter();
        all.extend(things.map(|(kind, control)| (kind, control, under)));
        all.push((Kind::ItemRev, cbor::encode(&rev), under));
    }
    for (kind, control, under) in all {
        let mut draft = Draft::new(kind, 1);
        draft.grant = under;
        draft.control = Some(control);
        draft.sealed = (kind == Kind::ItemRev).then(|| vec![1; 600]);
        said.push(chain.append(draft).unwrap().1);
    }
    let hashes: Vec<_> = said.iter().skip(1).map(|e| (e.kind(), e.hash)).collect();
    ana.replica.insert(said);
    assert_eq!(known_rights(&ana, &eve, &before), before);
    for (kind, hash) in hashes {
        // A complaint costs one more box to whoever may have it, and they may not.
        assert!(!ana.replica.rights().counts(&hash), "{kind:?}");
    }
}

/// An owner may give almost anything to almost anybody. To a group they give viewer or editor: it
/// is made no manager, admin, owner, auditor or guest, and holds no group and no machine.
#[test]
fn hostile_08_a_group_is_never_more_than_an_editor() {
    let mut ana = found_team(3).person;
    let vault = ana.vault("Production");
    let (mara, _) = ana.join("Mara", Role::Viewer, &[]);
    let (eve, _) = ana.join("Eve", Role::Viewer, &[]);
    let (now, team) = (ana.tick(), ana.replica.team_scope());
    let made = |ana: &mut Person, name| {
        let now = ana.tick();
        let made = ana.replica.create_group(name, 1, now, &mut ana.rng);
        made.unwrap()
    };
    let (crew, others) = (made(&mut ana, "Crew"), made(&mut ana, "Others"));
    ana.replica
        .grant(eve.user(), team, Role::Owner, None, now, &mut ana.rng)
        .unwrap();
    ana.replica
        .add_member(crew, mara.user(), now, &mut ana.rng)
        .unwrap();
    ana.flush();
    let (mut mara, mut eve) = (EvilMember::of(mara), EvilMember::of(eve));
    for person in [&mut mara.person, &mut eve.person] {
        person.catch_up(&ana);
    }
    let live = ana.replica.rights().live_grants();
    let owner = live
        .iter()
        .find(|g| g.user == Some(eve.user()) && g.role == Role::Owner);
    let (owner, member) = (owner.unwrap().id, mara.grant_on(crew));
    let give = |eve: &mut EvilMember, subject, (scope, role)| {
        let grant = body::Grant {
            subject,
            scope,
            role,
            expires_ms: None,
            name_hash: None,
            cites: vec![],
            invite: None,
        };
        eve.say(Kind::Grant, Some(owner), &grant)
    };
    let group = || Subject::Group { group: crew };
    let fine = [(team, Role::Editor), (vault, Role::Viewer)];
    let fine = fine.map(|what| give(&mut eve, group(), what));
    let mut lies = Vec::new();
    for scope in [team, vault] {
        for role in [
            Role::Owner,
            Role::Admin,
            Role::Manager,
            Role::Auditor,
            Role::Guest,
        ] {
            lies.push(give(&mut eve, group(), (scope, role)));
        }
    }
    lies.push(give(&mut eve, group(), (others, Role::Viewer)));
    let keys = Box::new(eve.person.replica.own_keys());
    let machine = Subject::Machine {
        keys,
        owner: eve.user(),
    };
    lies.push(give(&mut eve, machine, (crew, Role::Viewer)));
    // What a member of it then does, citing their membership.
    let mut acts = Vec::new();
    for grant in lies.iter().chain(&fine) {
        let under = Some(grant.entry.hash.into());
        let make = body::Grant {
            subject: Subject::User {
                user: mara.user(),
                facts: None,
            },
            scope: team,
            role: Role::Viewer,
            expires_ms: None,
            name_hash: None,
            cites: vec![],
            invite: None,
        };
        let mut draft = mara.draft(Kind::Grant, under);
        draft.member = Some(member);
        draft.control = Some(cbor::encode(&make));
        acts.push(mara.sign(draft));
    }
    ana.receive(&fine);
    ana.receive(&lies);
    ana.receive(&acts);
    let rights = ana.replica.rights();
    assert!(fine.iter().all(|w| rights.is_live(w.entry.hash.into())));
    for lie in lies.iter().chain(&acts) {
        let shown = rights.shown(&lie.entry.hash);
        assert!(!rights.is_live(lie.entry.hash.into()), "{shown:?}");
        assert_ne!(shown, Label::Valid, "{:?}", lie.entry.body);
    }
    assert!(!rights.readers(rights.admins()).contains(&mara.user()));
    assert!(!rights.readers(rights.audit()).contains(&mara.user()));
    assert_eq!(ana.replica.team_role(mara.user()), Some(Role::Viewer));
}
