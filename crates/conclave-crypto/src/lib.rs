//! Keys, and the three envelopes that they open: the bottom layer, bytes in and bytes out.
//!
//! `hazmat` (private) calls the primitives, [`keys`] are the secrets, and [`env`](mod@env),
//! [`boxes`] and [`sign`] are the envelopes; an [`attachment`] is a row of the first. The map of
//! which key opens what follows.
//!
//! ---
#![doc = include_str!("../README.md")]
#![deny(clippy::indexing_slicing)]

mod envelope;
mod error;
mod hash;
mod hazmat;
pub mod kdf;
pub mod keys;
pub mod label;
pub mod local;
pub mod meter;
mod padding;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod vectors;

pub use envelope::{attachment, boxes, env, sign};
pub use error::{BadSignature, KdfError, OpenError, SealError};
pub use hash::{hash, lp, sha256};
pub use kdf::KdfParams;
pub use keys::{
    ContentKey, DeviceSecret, DeviceSeed, EnvKey, FileKey, InviteCodeKey, KeychainKey,
    KitFindingKey, KitSeed, LocalKey, LocalMasterKey, OuterKey, Own0Seed, PairingKey, RowKey,
    ScopeKey, SealPublicKey, SealSecretKey, Secret32, SigningKey,
};
pub use label::Label;
pub use padding::{Pad, pad, padme, unpad};
pub use sign::{Signature, VerifyKey};
