//! Signatures: Ed25519 over the LP of a label and fields, verified by one strict rule everywhere.
//!
//! `verify_strict` refuses keys and commitments of small order and non-canonical encodings, so
//! that two implementations, or one verifying alone and in a batch, never disagree about a
//! signature. The label keeps a signature of one kind from passing as another (docs/format.md,
//! Signatures).

use core::fmt;

use crate::{error::BadSignature, hash::lp, keys::SigningKey, label::Label, meter};

/// An Ed25519 public key, as published; it is checked when it verifies something.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VerifyKey([u8; 32]);

/// An Ed25519 signature, as published; it is checked when it is verified.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Signature([u8; 64]);

impl SigningKey {
    /// Signs the LP of a label and fields.
    #[must_use]
    pub fn sign(&self, label: Label, fields: &[&[u8]]) -> Signature {
        meter::count_sign();
        Signature(self.sign_raw(&lp(label, fields)))
    }
}

impl VerifyKey {
    /// A key from its 32 published bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The published bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The published bytes.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 32] {
        self.0
    }

    /// Verifies a signature over the LP of a label and fields, strictly.
    ///
    /// # Errors
    /// [`BadSignature`], whatever the reason.
    pub fn verify(
        &self,
        label: Label,
        fields: &[&[u8]],
        signature: &Signature,
    ) -> Result<(), BadSignature> {
        meter::count_verify();
        self.verify_raw(&lp(label, fields), &signature.0)
    }

    /// Ed25519 without a label: for vectors by others, hence not public.
    pub(crate) fn verify_raw(
        &self,
        message: &[u8],
        signature: &[u8; 64],
    ) -> Result<(), BadSignature> {
        let signature = ed25519_dalek::Signature::from_bytes(signature);
        ed25519_dalek::VerifyingKey::from_bytes(&self.0)
            .and_then(|key| key.verify_strict(message, &signature))
            .map_err(|_| BadSignature)
    }
}

impl Signature {
    /// A signature from its 64 bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 64]) -> Self {
        Self(bytes)
    }

    /// The signature's bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 64] {
        &self.0
    }

    /// The signature's bytes.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 64] {
        self.0
    }
}

impl AsRef<[u8]> for VerifyKey {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl AsRef<[u8]> for Signature {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for VerifyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VerifyKey(")?;
        write_hex(f, &self.0)?;
        f.write_str(")")
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signature(")?;
        write_hex(f, &self.0)?;
        f.write_str(")")
    }
}

fn write_hex(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;
    use crate::{
        keys::DeviceSeed,
        label,
        testing::{cases, flips},
    };

    fn signer(byte: u8) -> SigningKey {
        DeviceSeed::from_bytes(&mut [byte; 32]).signing()
    }

    proptest! {
        #![proptest_config(cases(32))]

        #[test]
        fn what_was_signed_verifies(seed: u8, fields in vec(vec(any::<u8>(), 0..100), 0..5)) {
            let fields: Vec<_> = fields.iter().map(Vec::as_slice).collect();
            let signature = signer(seed).sign(label::PACK, &fields);
            prop_assert!(signer(seed).verify_key().verify(label::PACK, &fields, &signature).is_ok());
        }

        #[test]
        fn hostile_bytes_are_refused_and_never_panic(key: [u8; 32], half: [[u8; 32]; 2]) {
            let signature = Signature::from_bytes(half.concat().try_into().unwrap());
            let verified = VerifyKey::from_bytes(key).verify(label::PACK, &[], &signature);
            prop_assert_eq!(verified, Err(BadSignature));
        }
    }

    #[test]
    fn every_byte_counts() {
        let (key, message) = (signer(1).verify_key(), b"a message");
        let signature = signer(1).sign(label::PACK, &[message]);
        assert!(key.verify(label::PACK, &[message], &signature).is_ok());
        for bytes in flips(signature.as_bytes()) {
            let flipped = Signature::from_bytes(bytes.try_into().unwrap());
            assert!(key.verify(label::PACK, &[message], &flipped).is_err());
        }
        for flipped in flips(message) {
            assert!(key.verify(label::PACK, &[&flipped], &signature).is_err());
        }
        for bytes in flips(key.as_bytes()) {
            let flipped = VerifyKey::from_bytes(bytes.try_into().unwrap());
            assert!(flipped.verify(label::PACK, &[message], &signature).is_err());
        }
    }

    #[test]
    fn another_label_key_or_division_into_fields_is_refused() {
        let key = signer(1).verify_key();
        let signature = signer(1).sign(label::PACK, &[b"ab", b"c"]);
        assert!(key.verify(label::PACK, &[b"ab", b"c"], &signature).is_ok());
        assert!(key.verify(label::HEAD, &[b"ab", b"c"], &signature).is_err());
        assert!(key.verify(label::PACK, &[b"a", b"bc"], &signature).is_err());
        assert!(key.verify(label::PACK, &[b"abc"], &signature).is_err());
        assert!(
            key.verify(label::PACK, &[b"ab", b"c", b""], &signature)
                .is_err()
        );
        let other = signer(2).verify_key();
        assert!(
            other
                .verify(label::PACK, &[b"ab", b"c"], &signature)
                .is_err()
        );
    }

    /// Under the neutral point as its key, one signature fits every message unless verified
    /// strictly.
    #[test]
    fn a_key_of_small_order_is_refused_though_the_lax_rule_accepts() {
        use ed25519_dalek::Verifier;

        let mut neutral = [0; 32];
        neutral[0] = 1;
        let signature = [neutral, [0; 32]].concat().try_into().unwrap();
        let lax = ed25519_dalek::VerifyingKey::from_bytes(&neutral).unwrap();
        let parsed = ed25519_dalek::Signature::from_bytes(&signature);
        assert!(lax.verify(b"any message", &parsed).is_ok());
        let strict = VerifyKey::from_bytes(neutral);
        assert_eq!(
            strict.verify_raw(b"any message", &signature),
            Err(BadSignature)
        );
    }

    #[test]
    fn public_values_print_as_hex() {
        let key = VerifyKey::from_bytes([0xab; 32]);
        assert_eq!(
            format!("{key:?}"),
            format!("VerifyKey({})", "ab".repeat(32))
        );
    }
}
