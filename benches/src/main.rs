//! The performance table: `cargo xtask bench` builds and runs this (docs/performance.md).
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line tool that prints its table"
)]

use std::{path::Path, process::ExitCode};

use conclave_benches::{
    app, callgrind, removal,
    row::{Outcome, Row},
    search, share, start, store, sync,
};
use serde_json::json;

/// Measures some rows; the program is run again under callgrind where instructions are counted.
type Measure = fn(&Path) -> Outcome<Vec<Row>>;

/// What is measured together, and the numbers of its rows.
const TABLE: &[(&[&str], Measure)] = &[
    (&["P1", "P2", "P3", "P4"], store::measure),
    (&["P1", "P2", "P3", "P4"], app::measure),
    (&["P5"], search::measure),
    (&["P8"], |_| share::measure()),
    (&["P9", "P10"], removal::measure),
    (&["P11", "P13"], |_| sync::short()),
    (&["P13"], |_| app::pushes()),
    (&["P15"], sync::long),
    (&["P21"], |_| start::measure()),
];

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match run(&args) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs what was asked for; false where a gate does not hold.
fn run(args: &[String]) -> Outcome<bool> {
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let (only, json) = match *words.as_slice() {
        [] => (None, false),
        ["--json"] => (None, true),
        ["--only", name] => (Some(name), false),
        ["--only", name, "--json"] | ["--json", "--only", name] => (Some(name), true),
        [callgrind::RUN, name, folder] => return probe(name, Path::new(folder)).map(|()| true),
        _ => return Err("usage: conclave-benches [--only NAME] [--json]".into()),
    };
    let is_wanted = |number: &str| only.is_none_or(|only| only.eq_ignore_ascii_case(number));
    let program = std::env::current_exe()?;
    let (mut rows, mut hold) = (0, true);
    for (_, measure) in TABLE
        .iter()
        .filter(|(numbers, _)| numbers.iter().any(|number| is_wanted(number)))
    {
        for row in measure(&program)?
            .iter()
            .filter(|row| is_wanted(row.number()))
        {
            rows += 1;
            hold &= row.holds();
            println!("{}", if json { as_json(row) } else { as_text(row) });
        }
    }
    match rows {
        0 => Err(format!("there is no row {}", only.unwrap_or_default()).into()),
        _ => Ok(hold),
    }
}

fn probe(name: &str, folder: &Path) -> Outcome<()> {
    match name.split_once('-') {
        Some(("app", _)) => app::probe(name, folder),
        Some(("rule", _)) => removal::probe(name),
        Some(("search", _)) => search::probe(name),
        Some(("store", _)) => store::probe(name, folder),
        Some(("sync", _)) => sync::probe(name),
        _ => Err(format!("there is no probe {name}").into()),
    }
}

/// The keys in the order that the page names them in.
fn as_json(row: &Row) -> String {
    let gate = row.gate.map_or(json!(null), |gate| json!(gate));
    format!(
        r#"{{"name":{},"value":{},"unit":{},"gate":{gate},"ok":{}}}"#,
        json!(row.name),
        json!(row.value),
        json!(row.unit),
        row.holds(),
    )
}

fn as_text(row: &Row) -> String {
    let gate = match (row.gate, row.holds()) {
        (None, _) => String::new(),
        (Some(gate), true) => format!("  at most {}: holds", short(gate)),
        (Some(gate), false) => format!("  at most {}: FAILS", short(gate)),
    };
    let value = short(row.value);
    format!("{:<66} {value:>12} {}{gate}", row.name, row.unit)
}

/// Three digits behind the point for small numbers, none for large ones.
fn short(value: f64) -> String {
    if value.fract() == 0.0 || value.abs() >= 1000.0 {
        format!("{value:.0}")
    } else {
        format!("{value:.3}")
    }
}
