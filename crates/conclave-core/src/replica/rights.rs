//! What the entries amount to, as the rest of the replica asks for it: the one place that knows
//! the evaluator.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    authority::{self, GrantState, Label, Level, ScopeType, State, TeamFacts},
    body::{Body, Genesis, Recipient, ScopeKind, Subject},
    entry::Entry,
    epoch::Epochs,
    id::{DeviceId, EntryHash, GrantId, LogId, ScopeId, SubjectId, TeamId, UserId},
    keys::{DeviceKeys, UserFacts},
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
    /// The machine, if it is for one.
    pub machine: Option<DeviceId>,
    /// Where it holds.
    pub scope: ScopeId,
    /// What it lets them do.
    pub role: Role,
    /// When somebody who manages the scope is to end it, Unix milliseconds. It decides nothing by
    /// itself (Authority, rule 7).
    pub expires_ms: Option<u64>,
    /// It belongs to a personal tree, which never counts for the team.
    pub personal: bool,
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
    /// Who made it, if its making may count.
    pub creator: Option<SubjectId>,
}

/// A device in its person's tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TreeDevice {
    /// Its id.
    pub id: DeviceId,
    /// Its place is certain and nobody has ended it.
    pub live: bool,
    /// Somebody has ended it.
    pub ended: bool,
}

/// What a set of entries amounts to.
pub struct Rights {
    epochs: Epochs,
    live: Vec<GrantView>,
    scopes: Vec<ScopeView>,
    devices: BTreeMap<DeviceId, UserId>,
    /// Devices that several claim and that no id commits to.
    contested: BTreeSet<DeviceId>,
    live_devices: BTreeMap<UserId, Vec<DeviceId>>,
    trees: BTreeMap<UserId, Vec<TreeDevice>>,
    keys: BTreeMap<DeviceId, DeviceKeys>,
}

impl Rights {
    /// Evaluates. `own`: the person at whose computer this is, whom nobody may have let in yet.
    pub(super) fn evaluate(
        team: TeamId,
        genesis: &Genesis,
        entries: &BTreeMap<EntryHash, Entry>,
        own: &UserFacts,
    ) -> Self {
        let mut facts = TeamFacts::gather(team, genesis, entries.values());
        facts.add(own.id(team), own);
        let mut keys = device_keys(genesis, entries);
        for device in [&own.kit, &own.first] {
            keys.insert(device.id(), device.clone());
        }
        let state = authority::evaluate(facts, entries.values());
        let (mut devices, mut live_devices) = (BTreeMap::new(), BTreeMap::new());
        // A person's id commits to two devices: nobody takes these over by adding them to their own.
        for (user, committed) in &state.facts().users {
            let committed = committed.kit.into_iter().chain([committed.first]);
            devices.extend(committed.map(|device| (device, *user)));
        }
        let mut claims = Claims::default();
        let mut trees: BTreeMap<UserId, Vec<TreeDevice>> = BTreeMap::new();
        for user in state.facts().users.keys() {
            for device in state.tree(*user) {
                if !devices.contains_key(&device.id) {
                    claims.entry(device.id).or_default().push(*user);
                }
                trees.entry(*user).or_default().push(TreeDevice {
                    id: device.id,
                    live: device.live(),
                    ended: !device.ended_by.is_empty(),
                });
                if device.live() {
                    live_devices
                        .entry(*user)
                        .or_insert_with(Vec::new)
                        .push(device.id);
                }
            }
        }
        let contested = settle(claims, &mut devices, &state, entries);
        let scopes = state.scopes().filter_map(|scope| match scope.kind {
            ScopeType::Made(kind) => Some(ScopeView {
                id: scope.id,
                kind,
                parent: scope.parent,
                counts: scope.level == Level::Sure,
                creator: scope.creator,
            }),
            _ => None,
        });
        let mut scopes: Vec<ScopeView> = scopes.collect();
        scopes.sort_unstable_by_key(|scope| scope.id);
        Self {
            live: state
                .grants()
                .filter(|g| g.live())
                .map(|g| view(g, entries))
                .collect(),
            scopes,
            devices,
            contested,
            live_devices,
            trees,
            keys,
            epochs: Epochs::new(state),
        }
    }

    /// Takes in an entry of data that was appended just now; false if all must be evaluated anew.
    pub(super) fn append(&mut self, entry: &Entry) -> bool {
        // What a device that several claim says decides whose it is.
        !self.contested.contains(&entry.device()) && self.epochs.append(entry)
    }

    const fn state(&self) -> &State {
        self.epochs.state()
    }

    /// Does this entry count?
    #[must_use]
    pub fn counts(&self, entry: &EntryHash) -> bool {
        self.state().is_valid(*entry)
    }

    /// How an entry is to be shown.
    #[must_use]
    pub fn shown(&self, entry: &EntryHash) -> Label {
        self.state().label(*entry).unwrap_or(Label::Void)
    }

    /// Keys, usable and not.
    #[must_use]
    pub const fn key_epochs(&self) -> &Epochs {
        &self.epochs
    }

