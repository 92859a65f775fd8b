//! The sheets of paper: one page each, drawn as a PDF that any computer opens and prints.
//!
//! A person's recovery sheet and the team's last-resort sheet are kept by different people, so they
//! are never one file. The words are real text in the fonts that every reader has. Nothing is
//! written here: the bytes are made in memory that is wiped, and go where the person chose.

use pdf_writer::{Content, Name, Pdf, Rect, Ref, Str, TextStr};
use zeroize::{Zeroize, Zeroizing};

use crate::{
    api::recovery::SheetKind,
    letters::Letters,
    recovery::{WORDS, to_words},
};

/// What stands on a sheet.
pub struct Sheet<'a> {
    /// Which one.
    pub kind: SheetKind,
    /// The team's name.
    pub team: &'a str,
    /// The person's name.
    pub person: &'a str,
    /// The day, as people write it.
    pub day: &'a str,
    /// Its seed.
    pub seed: &'a [u8; 32],
}

const TEXT: Name<'_> = Name(b"T");
const BOLD: Name<'_> = Name(b"B");
const CODE: Name<'_> = Name(b"C");
/// A4, in points.
const PAGE: Rect = Rect {
    x1: 0.0,
    y1: 0.0,
    x2: 595.0,
    y2: 842.0,
};
const LEFT: f32 = 62.0;
const ROWS: usize = WORDS.div_ceil(2);
/// More than a sheet takes: memory that grew would leave its words where it was before.
const ROOM: usize = 64 * 1024;

struct Said {
    title: &'static str,
    parts: &'static [(&'static str, &'static [&'static str])],
}

const KIT: Said = Said {
    title: "Your recovery sheet",
    parts: &[
        (
            "What it opens",
            &[
                "Your own keys on a new computer, with them your personal vault and what the team",
                "shares with you. It can also end a computer of yours that you have lost.",
                "On a new computer, choose \"Recover with your sheet\" and type the words below.",
            ],
        ),
        (
            "What it cannot do",
            &[
                "Change what others may read, work without the team's folder, or replace itself:",
                "whoever copies it can act as you, and there is no second one.",
            ],
        ),
        (
            "Where to keep it",
            &[
                "On paper, away from your computers, where you keep your passport. Delete this file.",
            ],
        ),
    ],
};

const TEAM: Said = Said {
    title: "The team's last-resort sheet",
    parts: &[
        (
            "What it opens",
            &[
                "The right to change the team when every owner is gone: it stands above all of them,",
                "can make a new owner, and can take out one who went bad. At the computer of anybody",
                "who is or was in the team: Settings, Last-resort sheet, Use the sheet.",
            ],
        ),
        (
            "What it cannot do",
            &[
                "Read any password. Bring back anybody's vault: that is what each person's own sheet",
                "is for. It cannot be replaced: if it and all owners are lost, nobody can change the",
                "team any more.",
            ],
        ),
        (
            "Where to keep it",
            &[
                "On paper, in a safe, with somebody other than the person who keeps a recovery sheet.",
                "Delete this file.",
            ],
        ),
    ],
};

/// Draws a sheet.
#[must_use]
pub fn pdf(sheet: &Sheet<'_>) -> Zeroizing<Vec<u8>> {
    let said = match sheet.kind {
        SheetKind::Kit => &KIT,
        SheetKind::Team => &TEAM,
    };
    let mut letters = Letters::default();
    let content = Zeroizing::new(drawn(sheet, said, &mut letters));
    let [catalog, pages, page, info, stream] = [1, 2, 3, 4, 5].map(Ref::new);
    let fonts = [
        (TEXT, Ref::new(6), "Helvetica"),
        (BOLD, Ref::new(7), "Helvetica-Bold"),
        (CODE, Ref::new(8), "Courier-Bold"),
    ];
    let mut pdf = Pdf::with_capacity(ROOM);
    pdf.catalog(catalog).pages(pages).lang(TextStr("en"));
    pdf.document_info(info).title(TextStr(said.title));
    pdf.pages(pages).kids([page]).count(1);
    {
        let mut page = pdf.page(page);
        page.parent(pages).media_box(PAGE).contents(stream);
        let mut resources = page.resources();
        let mut named = resources.fonts();
        for (name, font, _) in fonts {
            named.pair(name, font);
        }
    }
    for (_, font, base) in fonts {
        let mut font = pdf.type1_font(font);
        font.base_font(Name(base.as_bytes()));
        letters.encode(&mut font);
    }
    pdf.stream(stream, &content);
    Zeroizing::new(pdf.finish())
}

