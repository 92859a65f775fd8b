//! The use cases of Conclave, without Tauri: sessions, commands, and the shapes that the UI sees.

pub mod api;
pub mod clipboard;
pub mod clock;
pub mod commands;
mod convert;
pub mod engine;
pub mod keychain;
pub mod random;
pub mod recovery;
pub mod secret_file;
pub mod session;
