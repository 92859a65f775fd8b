//! Roles and their ranks (docs/format.md, "Authority").

use minicbor::{Decode, Encode};

/// What a grant lets its subject do in its scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Role {
    /// Everything, and making further owners.
    #[n(0)]
    Owner,
    /// Vaults, groups, people.
    #[n(1)]
    Admin,
    /// Admits and removes people within its scope, shares single items.
    #[n(2)]
    Manager,
    /// Reads and writes.
    #[n(3)]
    Editor,
    /// Reads.
    #[n(4)]
    Viewer,
    /// Reads the audit log and the directory, no vault.
    #[n(5)]
    Auditor,
    /// Views named scopes, without a place in the team.
    #[n(6)]
    Guest,
}

impl Role {
    /// The rank: 5 for an owner down to 1.
    #[must_use]
    pub const fn rank(self) -> u8 {
        match self {
            Self::Owner => 5,
            Self::Admin => 4,
            Self::Manager => 3,
            Self::Editor => 2,
            Self::Viewer | Self::Auditor | Self::Guest => 1,
        }
    }
}
