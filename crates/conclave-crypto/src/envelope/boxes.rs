//! Boxes: bytes sealed to a public key, for a person, a device or a scope.
//!
//! HPKE, mode Base, or PSK where a code was passed by another way. A box proves nothing about its
//! sender: whoever reads one relies on the signed entry around it. The caller puts the hash of the
//! verified key into `info`, so that a box sealed to another key does not open (docs/format.md,
//! Boxes).

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::{
    error::{OpenError, SealError},
    hazmat::hpke,
    keys::{SealPublicKey, SealSecretKey},
    meter,
};

/// Bytes of the encapsulated key.
pub const ENC_LEN: usize = hpke::ENCAPSULATED;

/// Bytes that the cipher's tag adds to the plaintext.
pub const TAG_LEN: usize = 16;

/// A sealed box: 1,120 bytes of encapsulated key and the ciphertext with its tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedBox {
    /// The encapsulated key.
    pub enc: [u8; ENC_LEN],
    /// The ciphertext, 16 bytes longer than the plaintext.
    pub ct: Vec<u8>,
}

/// Seals to a public key, mode Base.
///
/// # Errors
/// [`SealError::UnusableKey`] before anything is computed from a key that is malformed or of low
/// order; [`SealError::TooLong`] above the cipher's limit of 256 GiB.
pub fn seal<R: CryptoRng + ?Sized>(
    pk: &SealPublicKey,
    info: &[u8],
    aad: &[u8],
    plaintext: &[u8],
    rng: &mut R,
) -> Result<SealedBox, SealError> {
    seal_in_mode(None, pk, info, aad, plaintext, rng)
}

/// Opens a box of mode Base. It never panics.
///
/// # Errors
/// The one [`OpenError`], whatever the reason, a low-order share included.
pub fn open(
    sk: &SealSecretKey,
    info: &[u8],
    aad: &[u8],
    enc: &[u8],
    ct: &[u8],
) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    meter::count_kem_open();
    hpke::open(None, sk.private(), info, aad, enc, ct)
}

/// Seals to a public key under a pre-shared key of at least 32 bytes and its id, mode PSK: only
/// who holds both the secret key and the pre-shared key opens it, and it proves the latter.
///
/// # Errors
/// As [`seal`], and [`SealError::WeakPsk`] for a short key or an empty id.
pub fn seal_psk<R: CryptoRng + ?Sized>(
    pk: &SealPublicKey,
    psk: &[u8],
    psk_id: &[u8],
    info: &[u8],
    aad: &[u8],
    plaintext: &[u8],
    rng: &mut R,
) -> Result<SealedBox, SealError> {
    seal_in_mode(Some((psk, psk_id)), pk, info, aad, plaintext, rng)
}

/// Opens a box of mode PSK. It never panics.
///
/// # Errors
/// The one [`OpenError`], whatever the reason.
pub fn open_psk(
    sk: &SealSecretKey,
    psk: &[u8],
    psk_id: &[u8],
    info: &[u8],
    aad: &[u8],
    enc: &[u8],
    ct: &[u8],
) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    meter::count_kem_open();
    hpke::open(Some((psk, psk_id)), sk.private(), info, aad, enc, ct)
}

fn seal_in_mode<R: CryptoRng + ?Sized>(
    psk: hpke::Psk<'_>,
    pk: &SealPublicKey,
    info: &[u8],
    aad: &[u8],
    plaintext: &[u8],
    rng: &mut R,
) -> Result<SealedBox, SealError> {
    meter::count_kem_seal();
    let (enc, ct) = hpke::seal(psk, pk.as_bytes(), info, aad, plaintext, rng)?;
    Ok(SealedBox { enc, ct })
}
