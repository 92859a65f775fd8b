//! What a crate must not do, by the names it would have to write down to do it.
//!
//! A list of names proves nothing against somebody who wants around it; it is there for the day
//! when somebody does not remember. Code for tests may read files.

use std::collections::BTreeSet;

use super::{Complaint, Source, Sources};

/// A crate, what its sources must not name, and why.
struct Invariant {
    name: &'static str,
    never: &'static [&'static str],
    why: &'static str,
}

const NO_IO: &[&str] = &[
    "std::fs",
    "std::net",
    "std::process",
    "std::env",
    "std::os",
    "File::open",
    "tokio::",
    "println!",
];

const NO_CLOCK: &[&str] = &[
    "SystemTime",
    "Instant::now",
    "std::thread::sleep",
    "Utc::now",
];

const NO_RANDOMNESS: &[&str] = &[
    "getrandom",
    "thread_rng",
    "OsRng",
    "SysRng",
    "rand::rng",
    "from_os_rng",
    "from_entropy",
];

const INVARIANTS: &[Invariant] = &[
    Invariant {
        name: "conclave-crypto",
        never: NO_IO,
        why: "does no I/O",
    },
    Invariant {
        name: "conclave-crypto",
        never: NO_CLOCK,
        why: "reads no clock",
    },
    Invariant {
        name: "conclave-crypto",
        never: NO_RANDOMNESS,
        why: "makes no randomness",
    },
    Invariant {
        name: "conclave-core",
        never: NO_IO,
        why: "does no I/O",
    },
    Invariant {
        name: "conclave-core",
        never: NO_CLOCK,
        why: "reads no clock",
    },
    Invariant {
        name: "conclave-core",
        never: NO_RANDOMNESS,
        why: "makes no randomness",
    },
    Invariant {
        name: "conclave-sync",
        never: &[
            "std::fs",
            "std::path",
            "PathBuf",
            "rusqlite",
            "SELECT ",
            "https://",
        ],
        why: "never sees a path, a URL or SQL",
    },
];

pub(super) fn check(sources: &Sources) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for invariant in INVARIANTS {
        let folder = format!("crates/{}/src/", invariant.name);
        let files: Vec<&Source> = sources.under(&folder, &[".rs"]).collect();
        let only_tests = only_tests(&files);
        for file in files
            .iter()
            .filter(|file| !is_below(&file.path, &only_tests))
        {
            for (number, line) in product_lines(&file.text) {
                let Some(name) = invariant.never.iter().find(|name| line.contains(**name)) else {
                    continue;
                };
                let what = format!("names {name}, but {} {}", invariant.name, invariant.why);
                complaints.push(Complaint::new(format!("{}:{number}", file.path), what));
            }
        }
    }
    complaints
}

/// The lines that are built into the product, numbered from 1, without their comments.
///
/// An inline module of tests stands at the end of its file, so everything after it is left out.
fn product_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines: Vec<&str> = text.lines().collect();
    let inline = lines.windows(2).position(|pair| {
        matches!(pair, [cfg, next] if is_test_only(cfg) && next.trim_end().ends_with('{')
            && next.contains("mod "))
    });
    let end = inline.unwrap_or(lines.len());
    lines
        .into_iter()
        .take(end)
        .enumerate()
        .map(|(index, line)| {
            (
                index + 1,
                line.split_once("//").map_or(line, |(code, _comment)| code),
            )
        })
}

/// The files of modules that are declared for tests only, without their ending `.rs`.
fn only_tests(files: &[&Source]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for file in files {
        let lines: Vec<&str> = file.text.lines().collect();
        for pair in lines.windows(2) {
            let [cfg, next] = pair else { continue };
            let declared = next
                .trim_end()
                .strip_suffix(';')
                .and_then(|l| l.split("mod ").nth(1));
            if let (true, Some(name)) = (is_test_only(cfg), declared) {
                found.insert(format!("{}{name}", children(&file.path)));
            }
        }
    }
    found
}

fn is_test_only(line: &str) -> bool {
    let line = line.trim();
    line == "#[cfg(test)]" || line.starts_with("#[cfg(all(test")
}

/// The folder in which the modules that `path` declares lie.
fn children(path: &str) -> String {
    let stem = path.strip_suffix(".rs").unwrap_or(path);
    for root in ["/mod", "/lib", "/main"] {
        if let Some(folder) = stem.strip_suffix(root) {
            return format!("{folder}/");
        }
    }
    format!("{stem}/")
}

fn is_below(path: &str, modules: &BTreeSet<String>) -> bool {
    modules.iter().any(|module| {
        path.strip_prefix(module.as_str())
            .is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(files: &[(&str, &str)]) -> Vec<String> {
        check(&Sources::planted(files))
            .into_iter()
            .map(|c| c.place)
            .collect()
    }

    #[test]
    fn io_clock_and_randomness_are_found() {
        let found = places(&[
            ("crates/conclave-core/src/a.rs", "//! A.\nuse std::fs;\n"),
            (
                "crates/conclave-crypto/src/b.rs",
                "//! B.\nlet t = SystemTime::now();\n",
            ),
            (
                "crates/conclave-crypto/src/keys/c.rs",
                "getrandom::fill(&mut key)?;\n",
            ),
            ("crates/conclave-sync/src/d.rs", "fn f(p: &PathBuf) {}\n"),
            ("crates/conclave-store/src/e.rs", "use std::fs;\n"),
        ]);
        assert_eq!(
            found,
            [
                "crates/conclave-crypto/src/b.rs:2",
                "crates/conclave-crypto/src/keys/c.rs:1",
                "crates/conclave-core/src/a.rs:2",
                "crates/conclave-sync/src/d.rs:1"
            ]
        );
    }

    #[test]
    fn tests_and_comments_may_name_what_they_like() {
        let inline = "//! A.\n// no std::fs here\n#[cfg(test)]\nmod tests {\n    use std::fs;\n}\n";
        let declares = "//! Root.\nmod real;\n#[cfg(test)]\nmod vectors;\n";
        let reads = "use std::fs;\n";
        let found = places(&[
            ("crates/conclave-core/src/inline.rs", inline),
            ("crates/conclave-core/src/lib.rs", declares),
            ("crates/conclave-core/src/vectors.rs", reads),
            ("crates/conclave-core/src/vectors/small.rs", reads),
            ("crates/conclave-core/src/real.rs", reads),
            ("crates/conclave-core/src/vectors_of_another_kind.rs", reads),
        ]);
        assert_eq!(
            found,
            [
                "crates/conclave-core/src/real.rs:1",
                "crates/conclave-core/src/vectors_of_another_kind.rs:1"
            ]
        );
    }
}
