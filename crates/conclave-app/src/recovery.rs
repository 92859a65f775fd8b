//! The recovery sheet: seeds as words on a plain page that can be printed.
//!
//! A seed of 32 bytes and a two-byte check become 22 words of the EFF long list. The sheet says
//! what each set of words opens and what it cannot.

use conclave_crypto::{Label, hash, label};
use diceware_wordlists::EFF_LONG_WORDLIST;
use zeroize::Zeroizing;

/// How many words a seed has.
pub const WORDS: usize = 22;

/// Words that are no seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("these words are not a recovery code")]
pub struct NotASeed;

const BASE: u32 = 7776;
const LABEL: Label = label::RECOVERY_CHECK;

/// Writes a seed as words.
#[must_use]
pub fn to_words(seed: &[u8; 32]) -> Vec<&'static str> {
    let mut number = Zeroizing::new([0_u8; 34]);
    let (head, tail) = number.split_at_mut(32);
    head.copy_from_slice(seed);
    tail.copy_from_slice(&check(seed));
    let mut words = Vec::with_capacity(WORDS);
    for _ in 0..WORDS {
        let mut rest = 0_u32;
        for byte in number.iter_mut() {
            let value = rest << 8 | u32::from(*byte);
            *byte = u8::try_from(value / BASE).unwrap_or(u8::MAX);
            rest = value % BASE;
        }
        words.push(
            usize::try_from(rest)
                .ok()
                .and_then(|i| EFF_LONG_WORDLIST.get(i))
                .copied()
                .unwrap_or(""),
        );
    }
    words.reverse();
    words
}

/// Reads a seed from its words, in any case and with any white space between.
///
/// # Errors
/// [`NotASeed`] for another number of words, an unknown word or a wrong check.
pub fn from_words(text: &str) -> Result<Zeroizing<[u8; 32]>, NotASeed> {
    let text = Zeroizing::new(text.to_lowercase());
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.len() != WORDS {
        return Err(NotASeed);
    }
    let mut number = Zeroizing::new([0_u8; 34]);
    for word in words {
        let index = EFF_LONG_WORDLIST
            .iter()
            .position(|w| *w == word)
            .ok_or(NotASeed)?;
        let mut carry = u32::try_from(index).map_err(|_| NotASeed)?;
        for byte in number.iter_mut().rev() {
            let value = u32::from(*byte) * BASE + carry;
            *byte = value.to_le_bytes().first().copied().unwrap_or(0);
            carry = value >> 8;
        }
        if carry != 0 {
            return Err(NotASeed);
        }
    }
    let (head, tail) = number.split_first_chunk::<32>().ok_or(NotASeed)?;
    let seed = Zeroizing::new(*head);
    if tail == check(&seed) {
        Ok(seed)
    } else {
        Err(NotASeed)
    }
}

fn check(seed: &[u8; 32]) -> [u8; 2] {
    let [a, b, ..] = hash(LABEL, &[seed]);
    [a, b]
}

/// What stands on a sheet.
pub struct Sheet<'a> {
    /// The team's name.
    pub team: &'a str,
    /// The person's name.
    pub person: &'a str,
    /// The day, as people write it.
    pub day: &'a str,
    /// The kit's seed.
    pub kit: &'a [u8; 32],
    /// The recovery owner's seed, on the founder's sheet alone.
    pub own0: Option<&'a [u8; 32]>,
}

/// Draws the sheet as one self-contained page: no script, no link, black on white.
#[must_use]
pub fn page(sheet: &Sheet<'_>) -> Zeroizing<String> {
    let mut html = Zeroizing::new(String::with_capacity(16 * 1024));
    html.push_str(HEAD);
    html.push_str("<h1>Recovery sheet</h1><p><b>");
    push_escaped(&mut html, sheet.person);
    html.push_str("</b> · ");
    push_escaped(&mut html, sheet.team);
    html.push_str(" · ");
    push_escaped(&mut html, sheet.day);
    html.push_str(
        "</p><p>Print this page, keep it where you keep your passport, and delete the file.</p>",
    );
    section(
        &mut html,
        "Your recovery kit",
        "Opens: your own keys on a new computer, your personal vault with them, and the right to \
         end a lost device of yours. Cannot: change what others may read.",
        sheet.kit,
    );
    if let Some(own0) = sheet.own0 {
        section(
            &mut html,
            "The team's recovery owner",
            "Opens: the team itself, when every owner is gone. It can make a new owner and undo a \
             rogue one. Cannot: read any password by itself. If this is lost and all owners too, \
             nobody can change the team any more.",
            own0,
        );
    }
    html.push_str("</body></html>\n");
    html
}

const HEAD: &str = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Recovery sheet</title>\
<style>body{font:15px/1.5 system-ui,sans-serif;color:#000;background:#fff;max-width:44rem;margin:3rem auto;padding:0 1rem}\
h1{font-size:26px}h2{font-size:18px;margin-top:2rem}ol{columns:3;font:16px/2 ui-monospace,monospace;border:1px solid #000;\
border-radius:8px;padding:1rem 1rem 1rem 3rem}</style></head><body>";

fn section(html: &mut Zeroizing<String>, title: &str, text: &str, seed: &[u8; 32]) {
    for part in ["<h2>", title, "</h2><p>", text, "</p><ol>"] {
        html.push_str(part);
    }
    for word in to_words(seed) {
        for part in ["<li>", word, "</li>"] {
            html.push_str(part);
        }
    }
    html.push_str("</ol>");
}

fn push_escaped(html: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            c => html.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn words_and_back(seed in any::<[u8; 32]>()) {
            let words = to_words(&seed);
            prop_assert_eq!(words.len(), WORDS);
            let text = words.join("  ").to_uppercase();
            prop_assert_eq!(*from_words(&text).unwrap(), seed);
            let mut swapped = words.clone();
            swapped.swap(0, 1);
            if swapped != words {
                prop_assert!(from_words(&swapped.join(" ")).is_err());
            }
        }

        #[test]
        fn never_panics(text in "\\PC{0,300}") {
            let _ = from_words(&text);
        }
    }

    #[test]
    fn extremes() {
        for seed in [[0; 32], [0xff; 32]] {
            assert_eq!(*from_words(&to_words(&seed).join(" ")).unwrap(), seed);
        }
        let top = ["zoom"; WORDS].join(" ");
        assert_eq!(from_words(&top), Err(NotASeed));
    }

    #[test]
    fn names_are_text_and_nothing_else() {
        let sheet = Sheet {
            team: "<script>",
            person: "O'Hara & \"Co\"",
            day: "1 May",
            kit: &[1; 32],
            own0: None,
        };
        let html = page(&sheet);
        assert!(
            html.contains("&lt;script&gt;") && html.contains("O&#39;Hara &amp; &quot;Co&quot;")
        );
        assert!(!html.contains("<script"));
    }
}
