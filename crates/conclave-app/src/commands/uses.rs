//! What somebody did with the items, as their receipts say: for whoever may read receipts.

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
    /// What somebody did, in one pass over their receipts.
    ///
    /// # Errors
    /// What the store refuses.
    pub(super) fn uses_by(&self, user: UserId) -> Result<Uses, EngineError> {
        let replica = self.replica();
        let rights = replica.rights();
        let mut uses = Uses {
            items: BTreeMap::new(),
            recorded: Recorded::Unreadable,
        };
        if !rights.readers(rights.audit()).contains(&replica.me().user) {
            return Ok(uses);
        }
        let theirs = replica.entries().filter(|entry| {
            // What was refused could say anything in their name.
            entry.kind() == Some(Kind::Audit)
                && rights.author(entry) == Some(user)
                && rights.shown(&entry.hash) != Label::Void
        });
        let mut theirs: Vec<&Entry> = theirs.collect();
        theirs.sort_unstable_by_key(|entry| core::cmp::Reverse(entry.header.wall_ms));
        uses.recorded = if theirs.len() > MAX_READ {
            Recorded::Latest
        } else {
            Recorded::All
        };
        for entry in theirs.into_iter().take(MAX_READ) {
            let Some(sealed) = self.store.body(&self.team, &entry.hash)? else {
                continue;
            };
            let opened = replica.open_receipt(&entry.hash, &sealed);
            if let Some(receipt) = opened.and_then(|plain| Receipt::decode(&plain)) {
                // A clock that is ahead must not make a use of tomorrow.
                uses.note(&receipt, entry.header.wall_ms.min(self.now()));
            }
        }
        Ok(uses)
    }
}
