//! Cargo's own tools that a check needs, of one version, kept with the build.

use std::{path::PathBuf, process::Command};

use crate::{
    repo,
    sh::{self, Outcome},
};

/// cargo-deny: licences, sources, duplicate and banned crates.
const DENY: (&str, &str) = ("cargo-deny", "0.20.2");

/// A cargo-deny of the right version, built if there is none.
pub(crate) fn cargo_deny() -> Outcome<PathBuf> {
    let (name, version) = DENY;
    let program = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let own = repo::target().join("tools/bin").join(program);
    for candidate in sh::which(name).into_iter().chain([own.clone()]) {
        if is_version(&candidate, version) {
            return Ok(candidate);
        }
    }
    println!("cargo-deny {version} is not there; building it once (two cores: about 4 minutes)");
    sh::run(
        sh::cargo()
            .args([
                "install",
                "--quiet",
                "--locked",
                "--debug",
                "--version",
                version,
                name,
            ])
            .arg("--root")
            .arg(repo::target().join("tools"))
            // Beside our own build, so that neither waits for the other's lock.
            .env("CARGO_TARGET_DIR", repo::target().join("tools/build"))
            .env("CARGO_PROFILE_DEV_DEBUG", "0"),
    )?;
    Ok(own)
}

fn is_version(program: &PathBuf, version: &str) -> bool {
    let told = sh::output(Command::new(program).arg("--version"));
    told.is_ok_and(|told| told.split_whitespace().last() == Some(version))
}
