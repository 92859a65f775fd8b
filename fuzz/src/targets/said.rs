//! What members say under a scope's key: directory records, and receipts to the auditors.

use conclave_core::{
    cbor,
    entry::Entry,
    id::ItemId,
    kind::Kind,
    receipt::{Action, Receipt},
    replica::{About, Record},
    sealing::{open_from_scope, seal_to_scope},
};
use conclave_crypto::{Pad, ScopeKey, env, label, lp};

use crate::world::{rng, world};

/// The team's entries of a kind, their sealed bodies, and the key of their epoch.
fn entries(kind: Kind) -> impl Iterator<Item = (&'static Entry, &'static [u8], &'static ScopeKey)> {
    let w = world();
    w.written.iter().filter_map(move |written| {
        let (entry, sealed) = (&written.entry, written.sealed.as_deref()?);
        let key = w.keys.get(&entry.header.epoch?)?;
        (entry.kind() == Some(kind)).then_some((entry, sealed, key))
    })
}

/// A record's sealed body, in the place of each of the team's.
pub(crate) fn record(data: &[u8]) {
    let ana = &world().ana;
    for (entry, sealed, _) in entries(Kind::Profile) {
        if let Some(record) = ana.open_record(&entry.hash, data) {
            let own = ana.open_record(&entry.hash, sealed);
            assert_eq!(Some(record), own, "forged");
        }
    }
}

/// The team's records.
pub(crate) fn records() -> Vec<Vec<u8>> {
    let all = entries(Kind::Profile);
    all.map(|(_, sealed, _)| sealed.to_vec()).collect()
}

/// What is in a record, said by each who has said one, in the same place.
pub(crate) fn record_body(data: &[u8]) {
    let w = world();
    for (entry, _, key) in entries(Kind::Profile) {
        let ctx = entry.body_ctx(label::ENTRY_BODY);
        let sealed = env::seal(key, &ctx, Pad::Padme, data, &mut rng(5));
        if let Some(record) = w.ana.open_record(&entry.hash, &sealed) {
            may_say(entry, &record);
        }
    }
}

/// Mara names herself and her device; Ana, who owns all, renames nobody else either.
fn may_say(entry: &Entry, record: &Record) {
    let w = world();
    let (ana, mara) = (w.ana.me().user, w.mara.me().user);
    let by_mara = w.ana.rights().author(entry) == Some(mara);
    let fits = match record.about {
        About::User(user) if by_mara => user == mara,
        About::User(user) => user == ana || (user == mara && record.name == "Mara"),
        About::Device(device) => by_mara == (device == w.mara.device()),
        About::Team | About::Scope(_) => !by_mara,
    };
    assert!(fits, "somebody else was renamed");
}

/// What is in the team's.
pub(crate) fn record_bodies() -> Vec<Vec<u8>> {
    let open = |entry: &Entry, sealed: &[u8], key: &ScopeKey| {
        env::open(key, &entry.body_ctx(label::ENTRY_BODY), Pad::Padme, sealed).ok()
    };
    let plain = entries(Kind::Profile).filter_map(|(entry, sealed, key)| open(entry, sealed, key));
    plain.map(|plain| plain.to_vec()).collect()
}

/// A receipt's sealed body, in the place of each of the team's.
pub(crate) fn receipt(data: &[u8]) {
    let ana = &world().ana;
    for (entry, sealed, _) in entries(Kind::Audit) {
        if let Some(receipt) = ana.open_receipt(&entry.hash, data) {
            let own = ana.open_receipt(&entry.hash, sealed);
            assert_eq!(Some(receipt), own, "forged");
        }
    }
}

/// The team's receipts.
pub(crate) fn receipts() -> Vec<Vec<u8>> {
    let all = entries(Kind::Audit);
    all.map(|(_, sealed, _)| sealed.to_vec()).collect()
}

/// A receipt of any text, sealed as everybody can who knows the team.
pub(crate) fn receipt_body(data: &[u8]) {
    let ana = &world().ana;
    for (entry, _, key) in entries(Kind::Audit) {
        let (info, ctx) = (audit_info(entry), entry.body_ctx(label::ENTRY_BODY));
        let pk = key.sealing();
        let sealed = seal_to_scope(&[pk.public()], &info, &ctx, data, &mut rng(5));
        let opened = sealed
            .ok()
            .and_then(|sealed| ana.open_receipt(&entry.hash, &sealed));
        assert_eq!(opened.as_deref().map(Vec::as_slice), Some(data));
    }
}

/// What is in the team's.
pub(crate) fn receipt_bodies() -> Vec<Vec<u8>> {
    let open = |entry: &Entry, sealed: &[u8], key: &ScopeKey| {
        let (info, ctx) = (audit_info(entry), entry.body_ctx(label::ENTRY_BODY));
        open_from_scope(&key.sealing(), 0, &info, &ctx, sealed).ok()
    };
    let plain = entries(Kind::Audit).filter_map(|(entry, sealed, key)| open(entry, sealed, key));
    plain.map(|plain| plain.to_vec()).collect()
}

/// What an opened receipt says, as whoever removes somebody reads it: one spelling of one thing.
pub(crate) fn receipt_says(data: &[u8]) {
    let Some(receipt) = Receipt::decode(data) else {
        return;
    };
    assert!(receipt.field.len() <= data.len(), "more than was said");
    let again = cbor::encode(&receipt);
    assert_eq!(Receipt::decode(&again), Some(receipt), "not what was said");
}

/// The team's, and one of each thing that can be done.
pub(crate) fn receipts_said() -> Vec<Vec<u8>> {
    let all = [
        Action::Revealed,
        Action::Copied,
        Action::Used,
        Action::Saved,
    ];
    let said = all.map(|action| {
        cbor::encode(&Receipt {
            item: ItemId::new([8; 32]),
            field: "09090909090909090909090909090909".into(),
            action,
        })
    });
    said.into_iter().chain(receipt_bodies()).collect()
}

/// docs/format.md, "Sealed bodies".
fn audit_info(entry: &Entry) -> Vec<u8> {
    let epoch = entry
        .header
        .epoch
        .as_ref()
        .map_or(&[][..], |e| e.as_bytes());
    lp(label::AUDIT_BOX, &[world().team.as_bytes(), epoch])
}
