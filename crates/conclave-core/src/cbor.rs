//! The strict reading of CBOR: RFC 8949 §4.2.1 and nothing else.
//!
//! minicbor has no canonical mode: it accepts long integers, unordered and repeated keys,
//! indefinite lengths and trailing bytes. Two readers that accept different bytes for one meaning
//! can be made to disagree, so every decode goes through [`decode`], which validates first.

use minicbor::{Decode, Encode};

/// How deep arrays and maps may lie in each other.
const MAX_DEPTH: u8 = 16;

/// Bytes that are not the one deterministic encoding of anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the data does not follow its format")]
#[non_exhaustive]
pub struct CborError;

/// Encodes with minicbor, whose derived maps come out sorted and definite.
#[must_use]
pub fn encode<T: Encode<()>>(value: &T) -> Vec<u8> {
    match minicbor::to_vec(value) {
        Ok(bytes) => bytes,
        Err(e) => {
            let _: &minicbor::encode::Error<core::convert::Infallible> = &e;
            Vec::new()
        }
    }
}

/// Validates, then decodes; the whole input must be one item.
///
/// # Errors
/// [`CborError`] when the bytes are not deterministic CBOR or not a `T`.
pub fn decode<'b, T: Decode<'b, ()>>(bytes: &'b [u8]) -> Result<T, CborError> {
    validate(bytes)?;
    minicbor::decode(bytes).map_err(|_| CborError)
}

/// Checks that `bytes` are exactly one item of deterministic CBOR: shortest integers and lengths,
/// definite lengths, map keys sorted bytewise and unique, valid UTF-8, no floats, no tags.
///
/// # Errors
/// [`CborError`] otherwise.
pub fn validate(bytes: &[u8]) -> Result<(), CborError> {
    let rest = item(bytes, MAX_DEPTH)?;
    if rest.is_empty() {
        Ok(())
    } else {
        Err(CborError)
    }
}

/// Consumes one item and returns what follows it.
fn item(bytes: &[u8], depth: u8) -> Result<&[u8], CborError> {
    let (&first, rest) = bytes.split_first().ok_or(CborError)?;
    let (major, info) = (first >> 5, first & 0x1f);
    if major == 7 {
        // false, true and null; floats and other simple values have no place in the format.
        return if matches!(info, 20..=22) {
            Ok(rest)
        } else {
            Err(CborError)
        };
    }
    let (value, mut rest) = argument(info, rest)?;
    match major {
        0 | 1 => Ok(rest),
        2 => take(rest, value).map(|(_, rest)| rest),
        3 => {
            let (text, rest) = take(rest, value)?;
            core::str::from_utf8(text).map_err(|_| CborError)?;
            Ok(rest)
        }
        4 => {
            let depth = depth.checked_sub(1).ok_or(CborError)?;
            for _ in 0..value {
                rest = item(rest, depth)?;
            }
            Ok(rest)
        }
        5 => {
            let depth = depth.checked_sub(1).ok_or(CborError)?;
            let mut previous: Option<&[u8]> = None;
            for _ in 0..value {
                let after_key = item(rest, depth)?;
                let key = rest.get(..rest.len() - after_key.len()).ok_or(CborError)?;
                if previous.is_some_and(|p| p >= key) {
                    return Err(CborError);
                }
                previous = Some(key);
                rest = item(after_key, depth)?;
            }
            Ok(rest)
        }
        _ => Err(CborError),
    }
}

/// Reads the argument of an item head, refusing every encoding but the shortest.
fn argument(info: u8, rest: &[u8]) -> Result<(u64, &[u8]), CborError> {
    let (value, rest, least) = match info {
        0..=23 => return Ok((u64::from(info), rest)),
        24 => {
            let (b, rest) = rest.split_first_chunk::<1>().ok_or(CborError)?;
            (u64::from(u8::from_be_bytes(*b)), rest, 24)
        }
        25 => {
            let (b, rest) = rest.split_first_chunk::<2>().ok_or(CborError)?;
            (u64::from(u16::from_be_bytes(*b)), rest, 1 << 8)
        }
        26 => {
            let (b, rest) = rest.split_first_chunk::<4>().ok_or(CborError)?;
            (u64::from(u32::from_be_bytes(*b)), rest, 1 << 16)
        }
        27 => {
            let (b, rest) = rest.split_first_chunk::<8>().ok_or(CborError)?;
            (u64::from_be_bytes(*b), rest, 1 << 32)
        }
        _ => return Err(CborError),
    };
    if value < least {
        Err(CborError)
    } else {
        Ok((value, rest))
    }
}

fn take(bytes: &[u8], len: u64) -> Result<(&[u8], &[u8]), CborError> {
    let len = usize::try_from(len).map_err(|_| CborError)?;
    bytes.split_at_checked(len).ok_or(CborError)
}

/// Byte strings of a fixed length too long for the stack: `#[cbor(with = "crate::cbor::boxed")]`.
pub(crate) mod boxed {
    use minicbor::{
        Decoder, Encoder,
        decode::Error as DecodeError,
        encode::{Error as EncodeError, Write},
    };

    pub(crate) fn encode<const N: usize, C, W: Write>(
        bytes: &[u8; N],
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), EncodeError<W::Error>> {
        e.bytes(bytes)?.ok()
    }

    pub(crate) fn decode<'b, const N: usize, C>(
        d: &mut Decoder<'b>,
        _: &mut C,
    ) -> Result<Box<[u8; N]>, DecodeError> {
        Box::<[u8]>::from(d.bytes()?)
            .try_into()
            .map_err(|_| DecodeError::message("a byte string of another length"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn refuses_every_other_spelling() {
        let bad: &[(&str, &[u8])] = &[
            ("empty", &[]),
            ("long integer", &[0x18, 0x17]),
            ("longer integer", &[0x19, 0x00, 0xff]),
            ("indefinite array", &[0x9f, 0xff]),
            ("unsorted keys", &[0xa2, 0x02, 0x00, 0x01, 0x00]),
            ("repeated key", &[0xa2, 0x01, 0x00, 0x01, 0x00]),
            ("trailing byte", &[0x00, 0x00]),
            ("tag", &[0xc1, 0x00]),
            ("float", &[0xf9, 0x00, 0x00]),
            ("undefined", &[0xf7]),
            ("bad UTF-8", &[0x61, 0xff]),
            (
                "length beyond the end",
                &[0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            ),
            (
                "array beyond the end",
                &[0x9b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            ),
            ("too deep", &[0x81; 40]),
        ];
        for (what, bytes) in bad {
            assert_eq!(validate(bytes), Err(CborError), "{what}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = validate(&bytes);
        }

        #[test]
        fn accepts_what_minicbor_writes(values in proptest::collection::btree_map(any::<u32>(), any::<Vec<u64>>(), 0..20)) {
            let bytes = encode(&values);
            // A BTreeMap of integers iterates in numeric order, which is bytewise order of the shortest encodings.
            prop_assert_eq!(decode(&bytes), Ok(values));
        }
    }
}
