//! The environment the window starts in, settled before a second thread exists.
//!
//! Variables that open the page to another program are removed: WebDriver and the remote
//! inspector would hand every revealed secret to whoever set them. Only the build for tests, with
//! the feature `webdriver`, leaves them in place. Changing the environment is unsafe in Rust
//! because other threads may read it; this file is the one place in the shell that may.

use std::ffi::OsStr;

/// Each of these lets another program look into the page or drive it.
const OPENINGS: &[&str] = &[
    "TAURI_WEBVIEW_AUTOMATION",
    "WEBKIT_INSPECTOR_SERVER",
    "WEBKIT_INSPECTOR_HTTP_SERVER",
    "WEBVIEW2_ADDITIONAL_BROWSER_ARGUMENTS",
    "WEBVIEW2_BROWSER_EXECUTABLE_FOLDER",
];

/// WebKitGTK's DMA-BUF renderer shows an empty window with some graphics drivers.
const RENDERER: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";

/// One change to the environment.
#[derive(Debug, PartialEq, Eq)]
enum Change {
    Remove(&'static str),
    Set(&'static str, &'static str),
}

/// Applies [`plan`] to this process. Call it first in `main`, before any thread is started.
#[expect(
    unsafe_code,
    reason = "set_var and remove_var are unsafe in edition 2024"
)]
pub(crate) fn prepare() {
    for change in plan(|name| std::env::var_os(name).is_some()) {
        // SAFETY: `main` calls this before anything else, so no other thread exists that could
        // read the environment at the same time.
        unsafe {
            match change {
                Change::Remove(name) => std::env::remove_var(name),
                Change::Set(name, value) => std::env::set_var(name, OsStr::new(value)),
            }
        }
    }
}

/// What has to change in an environment where `is_set` tells which variables exist.
fn plan(is_set: impl Fn(&str) -> bool) -> Vec<Change> {
    let mut changes = Vec::new();
    if !cfg!(feature = "webdriver") {
        changes.extend(
            OPENINGS
                .iter()
                .filter(|name| is_set(name))
                .map(|name| Change::Remove(name)),
        );
    }
    if cfg!(target_os = "linux") && !is_set(RENDERER) {
        changes.push(Change::Set(RENDERER, "1"));
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(not(feature = "webdriver"))]
    fn every_opening_is_removed() {
        let removed: Vec<_> = plan(|_| true)
            .into_iter()
            .filter(|c| matches!(c, Change::Remove(_)))
            .collect();
        assert_eq!(removed.len(), OPENINGS.len());
        assert!(removed.contains(&Change::Remove("TAURI_WEBVIEW_AUTOMATION")));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_renderer_is_a_default_not_an_order() {
        assert_eq!(plan(|_| false), [Change::Set(RENDERER, "1")]);
        assert!(!plan(|name| name == RENDERER).contains(&Change::Set(RENDERER, "1")));
    }
}
