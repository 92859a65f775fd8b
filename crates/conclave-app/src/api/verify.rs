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
    pub key_change: Option<KeyChange>,
    /// The eight words.
    pub words: Vec<String>,
}

/// Other keys or another name than were confirmed: nothing is shared before the words are compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct KeyChange {
    /// When the others were confirmed; none where that record cannot be read.
    #[ts(type = "number | null")]
    pub confirmed_ms: Option<u64>,
    /// What these keys were called then, where the keys are the same and the name is another.
    pub was_called: Option<String>,
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
