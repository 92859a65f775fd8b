//! Files of items: added in the editor, saved where the person says. Their bytes are read, sealed,
//! fetched, opened and written in here; the window sees names and sizes.

use std::{fs, io, io::Read, path::Path};

use conclave_core::{
    id::{ItemId, TeamId},
    item::{File, FileId, ItemContent, MAX_FILE_LEN, MAX_FILES, shorten},
    receipt::{Action, Receipt},
    remote::RemoteError,
};
use zeroize::Zeroizing;

use crate::{
    api::{
        AppError, Code,
        files::{FileSaved, FileView},
    },
    convert::item_id,
    engine::Engine,
    random,
    session::App,
    whole_file,
};

/// The longest name that is offered for a file, in bytes: the system allows 255, and the unfinished
/// file beside it needs a few.
const MAX_OFFERED: usize = 200;

/// The files of an item, by name.
pub(super) fn views(content: &ItemContent) -> Vec<FileView> {
    let mut files: Vec<FileView> = content.files().map(view).collect();
    files.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    files
}

fn view(file: &File) -> FileView {
    FileView {
        id: file.id.to_string(),
        name: file.name().to_owned(),
        size: file.size(),
    }
}

/// Keeps the files that the form names, takes the others out, and puts those in that were added.
///
/// # Errors
/// [`Code::NotFound`] for one that is neither there nor was added: nothing goes missing in silence.
pub(super) fn apply(
    content: &mut ItemContent,
    named: &[String],
    added: &ItemContent,
) -> Result<(), AppError> {
    let named = ids(named);
    let gone: Vec<FileId> = content
        .files()
        .map(|file| file.id)
        .filter(|id| !named.contains(id))
        .collect();
    for id in gone {
        content.remove_file(id);
    }
    for id in named {
        if content.file(id).is_none() {
            let file = added.file(id).ok_or(Code::NotFound)?;
            content.put_file(file.duplicate());
        }
    }
    Ok(())
}

/// The files of an edit that was not finished, as far as they are there.
pub(super) fn drafted(
    content: Option<&ItemContent>,
    named: Option<&[String]>,
    added: &ItemContent,
) -> Vec<FileView> {
    let there = content.into_iter().chain([added]);
    let mut files: Vec<FileView> = match named {
        None => content.map(views).unwrap_or_default(),
        Some(named) => {
            let named = ids(named);
            let files = there.flat_map(ItemContent::files);
            files
                .filter(|file| named.contains(&file.id))
                .map(view)
                .collect()
        }
    };
    files.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    files.dedup();
    files
}

fn ids(named: &[String]) -> Vec<FileId> {
    named.iter().filter_map(|id| FileId::from_hex(id)).collect()
}

impl App {
    /// Reads a file from this computer, seals it and keeps it for the item that is being edited.
    /// It belongs to the item once that is saved with it.
    ///
    /// # Errors
    /// [`Code::FileUnreadable`], [`Code::FileTooLarge`]; [`Code::TooLong`] for one file too many.
    pub fn file_add(&self, path: &Path, files: &[String]) -> Result<FileView, AppError> {
        if files.len() >= MAX_FILES {
            return Err(AppError::from(Code::TooLong)
                .arg("field", "files")
                .arg("max", MAX_FILES));
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let (team, log) =
            self.with(|engine| Ok((engine.team, engine.replica().chain().place().log)))?;
        let bytes = read(path)?;
        let (file, sealed) = File::seal(team, log, &name, &bytes, &mut random::os());
        drop(bytes);
        let shown = view(&file);
        let wanted = ids(files);
        self.with(|engine| Ok(engine.keep_added(file, &sealed, &wanted)?))?;
        Ok(shown)
    }

    /// What to call a file where the person is asked where to.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn file_name(&self, item: &str, file: &str) -> Result<String, AppError> {
        let item = item_id(item)?;
        self.with(|engine| Ok(shorten(find(engine, item, file)?.name(), MAX_OFFERED)))
    }

