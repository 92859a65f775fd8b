//! The sheets of paper that bring a person or a team back.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Person, Role};

/// Which sheet. They are kept by different people, so each is saved and confirmed by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum SheetKind {
    /// A person's own.
    Kit,
    /// The team's last resort, which only its founder has to save.
    Team,
}

/// A sheet to save.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export)]
pub struct SheetSave {
    /// Which one.
    pub sheet: SheetKind,
    /// Where; none: ask.
    pub path: Option<String>,
}

/// A sheet was saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RecoverySaved {
    /// Where.
    pub path: String,
    /// The two words of the sheet that are asked back, counted from 1.
    pub ask: Vec<u32>,
}

/// Somebody whom the last-resort sheet may make an owner, or take out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct LastResortPerson {
    /// Who.
    #[serde(flatten)]
    #[ts(flatten)]
    pub person: Person,
    /// The role on the whole team; none for somebody who was taken out.
    pub role: Option<Role>,
    /// Their latest entry.
    #[ts(type = "number | null")]
    pub last_seen_ms: Option<u64>,
}

/// What the last-resort sheet can be used for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct LastResortView {
    /// Everybody who is in the team, or was.
    pub people: Vec<LastResortPerson>,
}

/// What the last-resort sheet is to do.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export)]
pub struct LastResortUse {
    /// Whom it makes an owner.
    pub owner: String,
    /// Whom it takes out.
    pub remove: Vec<String>,
}

/// The last-resort sheet was used; everybody is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct LastResortUsed {
    /// Whom it made an owner.
    pub owner: Person,
    /// When, by the clock of the computer that it was used on.
    #[ts(type = "number")]
    pub at_ms: u64,
}
