//! What ids commit to: facts that no entry can change.

use std::collections::{BTreeMap, BTreeSet};

use conclave_crypto::{self as crypto, label};

use crate::{
    body::{Body, Genesis, Subject},
    entry::Entry,
    id::{DeviceId, GrantId, ScopeId, SubjectId, TeamId, UserId},
    keys::{UserFacts, user_scope},
};

/// The devices that a user's id commits to, and the user's own scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UserDevices {
    /// The recovery kit, senior to every other device. The recovery owner has none.
    pub kit: Option<DeviceId>,
    /// The first device.
    pub first: DeviceId,
    /// The scope whose members are the user's devices.
    pub scope: ScopeId,
}

/// The ground on which entries are judged (docs/format.md, "Identifiers").
///
/// All of it follows from hashes: the team's id commits to its two owners, a user's id to kit and
/// first device. A fork of a log can therefore not disarm a kit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamFacts {
    /// The team.
    pub team: TeamId,
    /// The recovery owner; never a recipient of anything.
    pub own0: UserId,
    /// The founder.
    pub founder: UserId,
    /// The two grants that the founding makes, most senior first; both own the team.
    pub roots: [(GrantId, UserId); 2],
    /// Names and addresses.
    pub directory: ScopeId,
    /// Receipts.
    pub audit: ScopeId,
    /// What admins share.
    pub admins: ScopeId,
    /// Every person whose keys are known.
    pub users: BTreeMap<UserId, UserDevices>,
    /// Every machine that a Grant names, by its one device.
    pub machines: BTreeSet<DeviceId>,
}

impl TeamFacts {
    /// The facts of a founding alone.
    #[must_use]
    pub fn found(team: TeamId, genesis: &Genesis) -> Self {
        let own0_device = genesis.own0.id();
        // Two fields where a person's id has four: the encoding tells them apart.
        let own0 = UserId::new(crypto::hash(
            label::USER,
            &[team.as_bytes(), own0_device.as_bytes()],
        ));
        let founder = genesis.founder.id(team);
        let grant = |user: UserId| {
            let fields: [&[u8]; 2] = [team.as_bytes(), user.as_bytes()];
            (
                GrantId::new(crypto::hash(label::GENESIS_GRANT, &fields)),
                user,
            )
        };
        let built_in = |label| ScopeId::new(crypto::hash(label, &[team.as_bytes()]));
        let mut facts = Self {
            team,
            own0,
            founder,
            roots: [grant(own0), grant(founder)],
            directory: built_in(label::DIRECTORY),
            audit: built_in(label::AUDIT),
            admins: built_in(label::ADMINS),
            users: BTreeMap::new(),
            machines: BTreeSet::new(),
        };
        facts.users.insert(
            own0,
            UserDevices {
                kit: None,
                first: own0_device,
                scope: user_scope(team, own0),
            },
        );
        facts.add(founder, &genesis.founder);
        facts
    }

    /// The facts of a founding and of every Grant that carries keys.
    #[must_use]
    pub fn gather<'a>(
        team: TeamId,
        genesis: &Genesis,
        entries: impl IntoIterator<Item = &'a Entry>,
    ) -> Self {
        let mut facts = Self::found(team, genesis);
        for entry in entries {
            facts.learn(entry);
        }
        facts
    }

    /// Takes in the facts that one entry carries, if it is a Grant that carries any. Whether it
    /// counts does not matter: the id proves the keys, and [`Entry::parse`] has compared them.
    pub fn learn(&mut self, entry: &Entry) {
        let Body::Grant(id, grant) = &entry.body else {
            return;
        };
        if entry.place.team != self.team {
            return;
        }
        match (id, &grant.subject) {
            (
                SubjectId::User(user),
                Subject::User {
                    facts: Some(facts), ..
                },
            ) if !self.users.contains_key(user) => {
                self.add(*user, facts);
            }
            (SubjectId::Machine(device), _) => {
                self.machines.insert(*device);
            }
            _ => {}
        }
    }

    /// Takes in a person whose keys are known otherwise: a device knows its own person before
    /// anybody has let them in.
    pub fn add(&mut self, user: UserId, facts: &UserFacts) {
        self.users.insert(
            user,
            UserDevices {
                kit: Some(facts.kit.id()),
                first: facts.first.id(),
                scope: user_scope(self.team, user),
            },
        );
    }

    /// The team as a scope: the same 32 bytes.
    #[must_use]
    pub const fn team_scope(&self) -> ScopeId {
        ScopeId::new(*self.team.as_bytes())
    }
}
