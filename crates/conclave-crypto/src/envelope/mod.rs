//! The three envelopes of the format: ENV (symmetric), boxes (to a public key), signatures.
//!
//! An attachment is a row of the first. They are the only callers of the raw primitives, and each refuses more than its primitive does.

pub mod attachment;
pub mod boxes;
pub mod env;
pub mod sign;
