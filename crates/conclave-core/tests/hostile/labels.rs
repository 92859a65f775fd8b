//! Row 11: every signature, envelope, box and hash, replayed as every other kind of its sort.

use conclave_crypto::{
    ContentKey, DeviceSeed, Pad, boxes,
    env::{self, Ctx},
    hash,
    label::ALL,
    lp,
};
use conclave_testkit::rng::seeded;

const FIELDS: [&[u8]; 2] = [b"team", b"place"];

#[test]
fn hostile_11_a_signature_is_for_one_purpose() {
    let mut rng = seeded(1);
    let key = DeviceSeed::random(&mut rng).signing();
    let public = key.verify_key();
    for made in ALL {
        let signature = key.sign(*made, &FIELDS);
        for read in ALL {
            let good = public.verify(*read, &FIELDS, &signature).is_ok();
            assert_eq!(good, made == read, "{made:?} as {read:?}");
        }
    }
}

#[test]
fn hostile_11_an_envelope_is_for_one_purpose() {
    let mut rng = seeded(2);
    let key = ContentKey::random(&mut rng);
    for made in ALL {
        let wire = env::seal(&key, &Ctx::new(*made, &FIELDS), Pad::Padme, b"x", &mut rng);
        for read in ALL {
            let good = env::open(&key, &Ctx::new(*read, &FIELDS), Pad::Padme, &wire).is_ok();
            assert_eq!(good, made == read, "{made:?} as {read:?}");
        }
    }
}

#[test]
fn hostile_11_a_box_is_for_one_purpose() {
    let mut rng = seeded(3);
    let secret = DeviceSeed::random(&mut rng).sealing();
    for made in ALL {
        let sealed =
            boxes::seal(secret.public(), &lp(*made, &FIELDS), &[], b"x", &mut rng).unwrap();
        // Each box costs a decapsulation: its neighbours in the list, and itself.
        let at = ALL.iter().position(|label| label == made).unwrap();
        for read in (0..5).filter_map(|step| ALL.get((at + step * step) % ALL.len())) {
            let info = lp(*read, &FIELDS);
            let good = boxes::open(&secret, &info, &[], &sealed.enc, &sealed.ct).is_ok();
            assert_eq!(good, made == read, "{made:?} as {read:?}");
        }
    }
}

#[test]
fn hostile_11_a_hash_is_for_one_purpose() {
    let all: std::collections::BTreeSet<[u8; 32]> =
        ALL.iter().map(|label| hash(*label, &FIELDS)).collect();
    assert_eq!(all.len(), ALL.len());
}
