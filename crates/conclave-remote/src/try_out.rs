//! Tries a folder out before a team is put there: writes a file, reads it back, removes it.
//!
//! A setup screen shows the steps as they went; that a folder looks fine says nothing about
//! whether this computer may write to it.

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use conclave_core::remote::{Key, NoMeter, RemoteError, Trouble};

use crate::folder::Disk;

/// How long each step took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TryOut {
    /// Writing, flushing and renaming a test file of 4 KiB.
    pub wrote: Duration,
    /// Reading it back and comparing.
    pub read_back: Duration,
    /// Removing it and seeing that it is gone.
    pub deleted: Duration,
}

/// Which step failed, and how. The test file is removed again wherever that is possible.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TryOutError {
    /// The test file could not be written.
    #[error("writing a test file")]
    Write(#[source] RemoteError),
    /// It could not be read.
    #[error("reading the test file back")]
    Read(#[source] RemoteError),
    /// Other bytes came back than were written.
    #[error("the test file came back changed")]
    Changed,
    /// It could not be removed, or is still there.
    #[error("removing the test file")]
    Delete(#[source] RemoteError),
}

/// Writes, reads back and deletes a test file directly in `chosen`, which must exist.
///
/// # Errors
/// [`TryOutError`] names the step; its source is [`RemoteError::Gone`] where the folder is missing.
pub async fn try_out(chosen: &Path) -> Result<TryOut, TryOutError> {
    let chosen = chosen.to_path_buf();
    match tokio::task::spawn_blocking(move || run(&chosen)).await {
        Ok(result) => result,
        Err(stopped) => Err(TryOutError::Write(RemoteError::other(
            Trouble::Unknown,
            stopped,
        ))),
    }
}

fn run(chosen: &Path) -> Result<TryOut, TryOutError> {
    let mut random = [0; 4096];
    let unknown = |error: Box<dyn std::error::Error + Send + Sync>| {
        TryOutError::Write(RemoteError::Other {
            trouble: Trouble::Unknown,
            source: error,
        })
    };
    getrandom::fill(&mut random).map_err(|e| unknown(std::io::Error::from(e).into()))?;
    let [a, b, c, d, e, f, g, h, ..] = random;
    let name = format!(
        "conclave-test-{:016x}",
        u64::from_ne_bytes([a, b, c, d, e, f, g, h])
    );
    let key = Key::new(&name).map_err(|e| unknown(e.into()))?;
    let disk = Disk::new(chosen.to_path_buf(), Vec::new(), Arc::new(NoMeter));

    let start = Instant::now();
    disk.put(&key, &random).map_err(TryOutError::Write)?;
    let wrote = start.elapsed();

    let start = Instant::now();
    let read = disk.get(&key, random.len() as u64);
    let read_back = start.elapsed();

    let start = Instant::now();
    let deleted = disk.delete(&key).and_then(|()| match disk.get(&key, 0) {
        Err(RemoteError::NotFound) => Ok(()),
        Err(error) => Err(error),
        Ok(_) => Err(RemoteError::other(
            Trouble::Unknown,
            "the file is still there",
        )),
    });
    let took = TryOut {
        wrote,
        read_back,
        deleted: start.elapsed(),
    };

    if read.map_err(TryOutError::Read)? != random {
        return Err(TryOutError::Changed);
    }
    deleted.map_err(TryOutError::Delete)?;
    Ok(took)
}
