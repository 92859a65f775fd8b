//! Items: what a vault keeps, as plaintext in memory and as the payload inside its ENV.
//!
//! The whole item, names and addresses among it, is one ciphertext with one context
//! (docs/format/items.md, "Payload"), so nothing in it can be swapped against another item's part.
//! An [`ItemOverview`] is the part without secrets, kept apart so that a list opens no payload.

#[cfg(test)]
pub(crate) mod arbitrary;
mod codec;
mod content;
mod error;
mod field;
mod file;
mod id;
mod number;
mod overview;
mod part;
mod text;
mod unknown;

pub use content::ItemContent;
pub use error::ItemError;
pub use field::{Field, Label};
pub use file::{File, MAX_FILE_NAME, NotTheFile, good_name, is_good_name, shorten};
pub use id::{FieldId, FileId};
pub use number::{FieldKind, LabelNumber, Template};
pub use overview::{ItemOverview, OverviewRef, host_of};
pub use part::{Part, PartValue};
pub use text::PrivateText;

pub use conclave_crypto::attachment::MAX_LEN as MAX_FILE_LEN;

/// The payload schema that this version writes.
pub const SCHEMA: u32 = 1;
/// The newest payload that this version reads: one whose minimum reader is at most this.
pub const READER: u32 = 1;
/// The largest payload before sealing, in bytes.
pub const MAX_PAYLOAD: usize = 1 << 20;
/// The most fields of one item.
pub const MAX_FIELDS: usize = 1000;
/// The most tags of one item.
pub const MAX_TAGS: usize = 256;
/// The most files of one item.
pub const MAX_FILES: usize = 32;
