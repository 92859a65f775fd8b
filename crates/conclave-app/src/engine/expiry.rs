//! Days on which access ends, kept by the app: whoever manages a vault ends what is over, and the
//! app of the person it is about shows nothing more from that moment on.

use std::collections::{BTreeMap, BTreeSet};

use conclave_core::{
    id::{ItemId, ScopeId},
    replica::Item,
};

use super::{Engine, EngineError};
use crate::random;

/// What this person reads until a day only.
#[derive(Debug, Default)]
pub(crate) struct Ends {
    at: BTreeMap<ScopeId, u64>,
    /// What was over when the list was made.
    shown: BTreeSet<ScopeId>,
}

impl Engine {
    /// Reads anew what ends when; before names and list are made of it.
    pub(super) fn refresh_ends(&mut self) {
        self.ends.at = self.replica.reading_ends();
        self.ends.shown = self.over();
    }

    fn over(&self) -> BTreeSet<ScopeId> {
        let now = self.now();
        let over = self.ends.at.iter().filter(|(_, end)| **end <= now);
        over.map(|(scope, _)| *scope).collect()
    }

    /// The day of this scope is over for this person.
    pub(crate) fn is_over(&self, scope: ScopeId) -> bool {
        self.ends
            .at
            .get(&scope)
            .is_some_and(|end| *end <= self.now())
    }

    /// What is over for this person, with its day.
    pub(crate) fn all_over(&self) -> Vec<(ScopeId, u64)> {
        let now = self.now();
        let over = self.ends.at.iter().filter(|(_, end)| **end <= now);
        over.map(|(scope, end)| (*scope, *end)).collect()
    }

    /// When the next of this person's accesses ends.
    pub(crate) fn next_end(&self) -> Option<u64> {
        let now = self.now();
        self.ends
            .at
            .values()
            .copied()
            .filter(|end| *end > now)
            .min()
    }

    /// This person could open the item until a day that is over.
    pub(crate) fn is_withheld(&self, id: ItemId, item: &Item) -> bool {
        if self.over().is_empty() {
            return false;
        }
        let me = self.replica.me().user;
        let mut scopes = self.replica.item_scopes(id);
        scopes.push(item.home);
        let reads =
            |scope: &ScopeId| !self.is_over(*scope) && self.replica.authority(me, *scope).read;
        scopes.iter().any(|scope| self.is_over(*scope)) && !scopes.iter().any(reads)
    }

    /// Makes the list anew where another day is over since it was made.
    ///
    /// # Errors
    /// What the store refuses.
    pub(crate) fn look_at_ends(&mut self) -> Result<bool, EngineError> {
        if self.over() == self.ends.shown {
            return Ok(false);
        }
        self.replica.stir();
        self.after_news()?;
        Ok(true)
    }

    /// Ends the access of others whose day is over, where this person manages it. True if something
    /// was written.
    ///
    /// # Errors
    /// What keeps this device from writing.
    pub(crate) fn end_expired(&mut self) -> Result<bool, EngineError> {
        if !self.is_member() || self.is_ended() || self.stopped().is_some() {
            return Ok(false);
        }
        let over = self.replica.expired(self.now()).len();
        if over == 0 {
            return Ok(false);
        }
        let ended = self.commit(|replica, now| replica.end_expired(now, &mut random::os()))?;
        tracing::info!(ended, over, "access whose day was over was ended");
        Ok(ended > 0)
    }
}
