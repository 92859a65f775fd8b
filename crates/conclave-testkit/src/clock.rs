//! A clock that stands still until a test moves it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// Milliseconds since 1970, the same for all clones. Time passes only by [`FixedClock::advance`].
#[derive(Debug, Clone)]
pub struct FixedClock(Arc<AtomicU64>);

impl FixedClock {
    /// 2026-01-02 03:04:05 UTC, where most tests begin.
    pub const START_MS: u64 = 1_767_323_045_000;

    /// A clock at this time, in milliseconds since 1970.
    #[must_use]
    pub fn at(ms: u64) -> Self {
        Self(Arc::new(AtomicU64::new(ms)))
    }

    /// The time now, in milliseconds since 1970.
    #[must_use]
    pub fn now_ms(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }

    /// Lets time pass.
    pub fn advance(&self, by: Duration) {
        let by = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
        self.set(self.now_ms().saturating_add(by));
    }

    /// Sets the clock, back if need be, as a person or a dead battery does.
    pub fn set(&self, ms: u64) {
        self.0.store(ms, Ordering::SeqCst);
    }
}

impl Default for FixedClock {
    fn default() -> Self {
        Self::at(Self::START_MS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_test_moves_it() {
        let clock = FixedClock::default();
        let clone = clock.clone();
        clock.advance(Duration::from_secs(2));
        assert_eq!(clone.now_ms(), FixedClock::START_MS + 2000);
        clone.set(5);
        assert_eq!(clock.now_ms(), 5);
    }
}
