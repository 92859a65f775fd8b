//! The EFF's long word list: invitation codes, suggested passphrases, and typing them.
//!
//! 7,776 words are 12.92 bits each. The list was made so that no word begins another; whoever
//! types one is helped to the end of it, and one slip is put right where only one word is meant.
//! It has both "yoyo" and "yo-yo": what is said by phone leaves out the four words with a hyphen.

use core::fmt;

use diceware_wordlists::EFF_LONG_WORDLIST;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::generator::below;

/// How many words the list has.
pub const COUNT: usize = EFF_LONG_WORDLIST.len();
/// The words of an invitation code: 77 bits, the words with a hyphen left out.
pub const CODE_WORDS: usize = 6;
/// The words of a suggested passphrase: 64 bits, behind Argon2id and the device's own secret.
pub const PASSPHRASE_WORDS: usize = 5;

/// The words of a second device's code: 129 bits, typed once from one screen to another.
pub const DEVICE_WORDS: usize = 10;

/// A one-time code of words, said by phone or in person. It prints as nothing and is wiped when
/// dropped.
pub struct SpokenWords<const N: usize>(Zeroizing<[u16; N]>);

/// The one-time code of an invitation.
pub type InviteWords = SpokenWords<CODE_WORDS>;
/// The one-time code of a second device.
pub type DeviceWords = SpokenWords<DEVICE_WORDS>;

/// What becomes of a word while it is typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// Words that begin so, in the order of the list.
    pub words: Vec<&'static str>,
    /// What was typed is a word.
    pub exact: bool,
    /// The one word that is meant, when what was typed begins no word and one slip explains it.
    pub corrected: Option<&'static str>,
}

/// Why a text is no invitation code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CodeError {
    /// Another number of words.
    #[error("a code has another number of words than {found}")]
    Count {
        /// How many there are.
        found: usize,
    },
    /// One of them is not on the list, and no single word is near enough.
    #[error("word {position} of the code is not a word of the list")]
    NotAWord {
        /// Which, from 1.
        position: usize,
    },
}

/// The word at a place of the list; places wrap around.
#[must_use]
pub fn word(at: usize) -> &'static str {
    EFF_LONG_WORDLIST
        .get(at % COUNT)
        .copied()
        .unwrap_or_default()
}

/// A word of the list, each as likely as any other.
pub(crate) fn random_place(rng: &mut (impl CryptoRng + ?Sized)) -> u16 {
    // The list has fewer than 2^16 words, and so has the answer.
    u16::try_from(below(COUNT as u32, rng)).unwrap_or_default()
}

/// A passphrase to suggest, with spaces.
#[must_use]
pub fn suggest_passphrase(rng: &mut (impl CryptoRng + ?Sized)) -> Zeroizing<String> {
    let places: Zeroizing<Vec<u16>> =
        Zeroizing::new((0..PASSPHRASE_WORDS).map(|_| random_place(rng)).collect());
    join(&places)
}

/// Is this a word of the list?
#[must_use]
pub fn contains(word: &str) -> bool {
    EFF_LONG_WORDLIST.binary_search(&word).is_ok()
}

/// Helps with the word of a code that is being typed. `max` caps the number of words offered.
#[must_use]
pub fn complete(typed: &str, max: usize) -> Completion {
    let typed = Zeroizing::new(tidy(typed.trim()));
    if typed.is_empty() || typed.len() > 32 {
        return Completion {
            words: Vec::new(),
            exact: false,
            corrected: None,
        };
    }
    let words: Vec<&'static str> = spoken()
        .map(|(_, w)| w)
        .filter(|w| w.starts_with(typed.as_str()))
        .collect();
    let exact = words.contains(&typed.as_str());
    let corrected = if words.is_empty() {
        correct(&typed)
    } else {
        None
    };
    Completion {
        words: words.into_iter().take(max).collect(),
        exact,
        corrected,
    }
}

impl<const N: usize> SpokenWords<N> {
    /// A new code.
    #[must_use]
    pub fn random(rng: &mut (impl CryptoRng + ?Sized)) -> Self {
        let mut places = Zeroizing::new([0; N]);
        for place in places.iter_mut() {
            *place = loop {
                let drawn = random_place(rng);
                if is_spoken(word(usize::from(drawn))) {
                    break drawn;
                }
            };
        }
        Self(places)
    }

