//! HPKE (RFC 9180) with X-Wing, HKDF-SHA256 and ChaCha20-Poly1305, modes Base and PSK.
//!
//! The mode is chosen here and nowhere else: with X-Wing the Auth modes of `hpke` 0.15 panic. The
//! low-order guard stands before every encapsulation and decapsulation, so no caller can forget it.

use hpke::{
    Deserializable, Kem, OpModeR, OpModeS, PskBundle, Serializable, aead::ChaCha20Poly1305,
    kdf::HkdfSha256, kem::XWing,
};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::x25519::is_contributory;
use crate::error::{OpenError, SealError};

/// Bytes of an X-Wing public key: ML-KEM-768 (1,184), then X25519 (32).
pub(crate) const PUBLIC_KEY: usize = 1216;
/// Bytes of an X-Wing ciphertext: ML-KEM-768 (1,088), then X25519 (32).
pub(crate) const ENCAPSULATED: usize = 1120;

pub(crate) type PrivateKey = <XWing as Kem>::PrivateKey;
type PublicKey = <XWing as Kem>::PublicKey;
type EncappedKey = <XWing as Kem>::EncappedKey;

/// A pre-shared key and its id; `None` is mode Base.
pub(crate) type Psk<'a> = Option<(&'a [u8], &'a [u8])>;

/// RFC 9180 §5.1.2 asks for at least 32 bytes of entropy.
const PSK_MIN: usize = 32;

/// The private key that a 32-byte X-Wing seed is.
pub(crate) fn private_key(seed: &[u8; 32]) -> PrivateKey {
    #[expect(
        clippy::expect_used,
        reason = "the length, its only failure, is in the type"
    )]
    PrivateKey::from_bytes(seed).expect("an X-Wing seed has 32 bytes")
}

/// The public half, serialised.
pub(crate) fn public_key(private: &PrivateKey) -> [u8; PUBLIC_KEY] {
    XWing::sk_to_pk(private).to_bytes().into()
}

/// Parses a public key: canonical ML-KEM coefficients, contributory X25519 half.
pub(crate) fn parse_public_key(bytes: &[u8; PUBLIC_KEY]) -> Result<PublicKey, SealError> {
    if !last_half_contributes(bytes) {
        return Err(SealError::UnusableKey);
    }
    PublicKey::from_bytes(bytes).map_err(|_| SealError::UnusableKey)
}

/// Seals and returns the encapsulated key and the ciphertext with its tag.
pub(crate) fn seal<R: CryptoRng + ?Sized>(
    psk: Psk<'_>,
    public: &[u8; PUBLIC_KEY],
    info: &[u8],
    aad: &[u8],
    plaintext: &[u8],
    mut rng: &mut R,
) -> Result<([u8; ENCAPSULATED], Vec<u8>), SealError> {
    let public = parse_public_key(public)?;
    let mode = match psk {
        None => OpModeS::Base,
        Some((psk, id)) => OpModeS::Psk(bundle(psk, id).ok_or(SealError::WeakPsk)?),
    };
    let (encapsulated, ciphertext) =
        hpke::single_shot_seal_with_rng::<ChaCha20Poly1305, HkdfSha256, XWing>(
            &mode, &public, info, plaintext, aad, &mut rng,
        )
        .map_err(|_| SealError::TooLong)?;
    Ok((encapsulated.to_bytes().into(), ciphertext))
}

/// Opens what [`seal`] made.
pub(crate) fn open(
    psk: Psk<'_>,
    private: &PrivateKey,
    info: &[u8],
    aad: &[u8],
    encapsulated: &[u8],
    ciphertext: &[u8],
) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    if !last_half_contributes(encapsulated) {
        return Err(OpenError::new());
    }
    let encapsulated = EncappedKey::from_bytes(encapsulated).map_err(|_| OpenError::new())?;
    let mode = match psk {
        None => OpModeR::Base,
        Some((psk, id)) => OpModeR::Psk(bundle(psk, id).ok_or(OpenError::new())?),
    };
    hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, XWing>(
        &mode,
        private,
        &encapsulated,
        info,
        ciphertext,
        aad,
    )
    .map(Zeroizing::new)
    .map_err(|_| OpenError::new())
}

fn bundle<'a>(psk: &'a [u8], id: &'a [u8]) -> Option<PskBundle<'a>> {
    if psk.len() < PSK_MIN || id.is_empty() {
        return None;
    }
    PskBundle::new(psk, id).ok()
}

fn last_half_contributes(bytes: &[u8]) -> bool {
    bytes.last_chunk::<32>().is_some_and(is_contributory)
}
