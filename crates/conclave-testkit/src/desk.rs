//! A desktop session of its own: a home, a session bus and a real GNOME Keyring, for one person.
//!
//! Two people on one machine must not meet in `$HOME`, on the bus or in the keyring, and no test
//! may touch those of whoever runs it. Everything ends and is removed when the value is dropped.
//! Linux only; `cargo xtask test` installs what this needs.

use std::{
    ffi::OsStr,
    fs,
    io::{self, BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

/// How the person's keyring stands when the session begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keyring {
    /// Opened by the login, as on most desktops.
    Unlocked,
    /// Not installed.
    Absent,
}

/// One person's session. The processes end when this is dropped.
#[derive(Debug)]
pub struct Desk {
    home: TempDir,
    bus: Option<Running>,
    keyring: Option<Running>,
}

/// A child process that is killed, and waited for, when it is dropped.
#[derive(Debug)]
struct Running(Child);

impl Desk {
    /// Starts a session bus and the keyring.
    ///
    /// # Errors
    /// When `dbus-daemon` or `gnome-keyring-daemon` is missing or does not come up.
    pub fn start(keyring: Keyring) -> io::Result<Self> {
        let mut desk = Self::without_bus()?;
        desk.bus = Some(desk.start_bus()?);
        if keyring == Keyring::Unlocked {
            desk.keyring = Some(desk.start_keyring(true)?);
        }
        Ok(desk)
    }

    /// Closes the keyring, as after a new start of the machine without a login at a screen.
    ///
    /// # Errors
    /// When the keyring does not come back.
    pub fn lock_keyring(&mut self) -> io::Result<()> {
        self.keyring = None;
        self.wait_for_secrets(false)?;
        self.keyring = Some(self.start_keyring(false)?);
        Ok(())
    }

    /// A home without a session: no bus, so no keyring.
    ///
    /// # Errors
    /// When no directory can be made.
    pub fn without_bus() -> io::Result<Self> {
        let home = tempfile::Builder::new().prefix("desk-").tempdir()?;
        fs::create_dir(home.path().join("run"))?;
        make_private(&home.path().join("run"))?;
        Ok(Self {
            home,
            bus: None,
            keyring: None,
        })
    }

    /// The person's home directory.
    #[must_use]
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// A command that runs in this session and knows nothing of the session of whoever runs it.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "a test runs the programs a person would"
    )]
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        for name in FOREIGN {
            command.env_remove(name);
        }
        command
            .env("HOME", self.home())
            .env("XDG_RUNTIME_DIR", self.run_dir());
        match self.bus {
            Some(_) => command.env("DBUS_SESSION_BUS_ADDRESS", self.bus_address()),
            // An address where nothing listens. Without one, libraries start a bus by themselves.
            None => command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent"),
        };
        command
    }

    /// What lies in the keyring's files, to look for what must not lie there in the clear.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn keyring_files(&self) -> io::Result<Vec<Vec<u8>>> {
        let folder = self.home().join(".local/share/keyrings");
        fs::read_dir(folder)?
            .map(|entry| fs::read(entry?.path()))
            .collect()
    }

    fn run_dir(&self) -> PathBuf {
        self.home().join("run")
    }

    fn bus_address(&self) -> String {
        format!("unix:path={}", self.run_dir().join("bus").display())
    }

    fn start_bus(&self) -> io::Result<Running> {
        let mut child = self
            .command("dbus-daemon")
            .args(["--session", "--nofork", "--nopidfile", "--print-address=1"])
            .arg(format!("--address={}", self.bus_address()))
            .env_remove("DBUS_SESSION_BUS_ADDRESS")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|e| missing("dbus-daemon", &e))?;
        let stdout = child.stdout.take();
        let bus = Running(child);
        // It prints its address once it listens.
        let mut line = String::new();
        if let Some(stdout) = stdout {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        if line.is_empty() {
            return Err(io::Error::other("dbus-daemon did not start"));
        }
        Ok(bus)
    }

    fn start_keyring(&self, unlock: bool) -> io::Result<Running> {
        let mut command = self.command("gnome-keyring-daemon");
        command.args(["--foreground", "--components=secrets"]);
        if unlock {
            command.arg("--unlock");
        }
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|e| missing("gnome-keyring-daemon", &e))?;
        let stdin = child.stdin.take();
        let keyring = Running(child);
        // The password of the login; the end of the input ends it.
        if let (true, Some(mut stdin)) = (unlock, stdin) {
            stdin.write_all(b"login password of a test")?;
        }
        // A client that comes too early makes the bus start a second, locked keyring.
        self.wait_for_secrets(true)?;
        Ok(keyring)
    }

    /// Waits until the Secret Service is on the bus, or no longer is.
    fn wait_for_secrets(&self, there: bool) -> io::Result<()> {
        let start = Instant::now();
        while self.has_secrets()? != there {
            if start.elapsed() > Duration::from_secs(20) {
                return Err(io::Error::other("the keyring did not come up"));
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    fn has_secrets(&self) -> io::Result<bool> {
        let output = self
            .command("dbus-send")
            .args([
                "--session",
                "--print-reply=literal",
                "--dest=org.freedesktop.DBus",
            ])
            .args(["/org/freedesktop/DBus", "org.freedesktop.DBus.NameHasOwner"])
            .arg("string:org.freedesktop.secrets")
            .output()
            .map_err(|e| missing("dbus-send", &e))?;
        Ok(String::from_utf8_lossy(&output.stdout).contains("true"))
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        // The keyring first: without its bus it would complain and linger.
        self.keyring = None;
        self.bus = None;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself, which is just as well.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What ties a process to the session of the person who runs the tests.
const FOREIGN: &[&str] = &[
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "DBUS_SESSION_BUS_ADDRESS",
    "GNOME_KEYRING_CONTROL",
    "SSH_AUTH_SOCK",
    "XAUTHORITY",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_STATE_HOME",
    "XDG_CURRENT_DESKTOP",
    "XDG_SESSION_TYPE",
];

fn missing(program: &str, error: &io::Error) -> io::Error {
    let text = format!("{program}: {error} (`cargo xtask test` installs what tests need)");
    io::Error::new(error.kind(), text)
}

#[cfg(unix)]
fn make_private(dir: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(dir, fs::Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
fn make_private(_dir: &Path) -> io::Result<()> {
    Ok(())
}
