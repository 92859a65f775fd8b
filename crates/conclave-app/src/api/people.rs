//! People, invitations and sharing.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub use super::share::{
    Candidate, Party, Scope, ShareEnded, ShareEntry, ShareGrant, ShareLevel, ShareRequest,
    ShareRevoke, ShareUntil, ShareView, Via, Who,
};
use super::{KeyState, Person, Role, recovery::LastResortUsed, verify::KeyChange};

/// A member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PersonRow {
    /// Who.
    #[serde(flatten)]
    #[ts(flatten)]
    pub person: Person,
    /// How sure one is of their key.
    pub key_state: KeyState,
    /// Their keys or their name are not the ones that were confirmed.
    pub key_change: Option<KeyChange>,
    /// Their highest role.
    pub role: Role,
    /// How many devices they have.
    pub devices: u32,
    /// Their latest entry.
    #[ts(type = "number | null")]
    pub last_seen_ms: Option<u64>,
    /// The vaults that they and this person both read.
    pub vaults: Vec<String>,
    /// When all of their access ends; none where some of it does not.
    #[ts(type = "number | null")]
    pub until_ms: Option<u64>,
}

/// Access that ended because its day was over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct EndedRow {
    /// Whose.
    #[serde(flatten)]
    #[ts(flatten)]
    pub party: Party,
    /// To what.
    pub vault: VaultChip,
    /// When.
    #[ts(type = "number")]
    pub at_ms: u64,
}

/// Somebody who asks to leave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct LeavingRow {
    /// Who.
    #[serde(flatten)]
    #[ts(flatten)]
    pub person: Person,
    /// When they asked, by their clock.
    #[ts(type = "number")]
    pub at_ms: u64,
}

/// What is wrong with the keys that a computer sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum KeyFault {
    /// They do not fit.
    Unfit,
    /// They go to somebody who must not have them.
    GivenAway,
}

/// A computer that did wrong with keys, more than once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SpoilerRow {
    /// Whose.
    #[serde(flatten)]
    #[ts(flatten)]
    pub person: Person,
    /// The device.
    pub device: String,
    /// Its name, where the directory has one.
    pub device_name: String,
    /// What is wrong.
    pub fault: KeyFault,
    /// With how many keys.
    pub keys: u32,
}

/// Whether an invitation can still be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
#[expect(missing_docs, reason = "the names say it")]
pub enum InviteState {
    Open,
    Expired,
}

/// An invitation that nobody has used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Invite {
    /// Its id.
    pub id: String,
    /// Whom it is for.
    pub name: String,
    /// Their colour.
    pub colour: u8,
    /// The role in the vaults.
    pub role: Role,
    /// The vaults.
    pub vaults: Vec<String>,
    /// When it was made.
    #[ts(type = "number")]
    pub created_ms: u64,
    /// Until when.
    #[ts(type = "number")]
    pub expires_ms: u64,
    /// Whether it can still be used.
    pub state: InviteState,
    /// When what it gives ends; none: it stays.
    #[ts(type = "number | null")]
    pub access_until_ms: Option<u64>,
}

/// Why a request is a stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Problem {
    CodeNotProven,
    Expired,
    UsedTwice,
    Cancelled,
    Unreadable,
}

/// A vault with what a chip needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct VaultChip {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// 1–3.
    pub colour: u8,
}

/// Somebody asks to join.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct JoinRequest {
    /// Its id.
    pub id: String,
    /// Which invitation it answers.
    pub invite: String,
    /// Whom that was for.
    pub invited_name: String,
    /// The colour.
    pub colour: u8,
    /// The name that they gave.
    pub person_name: String,
    /// Their device.
    pub device_name: String,
    /// Its system.
    pub os: String,
    /// When it was first seen here.
    #[ts(type = "number")]
    pub at_ms: u64,
    /// When the invitation was made.
    #[ts(type = "number")]
    pub invited_ms: u64,
    /// The role in the vaults.
    pub role: Role,
    /// The vaults.
    pub vaults: Vec<VaultChip>,
    /// When what they get ends; none: it stays.
    #[ts(type = "number | null")]
    pub access_until_ms: Option<u64>,
    /// Somebody of the name that they gave was confirmed with other keys.
    pub key_change: Option<KeyChange>,
    /// Why it is a stop.
    pub problem: Option<Problem>,
    /// Plain facts.
    pub details: String,
}

/// People, invitations, requests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PeopleView {
    /// The members.
    pub people: Vec<PersonRow>,
    /// Open invitations.
    pub invites: Vec<Invite>,
    /// Requests to join.
    pub requests: Vec<JoinRequest>,
    /// This person may invite.
    pub can_invite: bool,
    /// The roles that they may give.
    pub roles_offered: Vec<Role>,
    /// The vaults that they may give.
    pub vaults_offered: Vec<VaultChip>,
    /// Who asks to leave, for whoever may take them out.
    pub leaving: Vec<LeavingRow>,
    /// Access that ended by its day within the last month, for whoever reads the vault.
    pub ended: Vec<EndedRow>,
    /// Whose computers go on doing wrong with keys.
    pub spoilers: Vec<SpoilerRow>,
    /// The last-resort sheet was used lately, and this person has not said that they have seen it.
    pub last_resort: Option<LastResortUsed>,
}

/// A new invitation.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export)]
pub struct InviteCreate {
    /// Whom it is for.
    pub name: String,
    /// The role in the vaults.
    pub role: Role,
    /// The vaults.
    pub vaults: Vec<String>,
    /// When what it gives ends; none: it stays. A guest's always ends.
    #[ts(type = "number | null")]
    pub access_until_ms: Option<u64>,
}

/// An invitation, by id.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export)]
pub struct InviteRef {
    /// The invitation.
    pub invite: String,
}

/// Where to save an invitation file.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export)]
pub struct InviteSave {
    /// The invitation.
    pub invite: String,
    /// Where; none: ask.
    pub path: Option<String>,
}

/// An invitation with its code, shown once.
#[derive(Serialize, TS)]
#[ts(export)]
pub struct InviteReady {
    /// Its id.
    pub invite: String,
    /// Whom it is for.
    pub name: String,
    /// Their colour.
    pub colour: u8,
    /// The six words.
    pub words: Vec<String>,
    /// Until when.
    #[ts(type = "number")]
    pub expires_ms: u64,
    /// A name for the file.
    pub file_name: String,
    /// It already lies in the shared folder.
    pub in_folder: bool,
}

/// The code was copied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CodeCopied {
    /// Seconds until it is cleared.
    pub clears_in_s: u32,
}

/// A request, by id.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export)]
pub struct RequestRef {
    /// The request.
    pub request: String,
}
