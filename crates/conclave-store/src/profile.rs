//! A profile while it is locked: created, opened, checked, and turned into an open store by its key.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use conclave_crypto::LocalMasterKey;
use rand_core::CryptoRng;
use rusqlite::{Connection, OpenFlags, config::DbConfig, limits::Limit};

use crate::{
    disk::{self, ProfileLock},
    error::StoreError,
    header::LockHeader,
    open::OpenStore,
    schema,
    sealed::{Keys, MAX_ROW, Table},
};

/// The database's name in the profile's folder.
const DATABASE: &str = "conclave.db";

/// A database that is being made; renamed when it is whole.
const UNFINISHED: &str = "conclave.db.new";

/// The longest cell: the longest row, padded (12 % at most) and sealed.
const MAX_CELL: i32 = (MAX_ROW + MAX_ROW / 8 + 4096) as i32;

/// A locked profile. Nobody else can open it while this lives.
pub struct Store {
    // Dropped in this order: the database is closed before its lock is released.
    conn: Connection,
    header: LockHeader,
    sealed: Vec<u8>,
    folder: PathBuf,
    lock: ProfileLock,
}

impl Store {
    /// Makes a new profile in a folder, which is made too, and opens it.
    ///
    /// # Errors
    /// [`StoreError::Exists`], [`StoreError::InUse`], [`StoreError::Full`],
    /// [`StoreError::ReadOnly`] or what else the disk refuses. No half-made profile is left.
    pub fn create<R: CryptoRng + ?Sized>(
        folder: &Path,
        header: &LockHeader,
        lmk: &LocalMasterKey,
        rng: &mut R,
    ) -> Result<Self, StoreError> {
        Self::create_with(folder, header, lmk, rng, schema::STEPS)
    }

