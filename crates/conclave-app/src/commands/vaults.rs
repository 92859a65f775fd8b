//! Vaults, marks, and the generator.

use std::collections::BTreeSet;

use conclave_core::id::ScopeId;

use super::items::person;
use crate::{
    api::{
        AppError, Code, Role, Text,
        vaults::{OverVault, Vault, VaultCreate, VaultList, VaultRename},
    },
    convert::{count, scope_id},
    engine::Engine,
    random,
    session::App,
};

impl Engine {
    /// Vaults that this person reads, and whose day is not over for them.
    pub(crate) fn visible_scopes(&self) -> BTreeSet<ScopeId> {
        self.shown_vaults()
            .into_iter()
            .map(|vault| vault.scope)
            .collect()
    }

    /// Somebody has taken this person out of the team.
    pub(crate) fn is_out(&self) -> bool {
        self.arrival.is_none() && self.replica.is_out(self.replica.me().user)
    }

    /// Who has, as far as this person may know names.
    pub(crate) fn out_by(&self) -> Option<Text> {
        if !self.is_out() {
            return None;
        }
        let by = self.replica.removed_by(self.replica.me().user)?;
        let name = person(self, Some(by.user)).name;
        if name.is_empty() {
            return None;
        }
        let mut text = Text::plain(if by.mutual { "out_by_mutual" } else { "out_by" });
        text.args.insert("name".into(), name);
        Some(text)
    }

    /// The vaults that this person reads, and after a removal those that they could read.
    fn shown_vaults(&self) -> Vec<conclave_core::replica::Vault> {
        let mut vaults = self.replica.vaults();
        if self.is_out() {
            let past = self.replica.past_vaults();
            vaults.splice(0..0, past);
        }
        vaults.retain(|vault| !self.is_over(vault.scope));
        vaults
    }
}

impl Engine {
    /// What this person could open until a day that is over, the latest first.
    fn over_vaults(&self) -> Vec<OverVault> {
        let mut over = self.all_over();
        over.sort_by_key(|(scope, at)| (core::cmp::Reverse(*at), *scope));
        let named = |scope| Some(self.names().scope(scope)?.name.clone());
        over.into_iter()
            .map(|(scope, at_ms)| OverVault {
                name: named(scope),
                at_ms,
            })
            .collect()
    }
}

fn view(engine: &Engine, scope: ScopeId, personal: bool) -> Vault {
    let (replica, named) = (engine.replica(), engine.names().scope(scope));
    let authority = replica.authority(replica.me().user, scope);
    let role = match authority.rank {
        5 => Role::Owner,
        4 => Role::Admin,
        3 => Role::Manager,
        2 => Role::Editor,
        _ => Role::Viewer,
    };
    let items = engine
        .rows()
        .values()
        .filter(|row| row.overview.home == scope && !row.deleted);
    Vault {
        id: scope.to_string(),
        name: named.map(|n| n.name.clone()).unwrap_or_default(),
        colour: named.map_or(1, |n| n.colour),
        count: count(items.count()),
        personal,
        my_role: role,
        can_edit: authority.write,
        can_manage: authority.manage && !personal,
        people_count: count(replica.rights().readers(scope).len()),
    }
}

impl App {
    /// The sidebar.
    ///
    /// # Errors
    /// [`Code::Locked`].
    pub fn vault_list(&self) -> Result<VaultList, AppError> {
        self.with(|engine| {
            let vaults = engine.shown_vaults();
            let visible = engine.visible_scopes();
            let favourites = engine.favourites();
            let rows = engine.rows();
            let live = || rows.iter().filter(|(_, row)| !row.deleted);
            let mut views: Vec<Vault> = vaults
                .iter()
                .map(|v| view(engine, v.scope, v.personal))
                .collect();
            views.sort_by_key(|v| (v.personal, v.name.to_lowercase(), v.id.clone()));
            Ok(VaultList {
                vaults: views,
                all: count(live().count()),
                favourites: count(live().filter(|(id, _)| favourites.contains(*id)).count()),
                archived: count(rows.values().filter(|row| row.deleted).count()),
                shared: count(
                    live()
                        .filter(|(_, r)| !visible.contains(&r.overview.home))
                        .count(),
                ),
                over: engine.over_vaults(),
            })
        })
    }

    /// Makes a vault.
    ///
    /// # Errors
    /// [`Code::Empty`], [`Code::TooLong`], [`Code::NotAllowed`] below admin.
    pub fn vault_create(&self, request: &VaultCreate) -> Result<Vault, AppError> {
        crate::session::check_name("name", &request.name)?;
        self.with(|engine| {
            let scope = engine.commit(|replica, now| {
                replica.create_vault(&request.name, request.colour, now, &mut random::os())
            })?;
            Ok(view(engine, scope, false))
        })
    }

    /// Gives a vault another name or colour.
    ///
    /// # Errors
    /// [`Code::NotAllowed`] for somebody who does not manage it.
    pub fn vault_rename(&self, request: &VaultRename) -> Result<Vault, AppError> {
        crate::session::check_name("name", &request.name)?;
        let scope = scope_id(&request.vault)?;
        self.with(|engine| {
            let vaults = engine.replica().vaults();
            let known = vaults
                .into_iter()
                .find(|v| v.scope == scope)
                .ok_or(Code::NotFound)?;
            engine.commit(|replica, now| {
                let mut rng = random::os();
                replica.rename_vault(scope, &request.name, request.colour, now, &mut rng)
            })?;
            Ok(view(engine, scope, known.personal))
        })
    }
}
