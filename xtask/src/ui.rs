//! The page: its packages, its build, its checks.

use std::{fs, path::Path, time::SystemTime};

use crate::{
    repo,
    sh::{self, Outcome},
};

/// What the build leaves, and what `cargo build` embeds.
const BUILT: &str = "ui/dist/index.html";

/// Made by the build itself, so newer than the build's result.
const GENERATED: &[&str] = &[
    "node_modules",
    "paraglide",
    "dist",
    "dist-fake",
    "dist-pseudo",
    "dist-stretched",
    ".pseudo",
];

/// Installs the packages that the lock file names, unless they are there.
pub(crate) fn install() -> Outcome {
    crate::setup::node::require()?;
    let ui = repo::root().join("ui");
    let lock = fs::read(ui.join("package-lock.json"))?;
    // A copy of the lock that was installed: `npm ci` takes half a minute, reading takes none.
    let stamp = ui.join("node_modules/.installed-lock.json");
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    sh::run(sh::npm().args(["ci", "--no-audit", "--no-fund"]))?;
    fs::write(stamp, lock)?;
    Ok(())
}

/// Builds the page, unless nothing changed since it was built.
pub(crate) fn build() -> Outcome {
    install()?;
    let built = repo::root().join(BUILT);
    let newest = newest(&repo::root().join("ui"))?;
    if modified(&built).is_some_and(|then| then >= newest) {
        return Ok(());
    }
    sh::run(sh::npm().args(["run", "build"]))?;
    // Vite may leave an unchanged file's time alone.
    fs::File::options()
        .append(true)
        .open(built)?
        .set_modified(SystemTime::now())?;
    Ok(())
}

/// Runs a script of `ui/package.json`.
pub(crate) fn script(name: &str) -> Outcome {
    install()?;
    sh::run(sh::npm().args(["run", "--silent", name]))
}

fn newest(dir: &Path) -> Outcome<SystemTime> {
    let mut newest = SystemTime::UNIX_EPOCH;
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name();
        if GENERATED.iter().any(|generated| name == *generated) {
            continue;
        }
        let time = if entry.file_type()?.is_dir() {
            self::newest(&entry.path())?
        } else {
            entry.metadata()?.modified()?
        };
        newest = newest.max(time);
    }
    Ok(newest)
}

fn modified(file: &Path) -> Option<SystemTime> {
    fs::metadata(file).ok()?.modified().ok()
}
