//! Whose log it is, in a form that proves itself.

use conclave_crypto::{self as crypto, label, sign::VerifyKey};
use minicbor::{Decode, Encode};

use crate::{
    entry::Place,
    id::{DeviceId, LogId, TeamId},
    keys::device_id,
};

/// What a log's id commits to: the device's keys and a nonce, one per log of the device.
///
/// Every pack carries it, so a pack can be verified before anything else about its author is
/// known, and nobody can write into a log that is not theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct LogIdentity {
    /// The device's Ed25519 key.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub sign: [u8; 32],
    /// SHA-256 of the device's X-Wing key.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub seal_hash: [u8; 32],
    /// Makes the logs of one device differ.
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    pub nonce: [u8; 16],
}

impl LogIdentity {
    /// The device: `H("conclave/1/device", sign, seal_hash)`.
    #[must_use]
    pub fn device(&self) -> DeviceId {
        device_id(&self.sign, &self.seal_hash)
    }

    /// The log: `H("conclave/1/log", team, device, nonce)`.
    #[must_use]
    pub fn log(&self, team: TeamId) -> LogId {
        LogId::new(crypto::hash(
            label::LOG,
            &[team.as_bytes(), self.device().as_bytes(), &self.nonce],
        ))
    }

    /// Team, log and device together.
    #[must_use]
    pub fn place(&self, team: TeamId) -> Place {
        Place {
            team,
            log: self.log(team),
            device: self.device(),
        }
    }

    /// The key that signs the log's packs.
    #[must_use]
    pub const fn verify_key(&self) -> VerifyKey {
        VerifyKey::from_bytes(self.sign)
    }
}
