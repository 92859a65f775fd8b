//! The first run.

use conclave_app::{
    api::{
        Code, Strength,
        app::{AppState, Picked, StorageCheck, StorageRequest, TeamCreate},
    },
    commands::secrets,
};
use tauri::{
    AppHandle, command,
    ipc::{Request, Response},
};
use zeroize::Zeroizing;

use super::{Answer, Shared, off, revealed, secret, secret_text};
use crate::shell;

#[command]
pub(crate) fn passphrase_suggest() -> Response {
    revealed(Zeroizing::new(
        secrets::passphrase_suggest().as_bytes().to_vec(),
    ))
}

#[command]
pub(crate) fn strength(request: Request<'_>) -> Answer<Strength> {
    Ok(secrets::strength_of(&secret_text(&request)?))
}

#[command]
pub(crate) async fn setup_passphrase(app: Shared<'_>, request: Request<'_>) -> Answer<Strength> {
    let passphrase = secret(&request)?;
    let strength = std::str::from_utf8(&passphrase).map(secrets::strength_of);
    off(app, move |app| app.setup_passphrase(&passphrase)).await?;
    strength.map_err(|_| Code::WeakPassphrase.into())
}

#[command]
pub(crate) async fn setup_cancel(app: Shared<'_>) -> Answer<()> {
    off(app, |app| {
        app.setup_cancel();
        Ok(())
    })
    .await
}

#[command]
pub(crate) async fn storage_pick_folder(handle: AppHandle) -> Answer<Option<Picked>> {
    Ok(shell::pick_folder(&handle)
        .await
        .map(|path| Picked { path }))
}

#[command]
pub(crate) async fn storage_test(app: Shared<'_>, req: StorageRequest) -> Answer<StorageCheck> {
    off(app, move |app| app.storage_test(&req.storage)).await
}

#[command]
pub(crate) async fn team_create(app: Shared<'_>, req: TeamCreate) -> Answer<AppState> {
    off(app, move |app| app.team_create(&req)).await
}
