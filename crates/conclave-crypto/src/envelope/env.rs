//! ENV, the committing symmetric envelope around everything that is sealed under a shared key.
//!
//! XChaCha20-Poly1305 alone does not commit to its key: a crafted ciphertext opens under two keys,
//! to two plaintexts, and two members would see two secrets in one item. ENV publishes a
//! commitment beside the ciphertext and compares it **before** anything is decrypted. The context
//! names what the bytes are and where they belong, so that nothing opens in another's place
//! (docs/format.md, ENV).
//!
//! ```text
//! ctx   = LP("conclave/1/<purpose>", fields…)
//! K ‖ C = HKDF-SHA256(ikm = master, salt, info = LP("conclave/1/env", SHA-256(ctx)))
//! wire  = salt (32) ‖ C (32) ‖ nonce (24) ‖ XChaCha20-Poly1305(K, nonce, aad = ctx, padded)
//! ```

use rand_core::CryptoRng;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::{
    error::OpenError,
    hash::{lp, sha256},
    hazmat::{aead, hkdf::hkdf},
    keys::{EnvKey, Secret32},
    label::{self, Label},
    meter,
    padding::{Pad, pad_into, unpad},
};

/// Bytes that ENV adds: salt, commitment, nonce and tag.
pub const OVERHEAD: usize = HEADER + TAG;

/// Bytes of a wrapped key on the wire.
pub const WRAPPED_LEN: usize = OVERHEAD + 32;

const SALT: usize = 32;
const COMMITMENT: usize = 32;
const NONCE: usize = 24;
const TAG: usize = 16;
const HEADER: usize = SALT + COMMITMENT + NONCE;

/// What sealed bytes are and where they belong; the same one opens them, and no other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ctx(Vec<u8>);

impl Ctx {
    /// The context of a purpose and of the ids that fix the place.
    #[must_use]
    pub fn new(purpose: Label, fields: &[&[u8]]) -> Self {
        Self(lp(purpose, fields))
    }
}

/// Seals a plaintext.
///
/// # Panics
/// If the plaintext is longer than 4 GiB. Callers cap far below.
#[must_use]
pub fn seal<R: CryptoRng + ?Sized>(
    key: &impl EnvKey,
    ctx: &Ctx,
    pad: Pad,
    plaintext: &[u8],
    rng: &mut R,
) -> Vec<u8> {
    let mut salt = [0; SALT];
    let mut nonce = [0; NONCE];
    rng.fill_bytes(&mut salt);
    rng.fill_bytes(&mut nonce);
    let derived = Derived::new(key.env_master(), &salt, ctx);

    // The room is reserved at once: growing would leave copies of the plaintext behind.
    let mut wire = Vec::with_capacity(OVERHEAD + pad.padded_len(plaintext.len()));
    wire.extend_from_slice(&salt);
    wire.extend_from_slice(&derived.commitment);
    wire.extend_from_slice(&nonce);
    pad_into(&mut wire, plaintext, pad);
    let (_, padded) = wire.split_at_mut(HEADER);
    let tag = aead::seal_in_place(&derived.key, &nonce, &ctx.0, padded);
    wire.extend_from_slice(&tag);
    wire
}

/// Opens what [`seal`] made under the same key, context and padding. It never panics.
///
/// # Errors
/// The one [`OpenError`], whatever the reason.
pub fn open(
    key: &impl EnvKey,
    ctx: &Ctx,
    pad: Pad,
    wire: &[u8],
) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let wire = Wire::parse(wire)?;
    let mut plaintext = Derived::new(key.env_master(), wire.salt, ctx).open(ctx, &wire)?;
    if pad != Pad::None {
        let length = unpad(&plaintext, pad)?.len();
        // In place, and wiped behind: a second vector would be a second copy of the secret.
        let start = plaintext.len().min(4);
        plaintext.copy_within(start..start + length, 0);
        if let Some(rest) = plaintext.get_mut(length..) {
            rest.zeroize();
        }
        plaintext.truncate(length);
    }
    Ok(plaintext)
}

/// Wraps one key under another: ENV without padding, exactly [`WRAPPED_LEN`] bytes.
#[must_use]
pub fn wrap<R: CryptoRng + ?Sized>(
    key: &impl EnvKey,
    ctx: &Ctx,
    secret: &impl Secret32,
    rng: &mut R,
) -> [u8; WRAPPED_LEN] {
    // EXPOSE: the key is what is sealed
    let wire = seal(key, ctx, Pad::None, secret.expose_secret(), rng);
    let mut wrapped = [0; WRAPPED_LEN];
    wrapped.copy_from_slice(&wire);
    wrapped
}

