//! The app as a whole: first run, joining, lock.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Person, Role, Storage, Text, settings::Look};

/// Where somebody stands with this profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Phase {
    /// Nothing is here yet.
    FirstRun,
    /// The store is closed.
    Locked,
    /// Open, but nobody has let this person in yet.
    Waiting,
    /// Open.
    Unlocked,
}

/// Why the store is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum LockReason {
    /// The app has just started.
    Start,
    /// The person locked it.
    Manual,
    /// Nobody was there.
    Idle,
    /// The computer slept.
    Sleep,
}

/// The team, as far as it is known while locked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TeamView {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// Whether the OS keychain unlocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum KeychainState {
    /// It could.
    Off,
    /// It does.
    On,
    /// There is none to be had.
    Unavailable,
}

/// How the system asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum KeychainKind {
    /// macOS.
    TouchId,
    /// Windows.
    WindowsHello,
    /// The desktop's own keyring.
    SystemPassword,
}

/// The OS keychain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Keychain {
    /// Whether it unlocks.
    pub state: KeychainState,
    /// How the system asks.
    pub kind: KeychainKind,
    /// Why there is none.
    pub reason: Option<Text>,
}

/// The operating system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Os {
    Linux,
    Macos,
    Windows,
}

/// All that the frame of the window needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AppState {
    /// Where the person stands.
    pub phase: Phase,
    /// The app's version.
    pub version: String,
    /// The operating system.
    pub os: Os,
    /// The team; none in the first run.
    pub team: Option<TeamView>,
    /// The person; none in the first run.
    pub me: Option<Person>,
    /// This device's name; in the first run the host's.
    pub device_name: String,
    /// The system's full name of the person, or nothing.
    pub person_name_hint: String,
    /// Why it is locked.
    pub lock_reason: Option<LockReason>,
    /// The idle lock, in minutes.
    pub lock_idle_min: u32,
    /// Seconds until the next attempt.
    pub unlock_wait_s: u32,
    /// The OS keychain.
    pub keychain: Keychain,
    /// How the window looks.
    pub look: Look,
    /// The person's recovery sheet was saved.
    pub recovery_saved: bool,
    /// So was the team's last-resort sheet, or it is not this person's to save.
    pub team_sheet_saved: bool,
    /// An encrypted draft waits.
    pub has_draft: bool,
    /// The role on the whole team.
    pub my_role: Option<Role>,
    /// Somebody has taken this person out of the team.
    pub removed: bool,
    /// Who, and whether they removed each other at once; nothing where a day was over.
    pub removed_by: Option<Text>,
    /// Why nothing can be written.
    pub read_only: Option<Text>,
    /// The desktop may keep the clipboard until the window is focused.
    pub clipboard_limited: bool,
}

/// What kind of place a folder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
#[expect(missing_docs, reason = "the names say it")]
pub enum FolderPlace {
    Plain,
    Dropbox,
    Onedrive,
    GoogleDrive,
    Syncthing,
    Nextcloud,
    Network,
    Icloud,
}

/// What a test of a storage found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct StorageCheck {
    /// A test file was written, read back and deleted.
    pub ok: bool,
    /// What kind of place it is.
    pub place: FolderPlace,
    /// A team that is already there.
    pub existing_team: Option<String>,
}

/// A storage to look at.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export)]
pub struct StorageRequest {
    /// Where.
    pub storage: Storage,
}

/// A path that the person picked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Picked {
    /// The path.
    pub path: String,
}

/// A new team.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export)]
pub struct TeamCreate {
    /// Its name.
    pub team_name: String,
    /// The founder's name.
    pub person_name: String,
    /// The founder's colour.
    pub colour: u8,
    /// This device's name.
    pub device_name: String,
    /// Also unlock with the OS keychain.
    pub keychain: bool,
    /// Where the team's files are kept.
    pub storage: Storage,
    /// The name of the personal vault.
    pub personal_vault_name: String,
    /// They know that this computer has no keychain, and what that means.
    pub without_keychain: bool,
}

/// An invitation as the person has it.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
#[ts(export)]
pub enum InvitationSource {
    /// A file.
    Path {
        /// Where.
        path: String,
    },
    /// Pasted text.
    Text {
        /// The text.
        text: String,
    },
}

/// An invitation to open.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export)]
pub struct InvitationOpen {
    /// What the person has.
    pub source: InvitationSource,
}

/// What an invitation says without its code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct InvitationView {
    /// Its id.
    pub invite: String,
    /// Not known before the code.
    pub team_name: Option<String>,
    /// Not known before the code.
    pub inviter_name: Option<String>,
    /// Not known before the code.
    pub invited_name: Option<String>,
    /// Not known before the code.
    #[ts(type = "number | null")]
    pub expires_ms: Option<u64>,
    /// What the folder is likely called.
    pub folder_hint: Option<String>,
    /// A folder that was already found and is right.
    pub folder: Option<String>,
}

/// What an invitation says with its code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct JoinPreview {
    /// The team.
    pub team_name: String,
    /// Who invites.
    pub inviter_name: String,
    /// Who is meant.
    pub invited_name: String,
    /// The role in the vaults.
    pub role: Role,
    /// The vaults' names.
    pub vaults: Vec<String>,
    /// Until when.
    #[ts(type = "number")]
    pub expires_ms: u64,
}

/// A request to join.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export)]
pub struct JoinSend {
    /// The joiner's name.
    pub person_name: String,
    /// Their colour.
    pub colour: u8,
    /// Their device's name.
    pub device_name: String,
    /// Also unlock with the OS keychain.
    pub keychain: bool,
    /// What the vault that only this person reads is called, in their language.
    pub personal_vault_name: String,
    /// They know that this computer has no keychain, and what that means.
    pub without_keychain: bool,
}

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
#[expect(missing_docs, reason = "the names say it")]
pub enum JoinState {
    Waiting,
    Refused,
    Expired,
    Unreachable,
    PutAway,
}

/// Delete this computer's copy.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export)]
pub struct StartOver {
    /// The team's name, typed by whoever has been let in; none for who waits.
    pub team_name: Option<String>,
}

/// How somebody comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum JoinWay {
    /// By an invitation.
    Invitation,
    /// By the recovery sheet.
    Sheet,
    /// By another computer of theirs.
    Device,
}

/// How waiting goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct JoinStatus {
    /// How they come in.
    pub way: JoinWay,
    /// The words to compare, where another computer lets this one in.
    pub words: Vec<String>,
    /// What became of it.
    pub state: JoinState,
    /// The team.
    pub team_name: String,
    /// Who invited.
    pub inviter_name: String,
    /// When it was sent.
    #[ts(type = "number")]
    pub sent_ms: u64,
    /// When the storage last answered.
    #[ts(type = "number | null")]
    pub checked_ms: Option<u64>,
}

/// The beginning of a word.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export)]
pub struct WordPrefix {
    /// What was typed.
    pub prefix: String,
}

/// Words that it may become.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct WordMatches {
    /// At most six.
    pub words: Vec<String>,
    /// It is a word already.
    pub exact: bool,
    /// The one word that is a typo away.
    pub corrected: Option<String>,
}

/// Text to copy that is no secret.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export)]
pub struct TextCopy {
    /// The text.
    pub text: String,
}
