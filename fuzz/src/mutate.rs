//! Bytes that are nearly valid: a valid object with a few wounds, some of them the kind that a
//! length or a count is.

use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng, SeedableRng},
};

use crate::MAX_INPUT;

/// Numbers at which parsers turn.
const EDGES: [u64; 12] = [
    0,
    1,
    23,
    24,
    255,
    256,
    65_535,
    65_536,
    i32::MAX as u64,
    u32::MAX as u64,
    i64::MAX as u64,
    u64::MAX,
];

/// The input with this number: the same for the same corpus, seed and number, whatever ran before.
#[must_use]
pub fn input(corpus: &[Vec<u8>], seed: u64, number: u64) -> Vec<u8> {
    let mut dice = Dice(ChaCha8Rng::seed_from_u64(
        seed ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15),
    ));
    let mut bytes = match dice.below(32) {
        0 => dice.some_bytes(256),
        _ => dice.pick(corpus).cloned().unwrap_or_default(),
    };
    let wounds = 1 + dice.below(6);
    for _ in 0..wounds {
        dice.wound(&mut bytes, corpus);
    }
    bytes.truncate(MAX_INPUT);
    bytes
}

struct Dice(ChaCha8Rng);

impl Dice {
    /// Below `end`; 0 where that is 0.
    fn below(&mut self, end: usize) -> usize {
        let n = usize::try_from(self.0.next_u64() >> 1).unwrap_or(0);
        n.checked_rem(end).unwrap_or(0)
    }

    fn pick<'a, T>(&mut self, list: &'a [T]) -> Option<&'a T> {
        let at = self.below(list.len());
        list.get(at)
    }

    fn byte(&mut self) -> u8 {
        self.0.next_u64().to_le_bytes()[0]
    }

    fn some_bytes(&mut self, most: usize) -> Vec<u8> {
        let len = self.below(most);
        (0..len).map(|_| self.byte()).collect()
    }

    /// A run of the bytes, mostly short.
    fn run(&mut self, len: usize) -> core::ops::Range<usize> {
        let from = self.below(len);
        let most = if self.below(4) == 0 {
            len - from
        } else {
            (len - from).min(40)
        };
        from..from + self.below(most + 1)
    }

    fn wound(&mut self, bytes: &mut Vec<u8>, corpus: &[Vec<u8>]) {
        let len = bytes.len();
        if len == 0 {
            *bytes = self.some_bytes(64);
            return;
        }
        let at = self.below(len);
        match self.below(11) {
            0 => self.put(bytes, at, |byte, dice| byte ^ (1 << dice.below(8))),
            1 => self.put(bytes, at, |_, dice| dice.byte()),
            2 => self.put(bytes, at, |byte, _| byte.wrapping_add(1)),
            3 => bytes.truncate(at),
            4 => {
                let more = self.some_bytes(24);
                bytes.splice(at..at, more);
            }
            5 => {
                let run = self.run(len);
                bytes.drain(run);
            }
            6 => {
                let run = self.run(len);
                let again = bytes.get(run).unwrap_or_default().to_vec();
                bytes.splice(at..at, again);
            }
            7 => {
                let number = self.number();
                let end = (at + number.len()).min(bytes.len());
                bytes.splice(at..end, number);
            }
            8 => {
                // Another argument for a CBOR head, in any of its spellings.
                let head = bytes.get(at).copied().unwrap_or(0) & 0xe0;
                let (info, mut argument) = match self.below(5) {
                    0 => (self.byte() & 0x1f, Vec::new()),
                    n => (23 + u8::try_from(n).unwrap_or(1), self.number()),
                };
                argument.truncate(1 << info.saturating_sub(24).min(3));
                argument.insert(0, head | info);
                bytes.splice(at..=at, argument);
            }
            9 => {
                let other = self.pick(corpus).cloned().unwrap_or_default();
                let part = other
                    .get(self.run(other.len().max(1)))
                    .unwrap_or_default()
                    .to_vec();
                let run = self.run(len);
                bytes.splice(run, part);
            }
            _ => {
                let run = self.run(len);
                let with = self.byte();
                bytes.get_mut(run).unwrap_or_default().fill(with);
            }
        }
    }

    fn put(&mut self, bytes: &mut [u8], at: usize, what: impl FnOnce(u8, &mut Self) -> u8) {
        if let Some(byte) = bytes.get_mut(at) {
            *byte = what(*byte, self);
        }
    }

    /// A number at an edge, in either order of bytes and any width.
    fn number(&mut self) -> Vec<u8> {
        let number = self.pick(&EDGES).copied().unwrap_or(0);
        let width = 1 << self.below(4);
        let little = number.to_le_bytes();
        let mut bytes = little.get(..width).unwrap_or(&little).to_vec();
        if self.below(2) == 0 {
            bytes.reverse();
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_number_is_the_same_input() {
        let corpus = vec![vec![1; 100], vec![2; 10]];
        let many = |seed| {
            (0..200)
                .map(|n| input(&corpus, seed, n))
                .collect::<Vec<_>>()
        };
        assert_eq!(many(1), many(1));
        assert_ne!(many(1), many(2));
        let distinct: std::collections::BTreeSet<_> = many(1).into_iter().collect();
        assert!(distinct.len() > 150);
    }
}
