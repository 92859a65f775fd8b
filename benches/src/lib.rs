//! The rows of the performance table (docs/performance.md), each a count or a ratio within one
//! run, so that what gates does not depend on how busy the machine is.

pub mod app;
pub mod callgrind;
pub mod removal;
pub mod row;
pub mod search;
pub mod share;
pub mod start;
pub mod store;
pub mod sync;
