//! Dependencies between our crates point one way.

use super::{Complaint, Sources};

/// Each package, what it may depend on, and what its tests may use besides.
struct Layer {
    name: &'static str,
    may: &'static [&'static str],
    tests_may: &'static [&'static str],
}

const TESTKIT: &[&str] = &["conclave-testkit"];

/// docs/architecture.md draws this table.
const LAYERS: &[Layer] = &[
    Layer {
        name: "conclave-crypto",
        may: &[],
        tests_may: TESTKIT,
    },
    Layer {
        name: "conclave-core",
        may: &["conclave-crypto"],
        tests_may: TESTKIT,
    },
    Layer {
        name: "conclave-store",
        may: &["conclave-core", "conclave-crypto"],
        tests_may: TESTKIT,
    },
    Layer {
        name: "conclave-remote",
        may: &["conclave-core"],
        tests_may: TESTKIT,
    },
    Layer {
        name: "conclave-sync",
        may: &["conclave-core", "conclave-crypto"],
        // Its tests run against the real folder.
        tests_may: &["conclave-testkit", "conclave-remote"],
    },
    Layer {
        name: "conclave-app",
        may: &[
            "conclave-core",
            "conclave-crypto",
            "conclave-store",
            "conclave-remote",
            "conclave-sync",
        ],
        tests_may: TESTKIT,
    },
    Layer {
        name: "conclave-testkit",
        may: &["conclave-core", "conclave-crypto"],
        tests_may: &[],
    },
    Layer {
        name: "conclave",
        may: &["conclave-app"],
        tests_may: TESTKIT,
    },
    Layer {
        name: "conclave-tests",
        may: EVERYTHING,
        tests_may: EVERYTHING,
    },
    Layer {
        name: "conclave-benches",
        may: EVERYTHING,
        tests_may: EVERYTHING,
    },
    Layer {
        name: "xtask",
        may: &[],
        tests_may: &[],
    },
];

/// The library crates, for those that only use them.
const EVERYTHING: &[&str] = &[
    "conclave-app",
    "conclave-core",
    "conclave-crypto",
    "conclave-remote",
    "conclave-store",
    "conclave-sync",
    "conclave-testkit",
];

/// What a crate must not know of, whoever wrote it.
const FOREIGN: &[(&str, &str, &str)] = &[
    ("conclave-app", "tauri", "the use cases do not know Tauri"),
    ("conclave-sync", "rusqlite", "sync sees traits, never SQL"),
    ("conclave-sync", "notify", "sync sees traits, never a path"),
];

pub(super) fn check(sources: &Sources) -> Vec<Complaint> {
    let ours: Vec<&str> = sources
        .packages
        .iter()
        .map(|package| package.name.as_str())
        .collect();
    let mut complaints = Vec::new();
    for package in &sources.packages {
        let place = format!("{}'s Cargo.toml", package.name);
        let Some(layer) = LAYERS.iter().find(|layer| layer.name == package.name) else {
            complaints.push(Complaint::new(place, "is not in the table of layers"));
            continue;
        };
        for dependency in &package.dependencies {
            let name = dependency.name.as_str();
            // A crate may name itself, to turn on a feature for its own tests.
            let allowed = layer.may.contains(&name)
                || dependency.dev && (layer.tests_may.contains(&name) || name == layer.name);
            if ours.contains(&name) && !allowed {
                let what =
                    format!("must not depend on {name}: no such edge in the table of layers");
                complaints.push(Complaint::new(&place, what));
            }
            for (of, foreign, why) in FOREIGN {
                let meant = name == *foreign || name.starts_with(&format!("{foreign}-"));
                if package.name == *of && !dependency.dev && meant {
                    complaints.push(Complaint::new(&place, format!("depends on {name}: {why}")));
                }
            }
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repo::{Dependency, Package};

    fn world(edges: &[(&str, &str, bool)]) -> Sources {
        let names = EVERYTHING.iter().copied().chain(["conclave"]);
        let package = |name: &str| Package {
            name: name.to_owned(),
            dependencies: edges
                .iter()
                .filter(|(from, ..)| *from == name)
                .map(|(_, to, dev)| Dependency {
                    name: (*to).to_owned(),
                    dev: *dev,
                })
                .collect(),
            tests: Vec::new(),
        };
        Sources {
            packages: names.map(package).collect(),
            ..Sources::default()
        }
    }

    fn check_edge(from: &str, to: &str, dev: bool, offends: bool) {
        let complaints = check(&world(&[(from, to, dev)]));
        assert_eq!(
            !complaints.is_empty(),
            offends,
            "{from} → {to}: {complaints:?}"
        );
    }

    #[test]
    fn an_edge_outside_the_table_is_found() {
        check_edge("conclave-core", "conclave-crypto", false, false);
        check_edge("conclave-crypto", "conclave-core", false, true);
        check_edge("conclave-store", "conclave-remote", false, true);
        check_edge("conclave", "conclave-core", false, true);
        check_edge("conclave-core", "conclave-testkit", false, true);
        check_edge("conclave-core", "conclave-testkit", true, false);
        check_edge("conclave-sync", "conclave-sync", true, false);
    }

    #[test]
    fn a_foreign_crate_is_found() {
        check_edge("conclave-app", "tauri", false, true);
        check_edge("conclave-app", "tauri-plugin-dialog", false, true);
        check_edge("conclave-sync", "rusqlite", false, true);
        check_edge("conclave-store", "rusqlite", false, false);
    }

    #[test]
    fn a_crate_outside_the_table_is_found() {
        let mut sources = world(&[]);
        sources.packages[0].name = "conclave-utils".to_owned();
        assert_eq!(check(&sources).len(), 1);
    }
}
