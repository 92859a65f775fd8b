//! The folder of one profile, and the name by which a second start finds the first.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use directories::ProjectDirs;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::args::Place;

/// A folder that exists, that only this user can enter, and that has one name only.
#[derive(Debug, Clone)]
pub(crate) struct Profile {
    dir: PathBuf,
    is_default: bool,
    /// For a sample team: deleted when the app closes.
    demo: Option<Arc<TempDir>>,
}

/// Why there is no place for the data.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum ProfileError {
    #[error("this system names no data directory; start with --data-dir DIR")]
    NoHome,
    #[error("there is no room for a sample team")]
    Demo(#[source] io::Error),
    #[error("cannot use the folder {}", dir.display())]
    Folder {
        dir: PathBuf,
        #[source]
        source: io::Error,
    },
}

impl Profile {
    /// Finds the folder of `place`, makes it where it is missing, and closes it to other users.
    pub(crate) fn open(place: &Place) -> Result<Self, ProfileError> {
        let mut demo = None;
        let (dir, is_default) = match place {
            Place::Folder(dir) => (dir.clone(), false),
            Place::Profile(name) => (platform_dir()?.join(name), name == "default"),
            Place::Demo => {
                let folder = TempDir::with_prefix("conclave-demo-").map_err(ProfileError::Demo)?;
                let dir = folder.path().join("Ana");
                demo = Some(Arc::new(folder));
                (dir, false)
            }
        };
        let at = |source| ProfileError::Folder {
            dir: dir.clone(),
            source,
        };
        make_private(&dir).map_err(at)?;
        let dir = fs::canonicalize(&dir).map_err(at)?;
        Ok(Self {
            dir,
            is_default,
            demo,
        })
    }

    /// The profile's folder.
    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// The folder of a sample team and its people, if this is one.
    pub(crate) fn demo(&self) -> Option<&Path> {
        self.demo.as_ref().map(|folder| folder.path())
    }

    /// What WebKit keeps for the page: nothing that matters, and it is emptied at every start.
    pub(crate) fn webview_dir(&self) -> PathBuf {
        self.dir.join("webview")
    }

    /// The name of this profile among running apps.
    ///
    /// The default profile has the app's own name. Every other folder adds a digest of its path,
    /// so that two profiles run side by side and two starts of one profile meet. The letter
    /// before the digest is there because D-Bus refuses a part that begins with a digit.
    pub(crate) fn instance_name(&self, app: &str) -> String {
        if self.is_default {
            return app.to_owned();
        }
        let digest = Sha256::digest(self.dir.as_os_str().as_encoded_bytes());
        let short: String = digest
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        format!("{app}.p{short}")
    }
}

/// The folder in which a machine keeps its sealed copy, made and closed to other users.
pub(super) fn machine_dir(named: Option<&Path>, machine: &str) -> Result<PathBuf, ProfileError> {
    let dir = match named {
        Some(dir) => dir.to_owned(),
        None => platform_dir()?.join("machines").join(machine),
    };
    match make_private(&dir) {
        Ok(()) => Ok(dir),
        Err(source) => Err(ProfileError::Folder { dir, source }),
    }
}

fn platform_dir() -> Result<PathBuf, ProfileError> {
    let dirs = ProjectDirs::from("app", "Conclave", "Conclave").ok_or(ProfileError::NoHome)?;
    // Local, not roaming: the device's own secret must stay on this device.
    Ok(dirs.data_local_dir().to_owned())
}

#[cfg(unix)]
fn make_private(dir: &Path) -> io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
    if dir.is_dir() {
        return fs::set_permissions(dir, fs::Permissions::from_mode(0o700));
    }
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)
}

#[cfg(not(unix))]
fn make_private(dir: &Path) -> io::Result<()> {
    fs::create_dir_all(dir)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_folder_has_one_name_however_it_is_written() {
        let base = tempfile::tempdir().unwrap();
        let open = |path: PathBuf| {
            Profile::open(&Place::Folder(path))
                .unwrap()
                .instance_name("app")
        };
        let direct = open(base.path().join("a"));
        assert_eq!(direct, open(base.path().join("b/../a")));
        assert_ne!(direct, open(base.path().join("b")));
        assert!(direct.starts_with("app.p"));
    }

    #[test]
    #[cfg(unix)]
    fn other_users_are_shut_out() {
        use std::os::unix::fs::PermissionsExt;
        let base = tempfile::tempdir().unwrap();
        let dir = base.path().join("open");
        fs::create_dir(&dir).unwrap();
        fs::set_permissions(&dir, fs::Permissions::from_mode(0o755)).unwrap();
        Profile::open(&Place::Folder(dir.clone())).unwrap();
        assert_eq!(
            fs::metadata(dir).unwrap().permissions().mode() & 0o777,
            0o700
        );
    }
}
