//! A file that is dropped on the window: the page is told its path, and asks for what it wants.

use tauri::{AppHandle, DragDropEvent, Emitter, RunEvent, WebviewEvent, WindowEvent};

use super::window::MAIN;

/// Takes part in the event loop.
pub(crate) fn on_event(app: &AppHandle, event: &RunEvent) {
    let dropped = match event {
        RunEvent::WindowEvent {
            event: WindowEvent::DragDrop(event),
            ..
        } => event,
        RunEvent::WebviewEvent {
            event: WebviewEvent::DragDrop(event),
            ..
        } => event,
        _ => return,
    };
    let DragDropEvent::Drop { paths, .. } = dropped else {
        return;
    };
    // One at a time: the only thing that is dropped so far is an invitation.
    if let Some(path) = paths.first().and_then(|path| path.to_str()) {
        let told = app.emit_to(MAIN, "file-dropped", serde_json::json!({ "path": path }));
        if let Err(error) = told {
            tracing::warn!(%error, "the page could not be told of a dropped file");
        }
    }
}
