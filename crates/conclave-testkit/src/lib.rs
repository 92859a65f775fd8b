//! What tests of several crates share: a clock and randomness that are the same in every run,
//! storages that count or lie, and the suite that every storage must pass.
#![allow(
    clippy::indexing_slicing,
    clippy::expect_used,
    reason = "only tests use this crate: a panic here is a failing test"
)]

pub mod clock;
pub mod counting_remote;
pub mod desk;
pub mod evil_member;
pub mod evil_storage;
pub mod memory_remote;
pub mod paper;
pub mod people;
pub mod reference;
pub mod remote_contract;
pub mod rng;
pub mod stories;
pub mod worlds;
