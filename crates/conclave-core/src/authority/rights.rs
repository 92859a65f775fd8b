//! The right that each kind of authority entry needs under its grant (rules 1 to 5).

use super::{
    eval::{Eval, Granted},
    scopes::ScopeType,
    table::Ix,
};
use crate::{
    body::{self, Body, ScopeKind},
    entry::Entry,
    id::{ScopeId, SubjectId},
    role::Role,
};

/// Whether an entry's own right is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Right {
    Yes,
    No,
    /// An object that the body names is not here, so nothing can be said yet.
    Missing,
}

impl From<bool> for Right {
    fn from(has: bool) -> Self {
        if has { Self::Yes } else { Self::No }
    }
}

const ADMIN: u8 = Role::Admin.rank();
const MANAGER: u8 = Role::Manager.rank();

impl<'a> Eval<'a> {
    pub(super) fn right(&self, entry: &Entry, under: Ix<Granted<'a>>) -> Right {
        let grant = &self.grants[under];
        match &entry.body {
            Body::Grant(subject, made) => self.right_to_grant(entry, *subject, made, grant),
            Body::ScopeCreate(_, create) => self.right_to_create(create, grant),
            Body::RemoveUser(remove) => {
                let team = remove.scope == self.facts.team_scope();
                let need = if team { ADMIN } else { MANAGER };
                self.reaches(grant, need, remove.scope)
            }
            Body::Revoke(revoke) => {
                let target = revoke.target;
                if self.facts.roots.iter().any(|(root, _)| *root == target) {
                    return self.reaches(grant, MANAGER, self.facts.team_scope());
                }
                match self.chains.entry(target.as_entry()).map(|t| &t.body) {
                    Some(Body::Grant(_, made)) => self.reaches(grant, MANAGER, made.scope),
                    Some(_) => Right::No,
                    // Nobody ends an implicit owner grant.
                    None if self.scopes.get(target.as_scope()).is_some() => Right::No,
                    None => Right::Missing,
                }
            }
            _ => Right::No,
        }
    }

    /// Rule 2, containment: rank enough, in a scope that the grant's scope covers.
    fn reaches(&self, grant: &Granted<'_>, rank: u8, scope: ScopeId) -> Right {
        if self.scopes.get(scope).is_none() {
            return Right::Missing;
        }
        (grant.rank() >= rank && self.scopes.covers(grant.scope, scope)).into()
    }

    fn right_to_grant(
        &self,
        entry: &Entry,
        subject: SubjectId,
        made: &body::Grant,
        grant: &Granted<'_>,
    ) -> Right {
        let known = match subject {
            SubjectId::User(user) => self.facts.users.contains_key(&user),
            SubjectId::Machine(device) => self.facts.machines.contains(&device),
            SubjectId::Group(group) => match self.scopes.get(group) {
                Some(scope) if !scope.kind.is_group() => return Right::No,
                found => found.is_some(),
            },
        };
        let cites = made
            .cites
            .iter()
            .all(|cited| self.chains.find(*cited).is_some());
        let Some(scope) = self.scopes.get(made.scope).filter(|_| known && cites) else {
            return Right::Missing;
        };
        match self.right_to_answer(entry, made, grant) {
            Right::Yes => {}
            no => return no,
        }
        let (user, group) = match subject {
            SubjectId::User(_) => (true, false),
            SubjectId::Machine(_) => (false, false),
            SubjectId::Group(_) => (false, true),
        };
        let role = made.role;
        let viewer_or = |other| role == Role::Viewer || role == other;
        let rank = grant.rank() >= MANAGER
            && (role.rank() < grant.rank() || grant.role == Role::Owner)
            && self.scopes.covers(grant.scope, made.scope);
        let place = match scope.kind {
            ScopeType::Team => role != Role::Guest && (role != Role::Auditor || user),
            ScopeType::Made(ScopeKind::Vault) => role != Role::Auditor,
            ScopeType::Made(ScopeKind::Item) => viewer_or(Role::Guest),
            ScopeType::Made(ScopeKind::Group) => {
                user && role != Role::Guest && role != Role::Auditor
            }
            ScopeType::Made(ScopeKind::Personal) => role != Role::Guest && role != Role::Auditor,
            // Built-in and user scopes are not grantable.
            ScopeType::BuiltIn | ScopeType::User(_) => false,
        };
        (rank && place && (!group || viewer_or(Role::Editor))).into()
    }

    /// An invitation is answered under the grant that it was written under, or by an admin of the
    /// team: whoever else could cite it would reach beyond his own scope by it.
    fn right_to_answer(&self, entry: &Entry, made: &body::Grant, grant: &Granted<'_>) -> Right {
        let Some(invite) = made.invite else {
            return Right::Yes;
        };
        match self.chains.entry(invite) {
            None => Right::Missing,
            Some(invite) => {
                let own = invite.grant.is_some() && invite.grant == entry.grant;
                let admin = grant.rank() >= ADMIN && grant.scope == self.facts.team_scope();
                (matches!(invite.body, Body::Invite(_)) && (own || admin)).into()
            }
        }
    }

    fn right_to_create(&self, create: &body::ScopeCreate, grant: &Granted<'_>) -> Right {
        let team = self.facts.team_scope();
        match (create.kind, create.parent) {
            // Any live user, under a direct grant of the team's tree.
            (ScopeKind::Personal, parent) => {
                (parent.is_none() && grant.subject.user().is_some() && !grant.personal).into()
            }
            (_, None) => Right::No,
            (kind, Some(parent)) => match self.scopes.get(parent) {
                None => Right::Missing,
                Some(_) if kind != ScopeKind::Item => {
                    (parent == team && grant.scope == team && grant.rank() >= ADMIN).into()
                }
                Some(within) if !within.kind.is_home() => Right::No,
                Some(_) => self.reaches(grant, MANAGER, parent),
            },
        }
    }
}
