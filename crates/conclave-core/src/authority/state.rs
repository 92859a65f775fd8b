//! What a set of entries amounts to.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{
    eval::Eval,
    facts::TeamFacts,
    level::{Label, Level},
    pin::Pin,
    rights::Right,
    scopes::{ScopeState, Scopes},
};
use crate::{
    body::{Body, Recipient},
    entry::Entry,
    id::{DeviceId, EntryHash, GrantId, LogId, ScopeId, SubjectId, UserId},
    kind::Kind,
    role::Role,
};

/// A grant that had its turn in the pass: one that counts, or may count once more is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantState {
    /// Its id.
    pub id: GrantId,
    /// Whom it is for.
    pub subject: SubjectId,
    /// Where it holds.
    pub scope: ScopeId,
    /// What it lets them do.
    pub role: Role,
    /// What it is worth.
    pub level: Level,
    /// Its number in the authority order ≻: the lower stands above. Comparable within the team's
    /// tree, and within the personal trees.
    pub turn: usize,
    /// It belongs to a personal tree, which never counts for the team.
    pub personal: bool,
    /// The grant that it was given under; none for the founding's and implicit owner grants.
    pub parent: Option<GrantId>,
    /// The person who answers for it, if it is a machine's.
    pub owner: Option<UserId>,
    /// The removals that end it, certain or not.
    pub ended_by: Vec<EntryHash>,
    /// At least one of them is certain.
    surely_ended: bool,
}

impl GrantState {
    /// Rule 7: valid, and nothing ends it.
    #[must_use]
    pub const fn live(&self) -> bool {
        matches!(self.level, Level::Sure) && self.ended_by.is_empty()
    }

    /// Live, or with a lower `least`, not surely out.
    pub(super) fn holds(&self, least: Level) -> bool {
        if least == Level::Sure {
            self.live()
        } else {
            self.level >= least && !self.surely_ended
        }
    }
}

/// A device in the plain reading of its user's tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceState {
    /// Its id.
    pub id: DeviceId,
    /// What its place is worth.
    pub level: Level,
    /// The DeviceRevoke entries that end it, certain or not.
    pub ended_by: Vec<EntryHash>,
    surely_ended: bool,
}

impl DeviceState {
    /// A device of its user that nothing ends.
    #[must_use]
    pub const fn live(&self) -> bool {
        matches!(self.level, Level::Sure) && self.ended_by.is_empty()
    }

    pub(super) fn holds(&self, least: Level) -> bool {
        if least == Level::Sure {
            self.live()
        } else {
            self.level >= least && !self.surely_ended
        }
    }
}

/// A KeyEpoch entry as key epochs need it, whatever its label.
pub(crate) struct EpochRow {
    pub(crate) hash: EntryHash,
    pub(crate) by: DeviceId,
    pub(crate) scope: ScopeId,
    pub(crate) generation: u64,
    pub(crate) parents: Vec<EntryHash>,
    /// Its parents are here and of its scope, and its generation follows theirs.
    pub(crate) fits: bool,
}

/// A box, published by a KeyEpoch or a KeyBoxAdd of any label.
pub(crate) struct BoxRow {
    pub(crate) epoch: EntryHash,
    pub(crate) by: DeviceId,
    pub(crate) recipient: Recipient,
    pub(crate) key: Option<EntryHash>,
    /// The entry that has it, and its place there.
    pub(crate) at: (EntryHash, usize),
}

/// What entries say about keys, for [`crate::epoch`].
#[derive(Default)]
pub(crate) struct Keys {
    /// By hash.
    pub(crate) epochs: Vec<EpochRow>,
    pub(crate) boxes: Vec<BoxRow>,
    /// Complaints that count: the epoch, and whose box did not open.
    pub(crate) complaints: BTreeSet<(EntryHash, DeviceId)>,
}

/// Who may do what, as one set of entries has it.
pub struct State {
    pub(super) facts: TeamFacts,
    pub(super) scopes: Scopes,
    labels: HashMap<EntryHash, Label>,
    grants: Vec<GrantState>,
    by_id: HashMap<GrantId, usize>,
    by_scope: HashMap<ScopeId, Vec<usize>>,
    trees: BTreeMap<UserId, Vec<DeviceState>>,
    forks: BTreeMap<LogId, u64>,
    adopted: BTreeSet<EntryHash>,
    ahead: BTreeSet<EntryHash>,
    pub(crate) keys: Keys,
}

