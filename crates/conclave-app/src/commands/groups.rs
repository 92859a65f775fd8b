//! Groups: making one, who is in it, and the vaults that it opens.
//!
//! Whoever is added gets the keys of all that the group opens, and whatever a group is given each
//! of its members gets: both are checked as sharing is.

use conclave_core::{
    id::{ScopeId, UserId},
    replica::Who,
    role,
};

use super::items::person;
use crate::{
    api::{
        AppError, Code, Role,
        groups::{
            GroupCandidate, GroupCreate, GroupGive, GroupMember, GroupPerson, GroupRename,
            GroupRow, GroupTake, GroupVault, GroupView, GroupsView,
        },
    },
    convert::{count, scope_id, user_id},
    engine::Engine,
    random,
    session::App,
};

/// What somebody is in one place, and by what.
pub(super) struct Access {
    /// By a grant of their own.
    pub(super) direct: Option<role::Role>,
    /// Through groups.
    pub(super) groups: Vec<(ScopeId, role::Role)>,
}

/// A vault that a group opens.
struct Opened {
    vault: ScopeId,
    role: role::Role,
    expires_ms: Option<u64>,
}

impl Access {
    /// The strongest of it.
    pub(super) fn role(&self) -> Option<role::Role> {
        let groups = self.groups.iter().map(|(_, role)| *role);
        self.direct
            .into_iter()
            .chain(groups)
            .max_by_key(|role| role.rank())
    }
}

impl Engine {
    /// How somebody comes to a place.
    pub(super) fn access_to(&self, user: UserId, scope: ScopeId) -> Access {
        let replica = self.replica();
        let grants = replica.rights().live_grants();
        let here = || grants.iter().filter(|g| g.scope == scope);
        let direct = here().filter(|g| g.user == Some(user)).map(|g| g.role);
        let mut groups: Vec<(ScopeId, role::Role)> = here()
            .filter_map(|g| Some((g.group?, g.role)))
            .filter(|(group, _)| replica.members(*group).contains(&user))
            .collect();
        // Of one group the strongest, which comes first.
        groups.sort_by_key(|(group, role)| (*group, core::cmp::Reverse(role.rank())));
        groups.dedup_by_key(|(group, _)| *group);
        Access {
            direct: direct.max_by_key(|role| role.rank()),
            groups,
        }
    }

    /// The groups through which somebody comes to a place, by name.
    pub(super) fn through(&self, user: UserId, scope: ScopeId) -> Vec<String> {
        let access = self.access_to(user, scope);
        let named = access
            .groups
            .iter()
            .map(|(group, _)| self.chip(*group).name);
        let mut named: Vec<String> = named.collect();
        named.sort_by_key(|name| name.to_lowercase());
        named
    }

    fn group(&self, group: &str) -> Result<ScopeId, AppError> {
        let group = scope_id(group)?;
        let known = self.replica().groups().contains(&group);
        known.then_some(group).ok_or_else(|| Code::NotFound.into())
    }

    /// The vaults that a group opens: of two grants the stronger role, and the later end.
    fn opened_by(&self, group: ScopeId) -> Vec<Opened> {
        let grants = self.replica().rights().live_grants();
        let mut opened: Vec<Opened> = Vec::new();
        for grant in grants.iter().filter(|g| g.group == Some(group)) {
            match opened.iter_mut().find(|o| o.vault == grant.scope) {
                None => opened.push(Opened {
                    vault: grant.scope,
                    role: grant.role,
                    expires_ms: grant.expires_ms,
                }),
                Some(known) => {
                    let both = known.expires_ms.zip(grant.expires_ms);
                    known.expires_ms = both.map(|(one, other)| one.max(other));
                    if grant.role.rank() > known.role.rank() {
                        known.role = grant.role;
                    }
                }
            }
        }
        opened
    }

    fn makes_groups(&self) -> bool {
        let replica = self.replica();
        let role = replica.team_role(replica.me().user);
        role.is_some_and(|role| role.rank() >= 4)
    }

