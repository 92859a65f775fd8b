//! One spelling for all that people take for the same text.

use unicode_normalization::UnicodeNormalization;

/// Adds the folded text: lower case, compatibility forms taken apart, accents and vowel points of
/// Latin, Greek, Cyrillic, Hebrew and Arabic left out, invisible marks left out, controls as
/// spaces. What is typed and what is looked through are folded alike.
pub(super) fn fold(text: &str, out: &mut String) {
    if text.is_ascii() {
        out.extend(text.bytes().map(|byte| char::from(ascii(byte))));
        return;
    }
    let seen = text.nfkd().filter(|c| !is_left_out(*c));
    // Taken apart again after lowering: a capital with a dot becomes a letter and a dot.
    let lower = seen
        .flat_map(char::to_lowercase)
        .nfkd()
        .filter(|c| !is_left_out(*c));
    out.extend(lower.map(plain));
}

/// An ASCII character folded.
pub(super) const fn ascii(byte: u8) -> u8 {
    if byte.is_ascii_control() {
        b' '
    } else {
        byte.to_ascii_lowercase()
    }
}

fn plain(c: char) -> char {
    match c {
        'ς' => 'σ',
        'ı' => 'i',
        c if c.is_control() || c.is_whitespace() => ' ',
        c => c,
    }
}

/// Marks that people leave out when they type, and characters that nobody sees.
const fn is_left_out(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' // accents; Cyrillic titlos
        | '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}' | '\u{5c2}' | '\u{5c4}' | '\u{5c5}' | '\u{5c7}'
        | '\u{610}'..='\u{61a}' | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}'
        | '\u{6d6}'..='\u{6dc}' | '\u{6df}'..='\u{6e4}' | '\u{6e7}' | '\u{6e8}' | '\u{6ea}'..='\u{6ed}'
        | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn folded(text: &str) -> String {
        let mut out = String::new();
        fold(text, &mut out);
        out
    }

    #[test]
    fn what_people_take_for_the_same() {
        for (one, other) in [
            ("Müller", "muller"),
            ("Mu\u{308}ller", "müller"),
            ("ÉCLAIR", "eclair"),
            ("İstanbul", "istanbul"),
            ("ΣΊΣΥΦΟΣ", "σισυφος"),
            ("Ёлка", "елка"),
            ("שָׁלוֹם", "שלום"),
            ("مُحَمَّد", "محمد"),
            ("ｆｕｌｌ", "full"),
            ("ﬁle", "file"),
            ("a\u{202e}b\u{200d}", "ab"),
            ("❤\u{fe0f}", "❤"),
            ("tab\there\n", "tab here "),
        ] {
            assert_eq!(folded(one), folded(other), "{one}");
        }
        assert_ne!(folded("か"), folded("が"));
        assert_eq!(folded("👩\u{200d}🚀 rocket"), "👩🚀 rocket");
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in ".{0,20}") {
            prop_assert_eq!(folded(&folded(&text)), folded(&text));
        }

        #[test]
        fn fields_never_run_together(text in "[\\x00-\\x20a-z]{0,20}") {
            prop_assert!(!folded(&text).contains('\n'));
        }
    }
}
