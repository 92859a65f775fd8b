//! The payload's bytes: deterministic CBOR with integer keys (docs/format/items.md, "Payload").
//!
//! ```text
//! item  = { 0: schema, 1: minimum reader, 2: template, 3: title, 4: [field…], 5: note, 6: [tag…],
//!           7: [file…], … }
//! field = { 0: id (16 bytes), 1: label (number, or text), 2: kind, 3: value (text), … }
//! file  = { 0: id (16 bytes), 1: name, 2: size, 3: key, 4: uploader's log, 5: SHA-256, … }
//! ```
//! Every listed key is there, but for the files, which are absent where there are none: so one
//! content has one spelling. Keys beyond are a later version's and are carried along. Keys 0 and 1
//! keep their place in every version.

use core::convert::Infallible;
use std::collections::BTreeMap;

use conclave_crypto::FileKey;
use minicbor::{
    Decoder, Encoder,
    data::Type,
    encode::{self, Write},
};
use zeroize::Zeroizing;

use super::{
    MAX_FIELDS, MAX_FILE_LEN, MAX_FILES, MAX_PAYLOAD, MAX_TAGS, READER,
    content::ItemContent,
    error::ItemError,
    field::{Field, Label},
    file::{File, is_good_name},
    id::{FieldId, FileId},
    number::{FieldKind, LabelNumber, Template},
    text::PrivateText,
    unknown::Unknown,
};
use crate::{
    cbor::{self, CborError},
    id::LogId,
};

const ITEM_KEYS: u64 = 7;
const FILES: u64 = 7;
const FIELD_KEYS: u64 = 4;
const FILE_KEYS: u64 = 6;

impl ItemContent {
    /// The payload, in memory that is wiped and was never moved.
    ///
    /// # Errors
    /// [`ItemError::TooLarge`] beyond [`MAX_PAYLOAD`], [`ItemError::TooMany`] beyond
    /// [`MAX_FIELDS`], [`MAX_TAGS`] or [`MAX_FILES`]: what could not be read again is not written.
    pub fn encode(&self) -> Result<Zeroizing<Vec<u8>>, ItemError> {
        check_count(self.fields.len(), MAX_FIELDS)?;
        check_count(self.tags.len(), MAX_TAGS)?;
        check_count(self.files.len(), MAX_FILES)?;
        // The length comes first: a growing buffer would leave copies of secrets behind.
        let mut count = Count(0);
        write_item(self, &mut count);
        check_size(count.0)?;
        let mut bytes = Zeroizing::new(Vec::with_capacity(count.0));
        write_item(self, &mut *bytes);
        Ok(bytes)
    }

    /// Reads a payload that was opened.
    ///
    /// # Errors
    /// [`ItemError`]; [`ItemError::NewerReader`] comes before any other look at the content, as a
    /// later version may change all of it but keys 0 and 1.
    pub fn decode(bytes: &[u8]) -> Result<Self, ItemError> {
        check_size(bytes.len())?;
        cbor::validate(bytes)?;
        let mut d = Decoder::new(bytes);
        let keys = d.map()?.ok_or(CborError)?;
        key(&mut d, 0)?;
        let schema = d.u32()?;
        key(&mut d, 1)?;
        let min_reader = d.u32()?;
        if min_reader > READER {
            return Err(ItemError::NewerReader { needs: min_reader });
        }
        key(&mut d, 2)?;
        let template = Template::from_number(d.u32()?);
        key(&mut d, 3)?;
        let title = text(&mut d)?;
        key(&mut d, 4)?;
        let fields = read_fields(&mut d)?;
        key(&mut d, 5)?;
        let notes = text(&mut d)?;
        key(&mut d, 6)?;
        let tags = read_tags(&mut d)?;
        let has_files = keys > ITEM_KEYS && d.probe().u64()? == FILES;
        let files = if has_files {
            key(&mut d, FILES)?;
            read_files(&mut d)?
        } else {
            BTreeMap::new()
        };
        let unknown = read_unknown(&mut d, keys, ITEM_KEYS + u64::from(has_files))?;
        Ok(Self {
            schema,
            min_reader,
            template,
            title,
            fields,
            notes,
            tags: tags.into_iter().collect(),
            files,
            unknown,
        })
    }
}

