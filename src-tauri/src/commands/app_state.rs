//! What a window asks first, before it can show anything.

use serde::Serialize;

/// What the window learns before anything is unlocked.
#[derive(Serialize)]
pub(crate) struct AppState {
    version: &'static str,
}

/// Answers which app this is.
#[tauri::command]
pub(crate) fn app_state() -> AppState {
    AppState {
        version: env!("CARGO_PKG_VERSION"),
    }
}
