//! The format's own vectors, made by a second implementation (`tests/vectors/crypto/conclave.py`).

use serde_json::Value;

use super::{array, bytes, frozen};
use crate::{
    DeviceSecret, DeviceSeed, InviteCodeKey, KdfParams, Label, LocalMasterKey, Pad, ScopeKey,
    SealSecretKey, Signature, VerifyKey, boxes, env, hash, kdf, label, local, lp, padme, sha256,
    testing::Exactly,
};

fn vectors() -> Value {
    serde_json::from_slice(frozen!("conclave.json")).unwrap()
}

fn purpose(value: &Value, field: &str) -> Label {
    let text = value[field].as_str().unwrap();
    *label::ALL
        .iter()
        .find(|label| label.as_str() == text)
        .unwrap()
}

fn fields(value: &Value, field: &str) -> Vec<Vec<u8>> {
    let list = value[field].as_array().unwrap();
    list.iter()
        .map(|text| hex::decode(text.as_str().unwrap()).unwrap())
        .collect()
}

fn slices(fields: &[Vec<u8>]) -> Vec<&[u8]> {
    fields.iter().map(Vec::as_slice).collect()
}

#[test]
fn lp_and_hash() {
    let vector = &vectors()["lp"];
    let (purpose, fields) = (purpose(vector, "purpose"), fields(vector, "fields"));
    assert_eq!(lp(purpose, &slices(&fields)), bytes(vector, "bytes"));
    assert_eq!(hash(purpose, &slices(&fields)), array(vector, "hash"));
}

#[test]
fn padme_lengths() {
    for pair in vectors()["padme"].as_array().unwrap() {
        let number = |at: usize| usize::try_from(pair[at].as_u64().unwrap()).unwrap();
        assert_eq!(padme(number(0)), number(1), "{pair}");
    }
}

#[test]
fn envelopes() {
    for vector in vectors()["env"].as_array().unwrap() {
        let key = ScopeKey::from_bytes(&mut array(vector, "master"));
        let fields = fields(vector, "fields");
        let ctx = env::Ctx::new(purpose(vector, "purpose"), &slices(&fields));
        let pad = match vector["padding"].as_str().unwrap() {
            "none" => Pad::None,
            "padme" => Pad::Padme,
            "min512" => Pad::PadmeMin512,
            other => panic!("an unknown padding, {other}"),
        };
        let (plaintext, wire) = (bytes(vector, "plaintext"), bytes(vector, "wire"));
        let mut rng = Exactly([bytes(vector, "salt"), bytes(vector, "nonce")].concat());
        assert_eq!(env::seal(&key, &ctx, pad, &plaintext, &mut rng), wire);
        assert_eq!(
            env::open(&key, &ctx, pad, &wire).unwrap().as_slice(),
            plaintext
        );
    }
}

#[test]
fn boxes_in_both_modes() {
    for vector in vectors()["box"].as_array().unwrap() {
        let secret = SealSecretKey::from_seed(&mut array(vector, "seed"));
        assert_eq!(secret.public().hash(), array(vector, "pk_sha256"));
        let [info, aad, plaintext, psk, psk_id, enc, ct] =
            ["info", "aad", "plaintext", "psk", "psk_id", "enc", "ct"].map(|f| bytes(vector, f));
        let mut rng = Exactly(bytes(vector, "eseed"));
        let (sealed, opened) = if psk.is_empty() {
            (
                boxes::seal(secret.public(), &info, &aad, &plaintext, &mut rng),
                boxes::open(&secret, &info, &aad, &enc, &ct),
            )
        } else {
            (
                boxes::seal_psk(
                    secret.public(),
                    &psk,
                    &psk_id,
                    &info,
                    &aad,
                    &plaintext,
                    &mut rng,
                ),
                boxes::open_psk(&secret, &psk, &psk_id, &info, &aad, &enc, &ct),
            )
        };
        let sealed = sealed.unwrap();
        assert_eq!((sealed.enc.to_vec(), sealed.ct), (enc, ct));
        assert_eq!(opened.unwrap().as_slice(), plaintext);
    }
}

#[test]
fn keys_from_keys() {
    let vector = &vectors()["keys"];
    let device = DeviceSeed::from_bytes(&mut array(vector, "device_seed"));
    let verify_key = VerifyKey::from_bytes(array(vector, "device_verify_key"));
    assert_eq!(device.signing().verify_key(), verify_key);
    assert_eq!(
        device.sealing().public().hash(),
        array(vector, "device_seal_pk_sha256")
    );

    let (purpose, fields) = (
        purpose(vector, "signed_purpose"),
        fields(vector, "signed_fields"),
    );
    let signature = Signature::from_bytes(array(vector, "signature"));
    assert_eq!(device.signing().sign(purpose, &slices(&fields)), signature);
    verify_key
        .verify(purpose, &slices(&fields), &signature)
        .unwrap();

    let scope = ScopeKey::from_bytes(&mut array(vector, "scope_key"));
    assert_eq!(scope.commit(), array(vector, "scope_commit"));
    assert_eq!(
        sha256(scope.sealing().public().as_ref()),
        array(vector, "scope_pk_sha256")
    );

    let master = LocalMasterKey::from_bytes(&mut array(vector, "local_master_key"));
    let row_key = master.row_key(vector["row_purpose"].as_str().unwrap());
    assert_eq!(*row_key.expose_secret(), array(vector, "row_key"));

    let invite = InviteCodeKey::from_bytes(&mut array(vector, "invite_code_key"));
    let verify_key = VerifyKey::from_bytes(array(vector, "invite_verify_key"));
    assert_eq!(invite.signing().verify_key(), verify_key);
}

#[test]
fn passphrases() {
    for vector in vectors()["passphrase"].as_array().unwrap() {
        let number = |field: &str| u32::try_from(vector[field].as_u64().unwrap()).unwrap();
        let params = KdfParams::checked(number("m_kib"), number("t"), number("p")).unwrap();
        let passphrase = vector["passphrase"].as_str().unwrap().as_bytes();
        let salt: [u8; 16] = array(vector, "salt");
        let stretched = kdf::argon2id(passphrase, &salt, params).unwrap();
        assert_eq!(*stretched, array(vector, "argon2id"));
        let device_secret = DeviceSecret::from_bytes(&mut array(vector, "device_secret"));
        let key = local::local_key(&device_secret, passphrase, &salt, params).unwrap();
        assert_eq!(*key.expose_secret(), array(vector, "local_key"));
    }
}
