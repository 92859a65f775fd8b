//! A member who writes well-formed entries of any content into logs of their own, and worse: into
//! those of others, as a device with two histories would.
//!
//! The bytes are records of `kind ‖ flags ‖ u16 length ‖ control body`. Flags: bit 0 whose log
//! (founder, newcomer), bit 1 whether the entry forks it, bits 2–4 the grant that it is under, bit
//! 5 a sealed body, bit 6 that it names a head as seen, bit 7 a wrong critical bit. Whatever they
//! say, judging the team must end, and no entry may change what counts without the device's keys;
//! signatures come before this and are left out.

use std::hint::black_box;

use conclave_core::{
    body::{self, At},
    cbor,
    entry::{BodyRef, Entry, Header, RawEntry},
    id::{EntryHash, ItemId},
    kind::Kind,
    replica::{Replica, Written},
};

use crate::world::{World, rng, world};

/// Read by a device that holds no key.
pub(crate) fn stranger(data: &[u8]) {
    read(false, data);
}

/// Read by the founder's device, which opens boxes, mints and re-boxes.
pub(crate) fn founder(data: &[u8]) {
    let mut replica = read(true, data);
    let _ = black_box(replica.reconcile(20, &mut rng(9)));
    let _ = black_box(replica.take_written());
}

fn read(founder: bool, data: &[u8]) -> Replica {
    let w = world();
    let mut replica = w.blank(founder);
    replica.insert(w.entries());
    replica.insert(forged(w, data));
    look_at(&replica);
    replica
}

pub(super) fn look_at(replica: &Replica) {
    let rights = replica.rights();
    for scope in rights.scopes() {
        let _ = black_box((rights.readers(scope.id), rights.epochs(scope.id)));
        let _ = black_box(replica.usable_epoch(scope.id));
        let _ = black_box(rights.recipients(scope.id));
    }
    for (item, _) in replica.items() {
        let _ = black_box(replica.item_nodes(&item));
    }
    for entry in replica.entries() {
        let _ = black_box((rights.shown(&entry.hash), replica.can_open(&entry.hash)));
    }
    let _ = black_box((
        replica.vaults(),
        rights.live_grants(),
        rights.needs_update(),
    ));
    let _ = black_box(replica.ends());
}

/// An entry as a member made it.
pub(super) struct Forged {
    pub(super) entry: Entry,
    pub(super) raw: RawEntry,
    pub(super) sealed: Option<Vec<u8>>,
}

pub(super) fn forged(w: &World, data: &[u8]) -> Vec<Entry> {
    forge(w, data).into_iter().map(|f| f.entry).collect()
}

pub(super) fn forge(w: &World, data: &[u8]) -> Vec<Forged> {
    let mut ends =
        [&w.ana, &w.mara].map(|r| (*r.chain().place(), r.chain().next_seq(), r.chain().prev()));
    let mut out = Vec::new();
    let mut rest = data;
    while let Some((&[kind, flags, l0, l1], after)) = rest.split_first_chunk::<4>() {
        let len = usize::from(u16::from_le_bytes([l0, l1])).min(after.len());
        let (control, next) = after.split_at(len);
        rest = next;
        let [first, second] = &mut ends;
        let (place, seq, prev) = if flags & 1 == 0 { first } else { second };
        let known = Kind::from_number(u16::from(kind));
        let critical = known.is_some_and(Kind::is_critical) != (flags & 0x80 != 0);
        let body = BodyRef::of(control).filter(|_| !control.is_empty());
        let at = w.written.get(usize::from(l0)).map(|w| w.entry.at());
        let header = Header {
            kind: u16::from(kind),
            critical,
            seq: *seq,
            prev: *prev,
            seen: at.filter(|_| flags & 0x40 != 0).into_iter().collect(),
            wall_ms: 12,
            scope: Some(w.vault),
            epoch: w.written.first().map(|w| w.entry.hash),
            control: body,
            sealed: BodyRef::of(control).filter(|_| flags & 0x20 != 0),
        };
        let grant = usize::from(flags >> 2 & 7);
        let raw = RawEntry {
            header: cbor::encode(&header),
            grant: grant.checked_sub(1).and_then(|i| w.grants.get(i).copied()),
            member: None,
            control: body.map(|_| control.to_vec()),
        };
        if let Ok(entry) = Entry::parse(*place, &raw) {
            if flags & 2 == 0 {
                (*seq, *prev) = (*seq + 1, Some(entry.hash));
            }
            let sealed = entry.header.sealed.map(|_| control.to_vec());
            out.push(Forged { entry, raw, sealed });
        }
    }
    out
}

