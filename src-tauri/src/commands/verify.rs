//! Comparing words with a person.

use conclave_app::api::verify::{SafetyWords, StateWords, VerifyRef, VerifySet};
use tauri::command;

use super::{Answer, Shared, off};

#[command]
pub(crate) async fn safety_words(app: Shared<'_>, req: VerifyRef) -> Answer<SafetyWords> {
    off(app, move |app| app.safety_words(&req.user)).await
}

#[command]
pub(crate) async fn safety_confirm(app: Shared<'_>, req: VerifySet) -> Answer<SafetyWords> {
    off(app, move |app| app.safety_confirm(&req.user, req.same)).await
}

#[command]
pub(crate) async fn state_words(app: Shared<'_>) -> Answer<StateWords> {
    off(app, |app| app.state_words()).await
}
