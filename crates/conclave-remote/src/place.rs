//! Guesses from a path which program carries a folder to other computers, for words on screen.
//!
//! Nothing is decided by it: a wrong guess shows a wrong name and breaks nothing.

use std::path::Path;

/// A program that keeps folders alike on several computers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SyncedBy {
    /// Dropbox
    Dropbox,
    /// OneDrive and SharePoint
    OneDrive,
    /// Google Drive
    GoogleDrive,
    /// iCloud Drive
    ICloud,
    /// Nextcloud and ownCloud
    Nextcloud,
    /// Syncthing
    Syncthing,
}

/// Which program seems to carry `folder`; none for a plain folder as far as can be seen.
///
/// Names of the path's parts are compared, the innermost first; Syncthing, which has no name of its
/// own, is told by the `.stfolder` that it leaves in the folder that it shares. Looks at the disk,
/// so it may block.
#[must_use]
pub fn synced_by(folder: &Path) -> Option<SyncedBy> {
    let marked = folder
        .ancestors()
        .any(|part| part.join(".stfolder").symlink_metadata().is_ok());
    by_name(folder).or(marked.then_some(SyncedBy::Syncthing))
}

fn by_name(folder: &Path) -> Option<SyncedBy> {
    folder.iter().rev().find_map(|part| {
        let part = part.to_str()?.to_lowercase();
        // Accounts and companies stand behind the name: "OneDrive - Contoso", "Dropbox (Work)",
        // and on macOS "GoogleDrive-ana@example.org".
        let is = |name: &str| {
            part.strip_prefix(name).is_some_and(|rest| {
                rest.is_empty()
                    || rest.starts_with(" (")
                    || rest.starts_with(['-'])
                    || rest.starts_with(" - ")
            })
        };
        Some(if is("dropbox") {
            SyncedBy::Dropbox
        } else if is("onedrive") || is("skydrive") {
            SyncedBy::OneDrive
        } else if is("googledrive") || is("google drive") || is("drivefs") || part == "my drive" {
            SyncedBy::GoogleDrive
        } else if is("icloud drive") || is("iclouddrive") || part == "com~apple~clouddocs" {
            SyncedBy::ICloud
        } else if is("nextcloud") || is("owncloud") {
            SyncedBy::Nextcloud
        } else if part == "syncthing" {
            SyncedBy::Syncthing
        } else {
            return None;
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guessed_from_names() {
        for (path, expected) in [
            ("/home/ana/Dropbox/team", Some(SyncedBy::Dropbox)),
            ("/home/ana/Dropbox (Contoso)", Some(SyncedBy::Dropbox)),
            (
                "/Users/ana/Library/CloudStorage/OneDrive-Personal/x",
                Some(SyncedBy::OneDrive),
            ),
            (
                "C:/Users/ana/OneDrive - Contoso AG/x",
                Some(SyncedBy::OneDrive),
            ),
            (
                "/Users/ana/Library/CloudStorage/GoogleDrive-a@b.c/My Drive",
                Some(SyncedBy::GoogleDrive),
            ),
            ("G:/My Drive/team", Some(SyncedBy::GoogleDrive)),
            (
                "/Users/ana/Library/Mobile Documents/com~apple~CloudDocs/t",
                Some(SyncedBy::ICloud),
            ),
            ("/home/ana/Nextcloud/t", Some(SyncedBy::Nextcloud)),
            ("/home/ana/Dropbox/Syncthing", Some(SyncedBy::Syncthing)),
            ("/home/ana/dropboxes/t", None),
            ("/home/ana/Documents", None),
            ("", None),
        ] {
            assert_eq!(by_name(Path::new(path)), expected, "{path}");
        }
    }

    #[test]
    fn syncthing_by_its_marker() {
        let dir = tempfile::tempdir().unwrap();
        let inner = dir.path().join("shared/team");
        std::fs::create_dir_all(&inner).unwrap();
        assert_eq!(synced_by(&inner), None);
        std::fs::create_dir(dir.path().join("shared/.stfolder")).unwrap();
        assert_eq!(synced_by(&inner), Some(SyncedBy::Syncthing));
    }
}
