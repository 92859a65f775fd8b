//! What lies on the storage: CBOR, entries, packs and heads.

use std::hint::black_box;

use conclave_core::{
    body, cbor as strict,
    entry::{BodyRef, Entry, Header, RawEntry},
    kind::Kind,
    layout::Span,
    pack::{Head, MAGIC, OUT_GENERATION, PREFIX_LEN, Pack, PackId, PackPrefix, SUITE},
};
use conclave_crypto::{
    Label, Pad,
    env::{self, Ctx},
    label,
};
use minicbor::Decode;

use crate::world::{rng, world};

/// The strict validator, and that what it lets through is decoded or refused, never more.
pub(crate) fn cbor(data: &[u8]) {
    let valid = strict::validate(data).is_ok();
    let number: Result<Vec<u64>, _> = strict::decode(data);
    if let Ok(number) = number {
        assert!(valid, "decoded what the validator refuses");
        assert_eq!(strict::encode(&number), data, "one value, two spellings");
    }
}

/// Every body, whatever kind the bytes were meant for.
pub(crate) fn bodies(data: &[u8]) {
    fn one<'b, T: Decode<'b, ()>>(data: &'b [u8]) {
        let _ = black_box(strict::decode::<T>(data));
    }
    one::<Header>(data);
    one::<body::Genesis>(data);
    one::<body::LogStart>(data);
    one::<body::DeviceAdd>(data);
    one::<body::DeviceRevoke>(data);
    one::<body::Grant>(data);
    one::<body::Revoke>(data);
    one::<body::RemoveUser>(data);
    one::<body::ScopeCreate>(data);
    one::<body::KeyEpoch>(data);
    one::<body::KeyBoxAdd>(data);
    one::<body::Invite>(data);
    one::<body::ItemRev>(data);
    one::<body::WrapAdd>(data);
    one::<body::Tombstone>(data);
    one::<body::Adopt>(data);
    one::<body::Policy>(data);
    one::<body::Complaint>(data);
}

/// The control bodies of the team.
pub(crate) fn controls() -> Vec<Vec<u8>> {
    let raw = world().written.iter().filter_map(|w| w.raw.control.clone());
    raw.chain([strict::encode(&vec![0_u64, 23, 24, 255, 256, u64::MAX])])
        .collect()
}

/// A header whose control body is the team's own, and one without any.
pub(crate) fn header(data: &[u8]) {
    let w = world();
    let place = *w.ana.chain().place();
    let bodies = w.written.iter().map(|w| w.raw.control.clone());
    for control in bodies.take(2).chain([None]) {
        let raw = RawEntry {
            header: data.to_vec(),
            grant: None,
            member: None,
            control,
        };
        if let Ok(entry) = Entry::parse(place, &raw) {
            assert_eq!(entry.header.seq == 0, entry.header.prev.is_none());
        }
    }
}

/// The headers of the team.
pub(crate) fn headers() -> Vec<Vec<u8>> {
    world()
        .written
        .iter()
        .map(|w| w.raw.header.clone())
        .collect()
}

/// A control body of the kind that the first byte names, under a header that names it rightly.
pub(crate) fn entry(data: &[u8]) {
    let Some((kind, control)) = data.split_first() else {
        return;
    };
    let mut place = *world().ana.chain().place();
    if Kind::from_number(u16::from(*kind)) == Some(Kind::Genesis) {
        // A genesis body makes its own team.
        place.team =
            conclave_core::id::TeamId::new(conclave_crypto::hash(label::GENESIS, &[control]));
    }
    let header = Header {
        kind: u16::from(*kind),
        critical: Kind::from_number(u16::from(*kind)).is_some_and(Kind::is_critical),
        seq: 0,
        prev: None,
        seen: Vec::new(),
        wall_ms: 0,
        scope: None,
        epoch: None,
        control: BodyRef::of(control),
        sealed: BodyRef::of(b"sealed"),
    };
    let raw = RawEntry {
        header: strict::encode(&header),
        grant: None,
        member: None,
        control: Some(control.to_vec()),
    };
    let parsed = Entry::parse(place, &raw);
    assert!(parsed.is_ok(), "a rightly named body is at worst malformed");
}

/// Each control body of the team behind the number of its kind.
pub(crate) fn entries() -> Vec<Vec<u8>> {
    let kind = |number: u16| u8::try_from(number).unwrap_or(0);
    let with_kind = |w: &conclave_core::replica::Written| {
        let control = w.raw.control.as_deref()?;
        Some([&[kind(w.entry.header.kind)], control].concat())
    };
    world().written.iter().filter_map(with_kind).collect()
}

