//! Counts what a piece of work asks of the storage, so that tests can hold it to a number.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use async_trait::async_trait;
use conclave_core::remote::{Key, ListItem, Meter, Remote, RemoteError, Request};

/// Counters that any thread may add to. As a [`Meter`] it can be given to a backend as well, which
/// then reports its flushes to it.
#[derive(Debug, Default)]
pub struct Counts {
    lists: AtomicU64,
    gets: AtomicU64,
    ranges: AtomicU64,
    puts: AtomicU64,
    deletes: AtomicU64,
    up: AtomicU64,
    down: AtomicU64,
    fsyncs: AtomicU64,
}

/// What was counted between two looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// Folders listed.
    pub lists: u64,
    /// Whole objects asked for.
    pub gets: u64,
    /// Parts of objects asked for.
    pub ranges: u64,
    /// Objects written.
    pub puts: u64,
    /// Objects removed.
    pub deletes: u64,
    /// Bytes of objects that went up.
    pub up: u64,
    /// Bytes of objects that came down; lists count nothing.
    pub down: u64,
    /// Files and folders flushed to disk.
    pub fsyncs: u64,
}

impl Count {
    /// All requests together.
    #[must_use]
    pub const fn requests(&self) -> u64 {
        self.lists + self.gets + self.ranges + self.puts + self.deletes
    }
}

impl Counts {
    /// What was counted since the last time; counting begins anew.
    #[must_use]
    pub fn take(&self) -> Count {
        let take = |counter: &AtomicU64| counter.swap(0, Ordering::SeqCst);
        Count {
            lists: take(&self.lists),
            gets: take(&self.gets),
            ranges: take(&self.ranges),
            puts: take(&self.puts),
            deletes: take(&self.deletes),
            up: take(&self.up),
            down: take(&self.down),
            fsyncs: take(&self.fsyncs),
        }
    }
}

impl Meter for Counts {
    fn request(&self, request: Request, up: u64, down: u64) {
        let counter = match request {
            Request::List => &self.lists,
            Request::Get => &self.gets,
            Request::GetRange => &self.ranges,
            Request::Put => &self.puts,
            Request::Delete => &self.deletes,
        };
        counter.fetch_add(1, Ordering::SeqCst);
        self.up.fetch_add(up, Ordering::SeqCst);
        self.down.fetch_add(down, Ordering::SeqCst);
    }

    fn fsync(&self) {
        self.fsyncs.fetch_add(1, Ordering::SeqCst);
    }
}

/// Tells a [`Meter`] of every request on its way to another remote, failed ones too.
pub struct CountingRemote {
    inner: Arc<dyn Remote>,
    meter: Arc<dyn Meter>,
}

impl CountingRemote {
    /// Counts around `inner`. Give the same meter to a backend to count its flushes.
    pub fn new(inner: Arc<dyn Remote>, meter: Arc<dyn Meter>) -> Self {
        Self { inner, meter }
    }

    fn down(
        &self,
        request: Request,
        result: Result<Vec<u8>, RemoteError>,
    ) -> Result<Vec<u8>, RemoteError> {
        self.meter.request(
            request,
            0,
            result.as_ref().map_or(0, |bytes| bytes.len() as u64),
        );
        result
    }
}

#[async_trait]
impl Remote for CountingRemote {
    async fn list(&self, folder: &Key) -> Result<Vec<ListItem>, RemoteError> {
        self.meter.request(Request::List, 0, 0);
        self.inner.list(folder).await
    }

    async fn get(&self, key: &Key, max: u64) -> Result<Vec<u8>, RemoteError> {
        self.down(Request::Get, self.inner.get(key, max).await)
    }

    async fn get_range(&self, key: &Key, offset: u64, len: u64) -> Result<Vec<u8>, RemoteError> {
        self.down(
            Request::GetRange,
            self.inner.get_range(key, offset, len).await,
        )
    }

    async fn put(&self, key: &Key, bytes: &[u8]) -> Result<(), RemoteError> {
        let result = self.inner.put(key, bytes).await;
        self.meter.request(
            Request::Put,
            result.as_ref().map_or(0, |()| bytes.len() as u64),
            0,
        );
        result
    }

    async fn delete(&self, key: &Key) -> Result<(), RemoteError> {
        self.meter.request(Request::Delete, 0, 0);
        self.inner.delete(key).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{memory_remote::MemoryRemote, remote_contract::check_remote};

    #[tokio::test(flavor = "multi_thread")]
    async fn keeps_the_contract() {
        let inner = Arc::new(MemoryRemote::new());
        check_remote(Arc::new(CountingRemote::new(
            inner,
            Arc::new(Counts::default()),
        )))
        .await;
    }

    #[tokio::test]
    async fn counts_requests_and_bytes() {
        let counts = Arc::new(Counts::default());
        let remote = CountingRemote::new(Arc::new(MemoryRemote::new()), counts.clone());
        let key = Key::new("head/a").unwrap();
        remote.put(&key, b"12345").await.unwrap();
        remote.get(&key, 5).await.unwrap();
        remote.get(&key, 1).await.unwrap_err();
        remote.get_range(&key, 1, 2).await.unwrap();
        remote.list(&Key::new("head").unwrap()).await.unwrap();
        remote.delete(&key).await.unwrap();
        let expected = Count {
            lists: 1,
            gets: 2,
            ranges: 1,
            puts: 1,
            deletes: 1,
            up: 5,
            down: 7,
            fsyncs: 0,
        };
        let counted = counts.take();
        assert_eq!(counted, expected);
        assert_eq!(counted.requests(), 6);
        assert_eq!(counts.take(), Count::default());
    }
}
