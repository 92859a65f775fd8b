//! Groups: who is in them and what they open.

use conclave_app::api::groups::{
    GroupCreate, GroupGive, GroupPerson, GroupRef, GroupRename, GroupTake, GroupView, GroupsView,
};
use tauri::command;

use super::{Answer, Shared, off};

#[command]
pub(crate) async fn group_list(app: Shared<'_>) -> Answer<GroupsView> {
    off(app, |app| app.group_list()).await
}

#[command]
pub(crate) async fn group_get(app: Shared<'_>, req: GroupRef) -> Answer<GroupView> {
    off(app, move |app| app.group_get(&req.group)).await
}

#[command]
pub(crate) async fn group_create(app: Shared<'_>, req: GroupCreate) -> Answer<GroupView> {
    off(app, move |app| app.group_create(&req)).await
}

#[command]
pub(crate) async fn group_rename(app: Shared<'_>, req: GroupRename) -> Answer<GroupView> {
    off(app, move |app| app.group_rename(&req)).await
}

#[command]
pub(crate) async fn group_add(app: Shared<'_>, req: GroupPerson) -> Answer<GroupView> {
    off(app, move |app| app.group_add(&req)).await
}

#[command]
pub(crate) async fn group_remove_member(app: Shared<'_>, req: GroupPerson) -> Answer<GroupView> {
    off(app, move |app| app.group_remove_member(&req)).await
}

#[command]
pub(crate) async fn group_give(app: Shared<'_>, req: GroupGive) -> Answer<GroupView> {
    off(app, move |app| app.group_give(&req)).await
}

#[command]
pub(crate) async fn group_take(app: Shared<'_>, req: GroupTake) -> Answer<GroupView> {
    off(app, move |app| app.group_take(&req)).await
}
