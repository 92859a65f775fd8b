//! Argon2id, version 0x13.

use argon2::{Algorithm, Argon2, Params, Version};

use crate::error::KdfError;

/// Fills `out`. The parameters are (KiB, passes, lanes), checked by the caller.
///
/// The working memory is not wiped: at hundreds of MiB it is a mapping of its own, which the
/// allocator hands back to the operating system at once.
pub(crate) fn argon2id(
    passphrase: &[u8],
    salt: &[u8],
    (m_kib, t, p): (u32, u32, u32),
    out: &mut [u8; 32],
) -> Result<(), KdfError> {
    let params = Params::new(m_kib, t, p, Some(out.len())).map_err(|_| KdfError::AboveCeiling)?;
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase, salt, out)
        .map_err(|_| KdfError::OutOfMemory)
}
