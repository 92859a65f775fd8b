//! C2SP's age vectors for hybrid recipients: others' files, opened by our boxes.

use std::{collections::BTreeMap, io::Read};

use super::age_file::{Failure, dearmor, decrypt};
use crate::{hash::sha256, keys::SealSecretKey};

const HRP: &str = "age-secret-key-pq-";

macro_rules! age_vectors {
    ($($name:literal)*) => {
        &[$(($name, include_bytes!(concat!("../../../../tests/vectors/crypto/age-hybrid/", $name)))),*]
    };
}

const VECTORS: &[(&str, &[u8])] = age_vectors! {
    "armor_hybrid"
    "hybrid"
    "hybrid_and_x25519"
    "hybrid_bad_tag"
    "hybrid_currupted_enc_mlkem"
    "hybrid_currupted_enc_x25519"
    "hybrid_extra_argument"
    "hybrid_grease"
    "hybrid_identity"
    "hybrid_long_file_key"
    "hybrid_long_share"
    "hybrid_low_order"
    "hybrid_multiple_recipients"
    "hybrid_no_match"
    "hybrid_not_canonical_body"
    "hybrid_not_canonical_enc"
    "hybrid_short_share"
    "hybrid_uppercase"
    "hybrid_x25519_arg"
};

fn check(name: &str, vector: &[u8]) {
    let at = vector.windows(2).position(|pair| pair == b"\n\n").unwrap();
    let mut fields = BTreeMap::<&str, Vec<&str>>::new();
    for line in core::str::from_utf8(&vector[..at]).unwrap().lines() {
        let (field, value) = line.split_once(": ").unwrap();
        fields.entry(field).or_default().push(value);
    }
    let field = |name: &str| fields.get(name).map(|values| values[0]);

    let mut file = vector[at + 2..].to_vec();
    if let Some(compression) = field("compressed") {
        assert_eq!(compression, "zlib");
        let packed = file;
        file = Vec::new();
        flate2::read::ZlibDecoder::new(packed.as_slice())
            .read_to_end(&mut file)
            .unwrap();
    }
    if field("armored") == Some("yes") {
        file = dearmor(&file);
    }

    let identities: Vec<_> = fields["identity"]
        .iter()
        .filter_map(|text| identity(text))
        .collect();
    assert_eq!(identities.len(), 1, "{name}");
    let outcome = decrypt(&file, &identities);
    let refused = match field("expect").unwrap() {
        "success" => {
            let (file_key, payload) = outcome.unwrap_or_else(|e| panic!("{name}: {e:?}"));
            assert_eq!(hex::encode(file_key), field("file key").unwrap(), "{name}");
            assert_eq!(
                hex::encode(sha256(&payload)),
                field("payload").unwrap(),
                "{name}"
            );
            return;
        }
        "no match" => Failure::NoMatch,
        "header failure" => Failure::Header,
        "HMAC failure" => Failure::Hmac,
        "payload failure" => Failure::Payload,
        other => panic!("{name}: an unknown expectation, {other}"),
    };
    assert_eq!(outcome.unwrap_err(), refused, "{name}");
}

/// The hybrid identity of that text; `None` for one of another kind.
fn identity(text: &str) -> Option<SealSecretKey> {
    let (hrp, seed) = bech32::decode(text).unwrap();
    let mut seed: [u8; 32] = seed.try_into().unwrap();
    (hrp.to_lowercase() == HRP).then(|| SealSecretKey::from_seed(&mut seed))
}

#[test]
fn every_hybrid_vector() {
    for (name, vector) in VECTORS {
        check(name, vector);
    }
}
