//! Daily signs of life, and the silence that a person should know of.

use super::{Engine, EngineError};

const HOUR_MS: u64 = 3600 * 1000;
/// A device that is online says something at least this often.
const BEAT_MS: u64 = 24 * HOUR_MS;
/// Own entries that nobody has seen for so long are worth a sentence.
const SILENCE_MS: u64 = 72 * HOUR_MS;

impl Engine {
    /// Says that this device is there, if it has said nothing for a day; called while the storage
    /// answers. True if something was written.
    ///
    /// # Errors
    /// What the store refuses.
    pub(crate) fn beat(&mut self) -> Result<bool, EngineError> {
        let said = self.replica.last_said_ms().unwrap_or(0);
        // Something said far ahead, by a clock that was wrong then, keeps it from nothing.
        let due = self.now().abs_diff(said) >= BEAT_MS;
        let alone = self.replica.ends().len() < 2;
        if !due || alone || !self.is_member() || self.stopped().is_some() {
            return Ok(false);
        }
        self.commit(|replica, now| replica.heartbeat(now))?;
        Ok(true)
    }

    /// Since when nobody else has seen what this device writes, where that is long. Others may
    /// simply be away; a storage that hides one from the other looks the same.
    pub(crate) fn unseen_since_ms(&self) -> Option<u64> {
        let since = self.replica.unseen_since_ms()?;
        (self.now().saturating_sub(since) >= SILENCE_MS).then_some(since)
    }
}
