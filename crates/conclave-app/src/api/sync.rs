//! How syncing goes.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Text;

/// The footer's word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
#[expect(missing_docs, reason = "the names say it")]
pub enum SyncState {
    LocalOnly,
    Synced,
    Saving,
    Offline,
    FolderMissing,
    Behind,
    Stopped,
}

/// Why writing has stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
#[expect(missing_docs, reason = "the names say it")]
pub enum StopKind {
    Fork,
    OwnLog,
}

/// One line under Details.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct StopFact {
    /// What it is about.
    pub label: Text,
    /// The number of a change.
    #[ts(type = "number | null")]
    pub change: Option<u64>,
    /// When.
    #[ts(type = "number | null")]
    pub at_ms: Option<u64>,
}

/// A stop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct StopView {
    /// Why.
    pub kind: StopKind,
    /// For Details.
    pub facts: Vec<StopFact>,
    /// This computer may go on: in a new log, or without a log that has two histories.
    pub can_go_on: bool,
}

/// How syncing goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SyncView {
    /// The footer's word.
    pub state: SyncState,
    /// Changes that only this computer has.
    pub pending: u32,
    /// When it last went well.
    #[ts(type = "number | null")]
    pub last_ms: Option<u64>,
    /// The folder.
    pub folder: Option<String>,
    /// Why writing has stopped.
    pub stop: Option<StopView>,
    /// What is wrong, in a sentence.
    pub problem: Option<Text>,
    /// What was found on the storage and stops nothing, the gravest first; until the person has seen
    /// it.
    pub notices: Vec<Text>,
    /// Since when nobody else's computer has seen what this one writes, where that is days.
    #[ts(type = "number | null")]
    pub unseen_since_ms: Option<u64>,
}

/// What the storage dialog adds to the footer's word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct StorageView {
    /// Since when the counts below run: since this folder was opened, at the latest at unlocking.
    #[ts(type = "number | null")]
    pub since_ms: Option<u64>,
    /// When own changes last reached the folder, since then.
    #[ts(type = "number | null")]
    pub wrote_ms: Option<u64>,
    /// Files that the folder had lost and that were put back.
    pub put_back: u32,
    /// Conflict copies of a sync program that were read.
    pub copies: u32,
    /// Files of the folder that are kept on this computer.
    pub files: u32,
    /// Their size.
    #[ts(type = "number")]
    pub bytes: u64,
}
