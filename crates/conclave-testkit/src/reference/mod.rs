//! The access rule written down a second time, as plainly as it can be: the oracle of the tests
//! (docs/format.md, "Authority" and "Key epochs").
//!
//! [`evaluate`] takes one rule after the other, looks everything up by searching, and shares no
//! code with `conclave_core::authority`, which is written to be fast. Where the two differ on any
//! set of entries, one of them is wrong. Nothing but tests may use it: it takes time with the square of
//! the number of entries and more.

mod data;
mod epochs;
mod pass;
mod right;
mod tree;

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use conclave_core::{
    authority::TeamFacts,
    body::{At, Body, ScopeKind},
    entry::Entry,
    id::{EntryHash, GrantId, LogId, ScopeId, SubjectId, UserId},
    kind::Kind,
    role::Role,
};

pub use epochs::{Epochs, know};
pub use tree::{Dev, Tree};

/// What an entry is worth, lowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Worth {
    /// It does not count.
    Out,
    /// Void through equivocation.
    Fork,
    /// Something that decides it is missing.
    Prov,
    /// It counts.
    Sure,
}

/// How an entry is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the words of the rule")]
pub enum Shown {
    Valid,
    Provisional,
    Quarantined,
    Late,
    Void,
    Unknown,
}

/// A place in the authority order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pos {
    below_top: u8,
    depth: u32,
    root: Option<(u8, [u8; 32])>,
    parent: Option<Rc<Self>>,
    device: Option<Rc<tree::Seniority>>,
    seq: u64,
    hash: EntryHash,
}

/// One removal seen from one target.
#[derive(Debug, Clone)]
pub struct Pin {
    at: Rc<BTreeMap<LogId, (u64, EntryHash)>>,
    strong: bool,
}

/// A grant that has its place.
#[derive(Debug, Clone)]
pub struct Placed {
    /// Its id.
    pub id: GrantId,
    /// Whom it is for.
    pub subject: SubjectId,
    /// Where it holds.
    pub scope: ScopeId,
    /// What it lets them do.
    pub role: Role,
    /// What it is worth.
    pub worth: Worth,
    /// Its place.
    pub pos: Rc<Pos>,
    depth: u32,
    owner: Option<UserId>,
    cites: Vec<EntryHash>,
    parent_rank: u8,
    /// In a personal tree.
    pub personal: bool,
    /// What ends it.
    pub pins: Vec<Pin>,
}

impl Placed {
    /// Rule 7.
    #[must_use]
    pub fn live(&self) -> bool {
        self.worth == Worth::Sure && self.pins.is_empty()
    }

    const fn rank(&self) -> u8 {
        self.role.rank()
    }
}

/// What a scope is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScopeType {
    /// The team.
    Team,
    /// Directory, audit or admins.
    BuiltIn,
    /// A user's own.
    User(UserId),
    /// Made by an entry.
    Made(ScopeKind),
}

/// A scope.
#[derive(Debug, Clone)]
pub struct Scope {
    /// What it is.
    pub kind: ScopeType,
    /// What it lies in.
    pub parent: Option<ScopeId>,
    /// What its making is worth.
    pub worth: Worth,
    /// Of a personal scope, its creator.
    pub creator: Option<SubjectId>,
}

/// The state that a set of entries amounts to.
pub struct State<'a> {
    facts: &'a TeamFacts,
    e: BTreeMap<EntryHash, &'a Entry>,
    under: BTreeMap<GrantId, Vec<EntryHash>>,
    fork: BTreeMap<LogId, u64>,
    /// All scopes.
    pub scopes: BTreeMap<ScopeId, Scope>,
    /// Grants that had their turn.
    pub grants: BTreeMap<GrantId, Placed>,
    placed: BTreeMap<GrantId, Placed>,
    pending: BTreeMap<GrantId, Vec<Pin>>,
    revokes: Vec<EntryHash>,
    removals: Vec<(EntryHash, bool)>,
    /// Who answered an invitation, in descending authority: whom the grant is for, and whether it
    /// is certain.
    invited: BTreeMap<EntryHash, Vec<(SubjectId, bool)>>,
    /// An admin uses something that this version does not know.
    pub needs_update: bool,
    /// How each entry is shown.
    pub shown: BTreeMap<EntryHash, Shown>,
}

/// Evaluates a set of entries.
#[must_use]
pub fn evaluate<'a>(
    facts: &'a TeamFacts,
    entries: impl IntoIterator<Item = &'a Entry>,
) -> State<'a> {
    let mut state = State {
        facts,
        e: entries.into_iter().map(|e| (e.hash, e)).collect(),
        under: BTreeMap::new(),
        fork: BTreeMap::new(),
        scopes: BTreeMap::new(),
        grants: BTreeMap::new(),
        placed: BTreeMap::new(),
        pending: BTreeMap::new(),
        revokes: Vec::new(),
        removals: Vec::new(),
        invited: BTreeMap::new(),
        needs_update: false,
        shown: BTreeMap::new(),
    };
    state.index();
    state.pass_team();
    state.pass_personal();
    state.rest();
    state
}

