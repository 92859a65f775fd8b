//! What a person should know about the storage, and what stops all writing.
//!
//! Nothing here decides anything by itself: an alarm says what was found and what was done.

use conclave_core::{
    body::At,
    id::{EntryHash, LogId},
    layout::{Span, Tool},
};

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Alarm {
    /// The storage no longer has packs of somebody else's log that this device has seen there: a
    /// restored backup, a slow sync program, or somebody who hides changes.
    Behind {
        /// Whose.
        log: LogId,
        /// Which packs.
        missing: Vec<Span>,
        /// Whether all of them were put back.
        restored: bool,
    },
    /// The storage no longer has what this device itself delivered: it went back.
    Rollback {
        /// Which packs.
        missing: Vec<Span>,
        /// Whether all of them were put back.
        restored: bool,
    },
    /// Two histories of one log, both signed by its device: the proof lies in the evidence that
    /// was accepted. Stops writing.
    Fork {
        /// Whose log.
        log: LogId,
        /// Where they part.
        seq: u64,
        /// What was known there.
        known: EntryHash,
        /// What was found there.
        found: EntryHash,
    },
    /// The storage has entries of the own log that this device does not know: it was restored from
    /// a backup, or cloned. Stops writing.
    OwnLogAhead {
        /// The highest seq found.
        last: u64,
    },
    /// The storage has another history of the own log: two machines write it. Stops writing.
    OwnLogDiffers {
        /// Where they part.
        seq: u64,
        /// What was known there.
        known: EntryHash,
        /// What was found there.
        found: EntryHash,
    },
    /// An entry has seen another history of a log than this device: either the log's device showed
    /// two, or the entry's author says what is not so. No proof of either, so it stops nothing.
    SeenDiffers {
        /// The entry.
        by: At,
        /// What it has seen.
        seen: At,
        /// What this device knows there.
        known: EntryHash,
    },
    /// Something could not be read for a day.
    Waiting {
        /// Which object.
        key: String,
        /// Since when. Unix milliseconds.
        since_ms: u64,
    },
    /// A file was written by a newer version of Conclave.
    NewerVersion {
        /// Which object.
        key: String,
    },
    /// A sync program made a copy of a file under another name. It was read like the original.
    ConflictCopy {
        /// Whose log.
        log: LogId,
        /// The file's name.
        name: String,
        /// Whose way of naming this is.
        by: Tool,
        /// What was in it.
        outcome: Outcome,
    },
}

/// What a conflict copy turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// What is known already.
    Same,
    /// Entries that were missing; they were taken in.
    News,
    /// Another history.
    Fork,
}

impl Alarm {
    /// Why nothing may be written any more, if this is so bad. Reading goes on.
    #[must_use]
    pub const fn stop(&self) -> Option<Stop> {
        match self {
            Self::Fork { log, .. } => Some(Stop::Fork { log: *log }),
            Self::OwnLogAhead { .. } => Some(Stop::OwnLogAhead),
            Self::OwnLogDiffers { .. } => Some(Stop::OwnLogDiffers),
            _ => None,
        }
    }
}

/// Why nothing may be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stop {
    /// A device showed two histories of its log.
    Fork {
        /// Whose log.
        log: LogId,
    },
    /// The own log is further on the storage than here.
    OwnLogAhead,
    /// The own log was written twice.
    OwnLogDiffers,
}