fn write_item(item: &ItemContent, out: impl Write<Error = Infallible>) {
    let mut e = Encoder::new(out);
    let written: Result<(), encode::Error<Infallible>> = (|| {
        let has_files = !item.files.is_empty();
        e.map(ITEM_KEYS + u64::from(has_files) + item.unknown.len() as u64)?;
        e.u32(0)?.u32(item.schema)?;
        e.u32(1)?.u32(item.min_reader)?;
        e.u32(2)?.u32(item.template.number())?;
        e.u32(3)?.str(item.title.expose())?;
        e.u32(4)?.array(item.fields.len() as u64)?;
        for field in &item.fields {
            write_field(field, &mut e)?;
        }
        e.u32(5)?.str(item.notes.expose())?;
        e.u32(6)?.array(item.tags.len() as u64)?;
        for tag in &item.tags {
            e.str(tag.expose())?;
        }
        if has_files {
            e.u64(FILES)?.array(item.files.len() as u64)?;
            for file in item.files.values() {
                write_file(file, &mut e)?;
            }
        }
        write_unknown(&item.unknown, &mut e)
    })();
    // Writing to memory cannot fail, and no custom encoder is called.
    debug_assert!(written.is_ok());
}

fn write_field<W: Write>(field: &Field, e: &mut Encoder<W>) -> Result<(), encode::Error<W::Error>> {
    e.map(FIELD_KEYS + field.unknown.len() as u64)?;
    e.u32(0)?.bytes(field.id.as_bytes())?;
    e.u32(1)?;
    match &field.label {
        Label::Known(number) => e.u32(number.number())?,
        Label::Custom(text) => e.str(text.expose())?,
    };
    e.u32(2)?.u32(field.kind.number())?;
    e.u32(3)?.str(field.value.expose())?;
    write_unknown(&field.unknown, e)
}

fn write_file<W: Write>(file: &File, e: &mut Encoder<W>) -> Result<(), encode::Error<W::Error>> {
    e.map(FILE_KEYS + file.unknown.len() as u64)?;
    e.u32(0)?.bytes(file.id.as_bytes())?;
    e.u32(1)?.str(file.name())?;
    e.u32(2)?.u64(file.size)?;
    // EXPOSE: lies in the payload, which is sealed.
    e.u32(3)?.bytes(file.key.expose_secret())?;
    e.u32(4)?.bytes(file.log.as_bytes())?;
    e.u32(5)?.bytes(&file.hash)?;
    write_unknown(&file.unknown, e)
}

fn write_unknown<W: Write>(
    unknown: &Unknown,
    e: &mut Encoder<W>,
) -> Result<(), encode::Error<W::Error>> {
    for (key, raw) in unknown.iter() {
        e.u64(key)?;
        e.writer_mut()
            .write_all(raw)
            .map_err(encode::Error::write)?;
    }
    Ok(())
}

fn read_fields(d: &mut Decoder<'_>) -> Result<Vec<Field>, ItemError> {
    let count = d.array()?.ok_or(CborError)?;
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    check_count(count, MAX_FIELDS)?;
    let mut fields: Vec<Field> = Vec::with_capacity(count);
    let mut ids = std::collections::HashSet::with_capacity(count);
    for _ in 0..count {
        let field = read_field(d)?;
        if !ids.insert(field.id) {
            return Err(ItemError::RepeatedField);
        }
        fields.push(field);
    }
    Ok(fields)
}

fn read_field(d: &mut Decoder<'_>) -> Result<Field, ItemError> {
    let keys = d.map()?.ok_or(CborError)?;
    key(d, 0)?;
    let id = FieldId::new(d.bytes()?.try_into().map_err(|_| CborError)?);
    key(d, 1)?;
    let label = match d.datatype()? {
        Type::String => Label::Custom(text(d)?),
        _ => Label::Known(LabelNumber::from_number(d.u32()?)),
    };
    key(d, 2)?;
    let kind = FieldKind::from_number(d.u32()?);
    key(d, 3)?;
    let value = text(d)?;
    let unknown = read_unknown(d, keys, FIELD_KEYS)?;
    Ok(Field {
        id,
        label,
        kind,
        value,
        unknown,
    })
}

