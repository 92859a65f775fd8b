//! Writing into a scope that one does not read: receipts, requests to join.

use conclave_crypto::{
    ContentKey, OpenError, Pad, SealError, SealPublicKey, SealSecretKey, boxes,
    env::{self, Ctx},
};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

/// Bytes of the encapsulation and of the boxed content key before the content.
const HEAD: usize = 1120 + 48;

/// Seals bytes of any length to public keys: a fresh content key boxed to each, then the bytes
/// once under that key. `info` says what it is and where it belongs, for boxes and content alike.
///
/// Wire: count u8 ‖ count × (enc 1,120 B ‖ ct 48 B) ‖ ENV(content key, `ctx`).
///
/// # Errors
/// [`SealError`] when a key is of low order.
pub fn seal_to_scope(
    to: &[&SealPublicKey],
    info: &[u8],
    ctx: &Ctx,
    plain: &[u8],
    rng: &mut dyn CryptoRng,
) -> Result<Vec<u8>, SealError> {
    let key = ContentKey::random(rng);
    let mut out = Vec::new();
    let to = to.get(..to.len().min(usize::from(u8::MAX))).unwrap_or(to);
    out.push(to.len().to_le_bytes().first().copied().unwrap_or(0));
    for pk in to {
        // EXPOSE: the content key is what the box carries.
        let sealed = boxes::seal(pk, info, &[], key.expose_secret(), rng)?;
        out.extend_from_slice(&sealed.enc);
        out.extend_from_slice(&sealed.ct);
    }
    out.extend_from_slice(&env::seal(&key, ctx, Pad::Padme, plain, rng));
    Ok(out)
}

/// Opens what [`seal_to_scope`] made, as the recipient at `index`.
///
/// # Errors
/// [`OpenError`], whatever the reason.
pub fn open_from_scope(
    sk: &SealSecretKey,
    index: usize,
    info: &[u8],
    ctx: &Ctx,
    wire: &[u8],
) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let (&count, rest) = wire.split_first().ok_or_else(OpenError::new)?;
    let (heads, content) = rest
        .split_at_checked(usize::from(count) * HEAD)
        .ok_or_else(OpenError::new)?;
    let head = heads
        .chunks_exact(HEAD)
        .nth(index)
        .ok_or_else(OpenError::new)?;
    let (enc, ct) = head.split_at_checked(1120).ok_or_else(OpenError::new)?;
    let key = ContentKey::from_slice(&boxes::open(sk, info, &[], enc, ct)?)?;
    env::open(&key, ctx, Pad::Padme, content)
}

#[cfg(test)]
mod tests {
    use conclave_crypto::{ScopeKey, label, lp};
    use proptest::prelude::*;
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

    use super::*;

    #[test]
    fn each_recipient_opens_at_their_place() {
        let mut rng = ChaCha20Rng::seed_from_u64(6);
        let keys = [
            ScopeKey::random(&mut rng).sealing(),
            ScopeKey::random(&mut rng).sealing(),
        ];
        let info = lp(label::JOIN_BOX, &[b"x"]);
        let ctx = Ctx::new(label::JOIN_BOX, &[b"x"]);
        let to: Vec<_> = keys.iter().map(SealSecretKey::public).collect();
        let wire = seal_to_scope(&to, &info, &ctx, b"hello", &mut rng).unwrap();
        for (i, sk) in keys.iter().enumerate() {
            assert_eq!(
                open_from_scope(sk, i, &info, &ctx, &wire)
                    .unwrap()
                    .as_slice(),
                b"hello"
            );
            assert!(open_from_scope(sk, 1 - i, &info, &ctx, &wire).is_err());
            assert!(open_from_scope(sk, 9, &info, &ctx, &wire).is_err());
        }
        for cut in 0..wire.len() {
            assert!(open_from_scope(&keys[0], 0, &info, &ctx, &wire[..cut]).is_err());
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn never_panics(wire in proptest::collection::vec(any::<u8>(), 0..3000)) {
            let mut rng = ChaCha20Rng::seed_from_u64(7);
            let sk = ScopeKey::random(&mut rng).sealing();
            let ctx = Ctx::new(label::JOIN_BOX, &[]);
            prop_assert!(open_from_scope(&sk, 0, b"", &ctx, &wire).is_err());
        }
    }
}
