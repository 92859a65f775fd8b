//! The outer key: what everybody ever admitted holds.

use crate::keys::secret;

secret! {
    /// OUT: hides everything from the storage, and from nobody else.
    OuterKey: env
}
