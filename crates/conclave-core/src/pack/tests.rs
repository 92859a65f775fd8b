//! Packs: what a writer makes, a reader takes; what anybody else makes, a reader refuses.

use conclave_crypto::{DeviceSeed, KitSeed, OuterKey};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

use super::*;
use crate::{
    body,
    entry::RawEntry,
    id::{GrantId, ScopeId, TeamId},
    kind::Kind,
};

type Sealed = (RawEntry, Option<Vec<u8>>);

struct World {
    rng: ChaCha20Rng,
    team: TeamId,
    out: OuterKey,
    seed: DeviceSeed,
    identity: LogIdentity,
}

fn world(n: u64) -> World {
    let mut rng = ChaCha20Rng::seed_from_u64(n);
    let seed = DeviceSeed::random(&mut rng);
    let identity = LogIdentity {
        sign: *seed.signing().verify_key().as_bytes(),
        seal_hash: seed.sealing().public().hash(),
        nonce: [7; 16],
    };
    World {
        team: TeamId::new([1; 32]),
        out: OuterKey::random(&mut rng),
        rng,
        seed,
        identity,
    }
}

impl World {
    fn entries(&self, chain: &mut Chain, n: usize) -> Vec<Sealed> {
        (0..n)
            .map(|i| {
                let mut draft = Draft::new(Kind::Audit, 1_000 + i as u64);
                draft.grant = Some(GrantId::new([i as u8 % 3; 32]));
                let mut sealed = Some(vec![i as u8; 10 * i]);
                if chain.next_seq() == 0 {
                    draft = Draft::new(Kind::LogStart, 1);
                    draft.control = Some(cbor_encode(&body::LogStart { replaces: None }));
                    sealed = None;
                }
                draft.sealed.clone_from(&sealed);
                (chain.append(draft).unwrap().0, sealed)
            })
            .collect()
    }

    fn pack(&mut self, entries: &[Sealed]) -> (PackId, Vec<u8>) {
        build(
            self.team,
            &self.out,
            &self.identity,
            &self.seed.signing(),
            entries,
            &mut self.rng,
        )
        .unwrap()
    }
}

fn cbor_encode<T: minicbor::Encode<()>>(value: &T) -> Vec<u8> {
    crate::cbor::encode(value)
}

#[test]
fn round_trip_with_bodies() {
    let mut w = world(1);
    let mut chain = Chain::start(w.identity.place(w.team));
    let entries = w.entries(&mut chain, 5);
    let (name, file) = w.pack(&entries);
    let pack = Pack::open(w.team, &w.out, &name, &file).unwrap();
    assert_eq!(
        file.len() as u64,
        PackPrefix::parse(&file).unwrap().head_len() as u64 + pack.body_section_len()
    );
    let verified = pack.verify().unwrap();
    assert_eq!(
        verified.raw(),
        entries.iter().map(|e| e.0.clone()).collect::<Vec<_>>()
    );
    let bodies = verified.bodies(&file).unwrap();
    assert_eq!(
        bodies.into_iter().map(|b| b.1).collect::<Vec<_>>(),
        entries
            .iter()
            .filter_map(|e| e.1.clone())
            .collect::<Vec<_>>()
    );
}

#[test]
fn hostile_09_every_flipped_byte_and_every_cut_is_refused() {
    let mut w = world(2);
    let mut chain = Chain::start(w.identity.place(w.team));
    let entries = w.entries(&mut chain, 3);
    let (name, file) = w.pack(&entries);
    let whole = |bytes: &[u8]| -> Result<(), PackError> {
        Pack::open(w.team, &w.out, &name, bytes)?
            .verify()?
            .bodies(bytes)
            .map(drop)
    };
    assert_eq!(whole(&file), Ok(()));
    for i in 0..file.len() {
        let mut bad = file.clone();
        bad[i] ^= 1;
        assert!(whole(&bad).is_err(), "byte {i}");
        assert!(whole(&file[..i]).is_err(), "cut at {i}");
    }
    let mut long = file.clone();
    long.push(0);
    assert_eq!(whole(&long), Err(PackError::Refused));
}

#[test]
fn hostile_18_a_pack_belongs_to_one_name_and_one_team() {
    let mut w = world(3);
    let mut chain = Chain::start(w.identity.place(w.team));
    let entries = w.entries(&mut chain, 3);
    let (name, file) = w.pack(&entries);
    let other_log = PackId {
        log: crate::id::LogId::new([9; 32]),
        ..name
    };
    let other_seq = PackId {
        span: Span::new(1, name.span.last()).unwrap(),
        ..name
    };
    for bad in [other_log, other_seq] {
        assert!(matches!(
            Pack::open(w.team, &w.out, &bad, &file),
            Err(PackError::Refused)
        ));
    }
    let other_team = TeamId::new([2; 32]);
    assert!(matches!(
        Pack::open(other_team, &w.out, &name, &file),
        Err(PackError::Refused)
    ));
}

#[test]
fn another_devices_signature_is_refused() {
    let mut w = world(4);
    let mut chain = Chain::start(w.identity.place(w.team));
    let entries = w.entries(&mut chain, 2);
    let forger = KitSeed::random(&mut w.rng).signing();
    let (name, file) = build(w.team, &w.out, &w.identity, &forger, &entries, &mut w.rng).unwrap();
    let pack = Pack::open(w.team, &w.out, &name, &file).unwrap();
    assert!(matches!(pack.verify(), Err(PackError::Refused)));
}

#[test]
fn a_gap_cannot_be_packed() {
    let mut w = world(5);
    let mut chain = Chain::start(w.identity.place(w.team));
    let mut entries = w.entries(&mut chain, 4);
    entries.remove(2);
    let made = build(
        w.team,
        &w.out,
        &w.identity,
        &w.seed.signing(),
        &entries,
        &mut w.rng,
    );
    assert_eq!(made, Err(BuildError::Chain));
}

