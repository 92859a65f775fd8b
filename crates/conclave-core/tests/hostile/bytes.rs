//! Rows 5, 9 and 21: what lies beside the logs with one byte changed, and lengths that nobody has.

use conclave_core::{
    body::At,
    cbor,
    entry::{BodyRef, Entry, EntryError, Header, MAX_BODY, MAX_HEADER, MAX_SEEN, RawEntry},
    id::{EntryHash, LogId, TeamId},
    item::{ItemContent, ItemError},
    kind::Kind,
    layout::Span,
    pack::{Head, MAX_CONTROL, OUT_GENERATION, PREFIX_LEN, Pack, PackError, PackId, PackPrefix},
    replica::{
        DeviceOffer, KitPointer, MAX_JOIN_OBJECT, Offer, OfferedVault, RequestProblem, offer_from,
    },
    role::Role,
};
use conclave_crypto::{Label, OuterKey, Pad, PairingKey, env, label};
use conclave_testkit::{
    evil_member::EvilMember,
    people::{Founded, found_team},
    rng::seeded,
};

/// The same bytes with byte `n` changed.
fn flipped(bytes: &[u8], n: usize) -> Vec<u8> {
    let mut bad = bytes.to_vec();
    bad[n] ^= 1 << (n % 8);
    bad
}

/// Which bytes of something sealed are changed: all of salt, commitment and nonce and of the tag at
/// the end, and each seventh between them, where one cipher covers all alike.
fn places(len: usize) -> impl Iterator<Item = usize> {
    (0..len).filter(move |n| *n < 88 || n % 7 == 0 || n + 16 >= len)
}

/// What a kit finds and what an invitation offers: a changed byte is one error, whichever it is.
#[test]
fn hostile_09_a_changed_byte_of_a_kits_pointer_or_an_offer_is_refused() {
    let Founded {
        person: mut ana,
        kit,
        ..
    } = found_team(1);
    let pointer = KitPointer::of(&ana.replica, "Northwind", "Ana", 1, &[]);
    let sealed = pointer.seal(&kit, &mut ana.rng);
    assert!(KitPointer::open(&kit, &sealed).is_ok());
    for n in places(sealed.len()) {
        let opened = KitPointer::open(&kit, &flipped(&sealed, n));
        assert!(opened.is_err(), "byte {n}");
    }
    let vault = ana.vault("Production");
    let (team, invited) = (
        ana.replica.team(),
        ana.invite("Mara", Role::Editor, &[vault]),
    );
    let open = |bytes: &[u8]| Offer::open(team, invited.invite, &invited.code, bytes).is_ok();
    assert!(open(&invited.blob));
    for n in places(invited.blob.len()) {
        assert!(!open(&flipped(&invited.blob, n)), "byte {n}");
    }
}

/// A request to join is sealed to two recipients. A changed byte makes it unreadable, or lies in
/// the other one's box; nothing makes it another request.
#[test]
fn hostile_09_a_changed_byte_of_a_request_is_refused() {
    let mut ana = found_team(2).person;
    let vault = ana.vault("Production");
    let (mut boris, _) = ana.join("Boris", Role::Editor, &[vault]);
    let (now, team) = (ana.tick(), ana.replica.team_scope());
    ana.replica
        .grant(boris.user(), team, Role::Admin, None, now, &mut ana.rng)
        .unwrap();
    let invited = ana.invite("Mara", Role::Editor, &[vault]);
    ana.flush();
    boris.catch_up(&ana);
    let (_, asked, _) = ana.answer(&invited, "Mara");
    // Boris opens it as one of the admins alone, at the second place.
    let whole = boris.replica.open_request(invited.invite, &asked).unwrap();
    let (count, head) = (1, 1120 + 48);
    let others = count..count + head;
    let sealed = others.end + head;
    let content = places(asked.len() - sealed).map(|n| sealed + n);
    // Each costs a decapsulation, so of the boxes few, and of the content each third of those.
    let boxes = (0..sealed).filter(|n| n % 67 == 0 || *n + 8 > sealed);
    for n in boxes.chain(content.step_by(3)) {
        let read = boris
            .replica
            .open_request(invited.invite, &flipped(&asked, n));
        if others.contains(&n) {
            assert_eq!(read.as_ref(), Ok(&whole), "byte {n}");
        } else {
            assert_eq!(read.err(), Some(RequestProblem::Unreadable), "byte {n}");
        }
    }
}

