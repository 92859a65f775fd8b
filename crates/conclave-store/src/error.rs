//! What can go wrong with a profile, in sentences a person understands.
//!
//! House rules: a message says what happened and what was kept; causes are sources; nothing of a
//! row's content, of a key or of a passphrase ever stands in a message.

use std::{io, path::PathBuf};

use conclave_crypto::KdfError;
use rusqlite::ErrorCode;
use thiserror::Error;

/// Any failure of the local store. Whatever it is, an unfinished transaction has left no trace.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StoreError {
    /// A profile is never written over.
    #[error("there is already a profile in this folder")]
    Exists,
    /// The folder has no database.
    #[error("there is no profile in this folder")]
    NoProfile,
    /// Another process, or another part of this one, has the profile open.
    #[error("this profile is already open")]
    InUse,
    /// The database has a schema that this version does not know. Nothing was changed.
    #[error(
        "this profile was last used with a newer version of Conclave; update Conclave to open it"
    )]
    Newer {
        /// The schema of the file.
        found: u32,
        /// The newest schema that this version knows.
        known: u32,
    },
    /// The file is a database of something else. Nothing was changed.
    #[error("the file in this folder is not a Conclave profile")]
    Foreign,
    /// The database's structure is broken. Nothing is written over, so it can still be examined.
    #[error("the profile's database is damaged; nothing in it was changed")]
    Damaged(#[source] Option<rusqlite::Error>),
    /// A row does not open where it stands: its bytes were changed or come from another place.
    #[error("stored data ({table}) was altered or is damaged")]
    Altered {
        /// The table that the row stands in.
        table: &'static str,
    },
    /// The key is not this profile's, or the row that proves it was altered: both look alike.
    #[error("this key does not open the profile")]
    WrongKey,
    /// The key is right, but the data beside it in the clear is not what was written.
    #[error("the settings that protect this profile were altered; it stays locked")]
    HeaderAltered,
    /// The passphrase parameters lie outside the bounds: somebody edited them.
    #[error("the passphrase settings of this profile were altered")]
    Kdf(#[from] KdfError),
    /// No room is left. The change was not saved, what was saved before is intact.
    #[error("the disk is full; the last change was not saved")]
    Full,
    /// The folder, the file or the medium refuses writing.
    #[error("the profile cannot be written; check the permissions of its folder")]
    ReadOnly,
    /// Something is larger than any honest caller makes it.
    #[error("{what} is too large to store ({len} bytes, at most {max})")]
    TooLarge {
        /// What it is.
        what: &'static str,
        /// Its length in bytes.
        len: usize,
        /// The longest that is taken.
        max: usize,
    },
    /// An own entry that does not continue the log: two entries of one number would be a fork.
    #[error("an own entry is out of order: number {found} came where {expected} belongs")]
    OutOfOrder {
        /// The sequence number that comes next.
        expected: u64,
        /// The one that was given.
        found: u64,
    },
    /// The move to a newer schema failed; the database is as it was before.
    #[error("the profile could not be moved to this version of Conclave; it is unchanged, and a copy lies at {}", copy.display())]
    Migration {
        /// The copy made before the attempt.
        copy: PathBuf,
        /// What failed.
        source: rusqlite::Error,
    },
    /// The files could not be used.
    #[error("the profile's files could not be used")]
    Io(#[source] io::Error),
    /// The database refused for another reason.
    #[error("the local database failed")]
    Database(#[source] rusqlite::Error),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::Error;
        match &error {
            Error::SqliteFailure(failure, _) => match failure.code {
                ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::TooBig => {
                    Self::Damaged(Some(error))
                }
                ErrorCode::DiskFull => Self::Full,
                ErrorCode::ReadOnly | ErrorCode::PermissionDenied => Self::ReadOnly,
                ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::InUse,
                _ => Self::Database(error),
            },
            // A column of another type than the schema says: the file was tampered with.
            Error::FromSqlConversionFailure(..)
            | Error::IntegralValueOutOfRange(..)
            | Error::InvalidColumnType(..)
            | Error::InvalidColumnIndex(..)
            | Error::InvalidColumnName(..)
            | Error::Utf8Error(..) => Self::Damaged(Some(error)),
            _ => Self::Database(error),
        }
    }
}

impl From<rusqlite::types::FromSqlError> for StoreError {
    fn from(_: rusqlite::types::FromSqlError) -> Self {
        Self::Damaged(None)
    }
}

impl From<io::Error> for StoreError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full,
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly,
            _ => Self::Io(error),
        }
    }
}
