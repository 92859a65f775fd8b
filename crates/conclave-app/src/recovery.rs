//! Seeds as words that are written on paper and typed back.
//!
//! A seed of 32 bytes and a two-byte check become 22 words of the EFF long list
//! (docs/decisions/0017-recovery-words.md).

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
}