/// The three objects of a further device.
#[test]
fn hostile_09_a_changed_byte_of_a_second_devices_objects_is_refused() {
    let ana = found_team(3).person;
    let mut rng = seeded(3);
    let key = || PairingKey::derive(b"ten words");
    let names = ("Northwind", "Ana", 1);
    let offering = ana.replica.offer_device(key(), names, &mut rng).unwrap();
    let offer = DeviceOffer::open(&key(), &offering.sealed).unwrap();
    for n in places(offering.sealed.len()) {
        let opened = DeviceOffer::open(&key(), &flipped(&offering.sealed, n));
        assert!(opened.is_err(), "byte {n}");
    }
    let asked = offer.ask(&key(), &offering.sealed, ("lap", "linux"), 2, &mut rng);
    let (_, asking, sealed) = asked.unwrap();
    let request = offering.open_request(&ana.replica, &sealed).unwrap();
    for n in (0..sealed.len()).filter(|n| n % 41 == 0 || n + 16 >= sealed.len()) {
        let read = offering.open_request(&ana.replica, &flipped(&sealed, n));
        assert_eq!(read.err(), Some(RequestProblem::CodeNotProven), "byte {n}");
    }
    let (_, reveal) = offering.reveal(&ana.replica, &request, &mut rng);
    assert!(asking.open_reveal(&reveal).is_ok());
    for n in places(reveal.len()) {
        let opened = asking.open_reveal(&flipped(&reveal, n));
        assert!(opened.is_err(), "byte {n}");
    }
}

/// A head of another suite or generation is "update needed"; an item that asks for a newer reader
/// is that as well, and stays as it is. A later schema alone is read.
#[test]
fn hostile_05_a_newer_head_or_item_is_an_error_of_its_own() {
    let (team, out, id, head) = head();
    assert!(Head::open(team, &out, &id, &head).is_ok());
    for (byte, expected) in [
        (8, PackError::Newer),
        (9, PackError::Newer),
        (12, PackError::Newer),
        (0, PackError::Foreign),
    ] {
        let error = Head::open(team, &out, &id, &flipped(&head, byte)).err();
        assert_eq!(error, Some(expected), "byte {byte}");
    }

    let mut ana = found_team(5).person;
    let vault = ana.vault("Production");
    let (mara, said) = ana.join("Mara", Role::Editor, &[vault]);
    let mut mara = EvilMember::of(mara);
    mara.person.receive(&said);
    // { 0: 9, 1: 2, 5: [] }, from an app that knows schema 9 and says that readers must too.
    let newer = [0xa3, 0x00, 0x09, 0x01, 0x02, 0x05, 0x80];
    let now = mara.person.tick();
    let (replica, rng) = (&mut mara.person.replica, &mut seeded(5));
    let made = replica.write_item(None, vault, vec![], 9, &newer, now, rng);
    let (item, revision) = made.unwrap();
    ana.receive(&mara.person.flush());
    assert_eq!(ana.replica.revision(&revision).unwrap().body.schema, 9);
    let read = ItemContent::decode(&ana.read(item).unwrap());
    assert_eq!(read.err(), Some(ItemError::NewerReader { needs: 2 }));
    assert!(!ana.replica.rights().needs_update(), "that item alone");
}

/// A head of Ana's log.
fn head() -> (TeamId, OuterKey, PackId, Vec<u8>) {
    let ana = found_team(4).person;
    // EXPOSE: the storage's friend was once let in.
    let mut out = *ana.replica.out().expose_secret();
    let (team, me) = (ana.replica.team(), ana.replica.me());
    let id = PackId {
        log: me.log.place(team).log,
        span: Span::new(0, 2).unwrap(),
    };
    let head = Head {
        identity: me.log,
        live: vec![id.span],
    };
    let out = OuterKey::from_bytes(&mut out);
    let sealed = head.build(team, &out, &id, &me.signer(), &mut seeded(4));
    (team, out, id, sealed)
}

