//! Which of one's own grants an entry is written under.

use super::{GrantView, Replica, Who, writing::Under};
use crate::{
    id::{GrantId, ScopeId, UserId},
    role::Role,
};

/// What a person may do in a scope, as buttons need to know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Authority {
    /// Reads the scope's items.
    pub read: bool,
    /// Writes items.
    pub write: bool,
    /// Admits and removes people here.
    pub manage: bool,
    /// The highest rank here.
    pub rank: u8,
}

impl Replica {
    /// Live grants that work for this person or machine: their own, and those of a person's groups
    /// with the membership.
    pub(super) fn working_grants(&self) -> Vec<(GrantView, Option<GrantId>)> {
        let me = Some(self.acts_as);
        let all = self.rights.live_grants();
        let mut out = Vec::new();
        for grant in &all {
            if grant.who() == me {
                out.push((grant.clone(), None));
            } else if let Some(group) = grant.group {
                let member = all.iter().find(|m| m.scope == group && m.who() == me);
                if let Some(member) = member {
                    out.push((grant.clone(), Some(member.id)));
                }
            }
        }
        out
    }

    /// The strongest working grant that satisfies a condition; of equals the one that lasts longest,
    /// since what is written under a grant and nobody has seen when it ends is set aside.
    pub(super) fn best(&self, fits: impl Fn(&GrantView) -> bool) -> Under {
        self.working_grants()
            .into_iter()
            .filter(|(grant, _)| fits(grant))
            .max_by_key(|(grant, member)| {
                (
                    grant.role.rank(),
                    grant.expires_ms.unwrap_or(u64::MAX),
                    member.is_none(),
                    core::cmp::Reverse(grant.id),
                )
            })
            .map(|(grant, member)| (grant.id, member))
    }

    /// For items of a home scope: a grant on exactly it, editor or above.
    pub(super) fn under_write(&self, home: ScopeId) -> Under {
        self.best(|g| g.scope == home && g.role.rank() >= 2)
    }

    /// For keys of a scope: a grant that makes its subject a reader.
    pub(super) fn under_read(&self, scope: ScopeId) -> Under {
        self.best(|g| self.rights.confers(g.id, scope))
    }

    /// For authority over a scope: a direct grant of at least this rank that covers it.
    pub(super) fn under_authority(&self, scope: ScopeId, rank: u8) -> Under {
        self.best(|g| {
            g.user.is_some() && g.role.rank() >= rank && self.rights.covers(g.scope, scope)
        })
    }

    /// For granting a role in a scope (Authority, rule 3). Where it answers an Invite that was written
    /// under `asked` only under that grant or as a team admin: another grant of the same person may
    /// reach further.
    pub(super) fn under_grant(&self, scope: ScopeId, role: Role, asked: Option<GrantId>) -> Under {
        let team = self.team_scope();
        self.best(|g| {
            g.user.is_some()
                && g.role.rank() >= 3
                && (role.rank() < g.role.rank() || g.role == Role::Owner)
                && self.rights.covers(g.scope, scope)
                && (asked.is_none_or(|asked| asked == g.id)
                    || (g.role.rank() >= 4 && g.scope == team))
        })
    }

    /// For entries that need no particular right: any direct grant. Nothing ends the owner's of a
    /// personal vault, so what is written under it never shows as written after a removal.
    pub(super) fn under_any(&self) -> Under {
        self.best(|g| g.group.is_none() && !g.personal)
            .or_else(|| self.best(|g| g.group.is_none()))
    }

    /// What a user may do in a scope.
    #[must_use]
    pub fn authority(&self, user: UserId, scope: ScopeId) -> Authority {
        self.authority_of(Who::User(user), scope)
    }

    /// What this person, or this machine, may do in a scope.
    pub(super) fn own_authority(&self, scope: ScopeId) -> Authority {
        self.authority_of(self.acts_as, scope)
    }

    fn authority_of(&self, who: Who, scope: ScopeId) -> Authority {
        let who = Some(who);
        let all = self.rights.live_grants();
        let mut out = Authority::default();
        for grant in &all {
            let direct = grant.who() == who;
            let by_group = grant
                .group
                .is_some_and(|group| all.iter().any(|m| m.scope == group && m.who() == who));
            if !direct && !by_group {
                continue;
            }
            let rank = grant.role.rank();
            if self.rights.confers(grant.id, scope) {
                out.read = true;
                out.write |= rank >= 2 && grant.scope == scope;
                out.rank = out.rank.max(rank);
            }
            if direct && rank >= 3 && self.rights.covers(grant.scope, scope) {
                out.manage = true;
                out.rank = out.rank.max(rank);
            }
        }
        out
    }

    /// The roles that this person may give in a scope, strongest first.
    #[must_use]
    pub fn roles_to_give(&self, scope: ScopeId) -> Vec<Role> {
        let all = [
            Role::Owner,
            Role::Admin,
            Role::Manager,
            Role::Editor,
            Role::Viewer,
        ];
        all.into_iter()
            .filter(|role| self.under_grant(scope, *role, None).is_some())
            .collect()
    }

    /// The highest role of a user on the whole team; none for somebody who is not in it.
    #[must_use]
    pub fn team_role(&self, user: UserId) -> Option<Role> {
        let team = ScopeId::new(*self.team.as_bytes());
        self.rights
            .live_grants()
            .into_iter()
            .filter(|g| g.user == Some(user) && g.scope == team)
            .map(|g| g.role)
            .max_by_key(|role| role.rank())
    }

    /// What a user is to the team: the role on all of it, or guest for somebody who only views
    /// what was named to them; none for somebody who is not here.
    #[must_use]
    pub fn standing(&self, user: UserId) -> Option<Role> {
        let live = self.rights.live_grants();
        let guest = live
            .iter()
            .any(|g| g.user == Some(user) && !g.personal && g.role == Role::Guest);
        self.team_role(user).or(guest.then_some(Role::Guest))
    }
}
