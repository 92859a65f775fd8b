//! What the tests of this crate share: seeded randomness and repeatable property tests.

use core::convert::Infallible;

use proptest::test_runner::{Config, RngSeed};
use rand_chacha::ChaCha20Rng;
use rand_core::{SeedableRng, TryCryptoRng, TryRng};

/// Randomness that is the same in every run.
pub(crate) fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

/// A property test that tries the same cases in every run and writes nothing to disk.
pub(crate) fn cases(cases: u32) -> Config {
    Config {
        cases,
        rng_seed: RngSeed::Fixed(1),
        failure_persistence: None,
        ..Config::default()
    }
}

/// "Randomness" that is exactly these bytes, for known answers. It panics when they run out, and
/// when it is dropped with some left over, so that a vector fixes how much is drawn as well.
pub(crate) struct Exactly(pub(crate) Vec<u8>);

impl TryRng for Exactly {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut word = [0; 4];
        self.try_fill_bytes(&mut word)
            .map(|()| u32::from_le_bytes(word))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut word = [0; 8];
        self.try_fill_bytes(&mut word)
            .map(|()| u64::from_le_bytes(word))
    }

    fn try_fill_bytes(&mut self, dst: &mut [u8]) -> Result<(), Infallible> {
        dst.copy_from_slice(&self.0[..dst.len()]);
        self.0.drain(..dst.len());
        Ok(())
    }
}

impl TryCryptoRng for Exactly {}

impl Drop for Exactly {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert!(self.0.is_empty(), "{} bytes were not drawn", self.0.len());
        }
    }
}

/// Every copy of the bytes with one bit of one byte turned over, a different bit along the way.
pub(crate) fn flips(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> + '_ {
    (0..bytes.len()).map(|at| {
        let mut flipped = bytes.to_vec();
        flipped[at] ^= 1 << (at % 8);
        flipped
    })
}

/// Points of low order on the curve and its twist, canonical and not, with the top bit set too:
/// the list that curve libraries refuse. u = 0, 1, the two of order 8, p-1, p, p+1.
pub(crate) fn low_order_points() -> Vec<[u8; 32]> {
    let canonical = [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ];
    let parse = |text: &str| <[u8; 32]>::try_from(hex::decode(text).unwrap()).unwrap();
    let with_top_bit = |mut point: [u8; 32]| {
        point[31] |= 0x80;
        point
    };
    let points: Vec<_> = canonical.into_iter().map(parse).collect();
    points
        .iter()
        .copied()
        .chain(points.iter().copied().map(with_top_bit))
        .collect()
}
