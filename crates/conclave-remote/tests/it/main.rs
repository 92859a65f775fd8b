//! The folder backend against real folders: its contract, what others put there, crashes, notices.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]
#![allow(
    clippy::disallowed_methods,
    reason = "a writer is started to be killed; pipes are made"
)]

mod contract;
mod crash;
#[cfg(target_os = "linux")]
mod full_disk;
mod hostile_folder;
mod measured;
mod watching;

use std::path::Path;

use conclave_core::{id::TeamId, remote::Key};
use conclave_remote::FolderRemote;

/// A remote of a test's team in `chosen`, made.
async fn made(chosen: &Path) -> FolderRemote {
    let remote = unmade(chosen);
    remote.create().await.unwrap();
    remote
}

fn unmade(chosen: &Path) -> FolderRemote {
    FolderRemote::new(chosen, &TeamId::new([0xc1; 32]))
}

fn key(path: &str) -> Key {
    Key::new(path).unwrap()
}
