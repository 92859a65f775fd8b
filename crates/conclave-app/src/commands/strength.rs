//! How hard a secret is to guess, in words.

use crate::api::{Strength, Text};

/// Longer input is cut: the estimate takes time in the square of the length, and beyond this
/// nothing changes any more.
const MAX: usize = 72;

/// Estimates. Nothing of the secret is in the answer.
#[must_use]
pub fn of(secret: &str) -> Strength {
    let cut: String = secret.chars().take(MAX).collect();
    let cut = zeroize::Zeroizing::new(cut);
    let entropy = zxcvbn::zxcvbn(&cut, &[]);
    let log10 = entropy.guesses_log10();
    let score = u8::from(entropy.score());
    Strength {
        score,
        guess_time: Text::plain(guess_time(log10)),
        acceptable: score >= 3 && secret.chars().count() >= 8,
    }
}

/// Against somebody who tries ten thousand guesses a second.
fn guess_time(guesses_log10: f64) -> &'static str {
    match guesses_log10 - 4.0 {
        s if s < 0.0 => "guess_instant",
        s if s < 1.8 => "guess_seconds",
        s if s < 3.6 => "guess_minutes",
        s if s < 5.0 => "guess_hours",
        s if s < 6.5 => "guess_days",
        s if s < 7.5 => "guess_months",
        s if s < 9.5 => "guess_years",
        _ => "guess_centuries",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_weak_and_strong() {
        assert!(!of("password").acceptable);
        assert_eq!(of("password").guess_time.key, "guess_instant");
        let strong = of("gravel-unmoving-kebab-thirteen-polar");
        assert!(strong.acceptable);
        assert_eq!(strong.guess_time.key, "guess_centuries");
        assert!(of(&"long ".repeat(10_000)).score <= 4);
    }
}
