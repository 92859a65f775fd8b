//! `test`: every suite, each with the time it took.

mod desktop;
mod rust;

use std::time::{Duration, Instant};

use crate::{
    setup::{self, Need},
    sh::{self, Outcome},
    ui,
};

/// A set of tests that runs as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Suite {
    /// Inside the crates.
    Unit,
    /// Across the crates, without windows.
    Journeys,
    /// The page's own, in a simulated browser.
    Ui,
    /// Real windows.
    Desktop,
    /// The bodies of the fuzz targets, for a short while.
    FuzzSmoke,
}

const SUITES: &[Suite] = &[
    Suite::Unit,
    Suite::Journeys,
    Suite::Ui,
    Suite::Desktop,
    Suite::FuzzSmoke,
];

/// Installs what is missing and runs the suites, or the one that is named.
pub(crate) fn run(args: &[String]) -> Outcome {
    let (only, rest) = sh::option(args, "--only")?;
    sh::nothing_left(&rest)?;
    let suites = match only {
        None => SUITES.to_vec(),
        Some(name) => vec![Suite::named(&name)?],
    };
    let mut log = Log::default();
    log.step("set-up", || set_up(&suites))?;
    for suite in suites {
        // One suite's failure does not hide another's.
        let _ = log.step(suite.name(), || suite.run());
    }
    log.finish()
}

fn set_up(suites: &[Suite]) -> Outcome {
    if suites == [Suite::Ui] {
        return ui::install();
    }
    // Not only the suite with windows: the unit tests of the keychain use a real one.
    setup::system(&[Need::Build, Need::Desktop])?;
    // The shell embeds the page, so nothing of the workspace compiles without it.
    ui::build()
}

impl Suite {
    fn named(name: &str) -> Outcome<Self> {
        let found = SUITES.iter().copied().find(|suite| suite.name() == name);
        found.ok_or_else(|| {
            let names: Vec<_> = SUITES.iter().map(|suite| suite.name()).collect();
            format!(
                "there is no suite `{name}`; there are: {}",
                names.join(", ")
            )
            .into()
        })
    }

    fn name(self) -> &'static str {
        match self {
            Self::Unit => "unit",
            Self::Journeys => "journeys",
            Self::Ui => "ui",
            Self::Desktop => "desktop",
            Self::FuzzSmoke => "fuzz-smoke",
        }
    }

    fn run(self) -> Outcome {
        match self {
            Self::Unit => rust::unit(),
            Self::Journeys => rust::binary("journeys"),
            Self::Ui => ui::script("test"),
            Self::Desktop => desktop::run(),
            Self::FuzzSmoke => rust::fuzz_smoke(),
        }
    }
}

/// What was done, how long it took, and how it went.
#[derive(Debug, Default)]
pub(crate) struct Log(Vec<(String, Duration, bool)>);

impl Log {
    /// Runs one step and notes it.
    pub(crate) fn step(&mut self, name: &str, work: impl FnOnce() -> Outcome) -> Outcome {
        println!("\n── {name}");
        let start = Instant::now();
        let outcome = work();
        if let Err(error) = &outcome {
            eprintln!("{name}: {error}");
        }
        self.0
            .push((name.to_owned(), start.elapsed(), outcome.is_ok()));
        outcome
    }

    /// Prints the table, and fails where a step failed.
    pub(crate) fn finish(&self) -> Outcome {
        println!();
        for (name, time, ok) in &self.0 {
            let word = if *ok { "ok" } else { "FAILED" };
            println!("{name:<24} {:>7.1} s  {word}", time.as_secs_f64());
        }
        let total: Duration = self.0.iter().map(|(_, time, _)| *time).sum();
        println!("{:<24} {:>7.1} s", "together", total.as_secs_f64());
        match self.0.iter().filter(|(_, _, ok)| !ok).count() {
            0 => Ok(()),
            failed => Err(format!("{failed} of {} steps failed", self.0.len()).into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_failure_fails_the_whole_and_hides_nothing() {
        let mut log = Log::default();
        assert!(log.step("a", || Err("no".into())).is_err());
        assert!(log.step("b", || Ok(())).is_ok());
        assert!(log.finish().is_err());
        assert_eq!(log.0.len(), 2);
    }

    #[test]
    fn suites_have_one_name_each() {
        for suite in SUITES {
            assert_eq!(Suite::named(suite.name()).unwrap(), *suite);
        }
        assert!(Suite::named("everything").is_err());
    }
}
