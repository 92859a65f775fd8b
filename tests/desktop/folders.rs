//! What becomes of a folder outside the app: it is copied, and copies of it meet.

use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// Copies a folder with all that is in it.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, target).unwrap();
        }
    }
}

/// Puts a folder back to a copy of it, as a backup or a syncing service does.
pub(crate) fn put_back(folder: &Path, copied: &Path) {
    fs::remove_dir_all(folder).unwrap();
    copy(copied, folder);
}

/// Brings what one folder has since a copy was made of it, and nothing else, into another.
pub(crate) fn bring_new(from: &Path, since: &Path, into: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap();
        let (before, target) = (since.join(name), into.join(name));
        if path.is_dir() {
            fs::create_dir_all(&target).unwrap();
            bring_new(&path, &before, &target);
        } else if !before.exists() {
            fs::copy(&path, target).unwrap();
        }
    }
}

/// Brings one folder's files into another as a syncing service does: of a file that is another one
/// there, a copy is laid beside it.
pub(crate) fn merge(from: &Path, into: &Path) {
    bring(from, into, &|path, target| {
        let (stem, kind) = (target.file_stem()?, target.extension());
        let beside = format!("{}.sync-conflict-20260102-030405-ABCDEFG", stem.display());
        match fs::read(target) {
            Err(_) => Some(target.to_owned()),
            Ok(there) if there == fs::read(path).unwrap() => None,
            Ok(_) => Some(target.with_file_name(match kind {
                Some(kind) => format!("{beside}.{}", kind.display()),
                None => beside,
            })),
        }
    });
}

/// Makes two copies the same, as a syncing service does that was away: of every file the newer one
/// is in both.
pub(crate) fn meet(one: &Path, two: &Path) {
    for (from, into) in [(one, two), (two, one)] {
        bring(from, into, &|path, target| {
            (written(path) > written(target)).then(|| target.to_owned())
        });
    }
}

fn written(file: &Path) -> Option<SystemTime> {
    fs::metadata(file).and_then(|file| file.modified()).ok()
}

/// Copies each file to where `to` says, if anywhere, of its own path and the same one in the other
/// folder.
fn bring(from: &Path, into: &Path, to: &dyn Fn(&Path, &Path) -> Option<PathBuf>) {
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = into.join(path.file_name().unwrap());
        if path.is_dir() {
            fs::create_dir_all(&target).unwrap();
            bring(&path, &target, to);
        } else if let Some(target) = to(&path, &target) {
            fs::copy(&path, target).unwrap();
        }
    }
}
