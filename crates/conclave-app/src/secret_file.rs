//! The explicit weaker mode of a computer without a keychain: secrets in files of the profile.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use zeroize::Zeroizing;

use crate::keychain::{Description, Keychain, KeychainError, KeychainKind};

/// The explicit weaker mode of a computer without a keychain: the device secret lies in a file of
/// the profile, readable by this user alone. A thief of the whole disk then has only the
/// passphrase between them and the store.
pub struct SecretFile {
    folder: PathBuf,
}

impl SecretFile {
    /// Secrets in the profile's folder.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
        }
    }

    fn path(&self, account: &str) -> PathBuf {
        let name = account.rsplit('/').next().unwrap_or(account);
        self.folder.join(name).with_extension("secret")
    }
}

impl Keychain for SecretFile {
    fn get(&self, account: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeychainError> {
        match fs::read(self.path(account)) {
            Ok(bytes) => Ok(Some(Zeroizing::new(bytes))),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(_) => Err(KeychainError::Failed),
        }
    }

    fn set(&self, account: &str, secret: &[u8]) -> Result<(), KeychainError> {
        let write = || -> io::Result<()> {
            fs::create_dir_all(&self.folder)?;
            let path = self.path(account);
            let unfinished = path.with_extension("new");
            let mut options = fs::OpenOptions::new();
            options.write(true).create(true).truncate(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut file = options.open(&unfinished)?;
            io::Write::write_all(&mut file, secret)?;
            file.sync_all()?;
            fs::rename(unfinished, path)
        };
        write().map_err(|_| KeychainError::Failed)
    }

    fn describe(&self) -> Description {
        Description {
            kind: KeychainKind::SecretService,
            unavailable: Some(KeychainError::Unavailable),
        }
    }

    fn delete(&self, account: &str) -> Result<(), KeychainError> {
        match fs::remove_file(self.path(account)) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(KeychainError::Failed),
            _ => Ok(()),
        }
    }
}
