//! Node.js, which builds the page. It is asked for, not installed: every way of installing it is
//! somebody's second choice, and Debian 12's own is too old.

use std::process::Command;

use crate::sh::{self, Outcome};

/// What Vite 8 needs.
const OLDEST: (u32, u32) = (20, 19);

/// Refuses to go on without a Node.js that is new enough.
pub(crate) fn require() -> Outcome {
    let (major, minor) = OLDEST;
    let how = format!(
        "the page is built with Node.js {major}.{minor} or newer and npm; get it from \
         https://nodejs.org, from your distribution if it is new enough, or with a version manager"
    );
    let Ok(version) = sh::output(Command::new("node").arg("--version")) else {
        return Err(how.into());
    };
    if parse(&version).is_none_or(|found| found < OLDEST) {
        return Err(format!("Node.js {} is too old: {how}", version.trim()).into());
    }
    if sh::which("npm").is_none() && !cfg!(windows) {
        return Err(format!("npm is missing: {how}").into());
    }
    Ok(())
}

fn parse(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.trim().trim_start_matches('v').split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions() {
        assert_eq!(parse("v20.20.2\n"), Some((20, 20)));
        assert!(parse("v20.18.0") < Some(OLDEST));
        assert_eq!(parse("what"), None);
    }
}
