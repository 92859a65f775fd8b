//! What is found, in which order, and that no short cut ever changes the answer.

use conclave_core::item::{ItemContent, Template};
use proptest::{collection::vec, prelude::*};

use super::*;

const VAULT: ScopeId = ScopeId::new([7; 32]);
const OTHER: ScopeId = ScopeId::new([8; 32]);

fn id(n: u32) -> ItemId {
    let mut bytes = [0; 32];
    bytes[..4].copy_from_slice(&n.to_be_bytes());
    ItemId::new(bytes)
}

fn number(item: &ItemId) -> u32 {
    u32::from_be_bytes(item.as_bytes()[..4].try_into().unwrap())
}

fn overview(n: u32, home: ScopeId, title: &str, subtitle: &str, tags: &[&str]) -> ItemOverview {
    ItemOverview {
        item: id(n),
        home,
        template: Template::LOGIN,
        changed_ms: u64::from(n % 7),
        title: title.into(),
        subtitle: subtitle.into(),
        hosts: Vec::new(),
        tags: tags.iter().map(|tag| (*tag).into()).collect(),
    }
}

fn index(titles: &[&str]) -> SearchIndex {
    let mut index = SearchIndex::new();
    for (n, title) in (0..).zip(titles) {
        index.put(&overview(n, VAULT, title, "", &[]), Marks::NONE, 0);
    }
    index
}

fn query(text: &str) -> Query<'_> {
    Query {
        text,
        filter: Filter::default(),
        sort: Sort::Title,
        offset: 0,
        limit: 200,
        since: &[],
    }
}

fn found(index: &mut SearchIndex, text: &str) -> Vec<u32> {
    let found = index.query(&query(text));
    assert_eq!(found.total, found.items.len());
    found.items.iter().map(number).collect()
}

#[test]
fn the_better_place_comes_first() {
    let mut index = index(&[
        "Digital git mirror",
        "Legit",
        "GitLab",
        "Git",
        "Company card",
        "Mirror of GitHub",
    ]);
    assert_eq!(found(&mut index, "git"), [3, 2, 0, 5, 1]);
    assert_eq!(found(&mut index, "mirror git"), [5, 0]);
    assert_eq!(found(&mut index, "GIT"), [3, 2, 0, 5, 1]);
}

#[test]
fn user_names_hosts_and_tags_are_found_behind_titles() {
    let mut index = SearchIndex::new();
    index.put(
        &overview(0, VAULT, "Postgres", "app_rw · db-1.internal", &[]),
        Marks::NONE,
        0,
    );
    index.put(
        &overview(1, VAULT, "Mail", "ops@northwind.example", &["infra"]),
        Marks::NONE,
        0,
    );
    index.put(
        &overview(2, VAULT, "Internal wiki", "", &[]),
        Marks::NONE,
        0,
    );
    assert_eq!(found(&mut index, "internal"), [2, 0]);
    assert_eq!(found(&mut index, "infra"), [1]);
    assert_eq!(found(&mut index, "mail north"), [1]);
}

#[test]
fn letters_with_gaps_and_slips() {
    let mut index = index(&[
        "GitHub deploy key",
        "Postgres primary",
        "Cloudflare",
        "Stripe",
    ]);
    assert_eq!(found(&mut index, "gh"), [0]);
    assert_eq!(found(&mut index, "gdk"), [0]);
    for slip in ["psotgres", "postgers", "postgrs", "postggres", "pistgres"] {
        assert_eq!(found(&mut index, slip), [1], "{slip}");
    }
    assert_eq!(found(&mut index, "postgres primry"), [1]);
    assert_eq!(found(&mut index, "cluodfl"), [2]);
    assert!(found(&mut index, "psotgers").is_empty(), "two slips");
    assert!(
        found(&mut index, "psotgres primry").is_empty(),
        "two slips in two words"
    );
}

