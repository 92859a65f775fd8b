//! Who can open a vault or one item, and changing that.

use conclave_core::{
    id::{ItemId, ScopeId, UserId},
    role,
};

use super::{fields, items::person};
use crate::{
    api::{
        AppError, Code, KeyState, Role,
        people::{Candidate, Scope, ShareEntry, ShareView, Via},
    },
    convert::{item_id, scope_id, user_id},
    engine::Engine,
    random,
    session::App,
};

/// A scope that is looked at: a vault, or an item in its vault.
enum Target {
    Vault(ScopeId),
    Item(ItemId, ScopeId),
}

impl Target {
    fn of(engine: &Engine, scope: &Scope) -> Result<Self, AppError> {
        match scope {
            Scope::Vault { id } => Ok(Self::Vault(scope_id(id)?)),
            Scope::Item { id } => {
                let item = item_id(id)?;
                let home = engine.replica().item(&item).ok_or(Code::NotFound)?.home;
                Ok(Self::Item(item, home))
            }
        }
    }

    const fn home(&self) -> ScopeId {
        match self {
            Self::Vault(scope) | Self::Item(_, scope) => *scope,
        }
    }
}

fn entry(engine: &Engine, user: UserId, role: Role, via: Via, revocable: bool) -> ShareEntry {
    let me = engine.replica().me().user;
    ShareEntry {
        person: person(engine, Some(user)),
        key_state: engine.key_state(user),
        role,
        via,
        can_revoke: revocable && user != me,
    }
}

fn view(engine: &Engine, scope: &Scope) -> Result<ShareView, AppError> {
    let target = Target::of(engine, scope)?;
    let replica = engine.replica();
    let (rights, home) = (replica.rights(), target.home());
    let me = replica.me().user;
    let manages = replica.authority(me, home).manage;
    let grants = rights.live_grants();
    let role_on = |user: UserId, scope: ScopeId| -> Option<Role> {
        let grants = grants
            .iter()
            .filter(|g| g.user == Some(user) && g.scope == scope);
        grants
            .map(|g| g.role)
            .max_by_key(|r| r.rank())
            .map(Role::from)
    };
    let in_vault = matches!(target, Target::Item(..));
    let mut entries: Vec<ShareEntry> = rights
        .readers(home)
        .into_iter()
        .map(|user| {
            let role = role_on(user, home).unwrap_or(Role::Viewer);
            let via = if in_vault { Via::Vault } else { Via::Direct };
            entry(engine, user, role, via, manages && !in_vault)
        })
        .collect();
    let (mut title, mut kind) = (String::new(), None);
    if let Target::Item(item, _) = target {
        let row = engine.rows().get(&item).ok_or(Code::NotFound)?;
        title = row.overview.title.expose().chars().take(200).collect();
        kind = Some(fields::kind_of(row.overview.template));
        for own in replica.item_scopes(item) {
            let direct = grants
                .iter()
                .filter(|g| g.scope == own)
                .filter_map(|g| g.user);
            for user in direct {
                if !entries.iter().any(|e| e.person.user == user.to_string()) {
                    entries.push(entry(engine, user, Role::Viewer, Via::Direct, manages));
                }
            }
        }
    }
    let named = engine.names().scope(home);
    let vault_name = named.map(|n| n.name.clone()).unwrap_or_default();
    if !in_vault {
        title.clone_from(&vault_name);
    }
    let candidates = rights
        .users()
        .filter(|user| *user != rights.own0() && replica.team_role(*user).is_some())
        .filter(|user| !entries.iter().any(|e| e.person.user == user.to_string()))
        .map(|user| Candidate {
            person: person(engine, Some(user)),
            key_state: engine.key_state(user),
            key_change: engine.key_change(user),
        })
        .collect();
    let roles = if in_vault {
        vec![Role::Viewer]
    } else {
        let may = replica.roles_to_give(home);
        let all = [role::Role::Viewer, role::Role::Editor, role::Role::Manager];
        all.into_iter()
            .filter(|r| may.contains(r))
            .map(Role::from)
            .collect()
    };
    Ok(ShareView {
        scope: scope.clone(),
        title,
        kind,
        vault_name,
        vault_colour: named.map_or(1, |n| n.colour),
        can_share: manages,
        roles,
        entries,
        candidates,
    })
}

impl App {
    /// Who can open it.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn share_get(&self, scope: &Scope) -> Result<ShareView, AppError> {
        self.with(|engine| view(engine, scope))
    }

    /// Lets somebody of the team open it.
    ///
    /// # Errors
    /// [`Code::NotAllowed`], [`Code::NotFound`]; [`Code::KeyNotVerified`] for somebody whose key no
    /// code has proven; [`Code::KeyChanged`] for other keys or another name than were confirmed.
    pub fn share_grant(
        &self,
        scope: &Scope,
        user: &str,
        role: Role,
    ) -> Result<ShareView, AppError> {
        let user = user_id(user)?;
        self.check_fresh()?;
        self.with(|engine| {
            let target = Target::of(engine, scope)?;
            if engine.replica().team_role(user).is_none() {
                return Err(Code::NotFound.into());
            }
            engine.check_pin(user)?;
            if engine.key_state(user) == KeyState::NotVerified {
                let name = person(engine, Some(user)).name;
                return Err(AppError::from(Code::KeyNotVerified).arg("name", name));
            }
            engine.commit(|replica, now| match target {
                Target::Vault(scope) => {
                    replica.grant(user, scope, role.into(), now, &mut random::os())
                }
                Target::Item(item, _) => replica
                    .share_item(item, user, now, &mut random::os())
                    .map(drop),
            })?;
            view(engine, scope)
        })
    }

    /// Takes it away, and gives what is left a new key.
    ///
    /// # Errors
    /// [`Code::NotAllowed`], [`Code::NotFound`].
    pub fn share_revoke(&self, scope: &Scope, user: &str) -> Result<ShareView, AppError> {
        let user = user_id(user)?;
        self.with(|engine| {
            let target = Target::of(engine, scope)?;
            engine.commit(|replica, now| match target {
                Target::Vault(scope) => replica.revoke(user, scope, now, &mut random::os()),
                Target::Item(item, _) => {
                    let scopes = replica.item_scopes(item);
                    scopes
                        .into_iter()
                        .try_for_each(|scope| replica.revoke(user, scope, now, &mut random::os()))
                }
            })?;
            view(engine, scope)
        })
    }
}
