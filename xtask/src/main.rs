//! `cargo xtask`: everything that is done to this repository, as one program.
//!
//! It installs what is missing, so that a fresh machine needs one command to run the app and one
//! to test it; and it runs the same checks here and in CI.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a command line tool that prints, and whose work is to start other programs"
)]

mod bench;
mod bindings;
mod ci;
mod display;
mod icons;
mod repo;
mod run;
mod setup;
mod sh;
mod suites;
mod tidy;
mod ui;

use std::process::ExitCode;

const USAGE: &str = "\
Usage: cargo xtask COMMAND

  run [--demo] [--data-dir DIR]   install what is missing, build, open the app
  test [--only SUITE]             install what is missing, run every test
                                  SUITE: unit, journeys, ui, desktop, fuzz-smoke
  ci                              formatting, lints, types, licences, layout, bindings
  tidy                            only the rules of layout
  bindings [--check]              write the UI's types from the Rust ones, or compare them
  bench [--only NAME] [--json]    the table of docs/performance.md
  icons                           draw the icons from icons/icon.svg again
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (command, rest) = match args.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("help", &[][..]),
    };
    let outcome = match command {
        "run" => run::run(rest),
        "test" => suites::run(rest),
        "ci" => ci::run(rest),
        "tidy" => tidy::run(rest),
        "bindings" => bindings::run(rest),
        "bench" => bench::run(rest),
        "icons" => icons::run(rest),
        "help" | "--help" | "-h" => {
            print!("{USAGE}");
            Ok(())
        }
        other => Err(format!("there is no command `{other}`\n\n{USAGE}").into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nxtask: {error}");
            ExitCode::FAILURE
        }
    }
}