#[test]
fn other_scripts_and_pictures() {
    let mut index = index(&[
        "חשבון בנק",
        "مُحَمَّد الخادم",
        "Straße München",
        "🔑 master key",
        "銀行口座",
        "Банк Ёлка",
        "e\u{301}clair",
        "👩\u{200d}🚀 launch",
    ]);
    for (text, expected) in [
        ("בנק", 0),
        ("חשבון ב", 0),
        ("محمد", 1),
        ("munchen", 2),
        ("MÜNCHEN", 2),
        ("straße", 2),
        ("🔑", 3),
        ("銀行", 4),
        ("елка", 5),
        ("éclair", 6),
        ("👩\u{200d}🚀", 7),
        ("банкс", 5),
    ] {
        assert_eq!(found(&mut index, text), [expected], "{text}");
    }
}

#[test]
fn a_title_of_ten_thousand_characters_and_a_query_of_a_million() {
    let long = "ab שלום 🗝️ ".repeat(1000);
    let mut content = ItemContent::new(Template::NOTE);
    content.set_title(long.as_str());
    let mut index = SearchIndex::new();
    index.put(&ItemOverview::of(id(1), VAULT, 0, &content), Marks::NONE, 0);
    let whole = ItemOverview {
        title: long.as_str().into(),
        ..overview(2, VAULT, "", "", &[])
    };
    index.put(&whole, Marks::NONE, 0);
    assert_eq!(found(&mut index, "שלום").len(), 2);
    assert!(found(&mut index, &"x".repeat(1_000_000)).is_empty());
    let _ = found(&mut index, &"ab ".repeat(300_000));
}

#[test]
fn filters_and_vaults() {
    let mut index = SearchIndex::new();
    index.put(&overview(0, VAULT, "alpha", "", &[]), Marks::FAVOURITE, 0);
    index.put(&overview(1, OTHER, "alpha", "", &[]), Marks::ARCHIVED, 0);
    index.put(
        &overview(2, OTHER, "alpha", "", &[]),
        Marks::FAVOURITE.and(Marks::SHARED),
        0,
    );
    let mut ask = |text, vault, with, without| {
        let filter = Filter {
            vault,
            with,
            without,
        };
        let found = index.query(&Query {
            filter,
            ..query(text)
        });
        found.items.iter().map(number).collect::<Vec<_>>()
    };
    for text in ["", "al", "alpha", "alhpa"] {
        assert_eq!(
            ask(text, None, Marks::NONE, Marks::NONE),
            [0, 1, 2],
            "{text}"
        );
        assert_eq!(
            ask(text, None, Marks::NONE, Marks::ARCHIVED),
            [0, 2],
            "{text}"
        );
        assert_eq!(
            ask(text, Some(OTHER), Marks::NONE, Marks::NONE),
            [1, 2],
            "{text}"
        );
        assert_eq!(
            ask(text, None, Marks::FAVOURITE, Marks::NONE),
            [0, 2],
            "{text}"
        );
        assert_eq!(
            ask(text, Some(OTHER), Marks::FAVOURITE, Marks::ARCHIVED),
            [2],
            "{text}"
        );
        let nowhere = Some(ScopeId::new([9; 32]));
        assert!(ask(text, nowhere, Marks::NONE, Marks::NONE).is_empty());
    }
    assert!(index.set_marks(id(0), Marks::ARCHIVED) && !index.set_marks(id(9), Marks::NONE));
    let filter = Filter {
        with: Marks::ARCHIVED,
        ..Filter::default()
    };
    assert_eq!(
        index
            .query(&Query {
                filter,
                ..query("alpha")
            })
            .total,
        2
    );
}

