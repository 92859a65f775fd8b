//! X-Wing's known answers, through the very calls that boxes make.
//!
//! The key schedule of RFC 9180 is written out once more here, so that a box's ciphertext is
//! checked from the vector's shared secret on.

use hkdf::Hkdf;
use serde_json::Value;
use sha2::Sha256;

use super::{array, bytes, chacha_seal, frozen};
use crate::{boxes, keys::SealSecretKey, testing::Exactly};

const SUITE: &[u8] = b"HPKE\x64\x7a\x00\x01\x00\x03";

fn labeled_extract(salt: &[u8], label: &[u8], ikm: &[u8]) -> [u8; 32] {
    let ikm = [b"HPKE-v1", SUITE, label, ikm].concat();
    Hkdf::<Sha256>::extract(Some(salt), &ikm).0.into()
}

fn labeled_expand<const N: usize>(prk: &[u8; 32], label: &[u8], context: &[u8]) -> [u8; N] {
    let length = u16::try_from(N).unwrap().to_be_bytes();
    let info = [&length, b"HPKE-v1".as_slice(), SUITE, label, context].concat();
    let mut out = [0; N];
    Hkdf::<Sha256>::from_prk(prk)
        .unwrap()
        .expand(&info, &mut out)
        .unwrap();
    out
}

/// What HPKE in mode Base makes of a shared secret.
fn seal_from(shared: &[u8], info: &[u8], aad: &[u8], plaintext: &[u8]) -> Vec<u8> {
    let id_hash = labeled_extract(b"", b"psk_id_hash", b"");
    let info_hash = labeled_extract(b"", b"info_hash", info);
    let context = [&[0], id_hash.as_slice(), &info_hash].concat();
    let secret = labeled_extract(shared, b"secret", b"");
    let key: [u8; 32] = labeled_expand(&secret, b"key", &context);
    let nonce: [u8; 12] = labeled_expand(&secret, b"base_nonce", &context);
    chacha_seal(key, nonce, aad, plaintext)
}

#[test]
fn known_answers() {
    let vectors: Vec<Value> = serde_json::from_slice(frozen!("xwing.json")).unwrap();
    assert_eq!(vectors.len(), 3);
    for vector in vectors {
        let secret = SealSecretKey::from_seed(&mut array(&vector, "sk"));
        assert_eq!(secret.public().as_bytes().as_slice(), bytes(&vector, "pk"));

        let (info, aad, plaintext) = (b"info", b"aad", b"a scope key");
        let mut eseed = Exactly(bytes(&vector, "eseed"));
        let sealed = boxes::seal(secret.public(), info, aad, plaintext, &mut eseed).unwrap();
        assert_eq!(sealed.enc.as_slice(), bytes(&vector, "ct"));
        assert_eq!(
            sealed.ct,
            seal_from(&bytes(&vector, "ss"), info, aad, plaintext)
        );

        let opened = boxes::open(&secret, info, aad, &sealed.enc, &sealed.ct).unwrap();
        assert_eq!(opened.as_slice(), plaintext);
    }
}
