//! A storage in memory that keeps the whole contract, and that a test may reach into.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use conclave_core::remote::{Key, ListItem, Remote, RemoteError, Trouble};

/// Paths below the team's root and what lies there.
pub type Objects = BTreeMap<String, Vec<u8>>;

/// How a storage fails as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outage {
    /// The folder is not there.
    Gone,
    /// Nothing may be read or written.
    Denied,
    /// Nothing can be reached.
    Unreachable,
    /// Puts find no room; all else works.
    Full,
    /// Puts and deletes are denied; all else works.
    ReadOnly,
}

/// An honest storage of the memory of this process.
#[derive(Debug, Default)]
pub struct MemoryRemote {
    inside: Mutex<Inside>,
}

#[derive(Debug, Default)]
struct Inside {
    objects: Objects,
    outage: Option<Outage>,
}

impl MemoryRemote {
    /// An empty storage.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A storage with these objects.
    #[must_use]
    pub fn with(objects: Objects) -> Self {
        Self {
            inside: Mutex::new(Inside {
                objects,
                outage: None,
            }),
        }
    }

    /// Makes every call from now on fail in this way, or none.
    pub fn set_outage(&self, outage: Option<Outage>) {
        self.lock().outage = outage;
    }

    /// A copy of all there is.
    #[must_use]
    pub fn objects(&self) -> Objects {
        self.lock().objects.clone()
    }

    /// Changes what there is, as whoever runs the storage can.
    pub fn edit<T>(&self, change: impl FnOnce(&mut Objects) -> T) -> T {
        change(&mut self.lock().objects)
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reading<T>(
        &self,
        read: impl FnOnce(&Objects) -> Result<T, RemoteError>,
    ) -> Result<T, RemoteError> {
        let inside = self.lock();
        inside.usable(false)?;
        read(&inside.objects)
    }

    fn writing(&self, key: &Key, write: impl FnOnce(&mut Objects)) -> Result<(), RemoteError> {
        if key.is_foreign() {
            return Err(RemoteError::other(Trouble::Refused, key.to_string()));
        }
        let mut inside = self.lock();
        inside.usable(true)?;
        write(&mut inside.objects);
        Ok(())
    }
}

impl Inside {
    fn usable(&self, write: bool) -> Result<(), RemoteError> {
        match self.outage {
            Some(Outage::Gone) => Err(RemoteError::Gone),
            Some(Outage::Denied) => Err(RemoteError::Denied),
            Some(Outage::Unreachable) => Err(RemoteError::other(Trouble::Unreachable, "outage")),
            Some(Outage::Full) if write => Err(RemoteError::Full),
            Some(Outage::ReadOnly) if write => Err(RemoteError::Denied),
            _ => Ok(()),
        }
    }
}

#[async_trait]
impl Remote for MemoryRemote {
    async fn list(&self, folder: &Key) -> Result<Vec<ListItem>, RemoteError> {
        let prefix = format!("{folder}/");
        self.reading(|objects| {
            let names = objects.iter().filter_map(|(path, bytes)| {
                let name = path.strip_prefix(&prefix)?;
                let own = !name.contains('/') && !name.starts_with(['.', '~']);
                own.then(|| ListItem {
                    name: name.to_owned(),
                    size: bytes.len() as u64,
                })
            });
            Ok(names.collect())
        })
    }

    async fn get(&self, key: &Key, max: u64) -> Result<Vec<u8>, RemoteError> {
        self.reading(|objects| match objects.get(key.as_str()) {
            None => Err(RemoteError::NotFound),
            Some(bytes) if bytes.len() as u64 > max => Err(RemoteError::TooLarge { max }),
            Some(bytes) => Ok(bytes.clone()),
        })
    }

    async fn get_range(&self, key: &Key, offset: u64, len: u64) -> Result<Vec<u8>, RemoteError> {
        self.reading(|objects| {
            let bytes = objects.get(key.as_str()).ok_or(RemoteError::NotFound)?;
            let size = bytes.len() as u64;
            let (from, to) = (offset.min(size), offset.saturating_add(len).min(size));
            // Both are at most the length of a vector, so they fit.
            let range = from as usize..to as usize;
            Ok(bytes.get(range).unwrap_or_default().to_vec())
        })
    }

    async fn put(&self, key: &Key, bytes: &[u8]) -> Result<(), RemoteError> {
        self.writing(key, |objects| {
            objects.insert(key.as_str().to_owned(), bytes.to_vec());
        })
    }

    async fn delete(&self, key: &Key) -> Result<(), RemoteError> {
        self.writing(key, |objects| {
            objects.remove(key.as_str());
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::remote_contract::check_remote;

    #[tokio::test(flavor = "multi_thread")]
    async fn keeps_the_contract() {
        check_remote(Arc::new(MemoryRemote::new())).await;
    }

    #[tokio::test]
    async fn outages() {
        let remote = MemoryRemote::new();
        let key = Key::new("head/a").unwrap();
        remote.put(&key, b"1").await.unwrap();
        remote.set_outage(Some(Outage::Full));
        assert!(matches!(
            remote.put(&key, b"2").await,
            Err(RemoteError::Full)
        ));
        assert_eq!(remote.get(&key, 9).await.unwrap(), b"1");
        remote.set_outage(Some(Outage::Gone));
        assert!(matches!(remote.get(&key, 9).await, Err(RemoteError::Gone)));
        assert!(matches!(remote.list(&key).await, Err(RemoteError::Gone)));
        remote.set_outage(None);
        assert_eq!(remote.get(&key, 9).await.unwrap(), b"1");
    }
}
