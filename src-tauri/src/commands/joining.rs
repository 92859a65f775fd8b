//! Joining a team.

use conclave_app::{
    api::app::{
        AppState, InvitationOpen, InvitationView, JoinPreview, JoinSend, JoinStatus, Picked,
        StartOver, StorageCheck, StorageRequest, WordMatches, WordPrefix,
    },
    commands::secrets,
};
use tauri::{AppHandle, command, ipc::Request};

use super::{Answer, Shared, off, secret_text};
use crate::shell;

#[command]
pub(crate) async fn invitation_pick(handle: AppHandle) -> Answer<Option<Picked>> {
    Ok(shell::pick_file(&handle).await.map(|path| Picked { path }))
}

#[command]
pub(crate) async fn invitation_open(
    app: Shared<'_>,
    req: InvitationOpen,
) -> Answer<InvitationView> {
    off(app, move |app| app.invitation_open(&req.source)).await
}

#[command]
pub(crate) async fn join_folder(app: Shared<'_>, req: StorageRequest) -> Answer<StorageCheck> {
    off(app, move |app| app.join_folder(&req.storage)).await
}

#[command]
pub(crate) async fn join_code(app: Shared<'_>, request: Request<'_>) -> Answer<JoinPreview> {
    let words = secret_text(&request)?;
    off(app, move |app| app.join_code(&words)).await
}

#[command]
pub(crate) async fn join_send(app: Shared<'_>, req: JoinSend) -> Answer<AppState> {
    off(app, move |app| app.join_send(&req)).await
}

#[command]
pub(crate) async fn join_status(app: Shared<'_>) -> Answer<JoinStatus> {
    off(app, |app| app.join_status()).await
}

#[command]
pub(crate) async fn start_over(app: Shared<'_>, req: StartOver) -> Answer<AppState> {
    off(app, move |app| app.start_over(&req)).await
}

#[command]
pub(crate) fn word_complete(req: WordPrefix) -> WordMatches {
    secrets::word_complete(&req.prefix)
}
