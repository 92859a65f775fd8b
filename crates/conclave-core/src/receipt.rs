//! Receipts of use: what whoever shows, copies or saves a value says to the auditors
//! (docs/format.md, "Sealed bodies").

use minicbor::{Decode, Encode};

use crate::{cbor, id::ItemId};

/// What was done with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Action {
    /// Shown in the window.
    #[n(0)]
    Revealed,
    /// Put into the clipboard.
    #[n(1)]
    Copied,
    /// Handed to a program, by a machine.
    #[n(2)]
    Used,
    /// Saved as a file.
    #[n(3)]
    Saved,
}

/// What a receipt says; sealed to the auditors.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Receipt {
    /// Of which item.
    #[n(0)]
    pub item: ItemId,
    /// Which of its fields or files. Any text: its author is believed in nothing.
    #[n(1)]
    pub field: String,
    /// What was done.
    #[n(2)]
    pub action: Action,
}

impl Receipt {
    /// Reads what an opened receipt says; none where it says nothing that is known here.
    #[must_use]
    pub fn decode(plain: &[u8]) -> Option<Self> {
        cbor::decode(plain).ok()
    }
}
