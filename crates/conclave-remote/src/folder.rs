//! [`FolderRemote`]: a team's storage as a folder of this computer.
//!
//! The root is `<chosen folder>/conclave1/<tag>`. Opening touches nothing: a folder on a stick, a
//! share or in a cloud drive may come later and go again, and every call then says
//! [`RemoteError::Gone`]. Only [`FolderRemote::create`], which follows a person's choice, makes the
//! root, and even that makes nothing above the chosen folder: an unmounted share leaves an empty
//! folder behind, and writing into it would look like success.

mod disk;
mod fault;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use async_trait::async_trait;
use conclave_core::{
    id::TeamId,
    layout,
    remote::{Key, ListItem, Meter, NoMeter, Remote, RemoteError, Trouble},
};

pub(crate) use disk::Disk;
pub use disk::{SWEEP_AFTER, is_temporary};

/// The storage of one team in a folder. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct FolderRemote {
    disk: Arc<Disk>,
}

impl FolderRemote {
    /// The storage of `team` in the folder that a person chose. Nothing is touched yet.
    #[must_use]
    pub fn new(chosen: impl Into<PathBuf>, team: &TeamId) -> Self {
        Self::metered(chosen, team, Arc::new(NoMeter))
    }

    /// Like [`FolderRemote::new`], telling `meter` of every flush. Requests are counted around a
    /// remote, not in it.
    #[must_use]
    pub fn metered(chosen: impl Into<PathBuf>, team: &TeamId, meter: Arc<dyn Meter>) -> Self {
        let inside = vec![layout::ROOT.to_owned(), layout::tag(team)];
        Self {
            disk: Arc::new(Disk::new(chosen.into(), inside, meter)),
        }
    }

    /// Makes the team's root below the chosen folder, which must exist. Doing it twice is no error.
    ///
    /// # Errors
    /// [`RemoteError::Gone`] where the chosen folder is missing; [`Trouble::NotAFile`] where a
    /// file or a link stands in the way.
    pub async fn create(&self) -> Result<(), RemoteError> {
        self.blocking(Disk::create_root).await
    }

    /// Where the team's files lie.
    #[must_use]
    pub fn root(&self) -> &Path {
        self.disk.root()
    }

    /// Runs file system work where it may block, so that a slow share never holds up other tasks.
    async fn blocking<T, F>(&self, work: F) -> Result<T, RemoteError>
    where
        T: Send + 'static,
        F: FnOnce(&Disk) -> Result<T, RemoteError> + Send + 'static,
    {
        let disk = Arc::clone(&self.disk);
        match tokio::task::spawn_blocking(move || work(&disk)).await {
            Ok(result) => result,
            Err(stopped) => Err(RemoteError::other(Trouble::Unknown, stopped)),
        }
    }
}

#[async_trait]
impl Remote for FolderRemote {
    async fn list(&self, folder: &Key) -> Result<Vec<ListItem>, RemoteError> {
        let folder = folder.clone();
        self.blocking(move |disk| disk.list(&folder)).await
    }

    async fn get(&self, key: &Key, max: u64) -> Result<Vec<u8>, RemoteError> {
        let key = key.clone();
        self.blocking(move |disk| disk.get(&key, max)).await
    }

    async fn get_range(&self, key: &Key, offset: u64, len: u64) -> Result<Vec<u8>, RemoteError> {
        let key = key.clone();
        self.blocking(move |disk| disk.get_range(&key, offset, len))
            .await
    }

    async fn put(&self, key: &Key, bytes: &[u8]) -> Result<(), RemoteError> {
        let (key, bytes) = (key.clone(), bytes.to_vec());
        self.blocking(move |disk| disk.put(&key, &bytes)).await
    }

    async fn delete(&self, key: &Key) -> Result<(), RemoteError> {
        let key = key.clone();
        self.blocking(move |disk| disk.delete(&key)).await
    }
}