    /// An admin uses something that this version does not know: nothing may be written.
    #[must_use]
    pub fn needs_update(&self) -> bool {
        self.state().needs_update()
    }

    /// Logs that forked, and where.
    #[must_use]
    pub const fn forks(&self) -> &BTreeMap<LogId, u64> {
        self.state().forks()
    }

    /// Live grants, in no particular order.
    #[must_use]
    pub fn live_grants(&self) -> Vec<GrantView> {
        self.live.clone()
    }

    /// Is this grant live?
    #[must_use]
    pub fn is_live(&self, grant: GrantId) -> bool {
        self.state()
            .grant(grant)
            .is_some_and(authority::GrantState::live)
    }

    /// A grant's place in the order of seniority: the lower stands above.
    #[must_use]
    pub fn turn(&self, grant: GrantId) -> Option<usize> {
        self.state().grant(grant).map(|grant| grant.turn)
    }

    /// The person who answers for a grant, if it is a machine's.
    #[must_use]
    pub fn answers_for(&self, grant: GrantId) -> Option<UserId> {
        self.state().grant(grant)?.owner
    }

    /// The machines that a person answers for.
    #[must_use]
    pub fn machines_of(&self, user: UserId) -> BTreeSet<DeviceId> {
        let theirs = self.state().grants().filter(|g| g.owner == Some(user));
        theirs
            .filter_map(|g| match g.subject {
                SubjectId::Machine(device) => Some(device),
                _ => None,
            })
            .collect()
    }

    /// Did somebody take this entry out of quarantine?
    #[must_use]
    pub fn adopted(&self, entry: &EntryHash) -> bool {
        self.state().adopted().contains(entry)
    }

    /// Would this grant make its subject a reader of the scope?
    #[must_use]
    pub fn confers(&self, grant: GrantId, scope: ScopeId) -> bool {
        self.state().confers(grant, scope)
    }

    /// Does authority over `a` reach `b`?
    #[must_use]
    pub fn covers(&self, a: ScopeId, b: ScopeId) -> bool {
        self.state().covers(a, b)
    }

    /// People who read a scope.
    #[must_use]
    pub fn readers(&self, scope: ScopeId) -> Vec<UserId> {
        let readers = self.state().readers(scope).into_iter();
        readers.filter_map(SubjectId::user).collect()
    }

    /// Is this scope a group?
    #[must_use]
    pub fn is_group(&self, scope: ScopeId) -> bool {
        let made = self.state().scope(scope).map(|scope| scope.kind);
        made == Some(ScopeType::Made(ScopeKind::Group))
    }

    /// Scopes that entries made, counting or not.
    #[must_use]
    pub fn scopes(&self) -> Vec<ScopeView> {
        self.scopes.clone()
    }

    /// Usable epochs of a scope, best first.
    #[must_use]
    pub fn ranked(&self, scope: ScopeId) -> Vec<EntryHash> {
        self.epochs.ranked(scope).to_vec()
    }

    /// All epochs of a scope, usable or not.
    #[must_use]
    pub fn epochs(&self, scope: ScopeId) -> Vec<EntryHash> {
        self.epochs.of_scope(scope).to_vec()
    }

    /// Whom a new epoch of a scope is boxed to.
    #[must_use]
    pub fn recipients(&self, scope: ScopeId) -> Vec<(Recipient, Option<EntryHash>)> {
        let recipients = self.epochs.recipients(scope).into_iter();
        recipients
            .map(|sealing| (sealing.recipient, sealing.key))
            .collect()
    }

    /// Whose device this is: the person's whose id commits to it; else whose tree it is in. Of
    /// several, and if somebody gave it a grant as a machine, it is whose grant its own first entry
    /// under any of theirs is written under, since that it signs itself.
    #[must_use]
    pub fn user_of(&self, device: DeviceId) -> Option<UserId> {
        self.devices.get(&device).copied()
    }

    /// Is this a device of the person, live or not? Somebody else may claim it as well.
    #[must_use]
    pub fn owns(&self, user: UserId, device: DeviceId) -> bool {
        self.state().tree(user).iter().any(|d| d.id == device)
    }

    /// Who wrote an entry: the person of the grant that it is under, as whom it is judged; without
    /// a grant, whose device it is.
    #[must_use]
    pub fn author(&self, entry: &Entry) -> Option<UserId> {
        let grant = |id: GrantId| self.state().grant(id)?.subject.user();
        match (entry.grant, entry.member) {
            (Some(id), member) => grant(id).or_else(|| grant(member?)),
            (None, _) => self.user_of(entry.device()),
        }
    }

    /// A person's live devices.
    #[must_use]
    pub fn devices_of(&self, user: UserId) -> &[DeviceId] {
        self.live_devices.get(&user).map_or(&[], Vec::as_slice)
    }

    /// All devices that a person ever had, the most senior first.
    #[must_use]
    pub fn device_tree(&self, user: UserId) -> &[TreeDevice] {
        self.trees.get(&user).map_or(&[], Vec::as_slice)
    }

