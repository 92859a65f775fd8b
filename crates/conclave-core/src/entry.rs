//! One entry of a log: a header, who it is written under, and up to two bodies.
//!
//! The hash covers the exact stored bytes of the header (which names the hashes of both bodies),
//! the team, the log, the device and the grants, so that an entry cannot be re-posted anywhere
//! else (docs/format.md, "Entries").

use conclave_crypto::{self as crypto, label};
use minicbor::{Decode, Encode};

use crate::{
    body::{self, At, Body, Subject},
    cbor::{self, CborError},
    id::{DeviceId, EntryHash, GrantId, ItemId, LogId, ScopeId, TeamId},
    kind::Kind,
};

/// The most heads that a header may name.
pub const MAX_SEEN: usize = 1024;
/// The largest header, in bytes.
pub const MAX_HEADER: usize = 128 * 1024;
/// The largest body of either kind, in bytes.
pub const MAX_BODY: u32 = 64 << 20;

/// Length and hash of a body as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct BodyRef {
    /// Bytes.
    #[n(0)]
    pub len: u32,
    /// `H("conclave/1/body", stored bytes)`.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub hash: [u8; 32],
}

impl BodyRef {
    /// Describes stored bytes; `None` when they are longer than a body may be.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let len = u32::try_from(bytes.len())
            .ok()
            .filter(|len| *len <= MAX_BODY)?;
        Some(Self {
            len,
            hash: crypto::hash(label::BODY, &[bytes]),
        })
    }

    /// Are these the bytes?
    #[must_use]
    pub fn matches(&self, bytes: &[u8]) -> bool {
        Self::of(bytes) == Some(*self)
    }
}

/// The signed part of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Header {
    /// The number of the kind; unknown numbers are kept.
    #[n(0)]
    pub kind: u16,
    /// Whether a reader that does not know the kind must stop rather than skip.
    #[n(1)]
    pub critical: bool,
    /// Its place in the log, from 0.
    #[n(2)]
    pub seq: u64,
    /// The hash of the entry before; absent at 0.
    #[n(3)]
    pub prev: Option<EntryHash>,
    /// Heads that the writer knew and that no other listed head implies. Evidence of forks, nothing else.
    #[n(4)]
    pub seen: Vec<At>,
    /// The writer's clock in Unix milliseconds. Advice for people; decides nothing.
    #[n(5)]
    pub wall_ms: u64,
    /// The scope whose key seals the sealed body.
    #[n(6)]
    pub scope: Option<ScopeId>,
    /// The epoch of that key.
    #[n(7)]
    pub epoch: Option<EntryHash>,
    /// The body that everyone in the team reads.
    #[n(8)]
    pub control: Option<BodyRef>,
    /// The body that is ciphertext to most.
    #[n(9)]
    pub sealed: Option<BodyRef>,
}

/// Whose log an entry stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The team.
    pub team: TeamId,
    /// The log.
    pub log: LogId,
    /// Its one writer.
    pub device: DeviceId,
}

/// An entry with its parts as they are stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawEntry {
    /// Deterministic CBOR of a [`Header`].
    pub header: Vec<u8>,
    /// What it is written under; none for the device tree and the user's own scope.
    pub grant: Option<GrantId>,
    /// Under a group's grant, the membership grant.
    pub member: Option<GrantId>,
    /// The control body's bytes.
    pub control: Option<Vec<u8>>,
}

/// A parsed entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What everything refers to it by.
    pub hash: EntryHash,
    /// Whose log it stands in.
    pub place: Place,
    /// The signed header.
    pub header: Header,
    /// What it is written under.
    pub grant: Option<GrantId>,
    /// Under a group's grant, the membership grant.
    pub member: Option<GrantId>,
    /// The parsed control body.
    pub body: Body,
}

/// Why an entry cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EntryError {
    /// The header is not what the format says.
    #[error("an entry's header does not follow the format")]
    Header(#[from] CborError),
    /// The control body is missing, too much, or not the one that the header names.
    #[error("an entry's body is not the one that its header names")]
    Body,
}

/// The hash of an entry: `H("conclave/1/entry", team, log, device, grant, member, header)`, an
/// absent grant being an empty field.
#[must_use]
pub fn entry_hash(place: &Place, raw: &RawEntry) -> EntryHash {
    let grant = raw.grant.as_ref().map_or(&[][..], |g| g.as_bytes());
    let member = raw.member.as_ref().map_or(&[][..], |g| g.as_bytes());
    EntryHash::new(crypto::hash(
        label::ENTRY,
        &[
            place.team.as_bytes(),
            place.log.as_bytes(),
            place.device.as_bytes(),
            grant,
            member,
            &raw.header,
        ],
    ))
}

impl Entry {
    /// Reads an entry and proves its bodies' lengths and hashes.
    ///
    /// # Errors
    /// [`EntryError`] when header or control body are not what the format says. A control body of
    /// a known kind that is well hashed but malformed is no error: see [`Body::Malformed`].
    pub fn parse(place: Place, raw: &RawEntry) -> Result<Self, EntryError> {
        if raw.header.len() > MAX_HEADER {
            return Err(EntryError::Header(CborError));
        }
        let header: Header = cbor::decode(&raw.header)?;
        if header.seen.len() > MAX_SEEN
            || (header.seq == 0) != header.prev.is_none()
            || [header.control, header.sealed]
                .into_iter()
                .flatten()
                .any(|b| b.len > MAX_BODY)
        {
            return Err(EntryError::Header(CborError));
        }
        match (&header.control, &raw.control) {
            (None, None) => {}
            (Some(named), Some(bytes)) if named.matches(bytes) => {}
            _ => return Err(EntryError::Body),
        }
        let body = parse_body(&place, &header, raw.control.as_deref());
        Ok(Self {
            hash: entry_hash(&place, raw),
            place,
            header,
            grant: raw.grant,
            member: raw.member,
            body,
        })
    }

