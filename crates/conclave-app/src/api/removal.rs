//! One person: what they can open, their role, taking them out, and what lies beyond a removal.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{KeyState, Person, Role, Text, items::Kind, people::VaultChip, verify::KeyChange};

/// Somebody, by id.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export)]
pub struct PersonRef {
    /// Who.
    pub user: String,
}

/// One of a person's devices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PersonDevice {
    /// Its id.
    pub id: String,
    /// Its name, where the directory has one.
    pub name: String,
    /// Its latest entry.
    #[ts(type = "number | null")]
    pub last_seen_ms: Option<u64>,
}

/// What a person is in one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PersonAccess {
    /// The vault; none for the team.
    pub vault: Option<VaultChip>,
    /// Their role there; none in the team for a guest.
    pub role: Option<Role>,
    /// What their role may be changed to, the present one among them; empty where it may not.
    pub roles: Vec<Role>,
    /// They may be taken out here.
    pub can_remove: bool,
    /// The groups through which they come to it, by name.
    pub through: Vec<String>,
}

/// A person on a page of their own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PersonView {
    /// Who.
    #[serde(flatten)]
    #[ts(flatten)]
    pub person: Person,
    /// How sure one is of their key.
    pub key_state: KeyState,
    /// Their keys or their name are not the ones that were confirmed.
    pub key_change: Option<KeyChange>,
    /// Their devices.
    pub devices: Vec<PersonDevice>,
    /// The team, then the vaults that both read.
    pub access: Vec<PersonAccess>,
    /// Why they cannot be taken out of the team; none where they can.
    pub why_not: Option<Text>,
}

/// Another role for somebody.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export)]
pub struct RoleChange {
    /// Who.
    pub user: String,
    /// In which vault; none for the team.
    pub vault: Option<String>,
    /// The role.
    pub role: Role,
}

/// Whom to take out of what.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export)]
pub struct RemovalTarget {
    /// Who.
    pub user: String,
    /// Out of which vault; none for the team.
    pub vault: Option<String>,
}

/// What was last done with an item, as far as the person's own app recorded it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Use {
    /// A value of it was copied.
    Copied,
    /// A value of it was shown.
    Opened,
}

/// The strongest use of an item, and when last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct LastUse {
    /// What was done.
    pub what: Use,
    /// When last, by that person's clock.
    #[ts(type = "number")]
    pub at_ms: u64,
}

/// How much of what was recorded about a person's uses is read here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Recorded {
    /// Nothing: only owners and auditors can read it.
    Unreadable,
    /// The latest; there are more than are looked at.
    Latest,
    /// All that has arrived.
    All,
}

/// Something that a person could open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CouldOpen {
    /// The item.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its kind.
    pub kind: Kind,
    /// Its vault.
    pub vault: VaultChip,
    /// What they did with it; none where nothing is recorded or this person cannot read it.
    pub last_use: Option<LastUse>,
}

/// What a removal would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RemovalPreview {
    /// Who.
    #[serde(flatten)]
    #[ts(flatten)]
    pub person: Person,
    /// Out of which vault; none for the team.
    pub vault: Option<VaultChip>,
    /// What they could open, as far as this person can open it too: copied, opened, the rest.
    pub could_open: Vec<CouldOpen>,
    /// What else they could open, and this person cannot: how many items.
    pub beyond_items: u32,
    /// In how many vaults those are.
    pub beyond_vaults: u32,
    /// How much of the uses among it is known here.
    pub recorded: Recorded,
    /// The groups, by name, through which they can open the vault afterwards as well.
    pub still_through: Vec<String>,
    /// The machines that they answer for and that end with it, by name.
    pub machines: Vec<String>,
    /// How many vaults get a new key at once.
    pub new_keys: u32,
    /// Why it cannot be done at all.
    pub why_not: Option<Text>,
    /// Why only an emergency removal can be done now; none where this device has synced lately.
    pub stale: Option<Text>,
    /// When it last synced.
    #[ts(type = "number | null")]
    pub synced_ms: Option<u64>,
    /// Changes of theirs that others have seen and that are not here yet.
    pub unseen: u32,
}

/// Take somebody out.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export)]
pub struct Removal {
    /// Who.
    pub user: String,
    /// Out of which vault; none for the team.
    pub vault: Option<String>,
    /// At once, with what this device knows now.
    pub emergency: bool,
}

/// A change beyond a removal, by id.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export)]
pub struct AsideRef {
    /// The entry.
    pub entry: String,
}

/// A change that came after its author's removal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AsideRow {
    /// The entry.
    pub entry: String,
    /// Who wrote it.
    pub author: Person,
    /// The title in it; none where this person cannot open it.
    pub title: Option<String>,
    /// It archives the item.
    pub archives: bool,
    /// The vault.
    pub vault: VaultChip,
    /// When, by its author's clock.
    #[ts(type = "number")]
    pub at_ms: u64,
}

/// What is set aside and waits for an admin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AsideView {
    /// The changes, oldest first.
    pub rows: Vec<AsideRow>,
}
