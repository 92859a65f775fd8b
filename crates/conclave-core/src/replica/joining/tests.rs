//! What a request to join has to be signed by, and which offers open.

use conclave_crypto::KdfParams;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

use super::*;
use crate::replica::{Founding, found};

/// By the key that the code derives, and by the kit and the first device that it names: nobody asks
/// for keys that they do not hold.
#[test]
fn hostile_22_a_request_is_signed_by_every_key_that_it_names() {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let (team, invite) = (TeamId::new([1; 32]), InviteId::new([2; 32]));
    let (kit, device) = (KitSeed::random(&mut rng), NewDevice::make(&mut rng));
    let other = NewDevice::make(&mut rng);
    let code = NewDevice::make(&mut rng).seed.signing();
    let key = *code.verify_key().as_bytes();
    let mut ask = Ask {
        facts: UserFacts {
            kit: public_keys(&kit.signing(), &kit.sealing()),
            kit_successor: [0; 32],
            first: device.keys,
        },
        log: device.log,
        name: "Mara".into(),
        device: "lap".into(),
        os: "linux".into(),
        colour: 1,
        wall_ms: 1,
        signatures: Vec::new(),
    };
    let (kit, first, strange) = (kit.signing(), device.seed.signing(), other.seed.signing());
    ask.sign(team, invite, [&code, &kit, &first]);
    assert!(ask.proven(team, invite, key));
    assert!(!ask.proven(team, InviteId::new([3; 32]), key));
    let last = ask.signatures.pop();
    assert!(!ask.proven(team, invite, key));
    ask.signatures.extend(last);
    for at in 0..3 {
        let mut keys = [&code, &kit, &first];
        keys[at] = &strange;
        ask.sign(team, invite, keys);
        assert!(!ask.proven(team, invite, key), "{at}");
    }
    // Nor for a log that another device writes.
    ask.log = other.log;
    ask.sign(team, invite, [&code, &kit, &first]);
    assert!(!ask.proven(team, invite, key));
}

/// A code is of one team, and an offer that nobody could answer is none.
#[test]
fn hostile_22_an_offer_is_of_the_team_that_was_asked_and_can_be_answered() {
    let mut rng = ChaCha20Rng::seed_from_u64(2);
    let founding = Founding {
        team: "Northwind".into(),
        person: "Ana".into(),
        colour: 1,
        device: "desk".into(),
        personal: "Personal".into(),
        wall_ms: 1,
    };
    let (ana, ..) = found(&founding, &mut rng).unwrap();
    let names = ("Northwind", "Ana", "Mara");
    let offer = offer_from(&ana, names, Role::Editor, Vec::new(), 9).unwrap();
    let mut unanswerable = offer.clone();
    unanswerable.to.clear();
    let (own, other, invite) = (ana.team(), TeamId::new([1; 32]), InviteId::new([2; 32]));
    let params = KdfParams::insecure_for_tests();
    let code = InviteCodeKey::derive(b"ten words", invite.as_bytes(), params).unwrap();
    for (offer, team, opens) in [
        (&offer, own, true),
        (&offer, other, false),
        (&unanswerable, own, false),
    ] {
        // Sealed for the very place where it is looked for: whoever knows the code can do that.
        let (ctx, plain) = (offer_ctx(team, invite), cbor::encode(offer));
        let sealed = env::seal(&code, &ctx, Pad::Padme, &plain, &mut rng);
        let opened = Offer::open(team, invite, &code, &sealed);
        assert_eq!(opened.is_ok(), opens);
    }
}
