//! The raw primitives, private to the crate: each file calls one library and decides nothing.
//!
//! They are sharp. A nonce used twice or a context left out is found by no type here, which is
//! why nobody outside may call them and why the envelopes are their only callers.

pub(crate) mod aead;
pub(crate) mod argon2;
pub(crate) mod hkdf;
pub(crate) mod hpke;
pub(crate) mod x25519;
