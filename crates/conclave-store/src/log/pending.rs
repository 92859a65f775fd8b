//! Own entries that are written but not yet in a pack.
//!
//! An entry is appended here in the transaction of the edit that it records, and becomes part of a
//! pack together with its neighbours. Their numbers must follow on each other without a gap: two
//! entries of one number would be a fork, and a fork freezes the device that wrote it
//! (docs/format.md, Authority rule 6). The store refuses rather than trust its callers here.

use conclave_core::id::{EntryHash, LogId, TeamId};
use rusqlite::{OptionalExtension, params};
use zeroize::Zeroizing;

use super::{SEQUENCE_BITS, column, sequence};
use crate::{
    error::StoreError,
    open::{Reader, Tx},
    sealed::{Table, altered},
};

/// An own entry that waits to be packed.
pub struct PendingEntry {
    /// Its sequence number.
    pub seq: u64,
    /// The entry's bytes, exactly as they were hashed.
    pub raw: Zeroizing<Vec<u8>>,
    /// Its hash and sealed body, where it has one.
    pub body: Option<(EntryHash, Zeroizing<Vec<u8>>)>,
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
            Some(number) => self.pending_in(team, log, number, range(number)),
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

    /// The body of an entry that is still pending.
    pub(crate) fn pending_body(
        &self,
        team: &TeamId,
        entry: &EntryHash,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        let tag = self.keys.tag(Table::Bodies, Some(team), entry.as_bytes());
        let found: Option<(i64, i64)> = self
            .conn
            .prepare_cached("SELECT id, log_id FROM pending WHERE body_tag = ?1")?
            .query_row([tag], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((id, number)) = found else {
            return Ok(None);
        };
        let log = self
            .numbered_logs(team)?
            .into_iter()
            .find(|(_, n)| *n == number);
        let (log, _) = log.ok_or(altered(Table::Pending))?;
        let entries = self.pending_in(team, &log, number, (id, id))?;
        match entries.into_iter().next().and_then(|entry| entry.body) {
            Some((hash, body)) if hash == *entry => Ok(Some(body)),
            _ => Err(altered(Table::Pending)),
        }
    }

    fn pending_in(
        &self,
        team: &TeamId,
        log: &LogId,
        number: i64,
        (from, to): (i64, i64),
    ) -> Result<Vec<PendingEntry>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT id, sealed FROM pending WHERE id BETWEEN ?1 AND ?2 ORDER BY id",
        )?;
        let mut rows = statement.query([from, to])?;
        let mut entries: Vec<PendingEntry> = Vec::new();
        while let Some(row) = rows.next()? {
            let id: i64 = row.get(0)?;
            let seq = sequence(Table::Pending, id - range(number).0)?;
            if entries.last().is_some_and(|before| before.seq + 1 != seq) {
                return Err(altered(Table::Pending));
            }
            let context = context(log, seq);
            let sealed = row.get_ref(1)?.as_blob()?;
            let plaintext = self
                .keys
                .open(Table::Pending, Some(team), &context, sealed)?;
            entries.push(decode(seq, &plaintext).ok_or(altered(Table::Pending))?);
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
        let tag = body.map(|(hash, _)| self.keys.tag(Table::Bodies, Some(team), hash.as_bytes()));
        let plaintext = encode(raw, body)?;
        let sealed = self.seal(Table::Pending, Some(team), &context(log, seq), &plaintext)?;
        self.conn
            .prepare_cached(
                "INSERT INTO pending (id, team_id, log_id, body_tag, sealed)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![id, team_number, log_number, tag, sealed])?;
        Ok(())
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
        let (from, to) = (range(number).0, range(number).0 + column(last)?);
        let entries = self.pending_in(team, log, number, (from, to))?;
        let next = self.next_in(number)?;
        let numbers = |entry: Option<&PendingEntry>| entry.map_or(next, |entry| entry.seq);
        let (oldest, newest) = (numbers(entries.first()), numbers(entries.last()));
        for (expected, found) in [(oldest, first), (newest, last)] {
            if expected != found || entries.is_empty() {
                return Err(StoreError::OutOfOrder { expected, found });
            }
        }
        let bodies: Vec<_> = entries.into_iter().filter_map(|entry| entry.body).collect();
        self.put_pack(team, log, first, last, control, &bodies)?;
        self.conn
            .prepare_cached("DELETE FROM pending WHERE id BETWEEN ?1 AND ?2")?
            .execute([from, to])?;
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

/// `u32 length ‖ raw`, and behind it, where there is a body, `hash ‖ body`.
fn encode(raw: &[u8], body: Option<(EntryHash, &[u8])>) -> Result<Zeroizing<Vec<u8>>, StoreError> {
    let length = u32::try_from(raw.len()).map_err(|_| StoreError::TooLarge {
        what: "an entry",
        len: raw.len(),
        max: crate::sealed::MAX_ROW,
    })?;
    let room = 4 + raw.len() + body.map_or(0, |(_, body)| 32 + body.len());
    let mut plaintext = Zeroizing::new(Vec::with_capacity(room));
    plaintext.extend_from_slice(&length.to_le_bytes());
    plaintext.extend_from_slice(raw);
    if let Some((hash, body)) = body {
        plaintext.extend_from_slice(hash.as_bytes());
        plaintext.extend_from_slice(body);
    }
    Ok(plaintext)
}

fn decode(seq: u64, plaintext: &[u8]) -> Option<PendingEntry> {
    let (length, rest) = plaintext.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    let (raw, rest) = rest.split_at_checked(length)?;
    let body = if rest.is_empty() {
        None
    } else {
        let (hash, body) = rest.split_first_chunk::<32>()?;
        Some((EntryHash::new(*hash), Zeroizing::new(body.to_vec())))
    };
    Some(PendingEntry {
        seq,
        raw: Zeroizing::new(raw.to_vec()),
        body,
    })
}