#[test]
fn a_control_body_that_is_not_named_is_refused() {
    let w = world(6);
    let mut chain = Chain::start(w.identity.place(w.team));
    let (raw, _) = w.entries(&mut chain, 1).remove(0);
    let place = w.identity.place(w.team);
    for control in [None, Some(vec![]), Some(vec![0xa0, 0])] {
        let bad = RawEntry {
            control,
            ..raw.clone()
        };
        assert!(crate::entry::Entry::parse(place, &bad).is_err());
    }
}

#[test]
fn a_run_takes_one_signature() {
    let mut w = world(7);
    let mut chain = Chain::start(w.identity.place(w.team));
    let files: Vec<_> = (0..6)
        .map(|_| {
            let entries = w.entries(&mut chain, 4);
            w.pack(&entries)
        })
        .collect();
    let open = |skip: Option<usize>| -> Vec<Pack> {
        files
            .iter()
            .enumerate()
            .filter(|(i, _)| Some(*i) != skip)
            .map(|(_, (name, file))| Pack::open(w.team, &w.out, name, file).unwrap())
            .collect()
    };
    let broken = |packs: &mut Vec<Pack>, i: usize| {
        if let Some(pack) = packs.get_mut(i) {
            pack.spoil_signature();
        }
    };
    assert!(verify_run(open(None)).iter().all(Result::is_ok));
    // An earlier signature that is spoilt does no harm: the last one commits to all before it.
    let mut packs = open(None);
    broken(&mut packs, 2);
    assert!(verify_run(packs).iter().all(Result::is_ok));
    // Across a gap every end is verified by itself.
    let mut packs = open(Some(3));
    broken(&mut packs, 2);
    let verdicts: Vec<bool> = verify_run(packs).iter().map(Result::is_ok).collect();
    assert_eq!(verdicts, [true, true, false, true, true]);
    let mut packs = open(None);
    broken(&mut packs, 5);
    assert_eq!(verify_run(packs).iter().filter(|v| v.is_err()).count(), 1);
}

/// The three packs of one log that a store may come to hold: the first with a borrowed signature,
/// the second good, and later both in one. Whatever lies between them when they are read again, and
/// in whatever order, they pass.
#[test]
fn hostile_09_what_passed_by_another_signature_passes_in_any_order() {
    let mut w = world(11);
    let mut chain = Chain::start(w.identity.place(w.team));
    let entries = w.entries(&mut chain, 3);
    let files = [
        w.pack(&entries[..1]),
        w.pack(&entries[1..2]),
        w.pack(&entries[..2]),
        w.pack(&entries[2..]),
    ];
    let run = |order: &[usize], spoilt: &[usize]| -> Vec<bool> {
        let open = |at: &usize| {
            let (name, file) = &files[*at];
            let mut pack = Pack::open(w.team, &w.out, name, file).unwrap();
            if spoilt.contains(at) {
                pack.spoil_signature();
            }
            pack
        };
        let verdicts = verify_run(order.iter().map(open).collect());
        verdicts.iter().map(Result::is_ok).collect()
    };
    let orders = [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ];
    for order in orders {
        let but = |refused: &[usize]| order.map(|at| !refused.contains(&at));
        assert_eq!(run(&order, &[0]), but(&[]), "{order:?}");
        assert_eq!(run(&order, &[1, 2]), but(&[1, 2]), "{order:?}");
        // One that reaches no further lends nothing: a store that keeps the larger of two may
        // have dropped it.
        assert_eq!(run(&order, &[0, 1]), but(&[1]), "{order:?}");
    }
    assert_eq!(run(&[0, 2], &[0]), [true; 2]);
    assert_eq!(run(&[2, 0], &[0, 2]), [false; 2]);
    // One good signature is enough for all below it, however far.
    assert_eq!(run(&[0, 1, 2, 3], &[0, 1, 2]), [true; 4]);
    assert_eq!(run(&[3, 2, 1, 0], &[3, 1]), [false, true, false, true]);
}

#[test]
fn heads_are_signed_lists() {
    let mut w = world(8);
    let mut chain = Chain::start(w.identity.place(w.team));
    let entries = w.entries(&mut chain, 3);
    let (name, _) = w.pack(&entries);
    let head = Head {
        identity: w.identity,
        live: vec![Span::new(0, 2).unwrap()],
    };
    let file = head.build(w.team, &w.out, &name, &w.seed.signing(), &mut w.rng);
    assert_eq!(Head::open(w.team, &w.out, &name, &file), Ok(head.clone()));
    for i in 0..file.len() {
        let mut bad = file.clone();
        bad[i] ^= 0x40;
        assert!(Head::open(w.team, &w.out, &name, &bad).is_err(), "byte {i}");
    }
    let forged = head.build(
        w.team,
        &w.out,
        &name,
        &DeviceSeed::random(&mut w.rng).signing(),
        &mut w.rng,
    );
    assert_eq!(
        Head::open(w.team, &w.out, &name, &forged),
        Err(PackError::Refused)
    );
}

#[test]
fn hostile_18_scope_and_item_ids_rest_on_their_place() {
    let w = world(9);
    let place = w.identity.place(w.team);
    let a = crate::entry::scope_id(&place, 4, b"x");
    assert_ne!(a, crate::entry::scope_id(&place, 5, b"x"));
    assert_ne!(a, crate::entry::scope_id(&place, 4, b"y"));
    let home = ScopeId::new([3; 32]);
    let item = crate::entry::item_id(w.team, home, place.log, 4);
    assert_ne!(item, crate::entry::item_id(w.team, home, place.log, 5));
}
