//! What each kind of entry says in the clear part of its body (docs/format.md, "Bodies").
//!
//! Control bodies decide who may do what and which keys are used, and hold no personal data. They
//! are parsed once, when a pack is verified; what cannot be parsed is [`Body::Malformed`] and
//! counts for nothing, but keeps its place in the chain.

use minicbor::{Decode, Encode};

use crate::{
    id::{DeviceId, EntryHash, GrantId, InviteId, ItemId, LogId, ScopeId, SubjectId, UserId},
    keys::{DeviceKeys, UserFacts},
    role::Role,
};

/// The most entries that any list in a control body may have.
pub const MAX_LIST: usize = 65_536;

/// A position in a log with the hash of the entry there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(array)]
pub struct At {
    /// Whose log.
    #[n(0)]
    pub log: LogId,
    /// Which entry, from 0.
    #[n(1)]
    pub seq: u64,
    /// Its hash.
    #[n(2)]
    pub hash: EntryHash,
}

/// Whom a grant is for.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Subject {
    /// A person. The facts are what `user` is the hash of; they stand in the first grant that names the person.
    #[n(0)]
    #[cbor(map)]
    User {
        /// The person.
        #[n(0)]
        user: UserId,
        /// The keys that the id commits to.
        #[n(1)]
        facts: Option<Box<UserFacts>>,
    },
    /// A group, by its scope.
    #[n(1)]
    #[cbor(map)]
    Group {
        /// The group's scope.
        #[n(0)]
        group: ScopeId,
    },
    /// A machine: one key pair that a person answers for.
    #[n(2)]
    #[cbor(map)]
    Machine {
        /// Its keys.
        #[n(0)]
        keys: Box<DeviceKeys>,
        /// The person who answers for it.
        #[n(1)]
        owner: UserId,
    },
}

impl Subject {
    /// Whom it names, by id.
    #[must_use]
    pub fn id(&self) -> SubjectId {
        match self {
            Self::User { user, .. } => SubjectId::User(*user),
            Self::Group { group } => SubjectId::Group(*group),
            Self::Machine { keys, .. } => SubjectId::Machine(keys.id()),
        }
    }
}

/// What kind of thing a created scope is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum ScopeKind {
    /// Items shared by a set of people.
    #[n(0)]
    Vault,
    /// One item shared on its own.
    #[n(1)]
    Item,
    /// People who are granted things together.
    #[n(2)]
    Group,
    /// A vault that its creator alone reads.
    #[n(3)]
    Personal,
}

/// Whom a box is sealed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub enum Recipient {
    /// A device, by its own key.
    #[n(0)]
    Device(#[n(0)] DeviceId),
    /// A person, by an epoch of their own scope.
    #[n(1)]
    User(#[n(0)] UserId),
    /// A group, by an epoch of its scope.
    #[n(2)]
    Group(#[n(0)] ScopeId),
}

/// A scope key sealed to one recipient.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct KeyBox {
    /// Whom it is for.
    #[n(0)]
    pub recipient: Recipient,
    /// The recipient's epoch whose `scope_pk` it is sealed to; absent for a device.
    #[n(1)]
    pub key: Option<EntryHash>,
    /// SHA-256 of the public key it is sealed to.
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    pub pk_hash: [u8; 32],
    /// The HPKE encapsulation.
    #[n(3)]
    #[cbor(with = "crate::cbor::boxed")]
    pub enc: Box<[u8; 1120]>,
    /// The HPKE ciphertext of the 32-byte scope key.
    #[n(4)]
    #[cbor(with = "minicbor::bytes")]
    pub ct: [u8; 48],
}

/// The key of an earlier epoch, wrapped under the new one.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ParentEpoch {
    /// The earlier epoch.
    #[n(0)]
    pub epoch: EntryHash,
    /// Its key inside ENV(VK).
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub wrapped: [u8; 136],
}

/// A new key of a scope.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct KeyEpoch {
    /// Whose key.
    #[n(0)]
    pub scope: ScopeId,
    /// 1 + the highest generation among the parents; 1 without parents.
    #[n(1)]
    pub generation: u64,
    /// Exactly the epochs whose keys this one wraps.
    #[n(2)]
    pub parents: Vec<ParentEpoch>,
    /// What the key hashes to.
    #[n(3)]
    #[cbor(with = "minicbor::bytes")]
    pub commit: [u8; 32],
    /// The public key that the key derives: whoever does not read the scope writes to it.
    #[n(4)]
    #[cbor(with = "crate::cbor::boxed")]
    pub scope_pk: Box<[u8; 1216]>,
    /// The key, sealed to each recipient.
    #[n(5)]
    pub boxes: Vec<KeyBox>,
}

