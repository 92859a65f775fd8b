//! What was done with the values of items, as the receipts of use tell those who may read them.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Person, items::Changed, people::VaultChip};

/// A window of the record.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export)]
pub struct ActivityRequest {
    /// What this person's computers and machines did; of everybody where none is named.
    pub user: Option<String>,
    /// The last row that is shown already; none for the newest.
    pub after: Option<String>,
    /// How many.
    pub limit: u32,
}

/// What was done with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Did {
    Opened,
    Copied,
    Used,
    Saved,
}

/// An item of which the person here may know what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ActivityItem {
    /// Its title.
    pub title: String,
    /// Where it lies.
    pub vault: VaultChip,
    /// The field or file; none where the item has it no more.
    pub part: Option<Changed>,
}

/// Something that was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ActivityRow {
    /// Its id.
    pub id: String,
    /// Who; of a machine, whoever answers for it.
    pub by: Person,
    /// On which device, or the machine.
    pub device: String,
    /// A machine did it.
    pub machine: bool,
    /// What; none where the receipt does not open here.
    pub did: Option<Did>,
    /// With which item; none without [`Self::did`].
    pub item: Option<String>,
    /// What that is; none where it is not open to the person here.
    pub shown: Option<ActivityItem>,
    /// When, by the clock of that device.
    #[ts(type = "number")]
    pub at_ms: u64,
    /// It came in after that person or device was taken out.
    pub late: bool,
}

/// A part of the record, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ActivityPage {
    /// The person here is told: an owner or auditor of the team.
    pub told: bool,
    /// Everybody of whom there is something, in the team or not any more.
    pub people: Vec<Person>,
    /// The rows.
    pub rows: Vec<ActivityRow>,
    /// There are earlier ones.
    pub more: bool,
}
