//! What an evaluation holds while it runs.

use std::collections::{BTreeSet, HashMap};

use super::{
    chain::{Chains, Node},
    devices::Trees,
    facts::TeamFacts,
    level::{Label, Level},
    pin::{Pin, Worth},
    scopes::Scopes,
    table::{Ix, Table},
};
use crate::{
    body::{self, Body},
    entry::Entry,
    id::{EntryHash, GrantId, ScopeId, SubjectId, UserId},
    role::Role,
};

/// A grant that has its place in the authority order; out of the pass's way it may still be
/// waiting for its turn.
pub(super) struct Granted<'a> {
    pub(super) id: GrantId,
    pub(super) subject: SubjectId,
    pub(super) scope: ScopeId,
    pub(super) role: Role,
    pub(super) level: Level,
    pub(super) depth: usize,
    /// In a personal tree.
    pub(super) personal: bool,
    pub(super) parent: Option<Ix<Self>>,
    /// The Grant entry; none for the founding's grants and implicit owner grants.
    pub(super) made: Option<(Ix<Node<'a>>, &'a body::Grant)>,
    /// How many grants had their turn before it, once it had its own.
    pub(super) turn: Option<usize>,
    /// What ends it; complete from its turn on.
    pub(super) pins: Vec<Pin<'a>>,
}

impl Granted<'_> {
    pub(super) const fn rank(&self) -> u8 {
        self.role.rank()
    }

    /// The person who answers for the machine that it is for.
    pub(super) fn owner(&self) -> Option<UserId> {
        match self.made?.1.subject {
            body::Subject::Machine { owner, .. } => Some(owner),
            _ => None,
        }
    }

    pub(super) fn live(&self) -> bool {
        self.level == Level::Sure && self.pins.is_empty()
    }
}

/// Who has answered an invitation so far, in descending authority.
#[derive(Default)]
pub(super) struct Claims {
    /// Whom the first certain grant is for.
    pub(super) first: Option<SubjectId>,
    /// Whom grants are for that stand above it but are not certain yet.
    pub(super) unsettled: BTreeSet<SubjectId>,
}

/// One evaluation.
pub(super) struct Eval<'a> {
    pub(super) facts: TeamFacts,
    pub(super) chains: Chains<'a>,
    pub(super) scopes: Scopes,
    pub(super) trees: Trees<'a>,
    pub(super) labels: HashMap<EntryHash, Label>,
    pub(super) grants: Table<Granted<'a>>,
    /// Grants that have their place, by id.
    pub(super) placed: HashMap<GrantId, Ix<Granted<'a>>>,
    /// Grants that had their turn, most senior first; the personal trees after the team's.
    pub(super) turns: Vec<Ix<Granted<'a>>>,
    /// Grant, Revoke, RemoveUser and ScopeCreate entries by what they are written under, by
    /// (seq, hash).
    pub(super) under: HashMap<GrantId, Vec<Ix<Node<'a>>>>,
    /// Pins of Revoke entries whose target did not have its turn yet.
    pub(super) pending: HashMap<GrantId, Vec<Pin<'a>>>,
    /// Revoke entries that have been taken at their word.
    pub(super) revokes: Vec<&'a Entry>,
    /// RemoveUser entries that act, with their scopes, by whom they remove.
    pub(super) removals: HashMap<UserId, Vec<(ScopeId, Pin<'a>)>>,
    pub(super) claims: HashMap<EntryHash, Claims>,
    /// Critical entries of kinds that this version does not know, by admins.
    pub(super) ahead: BTreeSet<EntryHash>,
}

impl<'a> Eval<'a> {
    pub(super) fn new(facts: TeamFacts, entries: impl Iterator<Item = &'a Entry>) -> Self {
        let chains = Chains::new(entries);
        let scopes = Scopes::new(&facts, chains.nodes.iter().map(|node| node.entry));
        let trees = Trees::new(&facts, &chains);
        let mut under: HashMap<GrantId, Vec<Ix<Node<'a>>>> = HashMap::new();
        for ix in chains.nodes.places() {
            let entry = chains.nodes[ix].entry;
            if let (true, Some(grant)) = (is_authority(entry), entry.grant) {
                under.entry(grant).or_default().push(ix);
            }
        }
        for list in under.values_mut() {
            list.sort_by_key(|&ix| {
                let entry = chains.nodes[ix].entry;
                (entry.seq(), entry.hash)
            });
        }
        Self {
            facts,
            scopes,
            trees,
            labels: HashMap::with_capacity(chains.nodes.len()),
            grants: Table::new(),
            placed: HashMap::new(),
            turns: Vec::new(),
            under,
            pending: HashMap::new(),
            revokes: Vec::new(),
            removals: HashMap::new(),
            claims: HashMap::new(),
            ahead: BTreeSet::new(),
            chains,
        }
    }

    /// The grant of this id, if it had its turn.
    pub(super) fn granted(&self, grant: GrantId) -> Option<Ix<Granted<'a>>> {
        let &ix = self.placed.get(&grant)?;
        self.grants[ix].turn.map(|_| ix)
    }

    pub(super) fn label(&mut self, entry: &Entry, worth: Worth) {
        self.labels
            .insert(entry.hash, Label::of(worth.level, worth.beyond));
    }

    /// The worth of `x` under a grant before its own right is looked at, and the place of its
    /// author's device among the author's devices.
    pub(super) fn judge(&mut self, x: Ix<Node<'a>>, grant: Ix<Granted<'a>>) -> (Worth, usize) {
        let entry = self.chains.nodes[x].entry;
        let grant = &self.grants[grant];
        let (mut who, mut level, mut member_pins) = (grant.subject, grant.level, &[][..]);
        if let SubjectId::Group(group) = grant.subject
            && self.scopes.is_group(group)
        {
            // Under a group's grant the author's membership binds as well.
            let member = entry.member.and_then(|id| self.placed.get(&id));
            let member = member.map(|&ix| &self.grants[ix]);
            let Some(member) = member.filter(|m| m.scope == group && !m.personal) else {
                return (Worth::OUT, 0);
            };
            (who, level, member_pins) = (
                member.subject,
                level.min(member.level),
                member.pins.as_slice(),
            );
        }
        let pins = [grant.pins.as_slice(), member_pins];
        let tree = self.trees.pinned(&self.facts, &self.chains, who, &pins);
        let Some((place, device)) = tree.get(entry.device()) else {
            // A device that was added beyond the certain pins: quarantined, not lost. Without such
            // pins there is one reading.
            let beyond = self.trees.plain(who).get(entry.device()).is_some();
            return (
                Worth {
                    beyond,
                    ..Worth::OUT
                },
                0,
            );
        };
        let worth = self.chains.inside(x, &[pins[0], pins[1], &device.cuts]);
        (worth.at_most(level).at_most(device.level), place)
    }
}

/// The kinds that are judged in the pass over grants.
pub(super) const fn is_authority(entry: &Entry) -> bool {
    matches!(
        entry.body,
        Body::Grant(..) | Body::Revoke(_) | Body::RemoveUser(_) | Body::ScopeCreate(..)
    )
}
