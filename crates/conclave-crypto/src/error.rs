//! The errors of this crate: few, and each says no more than the caller may know.
//!
//! Whatever goes wrong while something is opened is [`OpenError`], one value without a reason, so
//! that neither a log nor a timing-blind attacker learns which check refused (docs/format.md,
//! Suite). Texts never hold a secret.

use thiserror::Error;

/// Something could not be opened: wrong key, wrong context, damaged, truncated or forged.
///
/// It is one opaque value on purpose; there is nothing in it to tell two failures apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the sealed data could not be opened")]
pub struct OpenError {
    _opaque: (),
}

impl OpenError {
    /// The one value, also for callers whose own parsing of opened bytes fails alike.
    #[must_use]
    pub const fn new() -> Self {
        Self { _opaque: () }
    }
}

impl Default for OpenError {
    fn default() -> Self {
        Self::new()
    }
}

/// A signature does not stand under these bytes for this key and label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the signature does not verify")]
pub struct BadSignature;

/// Why a box could not be sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SealError {
    /// The recipient's public key is not 1,216 bytes, holds a non-canonical ML-KEM key, or its
    /// X25519 half is of low order (docs/format.md, Suite).
    #[error("the recipient's public key cannot be used")]
    UnusableKey,
    /// The pre-shared key is shorter than 32 bytes or its id is empty (RFC 9180 §5.1.2).
    #[error("the pre-shared key is too short or unnamed")]
    WeakPsk,
    /// The plaintext is longer than the cipher can seal.
    #[error("the plaintext is too long for one box")]
    TooLong,
}

/// Why a passphrase was not turned into a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KdfError {
    /// The parameters lie below the floor; somebody may have edited them down.
    #[error("the passphrase parameters are below the floor")]
    BelowFloor,
    /// The parameters lie above the ceiling; they would exhaust this computer.
    #[error("the passphrase parameters are above the ceiling")]
    AboveCeiling,
    /// This computer could not provide the memory.
    #[error("there is not enough memory to derive the key")]
    OutOfMemory,
}
