//! Sealed files of items, beside the database: a file each, named by the hash of its ciphertext.
//!
//! They are ciphertext already, under keys that lie in the items, so the database holds none of
//! their bytes. A file that somebody adds is sealed and kept here before the item is saved; it goes
//! to the storage before the entry that names it (docs/format/items.md, "Attachments").

use std::{
    collections::BTreeSet,
    fs, io,
    io::{Read, Write},
    path::{Path, PathBuf},
};

use conclave_core::{
    body::Body,
    item::{File, FileId, ItemContent, Template},
    layout::{Digest, ObjectName},
};
use conclave_crypto::attachment::MAX_SEALED_LEN;

use super::{Engine, EngineError};

/// The value's name in the store: files that were added in the editor and not saved yet.
const ADDED: &str = "files/added";
/// The folder in the profile's.
const FOLDER: &str = "blobs";

/// Deletes every ciphertext that is kept in a profile.
pub(crate) fn forget_files(profile: &Path) -> io::Result<()> {
    match fs::remove_dir_all(profile.join(FOLDER)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

impl Engine {
    /// Keeps a file that was added in the editor, with those of the ones before that are still
    /// wanted there. The item that it belongs to need not exist yet.
    ///
    /// # Errors
    /// What the disk or the store refuses; nothing was added then.
    pub(crate) fn keep_added(
        &mut self,
        file: File,
        sealed: &[u8],
        wanted: &[FileId],
    ) -> Result<(), EngineError> {
        let mut added = self.added_files()?;
        let unwanted: Vec<FileId> = added
            .files()
            .map(|file| file.id)
            .filter(|id| !wanted.contains(id))
            .collect();
        for id in unwanted {
            added.remove_file(id);
        }
        self.keep_sealed(&file, sealed)?;
        added.put_file(file);
        let row = added.encode()?;
        self.keep(ADDED, &row)
    }

    /// The files that were added in the editor and not saved yet, as a content that has nothing
    /// else.
    pub(crate) fn added_files(&self) -> Result<ItemContent, EngineError> {
        let row = self.store.value(Some(&self.team), ADDED)?;
        let Some(row) = row else {
            return Ok(ItemContent::new(Template::NOTE));
        };
        let mut added = ItemContent::decode(&row)?;
        // This device may have begun another log since.
        added.upload_from(self.replica.chain().place().log);
        Ok(added)
    }

    /// Nothing is being added any more. Ciphertexts that no entry names go, too.
    pub(crate) fn forget_added(&mut self) -> Result<(), EngineError> {
        let team = self.team;
        self.store.transaction(|tx| {
            tx.delete_value(Some(&team), ADDED)?;
            Ok::<(), EngineError>(())
        })?;
        let folder = self.files_folder();
        if folder.is_dir() {
            let named: BTreeSet<String> = self.named_blobs().map(|blob| blob.name()).collect();
            if let Err(error) = sweep(&folder, &named) {
                // It is saved all the same, and tried again with the next one.
                tracing::warn!(kind = ?error.kind(), "sealed files that nothing names could not be removed");
            }
        }
        Ok(())
    }

    /// Keeps a ciphertext, durably, before this returns.
    pub(crate) fn keep_sealed(&self, file: &File, sealed: &[u8]) -> Result<(), EngineError> {
        Ok(put(&self.files_folder(), &file.digest(), sealed)?)
    }

    /// A file's ciphertext, where it is kept here and still what it was.
    pub(crate) fn sealed_file(&self, digest: &Digest) -> Result<Option<Vec<u8>>, EngineError> {
        let found = get(&self.files_folder().join(digest.name()))?;
        Ok(found.filter(|sealed| Digest::of(sealed) == *digest))
    }

    /// The length of a ciphertext that is kept here.
    pub(super) fn sealed_len(&self, digest: &Digest) -> Option<u64> {
        let found = fs::symlink_metadata(self.files_folder().join(digest.name()));
        found.ok().filter(fs::Metadata::is_file).map(|m| m.len())
    }

    /// The ciphertexts that were, or are to be, uploaded from the own log.
    pub(super) fn own_blobs(&self) -> BTreeSet<Digest> {
        let log = self.replica.chain().place().log;
        let mine = self.replica.entries().filter(|entry| entry.log() == log);
        let named = mine.filter_map(|entry| match &entry.body {
            Body::ItemRev(_, rev) => Some(&rev.blobs),
            _ => None,
        });
        let own = named.flatten().filter(|blob| blob.log == log);
        own.map(|blob| Digest::new(blob.hash)).collect()
    }

    fn named_blobs(&self) -> impl Iterator<Item = Digest> {
        let named = self
            .replica
            .entries()
            .filter_map(|entry| match &entry.body {
                Body::ItemRev(_, rev) => Some(&rev.blobs),
                _ => None,
            });
        named.flatten().map(|blob| Digest::new(blob.hash))
    }

    fn files_folder(&self) -> PathBuf {
        self.store.folder().join(FOLDER)
    }
}

/// Writes a ciphertext whole or not at all; one that is there already is written anew, as it may
/// be damaged.
fn put(folder: &Path, digest: &Digest, sealed: &[u8]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let unfinished = folder.join(format!("{}.part", digest.name()));
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let write = || {
        let mut file = options.open(&unfinished)?;
        file.write_all(sealed)?;
        file.sync_all()?;
        fs::rename(&unfinished, folder.join(digest.name()))?;
        // An entry is going to name it: the name must survive the power, too.
        #[cfg(unix)]
        fs::File::open(folder)?.sync_all()?;
        Ok(())
    };
    let written = write();
    if written.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    written
}

/// Reads a ciphertext; none where there is no such file, or one that is none of ours by its size.
fn get(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let file = match fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut bytes = Vec::new();
    file.take(MAX_SEALED_LEN as u64 + 1)
        .read_to_end(&mut bytes)?;
    Ok((bytes.len() <= MAX_SEALED_LEN).then_some(bytes))
}

/// Deletes what nobody names, and what was left unfinished.
fn sweep(folder: &Path, named: &BTreeSet<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let kept = name.to_str().is_some_and(|name| named.contains(name));
        if !kept && entry.file_type()?.is_file() {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ciphertext_is_kept_whole_and_swept_when_nobody_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join(FOLDER);
        let (one, two) = (Digest::of(b"one"), Digest::of(b"two"));
        assert_eq!(get(&place.join(one.name())).unwrap(), None);
        put(&place, &one, b"one").unwrap();
        put(&place, &two, b"two").unwrap();
        // Damaged, and put again.
        fs::write(place.join(one.name()), b"on").unwrap();
        put(&place, &one, b"one").unwrap();
        assert_eq!(get(&place.join(one.name())).unwrap().unwrap(), b"one");

        fs::write(place.join("left.part"), b"half").unwrap();
        sweep(&place, &[one.name()].into()).unwrap();
        let left: Vec<_> = fs::read_dir(&place)
            .unwrap()
            .map(|e| e.unwrap().file_name())
            .collect();
        assert_eq!(left, [one.name().as_str()]);
    }

    #[cfg(unix)]
    #[test]
    fn a_ciphertext_is_for_this_account_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let digest = Digest::of(b"one");
        put(folder.path(), &digest, b"one").unwrap();
        let kept = fs::metadata(folder.path().join(digest.name())).unwrap();
        assert_eq!(kept.permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn what_is_too_large_to_be_ours_is_not_read_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("large");
        let file = fs::File::create(&path).unwrap();
        file.set_len(MAX_SEALED_LEN as u64 + 1).unwrap();
        assert_eq!(get(&path).unwrap(), None);
    }
}
