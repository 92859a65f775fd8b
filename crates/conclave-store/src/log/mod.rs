//! Logs: the packs that were verified, and the own entries that wait to be packed.

mod pack;
mod pending;

use conclave_core::id::{LogId, TeamId};
use rusqlite::{OptionalExtension, params};

use crate::{
    error::StoreError,
    open::{Reader, Tx},
    sealed::{Table, altered},
};

pub use pack::{PackRow, Packs};
pub use pending::PendingEntry;

/// Sequence numbers are below this: a log of one entry a second reaches it in 34,000 years, and a
/// row id of 63 bits holds it beside the log's number.
const SEQUENCE_BITS: u32 = 40;

impl Reader {
    /// The logs of a team that anything was stored for, in order of their ids.
    ///
    /// # Errors
    /// [`StoreError::Altered`], or what the database refuses.
    pub fn logs(&self, team: &TeamId) -> Result<Vec<LogId>, StoreError> {
        Ok(self
            .numbered_logs(team)?
            .into_iter()
            .map(|(log, _)| log)
            .collect())
    }

    /// The logs of a team with the numbers that stand for them, in order of their ids.
    fn numbered_logs(&self, team: &TeamId) -> Result<Vec<(LogId, i64)>, StoreError> {
        let Some(team_number) = self.team_number(Some(team))? else {
            return Ok(Vec::new());
        };
        let mut statement = self
            .conn
            .prepare_cached("SELECT id, tag, sealed FROM logs WHERE team_id = ?1")?;
        let mut rows = statement.query([team_number])?;
        let mut logs = Vec::new();
        while let Some(row) = rows.next()? {
            let (tag, sealed) = (row.get_ref(1)?.as_blob()?, row.get_ref(2)?.as_blob()?);
            let id = self.keys.open(Table::Logs, Some(team), tag, sealed)?;
            let id = id.as_slice().try_into().map_err(|_| altered(Table::Logs))?;
            logs.push((LogId::new(id), row.get(0)?));
        }
        logs.sort_unstable();
        Ok(logs)
    }

    /// The number that stands for a log in the tables, if it has one.
    fn log_number(&self, team: &TeamId, log: &LogId) -> Result<Option<i64>, StoreError> {
        let tag = self.keys.tag(Table::Logs, Some(team), log.as_bytes());
        Ok(self
            .conn
            .prepare_cached("SELECT id FROM logs WHERE tag = ?1")?
            .query_row([tag], |row| row.get(0))
            .optional()?)
    }
}

impl Tx<'_> {
    /// The numbers of a team and of a log; they get one with their first row.
    fn log_number_or_new(&mut self, team: &TeamId, log: &LogId) -> Result<(i64, i64), StoreError> {
        let team_number = self.team_number_or_new(Some(team))?;
        if let Some(number) = self.log_number(team, log)? {
            return Ok((team_number, number));
        }
        let tag = self.keys.tag(Table::Logs, Some(team), log.as_bytes());
        let sealed = self.seal(Table::Logs, Some(team), &tag, log.as_bytes())?;
        self.conn
            .prepare_cached("INSERT INTO logs (team_id, tag, sealed) VALUES (?1, ?2, ?3)")?
            .execute(params![team_number, tag, sealed])?;
        Ok((team_number, self.conn.last_insert_rowid()))
    }
}

/// A sequence number as the tables hold it.
fn column(seq: u64) -> Result<i64, StoreError> {
    let max = (1 << SEQUENCE_BITS) - 1;
    match i64::try_from(seq) {
        Ok(column) if column <= max => Ok(column),
        _ => Err(StoreError::TooLarge {
            what: "a sequence number",
            len: usize::try_from(seq).unwrap_or(usize::MAX),
            max: usize::try_from(max).unwrap_or(usize::MAX),
        }),
    }
}

/// A sequence number from a table, where a hostile file may hold anything.
fn sequence(table: Table, column: i64) -> Result<u64, StoreError> {
    u64::try_from(column).map_err(|_| altered(table))
}
