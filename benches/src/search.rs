//! P5: the first letters of a search over a hundred thousand items, against a loop that scores the
//! same texts with the same matcher and keeps as many of the best.

use std::{hint::black_box, path::Path};

use conclave_app::search::{Filter, Marks, Query, SearchIndex, Sort};
use conclave_core::{
    id::{ItemId, ScopeId},
    item::{ItemOverview, PrivateText, Template},
};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};

use crate::{
    callgrind::{self, counted},
    row::{Outcome, Row},
    store::ms,
};

const ITEMS: usize = 100_000;
/// Rows that the list asks for and the loop keeps.
const KEPT: usize = 200;
/// Short, and in many titles: the worst that can be typed.
const TYPED: &str = "gi";

/// Words as they stand in titles and names; folded already, so that both sides see the same text.
const WORDS: &[&str] = &[
    "github", "gitlab", "google", "postgres", "primary", "staging", "digital", "ocean", "nginx",
    "billing", "login", "mail", "vpn", "office", "wifi", "printer", "root", "backup", "redis",
    "stripe", "paypal", "registry", "signing", "key", "server", "console", "admin", "support",
];

/// Measures P5. `program` is this program, which runs a probe when it is asked to.
///
/// # Errors
/// What callgrind refuses.
pub fn measure(program: &Path) -> Outcome<Vec<Row>> {
    let here = Path::new(".");
    let ours = callgrind::count(program, "search-index", here)?;
    let bare = callgrind::count(program, "search-bare", here)?;
    let mut index = filled();
    let took = ms(|| ask(&mut index))?;
    Ok(vec![
        Row::gated(
            "P5 search 100k items for two letters, to bare nucleo",
            ours / bare,
            "instruction ratio",
            1.25,
        ),
        Row::told("P5 search 100k items for two letters", ours, "instructions"),
        Row::told("P5 search 100k items for two letters, time", took, "ms"),
    ])
}

/// Runs one probe: the part of a measurement that callgrind watches.
///
/// # Errors
/// An unknown probe, or a search that finds nothing.
pub fn probe(name: &str) -> Outcome<()> {
    match name {
        "search-index" => {
            let mut index = filled();
            counted(|| ask(&mut index))
        }
        "search-bare" => {
            let texts: Vec<Vec<u8>> = overviews().map(|overview| text(&overview)).collect();
            let mut config = Config::DEFAULT;
            (config.normalize, config.ignore_case) = (false, false);
            let mut matcher = Matcher::new(config);
            counted(|| {
                let best = bare(&texts, &mut matcher);
                (best.len() == KEPT)
                    .then_some(())
                    .ok_or("too few are found")?;
                black_box(best);
                Ok(())
            })
        }
        _ => Err(format!("there is no probe {name}").into()),
    }
}

fn ask(index: &mut SearchIndex) -> Outcome<()> {
    let found = index.query(&Query {
        text: TYPED,
        filter: Filter::default(),
        sort: Sort::Recent,
        offset: 0,
        limit: KEPT,
        since: &[],
    });
    (found.items.len() == KEPT)
        .then_some(())
        .ok_or("too few are found")?;
    black_box(found);
    Ok(())
}

fn bare(texts: &[Vec<u8>], matcher: &mut Matcher) -> Vec<(u16, usize)> {
    let mut hits: Vec<(u16, usize)> = Vec::new();
    for (at, text) in texts.iter().enumerate() {
        let score = matcher.fuzzy_match(Utf32Str::Ascii(text), Utf32Str::Ascii(TYPED.as_bytes()));
        hits.extend(score.map(|score| (score, at)));
    }
    let better = |a: &(u16, usize), b: &(u16, usize)| b.0.cmp(&a.0).then(a.1.cmp(&b.1));
    if hits.len() > KEPT {
        hits.select_nth_unstable_by(KEPT, better);
        hits.truncate(KEPT);
    }
    hits.sort_unstable_by(better);
    hits
}

fn filled() -> SearchIndex {
    let mut index = SearchIndex::new();
    index.reserve(ITEMS);
    for overview in overviews() {
        index.put(&overview, Marks::NONE, overview.changed_ms);
    }
    index
}

/// What the index looks through: the parts, each on a line of its own.
fn text(overview: &ItemOverview) -> Vec<u8> {
    let parts = [&overview.title, &overview.subtitle]
        .into_iter()
        .chain(&overview.hosts)
        .map(PrivateText::expose);
    parts.collect::<Vec<_>>().join("\n").into_bytes()
}

fn overviews() -> impl Iterator<Item = ItemOverview> {
    let mut random = ChaCha20Rng::seed_from_u64(5);
    (0..ITEMS).map(move |_| {
        let mut id = [0; 32];
        random.fill_bytes(&mut id);
        let mut word = || {
            let at = usize::try_from(random.next_u32()).unwrap_or(0) % WORDS.len();
            WORDS.get(at).copied().unwrap_or_default()
        };
        let host = format!("{}.{}.example", word(), word());
        ItemOverview {
            item: ItemId::new(id),
            home: ScopeId::new([1; 32]),
            template: Template::LOGIN,
            title: PrivateText::new(format!("{} {} {}", word(), word(), word())),
            subtitle: PrivateText::new(format!("{}@{host}", word())),
            hosts: vec![PrivateText::new(host)],
            tags: Vec::new(),
            changed_ms: random.next_u64() >> 24,
        }
    })
}
