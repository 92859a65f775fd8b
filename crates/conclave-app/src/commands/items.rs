//! Items: open, reveal, copy, save, archive.

use std::time::Duration;

use conclave_core::{
    id::{DeviceId, ItemId, ScopeId, UserId},
    item::{FieldId, ItemContent, MAX_FIELDS, MAX_FILES, PrivateText},
    receipt::{Action, Receipt},
};
use zeroize::Zeroizing;

use super::{
    fields::{self, NOTES},
    files,
};
use crate::{
    api::{
        AppError, Code, Person,
        archive::{Archived, ItemShown, Restored},
        items::{Copied, FieldEdit, FieldRole, ItemSave, ItemState, ItemView, ValueEdit},
    },
    convert::{base_from, base_text, count, entry_hash, item_id, scope_id},
    engine::{Engine, EngineError},
    random,
    session::App,
};

/// The most rows in one answer.
pub(super) const MAX_ROWS: u32 = 200;
/// The longest name of a field, in bytes.
const MAX_LABEL: usize = 4096;
/// Seconds in which Undo is offered.
const UNDO_S: u32 = 10;

impl App {
    /// An item, without its hidden values.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::UpdateNeeded`].
    pub fn item_get(&self, item: &str) -> Result<ItemView, AppError> {
        let item = item_id(item)?;
        self.with(|engine| view(engine, item))
    }

    /// One field's value, after a receipt was written.
    ///
    /// # Errors
    /// [`Code::FieldEmpty`], [`Code::NotFound`].
    pub fn item_reveal_field(
        &self,
        item: &str,
        field: &str,
        revision: Option<&str>,
    ) -> Result<Zeroizing<Vec<u8>>, AppError> {
        let value = self.used_value(item, field, revision, Action::Revealed)?.0;
        Ok(Zeroizing::new(value.as_bytes().to_vec()))
    }

    /// Copies one field, in here: the value never passes the window.
    ///
    /// # Errors
    /// [`Code::FieldEmpty`], [`Code::ClipboardUnavailable`].
    pub fn item_copy_field(
        &self,
        item: &str,
        field: &str,
        revision: Option<&str>,
    ) -> Result<Copied, AppError> {
        let (value, mut copied) = self.used_value(item, field, revision, Action::Copied)?;
        if copied.concealed {
            let keep = self.prefs().clipboard_clear_s;
            self.clipboard
                .copy_secret(&value, Duration::from_secs(u64::from(keep)))?;
            copied.clears_in_s = keep;
        } else {
            self.clipboard.copy_text(&value)?;
        }
        Ok(copied)
    }

    /// A web address, to be opened by the shell.
    ///
    /// # Errors
    /// [`Code::FieldEmpty`], [`Code::UrlRefused`] for a field that is none.
    pub fn item_url(&self, item: &str, field: &str) -> Result<String, AppError> {
        let item = item_id(item)?;
        self.with(|engine| {
            let content = engine.open_item(&item)?.content;
            let found = fields::find(&content, field).ok_or(Code::FieldEmpty)?;
            if found.is_concealed() || found.kind != conclave_core::item::FieldKind::URL {
                return Err(Code::UrlRefused.into());
            }
            let text = found.value.expose().trim();
            let bare = !text.contains("://");
            Ok(if bare {
                format!("https://{text}")
            } else {
                text.to_owned()
            })
        })
    }

