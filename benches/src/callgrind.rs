//! Counting instructions: this program runs a second time under callgrind, and only what happens
//! inside [`measured`] counts, so making the data and opening the profile does not.

use std::{fs, hint::black_box, path::Path, process::Command};

use crate::row::Outcome;

/// The switch of `main` that runs a probe: this, then the probe's name, then a folder.
pub const RUN: &str = "--run";

/// The frame that callgrind counts in.
#[inline(never)]
pub fn measured(work: &mut dyn FnMut()) {
    work();
    black_box(());
}

/// Runs work that may fail inside the frame that callgrind counts in.
///
/// # Errors
/// The work's own.
pub fn counted(mut work: impl FnMut() -> Outcome<()>) -> Outcome<()> {
    let mut result = Ok(());
    measured(&mut || result = work());
    result
}

/// The instructions of one probe on a folder.
///
/// # Errors
/// When valgrind does not start, the probe fails, or nothing was counted.
#[expect(
    clippy::disallowed_methods,
    reason = "callgrind runs a program; this measures it and is not part of the product"
)]
pub fn count(program: &Path, probe: &str, folder: &Path) -> Outcome<f64> {
    let scratch = tempfile::tempdir()?;
    let out = scratch.path().join("callgrind.out");
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--collect-atstart=no"])
        .arg("--toggle-collect=*callgrind*measured*")
        .arg(format!("--callgrind-out-file={}", out.display()))
        .arg(program)
        .args([RUN, probe])
        .arg(folder)
        .output()
        .map_err(|error| format!("valgrind does not start: {error}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("the probe {probe} failed under callgrind: {said}").into());
    }
    let totals = fs::read_to_string(&out)?;
    let total = totals
        .lines()
        .find_map(|line| {
            line.strip_prefix("summary: ")
                .or_else(|| line.strip_prefix("totals: "))
        })
        .and_then(|total| total.trim().parse::<f64>().ok())
        .filter(|total| *total > 0.0);
    Ok(total.ok_or_else(|| format!("callgrind counted nothing in {probe}"))?)
}
