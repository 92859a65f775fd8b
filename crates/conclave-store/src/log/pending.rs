//! Own entries that are written but not yet in a pack.
//!
//! An entry is appended here in the transaction of the edit that it records, and becomes part of a
//! pack together with its neighbours. Their numbers must follow on each other without a gap: two
//! entries of one number would be a fork, and a fork freezes the device that wrote it
//! (docs/format.md, Authority rule 6). The store refuses rather than trust its callers here.

use conclave_core::id::{EntryHash, LogId, TeamId};
use rusqlite::params;
use zeroize::Zeroizing;

use super::{SEQUENCE_BITS, column, sequence};
use crate::{
    error::StoreError,
    keyed::Opened,
    open::{Reader, Tx},
    sealed::{MAX_ROW, Table, altered},
};

/// An own entry that waits to be packed.
pub struct PendingEntry {
    /// Its sequence number.
    pub seq: u64,
    /// The entry's bytes, exactly as they were hashed.
    pub raw: Opened,
    /// Its hash and sealed body, where it has one.
    pub body: Option<(EntryHash, Opened)>,
}

impl Reader {
    /// The pending entries of an own log, in order.
    ///
    /// # Errors
    /// [`StoreError::Altered`] if a row does not open or one is missing between others, or what
    /// the database refuses.
    pub fn pending(&self, team: &TeamId, log: &LogId) -> Result<Vec<PendingEntry>, StoreError> {
        match self.log_number(team, log)? {
            None => Ok(Vec::new()),
            Some(number) => self.pending_in(team, log, number),
        }
    }

    /// The number that the next own entry of a log must have.
    ///
    /// # Errors
    /// What the database refuses.
    pub fn next_seq(&self, team: &TeamId, log: &LogId) -> Result<u64, StoreError> {
        match self.log_number(team, log)? {
            None => Ok(0),
            Some(number) => self.next_in(number),
        }
    }

    fn pending_in(
        &self,
        team: &TeamId,
        log: &LogId,
        number: i64,
    ) -> Result<Vec<PendingEntry>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT id, sealed FROM pending WHERE id BETWEEN ?1 AND ?2 ORDER BY id",
        )?;
        let (from, to) = range(number);
        let mut rows = statement.query([from, to])?;
        let mut entries: Vec<PendingEntry> = Vec::new();
        while let Some(row) = rows.next()? {
            let id: i64 = row.get(0)?;
            let seq = sequence(Table::Pending, id - from)?;
            if entries.last().is_some_and(|before| before.seq + 1 != seq) {
                return Err(altered(Table::Pending));
            }
            let context = context(log, seq);
            let sealed = row.get_ref(1)?.as_blob()?;
            let plaintext = self
                .keys
                .open(Table::Pending, Some(team), &context, sealed)?;
            let (raw, hash) = decode(&plaintext).ok_or(altered(Table::Pending))?;
            let body = match hash {
                None => None,
                Some(hash) => {
                    let body = self.body(team, &hash)?.ok_or(altered(Table::Bodies))?;
                    Some((hash, body))
                }
            };
            entries.push(PendingEntry { seq, raw, body });
        }
        Ok(entries)
    }

    /// One more than the last pending or packed number; 0 for a log without either.
    fn next_in(&self, number: i64) -> Result<u64, StoreError> {
        let (from, to) = range(number);
        let last: Option<i64> = self
            .conn
            .prepare_cached("SELECT max(id) - ?1 FROM pending WHERE id BETWEEN ?1 AND ?2")?
            .query_row([from, to], |row| row.get(0))?;
        let last = match last {
            Some(last) => Some(last),
            None => self
                .conn
                .prepare_cached("SELECT max(last) FROM packs WHERE log_id = ?1")?
                .query_row([number], |row| row.get(0))?,
        };
        last.map_or(Ok(0), |last| Ok(sequence(Table::Pending, last)? + 1))
    }
}

