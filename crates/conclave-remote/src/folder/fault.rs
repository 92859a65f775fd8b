//! Turns what the operating system says into what a caller can act on.

use std::io::{Error, ErrorKind};

use conclave_core::remote::{RemoteError, Trouble};

/// A failure where a missing path means a missing object; whoever checks the root says `Gone`.
pub(super) fn fault(error: Error) -> RemoteError {
    let trouble = match error.kind() {
        ErrorKind::NotFound => return RemoteError::NotFound,
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => return RemoteError::Denied,
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => return RemoteError::Full,
        ErrorKind::ResourceBusy | ErrorKind::ExecutableFileBusy | ErrorKind::WouldBlock => {
            Trouble::Busy
        }
        ErrorKind::TimedOut
        | ErrorKind::NotConnected
        | ErrorKind::ConnectionReset
        | ErrorKind::ConnectionAborted
        | ErrorKind::ConnectionRefused
        | ErrorKind::HostUnreachable
        | ErrorKind::NetworkUnreachable
        | ErrorKind::NetworkDown
        | ErrorKind::StaleNetworkFileHandle => Trouble::Unreachable,
        ErrorKind::IsADirectory | ErrorKind::NotADirectory | ErrorKind::DirectoryNotEmpty => {
            Trouble::NotAFile
        }
        // Opening a link where none may be: the kind `FilesystemLoop` has no stable name yet.
        #[cfg(unix)]
        _ if error.raw_os_error() == Some(libc::ELOOP) => Trouble::NotAFile,
        _ => Trouble::Unknown,
    };
    RemoteError::other(trouble, error)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_says_and_what_we_say() {
        let of = |code| fault(Error::from_raw_os_error(code));
        assert!(matches!(of(libc::ENOENT), RemoteError::NotFound));
        assert!(matches!(of(libc::EACCES), RemoteError::Denied));
        assert!(matches!(of(libc::EPERM), RemoteError::Denied));
        assert!(matches!(of(libc::EROFS), RemoteError::Denied));
        assert!(matches!(of(libc::ENOSPC), RemoteError::Full));
        assert!(matches!(of(libc::EDQUOT), RemoteError::Full));
        assert!(of(libc::ELOOP).is(Trouble::NotAFile));
        assert!(of(libc::EISDIR).is(Trouble::NotAFile));
        assert!(of(libc::ENOTDIR).is(Trouble::NotAFile));
        assert!(of(libc::ESTALE).is(Trouble::Unreachable));
        assert!(of(libc::EBUSY).is(Trouble::Busy));
        assert!(of(libc::EIO).is(Trouble::Unknown));
    }
}
