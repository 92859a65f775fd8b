//! What can go wrong with an unlocked profile. Messages say what failed; the cause is the source.

use conclave_core::{
    item::ItemError,
    pack::{BuildError, PackError},
    replica::WriteError,
};
use conclave_store::StoreError;

/// What can go wrong with an unlocked profile.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The store failed.
    #[error("the local store failed")]
    Store(#[from] StoreError),
    /// The team's rules do not allow it, or a key is missing.
    #[error("this could not be written")]
    Write(#[from] WriteError),
    /// An item's payload cannot be read or is too large.
    #[error("this item could not be read or written")]
    Item(#[from] ItemError),
    /// A sealed file could not be kept or read.
    #[error("a file of this profile could not be read or written")]
    Disk(#[from] std::io::Error),
    /// What the store keeps is not what was put there.
    #[error("the local store holds something that does not belong there")]
    Damaged,
    /// A kept pack does not open.
    #[error("a kept file does not open")]
    Pack(#[from] PackError),
    /// Own entries could not be packed.
    #[error("the own entries could not be packed")]
    Build(#[from] BuildError),
    /// The thing is not here, or its key is not.
    #[error("this does not exist, or not any more")]
    NotFound,
    /// The edit was made from something that has changed meanwhile.
    #[error("this has changed meanwhile")]
    Changed,
    /// Writing has stopped after an alarm.
    #[error("writing has stopped")]
    Stopped,
    /// A newer version is needed to write.
    #[error("a newer version is needed to write")]
    ReadOnly,
    /// Not possible in the present state.
    #[error("this is not possible now")]
    Unsuitable,
}
