//! The invisible salamander: a ciphertext that opens under two keys, and is refused inside ENV.

use serde_json::Value;

use super::{array, bytes, frozen};
use crate::{env::tests::open_with_commitment, hazmat::aead};

fn vector() -> Value {
    serde_json::from_slice(frozen!("salamander.json")).unwrap()
}

#[test]
fn bare_xchacha_opens_it_under_both_keys() {
    let salamander = vector();
    let open = |key: &str| {
        let mut buffer = bytes(&salamander, "ct");
        aead::open_in_place(
            &array(&salamander, key),
            &array(&salamander, "nonce"),
            &bytes(&salamander, "aad"),
            &mut buffer,
            &array(&salamander, "tag"),
        )
        .unwrap();
        buffer
    };
    assert_ne!(open("key1"), open("key2"));
}

#[test]
fn hostile_10_inside_env_only_the_committed_key_opens_it() {
    let salamander = vector();
    let ciphertext = [bytes(&salamander, "ct"), bytes(&salamander, "tag")].concat();
    let (commitment1, commitment2) = ([1; 32], [2; 32]);
    let open = |key: &str, own: [u8; 32], on_the_wire: [u8; 32]| {
        let nonce: [u8; 24] = array(&salamander, "nonce");
        let wire = [&[0; 32][..], &on_the_wire, &nonce, &ciphertext].concat();
        open_with_commitment(
            array(&salamander, key),
            own,
            &bytes(&salamander, "aad"),
            &wire,
        )
    };
    // Both keys would pass the cipher. Whichever commitment the forger writes, one is refused.
    assert!(open("key1", commitment1, commitment1).is_ok());
    assert!(open("key2", commitment2, commitment1).is_err());
    assert!(open("key1", commitment1, commitment2).is_err());
    assert!(open("key2", commitment2, commitment2).is_ok());
    // And one that fits neither is refused by both.
    assert!(open("key1", commitment1, [3; 32]).is_err());
    assert!(open("key2", commitment2, [3; 32]).is_err());
}
