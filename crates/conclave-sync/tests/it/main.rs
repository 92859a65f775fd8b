//! Devices and storages, honest and hostile: what syncing must carry, notice and survive.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

mod background;
mod converge;
mod copies;
mod counts;
mod crash;
mod files;
mod floods;
mod hostile;
mod own_log;
mod party;
mod views;