    fn used_value(
        &self,
        item: &str,
        field: &str,
        revision: Option<&str>,
        action: Action,
    ) -> Result<(Zeroizing<String>, Copied), AppError> {
        let item = item_id(item)?;
        let revision = revision.map(entry_hash).transpose()?;
        self.with(|engine| {
            let content = match revision {
                Some(hash) => {
                    let of = engine.replica().revision(&hash).map(|r| r.item);
                    if of != Some(item) {
                        return Err(Code::NotFound.into());
                    }
                    engine.open_revision(&hash)?
                }
                None => engine.open_item(&item)?.content,
            };
            let title: String = content.title().chars().take(120).collect();
            let (value, role, label, concealed, id) = if field == NOTES {
                (
                    content.notes().to_owned(),
                    FieldRole::Note,
                    None,
                    false,
                    NOTES.to_owned(),
                )
            } else {
                let found = fields::find(&content, field).ok_or(Code::FieldEmpty)?;
                (
                    found.value.expose().to_owned(),
                    fields::role_of(found),
                    fields::label_of(found),
                    found.is_concealed(),
                    found.id.to_string(),
                )
            };
            let value = Zeroizing::new(value);
            if value.is_empty() {
                return Err(Code::FieldEmpty.into());
            }
            if concealed {
                engine.account_for(Receipt {
                    item,
                    field: id,
                    action,
                })?;
            }
            engine.note_use(item)?;
            Ok((
                value,
                Copied {
                    title,
                    role,
                    label,
                    concealed,
                    clears_in_s: 0,
                },
            ))
        })
    }

    /// Saves a new item or an edit.
    ///
    /// # Errors
    /// [`Code::Empty`] without a title, [`Code::TooLong`], [`Code::NotAllowed`],
    /// [`Code::ChangedMeanwhile`].
    pub fn item_save(&self, save: &ItemSave) -> Result<ItemView, AppError> {
        check_save(save)?;
        let vault = scope_id(&save.vault)?;
        self.with(|engine| {
            let draft = engine.draft()?;
            let added = engine.added_files()?;
            let item = match &save.item {
                None => {
                    let mut content = ItemContent::new(fields::template_of(save.kind));
                    apply(&mut content, save, draft.as_ref(), &added)?;
                    engine.create_item(vault, &content)?
                }
                Some(item) => {
                    let item = item_id(item)?;
                    let base = base_from(save.base.as_deref().unwrap_or_default())?;
                    engine.edit_item(item, &base, |content| {
                        apply(content, save, draft.as_ref(), &added)
                            .map_err(|_| EngineError::Unsuitable)
                    })?;
                    item
                }
            };
            engine.discard_draft()?;
            view(engine, item)
        })
    }

    /// Ends items as they were shown; they can be restored.
    ///
    /// # Errors
    /// [`Code::NotAllowed`]; [`Code::ChangedMeanwhile`] where one was edited since it was shown.
    /// None is ended then.
    pub fn item_archive(&self, items: &[ItemShown]) -> Result<Archived, AppError> {
        let items = items
            .iter()
            .map(|shown| Ok((item_id(&shown.item)?, base_from(&shown.base)?)))
            .collect::<Result<Vec<_>, AppError>>()?;
        self.with(|engine| {
            engine.delete_items(&items)?;
            Ok(Archived {
                count: count(items.len()),
                undo_s: UNDO_S,
            })
        })
    }

    /// Takes items out of the archive.
    ///
    /// # Errors
    /// [`Code::NotAllowed`].
    pub fn item_restore(&self, items: &[String]) -> Result<Restored, AppError> {
        let items = items
            .iter()
            .map(|i| item_id(i))
            .collect::<Result<Vec<_>, _>>()?;
        self.with(|engine| {
            Ok(Restored {
                count: engine.restore_items(&items)?,
            })
        })
    }

    /// Marks an item, for this person at this computer.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn item_favourite(&self, item: &str, on: bool) -> Result<(), AppError> {
        let item = item_id(item)?;
        self.with(|engine| Ok(engine.set_favourite(item, on)?))
    }

    /// A copy of an item in the same vault.
    ///
    /// # Errors
    /// [`Code::NotAllowed`], [`Code::NotFound`].
    pub fn item_duplicate(&self, item: &str, title: &str) -> Result<ItemView, AppError> {
        let item = item_id(item)?;
        self.with(|engine| {
            let opened = engine.open_item(&item)?;
            let mut content = opened.content;
            content.set_title(title);
            let made = engine.create_item(opened.home, &content)?;
            view(engine, made)
        })
    }
}

