//! Locking the page: the webview that showed secrets is destroyed and another takes its place.
//!
//! Nobody can wipe a JavaScript string, but the process that held it can end. Why a new window
//! and not a reload: docs/decisions/0001-webview-on-lock.md.

use std::sync::Mutex;

use tauri::{AppHandle, Manager, RunEvent, WindowEvent};

use super::window::{self, MAIN, Place};

/// Where the next window goes while none is open; `None` while one is.
#[derive(Default)]
pub(crate) struct Pending(Mutex<Option<Option<Place>>>);

impl Pending {
    fn set(&self, place: Option<Place>) {
        *self
            .0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner) = Some(place);
    }

    fn take(&self) -> Option<Option<Place>> {
        self.0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .take()
    }

    fn is_set(&self) -> bool {
        self.0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .is_some()
    }
}

/// Destroys the page and its process, and opens a fresh one in the same place.
pub(crate) fn rebuild(app: &AppHandle) -> tauri::Result<()> {
    let Some(window) = app.get_webview_window(MAIN) else {
        return Ok(());
    };
    app.state::<Pending>().set(Place::of(&window).ok());
    window.destroy()
}

/// Takes part in the event loop: opens the successor, and keeps the app alive until it is there.
pub(crate) fn on_event(app: &AppHandle, event: &RunEvent) {
    match event {
        RunEvent::WindowEvent {
            label,
            event: WindowEvent::Destroyed,
            ..
        } if label == MAIN => {
            let Some(place) = app.state::<Pending>().take() else {
                return;
            };
            if let Err(error) = window::open(app, place) {
                tracing::error!(%error, "no window after the lock");
                app.exit(1);
            }
        }
        RunEvent::ExitRequested {
            api, code: None, ..
        } if app.state::<Pending>().is_set() => {
            api.prevent_exit();
        }
        _ => {}
    }
}
