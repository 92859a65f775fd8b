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
            let slept = Duration::from_millis(now_ms.saturating_sub(last_ms)) > TICK + SLEPT;
            last_ms = now_ms;
            let Some(left_s) = app.idle_left_s() else {
                continue;
            };
            let reason = match left_s {
                _ if slept && app.locks_on_sleep() => LockReason::Sleep,
                0 => LockReason::Idle,
                _ => {
                    let soon = left_s <= SOON_S;
                    if soon || told {
                        let in_s = if soon { left_s } else { 0 };
                        let _ = handle.emit("lock-soon", serde_json::json!({ "in_s": in_s }));
                    }
                    told = soon;
                    continue;
                }
            };
            app.lock(reason);
            if let Err(error) = super::lock_page(&handle) {
                tracing::error!(%error, "no window after the lock");
            }
        }
    });
}
