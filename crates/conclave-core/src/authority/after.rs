//! Entries that carry no authority, judged after the pass: they cannot change who may do what, so
//! they meet the finished grants.

use std::collections::HashMap;

use super::{
    chain::Node,
    eval::{Eval, Granted, is_authority},
    level::{Label, Level},
    pin::Worth,
    readers::Conferral,
    rights::Right,
    scopes::ScopeType,
    table::Ix,
};
use crate::{
    body::{self, Body},
    entry::Entry,
    id::{DeviceId, GrantId, ScopeId, SubjectId},
    kind::Kind,
    role::Role,
};

const ADMIN: u8 = Role::Admin.rank();

impl<'a> Eval<'a> {
    /// Judges everything that the pass left.
    pub(super) fn judge_rest(&mut self) {
        for (_, tree) in self.trees.all_plain() {
            for &(x, label) in &tree.labels {
                self.labels.insert(self.chains.nodes[x].entry.hash, label);
            }
        }
        for entry in core::mem::take(&mut self.revokes) {
            // A Revoke whose target never counts is void (rule 4).
            if matches!(&entry.body, Body::Revoke(b) if self.granted(b.target).is_none()) {
                self.label(entry, Worth::OUT);
            }
        }
        let known = self.known_devices();
        let mut orphans = Vec::new();
        for x in self.chains.nodes.places() {
            let entry = self.chains.nodes[x].entry;
            if matches!(entry.body, Body::Malformed) {
                self.labels.insert(entry.hash, Label::Void);
                continue;
            }
            match entry.grant {
                None => self.judge_own(x, &known),
                Some(grant) => match self.granted(grant) {
                    Some(grant) if !is_authority(entry) => self.judge_data(x, grant),
                    Some(_) => {}
                    None => orphans.push((entry, grant)),
                },
            }
        }
        let mut memo = HashMap::new();
        for (entry, grant) in orphans {
            let label = match self.orphan(grant, &mut memo) {
                _ if matches!(entry.body, Body::Unknown) && !entry.header.critical => {
                    Label::Unknown
                }
                Label::Void if matches!(entry.body, Body::Unknown) => Label::Quarantined,
                label => label,
            };
            self.labels.insert(entry.hash, label);
        }
    }

    /// In whose trees each device stands.
    fn known_devices(&self) -> HashMap<DeviceId, Vec<SubjectId>> {
        let mut known: HashMap<DeviceId, Vec<SubjectId>> = HashMap::new();
        for (who, tree) in self.trees.all_plain() {
            for device in &tree.devices {
                known.entry(device.id).or_default().push(who);
            }
        }
        known
    }

    /// Entries without a grant: the device tree, the epochs of a user's own scope, the start of a
    /// log, the founding, a sign of life. The plain device tree decides.
    fn judge_own(&mut self, x: Ix<Node<'a>>, known: &HashMap<DeviceId, Vec<SubjectId>>) {
        let entry = self.chains.nodes[x].entry;
        let trees = known.get(&entry.device()).map_or(&[][..], Vec::as_slice);
        match &entry.body {
            Body::DeviceAdd(..) | Body::DeviceRevoke(_) => {
                self.labels.entry(entry.hash).or_insert(Label::Void);
            }
            // Its hash is the team's id, or it would be malformed.
            Body::Genesis(_) => {
                self.labels.insert(entry.hash, Label::Valid);
            }
            Body::LogStart(_) => {
                let label = if trees.is_empty() {
                    Label::Void
                } else {
                    Label::Valid
                };
                self.labels.insert(entry.hash, label);
            }
            Body::KeyEpoch(_) | Body::KeyBoxAdd(_) | Body::Complaint(_) => {
                let scope = self
                    .epoch_scope(entry)
                    .and_then(|scope| self.scopes.get(scope));
                let owner = scope.and_then(|scope| match scope.kind {
                    ScopeType::User(user) => Some(SubjectId::User(user)),
                    _ => None,
                });
                let worth = owner.map_or(Worth::OUT, |user| self.worth_in(x, user));
                self.settle(entry, worth, self.epoch_form(entry));
            }
            Body::None if entry.kind() == Some(Kind::Heartbeat) => {
                let best = trees.iter().map(|&who| self.worth_in(x, who));
                let best = best.max_by_key(|worth| (worth.level, worth.beyond));
                self.settle(entry, best.unwrap_or(Worth::OUT), Right::Yes);
            }
            Body::Unknown => self.settle_unknown(entry, Worth::OUT, false),
            _ => self.label(entry, Worth::OUT),
        }
    }

