//! What a person may paste into a report: counts and versions, no names, no paths, no secrets.

use crate::{
    api::{AppError, settings::DiagnosticsCopied},
    convert::count,
    log,
    session::App,
};

/// How much of the log goes along.
const LOG_LINES: usize = 60;

impl App {
    /// Copies the diagnostics.
    ///
    /// # Errors
    /// [`Code::ClipboardUnavailable`](crate::api::Code::ClipboardUnavailable).
    pub fn diagnostics_copy(&self) -> Result<DiagnosticsCopied, AppError> {
        let text = self.diagnostics();
        self.clipboard.copy_text(&text)?;
        Ok(DiagnosticsCopied {
            lines: count(text.lines().count()),
        })
    }

    /// Copies what is known of why writing stopped: ids and numbers, no names and no secrets.
    ///
    /// # Errors
    /// [`Code::ClipboardUnavailable`](crate::api::Code::ClipboardUnavailable).
    pub fn stop_details_copy(&self) -> Result<(), AppError> {
        let mut lines = Vec::new();
        if let Some(engine) = self.engine.lock().engine() {
            lines.push(format!("team {}", engine.team));
            lines.extend(engine.stopped().map(|stop| format!("stopped: {stop:?}")));
            lines.extend(engine.alarms.iter().map(|alarm| format!("{alarm:?}")));
            let ends = engine.replica().ends();
            let ends = ends.iter();
            lines.extend(ends.map(|(log, (seq, hash))| format!("log {log} seq {seq} {hash}")));
        }
        Ok(self.clipboard.copy_text(&lines.join("\n"))?)
    }

    /// The diagnostics.
    #[must_use]
    pub fn diagnostics(&self) -> String {
        let sync = self.sync_status();
        let mut lines = vec![
            format!("Conclave {}", env!("CARGO_PKG_VERSION")),
            format!("system {} {}", std::env::consts::OS, std::env::consts::ARCH),
            format!("sync {:?}, {} waiting", sync.state, sync.pending),
        ];
        if let Some(engine) = self.engine.lock().engine() {
            let replica = engine.replica();
            lines.push(format!("entries {}", replica.entries().count()));
            lines.push(format!("logs {}", replica.ends().len()));
            lines.push(format!("items {}", engine.rows().len()));
            lines.push(format!("forked logs {}", replica.rights().forks().len()));
            lines.push(format!("complaints {}", replica.complaints().count()));
            lines.push(format!("alarms {}", engine.alarms.len()));
        }
        lines.extend(log::last_lines(self.folder(), LOG_LINES));
        lines.join("\n")
    }
}
