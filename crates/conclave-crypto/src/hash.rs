//! SHA-256 with domain separation: the one hash of the format.
//!
//! [`lp`] prefixes the label and every field with its length, which makes the encoding injective:
//! no two lists of fields give the same bytes (docs/format.md, Notation).

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

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;
    use crate::{label, testing::cases};

    fn fields() -> impl Strategy<Value = Vec<Vec<u8>>> {
        // Short alphabets and lengths, so that equal concatenations are common.
        vec(vec(0..2u8, 0..4), 0..4)
    }

    fn slices(fields: &[Vec<u8>]) -> Vec<&[u8]> {
        fields.iter().map(Vec::as_slice).collect()
    }

    proptest! {
        #![proptest_config(cases(512))]

        #[test]
        fn lp_is_injective(a in fields(), b in fields()) {
            let same = lp(label::ITEM, &slices(&a)) == lp(label::ITEM, &slices(&b));
            prop_assert_eq!(same, a == b);
            prop_assert_ne!(lp(label::ITEM, &slices(&a)), lp(label::SCOPE, &slices(&a)));
        }

        #[test]
        fn hash_is_sha256_of_lp(a in fields()) {
            let (a, label) = (slices(&a), label::ITEM);
            prop_assert_eq!(hash(label, &a), sha256(&lp(label, &a)));
        }
    }

    #[test]
    fn sha256_is_sha256() {
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hex::encode(sha256(b"abc")), expected);
    }
}
