//! One slip of the fingers: a letter too many, too few, another one, or two swapped.

/// Words shorter than this are not guessed at.
const MIN_CHARS: usize = 4;

/// Does some word of `text` begin with `word`, but for one slip? `same` says what belongs to a
/// word. Gives the place of the first that does.
pub(super) fn find<T: Copy + PartialEq>(
    text: &[T],
    word: &[T],
    in_word: impl Fn(T) -> bool,
) -> Option<usize> {
    if word.len() < MIN_CHARS {
        return None;
    }
    let mut before = false;
    for (at, c) in text.iter().enumerate() {
        let begins = !before;
        before = in_word(*c);
        if begins
            && before
            && text
                .get(at..)
                .is_some_and(|rest| begins_with_slip(rest, word))
        {
            return Some(at);
        }
    }
    None
}

/// Does `text` begin with `word`, but for at most one slip?
fn begins_with_slip<T: PartialEq>(text: &[T], word: &[T]) -> bool {
    let same = text.iter().zip(word).take_while(|(t, w)| t == w).count();
    let (text, word) = (
        text.get(same..).unwrap_or(&[]),
        word.get(same..).unwrap_or(&[]),
    );
    let [_, word_rest @ ..] = word else {
        return true;
    };
    // A letter too many in the word.
    if text.starts_with(word_rest) {
        return true;
    }
    let [_, text_rest @ ..] = text else {
        return false;
    };
    // A letter too few, or another one.
    if text_rest.starts_with(word) || text_rest.starts_with(word_rest) {
        return true;
    }
    match (text, word) {
        ([a, b, text @ ..], [x, y, word @ ..]) => a == y && b == x && text.starts_with(word),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, word: &str) -> bool {
        find(text.as_bytes(), word.as_bytes(), |b| {
            b.is_ascii_alphanumeric()
        })
        .is_some()
    }

    #[test]
    fn one_slip_and_no_more() {
        for word in [
            "postgres",
            "psotgres",
            "postgers",
            "ppostgres",
            "ostgres",
            "pustgres",
            "postgrse",
        ] {
            assert!(found("the postgres primary", word), "{word}");
        }
        for word in [
            "psotgers",
            "gres",
            "pst",
            "postgresql-x",
            "tgres",
            "primaryxx",
        ] {
            assert!(!found("the postgres primary", word), "{word}");
        }
        // What is typed so far is enough, and the end of the text is no slip.
        assert!(found("cloudflare", "cluod") && found("cloudflare", "cloudflaree"));
        assert!(!found("", "word") && !found("w", "word"));
    }
}
