//! The lock header: the only thing that can be read before a profile is unlocked.
//!
//! It holds what turns a passphrase into the local key, and the local master key wrapped under
//! that key; a second wrap, under a key that lies in the OS keychain, exists only where a person
//! switched that on. The passphrase wrap's context covers the parameters and the salt, so that
//! parameters edited down do not open it; and once unlocked the store compares the whole header
//! with a digest sealed inside (crates/conclave-crypto/README.md).

use conclave_crypto::{
    KdfParams, KeychainKey, LocalKey, LocalMasterKey, env,
    env::{Ctx, WRAPPED_LEN},
    hash, label,
};
use rand_core::CryptoRng;
use rusqlite::{Connection, Row, params};

use crate::error::StoreError;

/// A local master key, wrapped.
pub type Wrap = [u8; WRAPPED_LEN];

/// The clear part of a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockHeader {
    profile: [u8; 16],
    kdf: KdfParams,
    salt: [u8; 16],
    passphrase: Option<Wrap>,
    keychain: Option<Wrap>,
}

impl LockHeader {
    /// A header without wraps: a new profile's, or the same profile's with a new passphrase.
    #[must_use]
    pub const fn new(profile: [u8; 16], kdf: KdfParams, salt: [u8; 16]) -> Self {
        Self {
            profile,
            kdf,
            salt,
            passphrase: None,
            keychain: None,
        }
    }

    /// The profile's random id.
    #[must_use]
    pub const fn profile(&self) -> &[u8; 16] {
        &self.profile
    }

    /// The Argon2id parameters, within the bounds.
    #[must_use]
    pub const fn kdf(&self) -> KdfParams {
        self.kdf
    }

    /// The salt of Argon2id.
    #[must_use]
    pub const fn salt(&self) -> &[u8; 16] {
        &self.salt
    }

    /// Whether a passphrase opens the profile.
    #[must_use]
    pub const fn has_passphrase(&self) -> bool {
        self.passphrase.is_some()
    }

    /// Whether the OS keychain alone opens the profile.
    #[must_use]
    pub const fn has_keychain(&self) -> bool {
        self.keychain.is_some()
    }

    /// Sets new parameters and salt, and drops the passphrase wrap that rested on the old ones.
    pub const fn set_kdf(&mut self, kdf: KdfParams, salt: [u8; 16]) {
        self.kdf = kdf;
        self.salt = salt;
        self.passphrase = None;
    }

    /// Wraps the master key under the passphrase's local key, in place of an earlier wrap.
    pub fn wrap_passphrase<R: CryptoRng + ?Sized>(
        &mut self,
        key: &LocalKey,
        lmk: &LocalMasterKey,
        rng: &mut R,
    ) {
        self.passphrase = Some(env::wrap(key, &self.passphrase_ctx(), lmk, rng));
    }

    /// Wraps the master key under the keychain's key, in place of an earlier wrap.
    pub fn wrap_keychain<R: CryptoRng + ?Sized>(
        &mut self,
        key: &KeychainKey,
        lmk: &LocalMasterKey,
        rng: &mut R,
    ) {
        self.keychain = Some(env::wrap(key, &self.keychain_ctx(), lmk, rng));
    }

    /// Forgets the keychain's wrap.
    pub const fn remove_keychain(&mut self) {
        self.keychain = None;
    }

    /// Forgets the passphrase's wrap.
    pub const fn remove_passphrase(&mut self) {
        self.passphrase = None;
    }

    /// Unwraps the master key with the passphrase's local key.
    ///
    /// # Errors
    /// [`StoreError::WrongKey`] for a wrong passphrase, another device's secret, altered
    /// parameters or a missing wrap: all look alike.
    pub fn unwrap_passphrase(&self, key: &LocalKey) -> Result<LocalMasterKey, StoreError> {
        let wrap = self.passphrase.as_ref().ok_or(StoreError::WrongKey)?;
        env::unwrap(key, &self.passphrase_ctx(), wrap).map_err(|_| StoreError::WrongKey)
    }

    /// Unwraps the master key with the keychain's key.
    ///
    /// # Errors
    /// [`StoreError::WrongKey`], whatever the reason.
    pub fn unwrap_keychain(&self, key: &KeychainKey) -> Result<LocalMasterKey, StoreError> {
        let wrap = self.keychain.as_ref().ok_or(StoreError::WrongKey)?;
        env::unwrap(key, &self.keychain_ctx(), wrap).map_err(|_| StoreError::WrongKey)
    }

    /// What an unlocked store compares: everything that stands here in the clear.
    pub(crate) fn digest(&self) -> [u8; 32] {
        let wrap = |wrap: &Option<Wrap>| wrap.map_or_else(Vec::new, Vec::from);
        hash(
            label::STORE_HEADER,
            &[
                &self.profile,
                &self.kdf_bytes(),
                &self.salt,
                &wrap(&self.passphrase),
                &wrap(&self.keychain),
            ],
        )
    }

    /// Reads the header's one row.
    pub(crate) fn load(conn: &Connection) -> Result<(Self, Vec<u8>), StoreError> {
        let mut statement = conn.prepare(
            "SELECT profile, m_kib, t, p, salt, passphrase, keychain, sealed FROM header",
        )?;
        let mut rows = statement.query([])?;
        let row = rows.next()?.ok_or(StoreError::Damaged(None))?;
        let word = |index| row.get::<_, u32>(index);
        let header = Self {
            profile: array(row, 0)?.ok_or(StoreError::Damaged(None))?,
            kdf: KdfParams::checked(word(1)?, word(2)?, word(3)?)?,
            salt: array(row, 4)?.ok_or(StoreError::Damaged(None))?,
            passphrase: array(row, 5)?,
            keychain: array(row, 6)?,
        };
        Ok((header, row.get(7)?))
    }

    /// Writes the header's one row, the sealed digest with it.
    pub(crate) fn store(&self, conn: &Connection, sealed: &[u8]) -> Result<(), StoreError> {
        conn.execute(
            "INSERT INTO header (id, profile, m_kib, t, p, salt, passphrase, keychain, sealed)
             VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT (id) DO UPDATE SET profile = ?1, m_kib = ?2, t = ?3, p = ?4, salt = ?5,
                 passphrase = ?6, keychain = ?7, sealed = ?8",
            params![
                self.profile,
                self.kdf.m_kib(),
                self.kdf.t(),
                self.kdf.p(),
                self.salt,
                self.passphrase,
                self.keychain,
                sealed,
            ],
        )?;
        Ok(())
    }

    fn kdf_bytes(&self) -> [u8; 12] {
        let mut bytes = [0; 12];
        let words = [self.kdf.m_kib(), self.kdf.t(), self.kdf.p()].map(u32::to_le_bytes);
        bytes.copy_from_slice(words.as_flattened());
        bytes
    }

    fn passphrase_ctx(&self) -> Ctx {
        let digest = hash(label::STORE_HEADER, &[&self.kdf_bytes(), &self.salt]);
        Ctx::new(label::STORE_WRAP, &[b"passphrase", &self.profile, &digest])
    }

    fn keychain_ctx(&self) -> Ctx {
        Ctx::new(label::STORE_WRAP, &[b"keychain", &self.profile])
    }
}

/// A column of exactly `N` bytes, or null.
fn array<const N: usize>(row: &Row<'_>, index: usize) -> Result<Option<[u8; N]>, StoreError> {
    let Some(bytes) = row.get_ref(index)?.as_blob_or_null()? else {
        return Ok(None);
    };
    let bytes = bytes.try_into().map_err(|_| StoreError::Damaged(None))?;
    Ok(Some(bytes))
}
