//! The real keychain, through the crate `keyring`.
//!
//! The crate opens the platform's store once for the whole process. Its default features must
//! stay on: they are what compiles a store in (docs/decisions/0002-keychain.md).

use keyring::{Entry, Error};
use zeroize::Zeroizing;

use super::{Description, Keychain, KeychainError, KeychainKind, MAX_SECRET};

/// The keychain of the person who is logged in.
#[derive(Debug, Clone)]
pub struct OsKeychain {
    service: String,
}

impl OsKeychain {
    /// Secrets that the keychain's own window lists under the name `service`.
    #[must_use]
    pub fn new(service: &str) -> Self {
        Self {
            service: service.to_owned(),
        }
    }

    fn entry(&self, account: &str) -> Result<Entry, KeychainError> {
        Entry::new(&self.service, account).map_err(plain)
    }
}

impl Keychain for OsKeychain {
    fn get(&self, account: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeychainError> {
        match self.entry(account)?.get_secret() {
            Ok(secret) => Ok(Some(Zeroizing::new(secret))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(plain(error)),
        }
    }

    fn set(&self, account: &str, secret: &[u8]) -> Result<(), KeychainError> {
        if secret.len() > MAX_SECRET {
            return Err(KeychainError::TooLong);
        }
        self.entry(account)?.set_secret(secret).map_err(plain)
    }

    fn delete(&self, account: &str) -> Result<(), KeychainError> {
        match self.entry(account)?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(plain(error)),
        }
    }

    fn describe(&self) -> Description {
        let kind = if cfg!(target_os = "macos") {
            KeychainKind::MacosKeychain
        } else if cfg!(windows) {
            KeychainKind::WindowsCredentialManager
        } else {
            KeychainKind::SecretService
        };
        let unavailable = match Entry::store_status() {
            Ok(()) => None,
            Err(Error::NoStorageAccess(_)) => Some(KeychainError::Denied),
            Err(_) => Some(KeychainError::Unavailable),
        };
        Description { kind, unavailable }
    }
}

/// Reduces an error to its kind. The crate's own texts and values stay behind: some of them carry
/// the secret that could not be read, which is wiped here.
fn plain(error: Error) -> KeychainError {
    match error {
        Error::NoDefaultStore => KeychainError::Unavailable,
        Error::NoStorageAccess(_) => KeychainError::Denied,
        Error::TooLong(..) => KeychainError::TooLong,
        Error::Ambiguous(_) => KeychainError::Ambiguous,
        Error::BadEncoding(secret) | Error::BadDataFormat(secret, _) => {
            drop(Zeroizing::new(secret));
            KeychainError::Failed
        }
        _ => KeychainError::Failed,
    }
}
