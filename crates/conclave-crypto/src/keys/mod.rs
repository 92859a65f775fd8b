//! The secrets, one type for each kind of key.
//!
//! They derive nothing: no copy, no comparison but in constant time, no text form. Their bytes
//! live on the heap, where a move does not leave a copy behind, and are wiped when dropped. Which
//! key may do what is in the types: only an [`EnvKey`] masters an envelope, only a [`Secret32`]
//! is ever wrapped (docs/format.md, Keys).

mod bytes;
mod content;
mod device;
mod invite;
mod local;
mod outer;
mod scope;
mod sealing;
mod signing;

use crate::error::OpenError;

pub use content::{ContentKey, FileKey};
pub use device::{DeviceSeed, KitSeed, Own0Seed};
pub use invite::InviteCodeKey;
pub use local::{DeviceSecret, KeychainKey, LocalKey, LocalMasterKey, RowKey};
pub use outer::OuterKey;
pub use scope::ScopeKey;
pub use sealing::{SEAL_PUBLIC_KEY_LEN, SealPublicKey, SealSecretKey};
pub use signing::SigningKey;

pub(crate) use bytes::SecretBytes;

/// A secret of 32 bytes that may be wrapped under another key. Sealed: the kinds are listed here.
pub trait Secret32: sealed::Sealed + Sized {
    /// Takes the bytes and wipes their source.
    fn from_bytes(bytes: &mut [u8; 32]) -> Self;

    /// The bytes. Every call says in an `EXPOSE:` comment why.
    fn expose_secret(&self) -> &[u8; 32];

    /// Copies the bytes from something that was opened and wipes itself.
    ///
    /// # Errors
    /// [`OpenError`] unless there are exactly 32.
    fn from_slice(bytes: &[u8]) -> Result<Self, OpenError> {
        let mut bytes =
            zeroize::Zeroizing::new(<[u8; 32]>::try_from(bytes).map_err(|_| OpenError::new())?);
        Ok(Self::from_bytes(&mut bytes))
    }
}

/// A key that may master an envelope. Sealed: the kinds are listed here.
pub trait EnvKey: sealed::Sealed {
    /// The master from which each envelope's own key is derived.
    fn env_master(&self) -> &[u8; 32];
}

mod sealed {
    /// Held by the keys of this crate and by nobody else.
    pub trait Sealed {}
}

/// Defines a key of 32 bytes; `env` after the name lets it master envelopes.
macro_rules! secret {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        pub struct $name($crate::keys::SecretBytes);

        impl $name {
            /// Takes the bytes and wipes their source.
            #[must_use]
            pub fn from_bytes(bytes: &mut [u8; 32]) -> Self {
                Self($crate::keys::SecretBytes::take(bytes))
            }

            /// Copies the bytes from something that was opened and wipes itself.
            ///
            /// # Errors
            /// [`OpenError`](crate::OpenError) unless there are exactly 32.
            pub fn from_slice(bytes: &[u8]) -> Result<Self, $crate::OpenError> {
                <Self as $crate::keys::Secret32>::from_slice(bytes)
            }

            /// A new key from the given randomness.
            #[must_use]
            pub fn random<R: rand_core::CryptoRng + ?Sized>(rng: &mut R) -> Self {
                Self($crate::keys::SecretBytes::random(rng))
            }

            /// The bytes. Every call says in an `EXPOSE:` comment why.
            #[must_use]
            pub fn expose_secret(&self) -> &[u8; 32] {
                self.0.expose()
            }
        }

        impl $crate::keys::sealed::Sealed for $name {}

        impl $crate::keys::Secret32 for $name {
            fn from_bytes(bytes: &mut [u8; 32]) -> Self {
                Self::from_bytes(bytes)
            }

            fn expose_secret(&self) -> &[u8; 32] {
                self.0.expose()
            }
        }

        impl subtle::ConstantTimeEq for $name {
            fn ct_eq(&self, other: &Self) -> subtle::Choice {
                self.0.expose().ct_eq(other.0.expose())
            }
        }

        impl zeroize::ZeroizeOnDrop for $name {}
    };
    ($(#[$doc:meta])* $name:ident: env) => {
        $crate::keys::secret! { $(#[$doc])* $name }

        impl $crate::keys::EnvKey for $name {
            fn env_master(&self) -> &[u8; 32] {
                self.0.expose()
            }
        }
    };
}
pub(crate) use secret;
