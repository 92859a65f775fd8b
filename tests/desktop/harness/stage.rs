//! The virtual screen that all windows of one test share.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::Arc,
};

use conclave_testkit::desk::{Desk, Keyring};

use super::Person;

/// A virtual screen. It goes dark when the stage and everybody on it are dropped.
#[derive(Debug)]
pub(crate) struct Stage(Arc<Screen>);

/// A running X server.
#[derive(Debug)]
pub(crate) struct Screen {
    server: Child,
    name: String,
}

impl Stage {
    /// Starts a screen that several windows fit on.
    pub(crate) fn start() -> Self {
        let mut server = Command::new("Xvfb")
            .args([
                "-displayfd",
                "1",
                "-screen",
                "0",
                "1600x1000x24",
                "-nolisten",
                "tcp",
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|e| panic!("Xvfb: {e}"));
        let mut number = String::new();
        BufReader::new(server.stdout.take().unwrap())
            .read_line(&mut number)
            .unwrap();
        let screen = Screen {
            server,
            name: format!(":{}", number.trim()),
        };
        assert!(!number.trim().is_empty(), "Xvfb did not start");
        Self(Arc::new(screen))
    }

    /// A person with a home, a session bus and an unlocked keyring. Names are for pictures.
    pub(crate) fn person(&self, name: &str) -> Person {
        let desk = Desk::start(Keyring::Unlocked).unwrap_or_else(|e| panic!("{name}'s desk: {e}"));
        Person::new(name, desk, Arc::clone(&self.0))
    }

    /// A person whom the permissions of files keep from writing, whoever runs the tests.
    pub(crate) fn obeying_person(&self, name: &str) -> Person {
        self.person(name).obeying()
    }

    /// A person without a session, and so without a keyring, as on a bare window manager.
    pub(crate) fn person_without_keyring(&self, name: &str) -> Person {
        let desk = Desk::without_bus().unwrap_or_else(|e| panic!("{name}'s desk: {e}"));
        Person::new(name, desk, Arc::clone(&self.0))
    }
}

impl Screen {
    /// The value of `DISPLAY`.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
