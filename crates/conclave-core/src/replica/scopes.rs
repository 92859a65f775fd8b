//! Vaults, shared items and personal scopes: making and listing them.

use rand_core::CryptoRng;

use super::{About, Record, Replica, WriteError, sharing::Giving, writing::Under};
use crate::{
    body::{self, Body, ScopeKind, Subject},
    id::{ItemId, ScopeId, SubjectId},
    kind::Kind,
    role::Role,
};

/// A vault as its readers see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vault {
    /// Its scope.
    pub scope: ScopeId,
    /// It is this person's own, and reads as such: whoever else made one may open it to anybody.
    pub personal: bool,
}

impl Replica {
    /// Vaults that this person reads, personal ones last. **Nobody else's personal vault is among
    /// them**: whoever made it could pass it off as this person's own, whose secrets would follow.
    #[must_use]
    pub fn vaults(&self) -> Vec<Vault> {
        let mine = Some(SubjectId::User(self.me.user));
        let mut out: Vec<Vault> = self
            .rights
            .scopes()
            .into_iter()
            .filter(|s| match s.kind {
                ScopeKind::Vault => true,
                ScopeKind::Personal => s.creator == mine,
                _ => false,
            })
            .filter(|s| self.own_authority(s.id).read)
            .map(|s| Vault {
                scope: s.id,
                personal: s.kind == ScopeKind::Personal,
            })
            .collect();
        out.sort_by_key(|v| (v.personal, v.scope));
        out
    }

    /// Vaults that this person does not read any more, and whose items they could read once.
    #[must_use]
    pub fn past_vaults(&self) -> Vec<Vault> {
        let mut out: Vec<Vault> = self
            .rights
            .scopes()
            .into_iter()
            .filter(|s| s.kind == ScopeKind::Vault)
            .filter(|s| !self.own_authority(s.id).read)
            .filter(|s| {
                let epochs = self.rights.epochs(s.id);
                epochs.iter().any(|epoch| self.keyring.holds(epoch))
            })
            .map(|s| Vault {
                scope: s.id,
                personal: false,
            })
            .collect();
        out.sort_by_key(|v| v.scope);
        out
    }

    /// Makes a vault with its creator as manager.
    ///
    /// # Errors
    /// [`WriteError::NotAllowed`] below admin.
    pub fn create_vault(
        &mut self,
        name: &str,
        colour: u8,
        now: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<ScopeId, WriteError> {
        self.create_named(ScopeKind::Vault, (name, colour), now, rng)
    }

    /// A vault or a group: its scope, its creator as manager, its first key, its name.
    pub(super) fn create_named(
        &mut self,
        kind: ScopeKind,
        (name, colour): (&str, u8),
        now: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<ScopeId, WriteError> {
        let team = self.team_scope();
        let under = self.under_authority(team, 4);
        let scope = self.create_scope(kind, Some(team), None, under, now)?;
        let mine = Subject::User {
            user: self.me.user,
            facts: None,
        };
        self.write_grant(Giving::new(mine, scope, Role::Manager), now)?;
        self.mint(scope, now, rng)?;
        self.write_record(
            &Record::new(About::Scope(scope), name, colour, rng),
            now,
            rng,
        )?;
        Ok(scope)
    }

    /// Gives a vault or a group another name or colour.
    ///
    /// # Errors
    /// [`WriteError::NotAllowed`] for somebody who does not manage it.
    pub fn rename_vault(
        &mut self,
        scope: ScopeId,
        name: &str,
        colour: u8,
        now: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), WriteError> {
        if !self.own_authority(scope).manage {
            return Err(WriteError::NotAllowed);
        }
        self.write_record(
            &Record::new(About::Scope(scope), name, colour, rng),
            now,
            rng,
        )
    }

    /// Gives the team another name.
    ///
    /// # Errors
    /// [`WriteError::NotAllowed`] below admin.
    pub fn rename_team(
        &mut self,
        name: &str,
        now: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), WriteError> {
        if self
            .team_role(self.me.user)
            .is_none_or(|role| role.rank() < 4)
        {
            return Err(WriteError::NotAllowed);
        }
        self.write_record(&Record::new(About::Team, name, 0, rng), now, rng)
    }

    /// The team as a scope.
    #[must_use]
    pub const fn team_scope(&self) -> ScopeId {
        ScopeId::new(*self.team.as_bytes())
    }

    /// The scopes that share a single item, in a fixed order. They lie in the item's own vault:
    /// anybody may make a scope elsewhere that names it, and would be given its keys.
    #[must_use]
    pub fn item_scopes(&self, item: ItemId) -> Vec<ScopeId> {
        self.items.scopes_of(&item).collect()
    }

    /// The item that an item scope shares.
    #[must_use]
    pub fn scope_item(&self, scope: ScopeId) -> Option<ItemId> {
        self.entries.values().find_map(|e| match &e.body {
            Body::ScopeCreate(id, create) if *id == scope => create.item,
            _ => None,
        })
    }

    pub(super) fn create_scope(
        &mut self,
        kind: ScopeKind,
        parent: Option<ScopeId>,
        item: Option<ItemId>,
        under: Under,
        now: u64,
    ) -> Result<ScopeId, WriteError> {
        if under.is_none() {
            return Err(WriteError::NotAllowed);
        }
        let create = body::ScopeCreate { kind, parent, item };
        let hash = self.say(Kind::ScopeCreate, under, &create, now)?;
        match self.entries.get(&hash).map(|e| &e.body) {
            Some(Body::ScopeCreate(id, _)) => Ok(*id),
            _ => Err(WriteError::NotFound),
        }
    }
}
