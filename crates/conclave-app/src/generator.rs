//! Makes passwords: words, characters or a PIN.
//!
//! Every choice is drawn without bias from the generator that is passed in, and a wish such as "at
//! least one symbol" is met by drawing the whole password again, never by repairing one, so that
//! each password that fits the wish is as likely as any other. That is also why the number of
//! bits is exact.

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::words::{self, random_place};

const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
const UPPER: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const DIGITS: &[u8] = b"0123456789";
/// Symbols that most sites take, without quotes, brackets and backslash.
const SYMBOLS: &[u8] = b"!@#$%^&*-_=+?.";

/// What is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recipe {
    /// EFF words.
    Words {
        /// 3–12.
        count: u32,
        /// At least one word begins with a capital.
        capitals: bool,
        /// A digit stands between two words.
        digit: bool,
        /// What stands between words.
        separator: Separator,
    },
    /// Characters, with lower-case letters and at least one of each class that is chosen.
    Characters {
        /// 8–128.
        length: u32,
        /// With capital letters.
        capitals: bool,
        /// With digits.
        digits: bool,
        /// With symbols.
        symbols: bool,
    },
    /// Digits.
    Pin {
        /// 4–32.
        length: u32,
    },
}

/// What stands between words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Separator {
    /// `-`
    Hyphen,
    /// `.`
    Dot,
    /// `_`
    Underscore,
    /// A space.
    Space,
}

/// A password and how hard it is to guess for somebody who knows the recipe.
pub struct Generated {
    /// The password.
    pub value: Zeroizing<String>,
    /// The logarithm, base 2, of how many passwords are as likely.
    pub bits: f64,
}

/// A length out of range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a length of {length} is not between {min} and {max}")]
#[non_exhaustive]
pub struct LengthError {
    /// What was asked for.
    pub length: u32,
    /// The least.
    pub min: u32,
    /// The most.
    pub max: u32,
}

impl Separator {
    /// The character.
    #[must_use]
    pub const fn char(self) -> char {
        match self {
            Self::Hyphen => '-',
            Self::Dot => '.',
            Self::Underscore => '_',
            Self::Space => ' ',
        }
    }

    /// The separator that is this text.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        [Self::Hyphen, Self::Dot, Self::Underscore, Self::Space]
            .into_iter()
            .find(|separator| text.chars().eq([separator.char()]))
    }
}

/// Makes one.
///
/// # Errors
/// [`LengthError`] when the length is out of the recipe's range.
pub fn generate(
    recipe: &Recipe,
    rng: &mut (impl CryptoRng + ?Sized),
) -> Result<Generated, LengthError> {
    match *recipe {
        Recipe::Words {
            count,
            capitals,
            digit,
            separator,
        } => {
            check(count, 3, 12)?;
            Ok(from_words(count, capitals, digit, separator, rng))
        }
        Recipe::Characters {
            length,
            capitals,
            digits,
            symbols,
        } => {
            check(length, 8, 128)?;
            let chosen = [
                (true, LOWER),
                (capitals, UPPER),
                (digits, DIGITS),
                (symbols, SYMBOLS),
            ];
            let classes: Vec<&[u8]> = chosen
                .into_iter()
                .filter(|(on, _)| *on)
                .map(|(_, class)| class)
                .collect();
            Ok(from_classes(length, &classes, rng))
        }
        Recipe::Pin { length } => {
            check(length, 4, 32)?;
            Ok(from_classes(length, &[DIGITS], rng))
        }
    }
}

/// A number below `end`, each as likely as any other: draws again where the range does not divide.
///
/// `end` of 0 gives 0.
pub(crate) fn below(end: u32, rng: &mut (impl CryptoRng + ?Sized)) -> u32 {
    // The least draw of a whole number of ranges counted from the top.
    let short = end.wrapping_neg().checked_rem(end).unwrap_or(0);
    loop {
        let draw = rng.next_u32();
        if draw >= short {
            return draw.checked_rem(end).unwrap_or(0);
        }
    }
}

