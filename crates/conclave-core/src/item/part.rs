//! The parts that two people can change apart from each other.
//!
//! A merge compares versions part by part. A field is one part with its label and kind: a new
//! value under somebody else's new label could be a lie about both.

use core::fmt;

use super::{
    content::ItemContent,
    field::Field,
    file::File,
    id::{FieldId, FileId},
    number::Template,
};

/// One part of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// What the item is for.
    Template,
    /// The title.
    Title,
    /// The note.
    Notes,
    /// One field, with its label and kind.
    Field(FieldId),
    /// One file.
    File(FileId),
    /// A key that a later version added.
    Unknown(u64),
}

/// What a part says in one version of the item.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum PartValue<'a> {
    /// The part is not there: removed, or not yet made.
    Absent,
    /// A template.
    Template(Template),
    /// Title or note.
    Text(&'a str),
    /// A field.
    Field(&'a Field),
    /// A file.
    File(&'a File),
    /// Raw CBOR under an unknown key.
    Unknown(&'a [u8]),
}

impl Part {
    /// Reads what [`Display`](fmt::Display) writes.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        match text {
            "template" => Some(Self::Template),
            "title" => Some(Self::Title),
            "notes" => Some(Self::Notes),
            _ => {
                if let Some(key) = text.strip_prefix("key-") {
                    let part = Self::Unknown(key.parse().ok()?);
                    return (part.to_string() == text).then_some(part);
                }
                match text.strip_prefix("file-") {
                    Some(id) => FileId::from_hex(id).map(Self::File),
                    None => FieldId::from_hex(text).map(Self::Field),
                }
            }
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Template => f.write_str("template"),
            Self::Title => f.write_str("title"),
            Self::Notes => f.write_str("notes"),
            Self::Field(id) => id.fmt(f),
            Self::File(id) => write!(f, "file-{id}"),
            Self::Unknown(key) => write!(f, "key-{key}"),
        }
    }
}

impl fmt::Debug for PartValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => f.write_str("Absent"),
            Self::Template(template) => f.debug_tuple("Template").field(template).finish(),
            Self::Text(_) => f.write_str("Text(..)"),
            Self::Field(field) => field.fmt(f),
            Self::File(file) => file.fmt(f),
            Self::Unknown(_) => f.write_str("Unknown(..)"),
        }
    }
}

impl ItemContent {
    /// The parts that this version of the item has.
    pub fn parts(&self) -> impl Iterator<Item = Part> {
        [Part::Template, Part::Title, Part::Notes]
            .into_iter()
            .chain(self.fields().iter().map(|field| Part::Field(field.id)))
            .chain(self.files().map(|file| Part::File(file.id)))
            .chain(self.unknown.iter().map(|(key, _)| Part::Unknown(key)))
    }

    /// What a part says here.
    #[must_use]
    pub fn part(&self, part: Part) -> PartValue<'_> {
        match part {
            Part::Template => PartValue::Template(self.template()),
            Part::Title => PartValue::Text(self.title()),
            Part::Notes => PartValue::Text(self.notes()),
            Part::Field(id) => self.field(id).map_or(PartValue::Absent, PartValue::Field),
            Part::File(id) => self.file(id).map_or(PartValue::Absent, PartValue::File),
            Part::Unknown(key) => self
                .unknown
                .get(key)
                .map_or(PartValue::Absent, PartValue::Unknown),
        }
    }

    /// Makes a part say what it says in another version. A value that does not fit the part
    /// changes nothing.
    pub(crate) fn set_part(&mut self, part: Part, value: PartValue<'_>) {
        match (part, value) {
            (Part::Template, PartValue::Template(template)) => self.set_template(template),
            (Part::Title, PartValue::Text(text)) => self.set_title(text),
            (Part::Notes, PartValue::Text(text)) => self.set_notes(text),
            (Part::Field(id), PartValue::Field(field)) if field.id == id => {
                self.put_field(field.duplicate());
            }
            (Part::Field(id), PartValue::Absent) => drop(self.remove_field(id)),
            (Part::File(id), PartValue::File(file)) if file.id == id => {
                self.put_file(file.duplicate());
            }
            (Part::File(id), PartValue::Absent) => drop(self.remove_file(id)),
            (Part::Unknown(key), PartValue::Unknown(raw)) => self.unknown.set(key, Some(raw)),
            (Part::Unknown(key), PartValue::Absent) => self.unknown.set(key, None),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_round_trip() {
        let parts = [
            Part::Template,
            Part::Title,
            Part::Notes,
            Part::Field(FieldId::new([0xab; 16])),
            Part::File(FileId::new([0xab; 16])),
            Part::Unknown(12345),
        ];
        for part in parts {
            assert_eq!(Part::from_text(&part.to_string()), Some(part));
        }
        for bad in [
            "", "Title", "key-", "key-01", "key--1", "ab", "file-", "file-ab",
        ] {
            assert_eq!(Part::from_text(bad), None, "{bad}");
        }
    }
}
