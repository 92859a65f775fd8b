//! The pass over grants in descending authority (rules 1 to 7).

use std::{collections::BTreeSet, rc::Rc};

use conclave_core::{
    body::{Body, Subject},
    entry::Entry,
    id::{EntryHash, GrantId, SubjectId},
    kind::Kind,
    role::Role,
};

use super::{Dev, Pin, Placed, Pos, Scope, ScopeType, State, Worth, pins_of};

impl State<'_> {
    pub(super) fn pass_team(&mut self) {
        let team = self.facts.team_scope();
        let roots = (0u8..).zip(&self.facts.roots).map(|(i, (grant, user))| {
            let mut order = [0; 32];
            order[0] = i;
            root(
                *grant,
                SubjectId::User(*user),
                team,
                (0, order),
                Worth::Sure,
                false,
            )
        });
        let roots = roots.collect();
        self.pass(roots);
    }

    /// Implicit owner grants of personal scopes: a pass of their own.
    pub(super) fn pass_personal(&mut self) {
        let personal = ScopeType::Made(conclave_core::body::ScopeKind::Personal);
        let made = |s: &Scope| s.kind == personal && s.worth > Worth::Out;
        let roots = self
            .scopes
            .iter()
            .filter(|(_, s)| made(s))
            .filter_map(|(id, s)| {
                let order = (1, *id.as_bytes());
                Some(root(
                    GrantId::from(*id),
                    s.creator?,
                    *id,
                    order,
                    s.worth,
                    true,
                ))
            });
        let roots = roots.collect();
        self.pass(roots);
    }

    fn pass(&mut self, roots: Vec<Placed>) {
        let mut heap: BTreeSet<(Rc<Pos>, GrantId)> = BTreeSet::new();
        for g in roots {
            heap.insert((Rc::clone(&g.pos), g.id));
            self.placed.insert(g.id, g);
        }
        while let Some((_, id)) = heap.pop_first() {
            let Some(mut g) = self.placed.get(&id).cloned() else {
                continue;
            };
            g.pins = self.pins_on(&g);
            // Invitations are decided at a grant's own turn: the first subject in the order has it.
            if let Some(invite) = self.invite_of(id) {
                let above = self.invited.entry(invite).or_default().clone();
                let rival = |(who, _): &&(SubjectId, bool)| *who != g.subject;
                if above
                    .iter()
                    .filter(|(_, certain)| *certain)
                    .take(1)
                    .any(|c| rival(&c))
                {
                    self.set(id.as_entry(), Worth::Out, false);
                    self.placed.remove(&id);
                    continue;
                }
                if g.worth == Worth::Sure && above.iter().any(|c| rival(&c)) {
                    g.worth = Worth::Prov;
                    self.set(id.as_entry(), Worth::Prov, false);
                }
                if g.worth >= Worth::Prov {
                    let claim = (g.subject, g.worth == Worth::Sure);
                    self.invited.entry(invite).or_default().push(claim);
                }
            }
            self.placed.insert(id, g.clone());
            self.grants.insert(id, g.clone());
            let mine = self.under.get(&id).cloned().unwrap_or_default();
            for hash in mine {
                let Some(x) = self.e.get(&hash).copied() else {
                    continue;
                };
                let authority = x.kind().is_some_and(Kind::is_authority);
                if authority && let Some(next) = self.act(x, &g) {
                    heap.insert((Rc::clone(&next.pos), next.id));
                    self.placed.insert(next.id, next);
                }
            }
        }
    }

    fn invite_of(&self, grant: GrantId) -> Option<EntryHash> {
        match &self.e.get(&grant.as_entry())?.body {
            Body::Grant(_, grant) => grant.invite,
            _ => None,
        }
    }

    /// Judges one authority entry and lets it act; a Grant that may count is placed.
    fn act(&mut self, x: &Entry, g: &Placed) -> Option<Placed> {
        let (mut worth, mut beyond, dev) = self.judge(x, g);
        let right = self.right(x, g);
        if right.is_none() {
            worth = worth.min(Worth::Prov);
        }
        let by_group = matches!(g.subject, SubjectId::Group(s) if self.is_group(s));
        if right == Some(false) || (worth > Worth::Out && by_group) {
            (worth, beyond) = (Worth::Out, false);
        }
        self.set(x.hash, worth, beyond);
        if worth == Worth::Out || right.is_none() {
            return None;
        }
        let strong = worth == Worth::Sure;
        match &x.body {
            Body::Grant(subject, b) => {
                let pos = Rc::new(Pos {
                    below_top: 5 - b.role.rank(),
                    depth: g.depth + 1,
                    root: None,
                    parent: Some(Rc::clone(&g.pos)),
                    device: dev.map(|d| d.pos),
                    seq: x.seq(),
                    hash: x.hash,
                });
                let owner = match &b.subject {
                    Subject::Machine { owner, .. } => Some(*owner),
                    _ => None,
                };
                return Some(Placed {
                    id: x.hash.into(),
                    subject: *subject,
                    scope: b.scope,
                    role: b.role,
                    worth,
                    pos,
                    depth: g.depth + 1,
                    owner,
                    cites: b.cites.clone(),
                    parent_rank: g.rank(),
                    personal: g.personal,
                    pins: Vec::new(),
                });
            }
            Body::ScopeCreate(id, _) => {
                if let Some(scope) = self.scopes.get_mut(id).filter(|s| worth > s.worth) {
                    scope.worth = worth;
                    scope.creator = Some(g.subject);
                }
            }
            Body::RemoveUser(_) => self.removals.push((x.hash, strong)),
            Body::Revoke(revoke) => {
                if self.grants.contains_key(&revoke.target) {
                    self.set(x.hash, Worth::Out, false);
                } else {
                    let pin = Pin {
                        at: pins_of(x),
                        strong,
                    };
                    self.pending.entry(revoke.target).or_default().push(pin);
                    self.revokes.push(x.hash);
                }
            }
            _ => {}
        }
        None
    }

    /// Rules 4 and 5: what ends this grant.
    fn pins_on(&self, g: &Placed) -> Vec<Pin> {
        let mut pins = self.pending.get(&g.id).cloned().unwrap_or_default();
        for (hash, strong) in &self.removals {
            let Some(x) = self.e.get(hash) else { continue };
            let Body::RemoveUser(b) = &x.body else {
                continue;
            };
            let hit = g.subject == SubjectId::User(b.user) || g.owner == Some(b.user);
            let exempt = g.cites.contains(hash) && g.parent_rank >= 4;
            if hit && !exempt && self.covers(b.scope, g.scope) {
                pins.push(Pin {
                    at: pins_of(x),
                    strong: *strong,
                });
            }
        }
        pins
    }

    /// The worth of x under g before its own right is looked at; quarantined?; its author's device.
    pub(super) fn judge(&self, x: &Entry, g: &Placed) -> (Worth, bool, Option<Dev>) {
        let (mut worth, mut pins, mut who) = (g.worth, g.pins.clone(), g.subject);
        if let SubjectId::Group(scope) = g.subject
            && self.is_group(scope)
        {
            let member = x.member.and_then(|m| self.placed.get(&m));
            let Some(m) = member.filter(|m| m.scope == scope && !m.personal) else {
                return (Worth::Out, false, None);
            };
            worth = worth.min(m.worth);
            who = m.subject;
            pins.extend(m.pins.iter().cloned());
        }
        let strong: Vec<Pin> = pins.iter().filter(|p| p.strong).cloned().collect();
        let tree = self.read_tree(who, &strong, None);
        let Some(dev) = tree.get(&x.device()) else {
            let late = self.tree(who).contains_key(&x.device());
            return (Worth::Out, late && !strong.is_empty(), None);
        };
        pins.extend(dev.cuts.iter().cloned());
        let (here, beyond) = self.inside(x, &pins);
        (here.min(worth).min(dev.worth), beyond, Some(dev.clone()))
    }
}

fn root(
    id: GrantId,
    subject: SubjectId,
    scope: conclave_core::id::ScopeId,
    order: (u8, [u8; 32]),
    worth: Worth,
    personal: bool,
) -> Placed {
    let pos = Pos {
        below_top: 0,
        depth: 0,
        root: Some(order),
        parent: None,
        device: None,
        seq: 0,
        hash: EntryHash::new([0; 32]),
    };
    Placed {
        id,
        subject,
        scope,
        role: Role::Owner,
        worth,
        pos: Rc::new(pos),
        depth: 0,
        owner: None,
        cites: Vec::new(),
        parent_rank: 0,
        personal,
        pins: Vec::new(),
    }
}
