//! What the entries amount to, as the rest of the replica asks for it: the one place that knows
//! the evaluator.

use std::collections::{BTreeMap, BTreeSet};

use super::founding::roots_of;
use crate::{
    body::{Body, Genesis, Recipient, ScopeKind, Subject},
    entry::Entry,
    id::{DeviceId, EntryHash, GrantId, LogId, ScopeId, SubjectId, TeamId, UserId},
    judge::{self, Epochs, Facts, Placed, ScopeType, Shown, Worth},
    keys::{DeviceKeys, UserFacts, user_scope},
    role::Role,
};

/// A live grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantView {
    /// Its id.
    pub id: GrantId,
    /// The person, if it is for one.
    pub user: Option<UserId>,
    /// The group, if it is for one.
    pub group: Option<ScopeId>,
    /// Where it holds.
    pub scope: ScopeId,
    /// What it lets them do.
    pub role: Role,
}

/// A scope that an entry made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScopeView {
    /// Its id.
    pub id: ScopeId,
    /// What it is.
    pub kind: ScopeKind,
    /// What it lies in.
    pub parent: Option<ScopeId>,
    /// Its making counts.
    pub counts: bool,
}

/// What a set of entries amounts to.
pub struct Rights {
    facts: Facts,
    shown: BTreeMap<EntryHash, Shown>,
    forks: BTreeMap<LogId, u64>,
    needs_update: bool,
    live: Vec<GrantView>,
    /// Every grant that had its turn, live or not, for what it would confer.
    conferred: BTreeMap<GrantId, BTreeSet<ScopeId>>,
    scopes: Vec<ScopeView>,
    parents: BTreeMap<ScopeId, Option<ScopeId>>,
    readers: BTreeMap<ScopeId, BTreeSet<SubjectId>>,
    ranked: BTreeMap<ScopeId, Vec<EntryHash>>,
    epochs: BTreeMap<ScopeId, Vec<EntryHash>>,
    recipients: BTreeMap<ScopeId, Vec<(Recipient, Option<EntryHash>)>>,
    devices: BTreeMap<DeviceId, UserId>,
    live_devices: BTreeMap<UserId, Vec<DeviceId>>,
    keys: BTreeMap<DeviceId, DeviceKeys>,
}

impl Rights {
    /// Evaluates.
    pub(super) fn evaluate(
        team: TeamId,
        genesis: &Genesis,
        entries: &BTreeMap<EntryHash, Entry>,
    ) -> Self {
        let (facts, keys) = gather(team, genesis, entries);
        let state = judge::evaluate(&facts, entries.values());
        let epochs = Epochs::new(&state);

        let own_scopes = facts.users.values().map(|(_, _, scope)| *scope);
        let built_in = [facts.directory, facts.audit, facts.admins];
        let key_scopes: BTreeSet<ScopeId> = state
            .scopes
            .keys()
            .copied()
            .chain(own_scopes)
            .chain(built_in)
            .collect();
        let mut by_scope: BTreeMap<ScopeId, Vec<EntryHash>> = BTreeMap::new();
        for entry in entries.values() {
            if let Body::KeyEpoch(body) = &entry.body {
                by_scope.entry(body.scope).or_default().push(entry.hash);
            }
        }
        let (mut devices, mut live_devices) = (BTreeMap::new(), BTreeMap::new());
        for user in facts.users.keys() {
            for (device, dev) in state.tree(SubjectId::User(*user)) {
                devices.insert(device, *user);
                if dev.live(false) {
                    live_devices
                        .entry(*user)
                        .or_insert_with(Vec::new)
                        .push(device);
                }
            }
        }
        let conferred = state
            .grants
            .values()
            .map(|g| {
                let scopes = key_scopes.iter().copied().filter(|s| state.confers(g, *s));
                (g.id, scopes.collect())
            })
            .collect();
        Self {
            live: state
                .grants
                .values()
                .filter(|g| g.live())
                .map(view)
                .collect(),
            conferred,
            scopes: state
                .scopes
                .iter()
                .filter_map(|(id, s)| match s.kind {
                    ScopeType::Made(kind) => {
                        let counts = s.worth == Worth::Sure;
                        Some(ScopeView {
                            id: *id,
                            kind,
                            parent: s.parent,
                            counts,
                        })
                    }
                    _ => None,
                })
                .collect(),
            parents: state.scopes.iter().map(|(id, s)| (*id, s.parent)).collect(),
            readers: key_scopes
                .iter()
                .map(|s| (*s, state.readers(*s, false)))
                .collect(),
            ranked: by_scope.keys().map(|s| (*s, epochs.ranked(*s))).collect(),
            recipients: key_scopes
                .iter()
                .map(|s| (*s, epochs.recipients(*s)))
                .collect(),
            epochs: by_scope,
            forks: state.forks().clone(),
            needs_update: state.needs_update,
            shown: state.shown,
            devices,
            live_devices,
            keys,
            facts,
        }
    }

    /// Does this entry count?
    #[must_use]
    pub fn counts(&self, entry: &EntryHash) -> bool {
        self.shown.get(entry) == Some(&Shown::Valid)
    }

    /// How an entry is to be shown.
    #[must_use]
    pub fn shown(&self, entry: &EntryHash) -> Shown {
        self.shown.get(entry).copied().unwrap_or(Shown::Void)
    }

    /// An admin uses something that this version does not know: nothing may be written.
    #[must_use]
    pub const fn needs_update(&self) -> bool {
        self.needs_update
    }

    /// Logs that forked, and where.
    #[must_use]
    pub const fn forks(&self) -> &BTreeMap<LogId, u64> {
        &self.forks
    }