pub(crate) fn person(engine: &Engine, user: Option<UserId>) -> Person {
    let me = user == Some(engine.replica().me().user);
    let named = user.and_then(|user| engine.names().person(user));
    Person {
        user: user.map(|user| user.to_string()).unwrap_or_default(),
        name: named
            .map(|n| n.name.chars().take(200).collect())
            .unwrap_or_default(),
        colour: named.map_or(0, |n| n.colour),
        me,
    }
}

pub(super) fn author(engine: &Engine, device: DeviceId) -> (Person, String) {
    let user = engine.replica().rights().user_of(device);
    let device = engine.names().device(device).unwrap_or_default().to_owned();
    (person(engine, user), device)
}

fn vault_name(engine: &Engine, scope: ScopeId) -> String {
    engine
        .names()
        .scope(scope)
        .map(|n| n.name.clone())
        .unwrap_or_default()
}

/// Who can open an item: its vault's readers and those of its own scopes.
pub(crate) fn readers(engine: &Engine, item: ItemId, home: ScopeId) -> Vec<UserId> {
    let rights = engine.replica().rights();
    let mut readers = rights.readers(home);
    for scope in engine.replica().item_scopes(item) {
        readers.extend(rights.readers(scope));
    }
    readers.sort_unstable();
    readers.dedup();
    readers
}

pub(crate) fn view(engine: &Engine, item: ItemId) -> Result<ItemView, AppError> {
    let opened = engine.open_item(&item)?;
    let replica = engine.replica();
    let state = replica.item(&item).ok_or(Code::NotFound)?;
    let newest = state
        .heads
        .iter()
        .filter_map(|h| replica.revision(h))
        .max_by_key(|r| r.wall_ms);
    let newest = newest.ok_or(Code::NotFound)?;
    let first_ms = state
        .revisions
        .iter()
        .filter_map(|h| replica.revision(h))
        .map(|r| r.wall_ms);
    let (changed_by, changed_device) = author(engine, newest.author);
    let content = &opened.content;
    let me = replica.me().user;
    let authority = replica.authority(me, opened.home);
    let all = readers(engine, item, opened.home);
    let conflicts = opened.conflicts > 0;
    let by = state.heads.iter().filter_map(|h| replica.revision(h));
    let id = |field: Option<&conclave_core::item::Field>| field.map(|f| f.id.to_string());
    let main = content.main_field().filter(|f| f.is_concealed());
    Ok(ItemView {
        id: item.to_string(),
        // Whole: what the form gets is what it saves.
        title: content.title().to_owned(),
        kind: fields::kind_of(content.template()),
        vault: opened.home.to_string(),
        vault_name: vault_name(engine, opened.home),
        favourite: engine.favourites().contains(&item),
        archived: opened.deleted,
        base: base_text(&opened.heads),
        fields: fields::views(content),
        files: files::views(content),
        main_field: id(content.main_field()),
        username_field: id(content.username_field()),
        url_field: id(content.url_field()),
        changed_by,
        changed_ms: newest.wall_ms,
        changed_device,
        created_ms: first_ms.min().unwrap_or(newest.wall_ms),
        can_edit: authority.write,
        can_share: authority.manage,
        people: all
            .iter()
            .take(4)
            .map(|user| person(engine, Some(*user)))
            .collect(),
        people_count: count(all.len()),
        old_key: state
            .heads
            .iter()
            .any(|head| replica.is_under_an_old_key(head)),
        earlier_versions: count(state.revisions.len().saturating_sub(state.heads.len())),
        versions: if conflicts {
            count(state.heads.len())
        } else {
            1
        },
        versions_by: if conflicts {
            by.map(|r| author(engine, r.author).0).collect()
        } else {
            Vec::new()
        },
        strength: main.map(|field| super::secrets::strength_of(field.value.expose())),
        state: conflicts.then(|| ItemState::Versions {
            count: count(state.heads.len()),
        }),
    })
}

