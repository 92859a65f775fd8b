//! Overviews hold no secret, survive their bytes, and read any bytes without a panic.

use proptest::prelude::*;

use super::*;
use crate::item::{Field, FieldId, Label, arbitrary::any_content};

const ITEM: ItemId = ItemId::new([1; 32]);
const HOME: ScopeId = ScopeId::new([2; 32]);

fn field(n: u8, label: LabelNumber, kind: FieldKind, value: &str) -> Field {
    Field::new(FieldId::new([n; 16]), Label::Known(label), kind, value)
}

#[test]
fn a_login_and_a_database() {
    let mut content = ItemContent::new(Template::LOGIN);
    content.set_title("Cloudflare");
    content.put_field(field(
        1,
        LabelNumber::USERNAME,
        FieldKind::USERNAME,
        "ops@northwind.example",
    ));
    content.put_field(field(
        2,
        LabelNumber::PASSWORD,
        FieldKind::SECRET,
        "canary-secret-0001",
    ));
    let url = "https://ana:canary-secret-0002@dash.Cloudflare.com:8443/canary-secret-0003?t=1#x";
    content.put_field(field(3, LabelNumber::URL, FieldKind::URL, url));
    content.set_notes("canary-secret-0004");
    content.add_tag("infra");
    let overview = ItemOverview::of(ITEM, HOME, 5, &content);
    assert_eq!(overview.title.expose(), "Cloudflare");
    assert_eq!(overview.subtitle.expose(), "ops@northwind.example");
    assert_eq!(overview.hosts, ["dash.cloudflare.com".into()]);
    assert_eq!(overview.tags, ["infra".into()]);
    let bytes = overview.encode();
    assert!(!String::from_utf8_lossy(&bytes).contains("canary"));

    let mut content = ItemContent::new(Template::DATABASE);
    content.put_field(field(
        1,
        LabelNumber::USERNAME,
        FieldKind::USERNAME,
        "app_rw",
    ));
    content.put_field(field(
        2,
        LabelNumber::HOST,
        FieldKind::TEXT,
        "db-1.internal",
    ));
    let overview = ItemOverview::of(ITEM, HOME, 5, &content);
    assert_eq!(overview.subtitle.expose(), "app_rw · db-1.internal");
}

#[test]
fn a_hidden_user_name_stays_out() {
    let mut content = ItemContent::new(Template::LOGIN);
    content.put_field(field(
        1,
        LabelNumber::USERNAME,
        FieldKind::SECRET,
        "canary-secret-0005",
    ));
    let url = "https://example.org/path";
    content.put_field(field(2, LabelNumber::URL, FieldKind::URL, url));
    let overview = ItemOverview::of(ITEM, HOME, 5, &content);
    assert_eq!(overview.subtitle.expose(), "example.org");
}

#[test]
fn hosts() {
    let cases: &[(&str, Option<&str>)] = &[
        ("https://example.org", Some("example.org")),
        ("example.org/login", Some("example.org")),
        ("  HTTPS://EXAMPLE.org:443/  ", Some("example.org")),
        ("ssh://git@host-1:22/repo", Some("host-1")),
        ("http://[2001:db8::1]:80/x", Some("2001:db8::1")),
        ("https://a:b@c@d.example/", Some("d.example")),
        ("https://bücher.example/ä", Some("bücher.example")),
        ("https://", None),
        ("not a host", None),
        ("javascript:alert(1)", None),
        ("user:canary-secret", None),
        ("", None),
        ("http://[::1", None),
    ];
    for (address, host) in cases {
        assert_eq!(
            host_of(address).as_ref().map(PrivateText::expose),
            *host,
            "{address}"
        );
    }
    assert!(host_of(&"a".repeat(254)).is_none());
}

#[test]
fn a_title_of_ten_thousand_characters_is_cut_here_and_nowhere_else() {
    let title: String = "🗝️ שלום ".chars().cycle().take(10_000).collect();
    let mut content = ItemContent::new(Template::NOTE);
    content.set_title(title.as_str());
    let overview = ItemOverview::of(ITEM, HOME, 0, &content);
    assert_eq!(overview.title.expose().chars().count(), MAX_TITLE);
    assert!(overview.title.expose().ends_with('…'));
    let back = ItemContent::decode(&content.encode().unwrap()).unwrap();
    assert_eq!(back.title(), title);
}

proptest! {
    #[test]
    fn round_trip(content in any_content(), changed: u64, rest: Vec<u8>) {
        let overview = ItemOverview::of(ITEM, HOME, changed, &content);
        let mut bytes = overview.encode().to_vec();
        let len = bytes.len();
        bytes.extend(rest);
        let (read, used) = OverviewRef::decode(&bytes).unwrap();
        prop_assert_eq!(used, len);
        prop_assert_eq!(read.to_owned(), overview);
    }

    #[test]
    fn no_hidden_value_gets_in(content in any_content()) {
        let overview = ItemOverview::of(ITEM, HOME, 0, &content);
        let mut public: Vec<String> = overview.tags.iter().map(|t| t.expose().to_owned()).collect();
        public.push(overview.title.expose().to_owned());
        // What is shown comes from title, tags and open fields: the same content with its hidden
        // values and note replaced gives the same overview.
        let mut other = content.duplicate();
        other.set_notes("another note");
        let hidden: Vec<_> = content.fields().iter().filter(|f| f.is_concealed()).map(|f| f.id).collect();
        for id in hidden {
            other.edit_field(id, |f| {
                if !f.value.is_empty() {
                    f.value = "another secret".into();
                }
            });
        }
        prop_assert_eq!(ItemOverview::of(ITEM, HOME, 0, &other), overview);
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes: Vec<u8>) {
        if let Ok((overview, _)) = OverviewRef::decode(&bytes) {
            let _ = overview.to_owned();
        }
    }

    #[test]
    fn flipped_bytes_are_read_without_a_panic(content in any_content(), at: prop::sample::Index, bit in 0..8u8) {
        let mut bytes = ItemOverview::of(ITEM, HOME, 0, &content).encode().to_vec();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        if let Ok((overview, _)) = OverviewRef::decode(&bytes) {
            let _ = overview.to_owned();
        }
    }

    #[test]
    fn any_address_gives_a_host_or_none(address in ".{0,60}") {
        if let Some(host) = host_of(&address) {
            prop_assert!(!host.expose().contains(['/', '@', '?', '#']));
        }
    }
}
