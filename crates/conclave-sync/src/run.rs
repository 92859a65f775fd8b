//! The background loop: a round whenever something changed, was edited or asked for, and now and
//! then anyway.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{Notify, watch},
    time::{Instant, sleep_until},
};

use crate::{
    round::{RoundError, Syncer, Urgency},
    status::Status,
};

/// Tells the time of day. It stamps and spaces; nothing is decided by it.
pub trait Clock: Send + Sync {
    /// Unix milliseconds.
    fn now_ms(&self) -> u64;
}

/// How fast the loop goes.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// The longest time between two rounds.
    pub poll: Duration,
    /// How long own edits are gathered after the last one.
    pub edited: Duration,
    /// The longest time that an edit waits for further ones.
    pub edited_most: Duration,
    /// How long changes of the storage are gathered.
    pub changed: Duration,
    /// The first pause after a failed round; it doubles up to `poll`.
    pub failed: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            poll: Duration::from_secs(30),
            edited: Duration::from_millis(300),
            edited_most: Duration::from_secs(2),
            changed: Duration::from_millis(100),
            failed: Duration::from_secs(2),
        }
    }
}

/// Reaches the loop from outside. When the last handle is dropped, the loop ends after the round
/// that it is in.
#[derive(Clone)]
pub struct Handle {
    guard: Arc<Guard>,
    status: watch::Receiver<Status>,
    rounds: watch::Receiver<u64>,
}

impl Handle {
    /// The storage changed: for the watcher of the remote.
    pub fn changed(&self) {
        self.guard.0.ring(|calls| calls.changed = true);
    }

    /// The device has something new to say.
    pub fn edited(&self) {
        self.guard.0.ring(|calls| calls.edited = true);
    }

    /// A person asked for a round, which then looks into everything.
    pub fn sync_now(&self) {
        self.guard.0.ring(|calls| calls.asked = true);
    }

    /// As [`Self::sync_now`], and waits until a round that began after this call has ended, well or
    /// not; or until the loop has ended.
    pub async fn synced_now(&self) {
        // The round that is under way, if one is, may have looked too early; the next one has not.
        for _ in 0..2 {
            let mut rounds = self.rounds.clone();
            let before = *rounds.borrow_and_update();
            self.sync_now();
            if rounds.wait_for(|ended| *ended > before).await.is_err() {
                return;
            }
        }
    }

    /// Ends the loop after the round that it is in.
    pub fn stop(&self) {
        self.guard.0.ring(|calls| calls.closed = true);
    }

    /// How the device stands with the storage, now and whenever that changes.
    #[must_use]
    pub fn status(&self) -> watch::Receiver<Status> {
        self.status.clone()
    }
}

/// Makes the loop. The future is to be spawned on a runtime with time; it ends when the device is
/// locked, on [`Handle::stop`], or when all handles are gone.
pub fn background(
    syncer: Syncer,
    clock: Arc<dyn Clock>,
    pace: Pace,
) -> (Handle, impl Future<Output = ()> + Send + 'static) {
    let bell = Arc::new(Bell::default());
    let (status, watched) = watch::channel(Status::starting());
    let (ended, rounds) = watch::channel(0);
    let handle = Handle {
        guard: Arc::new(Guard(Arc::clone(&bell))),
        status: watched,
        rounds,
    };
    let loop_ = Loop {
        syncer,
        clock,
        pace,
        bell,
        status,
        ended,
    };
    (handle, loop_.run())
}

#[derive(Default)]
struct Bell {
    calls: Mutex<Calls>,
    notify: Notify,
}

#[derive(Debug, Default, Clone, Copy)]
struct Calls {
    changed: bool,
    edited: bool,
    asked: bool,
    closed: bool,
}

impl Bell {
    fn ring(&self, call: impl FnOnce(&mut Calls)) {
        call(&mut self.calls.lock().unwrap_or_else(PoisonError::into_inner));
        self.notify.notify_one();
    }

    fn take(&self) -> Calls {
        std::mem::take(&mut *self.calls.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

struct Guard(Arc<Bell>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.ring(|calls| calls.closed = true);
    }
}

struct Loop {
    syncer: Syncer,
    clock: Arc<dyn Clock>,
    pace: Pace,
    bell: Arc<Bell>,
    status: watch::Sender<Status>,
    ended: watch::Sender<u64>,
}

impl Loop {
    async fn run(mut self) {
        let mut failures = 0;
        let mut urgency = Urgency::Changed;
        loop {
            let result = self.syncer.round(self.clock.now_ms(), urgency).await;
            let Ok(pending) = self.syncer.desk().with(|local| local.pending()).await else {
                return;
            };
            let now_ms = self.clock.now_ms();
            let tally = self.syncer.tally();
            self.status.send_if_modified(|status| {
                let before = status.clone();
                status.tallied(tally, now_ms);
                status.ended(&result, pending, now_ms);
                *status != before
            });
            self.ended.send_modify(|ended| *ended += 1);
            let wait = match &result {
                Ok(round) => {
                    failures = 0;
                    let due = round
                        .due_ms
                        .map(|due| Duration::from_millis(due.saturating_sub(now_ms)));
                    // What is due at once was tried just now: give it a moment.
                    let due = due.map_or(self.pace.poll, |due| due.max(self.pace.changed));
                    if round.more {
                        Duration::ZERO
                    } else {
                        due.min(self.pace.poll)
                    }
                }
                Err(RoundError::Closed(_)) => return,
                Err(error) => {
                    tracing::debug!(%error, "a round of synchronisation failed");
                    let pause = self.pace.failed.saturating_mul(1 << failures.min(16));
                    failures += 1;
                    pause.min(self.pace.poll)
                }
            };
            match self.wait(Instant::now() + wait).await {
                Some(next) => urgency = next,
                None => return,
            }
        }
    }

    /// Waits for a reason to run a round; none when the loop is to end.
    async fn wait(&self, poll: Instant) -> Option<Urgency> {
        let (mut at, mut urgency) = (poll, Urgency::Poll);
        let mut first_edit = None;
        loop {
            tokio::select! {
                () = sleep_until(at) => return Some(urgency),
                () = self.bell.notify.notified() => {}
            }
            let calls = self.bell.take();
            let now = Instant::now();
            if calls.closed {
                return None;
            }
            if calls.asked {
                return Some(Urgency::Asked);
            }
            if calls.changed && urgency == Urgency::Poll {
                urgency = Urgency::Changed;
                at = at.min(now + self.pace.changed);
            }
            if calls.edited {
                let pending = self
                    .syncer
                    .desk()
                    .with(|local| local.pending())
                    .await
                    .ok()?;
                self.status.send_if_modified(|status| {
                    let before = status.clone();
                    status.count(pending);
                    *status != before
                });
                let most = *first_edit.get_or_insert(now) + self.pace.edited_most;
                // A change of the storage goes on in the meantime; an edit alone waits for more.
                at = if urgency == Urgency::Changed {
                    at
                } else {
                    poll.min(most).min(now + self.pace.edited)
                };
            }
        }
    }
}