    /// A device's sealing key.
    #[must_use]
    pub fn device_key(&self, device: DeviceId) -> Option<&[u8; 1216]> {
        self.keys.get(&device).map(|keys| keys.seal.as_ref())
    }

    /// The recovery kit of a person: a device on paper.
    #[must_use]
    pub fn kit_of(&self, user: UserId) -> Option<DeviceId> {
        self.state()
            .facts()
            .users
            .get(&user)
            .and_then(|devices| devices.kit)
    }

    /// The recovery owner.
    #[must_use]
    pub const fn own0(&self) -> UserId {
        self.state().facts().own0
    }

    /// Names and addresses.
    #[must_use]
    pub const fn directory(&self) -> ScopeId {
        self.state().facts().directory
    }

    /// Receipts.
    #[must_use]
    pub const fn audit(&self) -> ScopeId {
        self.state().facts().audit
    }

    /// What admins share.
    #[must_use]
    pub const fn admins(&self) -> ScopeId {
        self.state().facts().admins
    }

    /// Everyone whose keys are known, members or not.
    pub fn users(&self) -> impl Iterator<Item = UserId> {
        self.state().facts().users.keys().copied()
    }
}

/// Per device the people in whose trees it is.
type Claims = BTreeMap<DeviceId, Vec<UserId>>;

/// Whose the devices are that no id commits to ([`Rights::user_of`]). Returns those that more than
/// one claims.
fn settle(
    claims: Claims,
    devices: &mut BTreeMap<DeviceId, UserId>,
    state: &State,
    entries: &BTreeMap<EntryHash, Entry>,
) -> BTreeSet<DeviceId> {
    let machines: BTreeSet<DeviceId> = state
        .grants()
        .filter_map(|grant| match grant.subject {
            SubjectId::Machine(device) => Some(device),
            _ => None,
        })
        .collect();
    let (contested, sole): (Claims, Claims) = claims
        .into_iter()
        .partition(|(device, users)| users.len() > 1 || machines.contains(device));
    devices.extend(
        sole.iter()
            .filter_map(|(d, users)| Some((*d, *users.first()?))),
    );
    if contested.is_empty() {
        return BTreeSet::new();
    }
    // Whom the device speaks for, by its first entry that says so.
    let mut words: BTreeMap<DeviceId, (u64, EntryHash, SubjectId)> = BTreeMap::new();
    for entry in entries.values() {
        let device = entry.device();
        let Some(users) = contested.get(&device) else {
            continue;
        };
        let subject = |id: GrantId| Some(state.grant(id)?.subject);
        let said = [entry.grant, entry.member].into_iter().flatten();
        let said = said.filter_map(subject).find(|who| match who {
            SubjectId::User(user) => users.contains(user),
            SubjectId::Machine(machine) => *machine == device,
            SubjectId::Group(_) => false,
        });
        let word = said.map(|who| (entry.seq(), entry.hash, who));
        let first = words.get(&device);
        if let Some(word) = word
            && first.is_none_or(|first| (word.0, word.1) < (first.0, first.1))
        {
            words.insert(device, word);
        }
    }
    for (device, users) in &contested {
        let whose = match words.get(device) {
            Some((_, _, who)) => who.user(),
            None if machines.contains(device) => None,
            None => users.first().copied(),
        };
        devices.extend(whose.map(|user| (*device, user)));
    }
    contested.into_keys().collect()
}

fn view(g: &GrantState, entries: &BTreeMap<EntryHash, Entry>) -> GrantView {
    let (mut group, mut machine) = (None, None);
    match g.subject {
        SubjectId::User(_) => {}
        SubjectId::Group(id) => group = Some(id),
        SubjectId::Machine(id) => machine = Some(id),
    }
    let made = entries.get(&g.id.as_entry()).map(|entry| &entry.body);
    GrantView {
        id: g.id,
        user: g.subject.user(),
        group,
        machine,
        scope: g.scope,
        role: g.role,
        expires_ms: match made {
            Some(Body::Grant(_, grant)) => grant.expires_ms,
            _ => None,
        },
        personal: g.personal,
    }
}

/// The public keys of every device that the founding, a Grant or a DeviceAdd names, counting or
/// not: a device's id proves them.
fn device_keys(
    genesis: &Genesis,
    entries: &BTreeMap<EntryHash, Entry>,
) -> BTreeMap<DeviceId, DeviceKeys> {
    let mut keys = BTreeMap::new();
    let mut people = BTreeSet::new();
    let mut learn = |known: &DeviceKeys| {
        keys.entry(known.id()).or_insert_with(|| known.clone());
    };
    learn(&genesis.founder.kit);
    learn(&genesis.founder.first);
    for entry in entries.values() {
        match &entry.body {
            Body::Grant(_, grant) => match &grant.subject {
                Subject::User {
                    user,
                    facts: Some(facts),
                } if people.insert(*user) => {
                    learn(&facts.kit);
                    learn(&facts.first);
                }
                Subject::Machine { keys, .. } => learn(keys),
                _ => {}
            },
            Body::DeviceAdd(_, add) => learn(&add.keys),
            _ => {}
        }
    }
    keys
}
