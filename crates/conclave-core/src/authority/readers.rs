//! Who reads a scope, and which devices are entitled to its keys.

use std::collections::BTreeSet;

use super::{
    facts::TeamFacts,
    level::Level,
    scopes::{ScopeType, Scopes},
    state::{GrantState, State},
};
use crate::{
    body::{Grant, ScopeKind},
    id::{DeviceId, GrantId, ScopeId, SubjectId},
    role::Role,
};

/// What decides which scopes a grant makes its subject a reader of. Coverage is authority, not
/// reading: an admin of the team reads no vault by that.
#[derive(Clone, Copy)]
pub(super) struct Conferral {
    subject: SubjectId,
    scope: ScopeId,
    role: Role,
    personal: bool,
}

impl Conferral {
    pub(super) const fn of(subject: SubjectId, scope: ScopeId, role: Role, personal: bool) -> Self {
        Self {
            subject,
            scope,
            role,
            personal,
        }
    }

    /// Would it make its subject a reader of `scope`, whether or not it is live?
    pub(super) fn confers(self, facts: &TeamFacts, scopes: &Scopes, scope: ScopeId) -> bool {
        let team = self.scope == facts.team_scope();
        if scope == facts.directory {
            let machine = matches!(self.subject, SubjectId::Machine(_));
            return !self.personal && self.role != Role::Guest && !machine;
        }
        if scope == facts.audit {
            return team && matches!(self.role, Role::Auditor | Role::Owner);
        }
        if scope == facts.admins {
            return team && self.role.rank() >= Role::Admin.rank();
        }
        scopes.get(scope).is_some_and(|state| match state.kind {
            ScopeType::Made(ScopeKind::Item) => {
                self.scope == scope || state.parent == Some(self.scope)
            }
            ScopeType::Made(_) => self.scope == scope,
            ScopeType::Team | ScopeType::BuiltIn | ScopeType::User(_) => false,
        })
    }
}

impl State {
    /// Would this grant make its subject a reader of the scope, whether or not it is live?
    #[must_use]
    pub fn confers(&self, grant: GrantId, scope: ScopeId) -> bool {
        self.grant(grant)
            .is_some_and(|grant| self.confers_by(grant, scope))
    }

    /// Would a Grant of the team's tree do so if it counted?
    pub(crate) fn would_confer(&self, grant: &Grant, scope: ScopeId) -> bool {
        let how = Conferral::of(grant.subject.id(), grant.scope, grant.role, false);
        how.confers(&self.facts, &self.scopes, scope)
    }

    fn confers_by(&self, grant: &GrantState, scope: ScopeId) -> bool {
        let how = Conferral::of(grant.subject, grant.scope, grant.role, grant.personal);
        how.confers(&self.facts, &self.scopes, scope)
    }

    /// Users and machines that read a scope, groups expanded.
    #[must_use]
    pub fn readers(&self, scope: ScopeId) -> BTreeSet<SubjectId> {
        self.read_by(scope, Level::Sure)
    }

    /// The same with those whose being out is not settled, because entries are missing: nothing is
    /// sealed to them anew, and they are no reason for a new key.
    #[must_use]
    pub fn maybe_readers(&self, scope: ScopeId) -> BTreeSet<SubjectId> {
        self.read_by(scope, Level::Provisional)
    }

    fn read_by(&self, scope: ScopeId, least: Level) -> BTreeSet<SubjectId> {
        let counts = |scope: ScopeId| self.scope(scope).is_some_and(|s| s.level >= least);
        let mut readers = BTreeSet::new();
        if !counts(scope) {
            return readers;
        }
        for grant in self.grants_that_may_confer(scope) {
            if !grant.holds(least) || !self.confers_by(grant, scope) {
                continue;
            }
            match grant.subject {
                SubjectId::Group(group) if counts(group) => {
                    let members = self.grants_on(group).filter(|member| member.holds(least));
                    readers.extend(members.map(|member| member.subject));
                }
                SubjectId::Group(_) => {}
                reader => {
                    readers.insert(reader);
                }
            }
        }
        // The recovery owner is never a recipient of anything.
        readers.remove(&SubjectId::User(self.facts.own0));
        readers
    }

    /// The groups whose members read a scope that is sure: only such a one has a usable key, and so
    /// does a group that keys are sealed to.
    #[must_use]
    pub fn reading_groups(&self, scope: ScopeId) -> BTreeSet<ScopeId> {
        self.grants_that_may_confer(scope)
            .filter(|grant| grant.live() && self.confers_by(grant, scope))
            .filter_map(|grant| match grant.subject {
                SubjectId::Group(group) => Some(group),
                _ => None,
            })
            .collect()
    }

    /// A superset of the grants that make readers of a scope, without looking at all of them.
    fn grants_that_may_confer(&self, scope: ScopeId) -> Box<dyn Iterator<Item = &GrantState> + '_> {
        if scope == self.facts.directory {
            return Box::new(self.grants());
        }
        if scope == self.facts.audit || scope == self.facts.admins {
            return Box::new(self.grants_on(self.facts.team_scope()));
        }
        let item = self
            .scope(scope)
            .filter(|s| s.kind == ScopeType::Made(ScopeKind::Item));
        let within = item.and_then(|item| item.parent);
        Box::new(
            self.grants_on(scope)
                .chain(within.into_iter().flat_map(|v| self.grants_on(v))),
        )
    }

    /// The devices that are entitled to the keys of a scope.
    #[must_use]
    pub fn devices(&self, scope: ScopeId) -> BTreeSet<DeviceId> {
        self.entitled(scope, Level::Sure)
    }

    /// The same with those whose being out is not settled.
    #[must_use]
    pub fn maybe_devices(&self, scope: ScopeId) -> BTreeSet<DeviceId> {
        self.entitled(scope, Level::Provisional)
    }

    fn entitled(&self, scope: ScopeId, least: Level) -> BTreeSet<DeviceId> {
        let of_user = |user| {
            let tree = if user == self.facts.own0 {
                &[]
            } else {
                self.tree(user)
            };
            tree.iter()
                .filter(|device| device.holds(least))
                .map(|device| device.id)
        };
        if let Some(ScopeType::User(user)) = self.scope(scope).map(|s| s.kind) {
            return of_user(user).collect();
        }
        let mut devices = BTreeSet::new();
        for reader in self.read_by(scope, least) {
            match reader {
                SubjectId::Machine(device) => {
                    devices.insert(device);
                }
                SubjectId::User(user) => devices.extend(of_user(user)),
                SubjectId::Group(_) => {}
            }
        }
        devices
    }
}
