//! Journeys across the crates: people, devices and a storage, without windows.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a panic here is a failing test, and what people leave on disk is looked into"
)]

mod activity;
mod beginnings;
mod conflict;
mod devices;
mod files;
mod groups;
mod guests;
mod joining;
mod last_resort;
mod machine_reads;
mod machines;
mod people;
mod removal;
mod restored;
mod sample;
mod sheets;
mod silence;
mod storage;
mod trouble;
mod two_people;
mod uses;
mod verify;
