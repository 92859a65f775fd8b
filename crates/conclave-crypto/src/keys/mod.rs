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
pub use device::{DeviceSeed, KitFindingKey, KitSeed, Own0Seed};
pub use invite::{InviteCodeKey, PairingKey};
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

#[cfg(test)]
mod tests {
    use core::fmt::{Debug, Display};

    use static_assertions::{assert_impl_all, assert_not_impl_any};
    use subtle::ConstantTimeEq;
    use zeroize::ZeroizeOnDrop;

    use super::*;
    use crate::{sign::VerifyKey, testing::rng};

    macro_rules! derive_nothing {
        ($($name:ty),*) => {$(
            assert_not_impl_any!(
                $name: Clone, Copy, Debug, Display, Default, PartialEq, PartialOrd,
                core::hash::Hash, AsRef<[u8]>, core::ops::Deref
            );
            assert_impl_all!($name: ZeroizeOnDrop, Send, Sync);
        )*};
    }

    derive_nothing!(
        ContentKey,
        DeviceSecret,
        DeviceSeed,
        FileKey,
        InviteCodeKey,
        KeychainKey,
        KitFindingKey,
        KitSeed,
        LocalKey,
        LocalMasterKey,
        OuterKey,
        PairingKey,
        Own0Seed,
        RowKey,
        ScopeKey,
        SealSecretKey,
        SecretBytes,
        SigningKey
    );

    // What may master an envelope, and what may not.
    assert_impl_all!(ScopeKey: EnvKey);
    assert_not_impl_any!(DeviceSecret: EnvKey);
    assert_not_impl_any!(DeviceSeed: EnvKey);
    assert_not_impl_any!(KitSeed: EnvKey);
    assert_not_impl_any!(Own0Seed: EnvKey);

    #[test]
    fn taking_bytes_wipes_their_source() {
        let mut source = [7; 32];
        let key = ScopeKey::from_bytes(&mut source);
        assert_eq!((source, key.expose_secret()), ([0; 32], &[7; 32]));

        let mut source = [7; 32];
        let _key = SigningKey::from_seed(&mut source);
        assert_eq!(source, [0; 32]);
        let mut source = [7; 32];
        let _key = SealSecretKey::from_seed(&mut source);
        assert_eq!(source, [0; 32]);
    }

    #[test]
    fn a_slice_has_exactly_32_bytes() {
        for len in [0, 31, 33, 64] {
            assert!(ScopeKey::from_slice(&vec![1; len]).is_err());
        }
        let key = ScopeKey::from_slice(&[1; 32]).unwrap();
        assert!(bool::from(key.ct_eq(&ScopeKey::from_bytes(&mut [1; 32]))));
        assert!(!bool::from(key.ct_eq(&ScopeKey::from_bytes(&mut [2; 32]))));
    }

    #[test]
    fn random_keys_differ() {
        let mut rng = rng(1);
        let dynamic: &mut dyn rand_core::CryptoRng = &mut rng;
        let (one, two) = (ScopeKey::random(dynamic), ScopeKey::random(dynamic));
        assert!(!bool::from(one.ct_eq(&two)));
    }

    #[test]
    fn what_derives_from_one_key_is_separate() {
        let master = LocalMasterKey::from_bytes(&mut [1; 32]);
        let rows = [master.row_key("a"), master.row_key("b"), master.row_key("")];
        let scope = ScopeKey::from_bytes(&mut [1; 32]);
        let mut seen = std::collections::BTreeSet::new();
        for secret in rows.iter().map(RowKey::expose_secret) {
            assert!(seen.insert(*secret));
        }
        assert!(seen.insert(scope.commit()));
        assert!(seen.insert([1; 32]));
        assert!(
            seen.insert(
                DeviceSeed::from_bytes(&mut [1; 32])
                    .signing()
                    .verify_key()
                    .to_bytes()
            )
        );
        let invite = InviteCodeKey::from_bytes(&mut [1; 32]);
        assert!(seen.insert(invite.signing().verify_key().to_bytes()));
        let raw: VerifyKey = SigningKey::from_seed(&mut [1; 32]).verify_key();
        assert!(seen.insert(raw.to_bytes()));

        let sealing = DeviceSeed::from_bytes(&mut [1; 32]).sealing();
        assert_ne!(sealing.public().hash(), scope.sealing().public().hash());
    }

    #[test]
    fn a_rows_tag_depends_on_key_and_fields() {
        let master = LocalMasterKey::from_bytes(&mut [1; 32]);
        let tag = master.row_key("a").tag(&[b"x", b"y"]);
        assert_eq!(tag, master.row_key("a").tag(&[b"x", b"y"]));
        assert_ne!(tag, master.row_key("b").tag(&[b"x", b"y"]));
        assert_ne!(tag, master.row_key("a").tag(&[b"xy"]));
        assert_ne!(tag, master.row_key("a").tag(&[b"x", b"y", b""]));
    }

    #[test]
    fn a_kit_and_the_recovery_owner_are_devices_on_paper() {
        let device = DeviceSeed::from_bytes(&mut [1; 32]);
        let kit = KitSeed::from_bytes(&mut [1; 32]);
        let own0 = Own0Seed::from_bytes(&mut [1; 32]);
        let expected = device.signing().verify_key();
        assert_eq!(kit.signing().verify_key(), expected);
        assert_eq!(own0.signing().verify_key(), expected);
        assert_eq!(kit.sealing().public(), device.sealing().public());
    }

    #[test]
    fn public_keys_print_their_hash_only() {
        let key = DeviceSeed::from_bytes(&mut [1; 32]).sealing();
        let text = format!("{:?}", key.public());
        assert_eq!(
            text,
            format!("SealPublicKey(sha256 {})", hex::encode(key.public().hash()))
        );
    }
}
