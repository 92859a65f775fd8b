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

    /// Ed25519 without a label: for vectors by others, hence private.
    fn verify_raw(&self, message: &[u8], signature: &[u8; 64]) -> Result<(), BadSignature> {
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
