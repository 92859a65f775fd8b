//! Everything that carries no authority, judged after the pass; and the questions to the state.

use std::collections::{BTreeMap, BTreeSet};

use conclave_core::{
    body::{self, Body, ScopeKind},
    entry::Entry,
    id::{DeviceId, EntryHash, GrantId, ScopeId, SubjectId},
    kind::Kind,
    role::Role,
};

use super::{Placed, ScopeType, Shown, State, Worth};

impl State<'_> {
    pub(super) fn rest(&mut self) {
        let mut labels = BTreeMap::new();
        for user in self.facts.users.keys() {
            self.read_tree(SubjectId::User(*user), &[], Some(&mut labels));
        }
        self.shown.append(&mut labels);
        for x in self.revokes.clone() {
            if let Some(Body::Revoke(b)) = self.e.get(&x).map(|x| &x.body)
                && !self.grants.contains_key(&b.target)
            {
                self.set(x, Worth::Out, false);
            }
        }
        let all: Vec<&Entry> = self.e.values().copied().collect();
        for x in &all {
            match x.grant {
                None => self.own(x),
                Some(g) => {
                    let authority = x.kind().is_some_and(Kind::is_authority);
                    if let (Some(g), false) = (self.grants.get(&g).cloned(), authority) {
                        self.data(x, &g);
                    }
                }
            }
        }
        for x in &all {
            if x.grant.is_some_and(|g| !self.grants.contains_key(&g)) {
                self.orphan(x);
            }
        }
    }

    fn own(&mut self, x: &Entry) {
        match &x.body {
            Body::DeviceAdd(..) | Body::DeviceRevoke(_) => {
                self.shown.entry(x.hash).or_insert(Shown::Void);
            }
            Body::LogStart(_) => {
                let subjects = self.facts.users.keys().map(|u| SubjectId::User(*u));
                let machines = self.facts.machines.iter().map(|m| SubjectId::Machine(*m));
                let known = subjects
                    .chain(machines)
                    .any(|s| self.tree(s).contains_key(&x.device()));
                self.set(x.hash, if known { Worth::Sure } else { Worth::Out }, false);
            }
            Body::KeyEpoch(_) | Body::KeyBoxAdd(_) | Body::Complaint(_) => {
                let scope = self.epoch_scope(x);
                let user = scope.and_then(|s| self.user_of_scope(s));
                let worth = user.and_then(|u| self.worth_in(x, SubjectId::User(u)));
                let Some((here, beyond)) = worth else {
                    return self.set(x.hash, Worth::Out, false);
                };
                self.settle(x, here, beyond, self.epoch_form(x));
            }
            Body::None if x.kind() == Some(Kind::Heartbeat) => {
                let users = self.facts.users.keys().map(|u| SubjectId::User(*u));
                let machines = self.facts.machines.iter().map(|m| SubjectId::Machine(*m));
                let worths = users
                    .chain(machines)
                    .filter_map(|who| self.worth_in(x, who));
                let (here, beyond) = worths.max().unwrap_or((Worth::Out, false));
                self.settle(x, here, beyond, Some(true));
            }
            // Another body than the team's own is malformed.
            Body::Genesis(_) => self.set(x.hash, Worth::Sure, false),
            Body::Unknown => {
                let shown = if x.header.critical {
                    Shown::Quarantined
                } else {
                    Shown::Unknown
                };
                self.shown.insert(x.hash, shown);
            }
            _ => self.set(x.hash, Worth::Out, false),
        }
    }

    /// As one of this subject's devices, by the plain reading.
    fn worth_in(&self, x: &Entry, who: SubjectId) -> Option<(Worth, bool)> {
        let tree = self.tree(who);
        let dev = tree.get(&x.device())?;
        let (here, beyond) = self.inside(x, &dev.cuts);
        Some((here.min(dev.worth), beyond))
    }

    fn settle(&mut self, x: &Entry, worth: Worth, beyond: bool, right: Option<bool>) {
        match right {
            Some(false) => self.set(x.hash, Worth::Out, false),
            Some(true) => self.set(x.hash, worth, beyond),
            None => self.set(x.hash, worth.min(Worth::Prov), beyond),
        }
        let lasting = matches!(
            x.kind(),
            Some(Kind::Audit | Kind::Heartbeat | Kind::Complaint)
        );
        if lasting && self.shown.get(&x.hash) == Some(&Shown::Quarantined) {
            self.shown.insert(x.hash, Shown::Late);
        }
    }

    fn epoch_scope(&self, x: &Entry) -> Option<ScopeId> {
        match &x.body {
            Body::KeyEpoch(b) => Some(b.scope),
            Body::KeyBoxAdd(body::KeyBoxAdd { epoch, .. })
            | Body::Complaint(body::Complaint { epoch }) => match &self.e.get(epoch)?.body {
                Body::KeyEpoch(b) => Some(b.scope),
                _ => None,
            },
            _ => None,
        }
    }

    pub(super) fn epoch_form(&self, x: &Entry) -> Option<bool> {
        let Body::KeyEpoch(b) = &x.body else {
            return Some(true);
        };
        let mut top = 0;
        let mut form = true;
        for parent in &b.parents {
            match &self.e.get(&parent.epoch)?.body {
                Body::KeyEpoch(p) if p.scope == b.scope => top = top.max(p.generation),
                _ => form = false,
            }
        }
        Some(form && b.generation == top + 1)
    }

    /// Does a grant like g make its subject a reader of the scope, live or not?
    #[must_use]
    pub fn confers(&self, g: &Placed, scope: ScopeId) -> bool {
        let f = self.facts;
        let team = f.team_scope();
        if scope == f.directory {
            let machine = matches!(g.subject, SubjectId::Machine(_));
            return !g.personal && g.role != Role::Guest && !machine;
        }
        if scope == f.audit {
            return g.scope == team && matches!(g.role, Role::Auditor | Role::Owner);
        }
        if scope == f.admins {
            return g.scope == team && g.rank() >= 4;
        }
        match self.scopes.get(&scope) {
            Some(s) if matches!(s.kind, ScopeType::Made(_)) => {
                let item = s.kind == ScopeType::Made(ScopeKind::Item);
                g.scope == scope || (item && Some(g.scope) == s.parent)
            }
            _ => false,
        }
    }

    fn data(&mut self, x: &Entry, g: &Placed) {
        let (mut worth, beyond, _) = self.judge(x, g);
        let right = match &x.body {
            Body::ItemRev(_, b) => self.right_to_write(b.home, g, &mut worth),
            Body::Tombstone(b) => self.right_to_write(b.home, g, &mut worth),
            Body::KeyEpoch(_) | Body::KeyBoxAdd(_) | Body::Complaint(_) => {
                match self
                    .epoch_scope(x)
                    .and_then(|s| Some((s, self.scopes.get(&s)?.worth)))
                {
                    None => None,
                    Some((scope, made)) => {
                        worth = worth.min(made);
                        self.epoch_form(x)
                            .map(|form| form && self.confers(g, scope))
                    }
                }
            }
            Body::Adopt(b) => self.e.get(&b.entry).map(|t| {
                let home = match &t.body {
                    Body::ItemRev(_, b) => Some(b.home),
                    Body::Tombstone(b) => Some(b.home),
                    _ => None,
                };
                let home = home.filter(|h| self.scopes.contains_key(h));
                g.rank() >= 4 && home.is_some_and(|h| self.covers(g.scope, h))
            }),
            Body::WrapAdd(b) => self.right_to_wrap(b, g),
            Body::Invite(_) => Some(g.rank() >= 3 && !g.personal),
            Body::Policy(b) => {
                let known = self.scopes.contains_key(&b.scope);
                known.then(|| g.rank() >= 4 && self.covers(g.scope, b.scope))
            }
            Body::Unknown => return self.unknown(x, g, worth),
            // Who may name what is looked at where the record is opened.
            Body::None => Some(true),
            _ => Some(false),
        };
        self.settle(x, worth, beyond, right);
    }

    /// By a reader of the scopes that it wraps for, or of the item's home.
    fn right_to_wrap(&self, b: &body::WrapAdd, g: &Placed) -> Option<bool> {
        let home = match &self.e.get(&b.revision)?.body {
            Body::ItemRev(_, rev) => rev.home,
            _ => return Some(false),
        };
        let wraps = b.wraps.iter().all(|w| self.confers(g, w.scope()));
        Some(wraps || self.confers(g, home))
    }

    /// A kind that this version does not know: passed over, unless it is critical. A critical one
    /// by an admin of the team means that this version must not write any more.
    fn unknown(&mut self, x: &Entry, g: &Placed, worth: Worth) {
        let critical = x.header.critical;
        let team = g.scope == self.facts.team_scope() && g.rank() >= 4 && g.live();
        self.needs_update |= critical && team && worth == Worth::Sure;
        let shown = match worth {
            _ if !critical => Shown::Unknown,
            Worth::Sure if team => Shown::Unknown,
            Worth::Prov if team => Shown::Provisional,
            _ => Shown::Quarantined,
        };
        self.shown.insert(x.hash, shown);
    }

    fn right_to_write(&self, home: ScopeId, g: &Placed, worth: &mut Worth) -> Option<bool> {
        let scope = self.scopes.get(&home)?;
        *worth = (*worth).min(scope.worth);
        let kind = matches!(
            scope.kind,
            ScopeType::Made(ScopeKind::Vault | ScopeKind::Personal)
        );
        Some(g.scope == home && kind && g.rank() >= 2)
    }

    /// Under a grant that never had its turn: as that grant's own entry, so is this.
    fn orphan(&mut self, x: &Entry) {
        let mut at = x.grant;
        let shown = loop {
            let Some(grant) = at else { break Shown::Void };
            match self.e.get(&grant.as_entry()) {
                Some(entry) if entry.grant.is_some_and(|g| !self.grants.contains_key(&g)) => {
                    at = entry.grant;
                }
                Some(entry) => break self.shown.get(&entry.hash).copied().unwrap_or(Shown::Void),
                None if self.scopes.contains_key(&grant.as_scope()) => break Shown::Void,
                None => break Shown::Provisional,
            }
        };
        let shown = match (&x.body, shown) {
            (Body::Malformed, _) => Shown::Void,
            (Body::Unknown, _) if !x.header.critical => Shown::Unknown,
            (_, Shown::Provisional | Shown::Quarantined) => shown,
            (Body::Unknown, _) => Shown::Quarantined,
            _ => Shown::Void,
        };
        self.shown.insert(x.hash, shown);
    }

    /// Entries shown so.
    #[must_use]
    pub fn shown_as(&self, shown: Shown) -> BTreeSet<EntryHash> {
        self.shown
            .iter()
            .filter(|(_, s)| **s == shown)
            .map(|(h, _)| *h)
            .collect()
    }

    /// Live grants.
    #[must_use]
    pub fn live(&self) -> BTreeSet<GrantId> {
        self.grants
            .values()
            .filter(|g| g.live())
            .map(|g| g.id)
            .collect()
    }

    /// Entries that a valid Adopt names and that do not count by themselves.
    #[must_use]
    pub fn adopted(&self) -> BTreeSet<EntryHash> {
        let valid = self.shown_as(Shown::Valid);
        let named = valid.iter().filter_map(|h| match &self.e.get(h)?.body {
            Body::Adopt(b) => Some(b.entry),
            _ => None,
        });
        named.filter(|h| !valid.contains(h)).collect()
    }

    fn counts(g: &Placed, lenient: bool) -> bool {
        if lenient {
            g.worth >= Worth::Prov && !g.pins.iter().any(|p| p.strong)
        } else {
            g.live()
        }
    }

    /// Users and machines that read a scope. `lenient`: or whose place is not settled.
    #[must_use]
    pub fn readers(&self, scope: ScopeId, lenient: bool) -> BTreeSet<SubjectId> {
        let need = if lenient { Worth::Prov } else { Worth::Sure };
        let here = |s: ScopeId| self.scopes.get(&s).is_some_and(|s| s.worth >= need);
        let mut out = BTreeSet::new();
        for g in self.grants.values() {
            if !here(scope) || !Self::counts(g, lenient) || !self.confers(g, scope) {
                continue;
            }
            match g.subject {
                SubjectId::Group(group) if self.is_group(group) => {
                    if here(group) {
                        let members = self
                            .grants
                            .values()
                            .filter(|m| m.scope == group && Self::counts(m, lenient));
                        let members = members.map(|m| m.subject);
                        out.extend(members.filter(|s| !matches!(s, SubjectId::Group(_))));
                    }
                }
                subject => {
                    out.insert(subject);
                }
            }
        }
        out.remove(&SubjectId::User(self.facts.own0));
        out
    }

    /// Devices entitled to a scope's keys now.
    #[must_use]
    pub fn devices(&self, scope: ScopeId, lenient: bool) -> BTreeSet<DeviceId> {
        if let Some(user) = self.user_of_scope(scope) {
            if user == self.facts.own0 {
                return BTreeSet::new();
            }
            let tree = self.tree(SubjectId::User(user));
            return tree
                .into_iter()
                .filter(|(_, d)| d.live(lenient))
                .map(|(id, _)| id)
                .collect();
        }
        let mut out = BTreeSet::new();
        for reader in self.readers(scope, lenient) {
            match reader {
                SubjectId::Machine(device) => {
                    out.insert(device);
                }
                SubjectId::User(user) => {
                    if let Some(devices) = self.facts.users.get(&user) {
                        out.extend(self.devices(devices.scope, lenient));
                    }
                }
                SubjectId::Group(_) => {}
            }
        }
        out
    }
}