    /// Live grants, in no particular order.
    #[must_use]
    pub fn live_grants(&self) -> Vec<GrantView> {
        self.live.clone()
    }

    /// Is this grant live?
    #[must_use]
    pub fn is_live(&self, grant: GrantId) -> bool {
        self.live.iter().any(|g| g.id == grant)
    }

    /// Would this grant make its subject a reader of the scope?
    #[must_use]
    pub fn confers(&self, grant: GrantId, scope: ScopeId) -> bool {
        self.conferred
            .get(&grant)
            .is_some_and(|scopes| scopes.contains(&scope))
    }

    /// Does authority over `a` reach `b`?
    #[must_use]
    pub fn covers(&self, a: ScopeId, b: ScopeId) -> bool {
        let mut at = Some(b);
        while let Some(b) = at {
            let Some(parent) = self.parents.get(&b) else {
                return false;
            };
            if a == b {
                return true;
            }
            at = *parent;
        }
        false
    }

    /// People who read a scope.
    #[must_use]
    pub fn readers(&self, scope: ScopeId) -> Vec<UserId> {
        let readers = self.readers.get(&scope).into_iter().flatten();
        readers.filter_map(|reader| reader.user()).collect()
    }

    /// Scopes that entries made, counting or not.
    #[must_use]
    pub fn scopes(&self) -> Vec<ScopeView> {
        self.scopes.clone()
    }

    /// Usable epochs of a scope, best first.
    #[must_use]
    pub fn ranked(&self, scope: ScopeId) -> Vec<EntryHash> {
        self.ranked.get(&scope).cloned().unwrap_or_default()
    }

    /// All epochs of a scope, usable or not.
    #[must_use]
    pub fn epochs(&self, scope: ScopeId) -> Vec<EntryHash> {
        self.epochs.get(&scope).cloned().unwrap_or_default()
    }

    /// Whom a new epoch of a scope is boxed to.
    #[must_use]
    pub fn recipients(&self, scope: ScopeId) -> Vec<(Recipient, Option<EntryHash>)> {
        self.recipients.get(&scope).cloned().unwrap_or_default()
    }

    /// Whose device this is.
    #[must_use]
    pub fn user_of(&self, device: DeviceId) -> Option<UserId> {
        self.devices.get(&device).copied()
    }

    /// A person's live devices.
    #[must_use]
    pub fn devices_of(&self, user: UserId) -> &[DeviceId] {
        self.live_devices.get(&user).map_or(&[], Vec::as_slice)
    }

    /// A device's sealing key.
    #[must_use]
    pub fn device_key(&self, device: DeviceId) -> Option<&[u8; 1216]> {
        self.keys.get(&device).map(|keys| keys.seal.as_ref())
    }

    /// The recovery kit of a person: a device on paper.
    #[must_use]
    pub fn kit_of(&self, user: UserId) -> Option<DeviceId> {
        self.facts.users.get(&user).and_then(|(kit, _, _)| *kit)
    }

    /// The recovery owner.
    #[must_use]
    pub const fn own0(&self) -> UserId {
        self.facts.own0
    }

    /// Names and addresses.
    #[must_use]
    pub const fn directory(&self) -> ScopeId {
        self.facts.directory
    }

    /// Receipts.
    #[must_use]
    pub const fn audit(&self) -> ScopeId {
        self.facts.audit
    }

    /// What admins share.
    #[must_use]
    pub const fn admins(&self) -> ScopeId {
        self.facts.admins
    }

    /// Everyone whose keys are known, members or not.
    pub fn users(&self) -> impl Iterator<Item = UserId> {
        self.facts.users.keys().copied()
    }
}

fn view(g: &Placed) -> GrantView {
    let group = match g.subject {
        SubjectId::Group(group) => Some(group),
        _ => None,
    };
    GrantView {
        id: g.id,
        user: g.subject.user(),
        group,
        scope: g.scope,
        role: g.role,
    }
}

/// What ids commit to: from the genesis and from every Grant that carries keys, counting or not,
/// and the keys of devices that were added.
fn gather(
    team: TeamId,
    genesis: &Genesis,
    entries: &BTreeMap<EntryHash, Entry>,
) -> (Facts, BTreeMap<DeviceId, DeviceKeys>) {
    let ids = roots_of(team, genesis);
    let mut users = BTreeMap::new();
    let mut machines = BTreeSet::new();
    let mut keys: BTreeMap<DeviceId, DeviceKeys> = BTreeMap::new();
    let own0_device = genesis.own0.id();
    users.insert(ids.own0, (None, own0_device, user_scope(team, ids.own0)));
    let mut learn = |user: UserId, facts: &UserFacts| {
        let (kit, first) = (facts.kit.id(), facts.first.id());
        users.insert(user, (Some(kit), first, user_scope(team, user)));
        keys.insert(kit, facts.kit.clone());
        keys.insert(first, facts.first.clone());
    };
    learn(ids.founder, &genesis.founder);
    let mut more = Vec::new();
    for entry in entries.values() {
        match &entry.body {
            Body::Grant(_, grant) => match &grant.subject {
                Subject::User {
                    user,
                    facts: Some(facts),
                } => learn(*user, facts),
                Subject::Machine { keys, .. } => {
                    machines.insert(keys.id());
                    more.push((keys.id(), keys.as_ref().clone()));
                }
                _ => {}
            },
            Body::DeviceAdd(id, add) => more.push((*id, add.keys.as_ref().clone())),
            _ => {}
        }
    }
    keys.extend(more);
    let facts = Facts {
        team,
        own0: ids.own0,
        roots: ids.roots.to_vec(),
        directory: ids.directory,
        audit: ids.audit,
        admins: ids.admins,
        users,
        machines,
    };
    (facts, keys)
}
