//! The use cases of Conclave, without Tauri: sessions, commands, and the shapes that the UI sees.

pub mod api;
pub mod clipboard;
pub mod clock;
pub mod commands;
mod convert;
pub mod demo;
pub mod engine;
pub mod generator;
mod inbox;
pub mod keychain;
mod letters;
pub mod log;
pub mod random;
pub mod recovery;
pub mod search;
pub mod secret_file;
pub mod session;
pub mod sheet;
pub mod strength;
mod whole_file;
pub mod words;

pub use conclave_crypto::KdfParams;
