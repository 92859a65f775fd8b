//! `tidy`: the rules of layout that no compiler knows.
//!
//! Each rule is a function from the sources to its complaints, and each has a test in which a
//! planted offence is found: a rule that cannot fail would be worse than none.

mod commands;
mod headers;
mod layers;
mod length;
mod purity;
mod tauri_imports;

use std::fs;

use crate::{
    repo::{self, Package},
    sh::{self, Outcome},
};

/// All that the rules look at.
#[derive(Debug, Default)]
struct Sources {
    files: Vec<Source>,
    packages: Vec<Package>,
}

/// A text file of the repository.
#[derive(Debug)]
struct Source {
    /// Relative to the root, with `/`.
    path: String,
    text: String,
}

/// An offence: where, and what to do about it.
#[derive(Debug, PartialEq, Eq)]
struct Complaint {
    place: String,
    what: String,
}

type Rule = fn(&Sources) -> Vec<Complaint>;

const RULES: &[(&str, Rule)] = &[
    ("layers", layers::check),
    ("headers", headers::check),
    ("length", length::check),
    ("purity", purity::check),
    ("tauri imports", tauri_imports::check),
    ("commands", commands::check),
];

/// The endings of files that a rule may want to read.
const READ: &[&str] = &["rs", "svelte", "ts", "js", "mjs", "json", "css"];

/// Checks every rule and lists every offence.
pub(crate) fn run(args: &[String]) -> Outcome {
    sh::nothing_left(args)?;
    let sources = Sources::read()?;
    let mut offences = 0;
    for (name, rule) in RULES {
        for Complaint { place, what } in rule(&sources) {
            eprintln!("{place}: {what} [{name}]");
            offences += 1;
        }
    }
    match offences {
        0 => {
            println!("tidy: {} files, {} rules", sources.files.len(), RULES.len());
            Ok(())
        }
        _ => Err(format!("{offences} offences against the layout").into()),
    }
}

impl Sources {
    fn read() -> Outcome<Self> {
        let root = repo::root();
        let wanted = |path: &String| READ.iter().any(|end| path.ends_with(&format!(".{end}")));
        let mut files = Vec::new();
        for path in repo::files()?.into_iter().filter(wanted) {
            // A file that is not text is no source.
            if let Ok(text) = fs::read_to_string(root.join(&path)) {
                files.push(Source { path, text });
            }
        }
        Ok(Self {
            files,
            packages: repo::packages()?,
        })
    }

    /// The files below `folder` with one of these endings.
    fn under<'a>(&'a self, folder: &'a str, ends: &'a [&str]) -> impl Iterator<Item = &'a Source> {
        self.files.iter().filter(move |file| {
            file.path.starts_with(folder) && ends.iter().any(|end| file.path.ends_with(end))
        })
    }
}

impl Complaint {
    fn new(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            what: what.into(),
        }
    }
}

#[cfg(test)]
impl Sources {
    /// Sources made up for a test.
    fn planted(files: &[(&str, &str)]) -> Self {
        let source = |(path, text): &(&str, &str)| Source {
            path: (*path).to_owned(),
            text: (*text).to_owned(),
        };
        Self {
            files: files.iter().map(source).collect(),
            packages: Vec::new(),
        }
    }
}