fn from_words(
    count: u32,
    capitals: bool,
    digit: bool,
    separator: Separator,
    rng: &mut (impl CryptoRng + ?Sized),
) -> Generated {
    let places: Zeroizing<Vec<u16>> =
        Zeroizing::new((0..count).map(|_| random_place(rng)).collect());
    // One bit a word, drawn again while none is set.
    let mut bits = f64::from(count) * (words::COUNT as f64).log2();
    let mut capital = 0;
    if capitals {
        capital = 1 + below((1 << count) - 1, rng);
        bits += f64::from((1_u32 << count) - 1).log2();
    }
    let mut number = None;
    if digit {
        number = Some((1 + below(count - 1, rng), below(10, rng)));
        bits += f64::from(10 * (count - 1)).log2();
    }
    let mut value = Zeroizing::new(String::with_capacity(count as usize * 12 + 4));
    for (at, place) in (0..count).zip(places.iter()) {
        if at > 0 {
            value.push(separator.char());
        }
        if let Some((before, digit)) = number
            && before == at
        {
            value.extend(char::from_digit(digit, 10));
            value.push(separator.char());
        }
        let mut letters = words::word(usize::from(*place)).chars();
        if capital >> at & 1 == 1 {
            value.extend(letters.next().map(|c| c.to_ascii_uppercase()));
        }
        value.push_str(letters.as_str());
    }
    Generated { value, bits }
}

fn from_classes(length: u32, classes: &[&[u8]], rng: &mut (impl CryptoRng + ?Sized)) -> Generated {
    let alphabet: Vec<u8> = classes.concat();
    let size = alphabet.len() as u32;
    let mut bytes: Zeroizing<Vec<u8>> = Zeroizing::new(vec![0; length as usize]);
    loop {
        for byte in bytes.iter_mut() {
            *byte = alphabet
                .get(below(size, rng) as usize)
                .copied()
                .unwrap_or_default();
        }
        if classes
            .iter()
            .all(|class| bytes.iter().any(|b| class.contains(b)))
        {
            break;
        }
    }
    let mut value = Zeroizing::new(String::with_capacity(bytes.len()));
    value.extend(bytes.iter().map(|b| char::from(*b)));
    let bits = f64::from(length) * f64::from(size).log2() + share(length, classes).log2();
    Generated { value, bits }
}

/// How large a part of all texts over the classes has one of each: counted by taking out, for each
/// set of classes, the texts that lack all of it, and putting back what was taken out twice.
fn share(length: u32, classes: &[&[u8]]) -> f64 {
    let size: usize = classes.iter().map(|c| c.len()).sum();
    (0..1_u32 << classes.len())
        .map(|without| {
            let gone: usize = classes
                .iter()
                .enumerate()
                .filter(|(at, _)| without >> at & 1 == 1)
                .map(|(_, class)| class.len())
                .sum();
            let sign = if without.count_ones() % 2 == 0 {
                1.0
            } else {
                -1.0
            };
            let part = (size - gone) as f64 / size as f64;
            sign * part.powf(f64::from(length))
        })
        .sum()
}

