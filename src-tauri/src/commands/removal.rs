//! One person, taking them out, and what lies beyond a removal.

use conclave_app::api::{
    people::PeopleView,
    removal::{
        AsideRef, AsideView, PersonRef, PersonView, Removal, RemovalPreview, RemovalTarget,
        RoleChange,
    },
};
use tauri::command;

use super::{Answer, Shared, off};

#[command]
pub(crate) async fn person_get(app: Shared<'_>, req: PersonRef) -> Answer<PersonView> {
    off(app, move |app| app.person_get(&req.user)).await
}

#[command]
pub(crate) async fn role_change(app: Shared<'_>, req: RoleChange) -> Answer<PersonView> {
    off(app, move |app| app.role_change(&req)).await
}

#[command]
pub(crate) async fn removal_preview(app: Shared<'_>, req: RemovalTarget) -> Answer<RemovalPreview> {
    off(app, move |app| app.removal_preview(&req)).await
}

#[command]
pub(crate) async fn person_remove(app: Shared<'_>, req: Removal) -> Answer<PeopleView> {
    off(app, move |app| app.person_remove(&req)).await
}

#[command]
pub(crate) async fn aside_list(app: Shared<'_>) -> Answer<AsideView> {
    off(app, |app| app.aside_list()).await
}

#[command]
pub(crate) async fn aside_adopt(app: Shared<'_>, req: AsideRef) -> Answer<AsideView> {
    off(app, move |app| app.aside_adopt(&req.entry)).await
}

#[command]
pub(crate) async fn aside_leave_out(app: Shared<'_>, req: AsideRef) -> Answer<AsideView> {
    off(app, move |app| app.aside_leave_out(&req.entry)).await
}
