//! A person's devices, and coming back with the recovery sheet.

use conclave_app::api::{
    app::{AppState, StorageCheck, StorageRequest},
    devices::{
        DeviceAsked, DeviceCode, DeviceRef, DevicesView, RecoverFinish, RecoverPreview,
        RecoverStart, RecoverView,
    },
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
pub(crate) async fn recover_words(app: Shared<'_>, request: Request<'_>) -> Answer<RecoverPreview> {
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

#[command]
pub(crate) async fn device_code(app: Shared<'_>) -> Answer<DeviceCode> {
    off(app, |app| app.device_code()).await
}

#[command]
pub(crate) async fn device_asked(app: Shared<'_>) -> Answer<DeviceAsked> {
    off(app, |app| app.device_asked()).await
}

#[command]
pub(crate) async fn device_admit(app: Shared<'_>) -> Answer<DevicesView> {
    off(app, |app| app.device_admit()).await
}

#[command]
pub(crate) async fn device_cancel(app: Shared<'_>) -> Answer<()> {
    off(app, |app| {
        app.device_cancel();
        Ok(())
    })
    .await
}

#[command]
pub(crate) async fn pair_folder(app: Shared<'_>, req: StorageRequest) -> Answer<StorageCheck> {
    off(app, move |app| app.pair_folder(&req.storage)).await
}

#[command]
pub(crate) async fn pair_words(app: Shared<'_>, request: Request<'_>) -> Answer<RecoverPreview> {
    let words = secret_text(&request)?;
    off(app, move |app| app.pair_words(&words)).await
}

#[command]
pub(crate) async fn pair_start(app: Shared<'_>, req: RecoverStart) -> Answer<AppState> {
    off(app, move |app| app.pair_start(&req)).await
}
