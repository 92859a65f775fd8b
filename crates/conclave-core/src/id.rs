//! Identifiers: one newtype each, so that a log can never be passed where a device is meant.
//!
//! All are 32 bytes, written as 64 lower-case hex digits where a person or a file name needs them.
//! How each is computed stands in `docs/format.md`, "Identifiers".

use core::fmt;

use minicbor::{
    Decode, Encode,
    bytes::{ByteArray, DecodeBytes, EncodeBytes},
};

/// A text that is not 64 lower-case hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not an identifier of 64 lower-case hex digits")]
pub struct ParseIdError;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 32]);

        impl $name {
            /// Takes the 32 bytes as they are.
            #[must_use]
            pub const fn new(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }

            /// The 32 bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; 32] {
                &self.0
            }

            /// Reads exactly 64 lower-case hex digits.
            ///
            /// # Errors
            /// [`ParseIdError`] for anything else, upper case among it: a file system that folds
            /// case must not give one object two names.
            pub fn from_hex(text: &str) -> Result<Self, ParseIdError> {
                parse_hex(text).map(Self).ok_or(ParseIdError)
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

        impl<C> Encode<C> for $name {
            fn encode<W: minicbor::encode::Write>(
                &self,
                e: &mut minicbor::Encoder<W>,
                ctx: &mut C,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                ByteArray::from(self.0).encode(e, ctx)
            }
        }

        impl<'b, C> Decode<'b, C> for $name {
            fn decode(
                d: &mut minicbor::Decoder<'b>,
                ctx: &mut C,
            ) -> Result<Self, minicbor::decode::Error> {
                ByteArray::<32>::decode(d, ctx).map(|b| Self(b.into()))
            }
        }

        impl<C> EncodeBytes<C> for $name {
            fn encode_bytes<W: minicbor::encode::Write>(
                &self,
                e: &mut minicbor::Encoder<W>,
                ctx: &mut C,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                self.encode(e, ctx)
            }
        }

        impl<'b, C> DecodeBytes<'b, C> for $name {
            fn decode_bytes(
                d: &mut minicbor::Decoder<'b>,
                ctx: &mut C,
            ) -> Result<Self, minicbor::decode::Error> {
                Self::decode(d, ctx)
            }
        }
    )*};
}

ids! {
    /// A team: the hash of its genesis body.
    TeamId;
    /// One append-only log; it commits to the one device that may write it.
    LogId;
    /// A device, by its public keys: a key pair that signs one or more logs.
    DeviceId;
    /// A person, by the keys of their recovery kit and first device.
    UserId;
    /// A set of people or devices that shares keys: a vault, a shared item, a group, a user's own
    /// devices, or one of the built-in three.
    ScopeId;
    /// An item, by the log position of its first revision in its home scope.
    ItemId;
    /// One entry of a log; every signature and every reference names entries by it.
    EntryHash;
    /// An invitation, by its own random id.
    InviteId;
    /// What an entry is written under: a Grant entry's hash, a genesis grant, or a personal
    /// scope's id (its creator's implicit owner grant).
    GrantId;
}

/// Whom a grant is for, by id: a person, a machine by its one device, or a group by its scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SubjectId {
    /// A person.
    User(UserId),
    /// A machine.
    Machine(DeviceId),
    /// A group of people.
    Group(ScopeId),
}

impl SubjectId {
    /// The person, if it is one.
    #[must_use]
    pub const fn user(self) -> Option<UserId> {
        match self {
            Self::User(user) => Some(user),
            Self::Machine(_) | Self::Group(_) => None,
        }
    }
}

impl From<EntryHash> for GrantId {
    fn from(hash: EntryHash) -> Self {
        Self(hash.0)
    }
}

impl From<ScopeId> for GrantId {
    fn from(scope: ScopeId) -> Self {
        Self(scope.0)
    }
}

impl GrantId {
    /// The Grant entry that this names, if it names one.
    #[must_use]
    pub const fn as_entry(self) -> EntryHash {
        EntryHash(self.0)
    }

    /// The personal scope that this names, if it names one.
    #[must_use]
    pub const fn as_scope(self) -> ScopeId {
        ScopeId(self.0)
    }
}

fn parse_hex(text: &str) -> Option<[u8; 32]> {
    let digits: &[u8; 64] = text.as_bytes().try_into().ok()?;
    let mut out = [0; 32];
    for (byte, pair) in out.iter_mut().zip(digits.as_chunks::<2>().0) {
        let [high, low] = pair.map(nibble);
        *byte = high? << 4 | low?;
    }
    Some(out)
}

fn nibble(digit: u8) -> Option<u8> {
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
        let id = LogId::new(core::array::from_fn(|i| i as u8 * 7));
        let text = id.to_string();
        assert_eq!(LogId::from_hex(&text), Ok(id));
        for bad in [
            "",
            text.get(1..).unwrap(),
            &text.to_uppercase(),
            &format!("{text}0"),
            &text.replace('0', "g"),
        ] {
            assert_eq!(LogId::from_hex(bad), Err(ParseIdError), "{bad}");
        }
    }
}