    fn groups_view(&self) -> GroupsView {
        let replica = self.replica();
        let row = |group: ScopeId| {
            let chip = self.chip(group);
            let mut members: Vec<_> = replica
                .members(group)
                .into_iter()
                .map(|user| person(self, Some(user)))
                .collect();
            members.sort_by_key(|one| (!one.me, one.name.to_lowercase()));
            GroupRow {
                id: chip.id,
                name: chip.name,
                colour: chip.colour,
                members,
                vaults: count(self.opened_by(group).len()),
            }
        };
        let mut groups: Vec<GroupRow> = replica.groups().into_iter().map(row).collect();
        groups.sort_by_key(|g| (g.name.to_lowercase(), g.id.clone()));
        GroupsView {
            groups,
            can_create: self.makes_groups(),
        }
    }

    fn group_view(&self, group: ScopeId) -> GroupView {
        let replica = self.replica();
        let rights = replica.rights();
        let me = replica.me().user;
        let can_manage = replica.authority(me, group).manage;
        let inside = replica.members(group);
        let mut members: Vec<GroupMember> = inside
            .iter()
            .map(|user| GroupMember {
                person: person(self, Some(*user)),
                key_state: self.key_state(*user),
                manages: replica.authority(*user, group).manage,
                can_remove: replica.may_remove(*user, group).is_ok(),
            })
            .collect();
        members.sort_by_key(|m| (!m.person.me, m.person.name.to_lowercase()));
        let mine = self.visible_scopes();
        let opened = self.opened_by(group);
        let manages = |vault: ScopeId| replica.authority(me, vault).manage;
        let mut vaults: Vec<GroupVault> = opened
            .iter()
            .filter(|o| mine.contains(&o.vault))
            .map(|o| GroupVault {
                vault: self.chip(o.vault),
                role: o.role.into(),
                expires_ms: o.expires_ms,
                can_change: manages(o.vault),
            })
            .collect();
        vaults.sort_by_key(|v| v.vault.name.to_lowercase());
        let hidden_vaults = count(opened.len() - vaults.len());
        let in_team = |user: &UserId| *user != rights.own0() && replica.team_role(*user).is_some();
        let mut candidates: Vec<GroupCandidate> = rights
            .users()
            .filter(|user| can_manage && in_team(user) && !inside.contains(user))
            .map(|user| GroupCandidate {
                person: person(self, Some(user)),
                key_state: self.key_state(user),
            })
            .collect();
        candidates.sort_by_key(|c| c.person.name.to_lowercase());
        let known = replica.vaults();
        let mut offered: Vec<_> = known
            .iter()
            .filter(|v| !v.personal && manages(v.scope))
            .filter(|v| !opened.iter().any(|o| o.vault == v.scope))
            .map(|v| self.chip(v.scope))
            .collect();
        offered.sort_by_key(|vault| vault.name.to_lowercase());
        let chip = self.chip(group);
        GroupView {
            id: chip.id,
            name: chip.name,
            colour: chip.colour,
            members,
            vaults,
            hidden_vaults,
            can_manage,
            candidates,
            offered,
        }
    }
}

impl App {
    /// The groups of the team.
    ///
    /// # Errors
    /// [`Code::Locked`].
    pub fn group_list(&self) -> Result<GroupsView, AppError> {
        self.with(|engine| Ok(engine.groups_view()))
    }

