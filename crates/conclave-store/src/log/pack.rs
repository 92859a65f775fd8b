//! Packs: the control part of each as one row, the bodies each as its own.
//!
//! Bodies stand apart, since one is wanted at a time and their packs are merged into larger ones
//! while they stay the same. Two packs of one log and range with different bytes are both kept:
//! together they prove that the log's writer equivocated (docs/format.md, Packs).

use conclave_core::id::{EntryHash, LogId, TeamId};
use conclave_crypto::sha256;
use rusqlite::params;
use zeroize::Zeroizing;

use super::{column, sequence};
use crate::{
    error::StoreError,
    open::{Reader, Tx},
    sealed::{Table, altered},
};

/// A pack as it was stored.
pub struct PackRow {
    /// The log that it belongs to.
    pub log: LogId,
    /// Its first sequence number.
    pub first: u64,
    /// Its last sequence number.
    pub last: u64,
    /// The bytes given as control part.
    pub control: Zeroizing<Vec<u8>>,
}

/// Packs in order of log, first and last number; each row is read and opened as it is reached.
pub struct Packs<'a> {
    reader: &'a Reader,
    team: TeamId,
    rows: std::vec::IntoIter<(LogId, i64)>,
}

impl Iterator for Packs<'_> {
    type Item = Result<PackRow, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        let (log, id) = self.rows.next()?;
        Some(self.reader.open_pack(&self.team, log, id))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.rows.size_hint()
    }
}

impl Reader {
    /// The packs of a team, or of one of its logs, in order of log, first and last number.
    ///
    /// # Errors
    /// [`StoreError::Altered`], here or at the pack that does not open, or what the database
    /// refuses.
    pub fn packs(&self, team: &TeamId, log: Option<&LogId>) -> Result<Packs<'_>, StoreError> {
        let logs = match log {
            None => self.numbered_logs(team)?,
            Some(log) => self
                .log_number(team, log)?
                .map(|number| (*log, number))
                .into_iter()
                .collect(),
        };
        // The row numbers are 16 bytes a pack; a statement left open would hold off writing.
        let mut found = Vec::new();
        let mut statement = self
            .conn
            .prepare_cached("SELECT id FROM packs WHERE log_id = ?1 ORDER BY first, last, tag")?;
        for (log, number) in logs {
            let mut rows = statement.query([number])?;
            while let Some(row) = rows.next()? {
                found.push((log, row.get(0)?));
            }
        }
        Ok(Packs {
            reader: self,
            team: *team,
            rows: found.into_iter(),
        })
    }

    fn open_pack(&self, team: &TeamId, log: LogId, id: i64) -> Result<PackRow, StoreError> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT first, last, tag, sealed FROM packs WHERE id = ?1")?;
        let mut rows = statement.query([id])?;
        let row = rows.next()?.ok_or(altered(Table::Packs))?;
        let (first, last) = (row.get(0)?, row.get(1)?);
        let (tag, sealed) = (row.get_ref(2)?.as_blob()?, row.get_ref(3)?.as_blob()?);
        let context = context(&log, first, last, tag);
        Ok(PackRow {
            log,
            first: sequence(Table::Packs, first)?,
            last: sequence(Table::Packs, last)?,
            control: self.keys.open(Table::Packs, Some(team), &context, sealed)?,
        })
    }
}

impl Tx<'_> {
    /// Puts a verified pack: its control part, and those of its bodies that are at hand. A pack
    /// or body that is there already stays as it is.
    ///
    /// # Errors
    /// [`StoreError::TooLarge`], [`StoreError::OutOfOrder`] for a range that ends before it
    /// begins, or what the database refuses.
    pub fn put_pack<B: AsRef<[u8]>>(
        &mut self,
        team: &TeamId,
        log: &LogId,
        first: u64,
        last: u64,
        control: &[u8],
        bodies: &[(EntryHash, B)],
    ) -> Result<(), StoreError> {
        if last < first {
            return Err(StoreError::OutOfOrder {
                expected: first,
                found: last,
            });
        }
        let (first, last) = (column(first)?, column(last)?);
        let (team_number, log_number) = self.log_number_or_new(team, log)?;
        let tag = self.keys.tag(Table::Packs, Some(team), &sha256(control));
        let context = context(log, first, last, &tag);
        let sealed = self.seal(Table::Packs, Some(team), &context, control)?;
        self.conn
            .prepare_cached(
                "INSERT INTO packs (team_id, log_id, first, last, tag, sealed)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
            )?
            .execute(params![team_number, log_number, first, last, tag, sealed])?;
        for (entry, body) in bodies {
            self.keep_body(team, entry, body.as_ref())?;
        }
        Ok(())
    }

    /// Deletes the packs of a log that lie inside a range and are not that range itself: what a
    /// larger pack replaced. Returns how many there were. Bodies stay.
    ///
    /// # Errors
    /// What the database refuses.
    pub fn delete_replaced(
        &mut self,
        team: &TeamId,
        log: &LogId,
        first: u64,
        last: u64,
    ) -> Result<usize, StoreError> {
        let Some(number) = self.log_number(team, log)? else {
            return Ok(0);
        };
        Ok(self
            .conn
            .prepare_cached(
                "DELETE FROM packs WHERE log_id = ?1 AND first >= ?2 AND last <= ?3
                 AND NOT (first = ?2 AND last = ?3)",
            )?
            .execute([number, column(first)?, column(last)?])?)
    }

    /// Deletes every pack of a log with exactly this range. Returns how many there were. Bodies
    /// stay.
    ///
    /// # Errors
    /// What the database refuses.
    pub fn delete_pack(
        &mut self,
        team: &TeamId,
        log: &LogId,
        first: u64,
        last: u64,
    ) -> Result<usize, StoreError> {
        let Some(number) = self.log_number(team, log)? else {
            return Ok(0);
        };
        Ok(self
            .conn
            .prepare_cached("DELETE FROM packs WHERE log_id = ?1 AND first = ?2 AND last = ?3")?
            .execute([number, column(first)?, column(last)?])?)
    }
}

/// What fixes the place of a pack's row; every part has a fixed length.
fn context(log: &LogId, first: i64, last: i64, tag: &[u8]) -> Vec<u8> {
    [
        log.as_bytes(),
        &first.to_le_bytes()[..],
        &last.to_le_bytes(),
        tag,
    ]
    .concat()
}
