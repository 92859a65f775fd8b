//! `run`: from a fresh clone to the open app.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command},
    time::Duration,
};

use crate::{
    display::{self, Display},
    repo,
    setup::{self, Need},
    sh::{self, Outcome},
    ui,
};

/// Installs what is missing, builds, opens the app, and comes back when it has closed.
pub(crate) fn run(args: &[String]) -> Outcome {
    let (demo, rest) = sh::switch(args, "--demo");
    let (data_dir, rest) = sh::option(&rest, "--data-dir")?;
    sh::nothing_left(&rest)?;

    let screen = display::is_there();
    setup::system(if screen {
        &[Need::Build]
    } else {
        &[Need::Build, Need::Display]
    })?;
    ui::build()?;
    sh::run(sh::cargo().args(["build", "--workspace", "--bin", "conclave"]))?;

    let mut app = Command::new(program());
    if demo {
        app.arg("--demo");
    }
    if let Some(dir) = data_dir {
        app.args(["--data-dir".into(), absolute(&dir)?]);
    }
    if screen {
        return sh::run(&mut app);
    }
    println!("There is no display here, so the app opens on a virtual one.");
    let picture = repo::target().join("conclave.png");
    photograph(&mut app, &picture)?;
    println!(
        "Its picture is {}. Nobody can use a virtual display, so it was closed again.",
        picture.display()
    );
    Ok(())
}

/// Where `cargo build` leaves the app.
pub(crate) fn program() -> PathBuf {
    repo::target().join(format!("debug/conclave{}", std::env::consts::EXE_SUFFIX))
}

/// Opens `app` on a virtual display, leaves a picture in `file`, and closes it.
fn photograph(app: &mut Command, file: &Path) -> Outcome {
    let display = Display::start()?;
    display.show(app.env("NO_AT_BRIDGE", "1"));
    let mut running = Closing(app.spawn()?);
    let outcome = display.picture(file, Duration::from_secs(30));
    if let Some(status) = running.0.try_wait()? {
        return Err(format!("the app ended by itself: {status}").into());
    }
    outcome
}

/// The app, ended when this is dropped.
struct Closing(Child);

impl Drop for Closing {
    fn drop(&mut self) {
        // It may have ended by itself, which is reported elsewhere.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The app is started from here, but a person's relative path should not depend on that.
fn absolute(dir: &str) -> Outcome<std::ffi::OsString> {
    fs::create_dir_all(dir)?;
    Ok(fs::canonicalize(dir)?.into_os_string())
}
