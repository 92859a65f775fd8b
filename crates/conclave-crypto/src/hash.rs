//! SHA-256 with domain separation: the one hash of the format.
//!
//! [`lp`] prefixes the label and every field with its length, which makes the encoding injective:
//! no two lists of fields give the same bytes (docs/format.md, LP).

use sha2::{Digest, Sha256};

use crate::label::Label;

/// LP: the label, then every field, each prefixed by its length as a little-endian `u64`.
#[must_use]
pub fn lp(label: Label, fields: &[&[u8]]) -> Vec<u8> {
    let parts = || core::iter::once(label.as_bytes()).chain(fields.iter().copied());
    let mut out = Vec::with_capacity(parts().map(|part| part.len() + 8).sum());
    for part in parts() {
        out.extend_from_slice(&(part.len() as u64).to_le_bytes());
        out.extend_from_slice(part);
    }
    out
}

/// SHA-256 over [`lp`] of the label and fields, without building the bytes first.
#[must_use]
pub fn hash(label: Label, fields: &[&[u8]]) -> [u8; 32] {
    let mut state = Sha256::new();
    for part in core::iter::once(label.as_bytes()).chain(fields.iter().copied()) {
        state.update((part.len() as u64).to_le_bytes());
        state.update(part);
    }
    state.finalize().into()
}

/// Plain SHA-256, for file names and for the hashes of published public keys.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}
