//! The command line: where the app's data lies, or what a machine reads.
//!
//! Arguments may come from a link or another program, so nothing here acts on them beyond
//! choosing a folder; what a machine reads needs the machine's own key.

use std::{ffi::OsString, path::PathBuf};

use conclave_app::session::machine::Wanted;

/// Shown by `--help` and after a mistake.
pub(crate) const USAGE: &str = "\
Usage: conclave [--data-dir DIR | --profile NAME | --demo]
       conclave read --key FILE --folder DIR [--state DIR] VAULT TITLE [FIELD]

  --data-dir DIR   keep everything of this profile in DIR
  --profile NAME   a named profile in the usual place (letters, digits, - and _)
  --demo           a filled sample team in a temporary folder, gone when the app closes
  --version        print the version
  --help           print this

read prints one value for a program, by a machine's key, and records the use.
  --key FILE       the machine's key, as it was saved; - reads it from standard input
  --folder DIR     the team's folder
  --state DIR      where the machine keeps its sealed copy; otherwise the usual place
  FIELD            username, url, or a field's own name; otherwise the main secret
";

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Request {
    Open(Place),
    Read(Read),
    Version,
    Help,
}

/// What a machine is to read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Read {
    /// The key's file; none: standard input.
    pub(crate) key: Option<PathBuf>,
    pub(crate) folder: PathBuf,
    pub(crate) state: Option<PathBuf>,
    pub(crate) wanted: Wanted,
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
    #[error("an argument is there twice, or two that exclude each other")]
    Twice,
    #[error("unknown argument: {0}")]
    Unknown(String),
    #[error("read needs --key, --folder, the vault's name and the item's title")]
    Incomplete,
}

/// Reads the arguments after the program's name.
pub(crate) fn parse(args: impl Iterator<Item = OsString>) -> Result<Request, ArgsError> {
    let mut place = None;
    let mut args = args.peekable();
    if args.next_if(|arg| arg == "read").is_some() {
        return read(args).map(Request::Read);
    }
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

fn read(mut args: impl Iterator<Item = OsString>) -> Result<Read, ArgsError> {
    let (mut key, mut folder, mut state) = (None, None, None);
    let mut words = Vec::new();
    while let Some(arg) = args.next() {
        let text = arg.to_string_lossy().into_owned();
        let (into, name) = match text.as_str() {
            "--key" => (&mut key, "--key"),
            "--folder" => (&mut folder, "--folder"),
            "--state" => (&mut state, "--state"),
            _ if text.starts_with("--") => return Err(ArgsError::Unknown(text)),
            _ => {
                words.push(text);
                continue;
            }
        };
        if into.replace(path(args.next(), name)?).is_some() {
            return Err(ArgsError::Twice);
        }
    }
    let mut words = words.into_iter();
    let (Some(key), Some(folder), Some(vault), Some(title), field, None) = (
        key,
        folder,
        words.next(),
        words.next(),
        words.next(),
        words.next(),
    ) else {
        return Err(ArgsError::Incomplete);
    };
    Ok(Read {
        key: (key.as_os_str() != "-").then_some(key),
        folder,
        state,
        wanted: Wanted {
            vault,
            title,
            field,
        },
    })
}

fn folder(value: Option<OsString>) -> Result<Place, ArgsError> {
    path(value, "--data-dir").map(Place::Folder)
}

fn path(value: Option<OsString>, name: &'static str) -> Result<PathBuf, ArgsError> {
    match value {
        Some(value) if !value.is_empty() => Ok(value.into()),
        _ => Err(ArgsError::NoValue(name)),
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
    fn what_a_machine_reads() {
        let wanted = |field: Option<&str>| Wanted {
            vault: "Production".into(),
            title: "Postgres primary".into(),
            field: field.map(str::to_owned),
        };
        let line = ["read", "--key", "-", "--folder", "/team", "Production"];
        let with = |rest: &[&'static str]| [&line[..], rest].concat();
        let read = |state: Option<&str>, field| {
            Ok(Request::Read(Read {
                key: None,
                folder: "/team".into(),
                state: state.map(PathBuf::from),
                wanted: wanted(field),
            }))
        };
        check(&with(&["Postgres primary"]), read(None, None));
        check(
            &with(&["Postgres primary", "username", "--state", "/s"]),
            read(Some("/s"), Some("username")),
        );
        check(&line, Err(ArgsError::Incomplete));
        check(&with(&["a", "b", "c"]), Err(ArgsError::Incomplete));
        check(&with(&["a", "--folder", "/x"]), Err(ArgsError::Twice));
        check(&with(&["a", "--state"]), Err(ArgsError::NoValue("--state")));
        check(&with(&["--demo"]), Err(ArgsError::Unknown("--demo".into())));
        check(&["read"], Err(ArgsError::Incomplete));
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
