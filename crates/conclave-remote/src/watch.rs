//! Tells when something may have changed in a folder: by the system's notices and by the clock.
//!
//! Notices are quick and cannot be trusted to come: network shares send none for what others
//! write, queues overflow, limits are reached. So a poll runs beside them always, and the reader of
//! a [`Change`] looks for itself what is new. The folder may vanish and return under the watch.
//!
//! Traps that this file is built around: on Linux reading a file is itself reported (`Access`), so
//! that a reader would wake itself for ever; notify follows links unless told not to, so that a
//! planted link to `/` would watch the whole disk; and a deleted folder takes its watch with it,
//! although a folder of the same name is there again.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use notify::{
    Config, Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher,
    event::{AccessKind, AccessMode, ModifyKind},
};
use tokio::{
    sync::Notify,
    task::{JoinHandle, spawn_blocking},
    time::{Instant, sleep_until, timeout_at},
};

use crate::folder::is_temporary;

/// More folders than any team has. A storage that plants more is watched by polling alone, since
/// each folder takes one of a limited number of the system's watches.
const MAX_FOLDERS: usize = 4096;

/// How a folder is watched.
#[derive(Debug, Clone, Copy)]
pub struct WatchOptions {
    /// How long it must be quiet after a notice before it is passed on.
    pub settle: Duration,
    /// How long a notice is held back at most while more keep coming.
    pub settle_at_most: Duration,
    /// How often [`Change::Poll`] comes, whatever the notices say.
    pub poll: Duration,
    /// How often the folder itself is looked at, to see that it vanished or returned.
    pub look: Duration,
    /// Whether the system's notices are used at all.
    pub notices: bool,
}

impl Default for WatchOptions {
    fn default() -> Self {
        Self {
            settle: Duration::from_millis(300),
            settle_at_most: Duration::from_secs(2),
            poll: Duration::from_secs(15),
            look: Duration::from_secs(2),
            notices: true,
        }
    }
}

/// Something may have changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Change {
    /// Files were written, renamed or removed.
    Files,
    /// Nothing was noticed; it is time to look all the same.
    Poll,
    /// The folder is not there any more, or was not there from the start.
    Gone,
    /// The folder is there again.
    Back,
}

/// A running watch; dropping it ends it.
#[derive(Debug)]
pub struct Watch {
    latest: Arc<Latest>,
    noticing: Arc<AtomicBool>,
    task: JoinHandle<()>,
}

impl Watch {
    /// Waits for the next change. Of several that were not fetched in time one is left: what says
    /// that the folder went or came, the last such; otherwise files before a poll.
    pub async fn next(&mut self) -> Change {
        loop {
            if let Some(change) = self.latest.take() {
                return change;
            }
            self.latest.filled.notified().await;
        }
    }

