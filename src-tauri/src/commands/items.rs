//! Items and the unfinished edit.

use conclave_app::api::{
    archive::{Archived, ItemArchive, ItemRefs, Restored},
    items::{
        ConflictView, Copied, DraftFieldRef, DraftView, FieldRef, HistoryPage, HistoryRequest,
        ItemDuplicate, ItemFavourite, ItemListRequest, ItemPage, ItemRef, ItemResolve, ItemSave,
        ItemView, UrlRef,
    },
};
use tauri::{command, ipc::Response};

use super::{Answer, Shared, off, revealed};
use crate::shell;

#[command]
pub(crate) async fn item_list(app: Shared<'_>, req: ItemListRequest) -> Answer<ItemPage> {
    off(app, move |app| app.item_list(&req)).await
}

#[command]
pub(crate) async fn item_get(app: Shared<'_>, req: ItemRef) -> Answer<ItemView> {
    off(app, move |app| app.item_get(&req.item)).await
}

#[command]
pub(crate) async fn item_reveal_field(app: Shared<'_>, req: FieldRef) -> Answer<Response> {
    off(app, move |app| {
        app.item_reveal_field(&req.item, &req.field, req.revision.as_deref())
    })
    .await
    .map(revealed)
}

#[command]
pub(crate) async fn item_copy_field(app: Shared<'_>, req: FieldRef) -> Answer<Copied> {
    off(app, move |app| {
        app.item_copy_field(&req.item, &req.field, req.revision.as_deref())
    })
    .await
}

#[command]
pub(crate) async fn item_open_url(app: Shared<'_>, req: UrlRef) -> Answer<()> {
    let url = off(app, move |app| app.item_url(&req.item, &req.field)).await?;
    shell::open_in_browser(&url)
}

#[command]
pub(crate) async fn item_save(app: Shared<'_>, req: ItemSave) -> Answer<ItemView> {
    off(app, move |app| app.item_save(&req)).await
}

#[command]
pub(crate) async fn item_archive(app: Shared<'_>, req: ItemArchive) -> Answer<Archived> {
    off(app, move |app| app.item_archive(&req.items)).await
}

#[command]
pub(crate) async fn item_restore(app: Shared<'_>, req: ItemRefs) -> Answer<Restored> {
    off(app, move |app| app.item_restore(&req.items)).await
}

#[command]
pub(crate) async fn item_favourite(app: Shared<'_>, req: ItemFavourite) -> Answer<()> {
    off(app, move |app| app.item_favourite(&req.item, req.on)).await
}

#[command]
pub(crate) async fn item_duplicate(app: Shared<'_>, req: ItemDuplicate) -> Answer<ItemView> {
    off(app, move |app| app.item_duplicate(&req.item, &req.title)).await
}

#[command]
pub(crate) async fn item_history(app: Shared<'_>, req: HistoryRequest) -> Answer<HistoryPage> {
    off(app, move |app| app.item_history(&req)).await
}

#[command]
pub(crate) async fn item_conflict(app: Shared<'_>, req: ItemRef) -> Answer<ConflictView> {
    off(app, move |app| app.item_conflict(&req.item)).await
}

#[command]
pub(crate) async fn item_resolve(app: Shared<'_>, req: ItemResolve) -> Answer<ItemView> {
    off(app, move |app| app.item_resolve(&req)).await
}

#[command]
pub(crate) async fn draft_save(app: Shared<'_>, req: ItemSave) -> Answer<()> {
    off(app, move |app| app.draft_save(&req)).await
}

#[command]
pub(crate) async fn draft_get(app: Shared<'_>) -> Answer<Option<DraftView>> {
    off(app, |app| app.draft_get()).await
}

#[command]
pub(crate) async fn draft_reveal_field(app: Shared<'_>, req: DraftFieldRef) -> Answer<Response> {
    off(app, move |app| app.draft_reveal_field(&req.field))
        .await
        .map(revealed)
}

#[command]
pub(crate) async fn draft_discard(app: Shared<'_>) -> Answer<()> {
    off(app, |app| app.draft_discard()).await
}
