//! Errors as the UI sees them: a code that it has words for, and facts for "Details".
//!
//! House rules: add a code only when the UI does something with it; `message` is short English
//! for logs and Details, never a secret.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What went wrong, as the UI distinguishes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
#[expect(
    missing_docs,
    reason = "each code's words stand in the UI's error table"
)]
pub enum Code {
    WrongPassphrase,
    Wait,
    WeakPassphrase,
    PassphraseMissing,
    KeychainUnavailable,
    KeychainDenied,
    KeychainMissing,
    Locked,
    DatabaseDamaged,
    DatabaseNewer,
    DiskFull,
    FileRefused,
    FileNotWritten,
    AlreadyRunning,
    Empty,
    TooLong,
    InvalidName,
    NotFound,
    NotAllowed,
    ReadOnly,
    WritingStopped,
    ChangedMeanwhile,
    FieldEmpty,
    ClipboardUnavailable,
    UrlRefused,
    FolderNotFound,
    FolderNotWritable,
    FolderFull,
    FolderHasTeam,
    FolderNotThisTeam,
    NoFolder,
    TestFailed,
    StorageFailed,
    StorageStale,
    DayOver,
    InvitationUnreadable,
    InvitationExpired,
    InvitationUsed,
    InvitationCancelled,
    InvitationNotHere,
    CodeWrong,
    CodeIncomplete,
    RequestUnproven,
    KeyChanged,
    KeyNotVerified,
    NotCompared,
    NoKey,
    RecoveryWordsWrong,
    KitNotHere,
    PairingNotHere,
    StorageBehind,
    UpdateNeeded,
    FileUnreadable,
    FileTooLarge,
    FileNotHere,
    FileAltered,
    Busy,
    Internal,
}

/// An error on its way to the UI.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, thiserror::Error)]
#[error("{message}")]
#[ts(export)]
pub struct AppError {
    /// Which sentence the UI shows.
    pub code: Code,
    /// For logs and Details.
    pub message: String,
    /// What stands in the sentence's gaps.
    pub args: BTreeMap<String, String>,
}

impl AppError {
    /// An error with its message for Details.
    #[must_use]
    pub fn new(code: Code, message: impl ToString) -> Self {
        Self {
            code,
            message: message.to_string(),
            args: BTreeMap::new(),
        }
    }

    /// Adds what stands in a gap.
    #[must_use]
    pub fn arg(mut self, name: &str, value: impl ToString) -> Self {
        self.args.insert(name.to_owned(), value.to_string());
        self
    }
}

impl From<Code> for AppError {
    fn from(code: Code) -> Self {
        Self::new(code, format!("{code:?}"))
    }
}