/// A content key wrapped for one scope.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Wrap {
    /// Under the scope's key, by somebody who holds it.
    #[n(0)]
    #[cbor(map)]
    Held {
        /// The scope.
        #[n(0)]
        scope: ScopeId,
        /// The epoch of the wrapping key.
        #[n(1)]
        epoch: EntryHash,
        /// The content key inside ENV(VK).
        #[n(2)]
        #[cbor(with = "minicbor::bytes")]
        wrapped: [u8; 136],
    },
    /// To the scope's public key, by somebody who does not.
    #[n(1)]
    #[cbor(map)]
    Sealed {
        /// The scope.
        #[n(0)]
        scope: ScopeId,
        /// The epoch whose `scope_pk` it is sealed to.
        #[n(1)]
        epoch: EntryHash,
        /// The HPKE encapsulation.
        #[n(2)]
        #[cbor(with = "crate::cbor::boxed")]
        enc: Box<[u8; 1120]>,
        /// The HPKE ciphertext of the content key.
        #[n(3)]
        #[cbor(with = "minicbor::bytes")]
        ct: [u8; 48],
    },
}

impl Wrap {
    /// The scope that can open it.
    #[must_use]
    pub const fn scope(&self) -> ScopeId {
        match self {
            Self::Held { scope, .. } | Self::Sealed { scope, .. } => *scope,
        }
    }

    /// The epoch whose key opens it.
    #[must_use]
    pub const fn epoch(&self) -> EntryHash {
        match self {
            Self::Held { epoch, .. } | Self::Sealed { epoch, .. } => *epoch,
        }
    }
}

/// The founding of a team.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Genesis {
    /// Makes two teams of the same founder differ.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub nonce: [u8; 32],
    /// The recovery owner's keys; it stands first in the authority order.
    #[n(1)]
    pub own0: DeviceKeys,
    /// SHA-256 of the recovery owner's successor key.
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    pub own0_successor: [u8; 32],
    /// The founder, second in the order.
    #[n(3)]
    pub founder: UserFacts,
}

/// The start of a log.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct LogStart {
    /// The log that this one continues after a restore, up to where its writer knew it.
    #[n(0)]
    pub replaces: Option<At>,
}

/// A further device of a user.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct DeviceAdd {
    /// Whose.
    #[n(0)]
    pub user: UserId,
    /// The new device's keys.
    #[n(1)]
    pub keys: Box<DeviceKeys>,
}

/// The end of a device.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct DeviceRevoke {
    /// Whose.
    #[n(0)]
    pub user: UserId,
    /// Which.
    #[n(1)]
    pub device: DeviceId,
    /// Per log the last entry that stays.
    #[n(2)]
    pub pins: Vec<At>,
}

/// A right.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Grant {
    /// Who gets it.
    #[n(0)]
    pub subject: Subject,
    /// Where it holds.
    #[n(1)]
    pub scope: ScopeId,
    /// What it lets them do.
    #[n(2)]
    pub role: Role,
    /// When managers' apps turn it into a Revoke; decides nothing by itself. Unix milliseconds.
    #[n(3)]
    pub expires_ms: Option<u64>,
    /// The salted hash of the name that it admits; the salt lies in the directory only.
    #[n(4)]
    #[cbor(with = "minicbor::bytes")]
    pub name_hash: Option<[u8; 32]>,
    /// The RemoveUser entries that it knowingly comes after.
    #[n(5)]
    pub cites: Vec<EntryHash>,
    /// The Invite entry that it answers.
    #[n(6)]
    pub invite: Option<EntryHash>,
}

/// The end of a grant.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Revoke {
    /// Which grant.
    #[n(0)]
    pub target: GrantId,
    /// Per log the last entry that stays.
    #[n(1)]
    pub pins: Vec<At>,
}

/// The end of every junior grant of a user in a scope.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct RemoveUser {
    /// Who.
    #[n(0)]
    pub user: UserId,
    /// Where; the team's own id for the whole team.
    #[n(1)]
    pub scope: ScopeId,
    /// Per log the last entry that stays.
    #[n(2)]
    pub pins: Vec<At>,
}

/// A new scope.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ScopeCreate {
    /// What it is.
    #[n(0)]
    pub kind: ScopeKind,
    /// What it lies in, for good; absent for a personal scope.
    #[n(1)]
    pub parent: Option<ScopeId>,
    /// The item that an item scope shares.
    #[n(2)]
    pub item: Option<ItemId>,
}