const fn check(length: u32, min: u32, max: u32) -> Result<(), LengthError> {
    if length < min || length > max {
        Err(LengthError { length, min, max })
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

    use super::*;

    fn rng(seed: u64) -> ChaCha20Rng {
        ChaCha20Rng::seed_from_u64(seed)
    }

    /// The chi-squared distance of counts from all being the same.
    fn distance(counts: &[u32]) -> f64 {
        let mean = f64::from(counts.iter().sum::<u32>()) / counts.len() as f64;
        counts
            .iter()
            .map(|c| (f64::from(*c) - mean).powi(2) / mean)
            .sum()
    }

    #[test]
    fn every_number_below_is_as_likely() {
        let mut rng = rng(1);
        for end in [1, 2, 3, 7, 10, 80, 7776] {
            let mut counts = vec![0; end as usize];
            let draws = end * 100;
            (0..draws).for_each(|_| counts[below(end, &mut rng) as usize] += 1);
            // Degrees of freedom, and six standard deviations beyond.
            let freedom = f64::from(end - 1);
            assert!(
                distance(&counts) <= freedom + 6.0 * (2.0 * freedom).sqrt() + 1.0,
                "{end}"
            );
        }
        assert_eq!(below(0, &mut rng), 0);
    }

    #[test]
    fn every_draw_that_would_lean_is_drawn_again() {
        /// Gives the numbers it is told, then zeros.
        struct Told(Vec<u32>);
        impl rand_core::TryRng for Told {
            type Error = core::convert::Infallible;
            fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
                Ok(self.0.remove(0))
            }
            fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
                Ok(0)
            }
            fn try_fill_bytes(&mut self, _: &mut [u8]) -> Result<(), Self::Error> {
                Ok(())
            }
        }
        impl rand_core::TryCryptoRng for Told {}
        // 2^32 = 6 (mod 10): the draws 0 to 5 are left out, and 6 is the first that counts.
        assert_eq!(below(10, &mut Told(vec![0, 5, 6])), 6);
        assert_eq!(below(10, &mut Told(vec![u32::MAX])), 5);
        assert_eq!(below(8, &mut Told(vec![0])), 0);
    }

    #[test]
    fn all_passwords_that_fit_are_as_likely_and_counted_right() {
        // Small classes, so that every password can be counted.
        let classes: [&[u8]; 2] = [b"ab", b"1"];
        let mut seen: HashMap<String, u32> = HashMap::new();
        let mut rng = rng(2);
        for _ in 0..18_000 {
            *seen
                .entry(from_classes(3, &classes, &mut rng).value.to_string())
                .or_default() += 1;
        }
        // 27 texts, less 8 without a digit, less 1 without a letter.
        assert_eq!(seen.len(), 18);
        let counts: Vec<u32> = seen.into_values().collect();
        assert!(distance(&counts) < 17.0 + 6.0 * 34_f64.sqrt());
        let bits = from_classes(3, &classes, &mut rng).bits;
        assert!((bits - 18_f64.log2()).abs() < 1e-9);
    }

    #[test]
    fn lengths_out_of_range_are_refused() {
        let mut rng = rng(3);
        let words = |count| Recipe::Words {
            count,
            capitals: true,
            digit: true,
            separator: Separator::Dot,
        };
        for recipe in [
            words(2),
            words(13),
            Recipe::Pin { length: 3 },
            Recipe::Pin { length: 33 },
        ] {
            assert!(generate(&recipe, &mut rng).is_err(), "{recipe:?}");
        }
        let recipe = Recipe::Characters {
            length: u32::MAX,
            capitals: true,
            digits: true,
            symbols: true,
        };
        let error = generate(&recipe, &mut rng).err();
        assert_eq!(
            error,
            Some(LengthError {
                length: u32::MAX,
                min: 8,
                max: 128
            })
        );
    }

    #[test]
    fn bits_of_well_known_recipes() {
        let mut rng = rng(4);
        let pin = generate(&Recipe::Pin { length: 6 }, &mut rng).unwrap();
        assert!((pin.bits - 1e6_f64.log2()).abs() < 1e-9);
        let plain = |count| Recipe::Words {
            count,
            capitals: false,
            digit: false,
            separator: Separator::Hyphen,
        };
        assert!((generate(&plain(6), &mut rng).unwrap().bits - 77.549).abs() < 0.001);
        let all = Recipe::Characters {
            length: 20,
            capitals: true,
            digits: true,
            symbols: true,
        };
        let bits = generate(&all, &mut rng).unwrap().bits;
        assert!(
            bits < 20.0 * 76_f64.log2() && bits > 20.0 * 76_f64.log2() - 0.2,
            "{bits}"
        );
    }

    #[test]
    fn a_hyphen_never_makes_two_lists_of_words_one() {
        // Some words have a hyphen of their own; none of them is two other words.
        let all: Vec<&str> = (0..words::COUNT).map(words::word).collect();
        for word in all.iter().filter(|w| w.contains('-')) {
            assert!(!word.split('-').all(|half| all.contains(&half)), "{word}");
        }
    }

    proptest! {
        #[test]
        fn characters_fit_the_wish(
            seed: u64, length in 8..=128u32, capitals: bool, digits: bool, symbols: bool,
        ) {
            let recipe = Recipe::Characters { length, capitals, digits, symbols };
            let made = generate(&recipe, &mut rng(seed)).unwrap();
            let has = |class: &[u8]| made.value.bytes().any(|b| class.contains(&b));
            prop_assert_eq!(made.value.len(), length as usize);
            prop_assert!(has(LOWER));
            prop_assert_eq!((has(UPPER), has(DIGITS), has(SYMBOLS)), (capitals, digits, symbols));
            prop_assert!(made.bits > 30.0 && made.bits.is_finite());
        }

        #[test]
        fn words_fit_the_wish(
            seed: u64, count in 3..=12u32, capitals: bool, digit: bool, at in 0..3usize,
        ) {
            // Not the hyphen, which some words have inside.
            let separator = [Separator::Dot, Separator::Underscore, Separator::Space][at];
            let recipe = Recipe::Words { count, capitals, digit, separator };
            let made = generate(&recipe, &mut rng(seed)).unwrap();
            let parts: Vec<&str> = made.value.split(separator.char()).collect();
            let is_digit = |p: &&str| p.len() == 1 && p.bytes().all(|b| b.is_ascii_digit());
            let is_word = |p: &&str| words::contains(&p.to_lowercase());
            prop_assert_eq!(parts.iter().filter(|p| is_word(p)).count(), count as usize);
            prop_assert_eq!(parts.iter().filter(|p| is_digit(p)).count(), usize::from(digit));
            prop_assert_eq!(parts.len(), count as usize + usize::from(digit));
            prop_assert!(!is_digit(&parts[0]) && !is_digit(parts.last().unwrap()));
            prop_assert_eq!(made.value.bytes().any(|b| b.is_ascii_uppercase()), capitals);
        }
    }
}
