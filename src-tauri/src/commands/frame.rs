//! The frame of the window: state, lock, settings, syncing.

use conclave_app::{
    api::{
        Code,
        app::{AppState, Keychain, LockReason, StorageRequest, TextCopy},
        people::CodeCopied,
        recovery::{RecoverySaved, SheetKind, SheetSave},
        settings::{DiagnosticsCopied, Prefs, Settings},
        sync::{StorageView, SyncView},
    },
    session::App,
};
use tauri::{AppHandle, command, ipc::Request};

use super::{Answer, Shared, off, secret, secret_text};
use crate::shell;

#[command]
pub(crate) async fn app_state(app: Shared<'_>) -> Answer<AppState> {
    off(app, |app| {
        app.problem().map_or_else(|| Ok(app.state()), Err)
    })
    .await
}

#[command]
pub(crate) fn touch(app: Shared<'_>) {
    app.touch();
}

/// Wipes the keys, then ends the page that may show secrets and opens a fresh one in its place.
#[command]
pub(crate) async fn lock(app: Shared<'_>, handle: AppHandle) -> Answer<()> {
    off(app, lock_by_hand).await?;
    shell::lock_page(&handle).map_err(|_| Code::Internal.into())
}

fn lock_by_hand(app: &App) -> Answer<()> {
    app.lock(LockReason::Manual);
    Ok(())
}

#[command]
pub(crate) async fn unlock(app: Shared<'_>, request: Request<'_>) -> Answer<AppState> {
    let passphrase = secret(&request)?;
    off(app, move |app| app.unlock(&passphrase)).await
}

#[command]
pub(crate) async fn unlock_keychain(app: Shared<'_>) -> Answer<AppState> {
    off(app, |app| app.unlock_keychain()).await
}

#[command]
pub(crate) async fn settings_get(app: Shared<'_>) -> Answer<Settings> {
    off(app, |app| Ok(app.settings())).await
}

#[command]
pub(crate) async fn settings_set(app: Shared<'_>, req: Prefs) -> Answer<Settings> {
    off(app, move |app| app.settings_set(&req)).await
}

#[command]
pub(crate) async fn keychain_enable(app: Shared<'_>, request: Request<'_>) -> Answer<Keychain> {
    let passphrase = secret(&request)?;
    off(app, move |app| app.keychain_enable(&passphrase)).await
}

#[command]
pub(crate) async fn keychain_disable(app: Shared<'_>) -> Answer<Keychain> {
    off(app, |app| app.keychain_disable()).await
}

/// The new one was given to `setup_passphrase`; this has the old one.
#[command]
pub(crate) async fn passphrase_change(app: Shared<'_>, request: Request<'_>) -> Answer<()> {
    let old = secret(&request)?;
    off(app, move |app| app.passphrase_change(&old)).await
}

#[command]
pub(crate) async fn sync_status(app: Shared<'_>) -> Answer<SyncView> {
    off(app, |app| Ok(app.sync_status())).await
}

#[command]
pub(crate) async fn sync_now(app: Shared<'_>) -> Answer<SyncView> {
    off(app, |app| app.sync_now()).await
}

#[command]
pub(crate) async fn storage_get(app: Shared<'_>) -> Answer<StorageView> {
    off(app, |app| app.storage_get()).await
}

#[command]
pub(crate) async fn storage_set(app: Shared<'_>, req: StorageRequest) -> Answer<SyncView> {
    off(app, move |app| app.storage_set(&req.storage)).await
}

#[command]
pub(crate) async fn recovery_sheet_save(
    app: Shared<'_>,
    handle: AppHandle,
    req: SheetSave,
) -> Answer<Option<RecoverySaved>> {
    let SheetSave { sheet, path } = req;
    let path = shell::save_path(&handle, path, file_name(sheet)).await;
    let Some(path) = path else { return Ok(None) };
    off(app, move |a| a.recovery_sheet_save(sheet, &path).map(Some)).await
}

#[command]
pub(crate) async fn recovery_confirm(app: Shared<'_>, request: Request<'_>) -> Answer<AppState> {
    let words = secret_text(&request)?;
    off(app, move |app| app.recovery_confirm(SheetKind::Kit, &words)).await
}

#[command]
pub(crate) async fn team_sheet_confirm(app: Shared<'_>, request: Request<'_>) -> Answer<AppState> {
    let words = secret_text(&request)?;
    off(app, move |app| {
        app.recovery_confirm(SheetKind::Team, &words)
    })
    .await
}

const fn file_name(sheet: SheetKind) -> &'static str {
    match sheet {
        SheetKind::Kit => "conclave-recovery-sheet.pdf",
        SheetKind::Team => "conclave-last-resort-sheet.pdf",
    }
}

#[command]
pub(crate) async fn text_copy(app: Shared<'_>, req: TextCopy) -> Answer<()> {
    off(app, move |app| app.text_copy(&req.text)).await
}

#[command]
pub(crate) async fn diagnostics_copy(app: Shared<'_>) -> Answer<DiagnosticsCopied> {
    off(app, |app| app.diagnostics_copy()).await
}

#[command]
pub(crate) async fn secret_copy(app: Shared<'_>, request: Request<'_>) -> Answer<CodeCopied> {
    let secret = secret_text(&request)?;
    off(app, move |app| app.secret_copy(&secret)).await
}

#[command]
pub(crate) async fn notices_seen(app: Shared<'_>) -> Answer<SyncView> {
    off(app, |app| app.notices_seen()).await
}

#[command]
pub(crate) async fn stop_go_on(app: Shared<'_>) -> Answer<SyncView> {
    off(app, |app| app.stop_go_on()).await
}

#[command]
pub(crate) async fn stop_details_copy(app: Shared<'_>) -> Answer<()> {
    off(app, |app| app.stop_details_copy()).await
}