    /// What an entry without a grant is worth as one of this subject's devices.
    fn worth_in(&self, x: Ix<Node<'a>>, who: SubjectId) -> Worth {
        let device = self.chains.nodes[x].entry.device();
        self.trees
            .plain(who)
            .get(device)
            .map_or(Worth::OUT, |(_, device)| {
                self.chains.inside(x, &[&device.cuts]).at_most(device.level)
            })
    }

    fn judge_data(&mut self, x: Ix<Node<'a>>, under: Ix<Granted<'a>>) {
        let entry = self.chains.nodes[x].entry;
        let (mut worth, _) = self.judge(x, under);
        let grant = &self.grants[under];
        let right = match &entry.body {
            Body::ItemRev(_, rev) => self.right_to_write(grant, rev.home, &mut worth),
            Body::Tombstone(end) => self.right_to_write(grant, end.home, &mut worth),
            Body::KeyEpoch(_) | Body::KeyBoxAdd(_) | Body::Complaint(_) => {
                match self
                    .epoch_scope(entry)
                    .and_then(|scope| self.scopes.get(scope))
                {
                    None => Right::Missing,
                    Some(scope) => {
                        worth = worth.at_most(scope.level);
                        match self.epoch_form(entry) {
                            Right::Yes => self.confers(grant, scope.id).into(),
                            other => other,
                        }
                    }
                }
            }
            Body::WrapAdd(add) => self.right_to_wrap(grant, add),
            Body::Adopt(adopt) => match self.chains.entry(adopt.entry) {
                None => Right::Missing,
                Some(target) => home_of(target)
                    .is_some_and(|home| self.administers(grant, home))
                    .into(),
            },
            Body::Policy(policy) if self.scopes.get(policy.scope).is_none() => Right::Missing,
            Body::Policy(policy) => self.administers(grant, policy.scope).into(),
            Body::Invite(_) => (grant.rank() >= Role::Manager.rank() && !grant.personal).into(),
            // Profile, Leave, Audit, Heartbeat. What a Profile says is looked at where it is opened.
            Body::None => Right::Yes,
            Body::Unknown => {
                let admin = grant.rank() >= ADMIN && grant.scope == self.facts.team_scope();
                let admin = admin && grant.live();
                return self.settle_unknown(entry, worth, admin);
            }
            _ => Right::No,
        };
        self.settle(entry, worth, right);
    }

    fn settle(&mut self, entry: &Entry, worth: Worth, right: Right) {
        let worth = match right {
            Right::Yes => worth,
            Right::Missing => worth.at_most(Level::Provisional),
            Right::No => Worth::OUT,
        };
        self.label(entry, worth);
        let lasting = matches!(
            entry.kind(),
            Some(Kind::Audit | Kind::Heartbeat | Kind::Complaint)
        );
        if lasting && let Some(label @ Label::Quarantined) = self.labels.get_mut(&entry.hash) {
            *label = Label::Late;
        }
    }

    /// A kind that this version does not know is passed over, unless it is critical: then it may
    /// decide who may do what. By an admin, it stops this version from writing; by anybody else
    /// it is nothing that this version may act on.
    fn settle_unknown(&mut self, entry: &Entry, worth: Worth, by_admin: bool) {
        let label = match worth.level {
            _ if !entry.header.critical => Label::Unknown,
            Level::Sure if by_admin => {
                self.ahead.insert(entry.hash);
                Label::Unknown
            }
            Level::Provisional if by_admin => Label::Provisional,
            _ => Label::Quarantined,
        };
        self.labels.insert(entry.hash, label);
    }

