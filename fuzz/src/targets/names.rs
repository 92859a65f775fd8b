//! Names: of files on the storage, of ids on screen, of places in an item.

use std::hint::black_box;

use conclave_core::{
    id::{InviteId, TeamId},
    item::{FieldId, Part, host_of},
    layout::{Digest, HeadName, Listed, Object, ObjectName, PackName},
    remote::{Key, MAX_DEPTH, MAX_OBSERVED},
};

use crate::world::world;

/// Every name parser; what one accepts has one spelling and stays in its folder.
pub(crate) fn names(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Ok(key) = Key::new(&text) {
        assert_eq!(key.as_str(), text);
        safe(&key);
        if let Some(object) = Object::parse(&key) {
            assert_eq!(object.key().as_str(), text, "two names of one object");
        }
    }
    for folder in ["head", "inbox"] {
        let Ok(folder) = Key::new(folder) else { return };
        if let Ok(key) = Key::observed(&folder, &text) {
            assert_eq!(key.folder().as_ref(), Some(&folder), "out of its folder");
            assert!(key.name().len() <= MAX_OBSERVED);
            safe(&key);
        }
    }
    listed::<HeadName>(&text);
    listed::<PackName>(&text);
    listed::<Digest>(&text);
    listed::<InviteId>(&text);
    if let Ok(id) = TeamId::from_hex(&text) {
        assert_eq!(id.to_string(), text);
    }
    let _ = black_box((
        FieldId::from_hex(&text),
        Part::from_text(&text),
        host_of(&text),
    ));
}

fn safe(key: &Key) {
    let climbs = key
        .segments()
        .any(|s| s.is_empty() || s == "." || s == "..");
    assert!(!climbs && key.segments().count() <= MAX_DEPTH, "{key:?}");
    assert!(!key.as_str().contains(['\\', '\0']), "{key:?}");
}

fn listed<T: ObjectName>(text: &str) {
    match Listed::<T>::read(text) {
        Some(Listed::Own(own)) => assert_eq!(own.name(), text, "two names of one object"),
        Some(Listed::Copy { of, .. }) => assert_ne!(of.name(), text, "a copy of its own name"),
        None => {}
    }
}

/// The names of the team's files, and what sync tools make of them.
pub(crate) fn all() -> Vec<Vec<u8>> {
    let w = world();
    let pack = w.pack.0.key();
    let head = w.pack.0.head().name();
    let invite = w.invite.to_string();
    let texts = [
        pack.as_str().to_owned(),
        pack.name().to_owned(),
        pack.name()
            .replace(".pack", " (Ana's conflicted copy 2026-01-02).pack"),
        pack.name()
            .replace(".pack", ".sync-conflict-20260102-030405-ABCDEFG.pack"),
        pack.name().replace(".pack", "-DESKTOP-1A2B3C.pack"),
        pack.name().to_uppercase(),
        w.pack.0.head().key().as_str().to_owned(),
        format!("{head} (1)"),
        format!("{head} 2"),
        format!("inv/{invite}"),
        format!("inbox/{invite}/{invite}"),
        format!("blob/{invite}/{invite}"),
        invite,
        "head/../con.pack\u{202e}\0".to_owned(),
        "https://user:pw@[2001:db8::1]:443/a?b#c".to_owned(),
    ];
    texts.into_iter().map(String::into_bytes).collect()
}