    /// Reads a code as people type it: any case, any white space or commas between words, one slip
    /// in a word where only one word is meant.
    ///
    /// # Errors
    /// [`CodeError`] names the place of the first word that is none.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let text = Zeroizing::new(tidy(text));
        let words = text
            .split(|c: char| c.is_whitespace() || c == ',')
            .filter(|w| !w.is_empty());
        let found = words.clone().take(100).count();
        if found != N {
            return Err(CodeError::Count { found });
        }
        let mut places = Zeroizing::new([0; N]);
        for ((at, place), typed) in places.iter_mut().enumerate().zip(words) {
            let meant = place_of(typed).or_else(|| place_of(correct(typed)?));
            *place = meant.ok_or(CodeError::NotAWord { position: at + 1 })?;
        }
        Ok(Self(places))
    }

    /// The words, to be shown and said.
    pub fn words(&self) -> impl ExactSizeIterator<Item = &'static str> {
        self.0.iter().map(|place| word(usize::from(*place)))
    }

    /// The code's one spelling, which the key is derived from: lower case, one space
    /// between words.
    #[must_use]
    pub fn text(&self) -> Zeroizing<String> {
        join(self.0.as_slice())
    }
}

impl<const N: usize> fmt::Debug for SpokenWords<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SpokenWords(..)")
    }
}

/// Lower case, and one kind of hyphen.
fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    out.extend(text.chars().flat_map(char::to_lowercase).map(|c| match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        other => other,
    }));
    out
}

/// Can a word be told from every other when it is said?
fn is_spoken(word: &str) -> bool {
    !word.contains('-')
}

/// The words of a code with their places in the list.
fn spoken() -> impl Iterator<Item = (u16, &'static str)> {
    (0..)
        .zip(EFF_LONG_WORDLIST)
        .filter(|(_, word)| is_spoken(word))
}

fn place_of(typed: &str) -> Option<u16> {
    spoken()
        .find(|(_, word)| *word == typed)
        .map(|(place, _)| place)
}

/// The one word of a code within one slip of what was typed; `None` when there are several.
fn correct(typed: &str) -> Option<&'static str> {
    let near = |word: &str| one_slip(typed.as_bytes(), word.as_bytes());
    let mut meant = spoken().map(|(_, word)| word).filter(|word| near(word));
    let first = meant.next()?;
    if meant.next().is_some() {
        None
    } else {
        Some(first)
    }
}

/// Are they the same but for one letter changed, left out, put in, or swapped with the next?
///
/// By bytes: one side is a word of the list, and so ASCII.
fn one_slip(a: &[u8], b: &[u8]) -> bool {
    if a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    let same = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (Some(a), Some(b)) = (a.get(same..), b.get(same..)) else {
        return false;
    };
    match (a, b) {
        ([], []) | ([], [_]) | ([_], []) => true,
        ([_, rest_a @ ..], [_, rest_b @ ..]) => {
            let swapped = matches!(
                (a, b),
                ([w, x, more_a @ ..], [y, z, more_b @ ..])
                    if w == z && x == y && more_a == more_b
            );
            swapped || rest_a == rest_b || rest_a == b || a == rest_b
        }
        _ => false,
    }
}

