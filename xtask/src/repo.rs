//! Where things lie, and what cargo and git know about them.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::sh::{self, Outcome};

/// A package of the workspace, as far as the tasks care.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) dependencies: Vec<Dependency>,
    /// Names of the integration test binaries.
    pub(crate) tests: Vec<String>,
}

/// An edge from a package to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// For tests only.
    pub(crate) dev: bool,
}

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask).to_owned()
}

/// Where cargo builds.
pub(crate) fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(dir) => root().join(dir),
        None => root().join("target"),
    }
}

/// Every package of the workspace.
pub(crate) fn packages() -> Outcome<Vec<Package>> {
    let mut cargo = sh::cargo();
    cargo.args(["metadata", "--no-deps", "--format-version", "1"]);
    let metadata: Value = serde_json::from_str(&sh::output(&mut cargo)?)?;
    let packages = metadata.get("packages").and_then(Value::as_array);
    Ok(packages
        .ok_or("cargo metadata names no packages")?
        .iter()
        .map(package)
        .collect())
}

/// Every file that git knows or would take, relative to the root.
pub(crate) fn files() -> Outcome<Vec<String>> {
    let mut git = std::process::Command::new("git");
    git.current_dir(root());
    git.args([
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]);
    let names = sh::output(&mut git)?;
    let there = |name: &&str| !name.is_empty() && root().join(name).is_file();
    Ok(names.split('\0').filter(there).map(str::to_owned).collect())
}

fn package(value: &Value) -> Package {
    let text = |value: &Value, key: &str| {
        value
            .get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let list = |key: &str| {
        value
            .get(key)
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default()
    };
    let is_test = |target: &Value| {
        let kinds = target.get("kind").and_then(Value::as_array);
        kinds.is_some_and(|kinds| kinds.iter().any(|kind| kind == "test"))
    };
    Package {
        name: text(value, "name"),
        dependencies: list("dependencies")
            .iter()
            .map(|dep| Dependency {
                name: text(dep, "name"),
                dev: text(dep, "kind") == "dev",
            })
            .collect(),
        tests: list("targets")
            .iter()
            .filter(|t| is_test(t))
            .map(|t| text(t, "name"))
            .collect(),
    }
}
