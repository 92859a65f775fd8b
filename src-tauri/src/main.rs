//! The desktop shell: opens the window and passes its commands to the use cases.
//!
//! Nothing here decides anything about vaults, people or keys; that is what `conclave-app` is for.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod commands;
mod shell;

use std::process::ExitCode;

fn main() -> ExitCode {
    // First of all, while there is one thread: the environment can still be changed.
    shell::env::prepare();
    shell::start(std::env::args_os().skip(1))
}
