//! Public keys as entries carry them, and the ids that commit to them.

use conclave_crypto::{self as crypto, label};
use minicbor::{Decode, Encode};

use crate::id::{DeviceId, ScopeId, TeamId, UserId};

/// The two public keys of a device.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct DeviceKeys {
    /// Ed25519.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub sign: [u8; 32],
    /// X-Wing.
    #[n(1)]
    #[cbor(with = "crate::cbor::boxed")]
    pub seal: Box<[u8; 1216]>,
}

impl DeviceKeys {
    /// SHA-256 of the sealing key: what boxes name it by.
    #[must_use]
    pub fn seal_hash(&self) -> [u8; 32] {
        crypto::sha256(self.seal.as_slice())
    }

    /// The device's id: `H("conclave/1/device", sign, SHA-256(seal))`.
    #[must_use]
    pub fn id(&self) -> DeviceId {
        device_id(&self.sign, &self.seal_hash())
    }
}

/// A device's id from its signing key and the hash of its sealing key.
#[must_use]
pub fn device_id(sign: &[u8; 32], seal_hash: &[u8; 32]) -> DeviceId {
    DeviceId::new(crypto::hash(label::DEVICE, &[sign, seal_hash]))
}

/// What a user's id commits to: their recovery kit and their first device.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct UserFacts {
    /// The kit, a device on paper, senior to all others.
    #[n(0)]
    pub kit: DeviceKeys,
    /// SHA-256 of the key that may once succeed the kit.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub kit_successor: [u8; 32],
    /// The first device.
    #[n(2)]
    pub first: DeviceKeys,
}

impl UserFacts {
    /// The user's id: `H("conclave/1/user", team, kit, SHA-256 of the kit's successor, first device)`.
    #[must_use]
    pub fn id(&self, team: TeamId) -> UserId {
        UserId::new(crypto::hash(
            label::USER,
            &[
                team.as_bytes(),
                self.kit.id().as_bytes(),
                &self.kit_successor,
                self.first.id().as_bytes(),
            ],
        ))
    }
}

/// The scope whose members are a user's own devices: `H("conclave/1/user-scope", team, user)`.
#[must_use]
pub fn user_scope(team: TeamId, user: UserId) -> ScopeId {
    ScopeId::new(crypto::hash(
        label::USER_SCOPE,
        &[team.as_bytes(), user.as_bytes()],
    ))
}
