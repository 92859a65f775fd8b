//! Names in the letters that the fonts of every PDF reader have.
//!
//! Those fonts hold more than one encoding reaches: all that Latin script is written with in Europe and
//! Turkey. So each sheet has an encoding of its own, with the letters that its names need in the
//! places that Latin-1 leaves free. What the fonts lack, such as Greek or Chinese, would take a font
//! of megabytes in the program, for a line that only helps to tell two sheets apart.

use pdf_writer::{Name, writers::Type1Font};
use unicode_normalization::UnicodeNormalization;

/// Longer names are cut: they would leave the page.
pub(crate) const MAX_NAME: usize = 34;

/// Codes that Latin-1 uses for no letter.
const FREE: core::ops::RangeInclusive<u8> = 0x80..=0x9F;

/// The letters outside Latin-1 that the standard fonts have, by what the fonts call them: Adobe's
/// Core 14 AFM files, 1997. In the order of the characters.
#[rustfmt::skip]
const GLYPHS: &[(char, &str)] = &[
    ('Ā', "Amacron"), ('ā', "amacron"), ('Ă', "Abreve"), ('ă', "abreve"), ('Ą', "Aogonek"),
    ('ą', "aogonek"), ('Ć', "Cacute"), ('ć', "cacute"), ('Č', "Ccaron"), ('č', "ccaron"),
    ('Ď', "Dcaron"), ('ď', "dcaron"), ('Đ', "Dcroat"), ('đ', "dcroat"), ('Ē', "Emacron"),
    ('ē', "emacron"), ('Ė', "Edotaccent"), ('ė', "edotaccent"), ('Ę', "Eogonek"), ('ę', "eogonek"),
    ('Ě', "Ecaron"), ('ě', "ecaron"), ('Ğ', "Gbreve"), ('ğ', "gbreve"), ('Ģ', "Gcommaaccent"),
    ('ģ', "gcommaaccent"), ('Ī', "Imacron"), ('ī', "imacron"), ('Į', "Iogonek"), ('į', "iogonek"),
    ('İ', "Idotaccent"), ('ı', "dotlessi"), ('Ķ', "Kcommaaccent"), ('ķ', "kcommaaccent"),
    ('Ĺ', "Lacute"), ('ĺ', "lacute"), ('Ļ', "Lcommaaccent"), ('ļ', "lcommaaccent"), ('Ľ', "Lcaron"),
    ('ľ', "lcaron"), ('Ł', "Lslash"), ('ł', "lslash"), ('Ń', "Nacute"), ('ń', "nacute"),
    ('Ņ', "Ncommaaccent"), ('ņ', "ncommaaccent"), ('Ň', "Ncaron"), ('ň', "ncaron"),
    ('Ō', "Omacron"), ('ō', "omacron"), ('Ő', "Ohungarumlaut"), ('ő', "ohungarumlaut"),
    ('Œ', "OE"), ('œ', "oe"), ('Ŕ', "Racute"), ('ŕ', "racute"), ('Ŗ', "Rcommaaccent"),
    ('ŗ', "rcommaaccent"), ('Ř', "Rcaron"), ('ř', "rcaron"), ('Ś', "Sacute"), ('ś', "sacute"),
    ('Ş', "Scedilla"), ('ş', "scedilla"), ('Š', "Scaron"), ('š', "scaron"), ('Ť', "Tcaron"),
    ('ť', "tcaron"), ('Ū', "Umacron"), ('ū', "umacron"), ('Ů', "Uring"), ('ů', "uring"),
    ('Ű', "Uhungarumlaut"), ('ű', "uhungarumlaut"), ('Ų', "Uogonek"), ('ų', "uogonek"),
    ('Ÿ', "Ydieresis"), ('Ź', "Zacute"), ('ź', "zacute"), ('Ż', "Zdotaccent"), ('ż', "zdotaccent"),
    ('Ž', "Zcaron"), ('ž', "zcaron"), ('Ș', "Scommaaccent"), ('ș', "scommaaccent"),
    ('–', "endash"), ('—', "emdash"), ('‘', "quoteleft"), ('’', "quoteright"),
    ('“', "quotedblleft"), ('”', "quotedblright"), ('„', "quotedblbase"), ('…', "ellipsis"),
    ('€', "Euro"),
];

