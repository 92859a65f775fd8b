//! What somebody did with the items, as their receipts say: for whoever may read receipts.

use core::cmp::Reverse;
use std::collections::BTreeMap;

use conclave_core::{
    authority::Label,
    entry::Entry,
    id::{ItemId, UserId},
    kind::Kind,
    receipt::{Action, Receipt},
};

use crate::{
    api::removal::{LastUse, Recorded, Use},
    engine::{Engine, EngineError},
};

/// Each one costs an opening; of more, the latest are looked at.
const MAX_READ: usize = 5_000;

/// When a person last copied and last opened an item.
#[derive(Debug, Clone, Copy, Default)]
struct Times {
    copied: Option<u64>,
    opened: Option<u64>,
}

/// What a person did, by item.
#[derive(Debug)]
pub(super) struct Uses {
    items: BTreeMap<ItemId, Times>,
    pub(super) recorded: Recorded,
}

impl Uses {
    /// A copy weighs more than a look, whichever came later.
    pub(super) fn of(&self, item: ItemId) -> Option<LastUse> {
        let times = self.items.get(&item)?;
        let last = |what, at: Option<u64>| at.map(|at_ms| LastUse { what, at_ms });
        last(Use::Copied, times.copied).or_else(|| last(Use::Opened, times.opened))
    }

    fn note(&mut self, receipt: &Receipt, at: u64) {
        let times = self.items.entry(receipt.item).or_default();
        let last = match receipt.action {
            // A file that was saved is a copy that stays.
            Action::Copied | Action::Saved => &mut times.copied,
            Action::Revealed | Action::Used => &mut times.opened,
        };
        *last = (*last).max(Some(at));
    }
}

impl Engine {
    /// Are receipts sealed to the person here?
    pub(super) fn is_told(&self) -> bool {
        let replica = self.replica();
        let rights = replica.rights();
        rights.readers(rights.audit()).contains(&replica.me().user)
    }

    /// The receipts of one person or of all, newest first; none where they are not told.
    pub(super) fn receipts(&self, by: Option<UserId>) -> Vec<&Entry> {
        if !self.is_told() {
            return Vec::new();
        }
        let rights = self.replica().rights();
        let receipts = self.replica().entries().filter(|entry| {
            // What was refused could say anything in anybody's name.
            entry.kind() == Some(Kind::Audit)
                && by.is_none_or(|user| rights.author(entry) == Some(user))
                && rights.shown(&entry.hash) != Label::Void
        });
        let mut receipts: Vec<&Entry> = receipts.collect();
        // As they say, whatever the time is here: the order stays from one window to the next.
        receipts.sort_unstable_by_key(|entry| Reverse((entry.header.wall_ms, entry.hash)));
        receipts
    }

    /// What a receipt says; none where it does not open, or says nothing that is known here.
    ///
    /// # Errors
    /// What the store refuses.
    pub(super) fn receipt(&self, entry: &Entry) -> Result<Option<Receipt>, EngineError> {
        let sealed = self.store.body(&self.team, &entry.hash)?;
        let opened = sealed.and_then(|sealed| self.replica().open_receipt(&entry.hash, &sealed));
        Ok(opened.and_then(|plain| Receipt::decode(&plain)))
    }

    /// When, by its author's clock: one that is ahead must not make a use of tomorrow.
    pub(super) fn moment(&self, entry: &Entry) -> u64 {
        entry.header.wall_ms.min(self.now())
    }

    /// What somebody did, in one pass over their receipts.
    ///
    /// # Errors
    /// What the store refuses.
    pub(super) fn uses_by(&self, user: UserId) -> Result<Uses, EngineError> {
        let mut uses = Uses {
            items: BTreeMap::new(),
            recorded: Recorded::Unreadable,
        };
        if !self.is_told() {
            return Ok(uses);
        }
        let theirs = self.receipts(Some(user));
        uses.recorded = if theirs.len() > MAX_READ {
            Recorded::Latest
        } else {
            Recorded::All
        };
        for entry in theirs.into_iter().take(MAX_READ) {
            if let Some(receipt) = self.receipt(entry)? {
                uses.note(&receipt, self.moment(entry));
            }
        }
        Ok(uses)
    }
}
