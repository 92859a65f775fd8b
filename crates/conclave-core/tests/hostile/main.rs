//! Members who sign whatever may help, against replicas with real keys: what they say, nobody
//! believes beyond their rights (docs/threat-model.md, the table of attacks).

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

mod boxes;
mod bytes;
mod entries;
mod history;
mod keys;
mod labels;
mod leaks;
mod leaks_excused;
mod name_of_another;
mod names;
mod old_keys;
mod removals;
mod seen;
mod sharing;
mod strangers;
mod swaps;
mod wraps;
