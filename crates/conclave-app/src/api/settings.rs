//! Settings, recovery and diagnostics.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Storage, app::Keychain};

/// Colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Theme {
    System,
    Light,
    Dark,
    Contrast,
    ContrastDark,
}

/// How much room things take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Density {
    Comfortable,
    Compact,
}

/// How the window looks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Look {
    /// Colours.
    pub theme: Theme,
    /// Room.
    pub density: Density,
    /// 90–130.
    pub text_percent: u32,
    /// No motion.
    pub reduce_motion: bool,
}

impl Default for Look {
    fn default() -> Self {
        Self {
            theme: Theme::System,
            density: Density::Comfortable,
            text_percent: 100,
            reduce_motion: false,
        }
    }
}

/// What a person can choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Prefs {
    /// How the window looks.
    pub look: Look,
    /// Minutes without anybody until it locks.
    pub lock_idle_min: u32,
    /// Lock when the computer sleeps.
    pub lock_on_sleep: bool,
    /// Seconds until a copied secret is cleared.
    pub clipboard_clear_s: u32,
}

impl Default for Prefs {
    fn default() -> Self {
        Self {
            look: Look::default(),
            lock_idle_min: 10,
            lock_on_sleep: true,
            clipboard_clear_s: 30,
        }
    }
}

/// Settings with what stands beside them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Settings {
    /// What a person can choose.
    pub prefs: Prefs,
    /// The OS keychain.
    pub keychain: Keychain,
    /// Where the team's files are kept.
    pub storage: Storage,
    /// Where this profile's own files are.
    pub data_dir: String,
    /// The app's version.
    pub version: String,
}

/// Diagnostics were copied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DiagnosticsCopied {
    /// How many lines.
    pub lines: u32,
}
