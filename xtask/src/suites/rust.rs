//! The suites that cargo runs.
//!
//! Every call selects the whole workspace and then narrows down by target, never by package:
//! another selection has other features, and would build the dependencies again.

use std::collections::BTreeSet;

use crate::{
    repo::{self, Package},
    sh::{self, Outcome},
};

/// The package whose test binaries are suites of their own.
const JOURNEYS: &str = "conclave-tests";

/// Runs the tests inside the crates, and the integration tests of each crate.
pub(super) fn unit() -> Outcome {
    let mut cargo = sh::cargo();
    cargo.args(["test", "--workspace", "--lib", "--bins"]);
    for name in of_crates(&repo::packages()?) {
        cargo.args(["--test", &name]);
    }
    sh::run(&mut cargo)?;
    sh::run(sh::cargo().args(["test", "--workspace", "--doc"]))
}

/// Runs one test binary of the package of journeys.
pub(super) fn binary(name: &str) -> Outcome {
    exists(name)?;
    sh::run(sh::cargo().args(["test", "--workspace", "--test", name]))
}

/// Runs every fuzz target for its share of a minute, and the tests of what they begin with. They are
/// a workspace of their own, built in release: what counts is how much is tried.
pub(super) fn fuzz_smoke() -> Outcome {
    let here = ["--release", "--manifest-path", "fuzz/Cargo.toml"];
    sh::run(sh::cargo().arg("test").args(here))?;
    sh::run(
        sh::cargo()
            .arg("run")
            .args(here)
            .args(["--", "--seconds", "60"]),
    )
}

/// Refuses a suite whose file is not there: a suite that runs nothing would look green.
pub(super) fn exists(name: &str) -> Outcome {
    let packages = repo::packages()?;
    let mut tests = packages
        .iter()
        .filter(|p| p.name == JOURNEYS)
        .flat_map(|p| &p.tests);
    if tests.any(|test| test == name) {
        Ok(())
    } else {
        Err(format!("{JOURNEYS} has no test binary `{name}`").into())
    }
}

/// The integration test binaries of all other packages.
fn of_crates(packages: &[Package]) -> BTreeSet<String> {
    let others = packages.iter().filter(|package| package.name != JOURNEYS);
    others
        .flat_map(|package| package.tests.iter().cloned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_integration_test_of_a_crate_is_forgotten() {
        let package = |name: &str, tests: &[&str]| Package {
            name: name.to_owned(),
            dependencies: Vec::new(),
            tests: tests.iter().map(|test| (*test).to_owned()).collect(),
        };
        let packages = [
            package("a", &["it"]),
            package("b", &["it", "more"]),
            package(JOURNEYS, &["journeys"]),
        ];
        assert_eq!(
            of_crates(&packages).into_iter().collect::<Vec<_>>(),
            ["it", "more"]
        );
    }
}
