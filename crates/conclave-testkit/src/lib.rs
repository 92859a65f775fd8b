//! What tests of several crates share: a clock and randomness that are the same in every run,
//! storages that count or lie, and the suite that every storage must pass.

pub mod clock;
pub mod counting_remote;
pub mod desk;
pub mod evil_storage;
pub mod memory_remote;
pub mod reference;
pub mod remote_contract;
pub mod rng;
pub mod stories;
pub mod worlds;
