//! The log: what happened, in counts and codes, so that a report can be helped without names.
//!
//! Only this project's own events are written, and of their fields only numbers and codes: no text
//! that could name somebody, a place or a thing. Two files of at most a megabyte are kept; nothing is ever sent anywhere.

use std::{
    fmt::{self, Write as _},
    fs::{self, File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt},
    util::SubscriberInitExt,
};

use crate::clock::{Clock, SystemClock};

/// The size at which a file becomes the older one.
const FULL: u64 = 1024 * 1024;
/// The fields whose text is a code of this program; every other text is left out.
const CODES: [&str; 3] = ["state", "reason", "version"];
/// How much of the newest file goes into diagnostics.
const TAIL: u64 = 16 * 1024;

/// Where the newest lines are, below the profile's folder.
#[must_use]
pub fn newest(profile: &Path) -> PathBuf {
    profile.join("logs").join("conclave.log")
}

/// Writes from now on. A second call, and a folder that cannot be written, change nothing: an app
/// without a log is still an app.
pub fn start(profile: &Path) {
    if let Ok(file) = Rotating::open(&newest(profile)) {
        let layer = Redacted {
            file: Mutex::new(file),
        };
        let _ = tracing_subscriber::registry().with(layer).try_init();
    }
}

/// The last lines, for diagnostics; empty where there are none.
#[must_use]
pub fn last_lines(profile: &Path, count: usize) -> Vec<String> {
    let read = || -> io::Result<String> {
        let mut file = File::open(newest(profile))?;
        let len = file.metadata()?.len();
        file.seek(SeekFrom::Start(len.saturating_sub(TAIL)))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    };
    let text = read().unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let from = lines.len().saturating_sub(count);
    lines.into_iter().skip(from).map(str::to_owned).collect()
}

/// A file that becomes the older one when it is full.
struct Rotating {
    path: PathBuf,
    file: File,
    len: u64,
}

impl Rotating {
    fn open(path: &Path) -> io::Result<Self> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut options = OpenOptions::new();
        options.create(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path)?;
        let len = file.metadata()?.len();
        Ok(Self {
            path: path.to_owned(),
            file,
            len,
        })
    }

    fn write_line(&mut self, line: &str) -> io::Result<()> {
        if self.len > FULL {
            fs::rename(&self.path, self.path.with_extension("log.old"))?;
            *self = Self::open(&self.path)?;
        }
        self.file.write_all(line.as_bytes())?;
        self.len += line.len() as u64;
        Ok(())
    }
}

struct Redacted {
    file: Mutex<Rotating>,
}

impl<S: Subscriber> Layer<S> for Redacted {
    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        // What others log is theirs to word, so it stays out.
        metadata.target().starts_with("conclave") && *metadata.level() <= Level::INFO
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut line = Line(String::new());
        let seconds = SystemClock.now_ms() / 1000;
        let metadata = event.metadata();
        let _ = write!(
            line.0,
            "{seconds} {} {}",
            metadata.level(),
            metadata.target()
        );
        event.record(&mut line);
        line.0.push('\n');
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        // A log that cannot be written is no reason to stop anything.
        let _ = file.write_line(&line.0);
    }
}

/// A line that is being put together.
struct Line(String);

impl Visit for Line {
    fn record_bool(&mut self, field: &Field, value: bool) {
        let _ = write!(self.0, " {}={value}", field.name());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        let _ = write!(self.0, " {}={value}", field.name());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        let _ = write!(self.0, " {}={value}", field.name());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let _ = match field.name() {
            // A literal of this code.
            "message" => write!(self.0, " {value:?}"),
            name if CODES.contains(&name) => write!(self.0, " {name}={value:?}"),
            // It may say anything, and what it says may name somebody.
            name => write!(self.0, " {name}=…"),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_events_are_written_others_are_not_and_files_stay_small() {
        let profile = tempfile::tempdir().unwrap();
        let file = Rotating::open(&newest(profile.path())).unwrap();
        let layer = Redacted {
            file: Mutex::new(file),
        };
        let subscriber = tracing_subscriber::registry().with(layer);
        tracing::subscriber::with_default(subscriber, || {
            tracing::info!(target: "conclave_app", count = 3, state = ?Level::INFO, name = "Ana", "synced");
            tracing::info!(target: "hyper", "GET https://example.org");
            tracing::debug!(target: "conclave_app", "too much");
        });
        let lines = last_lines(profile.path(), 10);
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(
            lines[0].ends_with("INFO conclave_app synced count=3 state=Level(Info) name=…"),
            "{lines:?}"
        );

        let mut file = Rotating::open(&newest(profile.path())).unwrap();
        let long = "x".repeat(64 * 1024);
        for _ in 0..40 {
            file.write_line(&long).unwrap();
        }
        let size = |path: PathBuf| fs::metadata(path).unwrap().len();
        assert!(size(newest(profile.path())) <= FULL + 64 * 1024);
        assert!(size(newest(profile.path()).with_extension("log.old")) <= FULL + 128 * 1024);
    }
}
