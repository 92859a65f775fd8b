//! The remote, with a limit on how much is asked of it at once.
//!
//! A fixed number of requests runs at a time, whatever a round wants; objects larger than honest
//! ones are read one by one, so that a hostile storage cannot fill the memory many times over.

use std::sync::Arc;

use conclave_core::{
    pack::MAX_PACK,
    remote::{Key, ListItem, Remote, RemoteError, Trouble},
};
use tokio::sync::Semaphore;

/// Requests at the same time.
const REQUESTS: usize = 16;
/// What is read without asking for the one permit for large objects. Writers start a new pack at
/// 1 MiB, unless one entry is larger.
const LARGE: u64 = 8 << 20;
/// The largest head: its list of live packs has a limit.
const MAX_HEAD: u64 = 1 << 20;

/// The remote of one team.
pub(crate) struct Wire {
    remote: Arc<dyn Remote>,
    requests: Semaphore,
    large: Semaphore,
}

/// What became of one object.
pub(crate) enum Fetched {
    /// Its bytes.
    Whole(Vec<u8>),
    /// It cannot be had now.
    Not(Cause),
}

/// Why an object cannot be used now. All of them may pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// Nothing has the name.
    Absent,
    /// It is not complete, altered, or no file of ours.
    Damaged,
    /// A newer version wrote it.
    Newer,
    /// Larger than any object of ours.
    TooLarge,
    /// The storage would not give it.
    Unreadable,
}

impl Wire {
    pub(crate) fn new(remote: Arc<dyn Remote>) -> Self {
        Self {
            remote,
            requests: Semaphore::new(REQUESTS),
            large: Semaphore::new(1),
        }
    }

    pub(crate) async fn list(&self, folder: &Key) -> Result<Vec<ListItem>, RemoteError> {
        let _permit = self.requests.acquire().await;
        self.remote.list(folder).await
    }

    /// Reads a pack. Only what concerns the whole storage is an error.
    pub(crate) async fn pack(&self, key: &Key) -> Result<Fetched, RemoteError> {
        let fetched = {
            let _permit = self.requests.acquire().await;
            self.remote.get(key, LARGE).await
        };
        if let Err(RemoteError::TooLarge { .. }) = fetched {
            let _alone = self.large.acquire().await;
            return sort(self.remote.get(key, MAX_PACK).await);
        }
        sort(fetched)
    }

    /// Reads a head.
    pub(crate) async fn head(&self, key: &Key) -> Result<Fetched, RemoteError> {
        let _permit = self.requests.acquire().await;
        sort(self.remote.get(key, MAX_HEAD).await)
    }

    pub(crate) async fn put(&self, key: &Key, bytes: &[u8]) -> Result<(), RemoteError> {
        let _permit = self.requests.acquire().await;
        self.remote.put(key, bytes).await
    }

    pub(crate) async fn delete(&self, key: &Key) -> Result<(), RemoteError> {
        let _permit = self.requests.acquire().await;
        self.remote.delete(key).await
    }
}

fn sort(fetched: Result<Vec<u8>, RemoteError>) -> Result<Fetched, RemoteError> {
    Ok(Fetched::Not(match fetched {
        Ok(bytes) => return Ok(Fetched::Whole(bytes)),
        Err(RemoteError::NotFound) => Cause::Absent,
        Err(RemoteError::TooLarge { .. }) => Cause::TooLarge,
        // Trouble with the whole storage ends the round; trouble with one object must not.
        Err(error) if is_general(&error) => return Err(error),
        Err(_) => Cause::Unreadable,
    }))
}

/// Trouble with the storage as a whole.
pub(crate) fn is_general(error: &RemoteError) -> bool {
    matches!(error, RemoteError::Gone) || error.is(Trouble::Unreachable)
}
