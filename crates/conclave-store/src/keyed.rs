//! The simple rows, one sealed value under one name: values, items, drafts and bodies.
//!
//! All four tables have the same columns and are read and written by the same code. A lookup is
//! one step down an index and one into the table, however many rows there are.

use conclave_core::id::{EntryHash, ItemId, TeamId};
use rusqlite::params;
use zeroize::Zeroizing;

use crate::{
    error::StoreError,
    open::{Reader, Tx},
    sealed::{Table, altered, check_len},
};

/// What was stored, opened; it is wiped when dropped.
pub type Opened = Zeroizing<Vec<u8>>;

/// The longest name of a value or key of a draft.
const MAX_NAME: usize = 256;

/// The statements of one table.
struct Sql {
    get: &'static str,
    put: &'static str,
    delete: &'static str,
    list: &'static str,
}

macro_rules! sql {
    ($table:literal) => {
        Sql {
            get: concat!("SELECT sealed FROM ", $table, " WHERE tag = ?1"),
            put: concat!(
                "INSERT INTO ",
                $table,
                " (team_id, tag, sealed) VALUES (?1, ?2, ?3)",
                " ON CONFLICT (tag) DO UPDATE SET sealed = excluded.sealed"
            ),
            delete: concat!("DELETE FROM ", $table, " WHERE tag = ?1"),
            list: concat!(
                "SELECT tag, sealed FROM ",
                $table,
                " WHERE team_id = ?1 ORDER BY id"
            ),
        }
    };
}

const fn sql(table: Table) -> &'static Sql {
    match table {
        Table::Items => &sql!("items"),
        Table::Drafts => &sql!("drafts"),
        Table::Bodies => &sql!("bodies"),
        _ => &sql!("named_values"),
    }
}

impl Reader {
    /// A value by its name, of a team or of the profile itself.
    ///
    /// # Errors
    /// [`StoreError::Altered`], or what the database refuses.
    pub fn value(&self, team: Option<&TeamId>, name: &str) -> Result<Option<Opened>, StoreError> {
        self.get_named(Table::Values, team, name.as_bytes())
    }

    /// Every value whose name begins with a prefix, by name.
    ///
    /// # Errors
    /// [`StoreError::Altered`], or what the database refuses.
    pub fn values(
        &self,
        team: Option<&TeamId>,
        prefix: &str,
    ) -> Result<Vec<(String, Opened)>, StoreError> {
        let mut found = Vec::new();
        for (name, data) in self.list_named(Table::Values, team)? {
            let name = String::from_utf8(name).map_err(|_| altered(Table::Values))?;
            if name.starts_with(prefix) {
                found.push((name, data));
            }
        }
        found.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        Ok(found)
    }

    /// What an item's row holds.
    ///
    /// # Errors
    /// [`StoreError::Altered`], or what the database refuses.
    pub fn item(&self, team: &TeamId, item: &ItemId) -> Result<Option<Opened>, StoreError> {
        self.get(Table::Items, Some(team), item.as_bytes())
    }

    /// An unsaved draft by the key it was put under.
    ///
    /// # Errors
    /// [`StoreError::Altered`], or what the database refuses.
    pub fn draft(&self, team: &TeamId, key: &[u8]) -> Result<Option<Opened>, StoreError> {
        self.get_named(Table::Drafts, Some(team), key)
    }

    /// Every unsaved draft of a team with its key, oldest first: what a crash left to offer again.
    ///
    /// # Errors
    /// [`StoreError::Altered`], or what the database refuses.
    pub fn drafts(&self, team: &TeamId) -> Result<Vec<(Vec<u8>, Opened)>, StoreError> {
        self.list_named(Table::Drafts, Some(team))
    }

