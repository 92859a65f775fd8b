//! An item's content in memory, readable and editable.
//!
//! Everything in it is wiped when it is dropped; nothing of it is printed; it is copied only by
//! [`ItemContent::duplicate`].

use core::fmt;
use std::collections::{BTreeMap, BTreeSet};

use rand_core::CryptoRng;

use super::{
    SCHEMA,
    field::{Field, Label},
    file::File,
    id::{FieldId, FileId},
    number::{FieldKind, LabelNumber, Template},
    text::PrivateText,
    unknown::Unknown,
};
use crate::{body::BlobRef, id::LogId};

/// One version of an item, as its readers see it.
#[derive(PartialEq, Eq)]
pub struct ItemContent {
    pub(super) schema: u32,
    pub(super) min_reader: u32,
    pub(super) template: Template,
    pub(super) title: PrivateText,
    pub(super) fields: Vec<Field>,
    pub(super) notes: PrivateText,
    pub(super) tags: BTreeSet<PrivateText>,
    /// By id: files have no order of their own.
    pub(super) files: BTreeMap<FileId, File>,
    pub(super) unknown: Unknown,
}

impl ItemContent {
    /// An empty item without fields.
    #[must_use]
    pub fn new(template: Template) -> Self {
        Self {
            schema: SCHEMA,
            min_reader: 1,
            template,
            title: PrivateText::default(),
            fields: Vec::new(),
            notes: PrivateText::default(),
            tags: BTreeSet::new(),
            files: BTreeMap::new(),
            unknown: Unknown::default(),
        }
    }

    /// An item with the empty fields that its template starts with.
    #[must_use]
    pub fn blank(template: Template, rng: &mut (impl CryptoRng + ?Sized)) -> Self {
        let mut content = Self::new(template);
        content.fields = template
            .starting_fields()
            .iter()
            .map(|(label, kind)| Field::new(FieldId::random(rng), Label::Known(*label), *kind, ""))
            .collect();
        content
    }

