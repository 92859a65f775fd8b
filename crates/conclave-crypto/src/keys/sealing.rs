//! The X-Wing key pair of boxes.

use core::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::{
    error::SealError,
    hash::sha256,
    hazmat::hpke::{self, PUBLIC_KEY},
    keys::SecretBytes,
};

/// Bytes of a public key for boxes.
pub const SEAL_PUBLIC_KEY_LEN: usize = PUBLIC_KEY;

/// An X-Wing public key, as published: ML-KEM-768, then X25519. Parsing checks the length only;
/// [`check`](Self::check) says whether it can be sealed to, and sealing asks again.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SealPublicKey(Box<[u8; PUBLIC_KEY]>);

impl SealPublicKey {
    /// A key from its published bytes.
    ///
    /// # Errors
    /// [`SealError::UnusableKey`] unless there are exactly 1,216.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SealError> {
        let bytes = <&[u8; PUBLIC_KEY]>::try_from(bytes).map_err(|_| SealError::UnusableKey)?;
        Ok(Self(Box::new(*bytes)))
    }

    /// The published bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; PUBLIC_KEY] {
        &self.0
    }

    /// Plain SHA-256 of the published bytes: what stands in `info` and beside a box.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        sha256(self.0.as_slice())
    }

    /// Whether the key can be sealed to: canonical, and not of low order.
    ///
    /// # Errors
    /// [`SealError::UnusableKey`].
    pub fn check(&self) -> Result<(), SealError> {
        hpke::parse_public_key(&self.0).map(|_| ())
    }
}

impl AsRef<[u8]> for SealPublicKey {
    fn as_ref(&self) -> &[u8] {
        self.0.as_slice()
    }
}

impl fmt::Debug for SealPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealPublicKey(sha256 ")?;
        self.hash()
            .iter()
            .try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str(")")
    }
}

/// The secret half: opens boxes.
pub struct SealSecretKey {
    private: Box<hpke::PrivateKey>,
    public: SealPublicKey,
}

impl SealSecretKey {
    /// A key from its 32-byte X-Wing seed, which is wiped. The product derives its keys
    /// ([`DeviceSeed::sealing`](crate::DeviceSeed::sealing)); this is for vectors and tests.
    #[must_use]
    pub fn from_seed(seed: &mut [u8; 32]) -> Self {
        let key = Self::new(seed);
        seed.zeroize();
        key
    }

    pub(crate) fn from_secret(seed: &SecretBytes) -> Self {
        Self::new(seed.expose())
    }

    fn new(seed: &[u8; 32]) -> Self {
        let private = Box::new(hpke::private_key(seed));
        let public = SealPublicKey(Box::new(hpke::public_key(&private)));
        Self { private, public }
    }

    /// The public half.
    #[must_use]
    pub const fn public(&self) -> &SealPublicKey {
        &self.public
    }

    pub(crate) fn private(&self) -> &hpke::PrivateKey {
        &self.private
    }
}

// The library's key wipes its seed when dropped (`x-wing` with its feature `zeroize`).
impl ZeroizeOnDrop for SealSecretKey {}
