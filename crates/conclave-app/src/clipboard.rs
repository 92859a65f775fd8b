//! The clipboard: a secret goes there from Rust, marked so that histories leave it out, and is
//! cleared again after a while, on lock and on quit, if it is still there.

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use zeroize::Zeroizing;

/// Why nothing could be copied.
#[derive(Debug, thiserror::Error)]
#[error("the clipboard is not available")]
pub struct ClipboardError(#[from] arboard::Error);

/// What the background thread waits for.
#[derive(Default)]
struct Pending {
    /// SHA-256 of the secret that was put there, and when it is due.
    due: Option<([u8; 32], Instant)>,
    /// Tells the owner that a secret was cleared.
    cleared: Option<Box<dyn Fn() + Send>>,
    quit: bool,
}

struct Shared {
    /// Opened on first use: there may be no display at all. Kept, since on X11 and Wayland the
    /// content lives only as long as its owner.
    board: Mutex<Option<arboard::Clipboard>>,
    pending: Mutex<Pending>,
    wake: Condvar,
}

/// The clipboard of this process.
pub struct Clipboard {
    shared: Arc<Shared>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Clipboard {
    /// Starts the thread that clears. `cleared` is told when it did.
    #[must_use]
    pub fn new(cleared: impl Fn() + Send + 'static) -> Self {
        let pending = Pending {
            cleared: Some(Box::new(cleared)),
            ..Pending::default()
        };
        let shared = Arc::new(Shared {
            board: Mutex::new(None),
            pending: Mutex::new(pending),
            wake: Condvar::new(),
        });
        let worker = Arc::clone(&shared);
        let thread = thread::Builder::new()
            .name("clipboard".into())
            .spawn(move || worker.clear_when_due())
            .ok();
        Self { shared, thread }
    }

    /// Copies a secret and clears it after `keep`.
    ///
    /// # Errors
    /// [`ClipboardError`] when there is no clipboard; nothing was copied then.
    pub fn copy_secret(
        &self,
        secret: &Zeroizing<String>,
        keep: Duration,
    ) -> Result<(), ClipboardError> {
        self.shared.set(secret, true)?;
        let mut pending = lock(&self.shared.pending);
        pending.due = Some((digest(secret), Instant::now() + keep));
        self.shared.wake.notify_all();
        Ok(())
    }

    /// Copies text that is no secret; it stays.
    ///
    /// # Errors
    /// [`ClipboardError`] when there is no clipboard.
    pub fn copy_text(&self, text: &str) -> Result<(), ClipboardError> {
        self.shared.set(text, false)?;
        lock(&self.shared.pending).due = None;
        Ok(())
    }

    /// Clears now what was copied, if it is still there: on lock and on quit.
    pub fn clear_now(&self) {
        let due = lock(&self.shared.pending).due.take();
        if let Some((digest, _)) = due {
            self.shared.clear_if(&digest);
        }
    }
}

impl Drop for Clipboard {
    fn drop(&mut self) {
        self.clear_now();
        lock(&self.shared.pending).quit = true;
        self.shared.wake.notify_all();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn set(&self, text: &str, secret: bool) -> Result<(), ClipboardError> {
        let mut board = lock(&self.board);
        let board = match &mut *board {
            Some(board) => board,
            empty => empty.insert(arboard::Clipboard::new()?),
        };
        let set = board.set();
        let set = if secret { hide_from_history(set) } else { set };
        Ok(set.text(text)?)
    }

    fn clear_if(&self, expected: &[u8; 32]) {
        let mut board = lock(&self.board);
        let Some(board) = &mut *board else { return };
        let here = board.get_text().map(Zeroizing::new);
        // What somebody else has put there meanwhile is not ours to clear.
        if here.is_ok_and(|text| digest(&text) == *expected) {
            let _ = board.clear();
        }
    }

    fn clear_when_due(&self) {
        let mut pending = lock(&self.pending);
        while !pending.quit {
            let now = Instant::now();
            match pending.due {
                Some((digest, at)) if at <= now => {
                    pending.due = None;
                    drop(pending);
                    self.clear_if(&digest);
                    pending = lock(&self.pending);
                    if let Some(cleared) = &pending.cleared {
                        cleared();
                    }
                }
                Some((_, at)) => {
                    let wait = at.saturating_duration_since(now);
                    pending = self
                        .wake
                        .wait_timeout(pending, wait)
                        .map_or_else(|e| e.into_inner().0, |(guard, _)| guard);
                }
                None => {
                    pending = self
                        .wake
                        .wait(pending)
                        .unwrap_or_else(PoisonError::into_inner);
                }
            }
        }
    }
}

/// Asks clipboard histories, cloud clipboards and monitors to leave this out, where the system
/// has a way to ask.
#[cfg(all(unix, not(target_os = "macos")))]
fn hide_from_history(set: arboard::Set<'_>) -> arboard::Set<'_> {
    arboard::SetExtLinux::exclude_from_history(set)
}

/// As above.
#[cfg(target_os = "macos")]
fn hide_from_history(set: arboard::Set<'_>) -> arboard::Set<'_> {
    arboard::SetExtApple::exclude_from_history(set)
}

/// As above.
#[cfg(windows)]
fn hide_from_history(set: arboard::Set<'_>) -> arboard::Set<'_> {
    arboard::SetExtWindows::exclude_from_monitoring(set)
}

fn digest(text: &str) -> [u8; 32] {
    conclave_crypto::sha256(text.as_bytes())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