    /// A second copy, which wipes itself as well.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        Self {
            schema: self.schema,
            min_reader: self.min_reader,
            template: self.template,
            title: self.title.duplicate(),
            fields: self.fields.iter().map(Field::duplicate).collect(),
            notes: self.notes.duplicate(),
            tags: self.tags.iter().map(PrivateText::duplicate).collect(),
            files: self
                .files
                .iter()
                .map(|(id, file)| (*id, file.duplicate()))
                .collect(),
            unknown: self.unknown.duplicate(),
        }
    }

    /// The schema that it is written in; stands in the revision's entry as well.
    #[must_use]
    pub const fn schema(&self) -> u32 {
        self.schema
    }

    /// Asks for whatever reader another version asks for, when parts of it come in.
    pub(crate) fn require_reader_of(&mut self, other: &Self) {
        self.schema = self.schema.max(other.schema);
        self.min_reader = self.min_reader.max(other.min_reader);
    }

    /// What the item is for.
    #[must_use]
    pub const fn template(&self) -> Template {
        self.template
    }

    /// Changes what the item is for; the fields stay.
    pub const fn set_template(&mut self, template: Template) {
        self.template = template;
    }

    /// The title, of any length that fits the payload.
    #[must_use]
    pub fn title(&self) -> &str {
        self.title.expose()
    }

    /// Sets the title.
    pub fn set_title(&mut self, title: impl Into<PrivateText>) {
        self.title = title.into();
    }

    /// The note.
    #[must_use]
    pub fn notes(&self) -> &str {
        self.notes.expose()
    }

    /// Sets the note.
    pub fn set_notes(&mut self, notes: impl Into<PrivateText>) {
        self.notes = notes.into();
    }

    /// The tags, sorted.
    pub fn tags(&self) -> impl ExactSizeIterator<Item = &str> {
        self.tags.iter().map(PrivateText::expose)
    }

    /// Is this tag on it?
    #[must_use]
    pub fn has_tag(&self, tag: &str) -> bool {
        // A set of owned texts is asked by an owned text.
        self.tags.contains(&PrivateText::new(tag))
    }

    /// Puts a tag on it; an empty one is none.
    pub fn add_tag(&mut self, tag: impl Into<PrivateText>) {
        let tag = tag.into();
        if !tag.is_empty() {
            self.tags.insert(tag);
        }
    }

    /// Takes a tag off.
    pub fn remove_tag(&mut self, tag: &str) {
        self.tags.remove(&PrivateText::new(tag));
    }

    /// The fields, in order.
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// One field.
    #[must_use]
    pub fn field(&self, id: FieldId) -> Option<&Field> {
        self.fields.iter().find(|field| field.id == id)
    }

    /// One field, to change its label, kind or value. Its id stays what it is: a changed id is
    /// put right.
    pub fn edit_field(&mut self, id: FieldId, edit: impl FnOnce(&mut Field)) -> bool {
        let Some(field) = self.fields.iter_mut().find(|field| field.id == id) else {
            return false;
        };
        edit(field);
        field.id = id;
        true
    }

    /// Replaces the field with this id in its place, or adds it at the end.
    pub fn put_field(&mut self, field: Field) {
        match self.fields.iter_mut().find(|f| f.id == field.id) {
            Some(place) => *place = field,
            None => self.fields.push(field),
        }
    }

    /// Takes a field out.
    pub fn remove_field(&mut self, id: FieldId) -> Option<Field> {
        let at = self.fields.iter().position(|field| field.id == id)?;
        Some(self.fields.remove(at))
    }

    /// Puts the fields in this order. Those that are not named come last, as they stood.
    pub fn order_fields(&mut self, order: &[FieldId]) {
        let place = |id: FieldId| order.iter().position(|o| *o == id).unwrap_or(order.len());
        self.fields.sort_by_key(|field| place(field.id));
    }

    /// The files, by id.
    pub fn files(&self) -> impl ExactSizeIterator<Item = &File> {
        self.files.values()
    }

    /// One file.
    #[must_use]
    pub fn file(&self, id: FileId) -> Option<&File> {
        self.files.get(&id)
    }

    /// Adds a file, or puts it in the place of the one with its id.
    pub fn put_file(&mut self, file: File) {
        self.files.insert(file.id, file);
    }

    /// Names the log that all of the files are to be uploaded from. Only before they are: their
    /// ciphertexts do not depend on it.
    pub fn upload_from(&mut self, log: LogId) {
        self.files.values_mut().for_each(|file| file.log = log);
    }

    /// Takes a file out. Its ciphertext stays where it is: earlier versions name it.
    pub fn remove_file(&mut self, id: FileId) -> Option<File> {
        self.files.remove(&id)
    }

    /// Where the ciphertexts of the files lie, as a revision's entry names them: each once.
    #[must_use]
    pub fn blobs(&self) -> Vec<BlobRef> {
        let mut blobs: Vec<BlobRef> = Vec::new();
        for file in self.files() {
            let blob = file.reference();
            if !blobs.contains(&blob) {
                blobs.push(blob);
            }
        }
        blobs
    }

    /// The field whose value is what a person came for: a filled password or key, else the first
    /// filled one that is hidden.
    #[must_use]
    pub fn main_field(&self) -> Option<&Field> {
        let mut filled = self
            .fields
            .iter()
            .filter(|f| f.is_concealed() && !f.value.is_empty());
        filled
            .clone()
            .find(|f| f.is(LabelNumber::PASSWORD) || f.is(LabelNumber::KEY))
            .or_else(|| filled.next())
    }

    /// The field that names the account: one labelled or made as user name, else an e-mail address.
    #[must_use]
    pub fn username_field(&self) -> Option<&Field> {
        self.open_field(|f| f.is(LabelNumber::USERNAME) || f.kind == FieldKind::USERNAME)
            .or_else(|| self.open_field(|f| f.is(LabelNumber::EMAIL) || f.kind == FieldKind::EMAIL))
    }

    /// The first field with a web address.
    #[must_use]
    pub fn url_field(&self) -> Option<&Field> {
        self.open_field(|f| f.kind == FieldKind::URL)
    }

    /// The first filled field in the open that fits.
    pub(super) fn open_field(&self, fits: impl Fn(&Field) -> bool) -> Option<&Field> {
        self.fields
            .iter()
            .find(|f| !f.is_concealed() && !f.value.is_empty() && fits(f))
    }
}

impl fmt::Debug for ItemContent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ItemContent")
            .field("schema", &self.schema)
            .field("template", &self.template)
            .field("fields", &self.fields.len())
            .field("tags", &self.tags.len())
            .field("files", &self.files.len())
            .field("unknown", &self.unknown)
            .finish_non_exhaustive()
    }
}
