//! The keys of single contents: an item's revision, an attachment.

use crate::keys::secret;

secret! {
    /// DEK: seals one revision of one item; wrapped once for each scope that the item is in.
    ContentKey: env
}

secret! {
    /// Seals one attachment; lies in the payload of the item, so that an edit re-encrypts nothing.
    FileKey: env
}
