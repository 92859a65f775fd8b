//! Declares every command to Tauri's access list, and embeds the configuration.
//!
//! A command missing here could be called by any window: the access list only covers what an
//! application manifest names. `cargo xtask tidy` compares this list with the handler and with
//! the capability files.

/// Every command of `src/commands`, by name.
const COMMANDS: &[&str] = &[
    "app_state",
    "touch",
    "lock",
    "unlock",
    "unlock_keychain",
    "settings_get",
    "settings_set",
    "keychain_enable",
    "keychain_disable",
    "sync_status",
    "sync_now",
    "storage_set",
    "recovery_sheet_save",
    "recovery_confirm",
    "text_copy",
    "diagnostics_copy",
    "secret_copy",
    "stop_details_copy",
    "stop_go_on",
    "put_back_seen",
    "passphrase_suggest",
    "strength",
    "setup_passphrase",
    "setup_cancel",
    "storage_pick_folder",
    "storage_test",
    "team_create",
    "invitation_pick",
    "invitation_open",
    "join_folder",
    "join_code",
    "join_send",
    "join_status",
    "join_restart",
    "word_complete",
    "item_list",
    "item_get",
    "item_reveal_field",
    "item_copy_field",
    "item_open_url",
    "item_save",
    "item_archive",
    "item_restore",
    "item_favourite",
    "item_duplicate",
    "item_history",
    "item_conflict",
    "item_resolve",
    "draft_save",
    "draft_get",
    "draft_reveal_field",
    "draft_discard",
    "vault_list",
    "vault_create",
    "vault_rename",
    "generate",
    "people_list",
    "invite_create",
    "invite_replace",
    "invite_cancel",
    "invite_file_save",
    "invite_file_copy",
    "request_admit",
    "request_reject",
    "share_get",
    "share_grant",
    "share_revoke",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let manifest = tauri_build::AppManifest::new().commands(COMMANDS);
    let attributes = tauri_build::Attributes::new().app_manifest(manifest);
    tauri_build::try_build(attributes)?;
    Ok(())
}
