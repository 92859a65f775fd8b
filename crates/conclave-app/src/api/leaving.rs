//! Asking to leave the team.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Person, Text};

/// What the person at this computer should know before they ask to leave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct LeaveView {
    /// When they asked; none: they have not.
    #[ts(type = "number | null")]
    pub asked_ms: Option<u64>,
    /// Why they cannot ask.
    pub why_not: Option<Text>,
    /// Who could confirm it, the first of them.
    pub confirmers: Vec<Person>,
}
