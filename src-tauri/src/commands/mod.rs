//! One adapter per command, at most five lines each: unpack, call the use case, pack.
//!
//! Adding one takes four places, compared by `cargo xtask tidy`: the function, [`handler`],
//! `COMMANDS` in `build.rs`, and the capability file of each window that may call it.

mod activity;
mod devices;
mod files;
mod frame;
mod groups;
mod items;
mod joining;
mod last_resort;
mod machines;
mod people;
mod removal;
mod setup;
mod vaults;
mod verify;

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

/// Routes a call from a window to its adapter.
pub(crate) fn handler() -> impl Fn(Invoke<Wry>) -> bool + Send + Sync + 'static {
    tauri::generate_handler![
        frame::app_state,
        frame::touch,
        frame::lock,
        frame::unlock,
        frame::unlock_keychain,
        frame::settings_get,
        frame::settings_set,
        frame::keychain_enable,
        frame::keychain_disable,
        frame::passphrase_change,
        frame::sync_status,
        frame::sync_now,
        frame::storage_get,
        frame::storage_set,
        frame::recovery_sheet_save,
        frame::recovery_confirm,
        frame::team_sheet_confirm,
        frame::text_copy,
        frame::diagnostics_copy,
        frame::secret_copy,
        frame::stop_details_copy,
        frame::stop_go_on,
        frame::notices_seen,
        setup::passphrase_suggest,
        setup::strength,
        setup::setup_passphrase,
        setup::setup_cancel,
        setup::storage_pick_folder,
        setup::storage_test,
        setup::team_create,
        devices::device_list,
        devices::device_revoke,
        devices::recover_folder,
        devices::recover_words,
        devices::recover_start,
        devices::recover_view,
        devices::recover_finish,
        last_resort::last_resort_words,
        last_resort::last_resort_use,
        last_resort::last_resort_close,
        last_resort::last_resort_seen,
        devices::device_code,
        devices::device_asked,
        devices::device_admit,
        devices::device_cancel,
        devices::pair_folder,
        devices::pair_words,
        devices::pair_start,
        verify::safety_words,
        verify::state_words,
        verify::safety_confirm,
        joining::invitation_pick,
        joining::invitation_open,
        joining::join_folder,
        joining::join_code,
        joining::join_send,
        joining::join_status,
        joining::word_complete,
        joining::start_over,
        items::item_list,
        items::item_get,
        items::item_reveal_field,
        items::item_copy_field,
        items::item_open_url,
        items::item_save,
        items::item_archive,
        items::item_restore,
        items::item_favourite,
        items::item_duplicate,
        items::item_history,
        items::item_conflict,
        items::item_resolve,
        items::draft_save,
        items::draft_get,
        items::draft_reveal_field,
        items::draft_discard,
        files::file_add,
        files::file_save,
        people::people_list,
        people::invite_create,
        people::invite_replace,
        people::invite_cancel,
        people::invite_file_save,
        people::invite_file_copy,
        people::request_admit,
        people::request_reject,
        people::share_get,
        people::share_grant,
        people::share_level,
        people::share_until,
        people::share_revoke,
        people::leave_get,
        people::leave_ask,
        removal::person_get,
        removal::role_change,
        removal::removal_preview,
        removal::person_remove,
        removal::aside_list,
        removal::aside_adopt,
        removal::aside_leave_out,
        groups::group_list,
        groups::group_get,
        groups::group_create,
        groups::group_rename,
        groups::group_add,
        groups::group_remove_member,
        groups::group_give,
        groups::group_take,
        activity::activity_list,
        machines::machine_list,
        machines::machine_create,
        machines::machine_end,
        vaults::vault_list,
        vaults::vault_create,
        vaults::vault_rename,
        vaults::generate,
    ]
}
