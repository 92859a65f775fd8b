//! The model of Conclave: ids, entries, packs, who may do what, which keys are used, items and how
//! they merge. Everything here is a function of its arguments.
//!
//! **This crate does no I/O, reads no clock and makes no randomness**: bytes, times and random
//! number generators are passed in. The formats are those of `docs/format.md`.

pub mod authority;
pub mod body;
pub mod cbor;
pub mod entry;
pub mod epoch;
pub mod id;
pub mod item;
pub mod keys;
pub mod kind;
pub mod layout;
pub mod merge;
pub mod pack;
pub mod receipt;
pub mod remote;
pub mod replica;
pub mod role;
pub mod sealing;
