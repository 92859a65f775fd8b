//! Reading packs from a hostile storage: nothing is believed before it is verified.

use core::cmp::Reverse;

use conclave_crypto::{OuterKey, Pad, env, label, sign::Signature};

use super::{
    Control, LogIdentity, MAGIC, MAX_CONTROL, MAX_ENTRIES, OUT_GENERATION, PREFIX_LEN, PackId,
    SUITE, outer_ctx,
};
use crate::{
    cbor,
    entry::{Entry, RawEntry},
    id::{EntryHash, GrantId, TeamId},
};

/// Why a pack is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PackError {
    /// Shorter than it says; a file that is still being written looks like this.
    #[error("the file is not complete yet")]
    Short,
    /// Not one of our files.
    #[error("this is not a file of Conclave")]
    Foreign,
    /// Made by a newer version.
    #[error("this file was written by a newer version of Conclave")]
    Newer,
    /// Altered, misplaced or malformed. One error for all: a forger learns nothing.
    #[error("this file was altered or does not belong here")]
    Refused,
}

/// The clear first bytes of a pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PackPrefix {
    /// Bytes of the control section's ciphertext.
    pub control_len: u32,
}

impl PackPrefix {
    /// Reads the prefix.
    ///
    /// # Errors
    /// [`PackError::Short`], `Foreign`, or `Newer` for another suite or outer-key generation.
    pub fn parse(bytes: &[u8]) -> Result<Self, PackError> {
        let Some(prefix) = bytes.first_chunk::<PREFIX_LEN>() else {
            let shown = bytes.len().min(MAGIC.len());
            let ours = bytes.get(..shown) == MAGIC.get(..shown);
            return Err(if ours {
                PackError::Short
            } else {
                PackError::Foreign
            });
        };
        let [
            m0,
            m1,
            m2,
            m3,
            m4,
            m5,
            m6,
            m7,
            suite,
            g0,
            g1,
            g2,
            g3,
            l0,
            l1,
            l2,
            l3,
        ] = *prefix;
        if [m0, m1, m2, m3, m4, m5, m6, m7] != MAGIC {
            return Err(PackError::Foreign);
        }
        if suite != SUITE || u32::from_le_bytes([g0, g1, g2, g3]) != OUT_GENERATION {
            return Err(PackError::Newer);
        }
        let control_len = u32::from_le_bytes([l0, l1, l2, l3]);
        if control_len > MAX_CONTROL {
            return Err(PackError::Refused);
        }
        Ok(Self { control_len })
    }

    /// Bytes up to the end of the control section.
    #[must_use]
    pub const fn head_len(&self) -> usize {
        PREFIX_LEN + self.control_len as usize
    }
}

/// A pack whose chain and bodies hold together, but whose signature nobody has looked at.
#[derive(Debug, Clone)]
pub struct Pack {
    identity: LogIdentity,
    id: PackId,
    entries: Vec<Entry>,
    signature: [u8; 64],
    raw: Vec<RawEntry>,
}

/// A pack that its device signed, itself or through a pack that reaches further and chains to it.
#[derive(Debug, Clone)]
pub struct Verified(Pack);

impl Pack {
    /// Opens the control section of the pack that the storage keeps as `id`. `bytes` is the
    /// file, or at least its first [`PackPrefix::head_len`] bytes.
    ///
    /// # Errors
    /// [`PackError`]; nothing of a refused pack may be used.
    pub fn open(
        team: TeamId,
        out: &OuterKey,
        id: &PackId,
        bytes: &[u8],
    ) -> Result<Self, PackError> {
        let prefix = PackPrefix::parse(bytes)?;
        let sealed = bytes
            .get(PREFIX_LEN..prefix.head_len())
            .ok_or(PackError::Short)?;
        let plain = env::open(
            out,
            &outer_ctx(label::PACK_CONTROL, id, &team),
            Pad::Padme,
            sealed,
        )
        .map_err(|_| PackError::Refused)?;
        let control: Control = cbor::decode(&plain).map_err(|_| PackError::Refused)?;
        if control.entries.len() > MAX_ENTRIES {
            return Err(PackError::Refused);
        }
        let place = control.identity.place(team);
        if place.log != id.log {
            return Err(PackError::Refused);
        }
        let grant_at = |index: Option<u32>| -> Result<Option<GrantId>, PackError> {
            let Some(index) = index else { return Ok(None) };
            let grant = usize::try_from(index)
                .ok()
                .and_then(|i| control.grants.get(i));
            grant.copied().map(Some).ok_or(PackError::Refused)
        };
        let (mut entries, mut raws) = (Vec::new(), Vec::new());
        let mut expected: Option<(u64, Option<EntryHash>)> = None;
        for slot in control.entries {
            let raw = RawEntry {
                header: slot.header,
                grant: grant_at(slot.grant)?,
                member: grant_at(slot.member)?,
                control: slot.control,
            };
            let entry = Entry::parse(place, &raw).map_err(|_| PackError::Refused)?;
            let in_order = match expected {
                None => entry.seq() == id.span.first(),
                Some((seq, prev)) => entry.seq() == seq && entry.header.prev == prev,
            };
            if !in_order {
                return Err(PackError::Refused);
            }
            let next = entry.seq().checked_add(1).ok_or(PackError::Refused)?;
            expected = Some((next, Some(entry.hash)));
            entries.push(entry);
            raws.push(raw);
        }
        if entries.last().map(Entry::seq) != Some(id.span.last()) {
            return Err(PackError::Refused);
        }
        let signature = control.signature;
        Ok(Self {
            identity: control.identity,
            id: *id,
            entries,
            signature,
            raw: raws,
        })
    }

