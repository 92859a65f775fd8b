//! The blocking half of the folder backend: paths, links, atomic writes, sweeping.
//!
//! Everything below the chosen folder may have been put there by the storage, so each part of a
//! path is looked at before it is walked: a link, wherever it points, is refused. On Unix the last
//! step is also opened without following links and without waiting, so that neither a link nor a
//! pipe that appears in between is read.

use std::{
    collections::HashSet,
    fs::{self, File, OpenOptions},
    io::{self, ErrorKind, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use conclave_core::remote::{Key, ListItem, Meter, RemoteError, Trouble};

use super::fault::fault;

/// How old a temporary file is when it counts as left behind by a crash.
pub const SWEEP_AFTER: Duration = Duration::from_secs(24 * 60 * 60);

/// More files than any folder of a team has; a longer one is an attack, not a team.
const MAX_LISTED: usize = 1 << 18;

/// Dropbox leaves names alone that begin with `~` and end in `.tmp`, OneDrive and Google Drive those
/// that end in `.tmp`. A [`Key`] cannot have such a name, so no reader takes one for an object.
const TEMPORARY: (&str, &str) = ("~conclave-", ".tmp");

/// Whether a file name is that of an unfinished write.
#[must_use]
pub fn is_temporary(name: &str) -> bool {
    name.strip_prefix(TEMPORARY.0)
        .is_some_and(|rest| rest.ends_with(TEMPORARY.1))
}

/// A folder that may be written to, below one that must be there.
pub(crate) struct Disk {
    chosen: PathBuf,
    /// Folders below `chosen` that make up the root; only [`Disk::create_root`] makes them.
    inside: Vec<String>,
    root: PathBuf,
    meter: Arc<dyn Meter>,
    /// Folders in which this process has looked for left-behind files.
    swept: Mutex<HashSet<PathBuf>>,
}

impl Disk {
    pub(crate) fn new(chosen: PathBuf, inside: Vec<String>, meter: Arc<dyn Meter>) -> Self {
        let root = inside
            .iter()
            .fold(chosen.clone(), |path, part| path.join(part));
        Self {
            chosen,
            inside,
            root,
            meter,
            swept: Mutex::default(),
        }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn create_root(&self) -> Result<(), RemoteError> {
        self.chosen_is_there()?;
        let mut path = self.chosen.clone();
        for part in &self.inside {
            self.enter_or_make(&mut path, part)?;
        }
        Ok(())
    }

    pub(crate) fn list(&self, folder: &Key) -> Result<Vec<ListItem>, RemoteError> {
        let Some(path) = self.walk(folder.segments())? else {
            return Ok(Vec::new());
        };
        let entries = match fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return self.root_is_there().map(|_| Vec::new());
            }
            Err(error) => return Err(fault(error)),
        };
        let mut items = Vec::new();
        for entry in entries {
            let entry = entry.map_err(fault)?;
            // Names that are no text and hidden or temporary files are nobody's objects.
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            if name.starts_with(['.', '~']) {
                continue;
            }
            // The metadata of an entry is its own: a link is a link and no file.
            match entry.metadata() {
                Ok(meta) if meta.is_file() => items.push(ListItem {
                    name,
                    size: meta.len(),
                }),
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(fault(error)),
            }
            if items.len() > MAX_LISTED {
                return Err(RemoteError::other(Trouble::TooMany, folder.to_string()));
            }
        }
        items.sort();
        Ok(items)
    }

    pub(crate) fn get(&self, key: &Key, max: u64) -> Result<Vec<u8>, RemoteError> {
        let (file, size) = self.open(key)?;
        if size > max {
            return Err(RemoteError::TooLarge { max });
        }
        // The file may grow while it is read: one byte more than allowed shows it.
        let bytes = read_up_to(file, size, max.saturating_add(1))?;
        if bytes.len() as u64 > max {
            Err(RemoteError::TooLarge { max })
        } else {
            Ok(bytes)
        }
    }

    pub(crate) fn get_range(&self, key: &Key, from: u64, len: u64) -> Result<Vec<u8>, RemoteError> {
        let (mut file, size) = self.open(key)?;
        if from >= size {
            return Ok(Vec::new());
        }
        file.seek(SeekFrom::Start(from)).map_err(fault)?;
        let len = len.min(size - from);
        read_up_to(file, len, len)
    }

    pub(crate) fn put(&self, key: &Key, bytes: &[u8]) -> Result<(), RemoteError> {
        if key.is_foreign() {
            return Err(RemoteError::other(Trouble::Refused, key.to_string()));
        }
        // A folder, or a temporary file that a wrong clock made look old, can be swept away by
        // another computer between two steps; once is bad luck.
        match self.put_once(key, bytes) {
            Err(RemoteError::NotFound) => match self.put_once(key, bytes) {
                Err(RemoteError::NotFound) => Err(RemoteError::other(
                    Trouble::Unknown,
                    "the folder vanishes while in use",
                )),
                other => other,
            },
            other => other,
        }
    }

    pub(crate) fn delete(&self, key: &Key) -> Result<(), RemoteError> {
        if key.is_foreign() {
            return Err(RemoteError::other(Trouble::Refused, key.to_string()));
        }
        let Some(path) = self.path_of(key)? else {
            return Ok(());
        };
        match fs::symlink_metadata(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(fault(error)),
            Ok(meta) if meta.is_dir() => return Err(not_a_file(&path)),
            Ok(_) => {}
        }
        // A delete that a power cut undoes costs nothing, so the folder is not flushed.
        match patiently(|| fs::remove_file(&path)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(fault(error)),
            _ => Ok(()),
        }
    }

    fn put_once(&self, key: &Key, bytes: &[u8]) -> Result<(), RemoteError> {
        let folder = self.folder_made(key)?;
        let target = folder.join(key.name());
        let mut unfinished = Unfinished::create_in(&folder)?;
        unfinished.file.write_all(bytes).map_err(fault)?;
        unfinished.file.sync_all().map_err(fault)?;
        self.meter.fsync();
        let written_at = unfinished.file.metadata().and_then(|m| m.modified());
        unfinished.rename_to(&target)?;
        self.flush_folder(&folder)?;
        if let Ok(now) = written_at {
            self.sweep_once(&folder, now);
        }
        Ok(())
    }

    /// The folder of `key`, made where it is missing. The root is never made here.
    fn folder_made(&self, key: &Key) -> Result<PathBuf, RemoteError> {
        let mut path = self.root_is_there()?.to_path_buf();
        if let Some(folder) = key.folder() {
            for part in folder.segments() {
                self.enter_or_make(&mut path, part)?;
            }
        }
        Ok(path)
    }

    fn enter_or_make(&self, path: &mut PathBuf, part: &str) -> Result<(), RemoteError> {
        let above = path.clone();
        path.push(part);
        if is_folder(path)? {
            return Ok(());
        }
        match fs::create_dir(&path) {
            // Whoever was faster may have put anything there.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                is_folder(path)?.then_some(()).ok_or(RemoteError::NotFound)
            }
            Err(error) => Err(fault(error)),
            Ok(()) => self.flush_folder(&above),
        }
    }

    fn open(&self, key: &Key) -> Result<(File, u64), RemoteError> {
        let path = self.path_of(key)?.ok_or(RemoteError::NotFound)?;
        // Opening a pipe or a device can block or act; look first, then open without either.
        if !fs::symlink_metadata(&path).map_err(fault)?.is_file() {
            return Err(not_a_file(&path));
        }
        let mut options = OpenOptions::new();
        options.read(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK);
        }
        let file = patiently(|| options.open(&path)).map_err(fault)?;
        let meta = file.metadata().map_err(fault)?;
        if meta.is_file() {
            Ok((file, meta.len()))
        } else {
            Err(not_a_file(&path))
        }
    }

    fn path_of(&self, key: &Key) -> Result<Option<PathBuf>, RemoteError> {
        let folder = match key.folder() {
            Some(folder) => self.walk(folder.segments())?,
            None => Some(self.root_is_there()?.to_path_buf()),
        };
        Ok(folder.map(|folder| folder.join(key.name())))
    }

    /// The path of a folder below the root; none where some part of it is missing.
    fn walk<'a>(
        &self,
        parts: impl Iterator<Item = &'a str>,
    ) -> Result<Option<PathBuf>, RemoteError> {
        let mut path = self.root_is_there()?.to_path_buf();
        for part in parts {
            path.push(part);
            if !is_folder(&path)? {
                return Ok(None);
            }
        }
        Ok(Some(path))
    }

    /// The root, after a look at each part of it. The chosen folder itself may be a link: that was
    /// the person's own doing.
    fn root_is_there(&self) -> Result<&Path, RemoteError> {
        self.chosen_is_there()?;
        let mut path = self.chosen.clone();
        for part in &self.inside {
            path.push(part);
            if !is_folder(&path)? {
                return Err(RemoteError::Gone);
            }
        }
        Ok(&self.root)
    }

    fn chosen_is_there(&self) -> Result<(), RemoteError> {
        match fs::metadata(&self.chosen) {
            Ok(meta) if meta.is_dir() => Ok(()),
            Ok(_) => Err(RemoteError::Gone),
            Err(error) => Err(match fault(error) {
                RemoteError::NotFound => RemoteError::Gone,
                // The share is mounted and its server is away, or a stick was pulled.
                other if other.is(Trouble::Unreachable) || other.is(Trouble::NotAFile) => {
                    RemoteError::Gone
                }
                other => other,
            }),
        }
    }

    /// Makes a rename or a new folder survive a power cut. Some network and user-space file
    /// systems cannot flush a folder and say so; that is the best that they can do.
    fn flush_folder(&self, folder: &Path) -> Result<(), RemoteError> {
        if cfg!(not(unix)) {
            return Ok(()); // Windows journals renames and has no way to flush a folder.
        }
        match File::open(folder).and_then(|folder| folder.sync_all()) {
            Ok(()) => {
                self.meter.fsync();
                Ok(())
            }
            Err(error)
                if matches!(
                    error.kind(),
                    ErrorKind::InvalidInput | ErrorKind::Unsupported
                ) =>
            {
                Ok(())
            }
            Err(error) => Err(fault(error)),
        }
    }

    /// Removes what crashes left in a folder, once per folder and process.
    ///
    /// Age is told by the clock of the storage: `now` is when it says that we just wrote, so a
    /// wrong clock on this computer sweeps nothing that somebody else is writing.
    fn sweep_once(&self, folder: &Path, now: SystemTime) {
        let mut swept = self.swept.lock().unwrap_or_else(PoisonError::into_inner);
        if !swept.insert(folder.to_path_buf()) {
            return;
        }
        drop(swept);
        let Ok(entries) = fs::read_dir(folder) else {
            return;
        };
        for entry in entries.take(MAX_LISTED).flatten() {
            let old = || {
                let written = entry
                    .metadata()
                    .ok()
                    .filter(fs::Metadata::is_file)?
                    .modified()
                    .ok()?;
                now.duration_since(written)
                    .ok()
                    .filter(|age| *age > SWEEP_AFTER)
            };
            if entry.file_name().to_str().is_some_and(is_temporary) && old().is_some() {
                // Failing costs a few bytes of somebody's disk; the next process tries again.
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

/// A temporary file that removes itself unless it got its final name.
struct Unfinished {
    file: File,
    path: PathBuf,
    renamed: bool,
}

impl Unfinished {
    fn create_in(folder: &Path) -> Result<Self, RemoteError> {
        let mut random = [0; 8];
        getrandom::fill(&mut random)
            .map_err(|error| RemoteError::other(Trouble::Unknown, io::Error::from(error)))?;
        let random = u64::from_ne_bytes(random);
        let path = folder.join(format!("{}{random:016x}{}", TEMPORARY.0, TEMPORARY.1));
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&path)
            .map_err(fault)?;
        Ok(Self {
            file,
            path,
            renamed: false,
        })
    }

    fn rename_to(mut self, target: &Path) -> Result<(), RemoteError> {
        patiently(|| fs::rename(&self.path, target)).map_err(fault)?;
        self.renamed = true;
        Ok(())
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if !self.renamed {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Whether a folder is there. A link to one is not one.
fn is_folder(path: &Path) -> Result<bool, RemoteError> {
    match fs::symlink_metadata(path) {
        Ok(meta) if meta.is_dir() => Ok(true),
        Ok(_) => Err(not_a_file(path)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(fault(error)),
    }
}

fn not_a_file(path: &Path) -> RemoteError {
    RemoteError::other(Trouble::NotAFile, path.display().to_string())
}

/// Reads at most `limit` bytes, allocating for `expected` and no more at first.
fn read_up_to(file: File, expected: u64, limit: u64) -> Result<Vec<u8>, RemoteError> {
    let room = usize::try_from(expected).map_err(|_| RemoteError::TooLarge {
        max: usize::MAX as u64,
    })?;
    let mut bytes = Vec::new();
    bytes
        .try_reserve_exact(room)
        .map_err(|error| RemoteError::other(Trouble::Unknown, error))?;
    file.take(limit).read_to_end(&mut bytes).map_err(fault)?;
    Ok(bytes)
}

/// On Windows a sync tool or a virus scanner holds a new file open for a moment, and renaming over
/// or removing it is denied until then; a quarter of a second in all gets past nearly every one.
fn patiently<T>(mut act: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    let mut wait = Duration::from_millis(if cfg!(windows) { 8 } else { 0 });
    loop {
        match act() {
            Err(error)
                if matches!(
                    error.kind(),
                    ErrorKind::PermissionDenied | ErrorKind::ResourceBusy
                ) && !wait.is_zero()
                    && wait < Duration::from_millis(256) =>
            {
                std::thread::sleep(wait);
                wait *= 2;
            }
            other => return other,
        }
    }
}