#[test]
fn lists_without_a_search() {
    let mut index = index(&["b", "A", "c"]);
    assert_eq!(found(&mut index, " "), [1, 0, 2]);
    let by = |index: &mut SearchIndex, sort| {
        let found = index.query(&Query { sort, ..query("") });
        found.items.iter().map(number).collect::<Vec<_>>()
    };
    assert_eq!(by(&mut index, Sort::Changed), [2, 1, 0]);
    assert!(index.set_used(id(0), 50) && index.set_used(id(1), 40) && !index.set_used(id(9), 1));
    assert_eq!(by(&mut index, Sort::Recent), [0, 1, 2]);
    assert!(index.set_used(id(2), 60));
    assert_eq!(by(&mut index, Sort::Recent), [2, 0, 1]);
    index.remove(id(0));
    assert_eq!(by(&mut index, Sort::Recent), [2, 1]);
    assert_eq!(by(&mut index, Sort::Title), [1, 2]);
    assert_eq!(
        index
            .query(&Query {
                offset: 1,
                limit: 1,
                ..query("")
            })
            .items,
        [id(2)]
    );
    assert!(
        index
            .query(&Query {
                offset: 9,
                ..query("")
            })
            .items
            .is_empty()
    );
}

#[test]
fn what_is_taken_out_is_wiped() {
    let mut index = index(&["canary-of-the-first", "zweiter-kanarienvogel-ü"]);
    index.remove(id(0));
    index.remove(id(1));
    assert!(index.is_empty());
    let left = String::from_utf8_lossy(index.store.all()).into_owned();
    assert!(
        !left.contains("canary") && !left.contains("kanarien"),
        "{left}"
    );
    assert!(found(&mut index, "canary").is_empty());
}

#[test]
fn dead_texts_are_cleared_out() {
    let mut index = SearchIndex::new();
    for round in 0..200_u32 {
        for n in 0..50 {
            let title = format!("item {n} round {round} äöü");
            index.put(&overview(n, VAULT, &title, "", &[]), Marks::NONE, 0);
        }
    }
    assert_eq!(index.len(), 50);
    assert!(
        index.store.all().len() < 150 * 1024,
        "{}",
        index.store.all().len()
    );
    assert_eq!(found(&mut index, "round 199").len(), 50);
    assert_eq!(found(&mut index, "").len(), 50);
    assert_eq!(index.query(&query("round 198")).total, 0);
}

/// Short titles of few letters, so that queries meet many of them.
fn titles() -> impl Strategy<Value = Vec<(String, bool, u8)>> {
    let title = prop_oneof![
        4 => "[abg]{0,4}( [abgi]{1,5}){0,2}",
        1 => "[abäשγ]{1,4}( [aäשγ🔑]{1,3})?",
    ];
    vec((title, any::<bool>(), 0..8u8), 0..60)
}

fn put_all(index: &mut SearchIndex, titles: &[(String, bool, u8)]) {
    for (n, (title, other, marks)) in (0..).zip(titles) {
        let home = if *other { OTHER } else { VAULT };
        let used = u64::from(n % 5);
        index.put(&overview(n, home, title, "sub", &[]), Marks(*marks), used);
    }
}

fn sorts() -> impl Strategy<Value = Sort> {
    prop_oneof![Just(Sort::Recent), Just(Sort::Changed), Just(Sort::Title)]
}