/// The team's own control bodies written once more, and removals that it does not have.
pub(crate) fn records() -> Vec<Vec<u8>> {
    let w = world();
    let mut all: Vec<Vec<u8>> = w
        .written
        .iter()
        .filter_map(|written| record(w, written))
        .collect();
    all.push(all.concat());
    all.extend(removals(w).into_iter().map(|(kind, body)| {
        let by_founder = framed(kind.number(), 4, &body);
        let by_newcomer = framed(kind.number(), 5, &body);
        [by_founder, by_newcomer].concat()
    }));
    all
}

fn record(w: &World, written: &Written) -> Option<Vec<u8>> {
    let control = written.raw.control.as_deref()?;
    let grant = written.entry.grant;
    let place = w.grants.iter().take(6).position(|g| Some(*g) == grant);
    let mut flags = place.map_or(0, |i| u8::try_from(i + 1).unwrap_or(0) << 2);
    flags |= u8::from(written.entry.log() == w.mara.chain().place().log);
    flags |= if written.sealed.is_some() { 0x20 } else { 0 };
    Some(framed(written.entry.header.kind, flags, control))
}

fn framed(kind: u16, flags: u8, control: &[u8]) -> Vec<u8> {
    let len = u16::try_from(control.len())
        .unwrap_or(u16::MAX)
        .to_le_bytes();
    let kind = u8::try_from(kind).unwrap_or(0);
    [&[kind, flags, len[0], len[1]], control].concat()
}

fn removals(w: &World) -> Vec<(Kind, Vec<u8>)> {
    let user = w.mara.me().user;
    let pins: Vec<At> = w
        .mara
        .ends()
        .into_iter()
        .map(|(log, (seq, hash))| At { log, seq, hash })
        .collect();
    let device = w.mara.device();
    let scope = w.vault;
    let hash = w
        .written
        .last()
        .map_or(EntryHash::new([0; 32]), |w| w.entry.hash);
    let remove = body::RemoveUser {
        user,
        scope,
        pins: pins.clone(),
    };
    let keys = Box::new(w.ana.me().facts.first.clone());
    let mut all = vec![
        (Kind::RemoveUser, cbor::encode(&remove)),
        (
            Kind::DeviceRevoke,
            cbor::encode(&body::DeviceRevoke {
                user,
                device,
                pins: pins.clone(),
            }),
        ),
        (
            Kind::DeviceAdd,
            cbor::encode(&body::DeviceAdd { user, keys }),
        ),
        (Kind::Adopt, cbor::encode(&body::Adopt { entry: hash })),
        (
            Kind::Complaint,
            cbor::encode(&body::Complaint { epoch: hash }),
        ),
        (
            Kind::KeyBoxAdd,
            cbor::encode(&body::KeyBoxAdd {
                epoch: hash,
                boxes: vec![],
            }),
        ),
        (
            Kind::WrapAdd,
            cbor::encode(&body::WrapAdd {
                revision: hash,
                wraps: vec![],
            }),
        ),
        (
            Kind::Policy,
            cbor::encode(&body::Policy {
                policy: 1,
                scope,
                value: 9,
                replaces: vec![hash],
            }),
        ),
        (Kind::Leave, Vec::new()),
    ];
    let tomb = body::Tombstone {
        item: ItemId::new([4; 32]),
        home: scope,
        parents: vec![hash],
        moved_to: None,
    };
    all.push((Kind::Tombstone, cbor::encode(&tomb)));
    all.extend(w.grants.iter().take(6).map(|target| {
        let revoke = body::Revoke {
            target: *target,
            pins: pins.clone(),
        };
        (Kind::Revoke, cbor::encode(&revoke))
    }));
    all
}
