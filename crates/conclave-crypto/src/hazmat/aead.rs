//! XChaCha20-Poly1305, in place and with the tag apart.
//!
//! It does not commit to its key: two keys may open one ciphertext. Only ENV may call it.

use chacha20poly1305::{AeadInOut, KeyInit, XChaCha20Poly1305};

use crate::error::OpenError;

/// Encrypts in place and returns the tag.
///
/// # Panics
/// If the buffer is longer than 256 GiB, the cipher's limit.
pub(crate) fn seal_in_place(
    key: &[u8; 32],
    nonce: &[u8; 24],
    aad: &[u8],
    buffer: &mut [u8],
) -> [u8; 16] {
    #[expect(
        clippy::expect_used,
        reason = "only a buffer above 256 GiB fails, and no caller has one"
    )]
    let tag = XChaCha20Poly1305::new(key.into())
        .encrypt_inout_detached(nonce.into(), aad, buffer.into())
        .expect("a buffer is shorter than 256 GiB");
    tag.into()
}

/// Checks the tag and decrypts in place; on failure the buffer is not decrypted.
pub(crate) fn open_in_place(
    key: &[u8; 32],
    nonce: &[u8; 24],
    aad: &[u8],
    buffer: &mut [u8],
    tag: &[u8; 16],
) -> Result<(), OpenError> {
    XChaCha20Poly1305::new(key.into())
        .decrypt_inout_detached(nonce.into(), aad, buffer.into(), tag.into())
        .map_err(|_| OpenError::new())
}