fn join(places: &[u16]) -> Zeroizing<String> {
    let words = places.iter().map(|place| word(usize::from(*place)));
    let mut text = Zeroizing::new(String::new());
    // Room first: growing would leave a copy behind.
    text.reserve(words.clone().map(|w| w.len() + 1).sum());
    for word in words {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(word);
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

    use super::*;

    #[test]
    fn the_list_is_the_effs() {
        assert_eq!(COUNT, 7776);
        assert!(
            EFF_LONG_WORDLIST.is_sorted_by(|a, b| a < b),
            "each word once"
        );
        let good = |w: &str| w.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        assert!(
            EFF_LONG_WORDLIST
                .iter()
                .all(|w| (3..=9).contains(&w.len()) && good(w))
        );
        assert_eq!((word(0), word(7775)), ("abacus", "zoom"));
        assert!(contains("yo-yo") && !contains("yo"));
        // Six of those without a hyphen are still 77 bits.
        assert_eq!(spoken().count(), 7772);
        assert!(6.0 * 7772_f64.log2() > 77.5);
        // In a sorted list a word that begins another stands right before such a word.
        assert!(
            EFF_LONG_WORDLIST
                .windows(2)
                .all(|w| !w[1].starts_with(w[0]))
        );
    }

    #[test]
    fn a_code_is_read_as_people_type_it() {
        let text = "abacus zoom yoyo decimeter brisket abdomen";
        let code = InviteWords::parse(text).unwrap();
        assert_eq!(*code.text(), text);
        for typed in [
            "  Abacus ZOOM\tYo-Yo\ndecimeter, brisket,abdomen ",
            "abacus zoom yo\u{2011}yo decimeter brisket abdomen",
            "abacsu zoom yo\u{2013}yo decimetr brizket abdommen",
        ] {
            assert_eq!(*InviteWords::parse(typed).unwrap().text(), text, "{typed}");
        }
        assert!(code.words().eq(text.split(' ')));
        assert_eq!(format!("{code:?}"), "SpokenWords(..)");
    }

    #[test]
    fn what_is_no_code_says_where() {
        let parse = |text: &str| InviteWords::parse(text).err();
        assert_eq!(parse(""), Some(CodeError::Count { found: 0 }));
        assert_eq!(parse("abacus zoom"), Some(CodeError::Count { found: 2 }));
        assert_eq!(parse("a b c d e f g"), Some(CodeError::Count { found: 7 }));
        let text = "abacus zoom qqqqq zoom zoom zoom";
        assert_eq!(parse(text), Some(CodeError::NotAWord { position: 3 }));
        assert_eq!(
            parse(&"word ".repeat(100_000)),
            Some(CodeError::Count { found: 100 })
        );
    }

    #[test]
    fn two_words_are_never_chosen_between() {
        let typed: Vec<&str> = EFF_LONG_WORDLIST.iter().copied().take(500).collect();
        for word in typed {
            let slip = format!("{word}q");
            let near = spoken().filter(|(_, w)| one_slip(slip.as_bytes(), w.as_bytes()));
            assert_eq!(correct(&slip).is_some(), near.count() == 1, "{slip}");
        }
        assert_eq!(correct("bat"), None, "baton, bath and others");
    }

    #[test]
    fn words_complete_while_they_are_typed() {
        let done = complete("abac", 6);
        assert_eq!(
            (done.words.as_slice(), done.exact),
            (&["abacus"][..], false)
        );
        let done = complete("Abacus", 6);
        assert_eq!(
            (done.words.as_slice(), done.exact, done.corrected),
            (&["abacus"][..], true, None)
        );
        assert_eq!(complete("a", 6).words.len(), 6);
        let done = complete("abucus", 6);
        assert_eq!((done.words.len(), done.corrected), (0, Some("abacus")));
        assert_eq!(
            complete("", 6),
            Completion {
                words: vec![],
                exact: false,
                corrected: None
            }
        );
        assert_eq!(complete(&"a".repeat(100_000), 6).words.len(), 0);
        assert!(complete("שלום", 6).words.is_empty());
    }

    #[test]
    fn a_passphrase_of_five_words() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let (one, two) = (suggest_passphrase(&mut rng), suggest_passphrase(&mut rng));
        assert_ne!(one, two);
        for text in [one, two] {
            let words: Vec<&str> = text.split(' ').collect();
            assert_eq!(words.len(), PASSPHRASE_WORDS);
            assert!(words.iter().all(|w| contains(w)));
        }
    }

    proptest! {
        #[test]
        fn a_code_survives_being_said(seed: u64) {
            let code = InviteWords::random(&mut ChaCha20Rng::seed_from_u64(seed));
            let again = InviteWords::parse(&code.text().to_uppercase()).unwrap();
            prop_assert!(!code.text().contains('-'));
            prop_assert_eq!(code.text(), again.text());
        }

        #[test]
        fn one_slip_is_put_right_or_refused_but_never_becomes_another_code(
            seed: u64, at in 0..CODE_WORDS, place: prop::sample::Index, letter in "[a-z]", what in 0..4u8,
        ) {
            let code = InviteWords::random(&mut ChaCha20Rng::seed_from_u64(seed));
            let mut words: Vec<String> = code.words().map(str::to_owned).collect();
            let mut letters: Vec<char> = words[at].chars().collect();
            let place = place.index(letters.len());
            match what {
                0 => letters[place] = letter.chars().next().unwrap(),
                1 => letters.insert(place, letter.chars().next().unwrap()),
                2 => drop(letters.remove(place)),
                _ if place > 0 => letters.swap(place, place - 1),
                _ => {}
            }
            words[at] = letters.into_iter().collect();
            let slipped_onto_a_word = place_of(&words[at]).is_some();
            match InviteWords::parse(&words.join(" ")) {
                Ok(read) => prop_assert!(slipped_onto_a_word || read.text() == code.text()),
                Err(e) => prop_assert_eq!(e, CodeError::NotAWord { position: at + 1 }),
            }
        }

        #[test]
        fn any_text_is_read_without_a_panic(text in ".{0,80}") {
            let _ = (InviteWords::parse(&text), complete(&text, 6));
        }
    }
}