fn drawn(sheet: &Sheet<'_>, said: &Said, letters: &mut Letters) -> Vec<u8> {
    let mut content = Content::with_capacity(ROOM);
    let mut line = |font, size: f32, x: f32, y: f32, text: &[u8]| {
        content
            .begin_text()
            .set_font(font, size)
            .next_line(x, y)
            .show(Str(text))
            .end_text();
    };
    let mut y = PAGE.y2 - 80.0;
    line(BOLD, 24.0, LEFT, y, said.title.as_bytes());
    y -= 26.0;
    let of = [sheet.person, sheet.team, sheet.day].map(|text| letters.write(text));
    line(TEXT, 11.0, LEFT, y, of.join(&b" - "[..]).as_slice());
    for (head, lines) in said.parts {
        y -= 30.0;
        line(BOLD, 12.0, LEFT, y, head.as_bytes());
        for text in *lines {
            y -= 16.0;
            line(TEXT, 11.0, LEFT, y, text.as_bytes());
        }
    }
    y -= 38.0;
    for (i, word) in to_words(sheet.seed).into_iter().enumerate() {
        let (column, row) = if i < ROWS {
            (0.0, i as f32)
        } else {
            (1.0, (i - ROWS) as f32)
        };
        let (x, y) = (LEFT + 235.0 * column, y - 26.0 * row);
        let mut number = format!("{}.", i + 1);
        line(TEXT, 11.0, x, y, number.as_bytes());
        line(CODE, 15.0, x + 28.0, y, word.as_bytes());
        number.zeroize();
    }
    content.finish().into_vec()
}

#[cfg(test)]
mod tests {
    use conclave_testkit::paper;

    use super::*;

    fn sheet<'a>(kind: SheetKind, team: &'a str, seed: &'a [u8; 32]) -> Sheet<'a> {
        Sheet {
            kind,
            team,
            person: "Ana Ferreira",
            day: "2026-11-24",
            seed,
        }
    }

    #[test]
    fn the_words_of_a_sheet_are_read_back_from_its_file() {
        for (kind, title) in [
            (SheetKind::Kit, "Your recovery sheet"),
            (SheetKind::Team, "The team's last-resort sheet"),
        ] {
            let seed = [0x5a; 32];
            let file = pdf(&sheet(kind, "Northwind", &seed));
            assert!(file.starts_with(b"%PDF-") && file.trim_ascii_end().ends_with(b"%%EOF"));
            assert_eq!(paper::words(&file), to_words(&seed));
            assert!(paper::says(&file, title));
            assert!(paper::says(&file, "Ana Ferreira - Northwind - 2026-11-24"));
            assert!(
                file.len() < ROOM / 2,
                "memory that grew leaves words behind"
            );
        }
    }

    #[test]
    fn a_sheet_has_no_words_of_the_other() {
        let file = pdf(&sheet(SheetKind::Kit, "Northwind", &[1; 32]));
        assert_eq!(paper::words(&file).len(), WORDS);
        assert!(!paper::says(&file, "last-resort"));
    }

    #[test]
    fn a_name_adds_no_words_and_keeps_its_letters() {
        let file = pdf(&sheet(SheetKind::Kit, "a) Tj ET (b", &[1; 32]));
        assert_eq!(paper::words(&file), to_words(&[1; 32]));
        let file = pdf(&sheet(SheetKind::Kit, "Łódź", &[1; 32]));
        assert_eq!(paper::words(&file), to_words(&[1; 32]));
        assert!(String::from_utf8_lossy(&file).contains("[128 /Lslash /zacute]"));
    }
}