impl Tx<'_> {
    /// Appends an own entry, with its hash and sealed body if it has one.
    ///
    /// # Errors
    /// [`StoreError::OutOfOrder`] unless its number is [`Reader::next_seq`];
    /// [`StoreError::TooLarge`], or what the database refuses.
    pub fn append_pending(
        &mut self,
        team: &TeamId,
        log: &LogId,
        seq: u64,
        raw: &[u8],
        body: Option<(EntryHash, &[u8])>,
    ) -> Result<(), StoreError> {
        let (team_number, log_number) = self.log_number_or_new(team, log)?;
        let expected = self.next_in(log_number)?;
        if seq != expected {
            return Err(StoreError::OutOfOrder {
                expected,
                found: seq,
            });
        }
        let id = range(log_number).0 + column(seq)?;
        let plaintext = encode(raw, body.map(|(hash, _)| hash))?;
        let sealed = self.seal(Table::Pending, Some(team), &context(log, seq), &plaintext)?;
        self.conn
            .prepare_cached(
                "INSERT INTO pending (id, team_id, log_id, sealed) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![id, team_number, log_number, sealed])?;
        // Among the packed ones at once, where it stays when its entry is packed.
        match body {
            Some((hash, body)) => self.put_body(team, &hash, body),
            None => Ok(()),
        }
    }

    /// Turns the pending entries `first..=last`, the oldest there are, into a pack with the given
    /// control part; their bodies become the pack's.
    ///
    /// # Errors
    /// [`StoreError::OutOfOrder`] if they are not exactly the oldest pending entries, or what the
    /// database refuses.
    pub fn pack_pending(
        &mut self,
        team: &TeamId,
        log: &LogId,
        first: u64,
        last: u64,
        control: &[u8],
    ) -> Result<(), StoreError> {
        let (_, number) = self.log_number_or_new(team, log)?;
        let start = range(number).0;
        let end = start + column(last)?;
        let (oldest, newest): (Option<i64>, Option<i64>) = self
            .conn
            .prepare_cached("SELECT min(id), max(id) FROM pending WHERE id BETWEEN ?1 AND ?2")?
            .query_row([start, end], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let (Some(oldest), Some(newest)) = (oldest, newest) else {
            return Err(StoreError::OutOfOrder {
                expected: self.next_in(number)?,
                found: first,
            });
        };
        for (id, found) in [(oldest, first), (newest, last)] {
            let expected = sequence(Table::Pending, id - start)?;
            if expected != found {
                return Err(StoreError::OutOfOrder { expected, found });
            }
        }
        self.put_pack::<&[u8]>(team, log, first, last, control, &[])?;
        self.conn
            .prepare_cached("DELETE FROM pending WHERE id BETWEEN ?1 AND ?2")?
            .execute([start, end])?;
        Ok(())
    }
}

/// The row ids that belong to a log: its number above, the sequence number below.
const fn range(number: i64) -> (i64, i64) {
    let first = number << SEQUENCE_BITS;
    (first, first + (1 << SEQUENCE_BITS) - 1)
}

/// What fixes the place of a pending entry's row.
fn context(log: &LogId, seq: u64) -> Vec<u8> {
    [log.as_bytes(), &seq.to_le_bytes()[..]].concat()
}

/// `u32 length ‖ raw`, and behind it, where there is a body, its entry's hash.
fn encode(raw: &[u8], hash: Option<EntryHash>) -> Result<Opened, StoreError> {
    let length = u32::try_from(raw.len()).map_err(|_| StoreError::TooLarge {
        what: "an entry",
        len: raw.len(),
        max: MAX_ROW,
    })?;
    let mut plaintext = Zeroizing::new(Vec::with_capacity(4 + raw.len() + 32));
    plaintext.extend_from_slice(&length.to_le_bytes());
    plaintext.extend_from_slice(raw);
    if let Some(hash) = hash {
        plaintext.extend_from_slice(hash.as_bytes());
    }
    Ok(plaintext)
}

fn decode(plaintext: &[u8]) -> Option<(Opened, Option<EntryHash>)> {
    let (length, rest) = plaintext.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    let (raw, rest) = rest.split_at_checked(length)?;
    let hash = match rest {
        [] => None,
        hash => Some(EntryHash::new(hash.try_into().ok()?)),
    };
    Some((Zeroizing::new(raw.to_vec()), hash))
}
