//! Two and three people, one team: what each of them can open, and what nobody else can.

mod days;
mod groups;
mod guests;
mod intake;
mod last_resort;
mod leaving;
mod machines;
mod removal;
mod wraps;

use std::collections::BTreeMap;

use conclave_crypto::{InviteCodeKey, KdfParams, KitSeed, Own0Seed};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

use super::*;
use crate::{id::InviteId, replica::joining::Introduction, role::Role};

/// A person at a device, with the bodies that their store would keep.
struct Person {
    replica: Replica,
    bodies: BTreeMap<EntryHash, Vec<u8>>,
    rng: ChaCha20Rng,
}

impl Person {
    fn new(replica: Replica, seed: u64) -> Self {
        Self {
            replica,
            bodies: BTreeMap::new(),
            rng: ChaCha20Rng::seed_from_u64(seed),
        }
    }

    /// What this person wrote since the last call, as others would receive it.
    fn flush(&mut self) -> Vec<Written> {
        let written = self.replica.take_written();
        for w in &written {
            self.bodies
                .extend(w.sealed.clone().map(|s| (w.entry.hash, s)));
        }
        written
    }

    fn receive(&mut self, written: &[Written]) {
        for w in written {
            self.bodies
                .extend(w.sealed.clone().map(|s| (w.entry.hash, s)));
        }
        self.replica.insert(written.iter().map(|w| w.entry.clone()));
    }

    fn read(&self, item: ItemId) -> Option<Vec<u8>> {
        let head = *self.replica.item(&item)?.heads.first()?;
        let plain = self.replica.open_revision(&head, self.bodies.get(&head)?)?;
        Some(plain.to_vec())
    }

    fn names(&self) -> Vec<String> {
        let records = self.replica.record_entries();
        records
            .filter_map(|e| self.replica.open_record(&e.hash, self.bodies.get(&e.hash)?))
            .map(|r| r.name)
            .collect()
    }
}

/// The founding, always the same: Ana's first device, her kit and the last-resort sheet.
fn founding() -> (Replica, KitSeed, Own0Seed) {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let founding = Founding {
        team: "Northwind".into(),
        person: "Ana".into(),
        colour: 1,
        device: "desk".into(),
        personal: "Personal".into(),
        wall_ms: 1,
    };
    found(&founding, &mut rng).unwrap()
}

fn ana() -> Person {
    let mut ana = Person::new(founding().0, 2);
    ana.flush();
    ana
}

/// A further device of somebody that nobody vouches for yet.
fn further_device(of: &mut Person, seed: u64) -> Person {
    let mut out = *of.replica.out().expose_secret();
    let (out, genesis) = (OuterKey::from_bytes(&mut out), of.replica.genesis().clone());
    let facts = of.replica.me().facts.clone();
    let made = Replica::for_new_device(genesis, out, facts, 21, &mut of.rng);
    Person::new(made.unwrap(), seed)
}

/// Everything that a person has, for somebody who knows nothing yet.
fn all_of(person: &Person) -> Vec<Entry> {
    person.replica.entries().cloned().collect()
}

/// The same device after a restart.
fn again(before: &Replica, written: &[Written]) -> Replica {
    let mut replica = forgetful(before, &written.last().unwrap().entry);
    replica.insert(written.iter().map(|w| w.entry.clone()));
    replica
}

/// The same device, knowing nothing but the end of its own log.
fn forgetful(before: &Replica, last: &Entry) -> Replica {
    let me = before.me();
    let (mut out, mut seed) = (*before.out().expose_secret(), *me.seed.expose_secret());
    let chain = before.chain();
    Replica::new(
        before.genesis().clone(),
        before.team(),
        OuterKey::from_bytes(&mut out),
        Me {
            user: me.user,
            facts: me.facts.clone(),
            seed: DeviceSeed::from_bytes(&mut seed),
            log: me.log,
        },
        Chain::resume(*chain.place(), last.seq(), last.hash),
    )
}

fn join(ana: &mut Person, name: &str, vaults: &[ScopeId], n: u8) -> (Person, InviteId) {
    join_as(ana, name, (Role::Editor, None), vaults, n)
}

