//! The shapes that cross to the UI: requests and views, one file per feature.
//!
//! They are typed for TypeScript by `cargo xtask bindings`; drift fails CI. **No key type and no
//! secret is in here**: what a person reveals travels as raw bytes, and so does what they type.
//! Ids are lower-case hex, times Unix milliseconds, text that Rust decides a key with arguments.

pub mod activity;
pub mod app;
pub mod archive;
pub mod devices;
pub mod error;
pub mod files;
pub mod groups;
pub mod items;
pub mod leaving;
pub mod machines;
pub mod people;
pub mod recovery;
pub mod removal;
pub mod settings;
pub mod share;
pub mod sync;
pub mod vaults;
pub mod verify;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub use error::{AppError, Code};

/// A sentence of the UI, by its message key, with what stands in its gaps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Text {
    /// The message key.
    pub key: String,
    /// The gaps; numbers in decimal.
    pub args: BTreeMap<String, String>,
}

impl Text {
    /// A sentence without gaps.
    #[must_use]
    pub fn plain(key: &str) -> Self {
        Self {
            key: key.to_owned(),
            args: BTreeMap::new(),
        }
    }

    /// A sentence with one gap.
    #[must_use]
    pub fn with(key: &str, name: &str, value: impl ToString) -> Self {
        Self {
            key: key.to_owned(),
            args: [(name.to_owned(), value.to_string())].into(),
        }
    }
}

/// What somebody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Role {
    /// Everything.
    Owner,
    /// Vaults and people.
    Admin,
    /// People within a vault.
    Manager,
    /// Reads and writes.
    Editor,
    /// Reads.
    Viewer,
    /// Reads the audit log.
    Auditor,
    /// Views named things from outside the team.
    Guest,
}

/// How sure one is of a person's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum KeyState {
    /// Compared by words.
    Verified,
    /// Proved by the invitation's code.
    JoinedByCode,
    /// Seen only.
    NotVerified,
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Person {
    /// Their id.
    pub user: String,
    /// Their name.
    pub name: String,
    /// 1–6, 0 when unknown.
    pub colour: u8,
    /// The person at this computer.
    pub me: bool,
}

/// How hard a secret is to guess.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Strength {
    /// 0–4.
    pub score: u8,
    /// How long guessing takes.
    pub guess_time: Text,
    /// Good enough for a passphrase.
    pub acceptable: bool,
}

/// Where the team's files are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
#[ts(export)]
pub enum Storage {
    /// Only on this computer.
    None,
    /// A folder that others share.
    Folder {
        /// Its path.
        path: String,
    },
}
