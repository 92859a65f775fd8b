//! One adapter per command, at most five lines each: unpack, call the use case, pack.
//!
//! Adding one takes four places, compared by `cargo xtask tidy`: the function, [`handler`],
//! `COMMANDS` in `build.rs`, and the capability file of each window that may call it.

mod frame;
mod items;
mod joining;
mod people;
mod setup;
mod vaults;

use std::sync::Arc;

use conclave_app::{
    api::{AppError, Code},
    session::App,
};
use tauri::{
    State, Wry,
    ipc::{Invoke, InvokeBody, Request, Response},
};
use zeroize::Zeroizing;

/// The use cases, shared with every command.
type Shared<'a> = State<'a, Arc<App>>;
/// What a command answers.
type Answer<T> = Result<T, AppError>;

/// Runs a use case off the threads that serve the window: it may derive keys, write and wait for
/// the storage.
async fn off<T: Send + 'static>(
    app: Shared<'_>,
    work: impl FnOnce(&App) -> Answer<T> + Send + 'static,
) -> Answer<T> {
    let app = Arc::clone(&app);
    let done = tauri::async_runtime::spawn_blocking(move || work(&app)).await;
    done.unwrap_or_else(|_| Err(AppError::new(Code::Internal, "a use case ended early")))
}

/// The bytes of a request whose body is a secret. An old webview sends them as JSON numbers.
fn secret(request: &Request<'_>) -> Answer<Zeroizing<Vec<u8>>> {
    let bytes = match request.body() {
        InvokeBody::Raw(bytes) => Some(bytes.clone()),
        InvokeBody::Json(json) => serde_json::from_value(json.clone()).ok(),
    };
    bytes
        .map(Zeroizing::new)
        .ok_or_else(|| Code::Internal.into())
}

/// A secret as text.
fn secret_text(request: &Request<'_>) -> Answer<Zeroizing<String>> {
    let bytes = secret(request)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| AppError::from(Code::Internal))?;
    Ok(Zeroizing::new(text.to_owned()))
}

/// Raw bytes for the one field that asked for them. Tauri owns them from here on.
fn revealed(bytes: Zeroizing<Vec<u8>>) -> Response {
    Response::new(bytes.to_vec())
}

macro_rules! commands {
    ($($module:ident: $($name:ident)*;)*) => {
        /// Routes a call from a window to its adapter.
        pub(crate) fn handler() -> impl Fn(Invoke<Wry>) -> bool + Send + Sync + 'static {
            tauri::generate_handler![$($($module::$name),*),*]
        }
    };
}

commands! {
    frame: app_state touch lock unlock unlock_keychain settings_get settings_set keychain_enable keychain_disable sync_status sync_now storage_set recovery_sheet_save recovery_confirm text_copy diagnostics_copy;
    setup: passphrase_suggest strength setup_passphrase setup_cancel storage_pick_folder storage_test team_create;
    joining: invitation_pick invitation_open join_folder join_code join_send join_status word_complete;
    items: item_list item_get item_reveal_field item_copy_field item_open_url item_save item_archive item_restore item_favourite item_duplicate item_history item_conflict item_resolve draft_save draft_get draft_reveal_field draft_discard;
    vaults: vault_list vault_create vault_rename generate;
    people: people_list invite_create invite_replace invite_cancel invite_file_save invite_file_copy request_admit request_reject share_get share_grant share_revoke;
}
