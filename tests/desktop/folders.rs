//! What becomes of a folder outside the app: it is copied, and copies of it meet.

use std::{fs, path::Path, time::SystemTime};

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

/// Brings what only one folder has into the other, as a person would who merges two copies.
pub(crate) fn merge(from: &Path, into: &Path) {
    bring(from, into, |_, target| !target.exists());
}

/// Makes two copies the same, as a syncing service does that was away: of every file the newer one
/// is in both.
pub(crate) fn meet(one: &Path, two: &Path) {
    for (from, into) in [(one, two), (two, one)] {
        bring(from, into, |path, target| written(path) > written(target));
    }
}

fn written(file: &Path) -> Option<SystemTime> {
    fs::metadata(file).and_then(|file| file.modified()).ok()
}

fn bring(from: &Path, into: &Path, wanted: fn(&Path, &Path) -> bool) {
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = into.join(path.file_name().unwrap());
        if path.is_dir() {
            fs::create_dir_all(&target).unwrap();
            bring(&path, &target, wanted);
        } else if wanted(&path, &target) {
            fs::copy(&path, target).unwrap();
        }
    }
}