    /// One group: who is in it and what it opens.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn group_get(&self, group: &str) -> Result<GroupView, AppError> {
        self.with(|engine| Ok(engine.group_view(engine.group(group)?)))
    }

    /// Makes a group with its maker in it.
    ///
    /// # Errors
    /// [`Code::Empty`], [`Code::TooLong`], [`Code::NotAllowed`] below admin.
    pub fn group_create(&self, request: &GroupCreate) -> Result<GroupView, AppError> {
        crate::session::check_name("name", &request.name)?;
        self.with(|engine| {
            if !engine.makes_groups() {
                return Err(Code::NotAllowed.into());
            }
            let made = engine.replica().groups().len();
            let colour = u8::try_from(made % 3).unwrap_or(0) + 1;
            let group = engine.commit(|replica, now| {
                replica.create_group(&request.name, colour, now, &mut random::os())
            })?;
            Ok(engine.group_view(group))
        })
    }

    /// Gives a group another name.
    ///
    /// # Errors
    /// [`Code::NotAllowed`] for somebody who does not manage it.
    pub fn group_rename(&self, request: &GroupRename) -> Result<GroupView, AppError> {
        crate::session::check_name("name", &request.name)?;
        self.with(|engine| {
            let group = engine.group(&request.group)?;
            let colour = engine.chip(group).colour;
            engine.commit(|replica, now| {
                replica.rename_vault(group, &request.name, colour, now, &mut random::os())
            })?;
            Ok(engine.group_view(group))
        })
    }

    /// Puts somebody of the team into a group: they get the keys of all that it opens.
    ///
    /// # Errors
    /// [`Code::NotAllowed`] for somebody who does not manage it; and as for sharing.
    pub fn group_add(&self, request: &GroupPerson) -> Result<GroupView, AppError> {
        let user = user_id(&request.user)?;
        self.check_fresh()?;
        self.with(|engine| {
            let group = engine.group(&request.group)?;
            if engine.replica().team_role(user).is_none() {
                return Err(Code::NotFound.into());
            }
            engine.check_keys(Who::User(user))?;
            engine
                .commit(|replica, now| replica.add_member(group, user, now, &mut random::os()))?;
            Ok(engine.group_view(group))
        })
    }

    /// Takes somebody out of a group, and gives what it opens new keys.
    ///
    /// # Errors
    /// [`Code::NotAllowed`] for somebody who does not manage it.
    pub fn group_remove_member(&self, request: &GroupPerson) -> Result<GroupView, AppError> {
        let user = user_id(&request.user)?;
        // What they did until now is to stay, as far as it can be reached.
        let _ = self.sync_now();
        self.with(|engine| {
            let group = engine.group(&request.group)?;
            engine.commit_ending(|replica, now| {
                replica.remove_member(group, user, now, &mut random::os())
            })?;
            Ok(engine.group_view(group))
        })
    }

    /// Lets a group open a vault, or changes what its members may do there.
    ///
    /// # Errors
    /// [`Code::NotAllowed`] for somebody who does not manage the vault, and for a role that no
    /// group holds; and as for sharing, for each member.
    pub fn group_give(&self, request: &GroupGive) -> Result<GroupView, AppError> {
        let vault = scope_id(&request.vault)?;
        let role: role::Role = request.role.into();
        if !matches!(request.role, Role::Viewer | Role::Editor) {
            return Err(Code::NotAllowed.into());
        }
        self.check_fresh()?;
        self.with(|engine| {
            let group = engine.group(&request.group)?;
            let who = Who::Group(group);
            engine.check_keys(who)?;
            let held = engine.opened_by(group).iter().any(|o| o.vault == vault);
            engine.commit(|replica, now| {
                let mut rng = random::os();
                // Another level keeps the day on which it ends.
                if held {
                    replica.change_role(who, vault, role, now, &mut rng)
                } else {
                    replica.grant(who, vault, role, None, now, &mut rng)
                }
            })?;
            Ok(engine.group_view(group))
        })
    }

    /// Closes a vault to a group, and gives it a new key.
    ///
    /// # Errors
    /// [`Code::NotAllowed`] for somebody who does not manage the vault.
    pub fn group_take(&self, request: &GroupTake) -> Result<GroupView, AppError> {
        let vault = scope_id(&request.vault)?;
        let _ = self.sync_now();
        self.with(|engine| {
            let group = engine.group(&request.group)?;
            engine.commit(|replica, now| {
                replica.revoke(Who::Group(group), vault, now, &mut random::os())
            })?;
            Ok(engine.group_view(group))
        })
    }
}