/// Where the heads of byte strings, texts, arrays and maps stand in well-formed CBOR.
fn lengths(bytes: &[u8]) -> Vec<usize> {
    fn item(bytes: &[u8], mut at: usize, found: &mut Vec<usize>) -> usize {
        let (major, info) = (bytes[at] >> 5, bytes[at] & 0x1f);
        let size = match info {
            24..=27 => 1 << (info - 24),
            _ => 0,
        };
        let value = bytes[at + 1..=at + size]
            .iter()
            .fold(0, |value, byte| value << 8 | usize::from(*byte));
        let value = if size == 0 { usize::from(info) } else { value };
        if (2..=5).contains(&major) {
            found.push(at);
        }
        at += 1 + size;
        match major {
            2 | 3 => at + value,
            4 | 5 => (0..value * usize::from(major - 3)).fold(at, |at, _| item(bytes, at, found)),
            _ => at,
        }
    }
    let mut found = Vec::new();
    assert_eq!(item(bytes, 0, &mut found), bytes.len());
    found
}

/// The same CBOR with a head that says there is as much as 2^64 of it.
fn grown(bytes: &[u8], at: usize) -> Vec<Vec<u8>> {
    let (major, info) = (bytes[at] & 0xe0, bytes[at] & 0x1f);
    let after = at
        + 1
        + match info {
            24..=27 => 1 << (info - 24),
            _ => 0,
        };
    let claims = [
        [&[major | 26][..], &[0xff; 4]].concat(),
        [&[major | 27][..], &[0x7f], &[0xff; 7]].concat(),
        [&[major | 27][..], &[0xff; 8]].concat(),
    ];
    let claims = claims.iter();
    claims
        .map(|claim| [&bytes[..at], claim, &bytes[after..]].concat())
        .collect()
}

/// What is sealed under the outer key, once more with other plaintext.
fn resealed(
    (team, out, id): (TeamId, &OuterKey, &PackId),
    purpose: Label,
    sealed: &[u8],
    change: impl Fn(&[u8]) -> Vec<Vec<u8>>,
) -> Vec<Vec<u8>> {
    let fields: [&[u8]; 5] = [
        team.as_bytes(),
        id.log.as_bytes(),
        &id.span.first().to_le_bytes(),
        &id.span.last().to_le_bytes(),
        &OUT_GENERATION.to_le_bytes(),
    ];
    let ctx = env::Ctx::new(purpose, &fields);
    let plain = env::open(out, &ctx, Pad::Padme, sealed).unwrap();
    let changed = change(&plain).into_iter();
    changed
        .map(|plain| env::seal(out, &ctx, Pad::Padme, &plain, &mut seeded(6)))
        .collect()
}

/// Whoever was ever let in can seal any control section and any head. Each length in them, said to
/// be as long as a number can say: refused before anything of that size is asked for.
#[test]
fn hostile_21_huge_lengths_in_a_pack_and_a_head_are_refused() {
    let mut ana = found_team(6).person;
    let (eve, _) = ana.join("Eve", Role::Viewer, &[]);
    let mut eve = EvilMember::of(eve);
    let under = Some(eve.any_grant());
    let to = [eve.own_address()];
    let own = conclave_core::keys::user_scope(ana.replica.team(), eve.user());
    let said = [
        eve.sign_raw((901, false), under, Some(vec![0xa0])),
        eve.epoch(None, own, &[], &to, |_| {}).0,
    ];
    let (id, pack) = eve.pack(&said);
    let team = ana.replica.team();
    let as_made = (team, eve.out(), &id);
    let all = |plain: &[u8]| -> Vec<Vec<u8>> {
        let found = lengths(plain);
        assert!(found.len() > 10, "{found:?}");
        found.iter().flat_map(|at| grown(plain, *at)).collect()
    };
    for control in resealed(as_made, label::PACK_CONTROL, &pack[PREFIX_LEN..], all) {
        let len = u32::try_from(control.len()).unwrap().to_le_bytes();
        let bad = [&pack[..PREFIX_LEN - 4], &len, &control].concat();
        let error = Pack::open(team, eve.out(), &id, &bad).err();
        assert_eq!(error, Some(PackError::Refused));
    }

    let (team, out, id, head) = self::head();
    let all = |plain: &[u8]| -> Vec<Vec<u8>> {
        let found = lengths(plain);
        found.iter().flat_map(|at| grown(plain, *at)).collect()
    };
    let sealed = resealed((team, &out, &id), label::HEAD_BODY, &head[13..], all);
    assert!(sealed.len() > 15);
    for body in sealed {
        let bad = [&head[..13], &body].concat();
        assert_eq!(
            Head::open(team, &out, &id, &bad),
            Err(PackError::Refused),
            "of {} bytes",
            bad.len()
        );
    }
}

