//! An item's earlier versions, and what two edits changed at once.

use std::collections::BTreeSet;

use conclave_core::{
    id::{DeviceId, EntryHash},
    item::{ItemContent, Part, PartValue},
    merge::Merge,
};

use super::{
    fields,
    items::{MAX_ROWS, author, view},
};
use crate::{
    api::{
        AppError, Code,
        items::{
            Changed, ChangedRole, Choice, ConflictField, ConflictSide, ConflictValue, ConflictView,
            FieldRole, FileRole, HistoryPage, HistoryRequest, HistoryRow, ItemResolve, ItemView,
            TitleRole,
        },
    },
    convert::{base_from, base_text, count, entry_hash, item_id},
    engine::Engine,
    session::App,
};

impl App {
    /// A window of an item's history, newest first.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn item_history(&self, request: &HistoryRequest) -> Result<HistoryPage, AppError> {
        let item = item_id(&request.item)?;
        self.with(|engine| {
            let state = engine.replica().item(&item).ok_or(Code::NotFound)?;
            let mut all: Vec<(u64, EntryHash)> = state
                .revisions
                .iter()
                .filter_map(|hash| Some((engine.replica().revision(hash)?.wall_ms, *hash)))
                .collect();
            all.sort_by_key(|(at, hash)| (core::cmp::Reverse(*at), *hash));
            let from = usize::try_from(request.offset).unwrap_or(usize::MAX);
            let limit = usize::try_from(request.limit.min(MAX_ROWS)).unwrap_or(0);
            let rows = all.iter().skip(from).take(limit);
            let rows = rows
                .filter_map(|(_, hash)| history_row(engine, hash))
                .collect();
            Ok(HistoryPage {
                total: count(all.len()),
                rows,
            })
        })
    }

    /// What two edits changed at once.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn item_conflict(&self, item: &str) -> Result<ConflictView, AppError> {
        let item = item_id(item)?;
        self.with(|engine| {
            let heads = engine
                .replica()
                .item(&item)
                .ok_or(Code::NotFound)?
                .heads
                .clone();
            Ok(engine.with_merge(&item, |merge| conflict(engine, merge, &heads))?)
        })
    }

    /// Decides what two edits changed at once; what is not chosen stays in the history.
    ///
    /// # Errors
    /// [`Code::ChangedMeanwhile`].
    pub fn item_resolve(&self, request: &ItemResolve) -> Result<ItemView, AppError> {
        let item = item_id(&request.item)?;
        let base = base_from(&request.base)?;
        let choose = |choice: &Choice| {
            let part = Part::from_text(&choice.field).ok_or(Code::NotFound)?;
            Ok((part, entry_hash(&choice.revision)?))
        };
        let choices = request
            .choices
            .iter()
            .map(choose)
            .collect::<Result<Vec<_>, AppError>>()?;
        self.with(|engine| {
            engine.resolve_item(item, &base, &choices)?;
            view(engine, item)
        })
    }
}

/// Where a part stands for people: the title first, fields as they are listed, notes last. Ids say
/// nothing about that.
fn place(part: &Part, content: &ItemContent) -> (u8, usize) {
    match part {
        Part::Field(id) => {
            let at = content.fields().iter().position(|field| field.id == *id);
            (1, at.unwrap_or(usize::MAX))
        }
        Part::Notes => (2, 0),
        Part::File(_) => (3, 0),
        _ => (0, 0),
    }
}

pub(super) fn changed_role(part: &Part, content: &ItemContent) -> Changed {
    match part {
        Part::Field(id) => {
            let field = content.field(*id);
            Changed {
                role: ChangedRole::Field(field.map_or(FieldRole::Text, fields::role_of)),
                label: field.and_then(fields::label_of),
            }
        }
        Part::File(id) => Changed {
            role: ChangedRole::File(FileRole::File),
            label: content.file(*id).map(|file| file.name().to_owned()),
        },
        Part::Notes => Changed {
            role: ChangedRole::Field(FieldRole::Note),
            label: None,
        },
        _ => Changed {
            role: ChangedRole::Title(TitleRole::Title),
            label: None,
        },
    }
}