/// Boxes for an epoch that exists.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct KeyBoxAdd {
    /// The epoch.
    #[n(0)]
    pub epoch: EntryHash,
    /// Its key, sealed to each recipient.
    #[n(1)]
    pub boxes: Vec<KeyBox>,
}

/// An open invitation. It says nothing about the person.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Invite {
    /// Its id; names `inv/<id>` and `inbox/<id>/` on the storage.
    #[n(0)]
    pub invite: InviteId,
    /// The Ed25519 key that the code derives.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub key: [u8; 32],
    /// Until when apps accept requests. Unix milliseconds.
    #[n(2)]
    pub expires_ms: u64,
}

/// An attachment that a revision refers to.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct BlobRef {
    /// Whose log it was uploaded from.
    #[n(0)]
    pub log: LogId,
    /// SHA-256 of its ciphertext.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub hash: [u8; 32],
}

/// A revision of an item. Its payload is the entry's sealed body.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ItemRev {
    /// The item; absent in its first revision, whose place in the log proves the id.
    #[n(0)]
    pub item: Option<ItemId>,
    /// The vault or personal scope that it lives in.
    #[n(1)]
    pub home: ScopeId,
    /// The revisions that this one was made from.
    #[n(2)]
    pub parents: Vec<EntryHash>,
    /// The content key, once per scope that the item is in.
    #[n(3)]
    pub wraps: Vec<Wrap>,
    /// Attachments.
    #[n(4)]
    pub blobs: Vec<BlobRef>,
    /// The schema of the payload.
    #[n(5)]
    pub schema: u32,
}

/// Wraps of a revision's content key for further scopes.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct WrapAdd {
    /// The revision.
    #[n(0)]
    pub revision: EntryHash,
    /// Its content key.
    #[n(1)]
    pub wraps: Vec<Wrap>,
}

/// The end of an item.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Tombstone {
    /// The item.
    #[n(0)]
    pub item: ItemId,
    /// Its home scope.
    #[n(1)]
    pub home: ScopeId,
    /// The revisions that it ends.
    #[n(2)]
    pub parents: Vec<EntryHash>,
    /// Where the item went, if it was moved.
    #[n(3)]
    pub moved_to: Option<ItemId>,
}

/// Takes an entry out of quarantine.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Adopt {
    /// The quarantined entry.
    #[n(0)]
    pub entry: EntryHash,
}

/// A rule of the team.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Policy {
    /// Which rule.
    #[n(0)]
    pub policy: u32,
    /// Where it holds.
    #[n(1)]
    pub scope: ScopeId,
    /// Its value; readers clamp it to what they can do.
    #[n(2)]
    pub value: u64,
    /// The Policy entries that it replaces.
    #[n(3)]
    pub replaces: Vec<EntryHash>,
}

/// A box that did not open to what its epoch commits to.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Complaint {
    /// The epoch.
    #[n(0)]
    pub epoch: EntryHash,
}

/// A parsed control body, with the ids that it proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// The founding.
    Genesis(Box<Genesis>),
    /// The start of a log.
    LogStart(LogStart),
    /// A further device and its id.
    DeviceAdd(DeviceId, DeviceAdd),
    /// The end of a device.
    DeviceRevoke(DeviceRevoke),
    /// A right and whom it is for.
    Grant(SubjectId, Box<Grant>),
    /// The end of a right.
    Revoke(Revoke),
    /// The end of a user.
    RemoveUser(RemoveUser),
    /// A new scope and its id.
    ScopeCreate(ScopeId, ScopeCreate),
    /// A new key.
    KeyEpoch(Box<KeyEpoch>),
    /// More boxes.
    KeyBoxAdd(KeyBoxAdd),
    /// An open invitation.
    Invite(Invite),
    /// A revision and the item that it belongs to.
    ItemRev(ItemId, Box<ItemRev>),
    /// More wraps.
    WrapAdd(WrapAdd),
    /// The end of an item.
    Tombstone(Tombstone),
    /// Out of quarantine.
    Adopt(Adopt),
    /// A rule.
    Policy(Policy),
    /// A box that did not open.
    Complaint(Complaint),
    /// A kind that has no control body: Leave, Profile, Audit, Heartbeat.
    None,
    /// A kind that this version does not know.
    Unknown,
    /// A known kind whose body does not follow its format; it counts for nothing.
    Malformed,
}
