//! The system's own dialogs and browser, reached from here alone: the page has no permission for
//! either.

use std::path::PathBuf;

use conclave_app::api::{AppError, Code};
use tauri::AppHandle;
use tauri_plugin_dialog::{DialogExt, FilePath};

/// Asks for a folder; none when the person cancels.
pub(crate) async fn pick_folder(app: &AppHandle) -> Option<String> {
    let (say, heard) = tokio::sync::oneshot::channel();
    app.dialog()
        .file()
        .pick_folder(move |picked| drop(say.send(picked)));
    text(heard.await.ok().flatten()?)
}

/// Asks for a file; none when the person cancels.
pub(crate) async fn pick_file(app: &AppHandle) -> Option<String> {
    let (say, heard) = tokio::sync::oneshot::channel();
    app.dialog()
        .file()
        .pick_file(move |picked| drop(say.send(picked)));
    text(heard.await.ok().flatten()?)
}

/// The file that the page named, or one that the person picks.
pub(crate) async fn open_path(app: &AppHandle, path: Option<String>) -> Option<PathBuf> {
    match path {
        Some(path) => Some(path.into()),
        None => pick_file(app).await.map(PathBuf::from),
    }
}

/// The path that the page named, or one that the person picks.
pub(crate) async fn save_path(
    app: &AppHandle,
    path: Option<String>,
    name: &str,
) -> Option<PathBuf> {
    if let Some(path) = path {
        return Some(path.into());
    }
    let (say, heard) = tokio::sync::oneshot::channel();
    app.dialog()
        .file()
        .set_file_name(name)
        .save_file(move |picked| drop(say.send(picked)));
    heard.await.ok().flatten()?.into_path().ok()
}

fn text(path: FilePath) -> Option<String> {
    path.into_path().ok()?.into_os_string().into_string().ok()
}

/// Opens an address in the person's browser: http and https, nothing else.
pub(crate) fn open_in_browser(url: &str) -> Result<(), AppError> {
    let parsed: tauri::Url = url.parse().map_err(|_| AppError::from(Code::UrlRefused))?;
    if !matches!(parsed.scheme(), "http" | "https") {
        return Err(Code::UrlRefused.into());
    }
    tauri_plugin_opener::open_url(parsed.as_str(), None::<&str>)
        .map_err(|_| AppError::from(Code::UrlRefused))
}