/// Unwraps a key. What is inside must be exactly 32 bytes.
///
/// # Errors
/// The one [`OpenError`], whatever the reason.
pub fn unwrap<K: Secret32>(key: &impl EnvKey, ctx: &Ctx, wrapped: &[u8]) -> Result<K, OpenError> {
    K::from_slice(&open(key, ctx, Pad::None, wrapped)?)
}

/// The fields of an ENV, by length alone; nothing in it is checked yet.
struct Wire<'a> {
    salt: &'a [u8; SALT],
    commitment: &'a [u8; COMMITMENT],
    nonce: &'a [u8; NONCE],
    ciphertext: &'a [u8],
    tag: &'a [u8; TAG],
}

impl<'a> Wire<'a> {
    fn parse(bytes: &'a [u8]) -> Result<Self, OpenError> {
        let parse = || {
            let (salt, rest) = bytes.split_first_chunk()?;
            let (commitment, rest) = rest.split_first_chunk()?;
            let (nonce, rest) = rest.split_first_chunk()?;
            let (ciphertext, tag) = rest.split_last_chunk()?;
            Some(Self {
                salt,
                commitment,
                nonce,
                ciphertext,
                tag,
            })
        };
        parse().ok_or(OpenError::new())
    }
}

/// The key of one envelope and the commitment to it, of one derivation.
#[derive(Zeroize, ZeroizeOnDrop)]
struct Derived {
    key: [u8; 32],
    commitment: [u8; COMMITMENT],
}

impl Derived {
    fn new(master: &[u8; 32], salt: &[u8; SALT], ctx: &Ctx) -> Self {
        let info = lp(label::ENV, &[&sha256(&ctx.0)]);
        let mut okm = Zeroizing::new([0; 64]);
        hkdf(salt, master, &info, &mut okm);
        let mut derived = Self {
            key: [0; 32],
            commitment: [0; COMMITMENT],
        };
        let (key, commitment) = okm.split_at(32);
        derived.key.copy_from_slice(key);
        derived.commitment.copy_from_slice(commitment);
        derived
    }

