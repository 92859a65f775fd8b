//! A virtual screen, for machines without one.

use std::{
    env,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::sh::{self, Outcome};

/// A running X server without a screen. It ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Display {
    server: Child,
    name: String,
}

/// Whether a window could be shown on this machine as it is.
pub(crate) fn is_there() -> bool {
    let set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
    cfg!(not(target_os = "linux")) || set("DISPLAY") || set("WAYLAND_DISPLAY")
}

impl Display {
    /// Starts one, under a number that is free.
    pub(crate) fn start() -> Outcome<Self> {
        let mut server = Command::new("Xvfb")
            .args([
                "-displayfd",
                "1",
                "-screen",
                "0",
                "1400x900x24",
                "-nolisten",
                "tcp",
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|e| format!("Xvfb: {e}"))?;
        let mut number = String::new();
        if let Some(stdout) = server.stdout.take() {
            // It writes its number once it takes connections.
            BufReader::new(stdout).read_line(&mut number)?;
        }
        let display = Self {
            server,
            name: format!(":{}", number.trim()),
        };
        if number.trim().is_empty() {
            return Err("Xvfb did not start".into());
        }
        Ok(display)
    }

    /// Makes `command` show its windows here and nowhere else.
    pub(crate) fn show(&self, command: &mut Command) {
        command
            .env("DISPLAY", &self.name)
            .env_remove("WAYLAND_DISPLAY");
    }

    /// Waits until the screen shows something that holds still, and leaves its picture in `file`.
    pub(crate) fn picture(&self, file: &Path, patience: Duration) -> Outcome {
        let empty = self.shoot(file)?.len();
        let start = Instant::now();
        let mut before = Vec::new();
        loop {
            thread::sleep(Duration::from_millis(700));
            let now = self.shoot(file)?;
            // A page with text makes a picture several times the size of a bare surface.
            if now == before && now.len() > empty * 4 {
                return Ok(());
            }
            if start.elapsed() > patience {
                return Err("the window shows nothing".into());
            }
            before = now;
        }
    }

    fn shoot(&self, file: &Path) -> Outcome<Vec<u8>> {
        let mut scrot = Command::new("scrot");
        self.show(scrot.args(["--overwrite", "--silent"]).arg(file));
        sh::output(&mut scrot)?;
        Ok(std::fs::read(file)?)
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        // It may be gone already, which is just as well.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
