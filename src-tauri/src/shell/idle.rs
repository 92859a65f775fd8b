//! Locks when nobody was there for a while, and when the computer slept.

use std::{sync::Arc, time::Duration};

use conclave_app::{
    api::app::LockReason,
    clock::{Clock, SystemClock},
    session::App,
};
use tauri::{AppHandle, Emitter};

/// How often it looks.
const TICK: Duration = Duration::from_secs(5);
/// A tick that comes this late by the wall clock means that the computer slept.
const SLEPT: Duration = Duration::from_secs(30);
/// How long before the lock the window is told.
const SOON_S: u64 = 15;

/// Watches until the app ends.
pub(crate) fn watch(handle: AppHandle, app: Arc<App>) {
    std::thread::spawn(move || {
        let mut last_ms = SystemClock.now_ms();
        let mut told = false;
        loop {
            std::thread::sleep(TICK);
            let now_ms = SystemClock.now_ms();
            let late = Duration::from_millis(now_ms.saturating_sub(last_ms));
            last_ms = now_ms;
            let Some(left_s) = app.idle_left_s() else {
                continue;
            };
            let Some(reason) = reason(late, app.locks_on_sleep(), left_s) else {
                let soon = left_s <= SOON_S;
                if soon || told {
                    let in_s = if soon { left_s } else { 0 };
                    let _ = handle.emit("lock-soon", serde_json::json!({ "in_s": in_s }));
                }
                told = soon;
                continue;
            };
            app.lock(reason);
            if let Err(error) = super::lock_page(&handle) {
                tracing::error!(%error, "no window after the lock");
            }
        }
    });
}

/// Why to lock now, if at all: after a tick that came `late`, with so many seconds left of the
/// person's own limit.
fn reason(late: Duration, locks_on_sleep: bool, left_s: u64) -> Option<LockReason> {
    if locks_on_sleep && late > TICK + SLEPT {
        return Some(LockReason::Sleep);
    }
    (left_s == 0).then_some(LockReason::Idle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_locks_when_nobody_is_there_and_after_sleep() {
        let minutes = |m: u64| Duration::from_secs(60 * m);
        assert_eq!(reason(TICK, true, 60), None);
        assert_eq!(reason(TICK, true, 0), Some(LockReason::Idle));
        assert_eq!(reason(minutes(5), true, 60), Some(LockReason::Sleep));
        // A person may want to stay in while the computer sleeps, but not for ever.
        assert_eq!(reason(minutes(5), false, 60), None);
        assert_eq!(reason(minutes(5), false, 0), Some(LockReason::Idle));
        // A busy machine is not a sleeping one.
        assert_eq!(reason(TICK + Duration::from_secs(20), true, 60), None);
    }
}
