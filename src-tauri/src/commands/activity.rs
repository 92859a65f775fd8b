//! What was done with the values of items.

use conclave_app::api::activity::{ActivityPage, ActivityRequest};
use tauri::command;

use super::{Answer, Shared, off};

#[command]
pub(crate) async fn activity_list(app: Shared<'_>, req: ActivityRequest) -> Answer<ActivityPage> {
    off(app, move |app| app.activity_list(&req)).await
}