    /// The kind, if this version knows it.
    #[must_use]
    pub fn kind(&self) -> Option<Kind> {
        Kind::from_number(self.header.kind)
    }

    /// The log.
    #[must_use]
    pub const fn log(&self) -> LogId {
        self.place.log
    }

    /// The author's device.
    #[must_use]
    pub const fn device(&self) -> DeviceId {
        self.place.device
    }

    /// Its place in the log.
    #[must_use]
    pub const fn seq(&self) -> u64 {
        self.header.seq
    }

    /// Its position and hash.
    #[must_use]
    pub const fn at(&self) -> At {
        At {
            log: self.place.log,
            seq: self.header.seq,
            hash: self.hash,
        }
    }
}

/// The id of a scope that a ScopeCreate at this place makes.
#[must_use]
pub fn scope_id(place: &Place, seq: u64, control: &[u8]) -> ScopeId {
    ScopeId::new(crypto::hash(
        label::SCOPE,
        &[
            place.team.as_bytes(),
            place.log.as_bytes(),
            &seq.to_le_bytes(),
            control,
        ],
    ))
}

/// The id of an item whose first revision stands at this place.
#[must_use]
pub fn item_id(team: TeamId, home: ScopeId, log: LogId, seq: u64) -> ItemId {
    ItemId::new(crypto::hash(
        label::ITEM,
        &[
            team.as_bytes(),
            home.as_bytes(),
            log.as_bytes(),
            &seq.to_le_bytes(),
        ],
    ))
}

fn parse_body(place: &Place, header: &Header, control: Option<&[u8]>) -> Body {
    let Some(kind) = Kind::from_number(header.kind) else {
        return Body::Unknown;
    };
    if header.critical != kind.is_critical() {
        return Body::Malformed;
    }
    parse_known(place, header, kind, control).unwrap_or(Body::Malformed)
}

fn parse_known(place: &Place, header: &Header, kind: Kind, control: Option<&[u8]>) -> Option<Body> {
    fn read<'b, T: Decode<'b, ()>>(control: Option<&'b [u8]>) -> Option<T> {
        cbor::decode(control?).ok()
    }
    let seq = header.seq;
    Some(match kind {
        // The team's id is the hash of its one genesis body; another body founds another team.
        Kind::Genesis if crypto::hash(label::GENESIS, &[control?]) != *place.team.as_bytes() => {
            return None;
        }
        Kind::Genesis => Body::Genesis(Box::new(read(control)?)),
        Kind::LogStart => Body::LogStart(read(control)?),
        Kind::DeviceAdd => {
            let add: body::DeviceAdd = read(control)?;
            Body::DeviceAdd(add.keys.id(), add)
        }
        Kind::DeviceRevoke => {
            Body::DeviceRevoke(sorted(read(control)?, |b: &body::DeviceRevoke| &b.pins)?)
        }
        Kind::Grant => {
            let grant: body::Grant = read(control)?;
            if let Subject::User {
                user,
                facts: Some(facts),
            } = &grant.subject
                && facts.id(place.team) != *user
            {
                return None;
            }
            Body::Grant(grant.subject.id(), Box::new(grant))
        }
        Kind::Revoke => Body::Revoke(sorted(read(control)?, |b: &body::Revoke| &b.pins)?),
        Kind::RemoveUser => {
            Body::RemoveUser(sorted(read(control)?, |b: &body::RemoveUser| &b.pins)?)
        }
        Kind::ScopeCreate => Body::ScopeCreate(scope_id(place, seq, control?), read(control)?),
        Kind::KeyEpoch => Body::KeyEpoch(Box::new(read(control)?)),
        Kind::KeyBoxAdd => Body::KeyBoxAdd(read(control)?),
        Kind::Invite => Body::Invite(read(control)?),
        Kind::ItemRev => {
            let rev: body::ItemRev = read(control)?;
            header.sealed?;
            // A first revision proves the item's id by its place; a later one has parents.
            if rev.item.is_none() != rev.parents.is_empty() {
                return None;
            }
            let id = rev
                .item
                .unwrap_or_else(|| item_id(place.team, rev.home, place.log, seq));
            Body::ItemRev(id, Box::new(rev))
        }
        Kind::WrapAdd => Body::WrapAdd(read(control)?),
        Kind::Tombstone => Body::Tombstone(read(control)?),
        Kind::Adopt => Body::Adopt(read(control)?),
        Kind::Policy => Body::Policy(read(control)?),
        Kind::Complaint => Body::Complaint(read(control)?),
        Kind::Leave | Kind::Profile | Kind::Audit | Kind::Heartbeat if control.is_none() => {
            Body::None
        }
        _ => return None,
    })
}

/// Pins name each log once, in order: one set of pins has one spelling.
fn sorted<T>(body: T, pins: impl Fn(&T) -> &Vec<At>) -> Option<T> {
    pins(&body)
        .is_sorted_by(|a, b| a.log < b.log)
        .then_some(body)
}
