//! The suite with real windows: builds the app as people get it and as WebDriver may drive it.

use std::{fs, path::Path};

use super::rust;
use crate::{
    repo, run,
    sh::{self, Outcome},
    ui,
};

/// Embeds the page whose every message is 40 % longer.
const STRETCHED: &str = r#"{"build":{"frontendDist":"../ui/dist-stretched"}}"#;

/// Builds the apps and runs the tests against them.
pub(super) fn run() -> Outcome {
    if !cfg!(target_os = "linux") {
        return Err("real windows are driven on Linux only".into());
    }
    rust::exists("desktop")?;
    let dir = repo::target().join("desktop");
    fs::create_dir_all(&dir)?;
    let (driven, shut) = (dir.join("conclave-webdriver"), dir.join("conclave"));
    let stretched = dir.join("conclave-stretched");
    ui::script("build:stretched")?;
    let features = ["--features", "conclave/webdriver"];
    build(&features, Some(STRETCHED), &stretched)?;
    build(&features, None, &driven)?;
    build(&[], None, &shut)?;
    // Here and in `tests/desktop/harness`: the names of the variables.
    let test = |more: &[&str]| {
        sh::run(
            sh::cargo()
                .args(["test", "--workspace", "--test", "desktop", "--"])
                .args(more)
                .env("CONCLAVE_APP_WEBDRIVER", &driven)
                .env("CONCLAVE_APP", &shut)
                .env("CONCLAVE_APP_STRETCHED", &stretched)
                .env("CONCLAVE_BARE", repo::target().join("debug/examples/bare"))
                .env("CONCLAVE_SCREENS", repo::target().join("screens")),
        )
    };
    test(&[])?;
    // What measures runs with nothing beside it, and its row is for whoever reads this.
    test(&["--ignored", "--nocapture", "--test-threads=1"])
}

/// Builds the app, and the bare window that it is measured against.
///
/// An example is among the targets on purpose: it makes cargo give the dependencies the features
/// that they have in tests, so that these builds take all but the app itself from the other suites.
/// Without it Tauri and 150 others would be compiled once more.
fn build(features: &[&str], config: Option<&str>, to: &Path) -> Outcome {
    let mut cargo = sh::cargo();
    cargo
        .args(["build", "--workspace", "--bin", "conclave"])
        .args(["--example", "bare"])
        .args(features);
    if let Some(config) = config {
        cargo.env("TAURI_CONFIG", config);
    }
    sh::run(&mut cargo)?;
    fs::copy(run::program(), to)?;
    Ok(())
}
