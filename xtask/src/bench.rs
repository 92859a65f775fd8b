//! `bench`: the performance table, in release.

use std::{
    io,
    process::{Command, Stdio},
};

use crate::{
    repo,
    setup::{self, Need},
    sh::{self, Outcome},
};

/// The switch that only installs what is missing.
const SETUP: &str = "--setup";

/// Installs what is missing, builds the benches and passes every argument on to them.
pub(crate) fn run(args: &[String]) -> Outcome {
    if args == [SETUP] {
        return setup::system(&[Need::Build, Need::Bench]);
    }
    let (only, rest) = sh::option(args, "--only")?;
    let (json, rest) = sh::switch(&rest, "--json");
    sh::nothing_left(&rest)?;
    // Standard output belongs to the rows, so what an installation says goes elsewhere.
    let installed = Command::new(std::env::current_exe()?)
        .args(["bench", SETUP])
        .stdout(Stdio::from(io::stderr()))
        .status()?;
    if !installed.success() {
        return Err("what the benches need is missing".into());
    }
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
