//! The envelopes, with bytes that nobody who holds the key has made.

use conclave_crypto::{
    ContentKey, DeviceSeed, FileKey, Pad, SealPublicKey, Signature, VerifyKey, attachment as file,
    boxes as hpke,
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

fn file_key() -> FileKey {
    FileKey::random(&mut rng(9))
}

const PLACE: file::Place<'static> = file::Place {
    team: &[1; 32],
    file: &[2; 16],
};

/// As long as fits the inputs that are tried.
fn file_bytes() -> Vec<u8> {
    vec![7; file::CHUNK / 2]
}

/// A sealed attachment.
pub(crate) fn attachment(data: &[u8]) {
    if let Ok(opened) = file::open(&file_key(), PLACE, data) {
        assert!(*opened == b"a secret" || *opened == file_bytes(), "forged");
    }
}

/// A short one, and one that is nearly as long as an input may be.
pub(crate) fn attachments() -> Vec<Vec<u8>> {
    let seal = |bytes: &[u8]| file::seal(&file_key(), PLACE, bytes, &mut rng(4));
    vec![seal(b"a secret"), seal(&file_bytes())]
}

/// What is inside the one chunk of an attachment, sealed by somebody who holds its key.
pub(crate) fn attachment_chunk(data: &[u8]) {
    let fields: [&[u8]; 4] = [PLACE.team, PLACE.file, &0u64.to_le_bytes(), &[1]];
    let ctx = Ctx::new(label::BLOB_CHUNK, &fields);
    let wire = envelope::seal(&file_key(), &ctx, Pad::None, data, &mut rng(4));
    let opened = file::open(&file_key(), PLACE, &wire).ok();
    let expected = unpad(data, Pad::Padme)
        .ok()
        .filter(|_| data.len() <= file::CHUNK);
    assert_eq!(opened.as_deref().map(Vec::as_slice), expected);
}

/// Two files as they are padded.
pub(crate) fn attachment_chunks() -> Vec<Vec<u8>> {
    let pad = |bytes: &[u8]| conclave_crypto::pad(bytes, Pad::Padme).to_vec();
    vec![pad(b"a secret"), pad(&file_bytes())]
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