    /// The body of an entry, packed or pending, as it was sealed by its author.
    ///
    /// # Errors
    /// [`StoreError::Altered`], or what the database refuses.
    pub fn body(&self, team: &TeamId, entry: &EntryHash) -> Result<Option<Opened>, StoreError> {
        self.get(Table::Bodies, Some(team), entry.as_bytes())
    }

    /// Whether the body of an entry is here; nothing is opened.
    ///
    /// # Errors
    /// What the database refuses.
    pub fn has_body(&self, team: &TeamId, entry: &EntryHash) -> Result<bool, StoreError> {
        let tag = self.keys.tag(Table::Bodies, Some(team), entry.as_bytes());
        let found = self
            .conn
            .prepare_cached("SELECT 1 FROM bodies WHERE tag = ?1")?
            .exists([tag])?;
        Ok(found)
    }

    fn get(
        &self,
        table: Table,
        team: Option<&TeamId>,
        row: &[u8],
    ) -> Result<Option<Opened>, StoreError> {
        let tag = self.keys.tag(table, team, row);
        let mut statement = self.conn.prepare_cached(sql(table).get)?;
        let mut rows = statement.query([tag])?;
        let Some(found) = rows.next()? else {
            return Ok(None);
        };
        let sealed = found.get_ref(0)?.as_blob()?;
        // The pseudonym stands for the row in the context: it is a PRF of the id.
        self.keys.open(table, team, &tag, sealed).map(Some)
    }

    fn get_named(
        &self,
        table: Table,
        team: Option<&TeamId>,
        name: &[u8],
    ) -> Result<Option<Opened>, StoreError> {
        let Some(mut plaintext) = self.get(table, team, name)? else {
            return Ok(None);
        };
        split_name(table, &mut plaintext)?;
        Ok(Some(plaintext))
    }

    fn list_named(
        &self,
        table: Table,
        team: Option<&TeamId>,
    ) -> Result<Vec<(Vec<u8>, Opened)>, StoreError> {
        let Some(number) = self.team_number(team)? else {
            return Ok(Vec::new());
        };
        let mut statement = self.conn.prepare_cached(sql(table).list)?;
        let mut rows = statement.query([number])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let (tag, sealed) = (row.get_ref(0)?.as_blob()?, row.get_ref(1)?.as_blob()?);
            let mut plaintext = self.keys.open(table, team, tag, sealed)?;
            let name = split_name(table, &mut plaintext)?;
            found.push((name, plaintext));
        }
        Ok(found)
    }
}