/// A set, and never an empty one: without files the key is absent.
fn read_files(d: &mut Decoder<'_>) -> Result<BTreeMap<FileId, File>, ItemError> {
    let count = d.array()?.ok_or(CborError)?;
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    check_count(count, MAX_FILES)?;
    let mut files = BTreeMap::new();
    for _ in 0..count {
        let file = read_file(d)?;
        if files
            .last_key_value()
            .is_some_and(|(last, _)| *last >= file.id)
        {
            return Err(ItemError::Malformed(CborError));
        }
        files.insert(file.id, file);
    }
    if files.is_empty() {
        return Err(ItemError::Malformed(CborError));
    }
    Ok(files)
}

fn read_file(d: &mut Decoder<'_>) -> Result<File, ItemError> {
    let keys = d.map()?.ok_or(CborError)?;
    key(d, 0)?;
    let id = FileId::new(d.bytes()?.try_into().map_err(|_| CborError)?);
    key(d, 1)?;
    let name = text(d)?;
    key(d, 2)?;
    let size = d.u64()?;
    key(d, 3)?;
    let file_key = FileKey::from_slice(d.bytes()?).map_err(|_| CborError)?;
    key(d, 4)?;
    let log = LogId::new(d.bytes()?.try_into().map_err(|_| CborError)?);
    key(d, 5)?;
    let hash = d.bytes()?.try_into().map_err(|_| CborError)?;
    let unknown = read_unknown(d, keys, FILE_KEYS)?;
    if !is_good_name(name.expose()) || size > MAX_FILE_LEN as u64 {
        return Err(ItemError::Malformed(CborError));
    }
    Ok(File {
        id,
        name,
        size,
        key: file_key,
        log,
        hash,
        unknown,
    })
}

fn read_tags(d: &mut Decoder<'_>) -> Result<Vec<PrivateText>, ItemError> {
    let count = d.array()?.ok_or(CborError)?;
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    check_count(count, MAX_TAGS)?;
    let mut tags: Vec<PrivateText> = Vec::with_capacity(count);
    for _ in 0..count {
        tags.push(text(d)?);
    }
    // A set has one spelling: sorted, each once, none empty.
    let is_set = tags.is_sorted_by(|a, b| a < b) && tags.first().is_none_or(|t| !t.is_empty());
    if is_set {
        Ok(tags)
    } else {
        Err(ItemError::Malformed(CborError))
    }
}

/// Reads what stands after the `known` keys. The validator has proved that keys are sorted, so
/// none of these is a known one again.
fn read_unknown(d: &mut Decoder<'_>, keys: u64, known: u64) -> Result<Unknown, ItemError> {
    let mut unknown = Unknown::default();
    for _ in known..keys {
        let key = d.u64()?;
        let from = d.position();
        d.skip()?;
        let raw = d.input().get(from..d.position()).ok_or(CborError)?;
        unknown.set(key, Some(raw));
    }
    if keys < known {
        Err(ItemError::Malformed(CborError))
    } else {
        Ok(unknown)
    }
}

fn key(d: &mut Decoder<'_>, expected: u64) -> Result<(), ItemError> {
    if d.u64()? == expected {
        Ok(())
    } else {
        Err(ItemError::Malformed(CborError))
    }
}

fn text(d: &mut Decoder<'_>) -> Result<PrivateText, ItemError> {
    Ok(PrivateText::new(d.str()?))
}

const fn check_size(len: usize) -> Result<(), ItemError> {
    if len > MAX_PAYLOAD {
        return Err(ItemError::TooLarge {
            len,
            max: MAX_PAYLOAD,
        });
    }
    Ok(())
}

const fn check_count(count: usize, max: usize) -> Result<(), ItemError> {
    if count > max {
        Err(ItemError::TooMany { max })
    } else {
        Ok(())
    }
}

/// Counts bytes instead of keeping them.
struct Count(usize);

impl Write for Count {
    type Error = Infallible;

    fn write_all(&mut self, bytes: &[u8]) -> Result<(), Infallible> {
        self.0 = self.0.saturating_add(bytes.len());
        Ok(())
    }
}

#[cfg(test)]
mod tests;
