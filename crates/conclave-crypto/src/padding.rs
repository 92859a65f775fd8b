//! Padding to Padmé lengths, so that a ciphertext's size says little about what is in it.
//!
//! Padmé (Nikitin et al., PURBs, 2019) leaks `O(log log n)` bits of the length at a cost of at
//! most 12 %. The padded form is `u32` length ‖ data ‖ zeros, and [`unpad`] accepts exactly what
//! [`pad`] makes: another total length or a non-zero tail is refused (docs/format.md, Notation).

use zeroize::Zeroizing;

use crate::error::OpenError;

/// How much a plaintext is padded before it is sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pad {
    /// Not at all: for keys, whose length is no secret, and for chunks of a fixed size.
    None,
    /// To the next Padmé length.
    Padme,
    /// To the next Padmé length, and to 512 bytes at least: for items.
    PadmeMin512,
}

/// Bytes of the length that stands before the data.
const LENGTH: usize = 4;

/// The shortest padded item.
const ITEM_MIN: usize = 512;

impl Pad {
    /// The length of a plaintext of `len` bytes after padding.
    #[must_use]
    pub const fn padded_len(self, len: usize) -> usize {
        match self {
            Self::None => len,
            Self::Padme => padme(len.saturating_add(LENGTH)),
            Self::PadmeMin512 => {
                let padded = padme(len.saturating_add(LENGTH));
                if padded < ITEM_MIN { ITEM_MIN } else { padded }
            }
        }
    }
}

/// The smallest Padmé length that holds `len` bytes.
///
/// Saturates at `usize::MAX`, which no allocation reaches.
#[must_use]
pub const fn padme(len: usize) -> usize {
    let Some(exponent) = len.checked_ilog2() else {
        return len;
    };
    let Some(significant) = exponent.checked_ilog2() else {
        return len;
    };
    // `exponent` has `significant + 1` bits; as many of the length's leading bits stay free, the
    // rest must be zero.
    let zero_bits = exponent - (significant + 1);
    let mask = (1usize << zero_bits) - 1;
    match len.checked_add(mask) {
        Some(sum) => sum & !mask,
        None => usize::MAX,
    }
}

/// `u32` length ‖ data ‖ zeros up to the padded length; with [`Pad::None`] the data alone.
///
/// # Panics
/// If the data is longer than a `u32` can say, 4 GiB. Callers cap far below.
#[must_use]
pub fn pad(data: &[u8], pad: Pad) -> Zeroizing<Vec<u8>> {
    let mut out = Zeroizing::new(Vec::with_capacity(pad.padded_len(data.len())));
    pad_into(&mut out, data, pad);
    out
}

/// Appends the padded data. The vector must have room, lest growing leaves a copy behind.
pub(crate) fn pad_into(out: &mut Vec<u8>, data: &[u8], pad: Pad) {
    let end = out.len() + pad.padded_len(data.len());
    if pad != Pad::None {
        #[expect(
            clippy::expect_used,
            reason = "a caller's fault, and documented as a panic"
        )]
        let length = u32::try_from(data.len()).expect("a plaintext is shorter than 4 GiB");
        out.extend_from_slice(&length.to_le_bytes());
    }
    out.extend_from_slice(data);
    out.resize(end, 0);
}

/// The data inside padded bytes, exactly as [`pad`] made them.
///
/// # Errors
/// [`OpenError`] if the length does not fit, the total is not the padded length of the data, or
/// a padding byte is not zero.
pub fn unpad(padded: &[u8], pad: Pad) -> Result<&[u8], OpenError> {
    if pad == Pad::None {
        return Ok(padded);
    }
    let (length, rest) = padded
        .split_first_chunk::<LENGTH>()
        .ok_or(OpenError::new())?;
    let length = usize::try_from(u32::from_le_bytes(*length)).map_err(|_| OpenError::new())?;
    let (data, zeros) = rest.split_at_checked(length).ok_or(OpenError::new())?;
    if padded.len() != pad.padded_len(length) || zeros.iter().any(|byte| *byte != 0) {
        return Err(OpenError::new());
    }
    Ok(data)
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;
    use crate::testing::cases;

    proptest! {
        #![proptest_config(cases(256))]

        #[test]
        fn what_was_padded_comes_back(data in vec(any::<u8>(), 0..3000)) {
            for kind in [Pad::None, Pad::Padme, Pad::PadmeMin512] {
                let padded = pad(&data, kind);
                prop_assert_eq!(padded.len(), kind.padded_len(data.len()));
                prop_assert_eq!(unpad(&padded, kind), Ok(data.as_slice()));
            }
        }

        #[test]
        fn hostile_bytes_never_panic_and_only_the_canonical_form_passes(
            length in prop_oneof![0..40u32, any::<u32>()],
            rest in prop_oneof![vec(Just(0u8), 0..40), vec(any::<u8>(), 0..600)],
        ) {
            let padded = [length.to_le_bytes().as_slice(), &rest].concat();
            for kind in [Pad::Padme, Pad::PadmeMin512] {
                if let Ok(data) = unpad(&padded, kind) {
                    let again = pad(data, kind);
                    prop_assert_eq!(again.as_slice(), padded.as_slice());
                }
            }
        }

        #[test]
        fn padme_grows_costs_little_and_is_settled(len in 0..1usize << 40) {
            let padded = padme(len);
            prop_assert!(padded >= len && padme(len + 1) >= padded);
            prop_assert_eq!(padme(padded), padded);
            prop_assert!((padded - len) * 100 <= len * 12, "{len} became {padded}");
        }
    }

    #[test]
    fn padme_saturates() {
        assert_eq!(padme(usize::MAX), usize::MAX);
        assert_eq!(Pad::PadmeMin512.padded_len(usize::MAX), usize::MAX);
    }

    #[test]
    fn items_have_512_bytes_at_least() {
        assert_eq!(pad(b"", Pad::PadmeMin512).len(), 512);
        assert_eq!(pad(&[1; 508], Pad::PadmeMin512).len(), 512);
        assert_eq!(pad(&[1; 509], Pad::PadmeMin512).len(), 544);
    }

    #[test]
    fn every_padding_byte_is_checked() {
        let padded = pad(b"text", Pad::PadmeMin512);
        for at in 8..padded.len() {
            let mut bad = padded.to_vec();
            bad[at] = 1;
            assert!(unpad(&bad, Pad::PadmeMin512).is_err());
        }
        for end in 0..padded.len() {
            assert!(unpad(&padded[..end], Pad::PadmeMin512).is_err());
        }
    }
}