    /// Whether the system's notices are in use just now, rather than polling alone.
    #[must_use]
    pub fn is_noticing(&self) -> bool {
        self.noticing.load(Ordering::Relaxed)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Watches `root` and all below it, from now on, whether or not it is there yet.
///
/// Must be called within a tokio runtime.
#[must_use]
pub fn watch(root: impl Into<PathBuf>, options: WatchOptions) -> Watch {
    let latest = Arc::new(Latest::default());
    let noticing = Arc::new(AtomicBool::new(false));
    let watcher = Watching {
        root: root.into(),
        options,
        latest: Arc::clone(&latest),
        noticing: Arc::clone(&noticing),
        signal: Arc::default(),
        present: None,
        system: None,
    };
    Watch {
        latest,
        noticing,
        task: tokio::spawn(watcher.run()),
    }
}

/// The change that the reader has not fetched yet. A queue would make a slow reader look again and
/// again for what one look shows.
#[derive(Debug, Default)]
struct Latest {
    change: Mutex<Option<Change>>,
    filled: Notify,
}

impl Latest {
    fn put(&self, new: Change) {
        let mut change = self.change.lock().unwrap_or_else(PoisonError::into_inner);
        *change = Some(match (*change, new) {
            (_, Change::Gone | Change::Back) | (None | Some(Change::Poll), _) => new,
            (Some(old), _) => old,
        });
        drop(change);
        self.filled.notify_one();
    }

    fn take(&self) -> Option<Change> {
        self.change
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }
}

/// What the system's callback, on a thread of its own, hands over.
#[derive(Default)]
struct Signal {
    changed: Notify,
    /// The watch may be dead or may have missed something: make it anew.
    broken: AtomicBool,
}

struct Watching {
    root: PathBuf,
    options: WatchOptions,
    latest: Arc<Latest>,
    noticing: Arc<AtomicBool>,
    signal: Arc<Signal>,
    /// Which folder was there at the last look; none where there was none.
    present: Option<Identity>,
    system: Option<RecommendedWatcher>,
}

impl Watching {
    async fn run(mut self) {
        self.present = look(&self.root).await;
        if self.present.is_some() {
            self.arm().await;
        } else {
            self.latest.put(Change::Gone);
        }
        let mut next_poll = Instant::now() + self.options.poll;
        let mut next_look = Instant::now() + self.options.look;
        loop {
            let signal = Arc::clone(&self.signal);
            tokio::select! {
                () = signal.changed.notified() => {
                    self.settle().await;
                    if !self.check().await && self.present.is_some() {
                        self.latest.put(Change::Files);
                    }
                }
                () = sleep_until(next_look) => {
                    self.check().await;
                    next_look = Instant::now() + self.options.look;
                }
                () = sleep_until(next_poll) => {
                    if !self.check().await && self.present.is_some() {
                        self.latest.put(Change::Poll);
                    }
                    // A limit that was reached may have room again.
                    if self.present.is_some() && self.system.is_none() {
                        self.arm().await;
                    }
                    next_poll = Instant::now() + self.options.poll;
                }
            }
        }
    }

    /// Waits until notices stop for a moment, but not for ever.
    async fn settle(&self) {
        let latest = Instant::now() + self.options.settle_at_most;
        loop {
            let quiet = (Instant::now() + self.options.settle).min(latest);
            if timeout_at(quiet, self.signal.changed.notified())
                .await
                .is_err()
            {
                return;
            }
        }
    }

    /// Looks whether the folder is there and the same; tells and watches anew where not. Says
    /// whether it told.
    async fn check(&mut self) -> bool {
        let now = look(&self.root).await;
        let broken = self.signal.broken.swap(false, Ordering::Relaxed);
        if now == self.present && !broken {
            return false;
        }
        let before = std::mem::replace(&mut self.present, now);
        self.disarm().await;
        let change = match (before, now) {
            (None, None) => return false,
            (Some(_), None) => Change::Gone,
            (None, Some(_)) => Change::Back,
            (Some(_), Some(_)) => Change::Files,
        };
        if now.is_some() {
            // First watch, then tell: what comes in between is then seen by the reader or here.
            self.arm().await;
        }
        self.latest.put(change);
        true
    }

    async fn arm(&mut self) {
        if !self.options.notices {
            return;
        }
        let (root, signal) = (self.root.clone(), Arc::clone(&self.signal));
        self.system = spawn_blocking(move || start(&root, signal))
            .await
            .ok()
            .flatten();
        self.noticing
            .store(self.system.is_some(), Ordering::Relaxed);
    }

    async fn disarm(&mut self) {
        self.noticing.store(false, Ordering::Relaxed);
        if let Some(system) = self.system.take() {
            // Ending it joins a thread on some systems.
            let _ = spawn_blocking(move || drop(system)).await;
        }
    }
}

/// Starts the system's notices; none where it has no more to give or the tree is too large.
fn start(root: &Path, signal: Arc<Signal>) -> Option<RecommendedWatcher> {
    if !few_folders(root) {
        return None;
    }
    let own = root.to_path_buf();
    let notice = move |event: notify::Result<Event>| {
        match event {
            Ok(event) if event.need_rescan() => signal.broken.store(true, Ordering::Relaxed),
            Ok(event) if !matters(&event) => return,
            Ok(event) => {
                if matches!(
                    event.kind,
                    EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_))
                ) && event.paths.contains(&own)
                {
                    signal.broken.store(true, Ordering::Relaxed);
                }
            }
            Err(_) => signal.broken.store(true, Ordering::Relaxed),
        }
        signal.changed.notify_one();
    };
    let config = Config::default().with_follow_symlinks(false);
    let mut system = RecommendedWatcher::new(notice, config).ok()?;
    system.watch(root, RecursiveMode::Recursive).ok()?;
    Some(system)
}

/// Whether an event can mean that an object came, went or changed.
fn matters(event: &Event) -> bool {
    let kind = match event.kind {
        EventKind::Access(kind) => kind == AccessKind::Close(AccessMode::Write),
        EventKind::Modify(ModifyKind::Metadata(_)) => false,
        _ => true,
    };
    let unfinished = |path: &PathBuf| {
        path.file_name()
            .and_then(|name| name.to_str())
            .is_some_and(is_temporary)
    };
    kind && (event.paths.is_empty() || !event.paths.iter().all(unfinished))
}

fn few_folders(root: &Path) -> bool {
    let mut left = MAX_FOLDERS;
    let mut todo = vec![root.to_path_buf()];
    while let Some(folder) = todo.pop() {
        let Ok(entries) = fs::read_dir(folder) else {
            continue;
        };
        for entry in entries.flatten() {
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                let Some(fewer) = left.checked_sub(1) else {
                    return false;
                };
                left = fewer;
                todo.push(entry.path());
            }
        }
    }
    true
}

/// What tells a folder from another one of the same name: after a share was mounted over it, or
/// after it was deleted and made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Identity {
    #[cfg(unix)]
    device_and_number: (u64, u64),
    created: Option<std::time::SystemTime>,
}

async fn look(root: &Path) -> Option<Identity> {
    let root = root.to_path_buf();
    spawn_blocking(move || {
        let meta = fs::symlink_metadata(root)
            .ok()
            .filter(fs::Metadata::is_dir)?;
        Some(Identity {
            #[cfg(unix)]
            device_and_number: {
                use std::os::unix::fs::MetadataExt;
                (meta.dev(), meta.ino())
            },
            created: meta.created().ok(),
        })
    })
    .await
    .ok()
    .flatten()
}