/// A pack as a file.
pub(crate) fn pack(data: &[u8]) {
    let w = world();
    let _ = black_box(PackPrefix::parse(data));
    let Ok(pack) = Pack::open(w.team, &w.out, &w.pack.0, data) else {
        return;
    };
    // Whoever does not hold the outer key can only repeat the one control section.
    let Ok(verified) = pack.verify() else {
        return;
    };
    assert_eq!(verified.raw().len(), w.ana_entries());
    let _ = black_box(verified.bodies(data));
}

/// The team's pack, whole and cut.
pub(crate) fn packs() -> Vec<Vec<u8>> {
    let file = &world().pack.1;
    let cut = |n: usize| file.get(..n).unwrap_or(file).to_vec();
    vec![file.clone(), cut(PREFIX_LEN), cut(file.len() / 2)]
}

/// The plaintext of a control section, sealed by somebody who holds the outer key.
pub(crate) fn pack_control(data: &[u8]) {
    let w = world();
    let sealed = env::seal(
        &w.out,
        &ctx(label::PACK_CONTROL, &w.pack.0),
        Pad::Padme,
        data,
        &mut rng(5),
    );
    let len = u32::try_from(sealed.len())
        .unwrap_or(u32::MAX)
        .to_le_bytes();
    let file = [
        &MAGIC[..],
        &[SUITE],
        &OUT_GENERATION.to_le_bytes(),
        &len,
        &sealed,
    ]
    .concat();
    let Ok(pack) = Pack::open(w.team, &w.out, &w.pack.0, &file) else {
        return;
    };
    let _ = black_box(pack.body_section_len());
    if let Ok(verified) = pack.verify() {
        // The device signed these entries and no others.
        let own = w
            .written
            .iter()
            .take(verified.raw().len())
            .map(|w| w.entry.hash);
        assert!(verified.entries().iter().map(|e| e.hash).eq(own));
        let _ = black_box(verified.bodies(&file));
    }
}

/// The plaintext of the team's own control section.
pub(crate) fn pack_controls() -> Vec<Vec<u8>> {
    let w = world();
    let (id, file) = &w.pack;
    let sealed = PackPrefix::parse(file)
        .ok()
        .and_then(|prefix| file.get(PREFIX_LEN..prefix.head_len()));
    opened(label::PACK_CONTROL, id, sealed)
}

/// A head as a file.
pub(crate) fn head(data: &[u8]) {
    let w = world();
    let _ = black_box(Head::open(w.team, &w.out, &w.pack.0, data));
}

/// The team's head.
pub(crate) fn heads() -> Vec<Vec<u8>> {
    vec![world().head.clone()]
}

/// The plaintext of a head, sealed by somebody who holds the outer key.
pub(crate) fn head_body(data: &[u8]) {
    let w = world();
    let sealed = env::seal(
        &w.out,
        &ctx(label::HEAD_BODY, &w.pack.0),
        Pad::Padme,
        data,
        &mut rng(5),
    );
    let file = [&MAGIC[..], &[SUITE], &OUT_GENERATION.to_le_bytes(), &sealed].concat();
    if let Ok(head) = Head::open(w.team, &w.out, &w.pack.0, &file) {
        assert_eq!(head.live, [w.pack.0.span], "not what the device signed");
    }
}

/// The plaintext of the team's head, and a list of spans that overlap.
pub(crate) fn head_bodies() -> Vec<Vec<u8>> {
    let w = world();
    let spans: Vec<Span> = (0..20).filter_map(|n| Span::new(n, n + 3)).collect();
    let mut all = opened(label::HEAD_BODY, &w.pack.0, w.head.get(MAGIC.len() + 5..));
    all.push(strict::encode(&spans));
    all
}

fn opened(purpose: Label, id: &PackId, sealed: Option<&[u8]>) -> Vec<Vec<u8>> {
    let plain = sealed.and_then(|s| env::open(&world().out, &ctx(purpose, id), Pad::Padme, s).ok());
    plain.into_iter().map(|plain| plain.to_vec()).collect()
}

/// docs/format.md, "Packs" and "Heads".
fn ctx(purpose: Label, id: &PackId) -> Ctx {
    Ctx::new(
        purpose,
        &[
            world().team.as_bytes(),
            id.log.as_bytes(),
            &id.span.first().to_le_bytes(),
            &id.span.last().to_le_bytes(),
            &OUT_GENERATION.to_le_bytes(),
        ],
    )
}

impl crate::world::World {
    fn ana_entries(&self) -> usize {
        let log = self.ana.chain().place().log;
        self.written.iter().filter(|w| w.entry.log() == log).count()
    }
}
