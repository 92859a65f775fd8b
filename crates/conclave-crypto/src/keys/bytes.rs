//! 32 secret bytes on the heap: what every key of this crate is made of.

use rand_core::CryptoRng;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// 32 bytes that are wiped when dropped. On the heap, so that moving a key moves a pointer and
/// leaves no copy of the bytes on the stack.
pub(crate) struct SecretBytes(Box<[u8; 32]>);

impl SecretBytes {
    /// Takes the bytes and wipes their source.
    pub(crate) fn take(source: &mut [u8; 32]) -> Self {
        let mut secret = Self(Box::new([0; 32]));
        secret.0.copy_from_slice(source);
        source.zeroize();
        secret
    }

    /// Bytes from the given randomness, filled in place.
    pub(crate) fn random<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        let mut secret = Self(Box::new([0; 32]));
        rng.fill_bytes(secret.0.as_mut_slice());
        secret
    }

    /// Bytes derived by HKDF, filled in place.
    pub(crate) fn derive(salt: &[u8], ikm: &[u8; 32], info: &[u8]) -> Self {
        let mut secret = Self(Box::new([0; 32]));
        crate::hazmat::hkdf::hkdf(salt, ikm, info, &mut secret.0);
        secret
    }

    pub(crate) fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl Drop for SecretBytes {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl ZeroizeOnDrop for SecretBytes {}
