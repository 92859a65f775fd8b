//! Vaults and the generator.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Role, Strength};

/// A vault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Vault {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// 1–3.
    pub colour: u8,
    /// How many items.
    pub count: u32,
    /// Only this person reads it.
    pub personal: bool,
    /// The person's role in it.
    pub my_role: Role,
    /// May write items.
    pub can_edit: bool,
    /// May let people in.
    pub can_manage: bool,
    /// How many people read it.
    pub people_count: u32,
}

/// The sidebar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct VaultList {
    /// The vaults, personal last.
    pub vaults: Vec<Vault>,
    /// How many items there are.
    pub all: u32,
    /// How many favourites.
    pub favourites: u32,
    /// How many archived.
    pub archived: u32,
    /// How many items were shared singly.
    pub shared: u32,
    /// What this person could open until a day that is over.
    pub over: Vec<OverVault>,
}

/// Access of this person whose day is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct OverVault {
    /// The vault's name; none for a single item.
    pub name: Option<String>,
    /// When it ended.
    #[ts(type = "number")]
    pub at_ms: u64,
}

/// A new vault.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export)]
pub struct VaultCreate {
    /// Its name.
    pub name: String,
    /// 1–3.
    pub colour: u8,
}

/// Another name for a vault.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export)]
pub struct VaultRename {
    /// Which.
    pub vault: String,
    /// Its name.
    pub name: String,
    /// 1–3.
    pub colour: u8,
}

/// What the generator makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
#[expect(missing_docs, reason = "the names say it")]
pub enum GenerateMode {
    Words,
    Characters,
    Pin,
}

/// What the generator is asked for.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export)]
pub struct GenerateOptions {
    /// Words, characters or digits.
    pub mode: GenerateMode,
    /// Words 3–12, characters 8–128, digits 4–32.
    pub length: u32,
    /// With capitals.
    pub capitals: bool,
    /// With a digit.
    pub digit: bool,
    /// With symbols.
    pub symbols: bool,
    /// Between words: `-`, `.`, `_` or a space.
    pub separator: String,
}

/// What the generator made.
#[derive(Serialize, TS)]
#[ts(export)]
pub struct Generated {
    /// The secret, for the field that it is meant for.
    pub value: String,
    /// How hard it is to guess.
    pub strength: Strength,
}
