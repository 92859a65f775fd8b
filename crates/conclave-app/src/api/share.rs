//! Who can open a vault or one item, and changing that.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{KeyState, Role, items::Kind, machines::ShareMachine, verify::KeyChange};

/// What is shared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
#[ts(export)]
pub enum Scope {
    /// A vault.
    Vault {
        /// Its id.
        id: String,
    },
    /// One item.
    Item {
        /// Its id.
        id: String,
    },
}

/// Whom it is shared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
#[ts(export)]
pub enum Who {
    /// A person.
    Person {
        /// Their id.
        id: String,
    },
    /// A group.
    Group {
        /// Its id.
        id: String,
    },
}

/// A person or a group, as a row shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Party {
    /// Which.
    pub who: Who,
    /// The name.
    pub name: String,
    /// The colour.
    pub colour: u8,
    /// The person at this computer.
    pub me: bool,
    /// How many people a group has; none for a person.
    pub people: Option<u32>,
}

/// How somebody comes to read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Via {
    Direct,
    Vault,
    Group,
    Creator,
}

/// Somebody who can open it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ShareEntry {
    /// Who.
    #[serde(flatten)]
    #[ts(flatten)]
    pub party: Party,
    /// How sure one is of a person's key.
    pub key_state: Option<KeyState>,
    /// What they may do.
    pub role: Role,
    /// How they come to it.
    pub via: Via,
    /// The group's name, where they come to it through one.
    pub through: Option<String>,
    /// The roles that this may be changed to, the present one among them; none where it may not.
    pub levels: Vec<Role>,
    /// When it ends.
    #[ts(type = "number | null")]
    pub expires_ms: Option<u64>,
    /// That day is over.
    pub over: bool,
    /// This person may end it.
    pub can_revoke: bool,
}

/// Somebody who could be let in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Candidate {
    /// Who.
    #[serde(flatten)]
    #[ts(flatten)]
    pub party: Party,
    /// How sure one is of a person's key.
    pub key_state: Option<KeyState>,
    /// Their keys or their name are not the ones that were confirmed.
    pub key_change: Option<KeyChange>,
    /// The roles that may be given to them here.
    pub roles: Vec<Role>,
}

/// Access that ended because its day was over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ShareEnded {
    /// Whose.
    #[serde(flatten)]
    #[ts(flatten)]
    pub party: Party,
    /// When.
    #[ts(type = "number")]
    pub at_ms: u64,
}

/// Who can open something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ShareView {
    /// What.
    pub scope: Scope,
    /// Its title.
    pub title: String,
    /// An item's kind; none for a vault.
    pub kind: Option<Kind>,
    /// The vault's name.
    pub vault_name: String,
    /// The vault's colour.
    pub vault_colour: u8,
    /// This person may share it.
    pub can_share: bool,
    /// Who can open it.
    pub entries: Vec<ShareEntry>,
    /// The machines that can open it, through the vault or by themselves.
    pub machines: Vec<ShareMachine>,
    /// Who could be let in.
    pub candidates: Vec<Candidate>,
    /// Whose access ended by its day.
    pub ended: Vec<ShareEnded>,
}

/// What to look at.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export)]
pub struct ShareRequest {
    /// What.
    pub scope: Scope,
}

/// Let somebody in.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export)]
pub struct ShareGrant {
    /// What.
    pub scope: Scope,
    /// Whom.
    pub who: Who,
    /// As what.
    pub role: Role,
    /// Until when; none: it stays.
    #[ts(type = "number | null")]
    pub expires_ms: Option<u64>,
}

/// Another level for somebody who is in.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export)]
pub struct ShareLevel {
    /// What.
    pub scope: Scope,
    /// Whose.
    pub who: Who,
    /// As what.
    pub role: Role,
}

/// Another day on which it ends for somebody who is in.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export)]
pub struct ShareUntil {
    /// What.
    pub scope: Scope,
    /// Whose.
    pub who: Who,
    /// Until when; none: it stays.
    #[ts(type = "number | null")]
    pub expires_ms: Option<u64>,
}

/// Take it away.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export)]
pub struct ShareRevoke {
    /// What.
    pub scope: Scope,
    /// From whom.
    pub who: Who,
}
