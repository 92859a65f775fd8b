//! Settings, and the recovery sheet.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use conclave_core::id::TeamId;
use conclave_store::Reader;
use zeroize::Zeroizing;

use crate::{
    api::{
        AppError, Code, Storage,
        app::AppState,
        people::CodeCopied,
        settings::{Prefs, RecoverySaved, Settings},
    },
    engine::Engine,
    recovery::{self, Sheet},
    session::{App, KIT, OWN0},
};

/// Which two words are asked back, from 0; the same ones each time, so that reading the sheet
/// twice gives no new chance to guess.
const ASKED: [usize; 2] = [4, 16];

/// Does a store still hold the recovery seeds?
pub(crate) fn recovery_kept(store: &Reader, team: &TeamId) -> bool {
    let seed = store.value(Some(team), KIT);
    seed.is_ok_and(|seed| seed.is_some())
}

impl Engine {
    /// The recovery seeds are still here: the sheet was not saved yet.
    #[must_use]
    pub fn recovery_pending(&self) -> bool {
        recovery_kept(&self.store, &self.team)
    }

    fn seed(&self, name: &str) -> Result<Option<Zeroizing<[u8; 32]>>, AppError> {
        let row = self.store.value(Some(&self.team), name)?;
        let seed = row.map(|row| <[u8; 32]>::try_from(row.as_slice()).map(Zeroizing::new));
        seed.transpose().map_err(|_| Code::DatabaseDamaged.into())
    }
}

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

    /// Draws the recovery sheet into a file that the person chose.
    ///
    /// # Errors
    /// [`Code::NotFound`] when it was saved and confirmed before; what the disk says.
    pub fn recovery_sheet_save(&self, path: &Path) -> Result<RecoverySaved, AppError> {
        let state = self.state();
        let (kit, own0) = self.with(|engine| Ok((engine.seed(KIT)?, engine.seed(OWN0)?)))?;
        let kit = kit.ok_or(Code::NotFound)?;
        let day = day(self.now());
        let html = recovery::page(&Sheet {
            team: state.team.as_ref().map_or("", |t| &t.name),
            person: state.me.as_ref().map_or("", |m| &m.name),
            day: &day,
            kit: &kit,
            own0: own0.as_deref(),
        });
        write_whole(path, html.as_bytes()).map_err(|e| AppError::new(Code::DiskFull, e.kind()))?;
        let ask = ASKED
            .iter()
            .map(|place| u32::try_from(place + 1).unwrap_or(0))
            .collect();
        Ok(RecoverySaved {
            path: path.display().to_string(),
            ask,
        })
    }

    /// Two words of the sheet, asked back: right, and the seeds are wiped from this computer.
    ///
    /// # Errors
    /// [`Code::RecoveryWordsWrong`].
    pub fn recovery_confirm(&self, words: &str) -> Result<AppState, AppError> {
        self.with(|engine| {
            let kit = engine.seed(KIT)?.ok_or(Code::NotFound)?;
            let sheet = recovery::to_words(&kit);
            let asked: Vec<&str> = ASKED
                .iter()
                .filter_map(|at| sheet.get(*at).copied())
                .collect();
            let words = Zeroizing::new(words.to_lowercase());
            if !words.split_whitespace().eq(asked) {
                return Err(Code::RecoveryWordsWrong.into());
            }
            let team = engine.team;
            engine
                .store
                .transaction(|tx| {
                    tx.delete_value(Some(&team), KIT)?;
                    tx.delete_value(Some(&team), OWN0)
                })
                .map_err(|e: conclave_store::StoreError| AppError::from(e))?;
            // No earlier version of the wiped rows stays in the write-ahead log.
            Ok(engine.store.checkpoint()?)
        })?;
        Ok(self.state())
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

/// Writes a file that is for this account alone, whole or not at all.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let unfinished: PathBuf = path.with_file_name(name);
    // Left by a try that was cut short; whatever it is, nothing is written into it.
    let _ = std::fs::remove_file(&unfinished);
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    // The words on it open everything: they are for nobody else on this computer.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let write = || {
        let mut file = options.open(&unfinished)?;
        std::io::Write::write_all(&mut file, bytes)?;
        file.sync_all()?;
        std::fs::rename(&unfinished, path)
    };
    let written = write();
    if written.is_err() {
        // No half of a sheet stays behind.
        let _ = std::fs::remove_file(&unfinished);
    }
    written
}

/// `YYYY-MM-DD` in UTC (Howard Hinnant's days-to-civil).
fn day(ms: u64) -> String {
    let days = i64::try_from(ms / 86_400_000).unwrap_or(0) + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_sheet_that_cannot_be_written_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        // A folder that is not empty stands where the file should be.
        let place = folder.path().join("sheet.html");
        std::fs::create_dir_all(place.join("inside")).unwrap();
        assert!(super::write_whole(&place, b"words").is_err());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);

        let place = folder.path().join("other.html");
        std::fs::write(folder.path().join("other.html.part"), b"old").unwrap();
        super::write_whole(&place, b"words").unwrap();
        assert_eq!(std::fs::read(&place).unwrap(), b"words");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn days() {
        for (ms, want) in [
            (0, "1970-01-01"),
            (951_782_400_000, "2000-02-29"),
            (1_795_478_400_000, "2026-11-24"),
        ] {
            assert_eq!(super::day(ms), want);
        }
    }
}
