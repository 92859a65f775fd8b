//! Signs of life: a device that is online says so daily, and with that what it has seen. So a
//! storage that keeps two members apart shows by the silence (docs/threat-model.md, row 15).

use super::{Replica, WriteError};
use crate::{id::EntryHash, kind::Kind};

impl Replica {
    /// Says that this device is there, and which heads it knows.
    ///
    /// # Errors
    /// [`WriteError`] as of any entry.
    pub fn heartbeat(&mut self, now: u64) -> Result<EntryHash, WriteError> {
        let draft = self.draft(Kind::Heartbeat, None, now);
        self.append(draft)
    }

    /// When this device last said something, by its own clock. Unix milliseconds.
    #[must_use]
    pub fn last_said_ms(&self) -> Option<u64> {
        let end = self.own_end()?;
        Some(self.entries.get(&end.hash)?.header.wall_ms)
    }

    /// When the first own entry was written that no other log has seen, by this device's clock;
    /// nothing where all were seen, or nobody else is there to see them.
    #[must_use]
    pub fn unseen_since_ms(&self) -> Option<u64> {
        let log = self.chain.place().log;
        if self.places.len() < 2 {
            return None;
        }
        let first = match self.implied.get(&log) {
            Some(seq) => seq.checked_add(1)?,
            None => 0,
        };
        let hash = self.hashes_at(log, first).first()?;
        Some(self.entries.get(hash)?.header.wall_ms)
    }
}
