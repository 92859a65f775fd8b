//! The three tiers of a search, from the certain to the guessed.

use memchr::memmem::Finder;
use nucleo_matcher::{Config, Matcher};

use super::{
    FEW, VERY_FEW,
    needle::{Needle, Word},
    store::{Allowed, Slot, Store},
    typo,
};

/// What a tier's ranks begin at; within a tier they have 16 bits.
const AS_TYPED: u32 = 2 << 16;
const WITH_GAPS: u32 = 1 << 16;
/// A word of three letters or more with gaps between them counts only where nucleo gives this much
/// a letter: 16 is a letter that fits, and a gap of four letters takes 6 away.
const LEAST_PER_CHAR: u32 = 12;
/// Where fewer slots than one in this many are left from the last search, they are looked at one
/// by one; else all texts are gone through in one sweep.
const SWEEP: usize = 16;
/// How many places of a word in one text are weighed.
const MAX_PLACES: usize = 8;

/// An item that fits, and how well.
#[derive(Clone, Copy)]
pub(super) struct Hit {
    pub(super) rank: u32,
    pub(super) slot: u32,
}

/// What a search looked at in vain and the next one need not look at again.
#[derive(Default)]
pub(super) struct Scan {
    /// The slots that have all words as typed, when that was looked for.
    as_typed: Option<Vec<u32>>,
    /// The slots that have all words' letters in order, when that was looked for.
    with_gaps: Option<Vec<u32>>,
}

/// How nucleo scores: texts and words are folded before.
pub(super) fn config() -> Config {
    let mut config = Config::DEFAULT;
    config.normalize = false;
    config.ignore_case = false;
    config
}

impl Scan {
    /// All items that fit, in no order. `before` is the scan of a search that this one goes on
    /// from.
    pub(super) fn run(
        &mut self,
        store: &Store,
        matcher: &mut Matcher,
        needle: &Needle,
        allowed: &Allowed,
        before: Option<&Self>,
    ) -> Vec<Hit> {
        let gaps_before = before.and_then(|b| b.with_gaps.as_deref());
        let Some(driver) = needle.driver() else {
            let mut hits = Vec::new();
            self.score(store, matcher, needle, allowed, gaps_before, &mut hits);
            if hits.len() < VERY_FEW {
                guess(store, needle, allowed, &mut hits);
            }
            return hits;
        };
        let typed_before = before.and_then(|b| b.as_typed.as_deref().or(gaps_before));
        let mut hits = find(store, needle, driver, allowed, typed_before);
        self.as_typed = Some(hits.iter().map(|hit| hit.slot).collect());
        if hits.len() < FEW {
            self.score(store, matcher, needle, allowed, gaps_before, &mut hits);
        }
        if hits.len() < VERY_FEW {
            guess(store, needle, allowed, &mut hits);
        }
        hits
    }

    /// The second tier, and the only one of one or two letters: letters in order, scored by
    /// nucleo. Adds what is not a hit yet.
    fn score(
        &mut self,
        store: &Store,
        matcher: &mut Matcher,
        needle: &Needle,
        allowed: &Allowed,
        before: Option<&[u32]>,
        hits: &mut Vec<Hit>,
    ) {
        let mask = needle.mask();
        let long = self.as_typed.as_deref();
        let chars: usize = needle.words.iter().map(|w| w.chars().len()).sum();
        let least = if long.is_some() {
            LEAST_PER_CHAR * chars as u32
        } else {
            0
        };
        let mut fit = Vec::new();
        let mut look = |at: u32, slot: &Slot| {
            if slot.mask & mask != mask || !allowed.fits(slot) {
                return;
            }
            let text = store.utf32(slot);
            let mut score: u32 = 0;
            for word in &needle.words {
                match matcher.fuzzy_match(text, word.as_utf32()) {
                    Some(points) => score += u32::from(points),
                    None => return,
                }
            }
            fit.push(at);
            // Hits of the first tier come in the order of slots, and there are few.
            if score >= least && long.is_none_or(|typed| typed.binary_search(&at).is_err()) {
                hits.push(Hit {
                    rank: WITH_GAPS + score.min(0xffff),
                    slot: at,
                });
            }
        };
        match before {
            Some(before) => before
                .iter()
                .filter_map(|at| store.slot(*at).map(|slot| (*at, slot)))
                .for_each(|(at, slot)| look(at, slot)),
            None => (0..)
                .zip(store.slots())
                .for_each(|(at, slot)| look(at, slot)),
        }
        self.with_gaps = Some(fit);
    }
}

