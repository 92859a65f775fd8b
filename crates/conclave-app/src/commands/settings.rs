//! Settings, and what is copied from outside of items.

use std::time::Duration;

use zeroize::Zeroizing;

use crate::{
    api::{
        AppError, Storage,
        people::CodeCopied,
        settings::{Prefs, Settings},
    },
    engine::Engine,
    session::App,
};

impl App {
    /// Settings with what stands beside them.
    #[must_use]
    pub fn settings(&self) -> Settings {
        Settings {
            prefs: self.prefs(),
            keychain: self.keychain_view(),
            storage: self.storage(),
            data_dir: self.folder().display().to_string(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }

    /// Changes what a person can choose; values are clamped to what there is.
    ///
    /// # Errors
    /// What the disk says.
    pub fn settings_set(&self, prefs: &Prefs) -> Result<Settings, AppError> {
        let mut prefs = prefs.clone();
        prefs.look.text_percent = prefs.look.text_percent.clamp(90, 130);
        prefs.lock_idle_min = prefs.lock_idle_min.clamp(1, 60);
        prefs.clipboard_clear_s = prefs.clipboard_clear_s.clamp(10, 90);
        self.set_prefs(prefs)?;
        Ok(self.settings())
    }

    /// Copies text that is no secret.
    ///
    /// # Errors
    /// [`Code::ClipboardUnavailable`].
    pub fn text_copy(&self, text: &str) -> Result<(), AppError> {
        Ok(self.clipboard.copy_text(text)?)
    }

    /// Copies a secret that the person just made or was just shown, and clears it after a while.
    ///
    /// # Errors
    /// [`Code::ClipboardUnavailable`].
    pub fn secret_copy(&self, secret: &Zeroizing<String>) -> Result<CodeCopied, AppError> {
        let keep = self.prefs().clipboard_clear_s;
        self.clipboard
            .copy_secret(secret, Duration::from_secs(u64::from(keep)))?;
        Ok(CodeCopied { clears_in_s: keep })
    }

    /// Whether sleep locks.
    #[must_use]
    pub fn locks_on_sleep(&self) -> bool {
        self.prefs().lock_on_sleep
    }

    /// Rises with every change that a view may show.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.engine.glance().engine().map_or(0, Engine::generation)
    }

    /// Where the team's files are kept.
    #[must_use]
    pub fn storage(&self) -> Storage {
        self.card_storage().unwrap_or(Storage::None)
    }
}
