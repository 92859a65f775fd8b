//! Packs: the files of a log on the storage (docs/format.md, "Packs").
//!
//! ```text
//! prefix (17 B)          magic "conclave" ‖ suite u8 ‖ OUT generation u32 ‖ control length u32
//! control section        ENV(OUT): identity, grant table, headers, control bodies, signature
//! body section           the sealed bodies, end to end, in the order of their entries
//! ```
//!
//! The control section is everything that decides; bodies can be fetched by range, one at a time.

mod build;
mod chain;
mod head;
mod identity;
mod read;

use conclave_crypto::{Label, env::Ctx};
use minicbor::{Decode, Encode};

pub use self::{
    build::{BuildError, build},
    chain::{Chain, Draft},
    head::Head,
    identity::LogIdentity,
    read::{Pack, PackError, PackPrefix, Verified, verify_run},
};
use crate::{
    id::{GrantId, LogId, TeamId},
    layout::{HeadName, PackName, Span},
    remote::Key,
};

/// The first eight bytes of every file of ours.
pub const MAGIC: [u8; 8] = *b"conclave";
/// The one suite of version 1 (docs/format.md, "Suite").
pub const SUITE: u8 = 1;
/// The one outer-key generation of version 1.
pub const OUT_GENERATION: u32 = 1;
/// Bytes before the control section.
pub const PREFIX_LEN: usize = 17;
/// The largest control section, in bytes.
pub const MAX_CONTROL: u32 = 64 << 20;
/// The largest pack, in bytes.
pub const MAX_PACK: u64 = 192 << 20;
/// The most entries in one pack.
pub const MAX_ENTRIES: usize = 65_536;
/// Where a writer starts a new pack, in bytes, unless one entry is larger.
pub const TARGET_PACK: usize = 1 << 20;

/// Which pack: a run of one log's entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackId {
    /// Whose log.
    pub log: LogId,
    /// Which entries.
    pub span: Span,
}

impl PackId {
    /// Where the pack lies.
    #[must_use]
    pub fn key(&self) -> Key {
        PackName { span: self.span }.key(&self.log)
    }

    /// The head that names this pack as the newest.
    #[must_use]
    pub const fn head(&self) -> HeadName {
        HeadName {
            log: self.log,
            span: self.span,
        }
    }
}

/// The plaintext of the control section.
#[derive(Encode, Decode)]
#[cbor(map)]
struct Control {
    #[n(0)]
    identity: LogIdentity,
    #[n(1)]
    grants: Vec<GrantId>,
    #[n(2)]
    entries: Vec<Slot>,
    #[n(3)]
    #[cbor(with = "minicbor::bytes")]
    signature: [u8; 64],
}

/// One entry in the control section.
#[derive(Encode, Decode)]
#[cbor(map)]
struct Slot {
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    header: Vec<u8>,
    /// Index into the grant table.
    #[n(1)]
    grant: Option<u32>,
    /// Index into the grant table, under a group's grant.
    #[n(2)]
    member: Option<u32>,
    #[n(3)]
    #[cbor(with = "minicbor::bytes")]
    control: Option<Vec<u8>>,
}

/// The context of a file of this log that is sealed under the outer key.
fn outer_ctx(purpose: Label, id: &PackId, team: &TeamId) -> Ctx {
    Ctx::new(
        purpose,
        &[
            team.as_bytes(),
            id.log.as_bytes(),
            &id.span.first().to_le_bytes(),
            &id.span.last().to_le_bytes(),
            &OUT_GENERATION.to_le_bytes(),
        ],
    )
}

#[cfg(test)]
mod tests;