    /// Opens the profile in a folder, moving it to this version's schema if it is older.
    ///
    /// # Errors
    /// [`StoreError::NoProfile`], [`StoreError::InUse`], [`StoreError::Newer`],
    /// [`StoreError::Foreign`], [`StoreError::Damaged`], [`StoreError::Kdf`] or
    /// [`StoreError::Migration`]; in none of these cases is anything written over.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        Self::open_with(folder, schema::STEPS)
    }

    /// The clear part of the profile.
    #[must_use]
    pub const fn header(&self) -> &LockHeader {
        &self.header
    }

    /// The profile's folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Unlocks with the local master key, which the header's wraps give.
    ///
    /// The randomness is used for every row that is written.
    ///
    /// # Errors
    /// The store, locked as before, with [`StoreError::WrongKey`] or
    /// [`StoreError::HeaderAltered`].
    #[expect(
        clippy::result_large_err,
        reason = "the store comes back whole, and this happens once per attempt to unlock"
    )]
    pub fn unlock(
        self,
        lmk: LocalMasterKey,
        rng: impl CryptoRng + Send + 'static,
    ) -> Result<OpenStore, (Self, StoreError)> {
        let keys = Keys::derive(&lmk, *self.header.profile());
        let Ok(digest) = keys.open(Table::Header, None, &[], &self.sealed) else {
            return Err((self, StoreError::WrongKey));
        };
        if digest.as_slice() != self.header.digest() {
            return Err((self, StoreError::HeaderAltered));
        }
        Ok(OpenStore::new(self, lmk, keys, Box::new(rng)))
    }

    /// Deletes the database: what was never shared with anybody is gone then.
    ///
    /// # Errors
    /// What the disk refuses.
    pub fn erase(self) -> Result<(), StoreError> {
        let database = self.folder.join(DATABASE);
        let (conn, _, _, lock) = self.into_parts();
        conn.close().map_err(|(_, error)| error)?;
        fs::remove_file(&database)?;
        let mut wal = database.clone().into_os_string();
        wal.push("-wal");
        match fs::remove_file(wal) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        disk::sync_folder(&database)?;
        drop(lock);
        Ok(())
    }

    pub(crate) fn create_with<R: CryptoRng + ?Sized>(
        folder: &Path,
        header: &LockHeader,
        lmk: &LocalMasterKey,
        rng: &mut R,
        steps: &[&str],
    ) -> Result<Self, StoreError> {
        disk::create_folder(folder)?;
        let lock = ProfileLock::take(folder)?;
        let database = folder.join(DATABASE);
        if database.try_exists()? {
            return Err(StoreError::Exists);
        }
        // An earlier attempt may have been cut short. Ours is the lock, so nobody is at it.
        let unfinished = folder.join(UNFINISHED);
        for suffix in ["", "-wal", "-journal"] {
            let mut name = unfinished.clone().into_os_string();
            name.push(suffix);
            match fs::remove_file(name) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
                _ => {}
            }
        }
        disk::create_private(&unfinished)?;
        let mut conn = connect(&unfinished)?;
        configure(&conn)?;
        schema::create(&mut conn, steps)?;
        let keys = Keys::derive(lmk, *header.profile());
        let sealed = keys.seal(Table::Header, None, &[], &header.digest(), rng)?;
        header.store(&conn, &sealed)?;
        conn.close().map_err(|(_, error)| error)?;
        fs::File::open(&unfinished)?.sync_all()?;
        fs::rename(&unfinished, &database)?;
        disk::sync_folder(&database)?;
        Self::open_locked(folder, lock, steps)
    }

    pub(crate) fn open_with(folder: &Path, steps: &[&str]) -> Result<Self, StoreError> {
        // Looked for first, so that a mistyped folder does not get a lock file.
        if !folder.join(DATABASE).try_exists()? {
            return Err(StoreError::NoProfile);
        }
        let lock = ProfileLock::take(folder)?;
        Self::open_locked(folder, lock, steps)
    }

    fn open_locked(folder: &Path, lock: ProfileLock, steps: &[&str]) -> Result<Self, StoreError> {
        let database = folder.join(DATABASE);
        if fs::metadata(&database)?.len() == 0 {
            // SQLite would take it for a new database and fill it.
            return Err(StoreError::Damaged(None));
        }
        let mut conn = connect(&database)?;
        let found = schema::check(&conn, steps)?;
        configure(&conn)?;
        schema::migrate(&mut conn, &database, found, steps)?;
        let (header, sealed) = LockHeader::load(&conn)?;
        Ok(Self {
            conn,
            header,
            sealed,
            folder: folder.to_owned(),
            lock,
        })
    }

    pub(crate) fn into_parts(self) -> (Connection, LockHeader, PathBuf, ProfileLock) {
        (self.conn, self.header, self.folder, self.lock)
    }

    /// Back to locked, over the same connection and lock.
    pub(crate) const fn from_parts(
        conn: Connection,
        header: LockHeader,
        sealed: Vec<u8>,
        folder: PathBuf,
        lock: ProfileLock,
    ) -> Self {
        Self {
            conn,
            header,
            sealed,
            folder,
            lock,
        }
    }
}

/// Opens a file that exists, in a way that writes nothing until [`configure`] is called: a file
/// that is refused must stay as it is, its write-ahead log too.
fn connect(database: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(database, flags)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    // The file is hostile until its rows are opened: no code of its schema runs here.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false)?;
    conn.set_limit(Limit::SQLITE_LIMIT_LENGTH, MAX_CELL)?;
    conn.set_prepared_statement_cache_capacity(64);
    // The profile lock already keeps others out; so the index of the write-ahead log can live in
    // memory, and there is no third file.
    conn.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    Ok(conn)
}

fn configure(conn: &Connection) -> Result<(), StoreError> {
    conn.pragma_update(None, "cell_size_check", true)?;
    conn.pragma_update(None, "foreign_keys", true)?;
    conn.pragma_update(None, "secure_delete", true)?;
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    // Every commit is an fsync: what a person was told is saved must outlive the power.
    conn.pragma_update(None, "journal_mode", "WAL")?;
    conn.pragma_update(None, "synchronous", "FULL")?;
    // On macOS a plain fsync leaves the data in the drive's cache.
    conn.pragma_update(None, "fullfsync", true)?;
    conn.pragma_update(None, "checkpoint_fullfsync", true)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    Ok(())
}
