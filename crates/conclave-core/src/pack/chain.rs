//! The writing end of one's own log: each new entry is chained to the one before.

use conclave_crypto::{env::Ctx, label::Label};

use crate::{
    body::At,
    cbor,
    entry::{BodyRef, Entry, EntryError, Header, Place, RawEntry},
    id::{EntryHash, GrantId, ScopeId},
    kind::Kind,
};

/// What an entry is to say; the chain adds its place.
#[derive(Debug, Clone)]
pub struct Draft {
    /// What it does.
    pub kind: Kind,
    /// The writer's clock, Unix milliseconds.
    pub wall_ms: u64,
    /// Heads known and not implied by one another.
    pub seen: Vec<At>,
    /// What it is written under.
    pub grant: Option<GrantId>,
    /// Under a group's grant, the membership grant.
    pub member: Option<GrantId>,
    /// The scope whose key seals the sealed body.
    pub scope: Option<ScopeId>,
    /// The epoch of that key.
    pub epoch: Option<EntryHash>,
    /// The control body.
    pub control: Option<Vec<u8>>,
    /// The sealed body's ciphertext.
    pub sealed: Option<Vec<u8>>,
}

impl Draft {
    /// A draft that says only what it is and when.
    #[must_use]
    pub const fn new(kind: Kind, wall_ms: u64) -> Self {
        Self {
            kind,
            wall_ms,
            seen: Vec::new(),
            grant: None,
            member: None,
            scope: None,
            epoch: None,
            control: None,
            sealed: None,
        }
    }
}

/// The end of one's own log.
#[derive(Debug, Clone)]
pub struct Chain {
    place: Place,
    next: u64,
    prev: Option<EntryHash>,
}

impl Chain {
    /// A log that has no entry yet.
    #[must_use]
    pub const fn start(place: Place) -> Self {
        Self {
            place,
            next: 0,
            prev: None,
        }
    }

    /// A log whose last entry is known.
    #[must_use]
    pub const fn resume(place: Place, last: u64, hash: EntryHash) -> Self {
        Self {
            place,
            next: last + 1,
            prev: Some(hash),
        }
    }

    /// Whose log.
    #[must_use]
    pub const fn place(&self) -> &Place {
        &self.place
    }

    /// The seq that the next entry gets.
    #[must_use]
    pub const fn next_seq(&self) -> u64 {
        self.next
    }

    /// The hash of the last entry.
    #[must_use]
    pub const fn prev(&self) -> Option<EntryHash> {
        self.prev
    }

    /// The context of the next entry's sealed body: everything that says where it belongs
    /// (docs/format.md, "Sealed bodies"), so that it opens nowhere else.
    #[must_use]
    pub fn body_ctx(&self, purpose: Label, draft: &Draft) -> Ctx {
        body_ctx(
            purpose,
            &self.place,
            self.next,
            self.prev,
            (draft.kind.number(), draft.grant, draft.scope, draft.epoch),
        )
    }

    /// Appends: makes the header, hashes, and moves the end of the log.
    ///
    /// # Errors
    /// [`EntryError`] when the draft is larger than an entry may be; the log is as it was.
    pub fn append(&mut self, draft: Draft) -> Result<(RawEntry, Entry), EntryError> {
        let describe = |bytes: &Option<Vec<u8>>| match bytes {
            None => Ok(None),
            Some(bytes) => BodyRef::of(bytes).map(Some).ok_or(EntryError::Body),
        };
        let header = Header {
            kind: draft.kind.number(),
            critical: draft.kind.is_critical(),
            seq: self.next,
            prev: self.prev,
            seen: draft.seen,
            wall_ms: draft.wall_ms,
            scope: draft.scope,
            epoch: draft.epoch,
            control: describe(&draft.control)?,
            sealed: describe(&draft.sealed)?,
        };
        let raw = RawEntry {
            header: cbor::encode(&header),
            grant: draft.grant,
            member: draft.member,
            control: draft.control,
        };
        let entry = Entry::parse(self.place, &raw)?;
        self.next += 1;
        self.prev = Some(entry.hash);
        Ok((raw, entry))
    }
}

impl Entry {
    /// The context of this entry's sealed body; see [`Chain::body_ctx`].
    #[must_use]
    pub fn body_ctx(&self, purpose: Label) -> Ctx {
        body_ctx(
            purpose,
            &self.place,
            self.header.seq,
            self.header.prev,
            (
                self.header.kind,
                self.grant,
                self.header.scope,
                self.header.epoch,
            ),
        )
    }
}

fn body_ctx(
    purpose: Label,
    place: &Place,
    seq: u64,
    prev: Option<EntryHash>,
    (kind, grant, scope, epoch): (u16, Option<GrantId>, Option<ScopeId>, Option<EntryHash>),
) -> Ctx {
    Ctx::new(
        purpose,
        &[
            place.team.as_bytes(),
            place.log.as_bytes(),
            &seq.to_le_bytes(),
            prev.as_ref().map_or(&[][..], |h| h.as_bytes()),
            place.device.as_bytes(),
            grant.as_ref().map_or(&[][..], |g| g.as_bytes()),
            scope.as_ref().map_or(&[][..], |s| s.as_bytes()),
            epoch.as_ref().map_or(&[][..], |e| e.as_bytes()),
            &u32::from(kind).to_le_bytes(),
        ],
    )
}
