//! Items, drafts, history and conflicts.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Person, Strength, Text, files::FileView};

/// What kind of thing an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Kind {
    Login,
    Note,
    ApiKey,
    Password,
    Passkey,
    Card,
    Server,
    Database,
    SshKey,
    Wifi,
    Environment,
    Certificate,
    SigningKey,
    Identity,
    Licence,
    Unknown,
}

/// What a field is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
#[expect(missing_docs, reason = "the names say it")]
pub enum FieldRole {
    Username,
    Password,
    Url,
    Note,
    Key,
    Host,
    Port,
    Database,
    Email,
    Environment,
    Expires,
    Text,
    Secret,
}

/// Which items a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
#[expect(missing_docs, reason = "the names say it")]
pub enum ItemFilter {
    All,
    Favourites,
    Archived,
    Shared,
}

/// How a list is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
#[expect(missing_docs, reason = "the names say it")]
pub enum ItemSort {
    Recent,
    Title,
    Changed,
}

/// A window of a list.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export)]
pub struct ItemListRequest {
    /// Only this vault.
    pub vault: Option<String>,
    /// Which items.
    pub filter: ItemFilter,
    /// What was typed.
    pub query: String,
    /// In which order.
    pub sort: ItemSort,
    /// From which row.
    pub offset: u32,
    /// How many, at most 200.
    pub limit: u32,
    /// When today began where the person is; the window knows the time zone.
    #[ts(type = "number")]
    pub today_ms: u64,
}

/// A word beside a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
#[ts(export)]
pub enum ItemState {
    /// Two edits at once.
    Versions {
        /// How many.
        count: u32,
    },
    /// A newer version is here that this device cannot open yet.
    NewerExists,
    /// Something that decides it has not arrived yet.
    Provisional,
    /// Built on something that was refused.
    Flagged,
    /// The key has not arrived yet.
    WaitingKey,
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ItemRow {
    /// The item.
    pub id: String,
    /// Its title.
    pub title: String,
    /// User name, host or the like.
    pub subtitle: String,
    /// What it is.
    pub kind: Kind,
    /// Where it lives.
    pub vault: String,
    /// Marked by this person.
    pub favourite: bool,
    /// A word beside it.
    pub state: Option<ItemState>,
}

/// Where a group of rows begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ItemGroup {
    /// Its first row.
    pub start: u32,
    /// Its head.
    pub label: Text,
}

/// A window of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ItemPage {
    /// How many rows there are.
    pub total: u32,
    /// The first row here.
    pub offset: u32,
    /// Changes with every change of the list.
    #[ts(type = "number")]
    pub generation: u64,
    /// The rows.
    pub rows: Vec<ItemRow>,
    /// Groups.
    pub groups: Vec<ItemGroup>,
}

/// A field as it is shown: what is concealed has no value here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Field {
    /// Its id.
    pub id: String,
    /// What it is for.
    pub role: FieldRole,
    /// Its label, where it has one of its own.
    pub label: Option<String>,
    /// Its value is not shown unless asked for.
    pub concealed: bool,
    /// It has a value.
    pub filled: bool,
    /// The value, unless concealed or empty.
    pub value: Option<String>,
}

/// An item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ItemView {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What it is.
    pub kind: Kind,
    /// Where it lives.
    pub vault: String,
    /// What that is called.
    pub vault_name: String,
    /// Marked by this person.
    pub favourite: bool,
    /// Ended.
    pub archived: bool,
    /// The heads that this view shows; goes back with an edit.
    pub base: String,
    /// The fields in order.
    pub fields: Vec<Field>,
    /// The files by name.
    pub files: Vec<FileView>,
    /// The main secret.
    pub main_field: Option<String>,
    /// The user name.
    pub username_field: Option<String>,
    /// The web address.
    pub url_field: Option<String>,
    /// Who changed it last.
    pub changed_by: Person,
    /// When.
    #[ts(type = "number")]
    pub changed_ms: u64,
    /// On which device.
    pub changed_device: String,
    /// When it was made.
    #[ts(type = "number")]
    pub created_ms: u64,
    /// This person may edit.
    pub can_edit: bool,
    /// This person may share.
    pub can_share: bool,
    /// Up to four who can open it.
    pub people: Vec<Person>,
    /// How many can open it.
    pub people_count: u32,
    /// How many versions came before.
    pub earlier_versions: u32,
    /// What it shows was sealed, knowingly, under a key that somebody who was removed still has.
    pub old_key: bool,
    /// Heads that conflict; 1 for none.
    pub versions: u32,
    /// Whose they are.
    pub versions_by: Vec<Person>,
    /// Of the main secret.
    pub strength: Option<Strength>,
    /// A word beside it.
    pub state: Option<ItemState>,
}

/// An item, by id.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export)]
pub struct ItemRef {
    /// The item.
    pub item: String,
}

/// A field of an item.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export)]
pub struct FieldRef {
    /// The item.
    pub item: String,
    /// The field's id, or `@main`, `@username`, `@url`.
    pub field: String,
    /// Another head or an older revision.
    pub revision: Option<String>,
}

/// A link to open.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export)]
pub struct UrlRef {
    /// The item.
    pub item: String,
    /// The field's id, or `@url`.
    pub field: String,
}

/// What was copied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Copied {
    /// The item's title.
    pub title: String,
    /// What the field is for.
    pub role: FieldRole,
    /// Its own label.
    pub label: Option<String>,
    /// It was a secret.
    pub concealed: bool,
    /// Seconds until it is cleared; 0 for what is not.
    pub clears_in_s: u32,
}

