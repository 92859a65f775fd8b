//! A stage with a virtual screen, people with sessions of their own, and pages that are used by
//! role and name, as a person or a screen reader would.
//!
//! ```ignore
//! let stage = Stage::start();
//! let ana = stage.person("ana");
//! let app = ana.open().await;
//! app.page().button("Start a new vault").await.click().await;
//! ```

mod app;
mod group;
#[allow(
    dead_code,
    reason = "a page offers what a person can do; no one test does all of it"
)]
mod page;
mod person;
mod stage;

pub(crate) use app::try_to_drive;
pub(crate) use group::Group;
pub(crate) use page::Page;
pub(crate) use person::Person;
pub(crate) use stage::Stage;

use std::{path::PathBuf, time::Duration};

/// How long anything on the screen may take before a test gives up. Generous, as the machine may
/// be busy; nothing waits this long when it works.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// The app built with the feature `webdriver`.
pub(crate) fn driven_app() -> PathBuf {
    built("CONCLAVE_APP_WEBDRIVER")
}

/// The app as people get it.
pub(crate) fn shut_app() -> PathBuf {
    built("CONCLAVE_APP")
}

/// A window of Tauri with nothing in it.
pub(crate) fn bare_window() -> PathBuf {
    built("CONCLAVE_BARE")
}

/// The app in a language whose every message is 40 % longer.
pub(crate) fn stretched_app() -> PathBuf {
    built("CONCLAVE_APP_STRETCHED")
}

fn built(variable: &str) -> PathBuf {
    std::env::var_os(variable)
        .unwrap_or_else(|| panic!("{variable} is not set: `cargo xtask test --only desktop`"))
        .into()
}

/// Where pictures of the windows go: outside git.
fn screens() -> PathBuf {
    let dir = std::env::var_os("CONCLAVE_SCREENS").map_or_else(default_screens, PathBuf::from);
    std::fs::create_dir_all(&dir).unwrap();
    dir
}

fn default_screens() -> PathBuf {
    repository().join("target/screens")
}

/// The root of the repository.
fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}
