//! One person at one computer.

use std::{
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};

use conclave_testkit::desk::Desk;

use super::{app::App, driven_app, group::Group, shut_app, stage::Screen, stretched_app};

/// A person: a home directory, a session bus, a keyring, and a data directory of the app. All of
/// it lasts as long as the person, over as many starts of the app as a test wants.
#[derive(Debug)]
pub(crate) struct Person {
    name: String,
    desk: Desk,
    screen: Arc<Screen>,
    /// Whether what this person starts obeys the permissions of files even for the system's own
    /// account, under which tests may run.
    obeys: bool,
}

impl Person {
    pub(super) fn new(name: &str, desk: Desk, screen: Arc<Screen>) -> Self {
        Self {
            name: name.to_owned(),
            desk,
            screen,
            obeys: false,
        }
    }

    /// The same person, for whom a folder that may not be written cannot be.
    pub(super) fn obeying(mut self) -> Self {
        self.obeys = true;
        self
    }

    /// The name, for pictures.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The screen, as `DISPLAY` names it.
    pub(crate) fn display(&self) -> &str {
        self.screen.name()
    }

    /// The session, for a look at the keyring's files.
    pub(crate) fn desk(&self) -> &Desk {
        &self.desk
    }

    /// Where the app keeps this person's data.
    pub(crate) fn data_dir(&self) -> PathBuf {
        self.desk.home().join("conclave")
    }

    /// Opens the app under WebDriver, with this person's data.
    pub(crate) async fn open(&self) -> App<'_> {
        App::open(self, &driven_app()).await
    }

    /// Opens the app in the language that takes more room.
    pub(crate) async fn open_stretched(&self) -> App<'_> {
        App::open(self, &stretched_app()).await
    }

    /// Starts the app as people get it, with its data in `dir`, driven by nobody.
    pub(crate) fn start_shut(&self, dir: &Path) -> Group {
        Group::start(self.command(&shut_app()).arg("--data-dir").arg(dir))
    }

    /// A command in this person's session, with the screen.
    pub(crate) fn command(&self, program: &Path) -> Command {
        let root = std::fs::metadata("/proc/self").unwrap().uid() == 0;
        let mut command = if self.obeys && root {
            let mut command = self.desk.command("setpriv");
            command.arg("--bounding-set=-dac_override,-dac_read_search");
            command.arg(program);
            command
        } else {
            self.desk.command(program)
        };
        command
            .env("DISPLAY", self.screen.name())
            .env("GDK_BACKEND", "x11")
            // Nobody listens for accessibility events here.
            .env("NO_AT_BRIDGE", "1")
            // With that renderer off, WebDriver's picture of the page never comes.
            .env("WEBKIT_DISABLE_DMABUF_RENDERER", "0");
        command
    }
}
