//! The local key: what unlocking a computer's own database takes.
//!
//! Passphrase and device secret enter together, so a stolen database without the keychain entry
//! cannot be guessed at, and a stolen keychain entry without the passphrase opens nothing
//! (crates/conclave-crypto/README.md).

use zeroize::Zeroizing;

use crate::{
    error::KdfError,
    hash::lp,
    hazmat::hkdf::hkdf,
    kdf::{self, KdfParams},
    keys::{DeviceSecret, LocalKey},
    label,
};

/// `HKDF(salt = device secret, ikm = Argon2id(passphrase, salt))`.
///
/// # Errors
/// [`KdfError::OutOfMemory`] if this computer lacks the memory that the parameters ask for.
pub fn local_key<const SALT: usize>(
    device_secret: &DeviceSecret,
    passphrase: &[u8],
    salt: &[u8; SALT],
    params: KdfParams,
) -> Result<LocalKey, KdfError> {
    let stretched = kdf::argon2id(passphrase, salt, params)?;
    let mut key = Zeroizing::new([0; 32]);
    hkdf(
        device_secret.expose_secret(), // EXPOSE: the salt of the local key
        stretched.as_slice(),
        &lp(label::LOCAL_KEY, &[]),
        &mut key,
    );
    Ok(LocalKey::from_bytes(&mut key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passphrase_salt_and_device_secret_all_enter() {
        let key = |secret: u8, passphrase: &[u8], salt: u8| {
            let secret = DeviceSecret::from_bytes(&mut [secret; 32]);
            let key = local_key(&secret, passphrase, &[salt; 16], KdfParams::FLOOR).unwrap();
            *key.expose_secret()
        };
        let one = key(1, b"passphrase", 1);
        assert_eq!(one, key(1, b"passphrase", 1));
        assert_ne!(one, key(2, b"passphrase", 1));
        assert_ne!(one, key(1, b"passphrasf", 1));
        assert_ne!(one, key(1, b"passphrase", 2));
    }
}
