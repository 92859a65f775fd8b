//! How strong a password is, as a score and the key of a sentence.
//!
//! What a person made up is judged by zxcvbn, which knows what people make up; what the generator
//! made is judged by its bits, which are exact. Either way the answer is how long an attacker who
//! has the encrypted data guesses at ten thousand tries a second, and it is only ever a key: the
//! window has the words.

use zxcvbn::zxcvbn;

/// zxcvbn's work grows with the square of the length or worse, and it looks at 100 characters at
/// most; more of them changes no answer.
const MAX_CHARS: usize = 100;
/// Tries a second against a slow hash, as zxcvbn counts them; Argon2id with this app's parameters
/// takes an attacker more.
const TRIES_PER_SECOND_LOG10: f64 = 4.0;

/// How strong a password is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Strength {
    /// 0 (any tool guesses it) to 4 (out of reach).
    pub score: u8,
    /// How long guessing takes.
    pub guess_time: GuessTime,
}

/// How long guessing takes, in the words that people use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum GuessTime {
    /// Less than a second.
    Instant,
    /// Seconds.
    Seconds,
    /// Minutes.
    Minutes,
    /// Hours.
    Hours,
    /// Days.
    Days,
    /// Months.
    Months,
    /// Years.
    Years,
    /// A hundred years or more.
    Centuries,
}

impl Strength {
    /// The strength of what a person made up. `known` are words that an attacker tries first: the
    /// person's and the team's names, the item's title.
    #[must_use]
    pub fn of_text(text: &str, known: &[&str]) -> Self {
        let text = cut(text);
        let known: Vec<&str> = known.iter().map(|word| cut(word)).collect();
        Self::of_guesses(zxcvbn(text, &known).guesses_log10())
    }

    /// The strength of what was drawn from 2^`bits` equally likely values: half of them are tried
    /// before the right one.
    #[must_use]
    pub fn of_bits(bits: f64) -> Self {
        Self::of_guesses((bits - 1.0) * core::f64::consts::LOG10_2)
    }

    /// Good enough for the passphrase that opens the vaults.
    #[must_use]
    pub const fn is_acceptable(self) -> bool {
        self.score >= 3
    }

    fn of_guesses(log10: f64) -> Self {
        // zxcvbn's own limits: a few above a power of ten, so that the power itself scores low.
        let score = [1e3, 1e6, 1e8, 1e10]
            .iter()
            .filter(|g: &&f64| log10 >= (*g + 5.0).log10());
        let score = u8::try_from(score.count()).unwrap_or(0);
        let seconds = 10_f64.powf(log10 - TRIES_PER_SECOND_LOG10);
        Self {
            score,
            guess_time: GuessTime::of_seconds(seconds),
        }
    }
}

impl GuessTime {
    /// The key of the sentence.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Instant => "guess_instant",
            Self::Seconds => "guess_seconds",
            Self::Minutes => "guess_minutes",
            Self::Hours => "guess_hours",
            Self::Days => "guess_days",
            Self::Months => "guess_months",
            Self::Years => "guess_years",
            Self::Centuries => "guess_centuries",
        }
    }

    fn of_seconds(seconds: f64) -> Self {
        const MINUTE: f64 = 60.0;
        const HOUR: f64 = 60.0 * MINUTE;
        const DAY: f64 = 24.0 * HOUR;
        const MONTH: f64 = 30.44 * DAY;
        const YEAR: f64 = 365.25 * DAY;
        match seconds {
            s if s < 1.0 => Self::Instant,
            s if s < MINUTE => Self::Seconds,
            s if s < HOUR => Self::Minutes,
            s if s < DAY => Self::Hours,
            s if s < MONTH => Self::Days,
            s if s < YEAR => Self::Months,
            s if s < 100.0 * YEAR => Self::Years,
            _ => Self::Centuries,
        }
    }
}

fn cut(text: &str) -> &str {
    let end = text
        .char_indices()
        .nth(MAX_CHARS)
        .map_or(text.len(), |(at, _)| at);
    text.get(..end).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

    use super::*;
    use crate::words::suggest_passphrase;

    #[test]
    fn what_people_make_up() {
        for weak in [
            "",
            "1",
            "password",
            "P@ssw0rd1",
            "qwertyuiop",
            "aaaaaaaaaaaaaaaa",
        ] {
            let strength = Strength::of_text(weak, &[]);
            assert!(
                strength.score <= 1 && !strength.is_acceptable(),
                "{weak} {strength:?}"
            );
        }
        let strong = Strength::of_text("hazel Quarry 7 otter Lantern brisk", &[]);
        assert_eq!(
            strong,
            Strength {
                score: 4,
                guess_time: GuessTime::Centuries
            }
        );
        assert!(strong.is_acceptable());
    }

    #[test]
    fn known_words_count_for_little() {
        let alone = Strength::of_text("northwindvaults", &[]);
        let known = Strength::of_text("northwindvaults", &["northwindvaults"]);
        assert!(known.score < alone.score, "{alone:?} {known:?}");
    }

    #[test]
    fn a_suggested_passphrase_is_very_strong() {
        for seed in 0..20 {
            let text = suggest_passphrase(&mut ChaCha20Rng::seed_from_u64(seed));
            let strength = Strength::of_text(&text, &[]);
            assert_eq!(
                (strength.score, strength.guess_time.key()),
                (4, "guess_centuries")
            );
        }
    }

    #[test]
    fn bits_and_times() {
        let cases: &[(f64, u8, GuessTime)] = &[
            (0.0, 0, GuessTime::Instant),
            (13.28, 1, GuessTime::Instant),
            (19.93, 1, GuessTime::Seconds),
            (27.0, 2, GuessTime::Hours),
            (33.2, 3, GuessTime::Days),
            (40.0, 4, GuessTime::Years),
            (64.6, 4, GuessTime::Centuries),
            (77.5, 4, GuessTime::Centuries),
            (1000.0, 4, GuessTime::Centuries),
        ];
        for (bits, score, guess_time) in cases {
            let expected = Strength {
                score: *score,
                guess_time: *guess_time,
            };
            assert_eq!(Strength::of_bits(*bits), expected, "{bits}");
        }
    }

    #[test]
    fn our_score_of_a_text_is_zxcvbns() {
        let texts = [
            "password",
            "tr0ub4dor&3",
            "correct horse",
            "zxcvbn",
            "7Gh!k2",
            "Ana1984",
        ];
        for text in texts {
            let theirs = u8::from(zxcvbn(text, &[]).score());
            assert_eq!(Strength::of_text(text, &[]).score, theirs, "{text}");
        }
    }

    #[test]
    fn a_long_text_is_cut_before_it_costs_anything() {
        let long = "correct horse battery staple ".repeat(40_000);
        let short: String = long.chars().take(MAX_CHARS).collect();
        assert_eq!(
            Strength::of_text(&long, &[&long]),
            Strength::of_text(&short, &[&short])
        );
        assert_eq!(cut(&"🗝️".repeat(100)).chars().count(), MAX_CHARS);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn any_text_has_a_strength(text in ".{0,30}", known in ".{0,8}") {
            let strength = Strength::of_text(&text, &[&known]);
            prop_assert!(strength.score <= 4);
        }

        #[test]
        fn more_bits_are_never_weaker(bits in 0.0..200.0_f64, more in 0.0..50.0_f64) {
            let (less, more) = (Strength::of_bits(bits), Strength::of_bits(bits + more));
            prop_assert!(less.score <= more.score && less.guess_time <= more.guess_time);
        }
    }
}
