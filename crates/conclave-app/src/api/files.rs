//! Files of items. Their bytes never cross to the window: it sees names and sizes.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A file of an item, or one that was added in the editor and is not saved yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FileView {
    /// Its id.
    pub id: String,
    /// Its name, without a path.
    pub name: String,
    /// Bytes.
    #[ts(type = "number")]
    pub size: u64,
}

/// A file to add in the editor.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export)]
pub struct FileAdd {
    /// Where it lies; none: ask.
    pub path: Option<String>,
    /// The files that the form has already, by id.
    pub files: Vec<String>,
}

/// A file of an item to save.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export)]
pub struct FileSave {
    /// The item.
    pub item: String,
    /// The file.
    pub file: String,
    /// Where to; none: ask.
    pub path: Option<String>,
}

/// A file was saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FileSaved {
    /// Its name in the item.
    pub name: String,
    /// Where to.
    pub path: String,
}
