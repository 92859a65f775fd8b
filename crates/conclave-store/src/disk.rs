//! The files around the database: private, durable, and held by one process at a time.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io,
    path::Path,
};

use crate::error::StoreError;

/// The lock on a profile's folder. The operating system releases it when the process ends, however
/// it ends; the file itself stays and means nothing.
#[derive(Debug)]
pub(crate) struct ProfileLock {
    _file: File,
}

impl ProfileLock {
    const NAME: &str = "profile.lock";

    /// Takes the lock or refuses at once.
    pub(crate) fn take(folder: &Path) -> Result<Self, StoreError> {
        let file = options()
            .create(true)
            .truncate(false)
            .open(folder.join(Self::NAME))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(StoreError::InUse),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }
}

/// Makes the folder, and those above it, the owner's alone.
pub(crate) fn create_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Makes an empty file that only its owner reads. SQLite gives the files beside it the same mode.
pub(crate) fn create_private(path: &Path) -> io::Result<()> {
    options().create_new(true).open(path)?.sync_all()
}

/// Makes a name in a folder durable: a file's own fsync does not cover the entry that names it.
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    // Windows has no handle on a folder that could be flushed; NTFS logs names by itself.
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        File::open(folder)?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
