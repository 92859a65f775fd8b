//! What an entry is worth, and how that is shown.

/// The worth of an entry, a grant or a device, lowest first. Everything is worth the least of what
/// it rests on (docs/format.md, "Authority", worth).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// It does not count: no right, beyond a pin, off the pinned branch, or by a stranger.
    Out,
    /// Void through equivocation (rule 6); revocations that rest on it still end their target.
    Forked,
    /// It would count, but something that decides it is not here yet (rule 4).
    Provisional,
    /// It counts.
    Sure,
}

/// What becomes of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Label {
    /// It counts.
    Valid,
    /// It is shown as not yet settled: something that decides it is missing.
    Provisional,
    /// It lies beyond a pin: shown to admins, who may adopt it; never merged by itself.
    Quarantined,
    /// A receipt, sign of life or complaint beyond a pin: shown, labelled "after removal".
    Late,
    /// It never counts.
    Void,
    /// A kind that this version does not know: kept and passed over.
    Unknown,
}

impl Label {
    /// The label of an entry of this worth.
    pub(super) const fn of(level: Level, beyond_pin: bool) -> Self {
        match level {
            Level::Sure => Self::Valid,
            Level::Provisional => Self::Provisional,
            Level::Out | Level::Forked if beyond_pin => Self::Quarantined,
            Level::Out | Level::Forked => Self::Void,
        }
    }
}
