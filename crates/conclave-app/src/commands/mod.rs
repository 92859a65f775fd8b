//! The use cases, one file per feature of the UI; each is a method of [`App`](crate::session::App).

mod activity;
mod devices;
pub mod diagnostics;
mod draft;
mod ended;
pub(crate) mod fields;
mod files;
mod groups;
mod history;
mod items;
mod last_resort;
mod leaving;
mod list;
mod machines;
mod people;
mod recovery;
mod removal;
pub mod secrets;
mod settings;
mod share;
mod spoilers;
mod uses;
mod vaults;
mod verify;

pub(crate) use self::{
    devices::{device_id, row as device_row},
    draft::draft_kept,
    recovery::SheetsDue,
};

/// A team of two in a folder, for tests.
#[cfg(test)]
pub(crate) use self::share::tests as two_people;
