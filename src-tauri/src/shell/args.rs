//! The command line of the app: where its data lies, and nothing else.
//!
//! Arguments may come from a link or another program, so nothing here acts on them beyond
//! choosing a folder.

use std::{ffi::OsString, path::PathBuf};

/// Shown by `--help` and after a mistake.
pub(crate) const USAGE: &str = "\
Usage: conclave [--data-dir DIR | --profile NAME | --demo]

  --data-dir DIR   keep everything of this profile in DIR
  --profile NAME   a named profile in the usual place (letters, digits, - and _)
  --demo           a filled sample team in a temporary folder, gone when the app closes
  --version        print the version
  --help           print this
";

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Request {
    Open(Place),
    Version,
    Help,
}

/// Where the data of this start lies.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// The profile of this name in the platform's data directory.
    Profile(String),
    /// A folder the person named.
    Folder(PathBuf),
    /// A sample team that does not stay.
    Demo,
}

/// Why a command line was refused.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum ArgsError {
    #[error("{0} needs a value")]
    NoValue(&'static str),
    #[error("a profile name has 1 to 32 letters, digits, - or _")]
    ProfileName,
    #[error("give --data-dir, --profile or --demo once")]
    Twice,
    #[error("unknown argument: {0}")]
    Unknown(String),
}

/// Reads the arguments after the program's name.
pub(crate) fn parse(args: impl Iterator<Item = OsString>) -> Result<Request, ArgsError> {
    let mut place = None;
    let mut args = args;
    while let Some(arg) = args.next() {
        let text = arg.to_string_lossy();
        let (name, inline) = match text.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(OsString::from(value))),
            None => (text.into_owned(), None),
        };
        let found = match name.as_str() {
            "--help" | "-h" => return Ok(Request::Help),
            "--version" | "-V" => return Ok(Request::Version),
            "--data-dir" => folder(inline.or_else(|| args.next()))?,
            "--demo" => Place::Demo,
            "--profile" => profile(inline.or_else(|| args.next()))?,
            _ => return Err(ArgsError::Unknown(name)),
        };
        if place.replace(found).is_some() {
            return Err(ArgsError::Twice);
        }
    }
    Ok(Request::Open(
        place.unwrap_or_else(|| Place::Profile("default".to_owned())),
    ))
}

fn folder(value: Option<OsString>) -> Result<Place, ArgsError> {
    match value {
        Some(value) if !value.is_empty() => Ok(Place::Folder(value.into())),
        _ => Err(ArgsError::NoValue("--data-dir")),
    }
}

fn profile(value: Option<OsString>) -> Result<Place, ArgsError> {
    let value = value.ok_or(ArgsError::NoValue("--profile"))?;
    let name = value.into_string().map_err(|_| ArgsError::ProfileName)?;
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if (1..=32).contains(&name.len()) && name.chars().all(plain) {
        Ok(Place::Profile(name))
    } else {
        Err(ArgsError::ProfileName)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &[&str], expect: Result<Request, ArgsError>) {
        assert_eq!(parse(line.iter().map(OsString::from)), expect, "{line:?}");
    }

    #[test]
    fn command_lines() {
        let folder = || Ok(Request::Open(Place::Folder("/tmp/a b".into())));
        check(&[], Ok(Request::Open(Place::Profile("default".into()))));
        check(&["--data-dir", "/tmp/a b"], folder());
        check(&["--data-dir=/tmp/a b"], folder());
        check(
            &["--profile", "work"],
            Ok(Request::Open(Place::Profile("work".into()))),
        );
        check(&["--demo"], Ok(Request::Open(Place::Demo)));
        check(&["--help"], Ok(Request::Help));
        check(&["-V"], Ok(Request::Version));
    }

    #[test]
    fn refused_command_lines() {
        check(&["--data-dir"], Err(ArgsError::NoValue("--data-dir")));
        check(&["--data-dir="], Err(ArgsError::NoValue("--data-dir")));
        check(&["--profile", "../up"], Err(ArgsError::ProfileName));
        check(&["--profile", ""], Err(ArgsError::ProfileName));
        check(
            &["--profile", "a", "--data-dir", "b"],
            Err(ArgsError::Twice),
        );
        check(
            &["conclave://join"],
            Err(ArgsError::Unknown("conclave://join".into())),
        );
    }
}