    /// Compares the commitment, in constant time, and only then decrypts.
    fn open(&self, ctx: &Ctx, wire: &Wire<'_>) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        meter::count_env_open();
        if !bool::from(self.commitment.ct_eq(wire.commitment)) {
            return Err(OpenError::new());
        }
        let mut plaintext = Zeroizing::new(wire.ciphertext.to_vec());
        aead::open_in_place(&self.key, wire.nonce, &ctx.0, &mut plaintext, wire.tag)?;
        Ok(plaintext)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;
    use crate::{
        keys::{ContentKey, OuterKey, ScopeKey},
        testing::{cases, flips, rng},
    };

    const PADS: [Pad; 3] = [Pad::None, Pad::Padme, Pad::PadmeMin512];

    /// Opens a wire as if these had been derived: the one place where a test chooses both.
    pub(crate) fn open_with_commitment(
        key: [u8; 32],
        commitment: [u8; 32],
        aad: &[u8],
        wire: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        Derived { key, commitment }.open(&Ctx(aad.to_vec()), &Wire::parse(wire)?)
    }

    fn key(byte: u8) -> ScopeKey {
        ScopeKey::from_bytes(&mut [byte; 32])
    }

    fn ctx() -> Ctx {
        Ctx::new(label::ENTRY_BODY, &[b"team", b"scope"])
    }

    proptest! {
        #![proptest_config(cases(64))]

        #[test]
        fn what_was_sealed_opens(
            plaintext in vec(any::<u8>(), 0..2000),
            fields in vec(vec(any::<u8>(), 0..40), 0..5),
            seed: u64,
        ) {
            let fields: Vec<_> = fields.iter().map(Vec::as_slice).collect();
            let ctx = Ctx::new(label::ITEM_PAYLOAD, &fields);
            for pad in PADS {
                let wire = seal(&key(1), &ctx, pad, &plaintext, &mut rng(seed));
                prop_assert_eq!(wire.len(), OVERHEAD + pad.padded_len(plaintext.len()));
                let opened = open(&key(1), &ctx, pad, &wire).unwrap();
                prop_assert_eq!(opened.as_slice(), plaintext.as_slice());
            }
        }

        #[test]
        fn hostile_bytes_are_refused_and_never_panic(wire in vec(any::<u8>(), 0..300)) {
            for pad in PADS {
                prop_assert_eq!(open(&key(1), &ctx(), pad, &wire), Err(OpenError::new()));
            }
            prop_assert!(unwrap::<ContentKey>(&key(1), &ctx(), &wire).is_err());
        }
    }

    #[test]
    fn every_byte_counts() {
        for pad in PADS {
            let wire = seal(&key(1), &ctx(), pad, b"a plaintext", &mut rng(1));
            assert!(open(&key(1), &ctx(), pad, &wire).is_ok());
            for flipped in flips(&wire) {
                assert!(open(&key(1), &ctx(), pad, &flipped).is_err());
            }
            for end in 0..wire.len() {
                assert!(open(&key(1), &ctx(), pad, &wire[..end]).is_err());
            }
            let longer = [wire.as_slice(), &[0]].concat();
            assert!(open(&key(1), &ctx(), pad, &longer).is_err());
        }
    }

    #[test]
    fn another_key_context_or_padding_is_refused() {
        let wire = seal(&key(1), &ctx(), Pad::Padme, b"a plaintext", &mut rng(1));
        let refused = |key: &ScopeKey, ctx: &Ctx, pad| open(key, ctx, pad, &wire).is_err();
        assert!(!refused(&key(1), &ctx(), Pad::Padme));
        assert!(refused(&key(2), &ctx(), Pad::Padme));
        assert!(refused(&key(1), &ctx(), Pad::PadmeMin512));
        for other in [
            Ctx::new(label::PACK_CONTROL, &[b"team", b"scope"]),
            Ctx::new(label::ENTRY_BODY, &[b"team", b"other"]),
            Ctx::new(label::ENTRY_BODY, &[b"teams", b"cope"]),
            Ctx::new(label::ENTRY_BODY, &[b"team", b"scope", b""]),
            Ctx::new(label::ENTRY_BODY, &[]),
        ] {
            assert!(refused(&key(1), &other, Pad::Padme));
        }
        // The kind of key is in the type; the bytes alone decide about opening.
        let same_bytes = OuterKey::from_bytes(&mut [1; 32]);
        assert!(open(&same_bytes, &ctx(), Pad::Padme, &wire).is_ok());
    }

    #[test]
    fn a_wrong_commitment_is_refused_though_the_cipher_would_open() {
        let mut wire = seal(&key(1), &ctx(), Pad::Padme, b"a plaintext", &mut rng(1));
        let salt = wire[..SALT].try_into().unwrap();
        let derived = Derived::new(&[1; 32], salt, &ctx());
        wire[SALT] ^= 1;
        assert!(open(&key(1), &ctx(), Pad::Padme, &wire).is_err());
        let on_the_wire = wire[SALT..SALT + COMMITMENT].try_into().unwrap();
        assert!(open_with_commitment(derived.key, on_the_wire, &ctx().0, &wire).is_ok());
    }

    #[test]
    fn hostile_25_the_same_plaintext_twice_shares_nothing() {
        let mut rng = rng(1);
        let mut sealed = || seal(&key(1), &ctx(), Pad::Padme, b"a plaintext", &mut rng);
        let (one, two) = (sealed(), sealed());
        assert!(one.iter().zip(&two).filter(|(a, b)| a == b).count() < one.len() / 8);
    }

    #[test]
    fn wrapped_keys_are_exactly_32_bytes() {
        let secret = ContentKey::random(&mut rng(2));
        let wrapped = wrap(&key(1), &ctx(), &secret, &mut rng(1));
        assert_eq!(wrapped.len(), 136);
        let unwrapped: ContentKey = unwrap(&key(1), &ctx(), &wrapped).unwrap();
        assert!(bool::from(unwrapped.ct_eq(&secret)));
        assert!(unwrap::<ContentKey>(&key(2), &ctx(), &wrapped).is_err());

        for len in [0, 31, 33, 64] {
            let wire = seal(&key(1), &ctx(), Pad::None, &vec![7; len], &mut rng(1));
            assert!(open(&key(1), &ctx(), Pad::None, &wire).is_ok());
            assert!(unwrap::<ContentKey>(&key(1), &ctx(), &wire).is_err());
        }
    }

    /// Authentic, but not what `pad` makes: nobody may carry a message in the padding.
    #[test]
    fn an_authentic_plaintext_with_bad_padding_is_refused() {
        for padded in [
            &b""[..],
            &[1, 0, 0],
            &[255; 12],
            &[1, 0, 0, 0, 7, 1],
            &[0, 0, 0, 0, 0],
        ] {
            let wire = seal(&key(1), &ctx(), Pad::None, padded, &mut rng(1));
            assert_eq!(
                open(&key(1), &ctx(), Pad::Padme, &wire),
                Err(OpenError::new())
            );
        }
    }
}
