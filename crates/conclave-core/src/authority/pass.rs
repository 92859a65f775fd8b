//! The pass over grants in descending authority (rules 1 to 7).

use std::{cmp::Reverse, collections::BTreeMap};

use super::{
    chain::Node,
    eval::{Eval, Granted},
    level::{Label, Level},
    pin::{Pin, Worth, revokes},
    rights::Right,
    scopes::ScopeType,
    table::Ix,
};
use crate::{
    body::{Body, ScopeKind},
    id::{EntryHash, GrantId, ScopeId, SubjectId},
    role::Role,
};

/// A place in the authority order ≻, most senior first: rank, depth, the parent's place, the
/// device's seniority under the parent, seq, hash.
///
/// A child stands strictly below its parent, so places come up in ascending order and a parent's
/// place is simply the number of its turn; a device's is its number in the tree that the parent's
/// pins leave. Comparing takes no walk up the ancestors.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    rank: Reverse<u8>,
    depth: usize,
    parent: usize,
    device: usize,
    seq: u64,
    hash: EntryHash,
}

impl<'a> Eval<'a> {
    /// The team's tree: the recovery owner's grant, then the founder's.
    pub(super) fn pass_team(&mut self) {
        let team = self.facts.team_scope();
        let roots = self
            .facts
            .roots
            .map(|(id, user)| root(id, SubjectId::User(user), team, Level::Sure, false));
        self.pass(roots.into_iter());
    }

    /// Personal trees: implicit owner grants would stand above the grants that they rest on, and
    /// touch nothing else, so they have a pass of their own.
    pub(super) fn pass_personal(&mut self) {
        let mut roots: Vec<(ScopeId, SubjectId, Level)> = self
            .scopes
            .iter()
            .filter(|s| s.kind == ScopeType::Made(ScopeKind::Personal))
            // Whose it is shows once its making may count.
            .filter_map(|s| Some((s.id, s.creator?, s.level)))
            .collect();
        roots.sort_unstable_by_key(|(scope, ..)| *scope);
        self.pass(roots.into_iter().map(|(scope, creator, level)| {
            root(GrantId::from(scope), creator, scope, level, true)
        }));
    }

    fn pass(&mut self, roots: impl Iterator<Item = Granted<'a>>) {
        let mut queue: BTreeMap<Place, Ix<Granted<'a>>> = BTreeMap::new();
        for (device, root) in roots.enumerate() {
            let place = Place {
                rank: Reverse(root.rank()),
                depth: 0,
                parent: 0,
                device,
                seq: 0,
                hash: EntryHash::new([0; 32]),
            };
            queue.insert(place, self.place(root));
        }
        while let Some((_, grant)) = queue.pop_first() {
            let id = self.grants[grant].id;
            self.grants[grant].pins = self.pins_on(grant);
            if !self.claim_invitation(grant) {
                self.placed.remove(&id);
                continue;
            }
            self.grants[grant].turn = Some(self.turns.len());
            self.turns.push(grant);
            for x in self.under.remove(&id).unwrap_or_default() {
                if let Some((place, child)) = self.act(x, grant) {
                    queue.insert(place, self.place(child));
                }
            }
        }
    }

