//! `ci`: what must hold besides the tests.

mod canary;
mod deny;

use crate::{
    bindings,
    setup::{self, Need},
    sh::{self, Outcome},
    suites::Log,
    tidy, ui,
};

type Check = fn() -> Outcome;

/// Runs every check, all of them even where one fails.
pub(crate) fn run(args: &[String]) -> Outcome {
    sh::nothing_left(args)?;
    let mut log = Log::default();
    log.step("set-up", || {
        // Clippy compiles the shell, which embeds the page.
        setup::system(&[Need::Build])?;
        ui::build()
    })?;
    let steps: &[(&str, Check)] = &[
        ("tidy", || tidy::run(&[])),
        ("fmt", fmt),
        ("clippy", clippy),
        ("svelte-check", || ui::script("check")),
        ("svelte-check canary", canary::run),
        ("eslint", || ui::script("lint")),
        ("cargo deny", deny::run),
        ("bindings", || bindings::run(&["--check".to_owned()])),
    ];
    for (name, step) in steps {
        // One check's failure does not hide another's.
        let _ = log.step(name, step);
    }
    log.finish()
}

fn fmt() -> Outcome {
    sh::run(sh::cargo().args(["fmt", "--all", "--check"]))?;
    // A workspace of its own.
    let fuzz = ["--manifest-path", "fuzz/Cargo.toml"];
    sh::run(sh::cargo().args(["fmt", "--all", "--check"]).args(fuzz))
}

fn clippy() -> Outcome {
    let warnings = ["--", "--deny", "warnings"];
    sh::run(
        sh::cargo()
            .args(["clippy", "--workspace", "--all-targets"])
            .args(warnings),
    )?;
    // The build for WebDriver differs in the shell alone.
    let driven = [
        "clippy",
        "--workspace",
        "--bin",
        "conclave",
        "--features",
        "conclave/webdriver",
    ];
    sh::run(sh::cargo().args(driven).args(warnings))
}
