//! A person's own devices, and coming back with the recovery sheet.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Text;

/// What a device is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum DeviceKind {
    /// The one at hand.
    This,
    /// Another computer.
    Other,
    /// The recovery sheet.
    Kit,
}

/// One of this person's devices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DeviceRow {
    /// Its id.
    pub id: String,
    /// What it is.
    pub kind: DeviceKind,
    /// Its name; nothing where none is known.
    pub name: String,
    /// Nobody has ended it.
    pub live: bool,
    /// When it last wrote something.
    #[ts(type = "number | null")]
    pub last_seen_ms: Option<u64>,
    /// When it was ended.
    #[ts(type = "number | null")]
    pub ended_ms: Option<u64>,
    /// It can be ended from here.
    pub can_revoke: bool,
    /// Why not.
    pub why_not: Option<Text>,
}

/// All of them, the most senior first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DevicesView {
    /// The devices.
    pub devices: Vec<DeviceRow>,
}

/// A device, by id.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export)]
pub struct DeviceRef {
    /// The device.
    pub device: String,
}

/// A code for a new device, shown once.
#[derive(Serialize, TS)]
#[ts(export)]
pub struct DeviceCode {
    /// The ten words.
    pub words: Vec<String>,
}

/// What a new device says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DeviceAsked {
    /// What it calls itself; none while nobody has asked.
    pub name: Option<String>,
    /// Its system.
    pub os: Option<String>,
    /// The three words to compare.
    pub words: Vec<String>,
}

/// Whose sheet it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RecoverPreview {
    /// The team.
    pub team_name: String,
    /// The person.
    pub person_name: String,
}

/// What a computer needs beside the sheet.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export)]
pub struct RecoverStart {
    /// This device's name.
    pub device_name: String,
    /// Also unlock with the OS keychain.
    pub keychain: bool,
    /// They know that this computer has no keychain, and what that means.
    pub without_keychain: bool,
}

/// Before the sheet does its work: which devices it finds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RecoverView {
    /// The team.
    pub team_name: String,
    /// The person.
    pub person_name: String,
    /// Their computers, which can be ended now.
    pub devices: Vec<DeviceRow>,
}

/// Let the sheet do its work.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export)]
pub struct RecoverFinish {
    /// Devices that are lost.
    pub lost: Vec<String>,
}
