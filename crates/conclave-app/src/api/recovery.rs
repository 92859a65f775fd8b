//! The sheets of paper that bring a person or a team back.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

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
