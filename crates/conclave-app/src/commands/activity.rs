//! What was done with the values of items, for the team's owners and auditors.

use std::collections::{BTreeMap, BTreeSet, btree_map};

use conclave_core::{
    authority::Label,
    entry::Entry,
    id::{ItemId, UserId},
    item::{ItemContent, Part},
    receipt::{Action, Receipt},
};

use super::{
    history::changed_role,
    items::{MAX_ROWS, person},
};
use crate::{
    api::{
        AppError, Code, Person,
        activity::{ActivityItem, ActivityPage, ActivityRequest, ActivityRow, Did},
    },
    convert::{entry_hash, user_id},
    engine::{Engine, EngineError},
    session::App,
};

/// The items that a page names, each opened once; none where it is not open to the person here.
type Items = BTreeMap<ItemId, Option<ItemContent>>;

impl App {
    /// A window of the record, newest first.
    ///
    /// # Errors
    /// [`Code::NotFound`] for ids that are none, and where the last row is in the record no more.
    pub fn activity_list(&self, request: &ActivityRequest) -> Result<ActivityPage, AppError> {
        let user = request.user.as_deref().map(user_id).transpose()?;
        let after = request.after.as_deref().map(entry_hash).transpose()?;
        let limit = usize::try_from(request.limit.min(MAX_ROWS)).unwrap_or(0);
        self.with(|engine| {
            let replica = engine.replica();
            let (rights, machines) = (replica.rights(), replica.machines());
            let owner = |device| machines.iter().find(|m| m.id == device).map(|m| m.owner);
            let whose = |entry: &Entry| rights.author(entry).or_else(|| owner(entry.device()));
            let mut all = engine.receipts(None);
            let people: BTreeSet<UserId> = all.iter().filter_map(|entry| whose(entry)).collect();
            let people = people.into_iter().map(|user| person(engine, Some(user)));
            let mut people: Vec<Person> = people.collect();
            people.sort_by_cached_key(|person| person.name.to_lowercase());
            all.retain(|entry| user.is_none() || user == whose(entry));
            // What came in since the last window stands above it.
            let place = |last| all.iter().position(|entry| entry.hash == last);
            let from = match after {
                None => 0,
                Some(last) => place(last).ok_or(Code::NotFound)? + 1,
            };
            let mut items = Items::new();
            let window = all.iter().skip(from).take(limit);
            let rows = window.map(|entry| engine.activity_row(entry, whose(entry), &mut items));
            Ok(ActivityPage {
                told: engine.is_told(),
                people,
                rows: rows.collect::<Result<_, EngineError>>()?,
                more: all.len() > from.saturating_add(limit),
            })
        })
    }
}

impl Engine {
    fn activity_row(
        &self,
        entry: &Entry,
        by: Option<UserId>,
        items: &mut Items,
    ) -> Result<ActivityRow, EngineError> {
        let rights = self.replica().rights();
        let device = self.names().device(entry.device()).unwrap_or_default();
        let receipt = self.receipt(entry)?;
        Ok(ActivityRow {
            id: entry.hash.to_string(),
            by: person(self, by),
            device: device.chars().take(200).collect(),
            machine: rights.author(entry).is_none(),
            did: receipt.as_ref().map(|receipt| did(receipt.action)),
            item: receipt.as_ref().map(|receipt| receipt.item.to_string()),
            shown: receipt.and_then(|receipt| self.activity_item(&receipt, items)),
            at_ms: self.moment(entry),
            late: rights.shown(&entry.hash) == Label::Late,
        })
    }

    fn activity_item(&self, receipt: &Receipt, items: &mut Items) -> Option<ActivityItem> {
        let content = match items.entry(receipt.item) {
            btree_map::Entry::Occupied(known) => known.into_mut(),
            btree_map::Entry::Vacant(place) => {
                let opened = self.open_item(&receipt.item).ok();
                place.insert(opened.map(|opened| opened.content))
            }
        };
        let content = content.as_ref()?;
        let home = self.replica().item(&receipt.item)?.home;
        Some(ActivityItem {
            title: content.title().chars().take(200).collect(),
            vault: self.chip(home),
            part: part(content, receipt).map(|part| changed_role(&part, content)),
        })
    }
}

const fn did(action: Action) -> Did {
    match action {
        Action::Revealed => Did::Opened,
        Action::Copied => Did::Copied,
        Action::Used => Did::Used,
        Action::Saved => Did::Saved,
    }
}

/// Which part of an item a receipt names.
fn part(content: &ItemContent, receipt: &Receipt) -> Option<Part> {
    content.parts().find(|part| match part {
        Part::File(id) => receipt.action == Action::Saved && id.to_string() == receipt.field,
        Part::Field(_) | Part::Notes => part.to_string() == receipt.field,
        _ => false,
    })
}
