//! The local store of one person on one computer: a SQLite file in which every row is sealed.
//!
//! A profile is a folder with `conclave.db`. It is [`Store`] while locked, when nothing but its
//! [`LockHeader`] can be read, and [`OpenStore`] while unlocked; locking consumes the open store
//! and wipes its keys. Everything is written inside [`OpenStore::transaction`], so an edit (its
//! log entry, the body, the item's row, the line in the list) is saved whole or not at all, and
//! once the call returns it survives the process and the power.
//!
//! **This crate knows nothing of what it stores**: entries, packs and items are bytes to it, and
//! who may do what is decided above. What it promises is that bytes come back unchanged, from the
//! place they were put, or not at all. It cannot promise that they are the newest: whoever can
//! write the file can put back an older one, and that is found by the digest in the keychain and
//! by the team's logs (docs/threat-model.md).

mod disk;
mod error;
mod header;
mod keyed;
mod log;
mod open;
mod overview;
mod profile;
mod schema;
mod sealed;
#[cfg(test)]
mod tests;

pub use error::StoreError;
pub use header::{LockHeader, Wrap};
pub use keyed::Opened;
pub use log::{PackRow, Packs, PendingEntry};
pub use open::{OpenStore, Reader, Tx};
pub use overview::Overviews;
pub use profile::Store;
