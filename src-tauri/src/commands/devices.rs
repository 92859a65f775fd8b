//! A person's devices, and coming back with the recovery sheet.

use conclave_app::api::{
    app::{AppState, StorageCheck, StorageRequest},
    devices::{DeviceRef, DevicesView, RecoverFinish, RecoverPreview, RecoverStart, RecoverView},
};
use tauri::{command, ipc::Request};

use super::{Answer, Shared, off, secret_text};

#[command]
pub(crate) async fn device_list(app: Shared<'_>) -> Answer<DevicesView> {
    off(app, |app| app.device_list()).await
}

#[command]
pub(crate) async fn device_revoke(app: Shared<'_>, req: DeviceRef) -> Answer<DevicesView> {
    off(app, move |app| app.device_revoke(&req.device)).await
}

#[command]
pub(crate) async fn recover_folder(app: Shared<'_>, req: StorageRequest) -> Answer<StorageCheck> {
    off(app, move |app| app.recover_folder(&req.storage)).await
}

#[command]
pub(crate) async fn recover_words(
    app: Shared<'_>,
    request: Request<'_>,
) -> Answer<RecoverPreview> {
    let words = secret_text(&request)?;
    off(app, move |app| app.recover_words(&words)).await
}

#[command]
pub(crate) async fn recover_start(app: Shared<'_>, req: RecoverStart) -> Answer<AppState> {
    off(app, move |app| app.recover_start(&req)).await
}

#[command]
pub(crate) async fn recover_view(app: Shared<'_>) -> Answer<RecoverView> {
    off(app, |app| app.recover_view()).await
}

#[command]
pub(crate) async fn recover_finish(app: Shared<'_>, req: RecoverFinish) -> Answer<AppState> {
    off(app, move |app| app.recover_finish(&req)).await
}