/// A prefix names the control section's length, a header its bodies': nothing longer than the
/// format allows is waited for, and what is allowed is missing, not made room for.
#[test]
fn hostile_21_a_named_length_is_no_reason_to_wait_or_to_make_room() {
    let prefix = |len: u32| {
        let mut file = b"conclave\x01\x01\0\0\0".to_vec();
        file.extend_from_slice(&len.to_le_bytes());
        file
    };
    for len in [MAX_CONTROL + 1, u32::MAX] {
        assert_eq!(PackPrefix::parse(&prefix(len)), Err(PackError::Refused));
    }
    let (team, out, id, _) = head();
    let error = Pack::open(team, &out, &id, &prefix(MAX_CONTROL)).err();
    assert_eq!(error, Some(PackError::Short));

    let place = found_team(7).person.replica.chain().place().to_owned();
    let header = |seen: usize, len: u32| Header {
        kind: Kind::Audit.number(),
        critical: false,
        seq: 1,
        prev: Some(EntryHash::new([1; 32])),
        seen: vec![
            At {
                log: LogId::new([2; 32]),
                seq: 1,
                hash: EntryHash::new([3; 32]),
            };
            seen
        ],
        wall_ms: 1,
        scope: None,
        epoch: None,
        control: None,
        sealed: Some(BodyRef { len, hash: [4; 32] }),
    };
    let parse = |header: Vec<u8>| {
        let raw = RawEntry {
            header,
            grant: None,
            member: None,
            control: None,
        };
        Entry::parse(place, &raw).map(drop)
    };
    assert_eq!(parse(cbor::encode(&header(MAX_SEEN, MAX_BODY))), Ok(()));
    for long in [
        header(MAX_SEEN + 1, 1),
        header(0, MAX_BODY + 1),
        header(0, u32::MAX),
    ] {
        let error = parse(cbor::encode(&long)).err();
        assert!(matches!(error, Some(EntryError::Header(_))));
    }
    // Well formed, and of a later version for all that is known: too long all the same.
    let mut later = cbor::encode(&header(0, 1));
    later[0] += 1;
    let more = [vec![0x18, 99, 0x5a], vec![0, 2, 0, 0], vec![7; MAX_HEADER]].concat();
    let error = parse([later, more].concat()).err();
    assert!(matches!(error, Some(EntryError::Header(_))));
}

/// An offer by somebody who has the code: more heads than a ticket has, and more bytes than an
/// object has.
#[test]
fn hostile_21_an_offer_beyond_the_caps_is_refused() {
    let mut ana = found_team(8).person;
    let vault = ana.vault("Production");
    let invited = ana.invite("Mara", Role::Editor, &[vault]);
    let (team, now) = (ana.replica.team(), ana.tick());
    let head = ana.replica.own_end().unwrap();
    let mut opens = |heads: usize, name: usize| {
        let vaults = vec![OfferedVault {
            scope: vault,
            name: "n".repeat(name),
        }];
        let names = ("Northwind", "Ana", "Mara");
        let offer = offer_from(&ana.replica, names, Role::Editor, vaults, u64::MAX);
        let mut offer = offer.unwrap();
        offer.heads = vec![head; heads];
        let (replica, rng) = (&mut ana.replica, &mut ana.rng);
        let blob = replica.invite(invited.invite, &invited.code, &offer, rng, now);
        Offer::open(team, invited.invite, &invited.code, &blob.unwrap()).is_ok()
    };
    assert!(opens(MAX_SEEN, 10));
    assert!(!opens(MAX_SEEN + 1, 10));
    assert!(!opens(1, MAX_JOIN_OBJECT));
}
