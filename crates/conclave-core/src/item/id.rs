//! Ids of what is in an item: 16 random bytes, the same in every revision, so that a merge can tell
//! a changed part from a new one (docs/format/items.md, "Payload").

use core::fmt;

use rand_core::CryptoRng;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 16]);

        impl $name {
            /// Takes the 16 bytes as they are.
            #[must_use]
            pub const fn new(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// A new id.
            #[must_use]
            pub fn random(rng: &mut (impl CryptoRng + ?Sized)) -> Self {
                let mut bytes = [0; 16];
                rng.fill_bytes(&mut bytes);
                Self(bytes)
            }

            /// The 16 bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }

            /// Reads exactly 32 lower-case hex digits.
            #[must_use]
            pub fn from_hex(text: &str) -> Option<Self> {
                parse(text).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|b| write!(f, "{b:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let [a, b, c, d, ..] = self.0;
                write!(f, concat!(stringify!($name), "({:02x}{:02x}{:02x}{:02x})"), a, b, c, d)
            }
        }
    )*};
}

ids! {
    /// A field for its whole life.
    FieldId;
    /// A file that was added to an item, for its whole life; it opens under no other id.
    FileId;
}

fn parse(text: &str) -> Option<[u8; 16]> {
    let digits: &[u8; 32] = text.as_bytes().try_into().ok()?;
    let mut bytes = [0; 16];
    for (byte, [high, low]) in bytes.iter_mut().zip(digits.as_chunks::<2>().0) {
        *byte = nibble(*high)? << 4 | nibble(*low)?;
    }
    Some(bytes)
}

const fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_round_trip_and_refusals() {
        let id = FieldId::new(core::array::from_fn(|i| i as u8 * 17));
        let text = id.to_string();
        assert_eq!(FieldId::from_hex(&text), Some(id));
        assert_eq!(FileId::from_hex(&text), Some(FileId::new(*id.as_bytes())));
        let long = format!("{text}0");
        for bad in ["", "0123", &text.to_uppercase(), &long, "title"] {
            assert_eq!(FieldId::from_hex(bad), None, "{bad}");
        }
    }
}
