//! The operating system's keychain: where this device's own secrets lie when the app is closed.
//!
//! macOS keeps them in the Keychain, Windows in the Credential Manager, and a Linux desktop in
//! whatever answers for the Secret Service (GNOME Keyring, KWallet, KeePassXC). Where there is
//! none, the person is told and chooses a weaker mode; nothing falls back in silence.

mod os;
#[cfg(test)]
mod tests;

pub use os::OsKeychain;

use zeroize::Zeroizing;

/// The longest secret that every keychain takes, in bytes; Windows sets the limit.
pub const MAX_SECRET: usize = 2048;

/// A place for small secrets. Calls block, as the system may ask the person first: keep them off
/// the threads that serve the window.
pub trait Keychain: Send + Sync {
    /// The secret kept under `account`, or `None` where there is none.
    ///
    /// # Errors
    /// [`KeychainError`].
    fn get(&self, account: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeychainError>;

    /// Keeps `secret`, at most [`MAX_SECRET`] bytes, under `account`, in place of an older one.
    /// The account's name is not secret: other programs of the same user can read it.
    ///
    /// # Errors
    /// [`KeychainError`]; nothing was kept then.
    fn set(&self, account: &str, secret: &[u8]) -> Result<(), KeychainError>;

    /// Forgets the secret under `account`; that there is none is no error.
    ///
    /// # Errors
    /// [`KeychainError`].
    fn delete(&self, account: &str) -> Result<(), KeychainError>;

    /// Which keychain this is, and whether it can be used. May start its service, so it blocks too.
    fn describe(&self) -> Description;
}

/// What can be said of a keychain before it is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Description {
    /// Which one it is.
    pub kind: KeychainKind,
    /// Why it cannot be used, if so.
    pub unavailable: Option<KeychainError>,
}

/// The keychains there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeychainKind {
    /// macOS: the login keychain.
    MacosKeychain,
    /// Windows: the Credential Manager.
    WindowsCredentialManager,
    /// Linux and the BSDs: the Secret Service of the desktop session.
    SecretService,
}

/// Why the keychain did not do what it was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeychainError {
    /// This computer has none, or no session in which it runs.
    #[error("this computer has no keychain that is running")]
    Unavailable,
    /// It is locked, or the person said no.
    #[error("the keychain is locked or did not allow it")]
    Denied,
    /// The secret is longer than it takes.
    #[error("the secret is too long for the keychain")]
    TooLong,
    /// It holds something under this name that is not ours.
    #[error("the keychain holds more than one secret under this name")]
    Ambiguous,
    /// Something else.
    #[error("the keychain failed")]
    Failed,
}
