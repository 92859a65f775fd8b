//! The keys of one computer: from the keychain and the passphrase down to a table's rows.

use crate::{
    hash::lp,
    hazmat::hkdf::hkdf,
    keys::{SecretBytes, secret},
    label,
};

secret! {
    /// DS: 32 bytes in the operating system's keychain. Without it a stolen database cannot even
    /// be guessed at.
    DeviceSecret
}

secret! {
    /// The keychain-only key: opens a second wrap of the local master key where a person switched
    /// on "unlock with the keychain".
    KeychainKey: env
}

secret! {
    /// LK: from passphrase and device secret together ([`local_key`](crate::local::local_key));
    /// opens the local master key and nothing else.
    LocalKey: env
}

secret! {
    /// LMK: wraps the device seed and derives the keys of the local tables.
    LocalMasterKey: env
}

secret! {
    /// The key of one local table's rows, derived from the local master key.
    RowKey: env
}

impl KeychainKey {
    pub(super) const fn derived(bytes: SecretBytes) -> Self {
        Self(bytes)
    }
}

impl LocalMasterKey {
    /// The key of a table, or of another local purpose, by its name.
    #[must_use]
    pub fn row_key(&self, purpose: &str) -> RowKey {
        let info = lp(label::STORE_ROW, &[purpose.as_bytes()]);
        RowKey(SecretBytes::derive(&[], self.0.expose(), &info))
    }
}

impl RowKey {
    /// A pseudonym of the fields: equal fields give equal bytes, and whoever lacks the key cannot
    /// tell which fields they were, not even by guessing.
    #[must_use]
    pub fn tag(&self, fields: &[&[u8]]) -> [u8; 16] {
        let mut tag = [0; 16];
        hkdf(
            &[],
            self.0.expose(),
            &lp(label::STORE_TAG, fields),
            &mut tag,
        );
        tag
    }
}
