//! Starting other programs: shown before they run, and an error when they fail.

use std::{
    error::Error,
    ffi::OsStr,
    path::{Path, PathBuf},
    process::Command,
};

/// What a task comes to. The text is for the person at the terminal.
pub(crate) type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// A cargo command in the root of the repository.
pub(crate) fn cargo() -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(crate::repo::root());
    command
}

/// An npm command in `ui/`.
pub(crate) fn npm() -> Command {
    let mut command = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    command.current_dir(crate::repo::root().join("ui"));
    command
}

/// Shows and runs `command`.
pub(crate) fn run(command: &mut Command) -> Outcome {
    println!("$ {}", line(command));
    let status = command
        .status()
        .map_err(|e| failed(command, &e.to_string()))?;
    if status.success() {
        Ok(())
    } else {
        Err(failed(command, &status.to_string()))
    }
}

/// Runs `command` and gives what it printed, without showing it.
pub(crate) fn output(command: &mut Command) -> Outcome<String> {
    let output = command
        .output()
        .map_err(|e| failed(command, &e.to_string()))?;
    if !output.status.success() {
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(failed(command, &format!("{}\n{told}", output.status)));
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// Where `program` lies in `PATH`, if it does.
pub(crate) fn which(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let name = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&path)
        .map(|dir| dir.join(&name))
        .find(|file| file.is_file())
}

/// The value after the option `name`, taken out of `args`.
pub(crate) fn option(args: &[String], name: &str) -> Outcome<(Option<String>, Vec<String>)> {
    let mut rest = args.to_vec();
    let Some(at) = rest.iter().position(|arg| arg == name) else {
        return Ok((None, rest));
    };
    if at + 1 >= rest.len() {
        return Err(format!("{name} needs a value").into());
    }
    rest.remove(at);
    let value = rest.remove(at);
    Ok((Some(value), rest))
}

/// Whether the switch `name` is among `args`, and the others.
pub(crate) fn switch(args: &[String], name: &str) -> (bool, Vec<String>) {
    let rest: Vec<String> = args.iter().filter(|arg| *arg != name).cloned().collect();
    (rest.len() < args.len(), rest)
}

/// Refuses arguments that nobody took.
pub(crate) fn nothing_left(rest: &[String]) -> Outcome {
    match rest.first() {
        None => Ok(()),
        Some(arg) => Err(format!("unknown argument: {arg}").into()),
    }
}

fn failed(command: &Command, why: &str) -> Box<dyn Error> {
    format!("`{}`: {why}", line(command)).into()
}

fn line(command: &Command) -> String {
    let program = Path::new(command.get_program())
        .file_name()
        .unwrap_or_default();
    let words = std::iter::once(program)
        .chain(command.get_args())
        .map(OsStr::to_string_lossy);
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn options_are_taken_out() {
        let (value, rest) = option(&args("--json --only p1"), "--only").unwrap();
        assert_eq!((value.as_deref(), rest), (Some("p1"), args("--json")));
        assert!(option(&args("--only"), "--only").is_err());
        assert_eq!(switch(&args("--json x"), "--json"), (true, args("x")));
        assert!(nothing_left(&args("x")).is_err());
    }
}
