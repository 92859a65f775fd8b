//! What a person may paste into a report: counts and versions, no names, no paths, no secrets.

use crate::{
    api::{AppError, settings::DiagnosticsCopied},
    convert::count,
    session::App,
};

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

    /// The diagnostics.
    #[must_use]
    pub fn diagnostics(&self) -> String {
        let sync = self.sync_status();
        let mut lines = vec![
            format!("Conclave {}", env!("CARGO_PKG_VERSION")),
            format!("system {} {}", std::env::consts::OS, std::env::consts::ARCH),
            format!("sync {:?}, {} waiting", sync.state, sync.pending),
        ];
        if let Some(engine) = self.engine.lock().as_ref() {
            let replica = engine.replica();
            lines.push(format!("entries {}", replica.entries().count()));
            lines.push(format!("logs {}", replica.ends().len()));
            lines.push(format!("items {}", engine.rows().len()));
            lines.push(format!("forked logs {}", replica.rights().forks().len()));
            lines.push(format!("complaints {}", replica.complaints().len()));
            lines.push(format!("alarms {}", engine.alarms.len()));
        }
        lines.join("\n")
    }
}
