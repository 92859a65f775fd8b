//! The key behind an invitation's code.

use crate::{
    error::KdfError,
    hash::{hash, lp},
    kdf::{KdfParams, argon2id},
    keys::{SecretBytes, SigningKey, secret},
    label,
};

secret! {
    /// From the code that the inviter says by another way: opens the invitation, and signs the
    /// request to join.
    InviteCodeKey: env
}

secret! {
    /// From the code that one device of a person shows and another is told: opens what the first
    /// offers, and is the pre-shared key of the request.
    PairingKey: env
}

impl PairingKey {
    /// From the code's one spelling. It has 128 bits or more, so nothing slow is needed.
    #[must_use]
    pub fn derive(code: &[u8]) -> Self {
        Self::from_bytes(&mut hash(label::DEVICE_CODE, &[code]))
    }
}

impl InviteCodeKey {
    /// `Argon2id(code, salt = invitation's id)`. The format fixes the parameters at
    /// [`KdfParams::INVITE`]; they are an argument for the sake of tests alone.
    ///
    /// # Errors
    /// [`KdfError::OutOfMemory`] if this computer lacks the memory.
    pub fn derive(code: &[u8], invite_id: &[u8; 32], params: KdfParams) -> Result<Self, KdfError> {
        Ok(Self::from_bytes(&mut *argon2id(code, invite_id, params)?))
    }

    /// The invitation's Ed25519 key pair, whose public half the invitation names.
    #[must_use]
    pub fn signing(&self) -> SigningKey {
        let seed = SecretBytes::derive(&[], self.0.expose(), &lp(label::INVITE_KEY, &[]));
        SigningKey::from_secret(&seed)
    }
}