    /// Saves a file of an item to where the person says: fetched where it is not here yet, proved,
    /// opened, and a receipt written before it is.
    ///
    /// # Errors
    /// [`Code::FileNotHere`] while the storage does not have all of it; [`Code::FileAltered`] when
    /// what it has is not what was added; [`Code::DiskFull`], [`Code::FileRefused`] or
    /// [`Code::FileNotWritten`] where the file cannot be written.
    pub fn file_save(&self, item: &str, file: &str, path: &Path) -> Result<FileSaved, AppError> {
        let item = item_id(item)?;
        let (file, team, kept) = self.with(|engine| {
            let file = find(engine, item, file)?;
            let kept = engine.sealed_file(&file.digest())?;
            Ok((file, engine.team, kept))
        })?;
        let sealed = match kept {
            Some(sealed) => sealed,
            None => self.fetch(&file)?,
        };
        let bytes = open(&file, team, &sealed)?;
        self.with(|engine| {
            engine.account_for(Receipt {
                item,
                field: file.id.to_string(),
                action: Action::Saved,
            })?;
            Ok(engine.note_use(item)?)
        })?;
        whole_file::write(path, &bytes)?;
        Ok(FileSaved {
            name: file.name().to_owned(),
            path: path.display().to_string(),
        })
    }

    /// A file's ciphertext from the storage, kept here from now on.
    fn fetch(&self, file: &File) -> Result<Vec<u8>, AppError> {
        let remote = self.remote().ok_or(Code::FileNotHere)?;
        let (key, len) = (file.place(), file.sealed_len());
        let sealed = match self.wait(async { remote.get(&key, len).await }) {
            Ok(sealed) => sealed,
            Err(RemoteError::NotFound) => return Err(Code::FileNotHere.into()),
            Err(RemoteError::TooLarge { .. }) => return Err(Code::FileAltered.into()),
            Err(error) => return Err(error.into()),
        };
        // What carries the folder may be in the middle of it.
        if (sealed.len() as u64) < len {
            return Err(Code::FileNotHere.into());
        }
        if !file.is(&sealed) {
            return Err(Code::FileAltered.into());
        }
        self.with(|engine| Ok(engine.keep_sealed(file, &sealed)?))?;
        Ok(sealed)
    }
}

fn find(engine: &Engine, item: ItemId, file: &str) -> Result<File, AppError> {
    let id = FileId::from_hex(file).ok_or(Code::NotFound)?;
    let content = engine.open_item(&item)?.content;
    Ok(content.file(id).ok_or(Code::NotFound)?.duplicate())
}

fn open(file: &File, team: TeamId, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, AppError> {
    file.open(team, sealed)
        .map_err(|error| AppError::new(Code::FileAltered, error))
}

/// Reads a file that is not too long to add; how long it is, is looked at first.
fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, AppError> {
    let unreadable = |error: io::Error| AppError::new(Code::FileUnreadable, error.kind());
    let found = fs::metadata(path).map_err(unreadable)?;
    // A pipe would be waited for, and a folder is many files.
    if !found.is_file() {
        return Err(Code::FileUnreadable.into());
    }
    let max = MAX_FILE_LEN as u64;
    let too_large = || AppError::from(Code::FileTooLarge).arg("max", MAX_FILE_LEN >> 20);
    if found.len() > max {
        return Err(too_large());
    }
    let file = fs::File::open(path).map_err(unreadable)?;
    // The room is reserved at once: growing would leave copies behind.
    let room = usize::try_from(found.len()).unwrap_or(MAX_FILE_LEN) + 1;
    let mut bytes = Zeroizing::new(Vec::with_capacity(room));
    file.take(max + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > max {
        return Err(too_large());
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_file_or_too_large_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let code = |path: &Path| read(path).map(drop).unwrap_err().code;
        assert_eq!(code(folder.path()), Code::FileUnreadable);
        assert_eq!(code(&folder.path().join("none")), Code::FileUnreadable);
        let path = folder.path().join("large");
        let file = fs::File::create(&path).unwrap();
        file.set_len(MAX_FILE_LEN as u64).unwrap();
        assert_eq!(read(&path).unwrap().len(), MAX_FILE_LEN);
        file.set_len(MAX_FILE_LEN as u64 + 1).unwrap();
        assert_eq!(code(&path), Code::FileTooLarge);
    }
}
