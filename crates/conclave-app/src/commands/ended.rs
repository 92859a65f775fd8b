//! Access that ended because its day was over, as the page of people says it.

use super::share::party;
use crate::{api::people::EndedRow, engine::Engine};

/// How long access that ended by its day is listed.
const RECENT_MS: u64 = 30 * 24 * 3600 * 1000;

impl Engine {
    /// Access to what this person reads that ended by its day not long ago.
    pub(super) fn ended_rows(&self) -> Vec<EndedRow> {
        let (since, mine) = (self.now().saturating_sub(RECENT_MS), self.visible_scopes());
        let ended = self.replica().ended().into_iter();
        ended
            .filter(|e| e.at_ms >= since && mine.contains(&e.scope))
            .filter_map(|e| {
                Some(EndedRow {
                    party: party(self, e.who)?,
                    vault: self.chip(e.scope),
                    at_ms: e.at_ms,
                })
            })
            .collect()
    }
}
