//! The access rule and key epochs, held to the rules: frozen worlds, a naive evaluator, and the
//! properties that the rules are there for (docs/format.md, "Authority" and "Key epochs").

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

mod agreement;
mod gaps;
mod keys;
mod properties;
mod rules;
mod seniority;
mod worlds;

/// How many random worlds each test tries: `CONCLAVE_WORLDS`, or 2,000.
fn seeds() -> core::ops::Range<u64> {
    let more = std::env::var("CONCLAVE_WORLDS").ok();
    0..more.and_then(|text| text.parse().ok()).unwrap_or(2_000)
}