/// What becomes of a field's value.
#[derive(Clone, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
#[ts(export)]
pub enum ValueEdit {
    /// As it was.
    Keep,
    /// As typed.
    Set {
        /// The value.
        text: String,
    },
    /// As the stored draft has it at this place.
    Draft,
}

/// A field after an edit.
#[derive(Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FieldEdit {
    /// Its id; none for a new one.
    pub id: Option<String>,
    /// What it is for.
    pub role: FieldRole,
    /// Its own label.
    pub label: Option<String>,
    /// Concealed.
    pub concealed: bool,
    /// Its value.
    pub value: ValueEdit,
}

/// A new item or an edit; also the form of a draft.
#[derive(Clone, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ItemSave {
    /// Which; none for a new one.
    pub item: Option<String>,
    /// The heads that the edit was made from.
    pub base: Option<String>,
    /// Where it lives.
    pub vault: String,
    /// What it is.
    pub kind: Kind,
    /// Its title.
    pub title: String,
    /// Every field in order; what is absent is removed.
    pub fields: Vec<FieldEdit>,
    /// The files that it has, by id, those among them that were added in the editor; none: as they
    /// were.
    pub files: Option<Vec<String>>,
}

/// A mark.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export)]
pub struct ItemFavourite {
    /// The item.
    pub item: String,
    /// Marked.
    pub on: bool,
}

/// A copy of an item.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export)]
pub struct ItemDuplicate {
    /// The item.
    pub item: String,
    /// The copy's title.
    pub title: String,
}

/// A window of an item's history.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export)]
pub struct HistoryRequest {
    /// The item.
    pub item: String,
    /// From which row.
    pub offset: u32,
    /// How many.
    pub limit: u32,
}

/// Something that a revision changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Changed {
    /// A field's role, or `title`.
    pub role: ChangedRole,
    /// The field's own label.
    pub label: Option<String>,
}

/// A field's role, the title, or a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(untagged)]
#[ts(export)]
pub enum ChangedRole {
    /// The title.
    Title(TitleRole),
    /// A file.
    File(FileRole),
    /// A field.
    Field(FieldRole),
}

/// The title, where a field's role would stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum TitleRole {
    /// The title.
    Title,
}

/// A file, where a field's role would stand; its name is the label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum FileRole {
    /// A file.
    File,
}

/// One revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct HistoryRow {
    /// Its id.
    pub revision: String,
    /// Whose.
    pub by: Person,
    /// On which device.
    pub device: String,
    /// When.
    #[ts(type = "number")]
    pub at_ms: u64,
    /// It made the item.
    pub created: bool,
    /// What it changed.
    pub changed: Vec<Changed>,
    /// What was not there before.
    pub added: Vec<Changed>,
    /// What is not there any more, called what it was called before.
    pub removed: Vec<Changed>,
}

/// A window of an item's history, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct HistoryPage {
    /// How many revisions there are.
    pub total: u32,
    /// The rows.
    pub rows: Vec<HistoryRow>,
}

/// One of the edits that met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ConflictSide {
    /// Its revision.
    pub revision: String,
    /// Whose.
    pub by: Person,
    /// On which device.
    pub device: String,
    /// When.
    #[ts(type = "number")]
    pub at_ms: u64,
}

/// One side's value of a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ConflictValue {
    /// Whose revision.
    pub revision: String,
    /// The value, unless concealed or removed.
    pub value: Option<String>,
    /// Removed there.
    pub removed: bool,
}

/// A field that two edits changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ConflictField {
    /// The field's id, or `title`.
    pub id: String,
    /// What it is.
    pub role: ChangedRole,
    /// Its own label.
    pub label: Option<String>,
    /// Concealed.
    pub concealed: bool,
    /// Every side's value.
    pub values: Vec<ConflictValue>,
}

/// Two edits at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ConflictView {
    /// The item's title.
    pub title: String,
    /// The heads; goes back with the choice.
    pub base: String,
    /// The edits.
    pub sides: Vec<ConflictSide>,
    /// What must be chosen.
    pub fields: Vec<ConflictField>,
    /// What merged by itself.
    pub merged: Vec<Changed>,
    /// How many fields are the same on all sides.
    pub same_count: u32,
}

/// A choice for one field.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export)]
pub struct Choice {
    /// The field's id, or `title`.
    pub field: String,
    /// Whose value stays.
    pub revision: String,
}

/// What was chosen.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export)]
pub struct ItemResolve {
    /// The item.
    pub item: String,
    /// The heads that were shown.
    pub base: String,
    /// One choice per field.
    pub choices: Vec<Choice>,
}

/// A field of a draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DraftField {
    /// The field.
    #[serde(flatten)]
    #[ts(flatten)]
    pub field: Field,
    /// The draft has a value of its own for it.
    pub drafted: bool,
}

/// An edit that was not finished.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DraftView {
    /// Which item; none for a new one.
    pub item: Option<String>,
    /// The heads that it was made from.
    pub base: Option<String>,
    /// Where it lives.
    pub vault: String,
    /// What it is.
    pub kind: Kind,
    /// Its title.
    pub title: String,
    /// When it was last stored.
    #[ts(type = "number")]
    pub saved_ms: u64,
    /// The fields.
    pub fields: Vec<DraftField>,
    /// The files.
    pub files: Vec<FileView>,
}

/// A field of the draft.
#[derive(Debug, Clone, Deserialize, TS)]
#[ts(export)]
pub struct DraftFieldRef {
    /// Its id or its place.
    pub field: String,
}
