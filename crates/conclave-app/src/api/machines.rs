//! Machines: what reads named vaults with a key of its own.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Person, Role, people::VaultChip};

/// A machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct MachineRow {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Who answers for it; it ends with them.
    pub owner: Person,
    /// Viewer or editor; the higher where it differs.
    pub role: Role,
    /// The vaults that it opens and that this person opens too.
    pub vaults: Vec<VaultChip>,
    /// How many more it opens.
    pub hidden_vaults: u32,
    /// When it last wrote something, by its own clock.
    #[ts(type = "number | null")]
    pub last_seen_ms: Option<u64>,
    /// This person may end it.
    pub can_end: bool,
}

/// The machines of the team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct MachinesView {
    /// Those that have any right left, by name.
    pub machines: Vec<MachineRow>,
    /// The vaults that this person may let one open.
    pub offered: Vec<VaultChip>,
}

/// A new machine.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export)]
pub struct MachineCreate {
    /// Its name.
    pub name: String,
    /// The vaults that it opens.
    pub vaults: Vec<String>,
    /// Viewer or editor.
    pub role: Role,
    /// Where its key is saved; none: ask.
    pub path: Option<String>,
}

/// A machine whose key lies in a file now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct MachineMade {
    /// Where its key was saved, the only time.
    pub path: String,
    /// All machines.
    pub view: MachinesView,
}

/// A machine, by id.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export)]
pub struct MachineRef {
    /// Which.
    pub machine: String,
}

/// A machine that can open something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ShareMachine {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Viewer or editor.
    pub role: Role,
    /// Who answers for it.
    pub owner: Person,
}
