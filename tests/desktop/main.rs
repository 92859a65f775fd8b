//! Real windows: the app as people get it, clicked through WebDriver, each person in a session of
//! their own with a real keyring.
//!
//! `cargo xtask test --only desktop` builds the two apps that these tests open and names them in
//! the environment.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test may stop loudly, and starts the programs that it tests"
)]
#![cfg(target_os = "linux")]

mod auditor;
mod away;
mod canary;
mod conflict;
mod devices;
mod dialogs;
mod expired;
mod files;
mod folder_first;
mod folders;
mod forked;
mod gives_away;
mod groups;
mod guests;
mod harness;
mod journey;
mod key_changed;
mod key_refused;
mod keyboard;
mod keyboard_team;
mod last_resort;
mod lock;
mod lost_laptop;
mod machine;
mod machines;
mod other_views;
mod owners;
mod passphrase;
mod put_away;
mod removed;
mod restored;
mod sample;
mod screens;
mod shell;
mod start;
mod start_again;
mod steps;
mod stops;
mod storage;
mod stretched;
mod stretched_devices;
mod stretched_dialogs;
mod stretched_strips;
mod stretched_team;
mod turned;
mod windowless;