impl<'a> State<'a> {
    fn index(&mut self) {
        let mut at: BTreeMap<(LogId, u64), BTreeSet<EntryHash>> = BTreeMap::new();
        for x in self.e.values() {
            at.entry((x.log(), x.seq())).or_default().insert(x.hash);
            if let (Some(prev), true) = (x.header.prev, x.seq() > 0) {
                at.entry((x.log(), x.seq() - 1)).or_default().insert(prev);
            }
            if let Some(grant) = x.grant {
                self.under.entry(grant).or_default().push(x.hash);
            }
            if let Body::ScopeCreate(id, create) = &x.body {
                self.scopes.entry(*id).or_insert(Scope {
                    kind: ScopeType::Made(create.kind),
                    parent: create.parent,
                    worth: Worth::Out,
                    creator: None,
                });
            }
        }
        for ((log, seq), hashes) in at {
            if hashes.len() > 1 {
                let first = self.fork.entry(log).or_insert(seq);
                *first = seq.min(*first);
            }
        }
        let f = self.facts;
        let mut fixed = |id, kind| {
            let scope = Scope {
                kind,
                parent: None,
                worth: Worth::Sure,
                creator: None,
            };
            self.scopes.insert(id, scope);
        };
        fixed(f.team_scope(), ScopeType::Team);
        for id in [f.directory, f.audit, f.admins] {
            fixed(id, ScopeType::BuiltIn);
        }
        for (user, devices) in &f.users {
            fixed(devices.scope, ScopeType::User(*user));
        }
    }

    /// The predecessor of x, if it is here and of the same log.
    fn before(&self, x: &Entry) -> Option<&'a Entry> {
        let p = self.e.get(&x.header.prev?)?;
        let follows = p.place == x.place && p.seq() + 1 == x.seq();
        follows.then_some(*p)
    }

    /// The own chain is here, down to LogStart.
    fn anchored(&self, x: &Entry) -> bool {
        let mut at = Some(x);
        while let Some(x) = at {
            if x.seq() == 0 {
                return matches!(x.body, Body::LogStart(_));
            }
            at = self.before(x);
        }
        false
    }

    /// Rule 4: is x an ancestor-or-equal of the pinned hash?
    fn on_branch(&self, x: &Entry, (seq, hash): (u64, EntryHash)) -> Worth {
        let verdict = |known: EntryHash| {
            if known == x.hash {
                Worth::Sure
            } else {
                Worth::Out
            }
        };
        if x.seq() == seq {
            return verdict(hash);
        }
        let mut at = self
            .e
            .get(&hash)
            .copied()
            .filter(|p| p.log() == x.log() && p.seq() == seq);
        while let Some(p) = at {
            let Some(prev) = p.header.prev else { break };
            if p.seq() - 1 == x.seq() {
                return verdict(prev);
            }
            at = self.before(p);
        }
        Worth::Prov
    }

    /// Rules 4 and 6, and "applies when": the worth of x under pins, and whether a pin leaves it
    /// outside.
    fn inside(&self, x: &Entry, pins: &[Pin]) -> (Worth, bool) {
        let revocation = x.kind().is_some_and(Kind::is_revocation);
        let (mut worth, mut beyond, mut healed) = (Worth::Sure, false, false);
        for pin in pins {
            let (mut here, mut far) = match pin.at.get(&x.log()) {
                Some(at) if x.seq() <= at.0 => {
                    healed |= pin.strong;
                    (self.on_branch(x, *at), false)
                }
                _ => (Worth::Out, true),
            };
            if !pin.strong {
                here = here.max(Worth::Prov);
                far = false;
            }
            worth = worth.min(here);
            beyond |= far;
        }
        if !revocation && !self.anchored(x) {
            worth = worth.min(Worth::Prov);
        }
        let forked = self.fork.get(&x.log()).is_some_and(|fork| x.seq() >= *fork);
        if forked && !healed && !revocation {
            worth = worth.min(Worth::Fork);
        }
        (worth, beyond)
    }

    /// The team covers vaults and groups, a vault its items; nothing else covers anything.
    fn covers(&self, a: ScopeId, b: ScopeId) -> bool {
        let mut at = Some(b);
        while let Some(b) = at {
            let Some(scope) = self.scopes.get(&b) else {
                return false;
            };
            if a == b {
                return true;
            }
            at = scope.parent;
        }
        false
    }

    fn user_of_scope(&self, scope: ScopeId) -> Option<UserId> {
        let mut users = self.facts.users.iter();
        users.find(|(_, u)| u.scope == scope).map(|(id, _)| *id)
    }

    fn kind_of(&self, scope: ScopeId) -> Option<ScopeType> {
        self.scopes.get(&scope).map(|s| s.kind)
    }

    fn set(&mut self, x: EntryHash, worth: Worth, beyond: bool) {
        let shown = match worth {
            Worth::Sure => Shown::Valid,
            Worth::Prov => Shown::Provisional,
            _ if beyond => Shown::Quarantined,
            _ => Shown::Void,
        };
        self.shown.insert(x, shown);
    }

    /// Grants that had their turn, most senior first, the team's before those of personal trees.
    #[must_use]
    pub fn order(&self) -> Vec<GrantId> {
        let mut grants: Vec<&Placed> = self.grants.values().collect();
        grants.sort_by_key(|grant| (grant.personal, &grant.pos));
        grants.into_iter().map(|grant| grant.id).collect()
    }

    /// Where logs fork.
    #[must_use]
    pub const fn forks(&self) -> &BTreeMap<LogId, u64> {
        &self.fork
    }
}

fn pins_of(entry: &Entry) -> Rc<BTreeMap<LogId, (u64, EntryHash)>> {
    let pins: &[At] = match &entry.body {
        Body::Revoke(r) => &r.pins,
        Body::RemoveUser(r) => &r.pins,
        Body::DeviceRevoke(r) => &r.pins,
        _ => &[],
    };
    Rc::new(pins.iter().map(|p| (p.log, (p.seq, p.hash))).collect())
}
