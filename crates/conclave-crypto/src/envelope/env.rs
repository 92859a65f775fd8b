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
        if !bool::from(self.commitment.ct_eq(wire.commitment)) {
            return Err(OpenError::new());
        }
        let mut plaintext = Zeroizing::new(wire.ciphertext.to_vec());
        aead::open_in_place(&self.key, wire.nonce, &ctx.0, &mut plaintext, wire.tag)?;
        Ok(plaintext)
    }
}
