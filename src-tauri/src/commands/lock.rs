//! Locks at once, by key, menu or idle time.

use tauri::{AppHandle, command};

use super::Failure;
use crate::shell;

/// Ends the page that may show secrets and opens a fresh one in its place.
#[command]
pub(crate) fn lock(app: AppHandle) -> Result<(), Failure> {
    shell::lock_page(&app).map_err(|_| Failure::internal("window"))
}
