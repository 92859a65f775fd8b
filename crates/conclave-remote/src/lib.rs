//! Where a team's ciphertext lies: the backends of [`Remote`](conclave_core::remote::Remote) and
//! the watching of what arrives there.
//!
//! Today there is one, a plain folder, which a sync tool, a network share or a memory stick may
//! carry to the others. A folder writer of our own is small and does what ready-made ones do not:
//! every write is a temporary file, flushed, renamed, and its folder flushed; links are not
//! followed; a folder that a person chose is never made anew behind their back.
//!
//! **What is read here is not verified here**: this crate moves bytes and knows no key.

pub mod folder;
pub mod place;
pub mod try_out;
pub mod watch;

pub use folder::FolderRemote;
pub use place::{SyncedBy, synced_by};
pub use try_out::{TryOut, TryOutError, try_out};
pub use watch::{Change, Watch, WatchOptions, watch};
