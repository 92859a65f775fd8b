//! `bench`: the performance table, in release.

use std::process::Command;

use crate::{
    repo,
    sh::{self, Outcome},
};

/// Builds the benches and passes every argument on to them.
pub(crate) fn run(args: &[String]) -> Outcome {
    let (only, rest) = sh::option(args, "--only")?;
    let (json, rest) = sh::switch(&rest, "--json");
    sh::nothing_left(&rest)?;
    // With `--json` standard output belongs to the rows, so nothing else is printed there.
    let status = sh::cargo()
        .args([
            "build",
            "--quiet",
            "--release",
            "--package",
            "conclave-benches",
            "--bins",
        ])
        .status()?;
    if !status.success() {
        return Err("the benches do not build".into());
    }
    let program = format!("release/conclave-benches{}", std::env::consts::EXE_SUFFIX);
    let mut bench = Command::new(repo::target().join(program));
    bench.current_dir(repo::root());
    if let Some(name) = only {
        bench.args(["--only", &name]);
    }
    if json {
        bench.arg("--json");
    }
    match bench.status()?.success() {
        true => Ok(()),
        false => Err("a gate does not hold".into()),
    }
}