    fn place(&mut self, grant: Granted<'a>) -> Ix<Granted<'a>> {
        let id = grant.id;
        let ix = self.grants.push(grant);
        self.placed.insert(id, ix);
        ix
    }

    /// Judges one authority entry and lets it act; a Grant that may count takes its place.
    fn act(&mut self, x: Ix<Node<'a>>, under: Ix<Granted<'a>>) -> Option<(Place, Granted<'a>)> {
        let entry = self.chains.nodes[x].entry;
        let (mut worth, device) = self.judge(x, under);
        let right = self.right(entry, under);
        if right == Right::Missing {
            worth = worth.at_most(Level::Provisional);
        }
        let grant = &self.grants[under];
        // Groups hold no authority (rule 1): their grants are viewer or editor.
        let by_group = matches!(grant.subject, SubjectId::Group(g) if self.scopes.is_group(g));
        if right == Right::No || (worth.level > Level::Out && by_group) {
            worth = Worth::OUT;
        }
        let (subject, parent, depth, personal) = (
            grant.subject,
            grant.turn.unwrap_or_default(),
            grant.depth + 1,
            grant.personal,
        );
        self.label(entry, worth);
        if worth.level == Level::Out || right == Right::Missing {
            return None;
        }
        let strong = worth.level == Level::Sure;
        match &entry.body {
            Body::Grant(subject, made) => {
                let place = Place {
                    rank: Reverse(made.role.rank()),
                    depth,
                    parent,
                    device,
                    seq: entry.seq(),
                    hash: entry.hash,
                };
                let child = Granted {
                    id: GrantId::from(entry.hash),
                    subject: *subject,
                    scope: made.scope,
                    role: made.role,
                    level: worth.level,
                    depth,
                    personal,
                    parent: Some(under),
                    made: Some((x, made)),
                    turn: None,
                    pins: Vec::new(),
                };
                return Some((place, child));
            }
            Body::ScopeCreate(id, _) => {
                if let Some(scope) = self.scopes.get_mut(*id).filter(|s| worth.level > s.level) {
                    (scope.level, scope.creator) = (worth.level, Some(subject));
                }
            }
            Body::RemoveUser(remove) => {
                let pin = Pin::new(&self.chains, entry, strong);
                self.removals
                    .entry(remove.user)
                    .or_default()
                    .push((remove.scope, pin));
            }
            // Whoever had a turn already stands above: juniors end no senior (rule 4).
            Body::Revoke(revoke) if self.granted(revoke.target).is_some() => {
                self.label(entry, Worth::OUT);
            }
            Body::Revoke(revoke) => {
                let pin = Pin::new(&self.chains, entry, strong);
                self.pending.entry(revoke.target).or_default().push(pin);
                self.revokes.push(entry);
            }
            _ => {}
        }
        debug_assert!(revokes(entry) || matches!(entry.body, Body::ScopeCreate(..)));
        None
    }

    /// Rules 4 and 5: what ends this grant. Only its seniors have had their turn.
    fn pins_on(&mut self, grant: Ix<Granted<'a>>) -> Vec<Pin<'a>> {
        let mut pins = self
            .pending
            .remove(&self.grants[grant].id)
            .unwrap_or_default();
        let grant = &self.grants[grant];
        let by_admin = grant
            .parent
            .is_some_and(|parent| self.grants[parent].rank() >= 4);
        let exempt = |pin: &Pin<'a>| {
            by_admin
                && grant
                    .made
                    .is_some_and(|(_, made)| made.cites.contains(&pin.by()))
        };
        let whose = [grant.subject.user(), grant.owner()];
        for (scope, pin) in whose
            .into_iter()
            .flatten()
            .filter_map(|user| self.removals.get(&user))
            .flatten()
        {
            if self.scopes.covers(*scope, grant.scope) && !exempt(pin) {
                pins.push(pin.clone());
            }
        }
        pins
    }

    /// Grants that answer an invitation are decided at their own turn: those for the first
    /// subject count, the others do not. While the first is not certain, the others are not.
    fn claim_invitation(&mut self, grant: Ix<Granted<'a>>) -> bool {
        let Granted {
            level,
            subject,
            made: Some((x, made)),
            ..
        } = self.grants[grant]
        else {
            return true;
        };
        let Some(invite) = made.invite else {
            return true;
        };
        let entry = self.chains.nodes[x].entry;
        let claims = self.claims.entry(invite).or_default();
        if claims.first.is_some_and(|first| first != subject) {
            self.label(entry, Worth::OUT);
            return false;
        }
        let rivals = claims.unsettled.iter().any(|rival| *rival != subject);
        match level {
            Level::Sure if rivals => {
                claims.unsettled.insert(subject);
                self.grants[grant].level = Level::Provisional;
                self.labels.insert(entry.hash, Label::Provisional);
            }
            Level::Sure => claims.first = Some(subject),
            Level::Provisional => {
                claims.unsettled.insert(subject);
            }
            Level::Out | Level::Forked => {}
        }
        true
    }
}

fn root<'a>(
    id: GrantId,
    subject: SubjectId,
    scope: ScopeId,
    level: Level,
    personal: bool,
) -> Granted<'a> {
    Granted {
        id,
        subject,
        scope,
        role: Role::Owner,
        level,
        depth: 0,
        personal,
        parent: None,
        made: None,
        turn: None,
        pins: Vec::new(),
    }
}