    /// Checks the device's signature over the last entry.
    ///
    /// # Errors
    /// [`PackError::Refused`] when it is not the device's.
    pub fn verify(self) -> Result<Verified, PackError> {
        let last = self.entries.last().ok_or(PackError::Refused)?;
        let place = last.place;
        self.identity
            .verify_key()
            .verify(
                label::PACK,
                &[
                    place.team.as_bytes(),
                    place.log.as_bytes(),
                    place.device.as_bytes(),
                    &last.seq().to_le_bytes(),
                    last.hash.as_bytes(),
                ],
                &Signature::from_bytes(self.signature),
            )
            .map_err(|_| PackError::Refused)?;
        Ok(Verified(self))
    }

    /// Which pack it is.
    #[must_use]
    pub const fn id(&self) -> &PackId {
        &self.id
    }

    /// Bytes of the body section.
    #[must_use]
    pub fn body_section_len(&self) -> u64 {
        self.entries
            .iter()
            .filter_map(|e| e.header.sealed)
            .map(|b| u64::from(b.len))
            .sum()
    }

    fn last_hash(&self) -> Option<EntryHash> {
        self.entries.last().map(|e| e.hash)
    }

    /// The hash that the chain of this pack gives for a place below its last entry, if it reaches
    /// there.
    fn hash_below(&self, seq: u64) -> Option<EntryHash> {
        let next = seq.checked_add(1)?.checked_sub(self.id.span.first())?;
        let next = self.entries.get(usize::try_from(next).ok()?)?;
        next.header.prev
    }

    /// Cuts the sealed bodies out of the whole file and proves each by the hash in its header.
    ///
    /// # Errors
    /// [`PackError::Short`] when the file ends early, `Refused` when a body is not the one named
    /// or something follows the last.
    pub fn bodies(&self, file: &[u8]) -> Result<Vec<(EntryHash, Vec<u8>)>, PackError> {
        let mut rest = file
            .get(PackPrefix::parse(file)?.head_len()..)
            .ok_or(PackError::Short)?;
        let mut out = Vec::new();
        for entry in &self.entries {
            let Some(named) = entry.header.sealed else {
                continue;
            };
            let len = usize::try_from(named.len).map_err(|_| PackError::Refused)?;
            let (body, after) = rest.split_at_checked(len).ok_or(PackError::Short)?;
            if !named.matches(body) {
                return Err(PackError::Refused);
            }
            out.push((entry.hash, body.to_vec()));
            rest = after;
        }
        if rest.is_empty() {
            Ok(out)
        } else {
            Err(PackError::Refused)
        }
    }
}

impl Verified {
    /// The entries in order.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.0.entries
    }

    /// The entries as they are stored.
    #[must_use]
    pub fn raw(&self) -> &[RawEntry] {
        &self.0.raw
    }

    /// Takes the entries.
    #[must_use]
    pub fn into_entries(self) -> Vec<Entry> {
        self.0.entries
    }

    /// Which pack it is.
    #[must_use]
    pub const fn id(&self) -> &PackId {
        &self.0.id
    }

    /// Whose log it is.
    #[must_use]
    pub const fn identity(&self) -> &LogIdentity {
        &self.0.identity
    }

    /// See [`Pack::bodies`].
    ///
    /// # Errors
    /// As there.
    pub fn bodies(&self, file: &[u8]) -> Result<Vec<(EntryHash, Vec<u8>)>, PackError> {
        self.0.bodies(file)
    }
}

/// Verifies packs of one log with as few signatures as their chain allows: a pack needs none of
/// its own where a verified one that reaches further chains to its last entry, by the entries in
/// it or by the `prev` of its first.
///
/// Returns, in the given order, each pack verified or refused. **The order decides nothing**, and
/// a pack is refused only where it would be refused alone and every other one is no help: so what
/// was taken in together passes again beside whatever was stored since.
#[must_use]
pub fn verify_run(packs: Vec<Pack>) -> Vec<Result<Verified, PackError>> {
    let mut packs: Vec<(usize, Pack)> = packs.into_iter().enumerate().collect();
    packs.sort_by_key(|(_, pack)| Reverse(pack.id.span.last()));
    let mut out: Vec<(usize, Result<Verified, PackError>)> = Vec::with_capacity(packs.len());
    // Places in `out` of those that may chain to what comes. They come by falling last entry, so
    // whoever begins too late for one begins too late for all after it.
    let mut reaching: Vec<usize> = Vec::new();
    for (at, pack) in packs {
        let last = pack.id.span.last();
        let above = |place: &usize| out.get(*place).and_then(|(_, above)| above.as_ref().ok());
        reaching.retain(|place| {
            above(place).is_some_and(|above| above.0.id.span.first() <= last.saturating_add(1))
        });
        let named = pack.last_hash();
        let mut reached = reaching.iter().filter_map(above);
        let verdict = if named.is_some() && reached.any(|above| above.0.hash_below(last) == named) {
            Ok(Verified(pack))
        } else {
            pack.verify()
        };
        if verdict.is_ok() {
            reaching.push(out.len());
        }
        out.push((at, verdict));
    }
    out.sort_by_key(|(at, _)| *at);
    out.into_iter().map(|(_, verdict)| verdict).collect()
}

#[cfg(test)]
impl Pack {
    /// Makes the signature wrong, for tests of what a run forgives.
    pub(super) fn spoil_signature(&mut self) {
        self.signature[0] ^= 1;
    }
}