/// Somebody who is invited in a role, until a day.
fn join_as(
    ana: &mut Person,
    name: &str,
    (role, until): (Role, Option<u64>),
    vaults: &[ScopeId],
    n: u8,
) -> (Person, InviteId) {
    let invite = InviteId::new([n; 32]);
    let params = KdfParams::insecure_for_tests();
    let code =
        InviteCodeKey::derive(b"six words of a code here", invite.as_bytes(), params).unwrap();
    let offered = vaults
        .iter()
        .map(|v| OfferedVault {
            scope: *v,
            name: "Production".into(),
        })
        .collect();
    let names = ("Northwind", "Ana", name);
    let offer = offer_from(&ana.replica, names, role, offered, 99).unwrap();
    let blob = ana
        .replica
        .invite(invite, &code, &offer, &mut ana.rng, 5)
        .unwrap();
    ana.flush();

    let team = ana.replica.team();
    let wrong = InviteCodeKey::derive(b"another code", invite.as_bytes(), params).unwrap();
    assert!(Offer::open(team, invite, &wrong, &blob).is_err());
    let opened = Offer::open(team, invite, &code, &blob).unwrap();
    assert_eq!(opened.invited_name, name);
    let who = Introduction {
        person: name,
        colour: 2,
        device: "lap",
        os: "linux",
        wall_ms: 6,
    };
    let mut rng = ChaCha20Rng::seed_from_u64(u64::from(n));
    let joiner = joiner(&opened, invite, &code, &who, &mut rng).unwrap();
    let mut newcomer = Person::new(joiner.replica, u64::from(n) + 100);
    let theirs = newcomer.flush();
    // Nothing may rest on what was only in memory: the app is closed and opened while waiting.
    newcomer.replica = again(&newcomer.replica, &theirs);
    newcomer.bodies.extend(ana.bodies.clone());
    newcomer.replica.insert(all_of(ana));

    ana.receive(&theirs);
    let request = ana.replica.open_request(invite, &joiner.request).unwrap();
    assert_eq!(
        (request.name.as_str(), request.user),
        (name, newcomer.replica.me().user)
    );
    ana.replica
        .admit_until(&request, role, vaults, until, 7, &mut ana.rng)
        .unwrap();
    let news = ana.flush();
    newcomer.receive(&news);
    (newcomer, invite)
}

#[test]
fn a_founder_has_a_personal_vault_and_names() {
    let ana = ana();
    let vaults = ana.replica.vaults();
    assert_eq!(vaults.len(), 1);
    assert!(vaults[0].personal);
    assert_eq!(ana.names(), ["Northwind", "Ana", "desk", "Personal"]);
    assert_eq!(
        ana.replica.team_role(ana.replica.me().user),
        Some(Role::Owner)
    );
}

#[test]
fn an_editor_joins_reads_writes_and_is_read() {
    let mut ana = ana();
    let vault = ana
        .replica
        .create_vault("Production", 1, 3, &mut ana.rng)
        .unwrap();
    let (item, _) = ana
        .replica
        .write_item(None, vault, vec![], 1, b"Postgres primary", 4, &mut ana.rng)
        .unwrap();
    ana.flush();
    let (mut mara, _) = join(&mut ana, "Mara", &[vault], 11);
    assert_eq!(mara.read(item).unwrap(), b"Postgres primary");
    assert!(mara.names().contains(&"Production".to_owned()));
    assert!(mara.names().contains(&"Mara".to_owned()));

    let heads = mara.replica.item(&item).unwrap().heads.clone();
    mara.replica
        .write_item(Some(item), vault, heads, 1, b"changed", 8, &mut mara.rng)
        .unwrap();
    let theirs = mara.flush();
    ana.receive(&theirs);
    assert_eq!(ana.read(item).unwrap(), b"changed");
}

#[test]
fn a_single_item_is_all_that_somebody_sees() {
    let mut ana = ana();
    let vault = ana
        .replica
        .create_vault("Production", 1, 3, &mut ana.rng)
        .unwrap();
    let write = |ana: &mut Person, text: &[u8]| {
        ana.replica
            .write_item(None, vault, vec![], 1, text, 4, &mut ana.rng)
            .unwrap()
            .0
    };
    let shared = write(&mut ana, b"shared");
    let kept = write(&mut ana, b"kept");
    ana.flush();
    let (mut jonas, _) = join(&mut ana, "Jonas", &[], 12);
    assert_eq!(jonas.read(shared), None);
    let user = jonas.replica.me().user;
    ana.replica
        .share_item(shared, user, Role::Viewer, None, 9, &mut ana.rng)
        .unwrap();
    let news = ana.flush();
    jonas.receive(&news);
    assert_eq!(jonas.read(shared).unwrap(), b"shared");
    assert_eq!(jonas.read(kept), None);
    assert!(!jonas.names().contains(&"Production".to_owned()));

    // Nothing is made for what could not be given.
    for role in [Role::Editor, Role::Manager, Role::Auditor] {
        let given = ana
            .replica
            .share_item(kept, user, role, None, 9, &mut ana.rng);
        assert!(matches!(given, Err(WriteError::NotAllowed)), "{role:?}");
        assert!(ana.flush().is_empty(), "{role:?}");
    }

    // An edit reaches both scopes.
    let heads = ana.replica.item(&shared).unwrap().heads.clone();
    ana.replica
        .write_item(Some(shared), vault, heads, 1, b"edited", 10, &mut ana.rng)
        .unwrap();
    let news = ana.flush();
    jonas.receive(&news);
    assert_eq!(jonas.read(shared).unwrap(), b"edited");
}

