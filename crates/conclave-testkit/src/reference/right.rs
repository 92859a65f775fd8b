//! The right that the body of an authority entry needs.

use conclave_core::{
    body::{self, Body, ScopeKind},
    entry::Entry,
    id::{ScopeId, SubjectId},
    role::Role,
};

use super::{Placed, ScopeType, State};

impl State<'_> {
    /// True, false, or none while an object that the body names is missing.
    pub(super) fn right(&self, x: &Entry, g: &Placed) -> Option<bool> {
        match &x.body {
            Body::Grant(subject, grant) => self.right_to_grant(x, *subject, grant, g),
            Body::ScopeCreate(_, create) => self.right_to_create(create, g),
            Body::RemoveUser(remove) => {
                let need = if remove.scope == self.facts.team_scope() {
                    4
                } else {
                    3
                };
                self.scopes.get(&remove.scope)?;
                Some(g.rank() >= need && self.covers(g.scope, remove.scope))
            }
            Body::Revoke(revoke) => {
                let t = revoke.target;
                let scope = if self.facts.roots.iter().any(|(root, _)| *root == t) {
                    self.facts.team_scope()
                } else if let Some(entry) = self.e.get(&t.as_entry()) {
                    match &entry.body {
                        Body::Grant(_, grant) => grant.scope,
                        _ => return Some(false),
                    }
                } else if self.scopes.contains_key(&t.as_scope()) {
                    return Some(false); // implicit owner grants cannot be revoked
                } else {
                    return None;
                };
                self.scopes.get(&scope)?;
                Some(g.rank() >= 3 && self.covers(g.scope, scope))
            }
            _ => Some(false),
        }
    }

    fn right_to_grant(
        &self,
        x: &Entry,
        subject: SubjectId,
        b: &body::Grant,
        g: &Placed,
    ) -> Option<bool> {
        let scope_subject = match subject {
            SubjectId::Group(scope) => Some(scope),
            _ => None,
        };
        let group = scope_subject.is_some_and(|s| self.is_group(s));
        if scope_subject.is_some_and(|s| self.scopes.contains_key(&s)) && !group {
            return Some(false);
        }
        let kind = self.kind_of(b.scope)?;
        if b.cites.iter().any(|c| !self.e.contains_key(c)) {
            return None;
        }
        let user = subject
            .user()
            .is_some_and(|u| self.facts.users.contains_key(&u));
        let machine = matches!(subject, SubjectId::Machine(d) if self.facts.machines.contains(&d));
        if !group && !user && !machine {
            return None;
        }
        if let Some(invite) = b.invite {
            // Under the grant of the invitation, or by an admin of the team.
            let invite = self.e.get(&invite)?;
            let own = invite.grant.is_some() && invite.grant == x.grant;
            let admin = g.rank() >= 4 && g.scope == self.facts.team_scope();
            if !matches!(invite.body, Body::Invite(_)) || !(own || admin) {
                return Some(false);
            }
        }
        let (role, made) = (
            b.role,
            match kind {
                ScopeType::Made(made) => Some(made),
                ScopeType::Team => None,
                ScopeType::BuiltIn | ScopeType::User(_) => return Some(false),
            },
        );
        Some(
            g.rank() >= 3
                && (role.rank() < g.rank() || g.rank() == 5)
                && self.covers(g.scope, b.scope)
                && (!group || matches!(role, Role::Viewer | Role::Editor))
                && (made != Some(ScopeKind::Group) || (user && role != Role::Guest))
                && (made != Some(ScopeKind::Item) || matches!(role, Role::Viewer | Role::Guest))
                && (role != Role::Auditor || (made.is_none() && user))
                && (role != Role::Guest
                    || matches!(
                        made,
                        Some(ScopeKind::Vault | ScopeKind::Item | ScopeKind::Group)
                    )),
        )
    }

    fn right_to_create(&self, b: &body::ScopeCreate, g: &Placed) -> Option<bool> {
        let by_user = g
            .subject
            .user()
            .is_some_and(|u| self.facts.users.contains_key(&u));
        if b.kind == ScopeKind::Personal {
            return Some(b.parent.is_none() && by_user && !g.personal);
        }
        let Some(parent) = b.parent else {
            return Some(false);
        };
        let kind = self.kind_of(parent)?;
        let team = self.facts.team_scope();
        Some(match b.kind {
            ScopeKind::Vault | ScopeKind::Group => {
                parent == team && g.rank() >= 4 && g.scope == team
            }
            ScopeKind::Item => {
                matches!(
                    kind,
                    ScopeType::Made(ScopeKind::Vault | ScopeKind::Personal)
                ) && g.rank() >= 3
                    && self.covers(g.scope, parent)
            }
            ScopeKind::Personal => false,
        })
    }

    /// Is this scope a group?
    pub(super) fn is_group(&self, scope: ScopeId) -> bool {
        self.kind_of(scope) == Some(ScopeType::Made(ScopeKind::Group))
    }
}
