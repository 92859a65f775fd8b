//! The envelopes, with bytes that nobody who holds the key has made.

use conclave_crypto::{
    ContentKey, DeviceSeed, Pad, SealPublicKey, Signature, VerifyKey, boxes as hpke,
    env::{self as envelope, Ctx},
    label, padme, unpad,
};

use crate::world::rng;

fn key() -> ContentKey {
    ContentKey::random(&mut rng(3))
}

fn ctx() -> Ctx {
    Ctx::new(label::ITEM_PAYLOAD, &[b"team", b"item"])
}

/// ENV under each way of padding, and the padding by itself.
pub(crate) fn env(data: &[u8]) {
    for pad in [Pad::None, Pad::Padme, Pad::PadmeMin512] {
        if let Ok(plain) = envelope::open(&key(), &ctx(), pad, data) {
            // Read without padding it still stands in its frame.
            assert!(plain.windows(8).any(|w| w == b"a secret"), "forged");
        }
        if let Ok(inner) = unpad(data, pad) {
            assert!(inner.len() <= data.len());
        }
    }
    assert!(padme(data.len()) >= data.len());
}

/// Envelopes of one text, and one padded by hand.
pub(crate) fn envs() -> Vec<Vec<u8>> {
    let seal = |pad| envelope::seal(&key(), &ctx(), pad, b"a secret", &mut rng(4));
    let padded = conclave_crypto::pad(b"a secret", Pad::Padme).to_vec();
    vec![seal(Pad::Padme), seal(Pad::PadmeMin512), padded]
}

/// A wrapped key.
pub(crate) fn wrap(data: &[u8]) {
    if let Ok(opened) = envelope::unwrap::<ContentKey>(&key(), &ctx(), data) {
        // EXPOSE: compared with the one key that was wrapped.
        assert_eq!(opened.expose_secret(), inner().expose_secret(), "forged");
    }
}

fn inner() -> ContentKey {
    ContentKey::random(&mut rng(8))
}

/// One wrapped key.
pub(crate) fn wraps() -> Vec<Vec<u8>> {
    vec![envelope::wrap(&key(), &ctx(), &inner(), &mut rng(4)).to_vec()]
}

/// A box, its encapsulation and its ciphertext cut at any place.
pub(crate) fn boxes(data: &[u8]) {
    let device = DeviceSeed::random(&mut rng(6)).sealing();
    let (enc, ct) = data.split_at(data.len().min(hpke::ENC_LEN));
    if let Ok(plain) = hpke::open(&device, b"info", b"", enc, ct) {
        // A box proves nothing about who made it; without the public key this is the only one.
        assert_eq!(plain.as_slice(), [9; 32]);
    }
    assert!(hpke::open_psk(&device, b"info", b"", &[1; 32], b"id", enc, ct).is_err());
}

/// One box.
pub(crate) fn boxed() -> Vec<Vec<u8>> {
    let device = DeviceSeed::random(&mut rng(6)).sealing();
    let sealed = hpke::seal(device.public(), b"info", b"", &[9; 32], &mut rng(7));
    sealed
        .map(|s| [&s.enc[..], &s.ct].concat())
        .into_iter()
        .collect()
}

/// Public keys and signatures as entries carry them.
pub(crate) fn public_keys(data: &[u8]) {
    if let Ok(pk) = SealPublicKey::from_bytes(data)
        && pk.check().is_ok()
    {
        let _ = hpke::seal(&pk, b"info", b"", &[9; 32], &mut rng(7));
    }
    if let Some((key, rest)) = data.split_first_chunk::<32>()
        && let Some((signature, message)) = rest.split_first_chunk::<64>()
    {
        let key = VerifyKey::from_bytes(*key);
        let signature = Signature::from_bytes(*signature);
        if key.verify(label::PACK, &[message], &signature).is_ok() {
            assert_eq!(message, b"message", "forged");
        }
    }
}

/// An X-Wing key, and an Ed25519 key with a signature and its message.
pub(crate) fn keys() -> Vec<Vec<u8>> {
    let seed = DeviceSeed::random(&mut rng(6));
    let signer = seed.signing();
    let signature = signer.sign(label::PACK, &[b"message"]).to_bytes();
    let signed = [&signer.verify_key().as_bytes()[..], &signature, b"message"].concat();
    vec![seed.sealing().public().as_bytes().to_vec(), signed]
}
