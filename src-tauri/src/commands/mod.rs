//! One adapter per command, at most five lines each: unpack, call the use case, pack.
//!
//! Adding one takes four places, compared by `cargo xtask tidy`: the function, [`handler`],
//! `COMMANDS` in `build.rs`, and the capability file of each window that may call it.

mod app_state;
mod lock;

use serde::Serialize;
use tauri::{Wry, ipc::Invoke};

/// How an error crosses to a window: a code that the page has words for, never a sentence.
#[derive(Debug, Serialize)]
pub(crate) struct Failure {
    code: &'static str,
    message: &'static str,
}

impl Failure {
    /// A failure of the shell itself, in the part called `message`.
    pub(crate) fn internal(message: &'static str) -> Self {
        Self {
            code: "internal",
            message,
        }
    }
}

/// Routes a call from a window to its adapter.
pub(crate) fn handler() -> impl Fn(Invoke<Wry>) -> bool + Send + Sync + 'static {
    tauri::generate_handler![app_state::app_state, lock::lock]
}
