//! From the command line to the event loop.

use std::{
    ffi::OsString,
    fs,
    io::Write,
    process::ExitCode,
    sync::{Arc, OnceLock},
};

use conclave_app::{
    KdfParams,
    api::{Code, app::LockReason},
    clock::SystemClock,
    demo,
    keychain::{Keychain, OsKeychain},
    session::{App, Config, SyncEvent},
};
use tauri::{AppHandle, Emitter, Manager, RunEvent, WindowEvent};

use super::{
    args::{self, Request},
    drop, idle,
    instance::{self, Bell, Heard},
    lock, machine,
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
        Ok(Request::Read(read)) => match machine::read(&read) {
            Ok(value) => say(&value),
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
    let mut context = tauri::generate_context!();
    // The plug-in below and macOS's and Windows's own bookkeeping go by this name, so a profile
    // of its own needs a name of its own.
    let config = context.config_mut();
    config.identifier = profile.instance_name(&config.identifier);
    let bell = Bell::new(&config.identifier);
    let heard = bell.ring();
    if heard == Heard::Another {
        return ExitCode::SUCCESS;
    }
    conclave_app::log::start(profile.dir());
    tracing::info!(version = env!("CARGO_PKG_VERSION"), "started");
    let events: Arc<OnceLock<AppHandle>> = Arc::default();
    let vault = loop {
        let vault = match App::start(config_of(&profile, Arc::clone(&events))) {
            Ok(vault) => vault,
            Err(error) => return complain(&error, 1),
        };
        // An app gives its profile back last, after its name.
        let problem = vault.problem().map(|problem| problem.code);
        let ending = heard == Heard::Nobody && problem == Some(Code::AlreadyRunning);
        if !ending || !bell.wait() {
            break Arc::new(vault);
        }
        if bell.ring() == Heard::Another {
            return ExitCode::SUCCESS;
        }
    };
    // What WebKit left behind at the last start holds nothing that is needed.
    let _ = fs::remove_dir_all(profile.webview_dir());
    if let Some(place) = profile.demo() {
        let _ = say("A sample team is being made…\n");
        if let Err(error) = demo::fill(&vault, place) {
            return complain(&error, 1);
        }
        let _ = say(&format!("Its passphrase: {}\n", demo::PASSPHRASE));
    }
    let quitting = Arc::clone(&vault);
    let mut builder = tauri::Builder::default();
    // It would end this start because of an app that does not answer; the window says better.
    if heard != Heard::Silence {
        builder = builder.plugin(tauri_plugin_single_instance::init(|app, _args, _dir| {
            instance::answer(app);
        }));
    }
    let app = builder
        .plugin(tauri_plugin_dialog::init())
        .manage(profile)
        .manage(Arc::clone(&vault))
        .manage(lock::Pending::default())
        .invoke_handler(commands::handler())
        .setup(move |app| {
            let _ = events.set(app.handle().clone());
            idle::watch(app.handle().clone(), vault);
            window::open(app.handle(), None)?;
            Ok(())
        })
        .build(context);
    match app {
        Ok(app) => {
            app.run(move |app, event| {
                // From here on there is no window to raise: whoever starts again is the first.
                if is_last(&event) {
                    tauri_plugin_single_instance::destroy(app);
                }
                if matches!(event, RunEvent::Exit) {
                    quitting.lock(LockReason::Manual);
                    // Not by its destructor: the process ends without running any.
                    if let Some(place) = app.state::<Profile>().demo() {
                        let _ = fs::remove_dir_all(place);
                    }
                }
                lock::on_event(app, &event);
                drop::on_event(app, &event);
            });
            ExitCode::SUCCESS
        }
        Err(error) => complain(&error, 1),
    }
}

/// Whether the app is ending: its only window closes, or it was told to.
fn is_last(event: &RunEvent) -> bool {
    let RunEvent::WindowEvent { label, event, .. } = event else {
        return matches!(event, RunEvent::Exit);
    };
    label == window::MAIN && matches!(event, WindowEvent::CloseRequested { .. })
}

fn config_of(profile: &Profile, events: Arc<OnceLock<AppHandle>>) -> Config {
    let keychain = OsKeychain::new("Conclave");
    // Where there is no keychain the person is told so and the profile says it, for good.
    let usable = profile.demo().is_none() && keychain.describe().unavailable.is_none();
    Config {
        folder: profile.dir().to_owned(),
        keychain: usable.then(|| Arc::new(keychain) as Arc<dyn Keychain>),
        clock: Arc::new(SystemClock),
        kdf: match profile.demo() {
            Some(_) => KdfParams::FLOOR,
            None => KdfParams::DEFAULT,
        },
        invite_kdf: KdfParams::INVITE,
        listener: Arc::new(move |event| {
            if let Some(app) = events.get() {
                tell(app, event);
            }
        }),
    }
}

/// Passes a change on to the page.
fn tell(app: &AppHandle, event: SyncEvent) {
    let vault = app.state::<Arc<App>>();
    let told = match event {
        SyncEvent::ClipboardCleared => app.emit(
            "clipboard",
            serde_json::json!({ "state": "cleared", "clears_in_s": 0 }),
        ),
        _ => app
            .emit("sync-status", vault.sync_status())
            .and_then(|()| app.emit("state-changed", vault.state()))
            .and_then(|()| {
                let items = serde_json::json!({ "generation": vault.generation(), "items": null });
                app.emit("items-changed", items)
            })
            .and_then(|()| app.emit("vaults-changed", ()))
            .and_then(|()| app.emit("people-changed", ())),
    };
    if let Err(error) = told {
        tracing::warn!(%error, "the page could not be told of a change");
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
