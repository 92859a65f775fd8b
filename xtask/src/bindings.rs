//! `bindings`: the UI's types, written from the Rust types that cross to the window.
//!
//! The types are declared once, in `conclave-app`. Its tests write them as TypeScript; the files
//! are committed, so that the UI builds without Rust, and CI refuses a difference.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use crate::{
    repo,
    sh::{self, Outcome},
};

/// Where the UI keeps them.
const COMMITTED: &str = "ui/src/ipc/bindings";

type Files = BTreeMap<PathBuf, String>;

/// Writes the bindings, or with `--check` fails where they differ from the committed ones.
pub(crate) fn run(args: &[String]) -> Outcome {
    let (check, rest) = sh::switch(args, "--check");
    sh::nothing_left(&rest)?;
    let fresh = export()?;
    let committed = repo::root().join(COMMITTED);
    if check {
        let differing = differing(&fresh, &read(&committed)?);
        if differing.is_empty() {
            println!("bindings: {} files, as the Rust types say", fresh.len());
            return Ok(());
        }
        let text = "differ from the Rust types; `cargo xtask bindings` writes them";
        return Err(format!("{COMMITTED}: {} {text}", differing.join(", ")).into());
    }
    if committed.exists() {
        fs::remove_dir_all(&committed)?;
    }
    for (name, text) in &fresh {
        let file = committed.join(name);
        fs::create_dir_all(file.parent().unwrap_or(&committed))?;
        fs::write(file, text)?;
    }
    println!("bindings: wrote {} files to {COMMITTED}", fresh.len());
    Ok(())
}

/// Lets the tests of `conclave-app` write the types into an empty folder.
fn export() -> Outcome<Files> {
    let dir = repo::target().join("ts-export");
    if dir.exists() {
        fs::remove_dir_all(&dir)?;
    }
    fs::create_dir_all(&dir)?;
    // The whole workspace is selected, as everywhere, so that nothing is built a second time.
    sh::run(
        sh::cargo()
            .args([
                "test",
                "--quiet",
                "--workspace",
                "--lib",
                "--",
                "export_bindings",
            ])
            .env("TS_RS_EXPORT_DIR", &dir),
    )?;
    let mut files = read(&dir)?;
    if files.is_empty() {
        return Err("no Rust type says #[ts(export)]".into());
    }
    let index = index(&files);
    files.insert("index.ts".into(), index);
    Ok(files)
}

/// One file that names them all.
fn index(files: &Files) -> String {
    let mut text = String::from("// Written by `cargo xtask bindings`.\n");
    for name in files.keys().filter_map(|path| path.file_stem()?.to_str()) {
        text.push_str(&format!("export type * from \"./{name}\";\n"));
    }
    text
}

fn read(dir: &Path) -> Outcome<Files> {
    let mut files = Files::new();
    collect(dir, dir, &mut files)?;
    Ok(files)
}

fn collect(base: &Path, dir: &Path, files: &mut Files) -> Outcome {
    if !dir.exists() {
        return Ok(());
    }
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(base, &path, files)?;
        } else {
            files.insert(
                path.strip_prefix(base)?.to_owned(),
                fs::read_to_string(&path)?,
            );
        }
    }
    Ok(())
}

fn differing(fresh: &Files, committed: &Files) -> Vec<String> {
    let names = fresh.keys().chain(committed.keys());
    let mut differing: Vec<String> = names
        .filter(|name| fresh.get(*name) != committed.get(*name))
        .map(|name| name.display().to_string())
        .collect();
    differing.sort();
    differing.dedup();
    differing
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(list: &[(&str, &str)]) -> Files {
        list.iter()
            .map(|(name, text)| (name.into(), (*text).to_owned()))
            .collect()
    }

    #[test]
    fn every_kind_of_drift_is_seen() {
        let fresh = files(&[("A.ts", "1"), ("B.ts", "2"), ("C.ts", "3")]);
        let committed = files(&[("A.ts", "1"), ("B.ts", "old"), ("D.ts", "4")]);
        assert_eq!(differing(&fresh, &committed), ["B.ts", "C.ts", "D.ts"]);
        assert!(differing(&fresh, &fresh).is_empty());
    }
}
