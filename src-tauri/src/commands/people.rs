//! People, invitations, sharing.

use conclave_app::{
    api::{
        app::Picked,
        leaving::LeaveView,
        people::{
            InviteCreate, InviteReady, InviteRef, InviteSave, PeopleView, RequestRef, ShareGrant,
            ShareLevel, ShareRequest, ShareRevoke, ShareUntil, ShareView,
        },
    },
    session::App,
};
use tauri::{AppHandle, command};

use super::{Answer, Shared, off};
use crate::shell;

#[command]
pub(crate) async fn people_list(app: Shared<'_>) -> Answer<PeopleView> {
    off(app, |app| app.people_list()).await
}

#[command]
pub(crate) async fn invite_create(app: Shared<'_>, req: InviteCreate) -> Answer<InviteReady> {
    off(app, move |app| app.invite_create(&req)).await
}

#[command]
pub(crate) async fn invite_replace(app: Shared<'_>, req: InviteRef) -> Answer<InviteReady> {
    off(app, move |app| app.invite_replace(&req.invite)).await
}

#[command]
pub(crate) async fn invite_cancel(app: Shared<'_>, req: InviteRef) -> Answer<()> {
    off(app, move |app| app.invite_cancel(&req.invite)).await
}

#[command]
pub(crate) async fn invite_file_save(
    app: Shared<'_>,
    handle: AppHandle,
    req: InviteSave,
) -> Answer<Option<Picked>> {
    let path = shell::save_path(&handle, req.path, "conclave-invitation.txt").await;
    let Some(path) = path else { return Ok(None) };
    let save = move |app: &App| app.invite_file_save(&req.invite, &path).map(Some);
    off(app, save).await
}

#[command]
pub(crate) async fn invite_file_copy(app: Shared<'_>, req: InviteRef) -> Answer<()> {
    off(app, move |app| app.invite_file_copy(&req.invite)).await
}

#[command]
pub(crate) async fn request_admit(app: Shared<'_>, req: RequestRef) -> Answer<PeopleView> {
    off(app, move |app| app.request_admit(&req.request)).await
}

#[command]
pub(crate) async fn request_reject(app: Shared<'_>, req: RequestRef) -> Answer<PeopleView> {
    off(app, move |app| app.request_reject(&req.request)).await
}

#[command]
pub(crate) async fn share_get(app: Shared<'_>, req: ShareRequest) -> Answer<ShareView> {
    off(app, move |app| app.share_get(&req.scope)).await
}

#[command]
pub(crate) async fn share_grant(app: Shared<'_>, req: ShareGrant) -> Answer<ShareView> {
    off(app, move |app| app.share_give(&req)).await
}

#[command]
pub(crate) async fn share_level(app: Shared<'_>, req: ShareLevel) -> Answer<ShareView> {
    off(app, move |app| app.share_level(&req)).await
}

#[command]
pub(crate) async fn share_until(app: Shared<'_>, req: ShareUntil) -> Answer<ShareView> {
    off(app, move |app| app.share_until(&req)).await
}

#[command]
pub(crate) async fn share_revoke(app: Shared<'_>, req: ShareRevoke) -> Answer<ShareView> {
    off(app, move |app| app.share_end(&req.scope, &req.who)).await
}

#[command]
pub(crate) async fn leave_get(app: Shared<'_>) -> Answer<LeaveView> {
    off(app, |app| app.leave_get()).await
}

#[command]
pub(crate) async fn leave_ask(app: Shared<'_>) -> Answer<LeaveView> {
    off(app, |app| app.leave_ask()).await
}