fn filters() -> impl Strategy<Value = Filter> {
    (any::<Option<bool>>(), 0..8u8, 0..8u8).prop_map(|(vault, with, without)| Filter {
        vault: vault.map(|other| if other { OTHER } else { VAULT }),
        with: Marks(with & 1),
        without: Marks(without & 2),
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn typing_on_finds_what_asking_at_once_finds(
        titles in titles(), typed in "[abgiäש]{1,4}( [abgi]{0,4})?", filter in filters(), sort in sorts(),
    ) {
        // Several of each, so that the tiers begin and end while it is typed.
        let titles: Vec<_> = titles.iter().cycle().take(titles.len() * 4).cloned().collect();
        let mut warm = SearchIndex::new();
        put_all(&mut warm, &titles);
        let ends: Vec<usize> = (1..=typed.len()).filter(|e| typed.is_char_boundary(*e)).collect();
        for end in ends {
            let text = typed.get(..end).unwrap();
            let query = Query { text, filter, sort, offset: 0, limit: 100, since: &[] };
            let mut cold = SearchIndex::new();
            put_all(&mut cold, &titles);
            prop_assert_eq!(warm.query(&query), cold.query(&query), "{}", text);
        }
    }

    #[test]
    fn history_makes_no_difference(
        titles in titles(), gone in vec(any::<bool>(), 60), order in any::<u64>(),
        text in "[abg]{0,3}", sort in sorts(),
    ) {
        // One index sees items come, change and go; the other only what is left, in another order.
        let mut one = SearchIndex::new();
        put_all(&mut one, &titles);
        let _ = one.query(&Query { sort, ..query(&text) });
        let _ = one.query(&Query { sort, ..query("") });
        let renamed: Vec<_> =
            titles.iter().map(|(t, o, m)| (format!("{t} ab"), *o, *m)).collect();
        put_all(&mut one, &renamed);
        let mut kept: Vec<u32> = Vec::new();
        for (n, gone) in (0..).zip(gone.iter().take(titles.len())) {
            if *gone { one.remove(id(n)) } else { kept.push(n) }
        }
        kept.sort_by_key(|n| order.rotate_left(*n));
        let mut other = SearchIndex::new();
        for n in kept {
            let (title, home, marks) = &renamed[n as usize];
            let home = if *home { OTHER } else { VAULT };
            let row = overview(n, home, title, "sub", &[]);
            other.put(&row, Marks(*marks), u64::from(n % 5));
        }
        for text in [text.as_str(), ""] {
            let query = Query { sort, ..query(text) };
            prop_assert_eq!(one.query(&query), other.query(&query));
        }
    }

    #[test]
    fn pages_put_together_are_the_whole(
        titles in titles(), text in "[abgi]{0,4}", page in 1..9usize, sort in sorts(),
    ) {
        let mut index = SearchIndex::new();
        put_all(&mut index, &titles);
        let whole = index.query(&Query { sort, limit: 1000, ..query(&text) });
        let mut fresh = SearchIndex::new();
        put_all(&mut fresh, &titles);
        let mut items = Vec::new();
        for offset in (0..whole.total + page).step_by(page) {
            let part = fresh.query(&Query { sort, offset, limit: page, ..query(&text) });
            prop_assert_eq!(part.total, whole.total);
            items.extend(part.items);
        }
        prop_assert_eq!(items, whole.items);
    }

    #[test]
    fn everything_with_the_words_as_typed_is_found_and_before_the_rest(
        titles in titles(), text in "[abgi]{3,4}( [abg]{1,2})?",
    ) {
        let mut index = SearchIndex::new();
        put_all(&mut index, &titles);
        let expected: Vec<u32> = (0..)
            .zip(&titles)
            .filter(|(_, (title, ..))| {
                let mut folded = String::new();
                // The line below the title is searched too.
                fold::fold(&format!("{title} sub"), &mut folded);
                text.split(' ').all(|word| folded.split(' ').any(|part| part.contains(word)))
            })
            .map(|(n, _)| n)
            .collect();
        let found: Vec<u32> = index.query(&query(&text)).items.iter().map(number).collect();
        let mut first = found[..expected.len().min(found.len())].to_vec();
        first.sort_unstable();
        prop_assert_eq!(first, expected);
    }

    #[test]
    fn any_text_is_indexed_and_searched_without_a_panic(
        titles in vec(".{0,20}", 0..8), text in ".{0,12}", typed in "\\PC{0,6}",
    ) {
        let mut index = SearchIndex::new();
        for (n, title) in (0..).zip(&titles) {
            index.put(&overview(n, VAULT, title, &text, &[&typed]), Marks::NONE, 0);
        }
        for text in titles.iter().chain([&text, &typed]) {
            let _ = index.query(&query(text));
        }
    }
}
