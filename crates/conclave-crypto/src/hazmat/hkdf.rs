//! HKDF-SHA256 (RFC 5869).

use sha2::Sha256;

/// Extract with the salt, expand to `N` bytes under the info.
pub(crate) fn hkdf<const N: usize>(salt: &[u8], ikm: &[u8], info: &[u8], okm: &mut [u8; N]) {
    const { assert!(N <= 255 * 32, "HKDF-SHA256 expands to 8,160 bytes at most") };
    #[expect(
        clippy::expect_used,
        reason = "the length, its only failure, is asserted when compiled"
    )]
    hkdf::Hkdf::<Sha256>::new(Some(salt), ikm)
        .expand(info, okm)
        .expect("the length is within the limit");
}