fn check_save(save: &ItemSave) -> Result<(), AppError> {
    let long = |field: &str, max: usize| {
        Err(AppError::from(Code::TooLong)
            .arg("field", field)
            .arg("max", max))
    };
    if save.title.trim().is_empty() {
        return Err(AppError::from(Code::Empty).arg("field", "title"));
    }
    if save.title.len() > 40_000 {
        return long("title", 40_000);
    }
    if save
        .files
        .as_ref()
        .is_some_and(|files| files.len() > MAX_FILES)
    {
        return long("files", MAX_FILES);
    }
    if save.fields.len() > MAX_FIELDS {
        return long("fields", MAX_FIELDS);
    }
    for field in &save.fields {
        if field
            .label
            .as_ref()
            .is_some_and(|label| label.len() > MAX_LABEL)
        {
            return long("label", MAX_LABEL);
        }
        let max = if field.role == FieldRole::Note {
            256 * 1024
        } else {
            64 * 1024
        };
        if let ValueEdit::Set { text } = &field.value
            && text.len() > max
        {
            return long("value", max);
        }
    }
    Ok(())
}

/// Puts what the window says into a content: complete and in order; what is absent is removed.
pub(crate) fn apply(
    content: &mut ItemContent,
    save: &ItemSave,
    draft: Option<&ItemSave>,
    added: &ItemContent,
) -> Result<(), AppError> {
    if let Some(named) = &save.files {
        files::apply(content, named, added)?;
    }
    content.set_title(save.title.clone());
    let mut order: Vec<FieldId> = Vec::new();
    let mut notes = None;
    for (place, edit) in save.fields.iter().enumerate() {
        let value = new_value(edit, place, draft)?;
        if edit.id.as_deref() == Some(NOTES) || (edit.id.is_none() && is_note(edit)) {
            notes = Some(value.unwrap_or_else(|| content.notes().to_owned()));
            continue;
        }
        let (label, kind) = fields::model_of(edit.role, edit.label.as_deref(), edit.concealed);
        let known = edit.id.as_deref().and_then(FieldId::from_hex);
        let id = match known.filter(|id| content.field(*id).is_some()) {
            Some(id) => {
                content.edit_field(id, |field| {
                    if fields::role_of(field) != edit.role
                        || fields::label_of(field).as_deref() != edit.label.as_deref()
                        || field.is_concealed() != edit.concealed
                    {
                        (field.label, field.kind) = (label, kind);
                    }
                    if let Some(value) = value {
                        field.value = PrivateText::new(value);
                    }
                });
                id
            }
            None => {
                let id = FieldId::random(&mut random::os());
                let value = value.unwrap_or_default();
                content.put_field(conclave_core::item::Field::new(id, label, kind, value));
                id
            }
        };
        order.push(id);
    }
    content.set_notes(notes.unwrap_or_default());
    let gone: Vec<FieldId> = content
        .fields()
        .iter()
        .map(|f| f.id)
        .filter(|id| !order.contains(id))
        .collect();
    for id in gone {
        content.remove_field(id);
    }
    content.order_fields(&order);
    Ok(())
}

fn is_note(edit: &FieldEdit) -> bool {
    edit.role == FieldRole::Note && !edit.concealed && edit.label.is_none()
}

fn new_value(
    edit: &FieldEdit,
    place: usize,
    draft: Option<&ItemSave>,
) -> Result<Option<String>, AppError> {
    match &edit.value {
        ValueEdit::Keep => Ok(None),
        ValueEdit::Set { text } => Ok(Some(text.clone())),
        ValueEdit::Draft => match draft.and_then(|d| d.fields.get(place)).map(|f| &f.value) {
            Some(ValueEdit::Set { text }) => Ok(Some(text.clone())),
            Some(_) => Ok(None),
            None => Err(Code::NotFound.into()),
        },
    }
}