    /// Writing needs a grant on the home scope itself, of role ≥ editor.
    fn right_to_write(&self, grant: &Granted<'_>, home: ScopeId, worth: &mut Worth) -> Right {
        let Some(scope) = self.scopes.get(home) else {
            return Right::Missing;
        };
        *worth = worth.at_most(scope.level);
        (scope.kind.is_home() && grant.scope == home && grant.rank() >= Role::Editor.rank()).into()
    }

    /// A reader of the item's home, or of every scope that the wraps are for.
    fn right_to_wrap(&self, grant: &Granted<'_>, add: &body::WrapAdd) -> Right {
        match self
            .chains
            .entry(add.revision)
            .map(|revision| &revision.body)
        {
            None => Right::Missing,
            Some(Body::ItemRev(_, rev)) => {
                let all = || {
                    add.wraps
                        .iter()
                        .all(|wrap| self.confers(grant, wrap.scope()))
                };
                (self.confers(grant, rev.home) || all()).into()
            }
            Some(_) => Right::No,
        }
    }

    fn administers(&self, grant: &Granted<'_>, scope: ScopeId) -> bool {
        grant.rank() >= ADMIN && self.scopes.covers(grant.scope, scope)
    }

    fn confers(&self, grant: &Granted<'_>, scope: ScopeId) -> bool {
        let how = Conferral::of(grant.subject, grant.scope, grant.role, grant.personal);
        how.confers(&self.facts, &self.scopes, scope)
    }

    /// The scope whose key an entry is about.
    fn epoch_scope(&self, entry: &Entry) -> Option<ScopeId> {
        let epoch = match &entry.body {
            Body::KeyEpoch(epoch) => return Some(epoch.scope),
            Body::KeyBoxAdd(add) => add.epoch,
            Body::Complaint(complaint) => complaint.epoch,
            _ => return None,
        };
        match &self.chains.entry(epoch)?.body {
            Body::KeyEpoch(epoch) => Some(epoch.scope),
            _ => None,
        }
    }

    /// A KeyEpoch's parents are epochs of its scope, and its generation follows theirs.
    pub(super) fn epoch_form(&self, entry: &Entry) -> Right {
        let Body::KeyEpoch(epoch) = &entry.body else {
            return Right::Yes;
        };
        let (mut top, mut fits) = (0, true);
        for parent in &epoch.parents {
            match self.chains.entry(parent.epoch).map(|parent| &parent.body) {
                None => return Right::Missing,
                Some(Body::KeyEpoch(parent)) if parent.scope == epoch.scope => {
                    top = top.max(parent.generation);
                }
                Some(_) => fits = false,
            }
        }
        (fits && top.checked_add(1) == Some(epoch.generation)).into()
    }

    /// Under a grant that never had its turn an entry is what the grant's own entry is:
    /// quarantined, not here, or void.
    fn orphan(&self, grant: GrantId, memo: &mut HashMap<GrantId, Label>) -> Label {
        let mut path = Vec::new();
        let mut at = grant;
        let label = loop {
            if let Some(&label) = memo.get(&at) {
                break label;
            }
            path.push(at);
            match self.chains.entry(at.as_entry()) {
                None if self.scopes.get(at.as_scope()).is_some() => break Label::Void,
                None => break Label::Provisional,
                Some(entry) => match entry.grant {
                    Some(next) if self.granted(next).is_none() => at = next,
                    _ => match self.labels.get(&entry.hash) {
                        Some(&label @ (Label::Provisional | Label::Quarantined)) => break label,
                        _ => break Label::Void,
                    },
                },
            }
        };
        memo.extend(path.into_iter().map(|grant| (grant, label)));
        label
    }
}

/// The home of a revision or Tombstone.
fn home_of(entry: &Entry) -> Option<ScopeId> {
    match &entry.body {
        Body::ItemRev(_, rev) => Some(rev.home),
        Body::Tombstone(end) => Some(end.home),
        _ => None,
    }
}
