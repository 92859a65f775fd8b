//! A computer that dies, a network that ends and a store that fails between any two steps: the
//! next round makes it whole, and nobody ever sees anything wrong.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use async_trait::async_trait;
use conclave_core::remote::{Key, ListItem, Remote, RemoteError, Trouble};
use conclave_sync::{Local, Urgency};
use conclave_testkit::{clock::FixedClock, memory_remote::MemoryRemote};

use crate::party::{Member, agree};

/// Lets a number of requests through and then none. Where the last one is a write, it is done or
/// not, but the caller never hears of it.
pub(crate) struct Dying {
    inner: Arc<dyn Remote>,
    left: AtomicUsize,
    last_is_done: Mutex<bool>,
}

impl Dying {
    pub(crate) fn new(inner: Arc<dyn Remote>) -> Self {
        Self {
            inner,
            left: AtomicUsize::new(usize::MAX),
            last_is_done: Mutex::new(false),
        }
    }

    /// Dies after this many requests, with or without doing the one in which it dies.
    pub(crate) fn after(&self, requests: usize, last_is_done: bool) {
        *self.last_is_done.lock().unwrap() = last_is_done;
        self.left.store(requests, Ordering::SeqCst);
    }

    pub(crate) fn revive(&self) {
        self.left.store(usize::MAX, Ordering::SeqCst);
    }

    /// Alive, or in its last request, or dead.
    fn step(&self) -> Result<bool, RemoteError> {
        let dead = || RemoteError::other(Trouble::Unreachable, "the test ended it");
        match self.left.load(Ordering::SeqCst) {
            usize::MAX => Ok(true),
            0 => Err(dead()),
            1 => {
                self.left.store(0, Ordering::SeqCst);
                if *self.last_is_done.lock().unwrap() {
                    Ok(false)
                } else {
                    Err(dead())
                }
            }
            n => {
                self.left.store(n - 1, Ordering::SeqCst);
                Ok(true)
            }
        }
    }

    fn answer<T>(answered: bool, result: Result<T, RemoteError>) -> Result<T, RemoteError> {
        if answered {
            result
        } else {
            Err(RemoteError::other(Trouble::Unreachable, "no answer"))
        }
    }
}

#[async_trait]
impl Remote for Dying {
    async fn list(&self, folder: &Key) -> Result<Vec<ListItem>, RemoteError> {
        Self::answer(self.step()?, self.inner.list(folder).await)
    }
    async fn get(&self, key: &Key, max: u64) -> Result<Vec<u8>, RemoteError> {
        Self::answer(self.step()?, self.inner.get(key, max).await)
    }
    async fn get_range(&self, key: &Key, offset: u64, len: u64) -> Result<Vec<u8>, RemoteError> {
        Self::answer(self.step()?, self.inner.get_range(key, offset, len).await)
    }
    async fn put(&self, key: &Key, bytes: &[u8]) -> Result<(), RemoteError> {
        Self::answer(self.step()?, self.inner.put(key, bytes).await)
    }
    async fn delete(&self, key: &Key) -> Result<(), RemoteError> {
        Self::answer(self.step()?, self.inner.delete(key).await)
    }
}

/// Ana sends twice, reads Mara, and dies at request `n`; then she starts again.
#[tokio::test]
async fn at_every_request() {
    let mut deaths = 0;
    for restart in [false, true] {
        for done in [false, true] {
            for n in 0..40 {
                let storage: Arc<MemoryRemote> = Arc::default();
                let clock = FixedClock::default();
                let dying = Arc::new(Dying::new(Arc::clone(&storage) as _));
                let mut ana = Member::new(1, Arc::clone(&dying) as _, &clock);
                let mut mara = Member::new(2, Arc::clone(&storage) as _, &clock);
                ana.send("first").await;
                for text in ["a", "b", "c"] {
                    mara.send(text).await;
                }
                dying.after(n, done);
                let mut died = false;
                for text in ["second", "third"] {
                    ana.say(text);
                    died |= ana.try_round(Urgency::Poll).await.is_err();
                    // Whatever lies there now, others can read.
                    mara.poll().await;
                    assert_eq!(mara.alarms(), []);
                }
                deaths += usize::from(died);
                dying.revive();
                if restart {
                    ana.restart();
                }
                ana.changed().await;
                mara.poll().await;
                let members = [ana, mara];
                agree(&members);
                for member in &members {
                    assert_eq!(member.alarms(), [], "request {n}, done {done}");
                    assert_eq!(member.lock().pending(), 0);
                }
                let heads = storage
                    .objects()
                    .keys()
                    .filter(|k| k.starts_with("head/"))
                    .count();
                assert_eq!(heads, 2, "one head each, request {n}");
            }
        }
    }
    assert!(deaths > 40, "{deaths}");
}

/// What was read is read again when it could not be stored; what was written is written again.
#[tokio::test]
async fn when_the_store_fails() {
    let storage: Arc<MemoryRemote> = Arc::default();
    let clock = FixedClock::default();
    let mut ana = Member::new(1, Arc::clone(&storage) as _, &clock);
    let mut mara = Member::new(2, Arc::clone(&storage) as _, &clock);
    ana.send("a").await;
    mara.send("b").await;
    let at = mara.send("c").await;
    ana.lock().store_fails = true;
    ana.say("d");
    ana.try_round(Urgency::Poll).await.unwrap_err();
    assert!(!ana.knows(at));
    ana.lock().store_fails = false;
    ana.poll().await;
    mara.poll().await;
    agree(&[ana, mara]);
}

/// A round that nobody waits for any more ends where it is.
#[tokio::test(start_paused = true)]
async fn a_dropped_round() {
    use conclave_testkit::evil_storage::EvilStorage;
    use std::time::Duration;

    let storage = EvilStorage::new(1);
    let slow = Arc::new(storage.door(2));
    slow.delay(Duration::from_millis(100));
    let clock = FixedClock::default();
    let mut ana = Member::new(1, slow, &clock);
    let mut mara = Member::new(2, Arc::new(storage.door(3)), &clock);
    for text in ["a", "b", "c"] {
        mara.send(text).await;
    }
    ana.say("d");
    for ms in (50..2_000).step_by(100) {
        ana.say(format!("{ms}"));
        let _ = tokio::time::timeout(Duration::from_millis(ms), ana.try_round(Urgency::Poll)).await;
        mara.poll().await;
    }
    ana.poll().await;
    mara.poll().await;
    assert_eq!(ana.alarms(), []);
    assert_eq!(mara.alarms(), []);
    agree(&[ana, mara]);
}
