//! The database's schema, and how an older file becomes a newer one.
//!
//! The steps are listed in order; the file's `user_version` says how many it has behind it. A file
//! with more than this version knows is refused untouched. Before a file is moved a copy of it is
//! made and kept, and each step is one transaction with the number it leads to.

use std::{
    fs,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, TransactionBehavior};

use crate::{disk, error::StoreError};

/// Marks the file as ours: `Cncl`.
pub(crate) const APPLICATION_ID: i32 = 0x436e_636c;

/// Every step there is; the schema's number is how many.
pub(crate) const STEPS: &[&str] = &[V1];

/// `team_id` stands in every table but the header, so that a profile holds several teams.
///
/// Numbers of teams, logs and sequences stand in the clear: they order and relate rows and name
/// nobody. `pending.id` is the log's number and the entry's (`pending::row_id`), so that the rows
/// of a log lie together in order and one entry cannot be there twice. `overview_delta` and
/// `overview_pages` draw their ids from one rising sequence: the newer row wins.
const V1: &str = "
CREATE TABLE header (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    profile BLOB NOT NULL CHECK (length(profile) = 16),
    m_kib INTEGER NOT NULL,
    t INTEGER NOT NULL,
    p INTEGER NOT NULL,
    salt BLOB NOT NULL CHECK (length(salt) = 16),
    passphrase BLOB,
    keychain BLOB,
    sealed BLOB NOT NULL
) STRICT;
CREATE TABLE teams (
    team_id INTEGER PRIMARY KEY,
    tag BLOB NOT NULL UNIQUE CHECK (length(tag) = 16),
    sealed BLOB NOT NULL
) STRICT;
CREATE TABLE logs (
    id INTEGER PRIMARY KEY,
    team_id INTEGER NOT NULL REFERENCES teams (team_id),
    tag BLOB NOT NULL UNIQUE CHECK (length(tag) = 16),
    sealed BLOB NOT NULL
) STRICT;
CREATE TABLE named_values (
    id INTEGER PRIMARY KEY,
    team_id INTEGER NOT NULL REFERENCES teams (team_id),
    tag BLOB NOT NULL UNIQUE CHECK (length(tag) = 16),
    sealed BLOB NOT NULL
) STRICT;
CREATE TABLE items (
    id INTEGER PRIMARY KEY,
    team_id INTEGER NOT NULL REFERENCES teams (team_id),
    tag BLOB NOT NULL UNIQUE CHECK (length(tag) = 16),
    sealed BLOB NOT NULL
) STRICT;
CREATE TABLE drafts (
    id INTEGER PRIMARY KEY,
    team_id INTEGER NOT NULL REFERENCES teams (team_id),
    tag BLOB NOT NULL UNIQUE CHECK (length(tag) = 16),
    sealed BLOB NOT NULL
) STRICT;
CREATE TABLE bodies (
    id INTEGER PRIMARY KEY,
    team_id INTEGER NOT NULL REFERENCES teams (team_id),
    tag BLOB NOT NULL UNIQUE CHECK (length(tag) = 16),
    sealed BLOB NOT NULL
) STRICT;
CREATE TABLE packs (
    id INTEGER PRIMARY KEY,
    team_id INTEGER NOT NULL REFERENCES teams (team_id),
    log_id INTEGER NOT NULL REFERENCES logs (id),
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    tag BLOB NOT NULL CHECK (length(tag) = 16),
    sealed BLOB NOT NULL,
    UNIQUE (log_id, first, last, tag)
) STRICT;
CREATE TABLE pending (
    id INTEGER PRIMARY KEY,
    team_id INTEGER NOT NULL REFERENCES teams (team_id),
    log_id INTEGER NOT NULL REFERENCES logs (id),
    sealed BLOB NOT NULL
) STRICT;
CREATE TABLE overview_delta (
    id INTEGER PRIMARY KEY,
    team_id INTEGER NOT NULL REFERENCES teams (team_id),
    sealed BLOB NOT NULL
) STRICT;
CREATE TABLE overview_pages (
    id INTEGER PRIMARY KEY,
    team_id INTEGER NOT NULL REFERENCES teams (team_id),
    sealed BLOB NOT NULL
) STRICT;
";

/// Fills an empty file with the newest schema.
pub(crate) fn create(conn: &mut Connection, steps: &[&str]) -> Result<(), StoreError> {
    conn.pragma_update(None, "application_id", APPLICATION_ID)?;
    for (done, step) in steps.iter().enumerate() {
        apply(conn, step, number(done + 1))?;
    }
    Ok(())
}

/// The number of the file's schema.
///
/// # Errors
/// [`StoreError::Foreign`], [`StoreError::Damaged`] or [`StoreError::Newer`]; nothing was written.
pub(crate) fn check(conn: &Connection, steps: &[&str]) -> Result<u32, StoreError> {
    let read = |name| conn.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
    let application = read("application_id")?;
    let version = read("user_version")?;
    if application != APPLICATION_ID {
        return Err(StoreError::Foreign);
    }
    let known = number(steps.len());
    match u32::try_from(version) {
        Ok(found) if found > known => Err(StoreError::Newer { found, known }),
        Ok(found) if found > 0 => Ok(found),
        // A profile is renamed into place only when it has its schema.
        _ => Err(StoreError::Damaged(None)),
    }
}

/// Moves a checked file from schema `found` to the newest, keeping a copy of it as it was.
pub(crate) fn migrate(
    conn: &mut Connection,
    database: &Path,
    found: u32,
    steps: &[&str],
) -> Result<(), StoreError> {
    let done = found as usize;
    let Some(left) = steps.get(done..).filter(|left| !left.is_empty()) else {
        return Ok(());
    };
    let copy = keep_copy(conn, database, found)?;
    for (step, number) in left.iter().zip(found + 1..) {
        apply(conn, step, number).map_err(|source| StoreError::Migration {
            copy: copy.clone(),
            source,
        })?;
    }
    Ok(())
}

/// One step and the number it leads to, together or not at all.
fn apply(conn: &mut Connection, step: &str, number: u32) -> rusqlite::Result<()> {
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    tx.execute_batch(step)?;
    tx.pragma_update(None, "user_version", number)?;
    tx.commit()
}

/// Writes `<name>.schema-<n>` beside the database. It holds only what the database holds: sealed
/// rows under the same key.
fn keep_copy(conn: &Connection, database: &Path, found: u32) -> Result<PathBuf, StoreError> {
    let beside = |suffix: &str| {
        let mut name = database.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    };
    let copy = beside(&format!(".schema-{found}"));
    let unfinished = beside(&format!(".schema-{found}.part"));
    match fs::remove_file(&unfinished) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    // VACUUM INTO takes an empty file that exists; made here, it is the owner's alone.
    disk::create_private(&unfinished)?;
    let target = unfinished
        .to_str()
        .ok_or(StoreError::Io(std::io::ErrorKind::InvalidFilename.into()))?;
    conn.execute("VACUUM INTO ?1", [target])?;
    fs::File::open(&unfinished)?.sync_all()?;
    fs::rename(&unfinished, &copy)?;
    disk::sync_folder(&copy)?;
    Ok(copy)
}

fn number(steps: usize) -> u32 {
    u32::try_from(steps).unwrap_or(u32::MAX)
}