impl Tx<'_> {
    /// Puts a value under a name of at most 256 bytes, in place of an earlier one.
    ///
    /// # Errors
    /// [`StoreError::TooLarge`], or what the database refuses.
    pub fn put_value(
        &mut self,
        team: Option<&TeamId>,
        name: &str,
        data: &[u8],
    ) -> Result<(), StoreError> {
        self.put_named(Table::Values, team, name.as_bytes(), data)
    }

    /// Deletes a value; `false` if there was none.
    ///
    /// # Errors
    /// What the database refuses.
    pub fn delete_value(&mut self, team: Option<&TeamId>, name: &str) -> Result<bool, StoreError> {
        self.delete(Table::Values, team, name.as_bytes())
    }

    /// Puts what an item's row is to hold, in place of what it held.
    ///
    /// # Errors
    /// [`StoreError::TooLarge`], or what the database refuses.
    pub fn put_item(
        &mut self,
        team: &TeamId,
        item: &ItemId,
        data: &[u8],
    ) -> Result<(), StoreError> {
        self.put(Table::Items, Some(team), item.as_bytes(), data)
    }

    /// Deletes an item's row; `false` if there was none. Its overview goes separately.
    ///
    /// # Errors
    /// What the database refuses.
    pub fn delete_item(&mut self, team: &TeamId, item: &ItemId) -> Result<bool, StoreError> {
        self.delete(Table::Items, Some(team), item.as_bytes())
    }

    /// Puts an unsaved draft under a key of the caller's choice, at most 256 bytes.
    ///
    /// # Errors
    /// [`StoreError::TooLarge`], or what the database refuses.
    pub fn put_draft(&mut self, team: &TeamId, key: &[u8], data: &[u8]) -> Result<(), StoreError> {
        self.put_named(Table::Drafts, Some(team), key, data)
    }

    /// Deletes a draft; `false` if there was none.
    ///
    /// # Errors
    /// What the database refuses.
    pub fn delete_draft(&mut self, team: &TeamId, key: &[u8]) -> Result<bool, StoreError> {
        self.delete(Table::Drafts, Some(team), key)
    }

    /// Puts the body of an entry, in place of what was there: one that was fetched later, or
    /// fetched again because its row was damaged.
    ///
    /// # Errors
    /// [`StoreError::TooLarge`], or what the database refuses.
    pub fn put_body(
        &mut self,
        team: &TeamId,
        entry: &EntryHash,
        body: &[u8],
    ) -> Result<(), StoreError> {
        self.put(Table::Bodies, Some(team), entry.as_bytes(), body)
    }

    /// Deletes the body of an entry; `false` if there was none.
    ///
    /// # Errors
    /// What the database refuses.
    pub fn delete_body(&mut self, team: &TeamId, entry: &EntryHash) -> Result<bool, StoreError> {
        self.delete(Table::Bodies, Some(team), entry.as_bytes())
    }

    /// Puts a body unless it is there: packs that are merged bring the same bodies again, and
    /// rewriting them would cost as much as the whole history.
    pub(crate) fn keep_body(
        &mut self,
        team: &TeamId,
        entry: &EntryHash,
        body: &[u8],
    ) -> Result<(), StoreError> {
        if self.has_body(team, entry)? {
            return Ok(());
        }
        self.put_body(team, entry, body)
    }

    fn put(
        &mut self,
        table: Table,
        team: Option<&TeamId>,
        row: &[u8],
        plaintext: &[u8],
    ) -> Result<(), StoreError> {
        let number = self.team_number_or_new(team)?;
        let tag = self.keys.tag(table, team, row);
        let sealed = self.seal(table, team, &tag, plaintext)?;
        self.conn
            .prepare_cached(sql(table).put)?
            .execute(params![number, tag, sealed])?;
        Ok(())
    }

    /// Rows that can be listed hold their name too, behind the data: `data ‖ name ‖ u32 length`.
    fn put_named(
        &mut self,
        table: Table,
        team: Option<&TeamId>,
        name: &[u8],
        data: &[u8],
    ) -> Result<(), StoreError> {
        check_len("a name", name.len(), MAX_NAME)?;
        let length = u32::try_from(name.len()).unwrap_or(u32::MAX).to_le_bytes();
        let mut plaintext =
            Zeroizing::new(Vec::with_capacity(data.len() + name.len() + length.len()));
        plaintext.extend_from_slice(data);
        plaintext.extend_from_slice(name);
        plaintext.extend_from_slice(&length);
        self.put(table, team, name, &plaintext)
    }

    fn delete(
        &mut self,
        table: Table,
        team: Option<&TeamId>,
        row: &[u8],
    ) -> Result<bool, StoreError> {
        let tag = self.keys.tag(table, team, row);
        let deleted = self
            .conn
            .prepare_cached(sql(table).delete)?
            .execute([tag])?;
        Ok(deleted > 0)
    }
}

/// Cuts the name off the end of a row.
fn split_name(table: Table, plaintext: &mut Opened) -> Result<Vec<u8>, StoreError> {
    let cut = || {
        let (rest, length) = plaintext.split_last_chunk::<4>()?;
        let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
        let (data, name) = rest.split_at_checked(rest.len().checked_sub(length)?)?;
        Some((data.len(), name.to_vec()))
    };
    let (end, name) = cut().ok_or(altered(table))?;
    plaintext.truncate(end);
    Ok(name)
}
