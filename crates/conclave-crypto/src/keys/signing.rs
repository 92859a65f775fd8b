//! The Ed25519 signing key.

use ed25519_dalek::Signer;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::{keys::SecretBytes, sign::VerifyKey};

/// An Ed25519 signing key. It signs only under a label
/// ([`sign`](SigningKey::sign)), and cannot be taken out again.
pub struct SigningKey(Box<ed25519_dalek::SigningKey>);

impl SigningKey {
    /// A key from its 32-byte seed, which is wiped. The product derives its keys
    /// ([`DeviceSeed::signing`](crate::DeviceSeed::signing)); this is for vectors and tests.
    #[must_use]
    pub fn from_seed(seed: &mut [u8; 32]) -> Self {
        let key = Self(Box::new(ed25519_dalek::SigningKey::from_bytes(seed)));
        seed.zeroize();
        key
    }

    pub(crate) fn from_secret(seed: &SecretBytes) -> Self {
        Self(Box::new(ed25519_dalek::SigningKey::from_bytes(
            seed.expose(),
        )))
    }

    /// The public half.
    #[must_use]
    pub fn verify_key(&self) -> VerifyKey {
        VerifyKey::from_bytes(self.0.verifying_key().to_bytes())
    }

    pub(crate) fn sign_raw(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

// The library's key wipes itself; the box adds no copy.
impl ZeroizeOnDrop for SigningKey {}
