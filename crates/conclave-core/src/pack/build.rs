//! Making a pack out of entries of one's own log.

use std::collections::BTreeMap;

use conclave_crypto::{OuterKey, Pad, SigningKey, env, label};
use rand_core::CryptoRng;

use super::{
    Control, LogIdentity, MAGIC, MAX_CONTROL, MAX_ENTRIES, OUT_GENERATION, PackId, SUITE, Slot,
    outer_ctx,
};
use crate::{
    cbor,
    entry::{Entry, EntryError, RawEntry},
    id::{EntryHash, GrantId, TeamId},
    layout::Span,
};

/// Why a pack could not be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// There is nothing to pack, or more than a pack may hold.
    #[error("a pack holds between one entry and its limit")]
    Size,
    /// The entries do not follow each other in this log.
    #[error("the entries do not follow each other in one log")]
    Chain,
    /// An entry is not what the format says.
    #[error("an entry does not follow the format")]
    Entry(#[from] EntryError),
}

/// Packs consecutive entries with their sealed bodies and signs the last one, which commits the
/// device to everything before it. Returns which pack it is and its bytes.
///
/// # Errors
/// [`BuildError`] when the entries are none, too many, or not consecutive in this log.
pub fn build(
    team: TeamId,
    out: &OuterKey,
    identity: &LogIdentity,
    signer: &SigningKey,
    entries: &[(RawEntry, Option<Vec<u8>>)],
    rng: &mut dyn CryptoRng,
) -> Result<(PackId, Vec<u8>), BuildError> {
    if entries.len() > MAX_ENTRIES {
        return Err(BuildError::Size);
    }
    let place = identity.place(team);
    let mut table = GrantTable::default();
    let mut slots = Vec::with_capacity(entries.len());
    let mut bodies = Vec::new();
    let mut ends: Option<(u64, u64, EntryHash)> = None;
    for (raw, sealed) in entries {
        let entry = Entry::parse(place, raw)?;
        match (&entry.header.sealed, sealed) {
            (None, None) => {}
            (Some(named), Some(bytes)) if named.matches(bytes) => bodies.extend_from_slice(bytes),
            _ => return Err(EntryError::Body.into()),
        }
        ends = Some(match ends {
            None => (entry.seq(), entry.seq(), entry.hash),
            Some((first, last, hash))
                if entry.seq() == last + 1 && entry.header.prev == Some(hash) =>
            {
                (first, entry.seq(), entry.hash)
            }
            Some(_) => return Err(BuildError::Chain),
        });
        slots.push(Slot {
            header: raw.header.clone(),
            grant: raw.grant.map(|g| table.index(g)),
            member: raw.member.map(|g| table.index(g)),
            control: raw.control.clone(),
        });
    }
    let (first, last, last_hash) = ends.ok_or(BuildError::Size)?;
    let signature = signer.sign(
        label::PACK,
        &[
            team.as_bytes(),
            place.log.as_bytes(),
            place.device.as_bytes(),
            &last.to_le_bytes(),
            last_hash.as_bytes(),
        ],
    );
    let control = cbor::encode(&Control {
        identity: *identity,
        grants: table.grants,
        entries: slots,
        signature: signature.to_bytes(),
    });
    let span = Span::new(first, last).ok_or(BuildError::Chain)?;
    let id = PackId {
        log: place.log,
        span,
    };
    let sealed = env::seal(
        out,
        &outer_ctx(label::PACK_CONTROL, &id, &team),
        Pad::Padme,
        &control,
        rng,
    );
    let len = u32::try_from(sealed.len())
        .ok()
        .filter(|len| *len <= MAX_CONTROL);
    let len = len.ok_or(BuildError::Size)?;
    let mut file = Vec::with_capacity(super::PREFIX_LEN + sealed.len() + bodies.len());
    file.extend_from_slice(&MAGIC);
    file.push(SUITE);
    file.extend_from_slice(&OUT_GENERATION.to_le_bytes());
    file.extend_from_slice(&len.to_le_bytes());
    file.extend_from_slice(&sealed);
    file.extend_from_slice(&bodies);
    Ok((id, file))
}

/// The grants that the entries of a pack are written under, each named once.
#[derive(Default)]
struct GrantTable {
    grants: Vec<GrantId>,
    places: BTreeMap<GrantId, u32>,
}

impl GrantTable {
    fn index(&mut self, grant: GrantId) -> u32 {
        *self.places.entry(grant).or_insert_with(|| {
            self.grants.push(grant);
            u32::try_from(self.grants.len() - 1).unwrap_or(u32::MAX)
        })
    }
}
