//! Licences, sources and banned crates gate. Advisories gate too, where their database can be
//! had: it lies on the network, and a machine without one still has to be able to say yes.

use std::process::Command;

use crate::{
    repo,
    setup::tool,
    sh::{self, Outcome},
};

/// Runs cargo-deny, building it the first time.
pub(super) fn run() -> Outcome {
    let program = tool::cargo_deny()?;
    let deny = || {
        let mut deny = Command::new(&program);
        deny.current_dir(repo::root())
            .args(["--workspace", "--all-features"]);
        deny
    };
    sh::run(deny().args([
        "--log-level",
        "error",
        "check",
        "bans",
        "licenses",
        "sources",
    ]))?;
    let output = deny().args(["check", "advisories"]).output()?;
    let told = String::from_utf8_lossy(&output.stderr);
    if output.status.success() {
        println!("advisories: none that concern us");
    } else if has_no_database(&told) {
        println!("advisories: skipped, the database cannot be had from here");
    } else {
        return Err(format!("advisories:\n{told}").into());
    }
    Ok(())
}

fn has_no_database(told: &str) -> bool {
    told.contains("failed to fetch advisory database")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_missing_database_is_skipped() {
        assert!(has_no_database(
            "[ERROR] failed to fetch advisory database https://x"
        ));
        assert!(!has_no_database("error[vulnerability]: RUSTSEC-2026-0001"));
    }
}
