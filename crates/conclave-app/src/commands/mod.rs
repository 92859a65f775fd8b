//! The use cases, one file per feature of the UI; each is a method of [`App`](crate::session::App).

pub mod diagnostics;
mod draft;
mod fields;
mod items;
mod people;
mod settings;
mod share;
pub mod strength;
mod vaults;
