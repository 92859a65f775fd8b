//! Files of items. Paths come from the person; bytes never reach the page.

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
    let (of, file) = (req.item.clone(), req.file.clone());
    let name = off(app.clone(), move |a| a.file_name(&of, &file)).await?;
    let path = shell::save_path(&handle, req.path, &name).await;
    let Some(path) = path else { return Ok(None) };
    off(app, move |a| {
        a.file_save(&req.item, &req.file, &path).map(Some)
    })
    .await
}
