//! Machines: what reads vaults with a key of its own.

use conclave_app::{
    api::machines::{MachineCreate, MachineMade, MachineRef, MachinesView},
    session::App,
};
use tauri::{AppHandle, command};

use super::{Answer, Shared, off};
use crate::shell;

#[command]
pub(crate) async fn machine_list(app: Shared<'_>) -> Answer<MachinesView> {
    off(app, |app| app.machine_list()).await
}

#[command]
pub(crate) async fn machine_create(
    app: Shared<'_>,
    handle: AppHandle,
    req: MachineCreate,
) -> Answer<Option<MachineMade>> {
    let path = shell::save_path(&handle, req.path.clone(), "conclave-machine.key").await;
    let Some(path) = path else { return Ok(None) };
    let make = move |app: &App| app.machine_create(&req, &path).map(Some);
    off(app, make).await
}

#[command]
pub(crate) async fn machine_end(app: Shared<'_>, req: MachineRef) -> Answer<MachinesView> {
    off(app, move |app| app.machine_end(&req.machine)).await
}
