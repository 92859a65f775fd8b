//! Vaults and the generator.

use conclave_app::{
    api::vaults::{GenerateOptions, Generated, Vault, VaultCreate, VaultList, VaultRename},
    commands::secrets,
};
use tauri::command;

use super::{Answer, Shared, off};

#[command]
pub(crate) async fn vault_list(app: Shared<'_>) -> Answer<VaultList> {
    off(app, |app| app.vault_list()).await
}

#[command]
pub(crate) async fn vault_create(app: Shared<'_>, req: VaultCreate) -> Answer<Vault> {
    off(app, move |app| app.vault_create(&req)).await
}

#[command]
pub(crate) async fn vault_rename(app: Shared<'_>, req: VaultRename) -> Answer<Vault> {
    off(app, move |app| app.vault_rename(&req)).await
}

#[command]
pub(crate) fn generate(req: GenerateOptions) -> Answer<Generated> {
    secrets::generate_secret(&req)
}