/// The letters of one sheet's names that have no place in Latin-1, in the order of their codes.
#[derive(Debug, Default)]
pub(crate) struct Letters(Vec<&'static str>);

impl Letters {
    /// A name in the sheet's encoding. The marks of letters that the fonts lack are left out; what
    /// has no letter beneath becomes a question mark.
    pub(crate) fn write(&mut self, name: &str) -> Vec<u8> {
        let cut: String = name.nfc().take(MAX_NAME).collect();
        cut.chars().map(|c| self.code(c)).collect()
    }

    fn code(&mut self, c: char) -> u8 {
        match u8::try_from(u32::from(c)) {
            Ok(byte) if !c.is_control() => return byte,
            _ => {}
        }
        if let Some(code) = self.place(c) {
            return code;
        }
        let bare = core::iter::once(c).nfd().next();
        let bare = bare.filter(char::is_ascii_graphic);
        bare.and_then(|c| u8::try_from(c).ok()).unwrap_or(b'?')
    }

    /// The code of a letter that the fonts have, given on its first use.
    fn place(&mut self, c: char) -> Option<u8> {
        let at = GLYPHS.iter().find(|(letter, _)| *letter == c)?;
        let known = self.0.iter().position(|glyph| *glyph == at.1);
        let index = known.unwrap_or(self.0.len());
        let code = FREE.clone().nth(index)?;
        if known.is_none() {
            self.0.push(at.1);
        }
        Some(code)
    }

    /// Says which letters the codes of a font mean.
    pub(crate) fn encode(&self, font: &mut Type1Font<'_>) {
        let latin = Name(b"WinAnsiEncoding");
        if self.0.is_empty() {
            font.encoding_predefined(latin);
            return;
        }
        let mut encoding = font.encoding_custom();
        encoding.base_encoding(latin);
        let glyphs = self.0.iter().map(|glyph| Name(glyph.as_bytes()));
        encoding.differences().consecutive(*FREE.start(), glyphs);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_text_and_nothing_else() {
        let mut letters = Letters::default();
        let name = letters.write("Ľubica (QA) \\ Zoë\n");
        assert_eq!(name, b"\x80ubica (QA) \\ Zo\xeb?");
        assert_eq!(letters.write("日本").as_slice(), b"??");
        assert_eq!(letters.write("Ľ Łódź"), b"\x80 \x81\xf3d\x82");
        assert_eq!(letters.0, ["Lcaron", "Lslash", "zacute"]);
        // Composed or not is the same name; a mark that no font has is left out.
        assert_eq!(letters.write("L\u{30c}"), b"\x80");
        assert_eq!(letters.write("Ạ"), b"A");
        assert_eq!(letters.write(&"x".repeat(500)).len(), MAX_NAME);
    }

    #[test]
    fn more_letters_than_there_are_places_lose_their_marks() {
        let mut letters = Letters::default();
        let all: Vec<String> = GLYPHS.iter().map(|(c, _)| c.to_string()).collect();
        let written: Vec<u8> = all.iter().flat_map(|c| letters.write(c)).collect();
        assert_eq!(letters.0.len(), FREE.count());
        assert!(written[..32].iter().all(|code| FREE.contains(code)));
        assert!(written[32..].iter().all(u8::is_ascii_graphic));
        let mut sorted = GLYPHS.to_vec();
        sorted.dedup_by_key(|(_, glyph)| *glyph);
        assert_eq!(sorted.len(), GLYPHS.len());
    }
}
