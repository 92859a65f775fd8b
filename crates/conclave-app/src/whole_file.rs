//! Files that a person keeps outside the profile: written whole or not at all, for this account alone.

use std::{
    fs::{self, OpenOptions},
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
};

use crate::api::{AppError, Code};

/// Writes a file under a name beside it, and gives it its own name when it is on the disk.
///
/// # Errors
/// What [`refused`] makes of the cause. What lay at `path` before still lies there.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), AppError> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let unfinished: PathBuf = path.with_file_name(name);
    // Left by a try that was cut short; whatever it is, nothing is written into it.
    let _ = fs::remove_file(&unfinished);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    // A sheet's words and a machine's key open everything that they are for: nobody else on this
    // computer reads them.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let write = || {
        let mut file = options.open(&unfinished)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&unfinished, path)
    };
    write().map_err(|error| {
        // No half of it stays behind.
        let _ = fs::remove_file(&unfinished);
        refused(&error)
    })
}

/// Why a file could not be written, as people can do something about it: [`Code::DiskFull`],
/// [`Code::FileRefused`], or [`Code::FileNotWritten`] for everything else.
pub(crate) fn refused(error: &io::Error) -> AppError {
    let code = match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            Code::DiskFull
        }
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Code::FileRefused,
        _ => Code::FileNotWritten,
    };
    // The system's own text may name the path, and with it a person.
    AppError::new(code, error.kind())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_cannot_be_written_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        // A folder that is not empty stands where the file should be.
        let place = folder.path().join("sheet.pdf");
        fs::create_dir_all(place.join("inside")).unwrap();
        let error = write(&place, b"words").unwrap_err();
        assert_eq!(error.code, Code::FileNotWritten);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        let nowhere = folder.path().join("missing/sheet.pdf");
        let error = write(&nowhere, b"words").unwrap_err();
        assert_eq!(error.code, Code::FileNotWritten);

        let place = folder.path().join("other.pdf");
        fs::write(folder.path().join("other.pdf.part"), b"old").unwrap();
        write(&place, b"words").unwrap();
        assert_eq!(fs::read(&place).unwrap(), b"words");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    #[cfg(unix)]
    fn a_file_is_for_this_account_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("build.key");
        write(&place, b"key").unwrap();
        let mode = fs::metadata(place).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn each_cause_has_its_own_sentence() {
        for (kind, code) in [
            (ErrorKind::StorageFull, Code::DiskFull),
            (ErrorKind::QuotaExceeded, Code::DiskFull),
            (ErrorKind::PermissionDenied, Code::FileRefused),
            (ErrorKind::ReadOnlyFilesystem, Code::FileRefused),
            (ErrorKind::IsADirectory, Code::FileNotWritten),
            (ErrorKind::Other, Code::FileNotWritten),
        ] {
            let error = refused(&io::Error::new(kind, "/home/mara/sheet.pdf"));
            assert_eq!(error.code, code, "{kind:?}");
            assert!(!error.message.contains("mara"));
        }
    }
}
