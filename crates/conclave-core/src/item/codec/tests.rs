//! The payload survives its bytes, keeps what it does not know, and refuses everything else.

use proptest::prelude::*;

use super::*;
use crate::item::arbitrary::{any_content, any_field};

fn login() -> ItemContent {
    let mut content = ItemContent::new(Template::LOGIN);
    content.set_title("Postgres primary");
    let label = Label::Known(LabelNumber::PASSWORD);
    content.put_field(Field::new(
        FieldId::new([1; 16]),
        label,
        FieldKind::SECRET,
        "kT7#vOqZ",
    ));
    let label = Label::Custom("Pager".into());
    content.put_field(Field::new(
        FieldId::new([2; 16]),
        label,
        FieldKind::TEXT,
        "+49 30",
    ));
    content.set_notes("ask on call");
    content.add_tag("db");
    content.add_tag("prod");
    content
}

#[test]
fn the_bytes_of_a_login() {
    let hex: String = login()
        .encode()
        .unwrap()
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    // Written out, so that the format is seen rather than derived.
    let expected = [
        "a7 0001 0101 0201",
        "03 70 506f737467726573207072696d617279",
        "04 82",
        "a4 00 50 01010101010101010101010101010101 0102 0202 03 68 6b543723764f715a",
        "a4 00 50 02020202020202020202020202020202 01 65 5061676572 0201 03 66 2b3439203330",
        "05 6b 61736b206f6e2063616c6c",
        "06 82 62 6462 64 70726f64",
    ];
    assert_eq!(hex, expected.concat().replace(' ', ""));
    assert_eq!(
        ItemContent::decode(&login().encode().unwrap()).unwrap(),
        login()
    );
}

