//! `icons`: every size that the platforms want, from the one drawing.
//!
//! The results are committed, since they change once in years; the drawing tool comes with
//! Tauri's command line, fetched for the occasion.

use std::fs;

use crate::{
    repo,
    sh::{self, Outcome},
};

/// What `src-tauri/tauri.conf.json` names.
const KEPT: &[&str] = &[
    "32x32.png",
    "128x128.png",
    "128x128@2x.png",
    "icon.png",
    "icon.ico",
    "icon.icns",
];

/// Draws the icons again.
pub(crate) fn run(args: &[String]) -> Outcome {
    sh::nothing_left(args)?;
    crate::setup::node::require()?;
    let icons = repo::root().join("icons");
    let drawn = repo::target().join("icons");
    sh::run(
        sh::npm()
            .args([
                "exec",
                "--yes",
                "--package=@tauri-apps/cli@2",
                "--",
                "tauri",
                "icon",
            ])
            .arg(icons.join("icon.svg"))
            .arg("--output")
            .arg(&drawn),
    )?;
    for name in KEPT {
        fs::copy(drawn.join(name), icons.join(name))?;
    }
    println!("icons: {} files", KEPT.len());
    Ok(())
}
