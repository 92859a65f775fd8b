//! Groups: people who open the same vaults by being in one.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{KeyState, Person, Role, people::VaultChip};

/// A group in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct GroupRow {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// 1–3.
    pub colour: u8,
    /// Who is in it.
    pub members: Vec<Person>,
    /// How many vaults it opens.
    pub vaults: u32,
}

/// The groups of the team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct GroupsView {
    /// All of them, by name.
    pub groups: Vec<GroupRow>,
    /// This person may make one.
    pub can_create: bool,
}

/// Somebody in a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct GroupMember {
    /// Who.
    #[serde(flatten)]
    #[ts(flatten)]
    pub person: Person,
    /// How sure one is of their key.
    pub key_state: KeyState,
    /// They add and remove people here.
    pub manages: bool,
    /// This person may take them out.
    pub can_remove: bool,
}

/// A vault that a group opens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct GroupVault {
    /// Which.
    #[serde(flatten)]
    #[ts(flatten)]
    pub vault: VaultChip,
    /// Viewer or editor.
    pub role: Role,
    /// When it ends.
    #[ts(type = "number | null")]
    pub expires_ms: Option<u64>,
    /// This person may change or end it.
    pub can_change: bool,
}

/// Somebody who could be added to a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct GroupCandidate {
    /// Who.
    #[serde(flatten)]
    #[ts(flatten)]
    pub person: Person,
    /// How sure one is of their key.
    pub key_state: KeyState,
}

/// A group on a page of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct GroupView {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// 1–3.
    pub colour: u8,
    /// Who is in it.
    pub members: Vec<GroupMember>,
    /// The vaults that it opens and that this person opens too.
    pub vaults: Vec<GroupVault>,
    /// How many more it opens.
    pub hidden_vaults: u32,
    /// This person may name it, add people and take them out.
    pub can_manage: bool,
    /// Who could be added.
    pub candidates: Vec<GroupCandidate>,
    /// The vaults that this person may give it and that it does not open yet.
    pub offered: Vec<VaultChip>,
}

/// A new group.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export)]
pub struct GroupCreate {
    /// Its name.
    pub name: String,
}

/// A group, by id.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export)]
pub struct GroupRef {
    /// Which.
    pub group: String,
}

/// Another name for a group.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export)]
pub struct GroupRename {
    /// Which.
    pub group: String,
    /// Its name.
    pub name: String,
}

/// Somebody, and a group to put them in or take them out of.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export)]
pub struct GroupPerson {
    /// Which.
    pub group: String,
    /// Whom.
    pub user: String,
}

/// A vault for a group.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export)]
pub struct GroupGive {
    /// Which group.
    pub group: String,
    /// Which vault.
    pub vault: String,
    /// Viewer or editor.
    pub role: Role,
}

/// A vault that a group is not to open any more.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export)]
pub struct GroupTake {
    /// Which group.
    pub group: String,
    /// Which vault.
    pub vault: String,
}
