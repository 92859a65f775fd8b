//! The frozen vectors of the format, version 1 (docs/format.md, tests/vectors/v1): a team's whole
//! folder with what its readers see, and single objects.
//!
//! Vectors are read, never made, by the tests. `write_folder` and `write_objects` made them once;
//! they refuse to overwrite.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a panic here is a failing test"
)]

mod attachment;
mod folder;
mod objects;
mod story;

use std::path::PathBuf;

use serde_json::Value;

/// Where a frozen file lies.
fn path(name: &str) -> PathBuf {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    root.join("../../tests/vectors/v1").join(name)
}

fn read(name: &str) -> Value {
    let file = path(name);
    let text = std::fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", file.display()))
}

/// Writes a new file. A frozen one is never written over.
fn write_new(name: &str, value: &Value) {
    use std::io::Write;
    let file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path(name));
    let mut file = file.unwrap_or_else(|e| panic!("{name}: {e}"));
    writeln!(file, "{value:#}").unwrap();
}

fn bytes(value: &Value) -> Vec<u8> {
    let text = value.as_str().unwrap_or_else(|| panic!("hex: {value}"));
    hex::decode(text).unwrap_or_else(|e| panic!("{text}: {e}"))
}

fn array<const N: usize>(value: &Value) -> [u8; N] {
    bytes(value)
        .try_into()
        .unwrap_or_else(|_| panic!("{N} bytes: {value}"))
}

fn number(value: &Value) -> u64 {
    value
        .as_u64()
        .unwrap_or_else(|| panic!("a number: {value}"))
}
