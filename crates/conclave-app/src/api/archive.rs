//! The archive: items that go in, each as it was shown, and that come back.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// An item as it was shown.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export)]
pub struct ItemShown {
    /// The item.
    pub item: String,
    /// The `base` of the view that the person saw.
    pub base: String,
}

/// Several items to end.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export)]
pub struct ItemArchive {
    /// The items, each as it was shown.
    pub items: Vec<ItemShown>,
}

/// Several items.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export)]
pub struct ItemRefs {
    /// The items.
    pub items: Vec<String>,
}

/// Items were archived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Archived {
    /// How many.
    pub count: u32,
    /// Seconds in which Undo is offered.
    pub undo_s: u32,
}

/// Items were restored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Restored {
    /// How many.
    pub count: u32,
}
