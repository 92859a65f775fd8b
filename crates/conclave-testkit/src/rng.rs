//! Randomness that comes out the same in every run.

use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};

/// A generator that always yields the same for the same seed. It serves as a cryptographic one, so
/// that keys and nonces of a test are the same in every run too.
#[must_use]
pub fn seeded(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

/// A number below `end`, or 0 where `end` is 0. Slightly uneven for huge ends, which tests do not
/// mind.
pub fn below(rng: &mut impl Rng, end: usize) -> usize {
    let Ok(end) = u64::try_from(end) else {
        return 0;
    };
    rng.next_u64()
        .checked_rem(end)
        .and_then(|n| usize::try_from(n).ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_seed_same_numbers() {
        let take = |seed| {
            let mut rng = seeded(seed);
            [(); 4].map(|()| below(&mut rng, 1000))
        };
        assert_eq!(take(7), take(7));
        assert_ne!(take(7), take(8));
        assert_eq!(below(&mut seeded(1), 0), 0);
    }
}