fn file(id: u8) -> File {
    File {
        id: FileId::new([id; 16]),
        name: "key.pem".into(),
        size: 10,
        key: FileKey::from_bytes(&mut [0xaa; 32]),
        log: LogId::new([0xbb; 32]),
        hash: [0xcc; 32],
        unknown: Unknown::default(),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[test]
fn the_bytes_of_a_file_come_behind_those_of_a_login() {
    let mut content = login();
    content.put_file(file(1));
    let without = hex(&login().encode().unwrap());
    let bytes = content.encode().unwrap();
    // Written out, so that the format is seen rather than derived.
    let expected = [
        &without.replacen("a7", "a8", 1),
        "07 81",
        "a6 00 50 01010101010101010101010101010101 01 67 6b65792e70656d 02 0a",
        &format!("03 58 20 {} 04 58 20 {}", "aa".repeat(32), "bb".repeat(32)),
        &format!("05 58 20 {}", "cc".repeat(32)),
    ];
    assert_eq!(hex(&bytes), expected.concat().replace(' ', ""));
    assert_eq!(ItemContent::decode(&bytes).unwrap(), content);
    // Taken out again, it is spelled as if there had been none.
    content.remove_file(FileId::new([1; 16]));
    assert_eq!(hex(&content.encode().unwrap()), without);
}

/// A content with these files, in whatever order and number.
fn spelled(files: &[File]) -> Result<ItemContent, ItemError> {
    let mut bytes = login().encode().unwrap().to_vec();
    bytes[0] += 1;
    let mut e = Encoder::new(&mut bytes);
    e.u8(7).unwrap().array(files.len() as u64).unwrap();
    for file in files {
        write_file(file, &mut e).unwrap();
    }
    ItemContent::decode(&bytes)
}

#[test]
fn files_have_one_spelling_and_honest_names_and_sizes() {
    let refused = |files: &[File]| spelled(files) == Err(ItemError::Malformed(CborError));
    assert!(spelled(&[file(1), file(2)]).is_ok());
    assert!(refused(&[]) && refused(&[file(2), file(1)]) && refused(&[file(1), file(1)]));
    for name in ["", "..", "a/b", "a\\b", "a\nb", &"n".repeat(256)] {
        let name = name.into();
        assert!(refused(&[File { name, ..file(1) }]));
    }
    let size = MAX_FILE_LEN as u64;
    assert!(spelled(&[File { size, ..file(1) }]).is_ok());
    assert!(refused(&[File {
        size: size + 1,
        ..file(1)
    }]));

    let many: Vec<File> = (0..=MAX_FILES as u8).map(file).collect();
    let too_many = ItemError::TooMany { max: MAX_FILES };
    assert_eq!(spelled(&many), Err(too_many));
    let mut content = login();
    many.into_iter().for_each(|file| content.put_file(file));
    assert_eq!(content.encode().map(drop), Err(too_many));
}

#[test]
fn what_a_later_version_says_of_a_file_is_kept() {
    let mut later = file(1);
    later.unknown.set(6, Some(&cbor::encode(&"a thumbnail")));
    let content = spelled(&[later]).unwrap();
    let again = ItemContent::decode(&content.encode().unwrap()).unwrap();
    assert_eq!(again, content);
    assert_ne!(again.file(FileId::new([1; 16])), Some(&file(1)));
}

#[test]
fn refuses_what_is_too_large_too_many_or_repeated() {
    let mut content = login();
    content.set_notes("n".repeat(MAX_PAYLOAD));
    assert!(matches!(
        content.encode(),
        Err(ItemError::TooLarge {
            max: MAX_PAYLOAD,
            ..
        })
    ));
    let long = vec![0; MAX_PAYLOAD + 1];
    assert_eq!(
        ItemContent::decode(&long),
        Err(ItemError::TooLarge {
            len: MAX_PAYLOAD + 1,
            max: MAX_PAYLOAD
        })
    );

    let mut content = ItemContent::new(Template::NOTE);
    for n in 0..=MAX_FIELDS as u32 {
        let mut id = [0; 16];
        id[..4].copy_from_slice(&n.to_le_bytes());
        let label = Label::Known(LabelNumber::KEY);
        content.put_field(Field::new(FieldId::new(id), label, FieldKind::TEXT, ""));
    }
    assert!(matches!(
        content.encode(),
        Err(ItemError::TooMany { max: MAX_FIELDS })
    ));

    let mut content = login();
    let again = content.fields()[0].duplicate();
    content.fields.push(again);
    assert_eq!(
        ItemContent::decode(&content.encode().unwrap()),
        Err(ItemError::RepeatedField)
    );
}

#[test]
fn the_largest_payload_is_read_again() {
    let mut content = ItemContent::new(Template::NOTE);
    let empty = content.encode().unwrap().len();
    content.set_notes("n".repeat(MAX_PAYLOAD - empty - 4));
    let bytes = content.encode().unwrap();
    assert_eq!(bytes.len(), MAX_PAYLOAD);
    assert_eq!(ItemContent::decode(&bytes).unwrap(), content);
}

#[test]
fn a_newer_payload_says_so_whatever_else_it_holds() {
    // { 0: 9, 1: 2, 5: [] }: a later version may drop every key but the first two.
    let bytes = [0xa3, 0x00, 0x09, 0x01, 0x02, 0x05, 0x80];
    assert_eq!(
        ItemContent::decode(&bytes),
        Err(ItemError::NewerReader { needs: 2 })
    );
    // A later schema that this version may read is read, and keeps its number.
    let mut content = login();
    content.schema = 7;
    let back = ItemContent::decode(&content.encode().unwrap()).unwrap();
    assert_eq!(back.schema(), 7);
}

#[test]
fn tags_have_one_spelling() {
    let good = login().encode().unwrap();
    let at = good.windows(7).position(|w| w == b"\x62db\x64pro").unwrap();
    let mut swapped = good[..at].to_vec();
    swapped.extend(b"\x64prod\x62db");
    assert_eq!(
        ItemContent::decode(&swapped),
        Err(ItemError::Malformed(CborError))
    );
}

#[test]
fn the_buffer_of_secrets_never_grows() {
    let bytes = login().encode().unwrap();
    assert_eq!(bytes.capacity(), bytes.len());
}

#[test]
fn nothing_private_is_printed() {
    let printed = format!("{:?} {:?}", login(), login().fields());
    for private in ["Postgres", "kT7#vOqZ", "Pager", "on call", "prod"] {
        assert!(!printed.contains(private), "{printed}");
    }
}

proptest! {
    #[test]
    fn round_trip(content in any_content()) {
        let bytes = content.encode().unwrap();
        prop_assert!(cbor::validate(&bytes).is_ok());
        let back = ItemContent::decode(&bytes).unwrap();
        prop_assert_eq!(&back, &content);
        prop_assert_eq!(back.encode().unwrap(), bytes);
    }

    #[test]
    fn unknown_keys_survive_every_edit(
        content in any_content(),
        new in any_field(),
        title in ".{0,9}",
        tag in ".{1,3}",
        order in Just((0..8u8).map(|n| FieldId::new([n; 16])).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let mut edited = ItemContent::decode(&content.encode().unwrap()).unwrap();
        edited.set_title(title);
        edited.set_notes("edited");
        edited.set_template(Template::API_KEY);
        edited.add_tag(tag);
        let ids: Vec<_> = edited.fields().iter().map(|f| f.id).collect();
        for id in ids {
            edited.edit_field(id, |f| {
                f.value = "edited".into();
                f.kind = FieldKind::TEXT;
                f.label = Label::Custom("edited".into());
                f.id = FieldId::new([99; 16]);
            });
        }
        if edited.field(new.id).is_none() {
            edited.put_field(new);
        }
        edited.order_fields(&order);
        let back = ItemContent::decode(&edited.encode().unwrap()).unwrap();
        prop_assert_eq!(&back.unknown, &content.unknown);
        prop_assert_eq!(back.schema, content.schema);
        for field in content.fields() {
            let kept = back.field(field.id).unwrap();
            prop_assert_eq!(&kept.unknown, &field.unknown);
            prop_assert_eq!(kept.value.expose(), "edited");
        }
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes: Vec<u8>) {
        let _ = ItemContent::decode(&bytes);
    }

    #[test]
    fn changed_bytes_are_refused_or_read_as_exactly_themselves(
        content in any_content(),
        at: prop::sample::Index,
        byte: u8,
    ) {
        let mut bytes = content.encode().unwrap().to_vec();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(read) = ItemContent::decode(&bytes) {
            prop_assert_eq!(&*read.encode().unwrap(), &bytes);
        }
    }
}
