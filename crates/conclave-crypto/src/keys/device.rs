//! The seeds from which a device, a recovery kit and the recovery owner have their key pairs.
//!
//! A kit and the recovery owner are devices whose seed lies on paper: the same derivation, but
//! types of their own, so that neither is ever stored where a device's seed is.

use crate::{
    hash::lp,
    keys::{KeychainKey, SealSecretKey, SecretBytes, SigningKey, secret},
    label,
};

secret! {
    /// A device's seed. It never leaves its device.
    DeviceSeed
}

secret! {
    /// A recovery kit's seed: a device of its user on paper, senior to all others.
    KitSeed
}

secret! {
    /// Opens what a kit finds on the storage, and nothing else.
    KitFindingKey: env
}

impl DeviceSeed {
    /// The key that opens a machine's local store: nobody types a passphrase there, and whoever
    /// has the seed can read all that lies in it anyway.
    #[must_use]
    pub fn machine_store(&self) -> KeychainKey {
        let info = lp(label::MACHINE_STORE, &[]);
        KeychainKey::derived(SecretBytes::derive(&[], self.0.expose(), &info))
    }
}

impl KitSeed {
    /// The key of what this kit finds on the storage.
    #[must_use]
    pub fn finding(&self) -> KitFindingKey {
        KitFindingKey(SecretBytes::derive(
            &[],
            self.0.expose(),
            &lp(label::KIT_FINDING, &[]),
        ))
    }
}

secret! {
    /// The seed of OWN0, the recovery owner: offline and printed, a recipient of nothing.
    Own0Seed
}

macro_rules! key_pairs {
    ($($name:ident)*) => {$(
        impl $name {
            /// The Ed25519 key pair.
            #[must_use]
            pub fn signing(&self) -> SigningKey {
                let seed = SecretBytes::derive(&[], self.0.expose(), &lp(label::DEVICE_SIGNING, &[]));
                SigningKey::from_secret(&seed)
            }

            /// The X-Wing key pair.
            #[must_use]
            pub fn sealing(&self) -> SealSecretKey {
                let seed = SecretBytes::derive(&[], self.0.expose(), &lp(label::DEVICE_SEALING, &[]));
                SealSecretKey::from_secret(&seed)
            }
        }
    )*};
}

key_pairs! { DeviceSeed KitSeed Own0Seed }
