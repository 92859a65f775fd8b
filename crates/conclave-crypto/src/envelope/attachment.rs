//! An attachment: a file of any kind, cut into chunks that are each an ENV of their own.
//!
//! One ENV over a whole file would decrypt megabytes before it can say that the last byte is wrong,
//! and would show its length. So the file is padded as a whole and cut into chunks of 64 KiB; the
//! context of each names its place, and whether it is the last: the idea of STREAM (Hoang et al.,
//! 2015), with the one envelope that there is, which commits to its key. A chunk fits in one place
//! of one file alone, and a file is its chunks in order and nothing else (docs/format/items.md,
//! "Attachments").
//!
//! ```text
//! padded = Padmé (u32 length ‖ data ‖ zeros), cut after every 65,536 bytes
//! wire   = ENV(chunk 0) ‖ ENV(chunk 1) ‖ … ‖ ENV(last chunk)
//! ctx    = LP("conclave/1/blob-chunk", team, file, u64 counter, u8: 1 for the last, else 0)
//! ```

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::{
    envelope::env::{self, Ctx, OVERHEAD},
    error::OpenError,
    keys::FileKey,
    label,
    padding::{Pad, pad, unpad},
};

/// Bytes of plaintext in every chunk but the last, which has at least one and at most as many.
pub const CHUNK: usize = 64 * 1024;

/// The longest attachment, in bytes: what is longer is neither sealed nor opened.
pub const MAX_LEN: usize = 25 << 20;

/// The longest sealed attachment, in bytes: the most that is ever read for one.
pub const MAX_SEALED_LEN: usize = sealed_len(MAX_LEN);

/// Where an attachment belongs: it opens nowhere else, not even under its own key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// The team's id.
    pub team: &'a [u8; 32],
    /// The file's id, as the item that has it names it.
    pub file: &'a [u8; 16],
}

/// The length of an attachment of `len` bytes once it is sealed. It depends on the padded length
/// alone, so it says as little.
#[must_use]
pub const fn sealed_len(len: usize) -> usize {
    let padded = Pad::Padme.padded_len(len);
    padded.saturating_add(padded.div_ceil(CHUNK).saturating_mul(OVERHEAD))
}

/// Seals a file.
///
/// # Panics
/// If the file is longer than [`MAX_LEN`]. Callers look before they read one.
#[must_use]
pub fn seal<R: CryptoRng + ?Sized>(
    key: &FileKey,
    place: Place<'_>,
    file: &[u8],
    rng: &mut R,
) -> Vec<u8> {
    assert!(file.len() <= MAX_LEN, "an attachment is at most 25 MiB");
    let padded = pad(file, Pad::Padme);
    let mut chunks = padded.chunks(CHUNK).enumerate().peekable();
    let mut wire = Vec::with_capacity(sealed_len(file.len()));
    while let Some((at, chunk)) = chunks.next() {
        let ctx = ctx(place, at, chunks.peek().is_none());
        wire.extend_from_slice(&env::seal(key, &ctx, Pad::None, chunk, rng));
    }
    wire
}

/// Opens what [`seal`] made under the same key for the same place. Nothing is handed out before
/// the last chunk has been verified, so a file that was cut is no shorter file. It takes as much
/// memory again as the wire, and never panics.
///
/// # Errors
/// The one [`OpenError`], whatever the reason: cut, longer, reordered, another's, above the cap.
pub fn open(key: &FileKey, place: Place<'_>, wire: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    if wire.len() > MAX_SEALED_LEN {
        return Err(OpenError::new());
    }
    // The room is reserved at once: growing would leave copies of the plaintext behind.
    let mut padded = Zeroizing::new(Vec::with_capacity(wire.len()));
    let mut chunks = wire.chunks(CHUNK + OVERHEAD).enumerate().peekable();
    while let Some((at, chunk)) = chunks.next() {
        let ctx = ctx(place, at, chunks.peek().is_none());
        padded.extend_from_slice(&env::open(key, &ctx, Pad::None, chunk)?);
    }
    // A last chunk without anything in it would be a second spelling of the same file.
    if wire.len() != padded.len() + padded.len().div_ceil(CHUNK) * OVERHEAD {
        return Err(OpenError::new());
    }
    let file = unpad(&padded, Pad::Padme)?;
    if file.len() > MAX_LEN {
        return Err(OpenError::new());
    }
    let length = file.len();
    let start = padded.len().min(4);
    padded.copy_within(start..start + length, 0);
    padded.truncate(length);
    Ok(padded)
}

