//! The low-order guard.
//!
//! X-Wing as the `x-wing` crate has it accepts an X25519 share of low order, whose shared secret
//! is zero whatever the other side's key: the classical half of the hybrid is then gone without
//! anybody noticing (docs/format.md, Suite).

use x25519_dalek::{PublicKey, StaticSecret};

/// Whether the point gives a shared secret that depends on the other side's key.
///
/// Any clamped scalar is a multiple of the cofactor and not of the group's order, so it sends
/// exactly the points of low order to zero; the scalar need not be secret.
pub(crate) fn is_contributory(point: &[u8; 32]) -> bool {
    StaticSecret::from([0x55; 32])
        .diffie_hellman(&PublicKey::from(*point))
        .was_contributory()
}
