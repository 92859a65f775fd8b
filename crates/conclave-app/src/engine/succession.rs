//! After this computer was set back to an older copy of its data: finding that out, and going on
//! in a new log.

use conclave_core::{cbor, id::LogId};
use conclave_sync::{Alarm, Local, Stop};

use super::{
    Engine, EngineError, append,
    local::OUTGOING,
    record::{IDENTITY, Identity},
};
use crate::random;

/// The value's name in the store: logs with two histories that the person has seen.
const FORKS: &str = "sync/forks";

/// How far the own log had come, as the keychain remembers it. A database that was set back does
/// not know that it was; the keychain was not set back with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HighWater {
    log: LogId,
    seq: u64,
}

impl HighWater {
    const LEN: usize = 40;

    /// The bytes that the keychain keeps: the log, then the seq.
    pub(crate) fn encode(self) -> [u8; Self::LEN] {
        let mut out = [0; Self::LEN];
        let (log, seq) = out.split_at_mut(32);
        log.copy_from_slice(self.log.as_bytes());
        seq.copy_from_slice(&self.seq.to_le_bytes());
        out
    }

    /// Reads them; something else counts as nothing, as what is in a keychain can be deleted.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let (log, seq) = bytes.split_first_chunk::<32>()?;
        Some(Self {
            log: LogId::new(*log),
            seq: u64::from_le_bytes(seq.try_into().ok()?),
        })
    }
}

impl Engine {
    /// How far the own log has come.
    pub(crate) fn high_water(&self) -> Option<HighWater> {
        let end = self.replica.own_end()?;
        Some(HighWater {
            log: end.log,
            seq: end.seq,
        })
    }

    /// Compares with what the keychain remembers, and stops writing where this database is older.
    pub(crate) fn compare(&mut self, kept: HighWater) {
        let here = self.high_water();
        let behind = here.is_some_and(|here| here.log == kept.log && here.seq < kept.seq);
        if behind {
            tracing::warn!(seq = kept.seq, "the database is older than it was");
            self.alarm(Alarm::OwnLogAhead { last: kept.seq });
        }
    }

    /// Goes on without what somebody's log says since it has two histories: none of it counts, here
    /// as everywhere, and the log stops nothing again.
    fn go_on_without(&mut self, log: LogId) -> Result<(), EngineError> {
        let team = self.team;
        let mut known = self.known_forks();
        known.push(log);
        let row = cbor::encode(&known);
        let stops = self.stops().without(&Stop::Fork { log });
        self.store.transaction(|tx| {
            tx.put_value(Some(&team), FORKS, &row)?;
            stops.keep(tx, &team)?;
            Ok::<(), EngineError>(())
        })?;
        self.alarms.clear();
        self.after_news()
    }

    fn known_forks(&self) -> Vec<LogId> {
        let row = self.store.value(Some(&self.team), FORKS).ok().flatten();
        row.and_then(|row| cbor::decode(&row).ok())
            .unwrap_or_default()
    }

    /// The person has seen that this log has two histories, and goes on.
    pub(super) fn is_gone_on_without(&self, stop: &Stop) -> bool {
        matches!(stop, Stop::Fork { log } if self.known_forks().contains(log))
    }

    /// Goes on writing. After this device lacked what it once wrote: in a new log; what the storage
    /// has of the old one was taken in before. After somebody else's fork: without what it says.
    /// Where the own log was written twice, nothing is mended by a third.
    ///
    /// # Errors
    /// [`EngineError::Unsuitable`] where writing did not stop for this, or where edits that were
    /// never sent stand in the old log.
    pub(crate) fn go_on(&mut self) -> Result<(), EngineError> {
        match self.stopped() {
            Some(Stop::OwnLogAhead) => {}
            Some(Stop::Fork { log }) => return self.go_on_without(log),
            _ => return Err(EngineError::Unsuitable),
        }
        let (team, old) = (self.team, self.replica.chain().place().log);
        let sent = self.kept.get(&old).into_iter().flatten();
        let sent = sent.map(|kept| kept.span.last()).max();
        let waiting = self.store.pending(&team, &old)?;
        if waiting.iter().any(|row| Some(row.seq) > sent) {
            return Err(EngineError::Unsuitable);
        }
        let now = self.now();
        self.replica.succeed(now, &mut random::os())?;
        let written = self.replica.take_written();
        let identity = Identity::of(&self.replica).encode();
        let stops = self.stops().without(&Stop::OwnLogAhead);
        let saved = self.store.transaction(|tx| {
            tx.put_value(Some(&team), IDENTITY, &identity)?;
            tx.delete_value(Some(&team), OUTGOING)?;
            stops.keep(tx, &team)?;
            append(tx, &team, &written)
        });
        if let Err(error) = saved {
            self.reload()?;
            return Err(error);
        }
        self.pending = written.len() as u64;
        self.alarms.clear();
        self.after_news()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_keychain_keeps_comes_back_and_nothing_else_does() {
        let mark = HighWater {
            log: LogId::new([7; 32]),
            seq: 0x0102_0304_0506_0708,
        };
        assert_eq!(HighWater::decode(&mark.encode()), Some(mark));
        for len in [0, 32, 39, 41] {
            assert_eq!(HighWater::decode(&vec![7; len]), None);
        }
    }
}
