//! Comparing words with a person.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{KeyState, Person};

/// With whom.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export)]
pub struct VerifyRef {
    /// The person.
    pub user: String,
}

/// What both screens show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SafetyWords {
    /// The person.
    pub person: Person,
    /// How sure one is of their key.
    pub key_state: KeyState,
    /// Their keys or their name are not the ones that were confirmed.
    pub changed: bool,
    /// The eight words.
    pub words: Vec<String>,
}

/// What the comparison found.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export)]
pub struct VerifySet {
    /// The person.
    pub user: String,
    /// The words were the same.
    pub same: bool,
}

/// What a device knows of its team, as words to compare by phone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct StateWords {
    /// The six words.
    pub words: Vec<String>,
}
