//! What can be wrong with an item's payload.

use crate::cbor::CborError;

/// Why a payload cannot be read or written. No text says anything of what stands in the item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ItemError {
    /// The bytes are not an item payload.
    #[error("an item's content does not follow its format")]
    Malformed(#[from] CborError),
    /// The payload is larger than an item may be.
    #[error("an item's content of {len} bytes is larger than {max}")]
    TooLarge {
        /// Its length in bytes.
        len: usize,
        /// The most that is allowed.
        max: usize,
    },
    /// More fields, tags or files than an item may have.
    #[error("an item has more than {max} fields, tags or files")]
    TooMany {
        /// The most that is allowed.
        max: usize,
    },
    /// Two fields have the same id.
    #[error("two fields of an item have the same id")]
    RepeatedField,
    /// A later version wrote it and says that this one cannot read it. It is shown as such and
    /// never written over.
    #[error("a newer version of Conclave is needed to read this item")]
    NewerReader {
        /// The minimum reader version that it asks for.
        needs: u32,
    },
}

impl From<minicbor::decode::Error> for ItemError {
    fn from(_: minicbor::decode::Error) -> Self {
        Self::Malformed(CborError)
    }
}