fn history_row(engine: &Engine, hash: &EntryHash) -> Option<HistoryRow> {
    let revision = engine.replica().revision(hash)?;
    let (by, device) = author(engine, revision.author);
    let parents = revision.body.parents.iter();
    let before: Vec<_> = parents
        .filter_map(|parent| engine.open_revision(parent).ok())
        .collect();
    let mut row = HistoryRow {
        revision: hash.to_string(),
        by,
        device,
        at_ms: revision.wall_ms,
        created: revision.body.parents.is_empty(),
        changed: Vec::new(),
        added: Vec::new(),
        removed: Vec::new(),
    };
    if let Ok(now) = engine.open_revision(hash)
        && !before.is_empty()
    {
        tell(&mut row, &before, &now);
    }
    Some(row)
}

/// Says what a revision did. What stands in any parent was chosen and not written: bringing edits
/// together changes nothing by itself.
fn tell(row: &mut HistoryRow, before: &[ItemContent], now: &ItemContent) {
    let parts = before.iter().flat_map(ItemContent::parts);
    let parts: BTreeSet<Part> = now.parts().chain(parts).collect();
    let mut parts: Vec<Part> = parts.into_iter().collect();
    parts.sort_by_key(|part| place(part, now));
    for part in &parts {
        let is = now.part(*part);
        if before.iter().any(|before| before.part(*part) == is) {
            continue;
        }
        let had = before.iter().find(|b| b.part(*part) != PartValue::Absent);
        match had {
            Some(had) if is == PartValue::Absent => row.removed.push(changed_role(part, had)),
            Some(_) => row.changed.push(changed_role(part, now)),
            None => row.added.push(changed_role(part, now)),
        }
    }
}

fn conflict(engine: &Engine, merge: &Merge<'_, DeviceId>, heads: &[EntryHash]) -> ConflictView {
    let content = merge.content();
    let sides = heads.iter().filter_map(|hash| {
        let revision = engine.replica().revision(hash)?;
        let (by, device) = author(engine, revision.author);
        Some(ConflictSide {
            revision: hash.to_string(),
            by,
            device,
            at_ms: revision.wall_ms,
        })
    });
    let mut conflicts: Vec<_> = merge.conflicts().iter().collect();
    conflicts.sort_by_key(|conflict| place(&conflict.part, content));
    let mut settled = merge.settled().to_vec();
    settled.sort_by_key(|part| place(part, content));
    let fields = conflicts.into_iter().map(|conflict| {
        let changed = changed_role(&conflict.part, content);
        let hidden =
            |value: &PartValue<'_>| matches!(value, PartValue::Field(f) if f.is_concealed());
        let concealed = conflict.values.iter().any(|v| hidden(&v.value));
        let values = conflict.values.iter().map(|v| ConflictValue {
            revision: v.revision.to_string(),
            value: match v.value {
                PartValue::Text(text) => Some(text.to_owned()),
                PartValue::File(file) => Some(file.name().to_owned()),
                PartValue::Field(field) if !concealed => Some(field.value.expose().to_owned()),
                _ => None,
            },
            removed: v.value == PartValue::Absent,
        });
        ConflictField {
            id: conflict.part.to_string(),
            role: changed.role,
            label: changed.label,
            concealed,
            values: values.collect(),
        }
    });
    // Of what is shown as a field: the kind, the title and what is empty are not.
    let differs = |part: &Part| {
        let mut conflicts = merge.conflicts().iter();
        conflicts.any(|conflict| conflict.part == *part) || merge.settled().contains(part)
    };
    let same = content
        .parts()
        .filter(|part| match part {
            Part::Field(id) => content.field(*id).is_some_and(|f| fields::view(f).filled),
            Part::Notes => !content.notes().is_empty(),
            _ => false,
        })
        .filter(|part| !differs(part));
    ConflictView {
        title: content.title().chars().take(200).collect(),
        base: base_text(heads),
        sides: sides.collect(),
        fields: fields.collect(),
        merged: settled
            .iter()
            .map(|part| changed_role(part, content))
            .collect(),
        same_count: count(same.count()),
    }
}
