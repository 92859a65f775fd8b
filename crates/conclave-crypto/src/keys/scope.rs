//! The scope key: one epoch of a vault, an item, a group, a user or a built-in scope.

use crate::{
    hash::lp,
    keys::{SealSecretKey, SecretBytes, secret},
    label,
};

secret! {
    /// VK: opens what the readers of a scope share in one epoch, and the epochs before it.
    ScopeKey: env
}

impl ScopeKey {
    /// The X-Wing key pair of this epoch; its public half is the epoch's `scope_pk`, by which
    /// somebody who does not read the scope may still write into it.
    #[must_use]
    pub fn sealing(&self) -> SealSecretKey {
        let seed = SecretBytes::derive(&[], self.0.expose(), &lp(label::SCOPE_SEALING, &[]));
        SealSecretKey::from_secret(&seed)
    }

    /// The commitment that the epoch publishes: all recipients check that they were given the
    /// same key.
    #[must_use]
    pub fn commit(&self) -> [u8; 32] {
        let info = lp(label::EPOCH_COMMIT, &[]);
        *SecretBytes::derive(&[], self.0.expose(), &info).expose()
    }
}