/// The context of one chunk. The flag of the last one keeps a file from ending early, the counter
/// keeps chunks in their order, team and file keep each where it belongs.
fn ctx(place: Place<'_>, counter: usize, last: bool) -> Ctx {
    Ctx::new(
        label::BLOB_CHUNK,
        &[
            place.team,
            place.file,
            &(counter as u64).to_le_bytes(),
            &[u8::from(last)],
        ],
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::{cases, rng};

    const TEAM: [u8; 32] = [1; 32];
    const FILE: [u8; 16] = [2; 16];
    const PLACE: Place<'static> = Place {
        team: &TEAM,
        file: &FILE,
    };
    /// One chunk of a long file on the wire.
    const PIECE: usize = CHUNK + OVERHEAD;

    fn key(byte: u8) -> FileKey {
        FileKey::from_bytes(&mut [byte; 32])
    }

    /// A file in which no two chunks are alike.
    fn file(len: usize) -> Vec<u8> {
        (0..len).map(|at| (at * 7 + at / CHUNK) as u8).collect()
    }

    fn sealed(len: usize) -> Vec<u8> {
        seal(&key(3), PLACE, &file(len), &mut rng(1))
    }

    fn refused(wire: &[u8]) -> bool {
        open(&key(3), PLACE, wire) == Err(OpenError::new())
    }

    /// The chunks of a wire, one each.
    fn pieces(wire: &[u8]) -> Vec<&[u8]> {
        wire.chunks(PIECE).collect()
    }

    /// A file whose chunks are sealed by somebody who holds the key and keeps to no rule.
    fn forged(chunks: &[(&[u8], u64, u8)]) -> Vec<u8> {
        let mut rng = rng(2);
        let seal = |(chunk, counter, last): &(&[u8], u64, u8)| {
            let fields: [&[u8]; 4] = [&TEAM, &FILE, &counter.to_le_bytes(), &[*last]];
            let ctx = Ctx::new(label::BLOB_CHUNK, &fields);
            env::seal(&key(3), &ctx, Pad::None, chunk, &mut rng)
        };
        chunks.iter().flat_map(seal).collect()
    }

    proptest! {
        #![proptest_config(cases(48))]

        #[test]
        fn what_was_sealed_opens_at_every_length_around_a_border(
            chunks in 0..4usize,
            beside in -9..9i64,
            seed: u64,
        ) {
            let len = usize::try_from((chunks * CHUNK) as i64 + beside).unwrap_or(0);
            let wire = seal(&key(3), PLACE, &file(len), &mut rng(seed));
            prop_assert_eq!(wire.len(), sealed_len(len));
            let opened = open(&key(3), PLACE, &wire).unwrap();
            prop_assert!(*opened == file(len));
        }

        #[test]
        fn hostile_bytes_are_refused_and_never_panic(wire in prop::collection::vec(any::<u8>(), 0..400)) {
            prop_assert!(refused(&wire));
        }
    }

    #[test]
    fn the_longest_file_opens_and_a_longer_wire_is_not_looked_at() {
        let wire = sealed(MAX_LEN);
        assert_eq!(wire.len(), MAX_SEALED_LEN);
        assert!(*open(&key(3), PLACE, &wire).unwrap() == file(MAX_LEN));
        assert!(refused(&vec![0; MAX_SEALED_LEN + 1]));
        assert!(sealed_len(MAX_LEN + 1) >= MAX_SEALED_LEN);
    }

    #[test]
    fn files_of_about_one_size_look_alike() {
        let lengths: Vec<usize> = (0..2000).map(|more| sealed_len(1 << 20 | more)).collect();
        assert!(lengths.iter().all(|len| *len == lengths[0]));
    }

    #[test]
    fn hostile_19_an_attachment_that_was_cut_is_refused() {
        let wire = sealed(3 * CHUNK);
        assert!(!refused(&wire));
        let borders = (0..wire.len()).step_by(PIECE);
        let inside = (1..wire.len()).step_by(4999);
        let beside = borders
            .clone()
            .flat_map(|at| [at.saturating_sub(1), at + 1, at + OVERHEAD]);
        for end in borders.chain(inside).chain(beside).chain([wire.len() - 1]) {
            assert!(refused(&wire[..end]), "cut at {end}");
        }
        // Without its beginning, too.
        assert!(refused(&wire[PIECE..]) && refused(&wire[1..]));
    }

    #[test]
    fn hostile_19_chunks_keep_their_order_and_number() {
        let wire = sealed(4 * CHUNK + 100);
        let pieces = pieces(&wire);
        assert_eq!(pieces.len(), 5);
        for a in 0..pieces.len() {
            let dropped = [&pieces[..a], &pieces[a + 1..]].concat().concat();
            assert!(refused(&dropped), "without {a}");
            let twice = [&pieces[..=a], &pieces[a..]].concat().concat();
            assert!(refused(&twice), "{a} twice");
            for b in 0..a {
                let mut swapped = pieces.clone();
                swapped.swap(a, b);
                assert!(refused(&swapped.concat()), "{a} and {b} swapped");
                let mut copied = pieces.clone();
                copied[a] = pieces[b];
                assert!(refused(&copied.concat()), "{b} in the place of {a}");
            }
        }
    }

    #[test]
    fn hostile_19_a_chunk_of_another_file_team_or_key_is_refused() {
        let mine = sealed(3 * CHUNK);
        let elsewhere = [
            (key(4), PLACE),
            (
                key(3),
                Place {
                    team: &[9; 32],
                    ..PLACE
                },
            ),
            (
                key(3),
                Place {
                    file: &[9; 16],
                    ..PLACE
                },
            ),
        ];
        for (key, place) in elsewhere {
            let other = seal(&key, place, &file(3 * CHUNK), &mut rng(5));
            assert!(open(&key, place, &other).is_ok());
            assert!(refused(&other));
            for at in 0..pieces(&mine).len() {
                let mut mixed = pieces(&mine);
                mixed[at] = pieces(&other)[at];
                assert!(refused(&mixed.concat()), "chunk {at}");
            }
        }
    }

    #[test]
    fn hostile_19_nothing_follows_the_last_chunk() {
        for len in [0, 100, CHUNK, 3 * CHUNK] {
            let wire = sealed(len);
            let last = *pieces(&wire).last().unwrap();
            for more in [&[0][..], &[0; OVERHEAD], &[0; PIECE], last, &wire] {
                assert!(refused(&[wire.as_slice(), more].concat()), "{len}");
            }
        }
    }

    #[test]
    fn hostile_19_any_byte_that_differs_is_refused() {
        let wire = sealed(CHUNK);
        let borders = (0..2).flat_map(|piece| (0..OVERHEAD + 8).map(move |at| piece * PIECE + at));
        for at in borders.chain((0..wire.len()).step_by(997)) {
            let mut flipped = wire.clone();
            if let Some(byte) = flipped.get_mut(at) {
                *byte ^= 1 << (at % 8);
                assert!(refused(&flipped), "byte {at}");
            }
        }
    }

    /// Even who holds the key gives a file one spelling, and no end but one.
    #[test]
    fn hostile_19_a_flag_or_spelling_of_ones_own_is_refused() {
        let padded = pad(&file(3 * CHUNK), Pad::Padme);
        let [a, b, c, d] = padded.chunks(CHUNK).collect::<Vec<_>>()[..] else {
            panic!("four chunks");
        };
        let honest = [(a, 0, 0), (b, 1, 0), (c, 2, 0), (d, 3, 1)];
        assert!(!refused(&forged(&honest)));
        assert!(!refused(&forged(&[(&pad(b"x", Pad::Padme), 0, 1)])));

        // A last flag too early, twice, never, or of another number.
        assert!(refused(&forged(&[
            (a, 0, 1),
            (b, 1, 0),
            (c, 2, 0),
            (d, 3, 1)
        ])));
        assert!(refused(&forged(&[
            (a, 0, 0),
            (b, 1, 0),
            (c, 2, 1),
            (d, 3, 1)
        ])));
        assert!(refused(&forged(&[
            (a, 0, 0),
            (b, 1, 0),
            (c, 2, 0),
            (d, 3, 0)
        ])));
        assert!(refused(&forged(&[
            (a, 0, 0),
            (b, 1, 0),
            (c, 2, 0),
            (d, 3, 2)
        ])));
        // Counters that start later, or jump.
        assert!(refused(&forged(&[
            (a, 1, 0),
            (b, 2, 0),
            (c, 3, 0),
            (d, 4, 1)
        ])));
        // An empty end, and a file of nothing at all.
        assert!(refused(&forged(&[
            (a, 0, 0),
            (b, 1, 0),
            (c, 2, 0),
            (d, 3, 0),
            (&[], 4, 1)
        ])));
        assert!(refused(&forged(&[(&[], 0, 1)])) && refused(&[]));
        // A short chunk before the last.
        let (short, rest) = a.split_at(100);
        assert!(refused(&forged(&[(short, 0, 0), (rest, 1, 1)])));
        // Padding with a message in it, of another length, or none.
        let mut told = padded.clone();
        *told.last_mut().unwrap() = 1;
        let tail = told.chunks(CHUNK).next_back().unwrap();
        assert!(refused(&forged(&[
            (a, 0, 0),
            (b, 1, 0),
            (c, 2, 0),
            (tail, 3, 1)
        ])));
        let cut = &d[..d.len() - 1];
        assert!(refused(&forged(&[
            (a, 0, 0),
            (b, 1, 0),
            (c, 2, 0),
            (cut, 3, 1)
        ])));
        assert!(refused(&forged(&[(b"unpadded", 0, 1)])));
    }
}
