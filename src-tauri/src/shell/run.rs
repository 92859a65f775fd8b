//! From the command line to the event loop.

use std::{ffi::OsString, fs, io::Write, process::ExitCode};

use super::{
    args::{self, Request},
    lock,
    profile::Profile,
    window,
};
use crate::commands;

/// Opens the app as `args` ask, and comes back when it has closed.
pub(crate) fn start(args: impl Iterator<Item = OsString>) -> ExitCode {
    match args::parse(args) {
        Ok(Request::Open(place)) => match Profile::open(&place) {
            Ok(profile) => open(profile),
            Err(error) => complain(&error, 1),
        },
        Ok(Request::Version) => say(&format!("conclave {}\n", env!("CARGO_PKG_VERSION"))),
        Ok(Request::Help) => say(args::USAGE),
        Err(error) => {
            let code = complain(&error, 2);
            let _ = std::io::stderr().write_all(args::USAGE.as_bytes());
            code
        }
    }
}

fn open(profile: Profile) -> ExitCode {
    // What WebKit left behind at the last start holds nothing that is needed.
    let _ = fs::remove_dir_all(profile.webview_dir());
    let mut context = tauri::generate_context!();
    // The plug-in below and macOS's and Windows's own bookkeeping go by this name, so a profile
    // of its own needs a name of its own.
    let config = context.config_mut();
    config.identifier = profile.instance_name(&config.identifier);
    let app = tauri::Builder::default()
        .plugin(tauri_plugin_single_instance::init(|app, _args, _dir| {
            window::raise(app);
        }))
        .manage(profile)
        .manage(lock::Pending::default())
        .invoke_handler(commands::handler())
        .setup(|app| {
            window::open(app.handle(), None)?;
            Ok(())
        })
        .build(context);
    match app {
        Ok(app) => {
            app.run(|app, event| lock::on_event(app, &event));
            ExitCode::SUCCESS
        }
        Err(error) => complain(&error, 1),
    }
}

fn say(text: &str) -> ExitCode {
    match std::io::stdout().write_all(text.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn complain(error: &dyn std::error::Error, code: u8) -> ExitCode {
    let mut text = format!("conclave: {error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    // Nobody may be listening; the exit code says it too.
    let _ = writeln!(std::io::stderr(), "{text}");
    ExitCode::from(code)
}
