//! People, invitations and sharing.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{KeyState, Person, Role, items::Kind, verify::KeyChange};

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

/// What is shared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
#[ts(export)]
pub enum Scope {
    /// A vault.
    Vault {
        /// Its id.
        id: String,
    },
    /// One item.
    Item {
        /// Its id.
        id: String,
    },
}

/// How somebody comes to read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Via {
    Direct,
    Vault,
    Creator,
}

/// Somebody who can open it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ShareEntry {
    /// Who.
    #[serde(flatten)]
    #[ts(flatten)]
    pub person: Person,
    /// How sure one is of their key.
    pub key_state: KeyState,
    /// What they may do.
    pub role: Role,
    /// How they come to it.
    pub via: Via,
    /// This person may end it.
    pub can_revoke: bool,
}

/// Somebody who could be let in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Candidate {
    /// Who.
    #[serde(flatten)]
    #[ts(flatten)]
    pub person: Person,
    /// How sure one is of their key.
    pub key_state: KeyState,
    /// Their keys or their name are not the ones that were confirmed.
    pub key_change: Option<KeyChange>,
}

/// Who can open something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ShareView {
    /// What.
    pub scope: Scope,
    /// Its title.
    pub title: String,
    /// An item's kind; none for a vault.
    pub kind: Option<Kind>,
    /// The vault's name.
    pub vault_name: String,
    /// The vault's colour.
    pub vault_colour: u8,
    /// This person may share it.
    pub can_share: bool,
    /// The roles that may be given here.
    pub roles: Vec<Role>,
    /// Who can open it.
    pub entries: Vec<ShareEntry>,
    /// Who could be let in.
    pub candidates: Vec<Candidate>,
}

/// What to look at.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export)]
pub struct ShareRequest {
    /// What.
    pub scope: Scope,
}

/// Let somebody in.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export)]
pub struct ShareGrant {
    /// What.
    pub scope: Scope,
    /// Whom.
    pub user: String,
    /// As what.
    pub role: Role,
}

/// Take it away.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export)]
pub struct ShareRevoke {
    /// What.
    pub scope: Scope,
    /// From whom.
    pub user: String,
}