#[test]
fn after_a_revocation_new_revisions_stay_closed() {
    let mut ana = ana();
    let vault = ana
        .replica
        .create_vault("Production", 1, 3, &mut ana.rng)
        .unwrap();
    ana.flush();
    let (mut mara, _) = join(&mut ana, "Mara", &[vault], 13);
    let user = mara.replica.me().user;
    assert!(ana.replica.authority(user, vault).write);
    ana.replica.revoke(user, vault, 9, &mut ana.rng).unwrap();
    let (item, _) = ana
        .replica
        .write_item(None, vault, vec![], 1, b"after", 10, &mut ana.rng)
        .unwrap();
    let news = ana.flush();
    mara.receive(&news);
    assert_eq!(mara.read(item), None);
    assert!(!mara.replica.authority(user, vault).read);
    assert!(
        mara.replica
            .write_item(None, vault, vec![], 1, b"x", 11, &mut mara.rng)
            .is_err()
    );
    assert_eq!(ana.read(item).unwrap(), b"after");
}

#[test]
fn concurrent_edits_are_two_heads_and_an_edit_beats_a_tombstone() {
    let mut ana = ana();
    let vault = ana
        .replica
        .create_vault("Production", 1, 3, &mut ana.rng)
        .unwrap();
    let (item, first) = ana
        .replica
        .write_item(None, vault, vec![], 1, b"base", 4, &mut ana.rng)
        .unwrap();
    ana.flush();
    let (mut mara, _) = join(&mut ana, "Mara", &[vault], 14);
    ana.replica.delete_item(item, 8).unwrap();
    assert!(ana.replica.item(&item).unwrap().deleted);
    mara.replica
        .write_item(Some(item), vault, vec![first], 1, b"edit", 8, &mut mara.rng)
        .unwrap();
    let (ours, theirs) = (ana.flush(), mara.flush());
    ana.receive(&theirs);
    mara.receive(&ours);
    assert_eq!(ana.replica.item(&item), mara.replica.item(&item));
    assert!(!ana.replica.item(&item).unwrap().deleted);
    assert_eq!(ana.read(item).unwrap(), b"edit");
}

#[test]
fn a_receipt_is_for_auditors() {
    let mut ana = ana();
    let (mut mara, _) = join(&mut ana, "Mara", &[], 15);
    mara.replica
        .write_receipt(&"copied the password", 9, &mut mara.rng)
        .unwrap();
    let theirs = mara.flush();
    ana.receive(&theirs);
    let receipt = theirs.last().unwrap();
    let sealed = receipt.sealed.as_ref().unwrap();
    assert!(
        ana.replica
            .open_receipt(&receipt.entry.hash, sealed)
            .is_some()
    );
    assert!(
        mara.replica
            .open_receipt(&receipt.entry.hash, sealed)
            .is_none()
    );
}

#[test]
fn hostile_22_a_request_without_the_code_is_not_proven() {
    let mut ana = ana();
    let (_, invite) = join(&mut ana, "Mara", &[], 16);
    let params = KdfParams::insecure_for_tests();
    let other = InviteCodeKey::derive(b"guessed", invite.as_bytes(), params).unwrap();
    let offer = offer_from(
        &ana.replica,
        ("Northwind", "Ana", "Eve"),
        Role::Editor,
        vec![],
        9,
    )
    .unwrap();
    let who = Introduction {
        person: "Eve",
        colour: 2,
        device: "x",
        os: "linux",
        wall_ms: 6,
    };
    let eve = joiner(&offer, invite, &other, &who, &mut ana.rng).unwrap();
    let answer = ana.replica.open_request(invite, &eve.request);
    assert_eq!(answer.err(), Some(RequestProblem::CodeNotProven));
}

#[test]
fn own_data_is_taken_in_without_evaluating_everything_anew() {
    let mut ana = ana();
    let vault = {
        let made = ana.replica.create_vault("Production", 1, 2, &mut ana.rng);
        made.unwrap()
    };
    let write = |ana: &mut Person, item, parents, text: &[u8]| {
        let made = ana
            .replica
            .write_item(item, vault, parents, 1, text, 3, &mut ana.rng);
        made.unwrap()
    };
    let (item, first) = write(&mut ana, None, vec![], b"one");
    let _ = ana.replica.take_changes();
    // Each step below also compares with evaluating all of it (`assert_as_evaluated`).
    let (_, second) = write(&mut ana, Some(item), vec![first], b"two");
    let only = |items: &[ItemId]| Changes {
        items: items.iter().copied().collect(),
        ..Changes::default()
    };
    assert_eq!(ana.replica.take_changes(), only(&[item]));
    assert_eq!(ana.replica.item(&item).unwrap().heads, [second]);
    ana.replica.write_receipt(&7_u8, 4, &mut ana.rng).unwrap();
    assert_eq!(ana.replica.take_changes(), only(&[]));
    ana.replica.delete_item(item, 5).unwrap();
    assert_eq!(ana.replica.take_changes(), only(&[item]));
    assert!(ana.replica.item(&item).unwrap().deleted);
    // A grant changes who may do what, so that everything is worked out anew.
    ana.replica
        .create_vault("Another", 1, 6, &mut ana.rng)
        .unwrap();
    assert!(ana.replica.take_changes().all);
}
