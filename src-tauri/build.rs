//! Declares every command to Tauri's access list, and embeds the configuration.
//!
//! A command missing here could be called by any window: the access list only covers what an
//! application manifest names. `cargo xtask tidy` compares this list with the handler and with
//! the capability files.

/// Every command of `src/commands`, by name.
const COMMANDS: &[&str] = &["app_state", "lock"];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let manifest = tauri_build::AppManifest::new().commands(COMMANDS);
    let attributes = tauri_build::Attributes::new().app_manifest(manifest);
    tauri_build::try_build(attributes)?;
    Ok(())
}
