//! Random item contents for property tests, those of later versions among them.

use conclave_crypto::FileKey;
use proptest::{collection::vec, prelude::*};

use super::{
    Field, FieldId, FieldKind, File, FileId, ItemContent, Label, LabelNumber, MAX_FILE_LEN,
    PrivateText, Template, good_name, unknown::Unknown,
};
use crate::id::LogId;

/// Raw values as a later version might write them.
fn raw() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        any::<u64>().prop_map(|n| crate::cbor::encode(&n)),
        ".{0,8}".prop_map(|s: String| crate::cbor::encode(&s)),
        vec(any::<u32>(), 0..4).prop_map(|v| crate::cbor::encode(&v)),
        Just(vec![0xa1, 0x00, 0x81, 0xf5]),
    ]
}

fn unknown(first: u64) -> impl Strategy<Value = Unknown> {
    vec((first..first + 400, raw()), 0..3).prop_map(|entries| {
        let mut unknown = Unknown::default();
        for (key, raw) in entries {
            unknown.set(key, Some(&raw));
        }
        unknown
    })
}

fn label() -> impl Strategy<Value = Label> {
    prop_oneof![
        (0..20u32).prop_map(|n| Label::Known(LabelNumber::from_number(n))),
        ".{0,6}".prop_map(|s: String| Label::Custom(PrivateText::new(s))),
    ]
}

/// A field whose id is one of a few, so that versions of an item share some.
pub(crate) fn any_field() -> impl Strategy<Value = Field> {
    (0..8u8, label(), 0..12u32, "[a-c0-9:/@.]{0,5}", unknown(4)).prop_map(
        |(id, label, kind, value, unknown)| Field {
            id: FieldId::new([id; 16]),
            label,
            kind: FieldKind::from_number(kind),
            value: value.into(),
            unknown,
        },
    )
}

/// A file whose id is one of a few. One id goes with one file, as whoever adds a file makes it so;
/// `kept` are what a later version added to it.
pub(crate) fn any_file() -> impl Strategy<Value = File> {
    (0..4u8, unknown(6)).prop_map(|(id, unknown)| File {
        id: FileId::new([id; 16]),
        name: PrivateText::new(good_name(&format!("{id}/key.pem"))),
        size: u64::from(id) * (MAX_FILE_LEN as u64 / 4),
        key: FileKey::from_bytes(&mut [id; 32]),
        log: LogId::new([id / 2; 32]),
        hash: [id ^ 3; 32],
        unknown,
    })
}

/// A content with every part at play.
pub(crate) fn any_content() -> impl Strategy<Value = ItemContent> {
    let head = (1..4u32, 0..3u32, ".{0,4}", "[xy\n]{0,3}");
    (
        head,
        vec(any_field(), 0..6),
        vec(".{1,3}", 0..4),
        vec(any_file(), 0..3),
        unknown(8),
    )
        .prop_map(
            |((schema, template, title, notes), fields, tags, files, unknown)| {
                let mut content = ItemContent::new(Template::from_number(template));
                content.schema = schema;
                content.set_title(title);
                content.set_notes(notes);
                fields.into_iter().for_each(|f| content.put_field(f));
                tags.into_iter().for_each(|t: String| content.add_tag(t));
                files.into_iter().for_each(|f| content.put_file(f));
                content.unknown = unknown;
                content
            },
        )
}
