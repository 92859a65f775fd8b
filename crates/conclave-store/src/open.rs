//! A profile while it is unlocked: reading, and transactions that write.

use std::{
    collections::{BTreeMap, HashMap},
    ops::Deref,
    path::{Path, PathBuf},
};

use conclave_core::id::TeamId;
use conclave_crypto::LocalMasterKey;
use rand_core::CryptoRng;
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use crate::{
    disk::ProfileLock,
    error::StoreError,
    header::LockHeader,
    overview::{self, Ledger, Overviews, Staged},
    profile::Store,
    sealed::{Keys, Table, altered},
};

/// The randomness of a store.
pub(crate) type StoreRng = dyn CryptoRng + Send;

/// An unlocked profile. Reading is through [`Reader`], to which it dereferences.
pub struct OpenStore {
    reader: Reader,
    lmk: LocalMasterKey,
    rng: Box<StoreRng>,
    ledgers: HashMap<TeamId, Ledger>,
    header: LockHeader,
    folder: PathBuf,
    lock: ProfileLock,
}

/// What can be read from an unlocked profile, inside a transaction and outside.
pub struct Reader {
    pub(crate) conn: Connection,
    pub(crate) keys: Keys,
}

/// One transaction. It reads what it wrote, overviews excepted.
pub struct Tx<'a> {
    reader: &'a Reader,
    pub(crate) rng: &'a mut StoreRng,
    pub(crate) staged: BTreeMap<TeamId, Staged>,
}

impl Deref for OpenStore {
    type Target = Reader;

    fn deref(&self) -> &Reader {
        &self.reader
    }
}

impl Deref for Tx<'_> {
    type Target = Reader;

    fn deref(&self) -> &Reader {
        self.reader
    }
}

impl OpenStore {
    pub(crate) fn new(store: Store, lmk: LocalMasterKey, keys: Keys, rng: Box<StoreRng>) -> Self {
        let (conn, header, folder, lock) = store.into_parts();
        Self {
            reader: Reader { conn, keys },
            lmk,
            rng,
            ledgers: HashMap::new(),
            header,
            folder,
            lock,
        }
    }

    /// Wipes the keys and what is known of the overviews; the profile stays open and held.
    ///
    /// # Errors
    /// If the header can no longer be read; the keys are wiped all the same.
    pub fn lock(self) -> Result<Store, StoreError> {
        let Self {
            reader: Reader { conn, keys },
            lmk,
            folder,
            lock,
            ..
        } = self;
        drop((keys, lmk));
        let (header, sealed) = LockHeader::load(&conn)?;
        Ok(Store::from_parts(conn, header, sealed, folder, lock))
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

    /// The local master key: to wrap it anew when a passphrase changes, and to wrap seeds.
    #[must_use]
    pub const fn master_key(&self) -> &LocalMasterKey {
        &self.lmk
    }

    /// Replaces the header, with its wraps, in one transaction: a changed passphrase, a keychain
    /// slot switched on or off. The wraps must be of [`master_key`](Self::master_key).
    ///
    /// # Errors
    /// [`StoreError::HeaderAltered`] for another profile's header or one without any wrap, which
    /// would lock the person out; else what the disk refuses, and then the old header stands.
    pub fn set_header(&mut self, header: LockHeader) -> Result<(), StoreError> {
        let openable = header.has_passphrase() || header.has_keychain();
        if header.profile() != self.header.profile() || !openable {
            return Err(StoreError::HeaderAltered);
        }
        let digest = header.digest();
        let sealed = self
            .reader
            .keys
            .seal(Table::Header, None, &[], &digest, &mut *self.rng)?;
        let tx = begin(&self.reader.conn)?;
        header.store(&tx, &sealed)?;
        tx.commit()?;
        self.header = header;
        Ok(())
    }

    /// Runs a transaction: all that the closure writes is saved durably when this returns `Ok`,
    /// and nothing of it if the closure or the disk fails.
    ///
    /// # Errors
    /// The closure's own, or a [`StoreError`] turned into its type.
    pub fn transaction<T, E: From<StoreError>>(
        &mut self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let sql = begin(&self.reader.conn)?;
        let mut tx = Tx {
            reader: &self.reader,
            rng: &mut *self.rng,
            staged: BTreeMap::new(),
        };
        let result = work(&mut tx)?;
        let changes = overview::write_staged(&mut tx, &self.ledgers)?;
        sql.commit().map_err(StoreError::from)?;
        // Only now: what was rolled back must not be remembered as written.
        for (team, change) in changes {
            self.ledgers.entry(team).or_default().apply(change);
        }
        Ok(result)
    }

    /// Reads the overviews of all of a team's items, in one pass over packed pages.
    ///
    /// From then on the store also knows which pages are worn, and cleans them as it appends.
    ///
    /// # Errors
    /// [`StoreError::Altered`]: then [`Tx::clear_overviews`] and writing them anew from the items
    /// is the way out; else what the database refuses.
    pub fn load_overviews(&mut self, team: &TeamId) -> Result<Overviews, StoreError> {
        let (overviews, ledger) = overview::load(&self.reader, team)?;
        self.ledgers.insert(*team, ledger);
        Ok(overviews)
    }

    /// Moves everything from the write-ahead log into the database and empties the log, so that
    /// no earlier version of a wiped row is left in it.
    ///
    /// # Errors
    /// What the disk refuses; nothing is lost then.
    pub fn checkpoint(&self) -> Result<(), StoreError> {
        let busy = self
            .reader
            .conn
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| {
                row.get::<_, i64>(0)
            })?;
        if busy == 0 {
            Ok(())
        } else {
            Err(StoreError::InUse)
        }
    }

