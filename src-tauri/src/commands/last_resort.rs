//! The last-resort sheet at work.

use conclave_app::api::{
    people::PeopleView,
    recovery::{LastResortUse, LastResortView},
};
use tauri::{command, ipc::Request};

use super::{Answer, Shared, off, secret_text};

#[command]
pub(crate) async fn last_resort_words(
    app: Shared<'_>,
    request: Request<'_>,
) -> Answer<LastResortView> {
    let words = secret_text(&request)?;
    off(app, move |app| app.last_resort_words(&words)).await
}

#[command]
pub(crate) async fn last_resort_use(app: Shared<'_>, req: LastResortUse) -> Answer<PeopleView> {
    off(app, move |app| app.last_resort_use(&req)).await
}

#[command]
pub(crate) async fn last_resort_close(app: Shared<'_>) -> Answer<()> {
    off(app, |app| {
        app.last_resort_close();
        Ok(())
    })
    .await
}

#[command]
pub(crate) async fn last_resort_seen(app: Shared<'_>) -> Answer<PeopleView> {
    off(app, |app| app.last_resort_seen()).await
}