impl State {
    /// What the ids commit to.
    #[must_use]
    pub const fn facts(&self) -> &TeamFacts {
        &self.facts
    }

    /// What becomes of an entry; none for one that was not in the set.
    #[must_use]
    pub fn label(&self, entry: EntryHash) -> Option<Label> {
        self.labels.get(&entry).copied()
    }

    /// Does this entry count?
    #[must_use]
    pub fn is_valid(&self, entry: EntryHash) -> bool {
        self.label(entry) == Some(Label::Valid)
    }

    /// Every entry of one label, in no particular order.
    pub fn labelled(&self, label: Label) -> impl Iterator<Item = EntryHash> + '_ {
        self.labels
            .iter()
            .filter(move |(_, l)| **l == label)
            .map(|(hash, _)| *hash)
    }

    /// Grants that had their turn, most senior first, the team's before those of personal trees.
    pub fn grants(&self) -> impl Iterator<Item = &GrantState> {
        self.grants.iter()
    }

    /// One of them.
    #[must_use]
    pub fn grant(&self, grant: GrantId) -> Option<&GrantState> {
        self.by_id.get(&grant).and_then(|&at| self.grants.get(at))
    }

    /// Those on exactly one scope, most senior first.
    pub fn grants_on(&self, scope: ScopeId) -> impl Iterator<Item = &GrantState> {
        let list = self.by_scope.get(&scope).into_iter().flatten();
        list.filter_map(|&at| self.grants.get(at))
    }

    /// A scope that some ScopeCreate names, counting or not, or that every team has.
    #[must_use]
    pub fn scope(&self, scope: ScopeId) -> Option<&ScopeState> {
        self.scopes.get(scope)
    }

    /// All of them, in no particular order.
    pub fn scopes(&self) -> impl Iterator<Item = &ScopeState> {
        self.scopes.iter()
    }

    /// Does authority in `a` reach `b`?
    #[must_use]
    pub fn covers(&self, a: ScopeId, b: ScopeId) -> bool {
        self.scopes.covers(a, b)
    }

    /// A person's devices, most senior first, ended ones among them.
    #[must_use]
    pub fn tree(&self, user: UserId) -> &[DeviceState] {
        self.trees.get(&user).map_or(&[], Vec::as_slice)
    }

    /// Takes in an entry of data that was appended to the end of its unbroken log, where nothing
    /// that is here hangs on it: then every other entry keeps its label. True if this one counts
    /// without a doubt; else nothing has changed here, and all of it must be evaluated anew.
    pub(crate) fn append(&mut self, entry: &Entry) -> bool {
        if self.forks.contains_key(&entry.log()) || !self.may_append(entry) {
            return false;
        }
        self.labels.insert(entry.hash, Label::Valid);
        true
    }

    /// Its grant, its membership and its device are live, and the grant is enough for its kind.
    fn may_append(&self, entry: &Entry) -> bool {
        let device = |d: &DeviceState| d.id == entry.device() && d.live();
        let Some(grant) = entry.grant else {
            // A sign of life, which needs a live device in anybody's tree and nothing else.
            let mut trees = self.trees.values();
            return entry.kind() == Some(Kind::Heartbeat)
                && matches!(entry.body, Body::None)
                && trees.any(|tree| tree.iter().any(device));
        };
        let Some(grant) = self.grant(grant) else {
            return false;
        };
        let who = match grant.subject {
            SubjectId::Group(group) => {
                let member = entry.member.and_then(|member| self.grant(member));
                match member.filter(|m| m.live() && m.scope == group && !m.personal) {
                    Some(member) => member.subject,
                    None => return false,
                }
            }
            subject => subject,
        };
        let SubjectId::User(user) = who else {
            return false;
        };
        if !grant.live() || !self.tree(user).iter().any(device) {
            return false;
        }
        // As `right_to_write` has it.
        let writes = |home: ScopeId| {
            let home_is_sure = self
                .scope(home)
                .is_some_and(|scope| scope.level == Level::Sure && scope.kind.is_home());
            home_is_sure && grant.scope == home && grant.role.rank() >= Role::Editor.rank()
        };
        match &entry.body {
            Body::ItemRev(_, rev) => writes(rev.home),
            Body::Tombstone(end) => writes(end.home),
            Body::None => matches!(
                entry.kind(),
                Some(Kind::Audit | Kind::Profile | Kind::Leave)
            ),
            _ => false,
        }
    }

    /// Logs whose device wrote two histories, and the seq at which they part.
    #[must_use]
    pub const fn forks(&self) -> &BTreeMap<LogId, u64> {
        &self.forks
    }

    /// Entries that a valid Adopt names and that do not count by themselves.
    #[must_use]
    pub const fn adopted(&self) -> &BTreeSet<EntryHash> {
        &self.adopted
    }

    /// An admin of the team has written something critical that this version does not know: it may
    /// read, and must not write.
    #[must_use]
    pub fn needs_update(&self) -> bool {
        !self.ahead.is_empty()
    }
}

