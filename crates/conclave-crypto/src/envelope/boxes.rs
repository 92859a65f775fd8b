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

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;
    use crate::{
        keys::DeviceSeed,
        testing::{cases, flips, low_order_points, rng},
    };

    const PSK: &[u8] = &[9; 32];

    fn secret(byte: u8) -> SealSecretKey {
        DeviceSeed::from_bytes(&mut [byte; 32]).sealing()
    }

    fn with_last_half(bytes: &[u8], point: &[u8; 32]) -> Vec<u8> {
        [&bytes[..bytes.len() - 32], point].concat()
    }

    proptest! {
        #![proptest_config(cases(16))]

        #[test]
        fn what_was_sealed_opens(
            plaintext in vec(any::<u8>(), 0..200),
            info in vec(any::<u8>(), 0..80),
            aad in vec(any::<u8>(), 0..80),
            seed: u64,
        ) {
            let secret = secret(1);
            let sealed = seal(secret.public(), &info, &aad, &plaintext, &mut rng(seed)).unwrap();
            prop_assert_eq!(sealed.ct.len(), plaintext.len() + TAG_LEN);
            let opened = open(&secret, &info, &aad, &sealed.enc, &sealed.ct).unwrap();
            prop_assert_eq!(opened.as_slice(), plaintext.as_slice());
        }

        #[test]
        fn hostile_bytes_are_refused_and_never_panic(
            enc in prop_oneof![vec(any::<u8>(), 0..40), vec(any::<u8>(), ENC_LEN)],
            ct in vec(any::<u8>(), 0..100),
        ) {
            prop_assert_eq!(open(&secret(1), b"", b"", &enc, &ct), Err(OpenError::new()));
            prop_assert_eq!(
                open_psk(&secret(1), PSK, b"id", b"", b"", &enc, &ct),
                Err(OpenError::new())
            );
        }
    }

    #[test]
    fn a_boxed_key_has_the_size_that_the_format_says() {
        let sealed = seal(secret(1).public(), b"", b"", &[7; 32], &mut rng(1)).unwrap();
        assert_eq!(sealed.enc.len() + sealed.ct.len(), 1168);
    }

    #[test]
    fn every_byte_counts() {
        let secret = secret(1);
        let sealed = seal(secret.public(), b"info", b"aad", &[7; 32], &mut rng(1)).unwrap();
        for enc in flips(&sealed.enc) {
            // Of the X25519 half the top bit is ignored by the curve, and bound by X-Wing.
            assert!(open(&secret, b"info", b"aad", &enc, &sealed.ct).is_err());
        }
        for ct in flips(&sealed.ct) {
            assert!(open(&secret, b"info", b"aad", &sealed.enc, &ct).is_err());
        }
        for end in 0..sealed.ct.len() {
            assert!(open(&secret, b"info", b"aad", &sealed.enc, &sealed.ct[..end]).is_err());
        }
        for end in [0, 31, 32, 1088, ENC_LEN - 1] {
            assert!(open(&secret, b"info", b"aad", &sealed.enc[..end], &sealed.ct).is_err());
        }
        let longer = [sealed.enc.as_slice(), &[0]].concat();
        assert!(open(&secret, b"info", b"aad", &longer, &sealed.ct).is_err());
    }

    #[test]
    fn another_key_info_or_aad_is_refused() {
        let sealed = seal(secret(1).public(), b"info", b"aad", b"text", &mut rng(1)).unwrap();
        let opens = |secret: &SealSecretKey, info: &[u8], aad: &[u8]| {
            open(secret, info, aad, &sealed.enc, &sealed.ct).is_ok()
        };
        assert!(opens(&secret(1), b"info", b"aad"));
        assert!(!opens(&secret(2), b"info", b"aad"));
        assert!(!opens(&secret(1), b"infos", b"aad"));
        assert!(!opens(&secret(1), b"info", b""));
    }

    #[test]
    fn a_pre_shared_key_is_needed_and_the_modes_do_not_mix() {
        let (secret, mut rng) = (secret(1), rng(1));
        let with = seal_psk(
            secret.public(),
            PSK,
            b"id",
            b"info",
            b"aad",
            b"text",
            &mut rng,
        )
        .unwrap();
        let opens = |psk: &[u8], id: &[u8]| {
            open_psk(&secret, psk, id, b"info", b"aad", &with.enc, &with.ct).is_ok()
        };
        assert!(opens(PSK, b"id"));
        assert!(!opens(&[8; 32], b"id"));
        assert!(!opens(PSK, b"other"));
        assert!(!opens(&PSK[..31], b"id"));
        assert!(!opens(&[], &[]));
        assert!(open(&secret, b"info", b"aad", &with.enc, &with.ct).is_err());

        let without = seal(secret.public(), b"info", b"aad", b"text", &mut rng).unwrap();
        assert!(
            open_psk(
                &secret,
                PSK,
                b"id",
                b"info",
                b"aad",
                &without.enc,
                &without.ct
            )
            .is_err()
        );
    }

    #[test]
    fn a_weak_pre_shared_key_is_refused() {
        let public = secret(1).public().clone();
        for (psk, id) in [
            (&PSK[..31], &b"id"[..]),
            (&[], b"id"),
            (PSK, b""),
            (&[], b""),
        ] {
            let sealed = seal_psk(&public, psk, id, b"", b"", b"text", &mut rng(1));
            assert_eq!(sealed, Err(SealError::WeakPsk));
        }
    }

    #[test]
    fn hostile_20_a_low_order_share_in_the_key_is_refused_before_sealing() {
        let public = secret(1).public().clone();
        assert!(public.check().is_ok());
        for point in low_order_points() {
            let bad = SealPublicKey::from_bytes(&with_last_half(public.as_ref(), &point)).unwrap();
            assert_eq!(bad.check(), Err(SealError::UnusableKey));
            // No randomness is drawn: it is refused before anything is computed.
            let mut rng = crate::testing::Exactly(Vec::new());
            let sealed = seal(&bad, b"", b"", b"text", &mut rng);
            assert_eq!(sealed, Err(SealError::UnusableKey));
            let sealed = seal_psk(&bad, PSK, b"id", b"", b"", b"text", &mut rng);
            assert_eq!(sealed, Err(SealError::UnusableKey));
        }
    }

    #[test]
    fn a_non_canonical_key_is_refused_before_sealing() {
        let mut bytes = *secret(1).public().as_bytes();
        bytes[..3].copy_from_slice(&[0xff; 3]); // two coefficients of 4,095, above the modulus
        let bad = SealPublicKey::from_bytes(&bytes).unwrap();
        assert_eq!(bad.check(), Err(SealError::UnusableKey));
        assert_eq!(
            seal(&bad, b"", b"", b"text", &mut rng(1)),
            Err(SealError::UnusableKey)
        );
        assert_eq!(
            SealPublicKey::from_bytes(&bytes[1..]),
            Err(SealError::UnusableKey)
        );
    }

    /// That the library alone opens such boxes is shown on others' vectors, in `vectors::age`.
    #[test]
    fn hostile_20_a_low_order_share_in_the_box_is_refused() {
        let secret = secret(1);
        let honest = seal(secret.public(), b"", b"", b"text", &mut rng(1)).unwrap();
        for point in low_order_points() {
            let enc = with_last_half(&honest.enc, &point);
            assert!(open(&secret, b"", b"", &enc, &honest.ct).is_err());
            assert!(open_psk(&secret, PSK, b"id", b"", b"", &enc, &honest.ct).is_err());
        }
    }
}
