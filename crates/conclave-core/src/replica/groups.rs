//! Groups: people who are granted things together.
//!
//! A group is a scope whose readers are its members. What is granted to it is boxed to its key, so
//! whoever joins is boxed one key however many vaults the group opens.

use rand_core::CryptoRng;

use super::{Replica, WriteError};
use crate::{
    body::ScopeKind,
    id::{ScopeId, UserId},
    role::Role,
};

impl Replica {
    /// The team's groups.
    #[must_use]
    pub fn groups(&self) -> Vec<ScopeId> {
        let scopes = self.rights.scopes().into_iter();
        scopes
            .filter(|s| s.kind == ScopeKind::Group && s.counts)
            .map(|s| s.id)
            .collect()
    }

    /// The people in a group.
    #[must_use]
    pub fn members(&self, group: ScopeId) -> Vec<UserId> {
        self.rights.readers(group)
    }

    /// Makes a group with its creator as manager, and so as its first member.
    ///
    /// # Errors
    /// [`WriteError::NotAllowed`] below admin.
    pub fn create_group(
        &mut self,
        name: &str,
        colour: u8,
        now: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<ScopeId, WriteError> {
        self.create_named(ScopeKind::Group, (name, colour), now, rng)
    }

    /// Puts somebody into a group: they read, and where the group may they write, whatever is
    /// granted to it.
    ///
    /// # Errors
    /// [`WriteError::NotAllowed`] for somebody who does not manage the group,
    /// [`WriteError::NotFound`] for what is no group.
    pub fn add_member(
        &mut self,
        group: ScopeId,
        user: UserId,
        now: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), WriteError> {
        if !self.rights.is_group(group) {
            return Err(WriteError::NotFound);
        }
        self.grant(user, group, Role::Viewer, None, now, rng)
    }

    /// Takes somebody out of a group; the group and all that is granted to it get new keys.
    ///
    /// # Errors
    /// [`WriteError::NotAllowed`] when the membership is not this person's to end.
    pub fn remove_member(
        &mut self,
        group: ScopeId,
        user: UserId,
        now: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), WriteError> {
        if !self.rights.is_group(group) {
            return Err(WriteError::NotFound);
        }
        self.revoke(user, group, now, rng)
    }
}