impl Eval<'_> {
    pub(super) fn into_state(self) -> State {
        let grants = self.grants_in_order();
        let by_id = grants
            .iter()
            .enumerate()
            .map(|(at, grant)| (grant.id, at))
            .collect();
        let mut by_scope: HashMap<ScopeId, Vec<usize>> = HashMap::new();
        for (at, grant) in grants.iter().enumerate() {
            by_scope.entry(grant.scope).or_default().push(at);
        }
        State {
            grants,
            by_id,
            by_scope,
            trees: self.plain_trees(),
            adopted: self.adopted(),
            keys: self.keys(),
            facts: self.facts,
            scopes: self.scopes,
            labels: self.labels,
            forks: self.chains.forks,
            ahead: self.ahead,
        }
    }

    fn grants_in_order(&self) -> Vec<GrantState> {
        let state = |(turn, &ix)| {
            let grant = &self.grants[ix];
            GrantState {
                id: grant.id,
                subject: grant.subject,
                scope: grant.scope,
                role: grant.role,
                level: grant.level,
                turn,
                personal: grant.personal,
                parent: grant.parent.map(|parent| self.grants[parent].id),
                owner: grant.owner(),
                ended_by: grant.pins.iter().map(Pin::by).collect(),
                surely_ended: grant.pins.iter().any(|pin| pin.strong),
            }
        };
        self.turns.iter().enumerate().map(state).collect()
    }

    fn plain_trees(&self) -> BTreeMap<UserId, Vec<DeviceState>> {
        let trees = self
            .trees
            .all_plain()
            .filter_map(|(who, tree)| Some((who.user()?, tree)));
        let devices = trees.map(|(user, tree)| {
            let states = tree.devices.iter().map(|device| DeviceState {
                id: device.id,
                level: device.level,
                ended_by: device.cuts.iter().map(Pin::by).collect(),
                surely_ended: device.cuts.iter().any(|pin| pin.strong),
            });
            (user, states.collect())
        });
        devices.collect()
    }

    fn is_valid(&self, entry: EntryHash) -> bool {
        self.labels.get(&entry) == Some(&Label::Valid)
    }

    fn adopted(&self) -> BTreeSet<EntryHash> {
        let adopts = self
            .chains
            .nodes
            .iter()
            .filter_map(|node| match &node.entry.body {
                Body::Adopt(adopt) if self.is_valid(node.entry.hash) => Some(adopt.entry),
                _ => None,
            });
        adopts.filter(|entry| !self.is_valid(*entry)).collect()
    }

    fn keys(&self) -> Keys {
        let mut keys = Keys::default();
        for node in self.chains.nodes.iter() {
            let entry = node.entry;
            let (epoch, boxes) = match &entry.body {
                Body::KeyEpoch(epoch) => {
                    keys.epochs.push(EpochRow {
                        hash: entry.hash,
                        by: entry.device(),
                        scope: epoch.scope,
                        generation: epoch.generation,
                        parents: epoch.parents.iter().map(|parent| parent.epoch).collect(),
                        fits: self.epoch_form(entry) == Right::Yes,
                    });
                    (entry.hash, epoch.boxes.as_slice())
                }
                Body::KeyBoxAdd(add) => (add.epoch, add.boxes.as_slice()),
                Body::Complaint(complaint) if self.is_valid(entry.hash) => {
                    keys.complaints.insert((complaint.epoch, entry.device()));
                    continue;
                }
                _ => continue,
            };
            keys.boxes
                .extend(boxes.iter().enumerate().map(|(n, sealed)| BoxRow {
                    epoch,
                    by: entry.device(),
                    recipient: sealed.recipient,
                    key: sealed.key,
                    at: (entry.hash, n),
                }));
        }
        keys.epochs.sort_unstable_by_key(|epoch| epoch.hash);
        keys
    }
}