    /// Whether the write-ahead log is folded into the database by itself as it grows (it is).
    /// Measurements switch it off, to count the bytes that commits write.
    ///
    /// # Errors
    /// What the database refuses.
    pub fn set_auto_checkpoint(&self, on: bool) -> Result<(), StoreError> {
        let pages = if on { 1000 } else { 0 };
        self.reader
            .conn
            .pragma_update_and_check(None, "wal_autocheckpoint", pages, |_| Ok(()))?;
        Ok(())
    }
}

#[cfg(test)]
impl OpenStore {
    pub(crate) fn ledger(&self, team: &TeamId) -> Option<&Ledger> {
        self.ledgers.get(team)
    }
}

impl Reader {
    /// Checks the structure of the whole file; it takes time in proportion to its size.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if anything is wrong.
    pub fn check_structure(&self) -> Result<(), StoreError> {
        let found: String = self
            .conn
            .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        if found == "ok" {
            Ok(())
        } else {
            Err(StoreError::Damaged(None))
        }
    }

    /// The teams that anything was stored for.
    ///
    /// # Errors
    /// [`StoreError::Altered`], or what the database refuses.
    pub fn teams(&self) -> Result<Vec<TeamId>, StoreError> {
        let mut statement = self.conn.prepare_cached("SELECT tag, sealed FROM teams")?;
        let mut rows = statement.query([])?;
        let mut teams = Vec::new();
        while let Some(row) = rows.next()? {
            let tag = row.get_ref(0)?.as_blob()?;
            let id = self
                .keys
                .open(Table::Teams, None, tag, row.get_ref(1)?.as_blob()?)?;
            // The row of what belongs to no team is empty.
            if !id.is_empty() {
                let id = id
                    .as_slice()
                    .try_into()
                    .map_err(|_| altered(Table::Teams))?;
                teams.push(TeamId::new(id));
            }
        }
        teams.sort_unstable();
        Ok(teams)
    }

    /// The number that stands for a team in the tables, if it has one.
    pub(crate) fn team_number(&self, team: Option<&TeamId>) -> Result<Option<i64>, StoreError> {
        Ok(self
            .conn
            .prepare_cached("SELECT team_id FROM teams WHERE tag = ?1")?
            .query_row([self.keys.tag(Table::Teams, team, &[])], |row| row.get(0))
            .optional()?)
    }
}

impl Tx<'_> {
    /// Deletes everything of a team: after leaving it, or when joining was given up.
    ///
    /// # Errors
    /// What the database refuses.
    pub fn forget_team(&mut self, team: &TeamId) -> Result<(), StoreError> {
        self.clear_overviews(team)?;
        let Some(number) = self.team_number(Some(team))? else {
            return Ok(());
        };
        for sql in [
            "DELETE FROM pending WHERE team_id = ?1",
            "DELETE FROM packs WHERE team_id = ?1",
            "DELETE FROM bodies WHERE team_id = ?1",
            "DELETE FROM items WHERE team_id = ?1",
            "DELETE FROM drafts WHERE team_id = ?1",
            "DELETE FROM named_values WHERE team_id = ?1",
            "DELETE FROM logs WHERE team_id = ?1",
            "DELETE FROM teams WHERE team_id = ?1",
        ] {
            self.conn.prepare_cached(sql)?.execute([number])?;
        }
        Ok(())
    }

    /// The number that stands for a team in the tables; it gets one with its first row.
    pub(crate) fn team_number_or_new(&mut self, team: Option<&TeamId>) -> Result<i64, StoreError> {
        if let Some(number) = self.team_number(team)? {
            return Ok(number);
        }
        let tag = self.keys.tag(Table::Teams, team, &[]);
        let id = team.map_or(&[][..], |team| team.as_bytes());
        let sealed = self.seal(Table::Teams, None, &tag, id)?;
        self.conn
            .prepare_cached("INSERT INTO teams (tag, sealed) VALUES (?1, ?2)")?
            .execute(params![tag, sealed])?;
        Ok(self.conn.last_insert_rowid())
    }

    pub(crate) fn seal(
        &mut self,
        table: Table,
        team: Option<&TeamId>,
        row: &[u8],
        plaintext: &[u8],
    ) -> Result<Vec<u8>, StoreError> {
        self.reader
            .keys
            .seal(table, team, row, plaintext, &mut *self.rng)
    }
}

/// Begins a transaction that holds the write lock from the start. The connection is ours alone and
/// transactions do not nest: [`OpenStore::transaction`] borrows the store mutably.
fn begin(conn: &Connection) -> Result<Transaction<'_>, StoreError> {
    Ok(Transaction::new_unchecked(
        conn,
        TransactionBehavior::Immediate,
    )?)
}
