//! Making secrets and judging them: suggestions, the generator, strength, words of a code.

use zeroize::Zeroizing;

use crate::{
    api::{
        AppError, Code, Strength, Text,
        app::WordMatches,
        vaults::{GenerateMode, GenerateOptions, Generated},
    },
    generator::{Recipe, Separator, generate},
    random, strength, words,
};

/// The most words that are offered while one is typed.
const OFFERED: usize = 6;

fn view(strength: strength::Strength) -> Strength {
    Strength {
        score: strength.score,
        guess_time: Text::plain(strength.guess_time.key()),
        acceptable: strength.is_acceptable(),
    }
}

/// How hard a secret is to guess. Nothing of it is in the answer.
#[must_use]
pub fn strength_of(secret: &str) -> Strength {
    view(strength::Strength::of_text(secret, &[]))
}

/// A passphrase to suggest: five words.
#[must_use]
pub fn passphrase_suggest() -> Zeroizing<String> {
    words::suggest_passphrase(&mut random::os())
}

/// Helps with the word of a code that is being typed.
#[must_use]
pub fn word_complete(prefix: &str) -> WordMatches {
    let found = words::complete(prefix, OFFERED);
    WordMatches {
        words: found.words.iter().map(|w| (*w).to_owned()).collect(),
        exact: found.exact,
        corrected: found.corrected.map(str::to_owned),
    }
}

/// Makes a password.
///
/// # Errors
/// [`Code::TooLong`] for a length out of range.
pub fn generate_secret(options: &GenerateOptions) -> Result<Generated, AppError> {
    let recipe = match options.mode {
        GenerateMode::Words => Recipe::Words {
            count: options.length,
            capitals: options.capitals,
            digit: options.digit,
            separator: Separator::from_text(&options.separator).unwrap_or(Separator::Hyphen),
        },
        GenerateMode::Characters => Recipe::Characters {
            length: options.length,
            capitals: options.capitals,
            digits: options.digit,
            symbols: options.symbols,
        },
        GenerateMode::Pin => Recipe::Pin {
            length: options.length,
        },
    };
    let made = generate(&recipe, &mut random::os()).map_err(|e| {
        AppError::new(Code::TooLong, e)
            .arg("field", "length")
            .arg("max", e.max)
    })?;
    // The person asked to see it: this is the one secret that is made to be shown.
    Ok(Generated {
        value: made.value.as_str().to_owned(),
        strength: view(strength::Strength::of_bits(made.bits)),
    })
}
