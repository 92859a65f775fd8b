//! What the footer says: one state, and since when.

use conclave_core::remote::{RemoteError, Trouble};

use crate::{
    alarm::Stop,
    round::{Round, RoundError},
};

/// How this device stands with the storage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The one thing to say.
    pub state: State,
    /// When a round last ended well. Unix milliseconds.
    pub last_ms: Option<u64>,
    /// When an own pack was last delivered. Unix milliseconds.
    pub wrote_ms: Option<u64>,
    /// What was done since the loop began.
    pub tally: Tally,
    /// Own entries that are not on the storage yet.
    pub pending: u64,
    /// What stands in the way, if anything does.
    pub problem: Option<Problem>,
}

/// What was done since the loop began, also by rounds that failed later on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Own packs that were delivered.
    pub delivered: u64,
    /// Packs that the storage had lost and that were put back.
    pub restored: u64,
    /// Conflict copies of packs that were read.
    pub copies: u64,
}

/// The one thing to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum State {
    /// The first round has not ended yet.
    Starting,
    /// Everything known is here and there.
    Synced,
    /// Own entries are on their way.
    Saving {
        /// How many.
        n: u64,
    },
    /// The storage cannot be reached; own entries are kept.
    Offline,
    /// The folder is not there.
    FolderMissing,
    /// The storage has less than this device, which could not put that right.
    Behind,
    /// Nothing is written; reading goes on.
    Stopped(Stop),
}

/// What stands in the way of a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// This computer has no right to read or write there.
    Denied,
    /// The storage has no room.
    Full,
    /// It does not answer.
    Unreachable,
    /// Some of it could not be read or written; the rest went well.
    InPart,
    /// The local store failed.
    Store,
    /// Something else.
    Unknown,
}

impl Status {
    pub(crate) fn starting() -> Self {
        Self {
            state: State::Starting,
            last_ms: None,
            wrote_ms: None,
            tally: Tally::default(),
            pending: 0,
            problem: None,
        }
    }

    /// Own entries were written or delivered.
    pub(crate) fn count(&mut self, pending: u64) {
        self.pending = pending;
        if matches!(self.state, State::Synced | State::Saving { .. }) {
            self.state = match pending {
                0 => State::Synced,
                n => State::Saving { n },
            };
        }
    }

    /// What is done by now.
    pub(crate) fn tallied(&mut self, tally: Tally, now_ms: u64) {
        if tally.delivered > self.tally.delivered {
            self.wrote_ms = Some(now_ms);
        }
        self.tally = tally;
    }

    /// A round ended.
    pub(crate) fn ended(&mut self, result: &Result<Round, RoundError>, pending: u64, now_ms: u64) {
        self.problem = None;
        match result {
            Ok(round) => {
                self.last_ms = Some(now_ms);
                self.problem = round.refused.then_some(Problem::InPart);
                self.state = match round.stop {
                    Some(stop) => State::Stopped(stop),
                    None if !round.behind.is_empty() => State::Behind,
                    None => State::Synced,
                };
            }
            Err(RoundError::Remote(error)) => {
                self.problem = Some(problem(error));
                self.state = match (error, self.state) {
                    (_, State::Stopped(stop)) => State::Stopped(stop),
                    (RemoteError::Gone, _) => State::FolderMissing,
                    (RemoteError::Full, _) => State::Saving { n: pending },
                    _ => State::Offline,
                };
            }
            Err(RoundError::Local(_)) => self.problem = Some(Problem::Store),
            Err(RoundError::Closed(_)) => {}
        }
        self.count(pending);
    }
}

fn problem(error: &RemoteError) -> Problem {
    match error {
        RemoteError::Denied => Problem::Denied,
        RemoteError::Full => Problem::Full,
        other if other.is(Trouble::Unreachable) => Problem::Unreachable,
        _ => Problem::Unknown,
    }
}
