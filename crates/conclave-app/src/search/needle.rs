//! What was typed: folded words, each of which has to be found.

use nucleo_matcher::Utf32Str;
use zeroize::Zeroizing;

use super::fold::fold;

/// The most that is looked at of what was typed.
const MAX_CHARS: usize = 128;
const MAX_WORDS: usize = 8;
/// From this length on, a word is looked for as it stands.
const SUBSTRING_CHARS: usize = 3;

/// The words of a query.
#[derive(Default, PartialEq, Eq)]
pub(super) struct Needle {
    pub(super) words: Vec<Word>,
}

/// One word.
#[derive(PartialEq, Eq)]
pub(super) struct Word {
    text: Zeroizing<String>,
    chars: Zeroizing<Vec<char>>,
    /// The characters in it; see [`mask_of`].
    pub(super) mask: u64,
}

impl Needle {
    pub(super) fn parse(typed: &str) -> Self {
        let end = typed
            .char_indices()
            .nth(MAX_CHARS)
            .map_or(typed.len(), |(at, _)| at);
        let mut folded = Zeroizing::new(String::with_capacity(end * 4));
        fold(typed.get(..end).unwrap_or(typed), &mut folded);
        let words = folded.split_whitespace().take(MAX_WORDS).map(Word::new);
        Self {
            words: words.collect(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// All characters of all words.
    pub(super) fn mask(&self) -> u64 {
        self.words.iter().fold(0, |mask, word| mask | word.mask)
    }

    /// The longest word, if it is long enough to be looked for as it stands.
    pub(super) fn driver(&self) -> Option<&Word> {
        let longest = self.words.iter().max_by_key(|word| word.chars.len())?;
        (longest.chars.len() >= SUBSTRING_CHARS).then_some(longest)
    }

    /// Does everything that fits this fit `before` as well? So it is when each of its words was
    /// typed on here.
    pub(super) fn goes_on_from(&self, before: &Self) -> bool {
        before.words.len() <= self.words.len()
            && before
                .words
                .iter()
                .zip(&self.words)
                .all(|(b, w)| w.text.starts_with(&**b.text))
    }
}

impl Word {
    fn new(text: &str) -> Self {
        let mut chars = Zeroizing::new(Vec::with_capacity(text.len()));
        chars.extend(text.chars());
        Self {
            text: Zeroizing::new(text.to_owned()),
            mask: mask_of(text),
            chars,
        }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.text.as_bytes()
    }

    pub(super) fn chars(&self) -> &[char] {
        &self.chars
    }

    /// As nucleo takes it.
    pub(super) fn as_utf32(&self) -> Utf32Str<'_> {
        if self.text.is_ascii() {
            Utf32Str::Ascii(self.text.as_bytes())
        } else {
            Utf32Str::Unicode(&self.chars)
        }
    }
}

/// Which characters a text has, a bit each for letters and digits, and shared bits for the rest.
/// A text without all bits of a word cannot have the word's letters in it.
pub(super) fn mask_of(text: &str) -> u64 {
    text.chars().fold(0, |mask, c| mask | bit_of(c))
}

/// The bit of one character in a mask.
pub(super) const fn bit_of(c: char) -> u64 {
    let c = c as u32;
    let bit = match c {
        0x61..=0x7a => c - 0x61,
        0x30..=0x39 => 26 + c - 0x30,
        c => 36 + c % 28,
    };
    1 << bit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_what_goes_on_from_what() {
        let words = |n: &Needle| {
            n.words
                .iter()
                .map(|w| w.text.to_string())
                .collect::<Vec<_>>()
        };
        let needle = Needle::parse("  Postgres\tPRImär ");
        assert_eq!(words(&needle), ["postgres", "primar"]);
        for before in ["p", "post", "postgres", "postgres pri"] {
            assert!(needle.goes_on_from(&Needle::parse(before)), "{before}");
        }
        for before in ["q", "postgres prim x", "rimar", "primar postgres"] {
            assert!(!needle.goes_on_from(&Needle::parse(before)), "{before}");
        }
        assert!(Needle::parse(" \n ").is_empty());
        assert!(Needle::parse("ab cd").driver().is_none());
        assert_eq!(Needle::parse("ab xyz").driver().unwrap().bytes(), b"xyz");
        let long = Needle::parse(&"word ".repeat(100_000));
        assert_eq!(long.words.len(), MAX_WORDS);
    }
}
