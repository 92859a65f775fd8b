//! Who plays: keys, ids and facts of a story's people.

use std::collections::{BTreeMap, BTreeSet};

use conclave_core::{
    authority::{TeamFacts, UserDevices},
    body::Genesis,
    cbor,
    id::{DeviceId, SubjectId, TeamId, UserId},
    keys::{DeviceKeys, UserFacts, user_scope},
    role::Role,
};
use conclave_crypto::{self as crypto, label};

use super::{Given, Made, Story};
use crate::{rng::seeded, worlds::Lies};

/// Keys that are keys of nobody: the rule looks at ids alone.
pub(super) fn keys_named(name: &str) -> DeviceKeys {
    let sign = crypto::sha256(name.as_bytes());
    let mut seal = Box::new([0; 1216]);
    seal[..32].copy_from_slice(&crypto::sha256(&sign));
    DeviceKeys { sign, seal }
}

fn facts_named(name: &str) -> UserFacts {
    UserFacts {
        kit: keys_named(&format!("{name}.kit")),
        kit_successor: [0; 32],
        first: keys_named(&format!("{name}.a")),
    }
}

impl Story {
    /// Six people, a machine and a founding. No entry yet.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self::with_people(seed, 6)
    }

    /// The same with this many people, the recovery owner and the founder among them.
    #[must_use]
    pub fn with_people(seed: u64, people: usize) -> Self {
        let others = people.saturating_sub(2);
        let genesis = Genesis {
            nonce: [7; 32],
            own0: keys_named("own0.a"),
            own0_successor: [0; 32],
            founder: facts_named("founder"),
        };
        let team = TeamId::new(crypto::hash(label::GENESIS, &[&cbor::encode(&genesis)]));
        let mut facts = TeamFacts::found(team, &genesis);
        let mut people = BTreeMap::from([(facts.founder, genesis.founder)]);
        let mut users = vec![facts.own0, facts.founder];
        for number in 0..others {
            let person = facts_named(&format!("u{number}"));
            users.push(person.id(team));
            people.insert(person.id(team), person);
        }
        let machine = keys_named("m0");
        let mut keys = BTreeMap::from([(machine.id(), machine.clone())]);
        for person in people.values() {
            keys.insert(person.kit.id(), person.kit.clone());
            keys.insert(person.first.id(), person.first.clone());
        }
        for (user, person) in &people {
            let devices = UserDevices {
                kit: Some(person.kit.id()),
                first: person.first.id(),
                scope: user_scope(team, *user),
            };
            facts.users.insert(*user, devices);
        }
        facts.machines.insert(machine.id());
        let devices = facts.users.iter().map(|(user, devices)| {
            (
                *user,
                devices.kit.into_iter().chain([devices.first]).collect(),
            )
        });
        let devices: BTreeMap<UserId, Vec<DeviceId>> = devices.collect();
        let team_scope = facts.team_scope();
        let grants = facts.roots.map(|(id, user)| Given {
            id,
            subject: SubjectId::User(user),
            scope: team_scope,
            role: Role::Owner,
        });
        Self {
            rng: seeded(seed),
            users,
            machine: machine.id(),
            devices,
            entries: Vec::new(),
            lies: Lies::default(),
            grants: grants.to_vec(),
            scopes: vec![Made {
                id: team_scope,
                kind: None,
                parent: None,
            }],
            everything: false,
            written: BTreeSet::new(),
            heads: BTreeMap::new(),
            keys,
            people,
            wall_ms: 0,
            facts,
        }
    }
}
