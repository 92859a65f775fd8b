//! The use cases of Conclave, without Tauri: sessions, commands, and the shapes that the UI sees.

pub mod api;
