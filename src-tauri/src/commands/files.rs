//! Files of items. Paths come from the person; bytes never reach the page.

use std::path::PathBuf;

use conclave_app::api::files::{FileAdd, FileSave, FileSaved, FileView};
use tauri::{AppHandle, command};

use super::{Answer, Shared, off};
use crate::shell;

#[command]
pub(crate) async fn file_add(
    app: Shared<'_>,
    handle: AppHandle,
    req: FileAdd,
) -> Answer<Option<FileView>> {
    let path = shell::open_path(&handle, req.path).await;
    let Some(path) = path else { return Ok(None) };
    off(app, move |a| a.file_add(&path, &req.files).map(Some)).await
}

#[command]
pub(crate) async fn file_save(
    app: Shared<'_>,
    handle: AppHandle,
    req: FileSave,
) -> Answer<Option<FileSaved>> {
    let path = place(app.clone(), &handle, &req).await?;
    let Some(path) = path else { return Ok(None) };
    let FileSave { item, file, .. } = req;
    off(app, move |a| a.file_save(&item, &file, &path).map(Some)).await
}

/// Where to, under the file's own name unless the person gives it another.
async fn place(app: Shared<'_>, handle: &AppHandle, req: &FileSave) -> Answer<Option<PathBuf>> {
    let (item, file) = (req.item.clone(), req.file.clone());
    let name = off(app, move |a| a.file_name(&item, &file)).await?;
    Ok(shell::save_path(handle, req.path.clone(), &name).await)
}