/// The first tier: every word as typed. In the order of slots.
fn find(
    store: &Store,
    needle: &Needle,
    driver: &Word,
    allowed: &Allowed,
    before: Option<&[u32]>,
) -> Vec<Hit> {
    let words: Vec<(Finder<'_>, &Word)> = needle
        .words
        .iter()
        .map(|word| (Finder::new(word.bytes()), word))
        .collect();
    let weigh = |slot: &Slot| -> Option<u32> {
        let text = store.bytes(slot);
        let mut sum = 0;
        for (finder, word) in &words {
            sum += best_place(text, slot.title as usize, finder, word.bytes().len())?;
        }
        Some(AS_TYPED + sum / words.len().max(1) as u32)
    };
    let mut hits = Vec::new();
    match before {
        Some(before) if before.len() < store.len() / SWEEP => {
            for at in before {
                if let Some(slot) = store.slot(*at)
                    && allowed.fits(slot)
                    && let Some(rank) = weigh(slot)
                {
                    hits.push(Hit { rank, slot: *at });
                }
            }
        }
        _ => {
            let finder = Finder::new(driver.bytes());
            let mut from = 0;
            let mut slot_from = 0;
            while let Some(found) = store.all().get(from..).and_then(|rest| finder.find(rest)) {
                let Some(at) = store.slot_at(from + found, slot_from) else {
                    break;
                };
                let Some(slot) = store.slots().get(at) else {
                    break;
                };
                // Blanked text holds zeros, and no word does, so the slot is alive.
                if allowed.fits(slot)
                    && let Some(rank) = weigh(slot)
                {
                    hits.push(Hit {
                        rank,
                        slot: at as u32,
                    });
                }
                from = slot.end();
                slot_from = at + 1;
            }
        }
    }
    hits
}

/// How good the best place of a word in a text is; `None` where it has none.
fn best_place(text: &[u8], title: usize, finder: &Finder<'_>, len: usize) -> Option<u32> {
    let mut best = None;
    for at in finder.find_iter(text).take(MAX_PLACES) {
        let points = points_of(text, title, at, at + len);
        best = best.max(Some(points));
        // No later place is better than the beginning of a word, in the title or behind it.
        if points >= if at < title { 800 } else { 500 } {
            break;
        }
    }
    best
}

/// The title itself, its beginning, a word of it, its inside; then the same of the rest.
fn points_of(text: &[u8], title: usize, from: usize, to: usize) -> u32 {
    let in_word = |at: Option<usize>| at.and_then(|at| text.get(at)).is_some_and(|b| is_word(*b));
    let begins = !in_word(from.checked_sub(1));
    let whole = u32::from(begins && !in_word(Some(to))) * 20;
    match (from < title, begins) {
        (true, _) if from == 0 && to == title => 1000,
        (true, _) if from == 0 => 900 + whole,
        (true, true) => 800 + whole,
        (true, false) => 600,
        (false, true) => 500 + whole,
        (false, false) => 300,
    }
}

/// The last tier: one slip in one word, the others as typed. Adds what is not a hit yet.
fn guess(store: &Store, needle: &Needle, allowed: &Allowed, hits: &mut Vec<Hit>) {
    let mut known: Vec<u32> = hits.iter().map(|hit| hit.slot).collect();
    known.sort_unstable();
    let words: Vec<(Finder<'_>, &Word)> = needle
        .words
        .iter()
        .map(|word| (Finder::new(word.bytes()), word))
        .collect();
    let mask = needle.mask();
    for (at, slot) in (0..).zip(store.slots()) {
        // A slip brings at most one character that the text does not have.
        if slot.is_gone()
            || (mask & !slot.mask).count_ones() > 1
            || !allowed.fits(slot)
            || known.binary_search(&at).is_ok()
        {
            continue;
        }
        let text = store.bytes(slot);
        let mut slipped = None;
        let fits = words.iter().all(|(finder, word)| {
            finder.find(text).is_some() || {
                let first = slipped.is_none();
                slipped = slip(store, slot, word);
                first && slipped.is_some()
            }
        });
        if fits && let Some(place) = slipped {
            hits.push(Hit {
                rank: u32::from(place < slot.title as usize),
                slot: at,
            });
        }
    }
}

/// Where a word stands in a text but for one slip.
fn slip(store: &Store, slot: &Slot, word: &Word) -> Option<usize> {
    match (store.utf32(slot), word.as_utf32()) {
        (nucleo_matcher::Utf32Str::Ascii(text), nucleo_matcher::Utf32Str::Ascii(word)) => {
            typo::find(text, word, is_word)
        }
        (nucleo_matcher::Utf32Str::Unicode(text), _) => {
            typo::find(text, word.chars(), char::is_alphanumeric)
        }
        // No slip of one letter makes a word of another script out of an ASCII one.
        (nucleo_matcher::Utf32Str::Ascii(_), nucleo_matcher::Utf32Str::Unicode(_)) => None,
    }
}

/// Does this byte belong to a word? All of a character beyond ASCII does.
const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80
}
