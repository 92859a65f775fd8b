//! What is in items: written by members, so as hostile as a member is.

use std::hint::black_box;

use conclave_core::{
    id::{ItemId, ScopeId},
    item::{
        ItemContent, ItemOverview, MAX_FIELDS, MAX_FILE_LEN, MAX_FILES, MAX_TAGS, OverviewRef,
        is_good_name,
    },
    kind::Kind,
    merge::rebase,
    replica::Written,
};

use crate::world::world;

/// An item's payload: what is read is written the same, later versions' keys among it.
pub(crate) fn item(data: &[u8]) {
    let Ok(content) = ItemContent::decode(data) else {
        return;
    };
    if let Ok(again) = content.encode() {
        let Ok(reread) = ItemContent::decode(&again) else {
            panic!("an item that was read cannot be read when written");
        };
        assert_eq!(reread.encode().ok(), Some(again), "writing is not stable");
    }
    bounded(&content);
    for part in content.parts() {
        let _ = black_box(content.part(part));
    }
    let overview = ItemOverview::of(ItemId::new([1; 32]), ScopeId::new([2; 32]), 3, &content);
    let bytes = overview.encode();
    let read = OverviewRef::decode(&bytes);
    assert!(
        read.is_ok_and(|(_, len)| len == bytes.len()),
        "an overview that cannot be read"
    );
    let _ = black_box(rebase(&world().item, &content, &world().item));
}

/// What was accepted is no more than the format allows, and a file's name is safe to save under.
fn bounded(content: &ItemContent) {
    assert!(content.fields().len() <= MAX_FIELDS, "fields");
    assert!(content.tags().len() <= MAX_TAGS, "tags");
    assert!(content.files().len() <= MAX_FILES, "files");
    for file in content.files() {
        assert!(is_good_name(file.name()), "a file's name");
        assert!(file.size() <= MAX_FILE_LEN as u64, "a file's size");
        assert!(file.sealed_len() > file.size());
        assert!(file.open(world().team, b"others").is_err(), "forged");
        let _ = black_box((file.place(), file.reference()));
    }
    assert!(content.blobs().len() <= content.files().len(), "blobs");
}

/// The sealed payload of a revision, in the place of each of the team's.
pub(crate) fn payload(data: &[u8]) {
    let w = world();
    for written in w.written.iter().filter(|w| is_revision(w)) {
        if let Some(opened) = w.ana.open_revision(&written.entry.hash, data) {
            let own = w.item.encode();
            assert_eq!(Some(opened), own.ok(), "forged");
        }
    }
}

/// The team's payloads.
pub(crate) fn payloads() -> Vec<Vec<u8>> {
    let revisions = world().written.iter().filter(|w| is_revision(w));
    revisions.filter_map(|w| w.sealed.clone()).collect()
}

fn is_revision(written: &Written) -> bool {
    written.entry.kind() == Some(Kind::ItemRev)
}

/// The team's item.
pub(crate) fn items() -> Vec<Vec<u8>> {
    let bytes = world().item.encode();
    bytes.into_iter().map(|bytes| bytes.to_vec()).collect()
}

/// A page of overviews.
pub(crate) fn overview(data: &[u8]) {
    let mut rest = data;
    while let Ok((overview, len)) = OverviewRef::decode(rest) {
        assert!(len > 0, "a page that never ends");
        let texts = overview.hosts().chain(overview.tags()).map(str::len);
        assert!(texts.sum::<usize>() <= len);
        let _ = black_box(overview.to_owned());
        let Some(after) = rest.get(len..) else {
            panic!("an overview longer than its page");
        };
        rest = after;
    }
}

/// A page of two.
pub(crate) fn overviews() -> Vec<Vec<u8>> {
    let item = &world().item;
    let one = ItemOverview::of(ItemId::new([1; 32]), ScopeId::new([2; 32]), 3, item).encode();
    vec![[one.as_slice(), &one].concat()]
}
