//! The same targets under libFuzzer, which finds its way by coverage.
//!
//! `CONCLAVE_FUZZ=pack_control cargo +nightly fuzz run libfuzzer --features libfuzzer CORPUS`, where
//! `cargo run --release -- --corpus CORPUS pack_control` fills the folder with valid objects.
#![no_main]

use std::sync::OnceLock;

use conclave_fuzz::{TARGETS, Target};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    static TARGET: OnceLock<&Target> = OnceLock::new();
    let target = TARGET.get_or_init(|| {
        let name = std::env::var("CONCLAVE_FUZZ").unwrap_or_default();
        let found = TARGETS.iter().find(|target| target.name == name);
        found.unwrap_or_else(|| panic!("CONCLAVE_FUZZ={name:?} names no target"))
    });
    (target.run)(data);
});
