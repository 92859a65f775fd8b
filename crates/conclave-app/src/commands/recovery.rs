//! The recovery sheets: saved where the person says, asked back, and only then wiped from here.

use std::path::Path;

use conclave_core::id::TeamId;
use conclave_store::Reader;
use zeroize::Zeroizing;

use crate::{
    api::{
        AppError, Code,
        app::AppState,
        recovery::{RecoverySaved, SheetKind},
    },
    engine::Engine,
    recovery,
    session::{App, KIT, OWN0},
    sheet::{self, Sheet},
    whole_file,
};

/// Which two words are asked back, from 0; the same ones each time, so that reading the sheet
/// twice gives no new chance to guess.
const ASKED: [usize; 2] = [4, 16];

/// Which seeds a store still holds: their sheets were not saved yet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct SheetsDue {
    /// The person's own.
    pub(crate) kit: bool,
    /// The team's last resort.
    pub(crate) team: bool,
}

impl SheetsDue {
    pub(crate) fn of(store: &Reader, team: &TeamId) -> Self {
        let kept = |name| matches!(store.value(Some(team), name), Ok(Some(_)));
        Self {
            kit: kept(KIT),
            team: kept(OWN0),
        }
    }
}

const fn row(kind: SheetKind) -> &'static str {
    match kind {
        SheetKind::Kit => KIT,
        SheetKind::Team => OWN0,
    }
}

impl Engine {
    /// Which sheets were not saved yet.
    pub(crate) fn sheets_due(&self) -> SheetsDue {
        SheetsDue::of(&self.store, &self.team)
    }

    fn seed(&self, kind: SheetKind) -> Result<Zeroizing<[u8; 32]>, AppError> {
        let row = self.store.value(Some(&self.team), row(kind))?;
        let row = row.ok_or(Code::NotFound)?;
        let seed = <[u8; 32]>::try_from(row.as_slice());
        Ok(Zeroizing::new(seed.map_err(|_| Code::DatabaseDamaged)?))
    }
}

impl App {
    /// Draws a sheet into a file that the person chose.
    ///
    /// # Errors
    /// [`Code::NotFound`] when it was saved and confirmed before, or is somebody else's to save;
    /// what the disk says.
    pub fn recovery_sheet_save(
        &self,
        kind: SheetKind,
        path: &Path,
    ) -> Result<RecoverySaved, AppError> {
        let state = self.state();
        let seed = self.with(|engine| engine.seed(kind))?;
        let day = day(self.now());
        let pdf = sheet::pdf(&Sheet {
            kind,
            team: state.team.as_ref().map_or("", |t| &t.name),
            person: state.me.as_ref().map_or("", |m| &m.name),
            day: &day,
            seed: &seed,
        });
        whole_file::write(path, &pdf)?;
        let ask = ASKED
            .iter()
            .map(|place| u32::try_from(place + 1).unwrap_or(0))
            .collect();
        Ok(RecoverySaved {
            path: path.display().to_string(),
            ask,
        })
    }

    /// Two words of a sheet, asked back: right, and its seed is wiped from this computer. The
    /// other sheet's stays.
    ///
    /// # Errors
    /// [`Code::RecoveryWordsWrong`].
    pub fn recovery_confirm(&self, kind: SheetKind, words: &str) -> Result<AppState, AppError> {
        self.with(|engine| {
            let seed = engine.seed(kind)?;
            let sheet = recovery::to_words(&seed);
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
                .transaction(|tx| tx.delete_value(Some(&team), row(kind)))
                .map_err(|e: conclave_store::StoreError| AppError::from(e))?;
            // No earlier version of the wiped row stays in the write-ahead log.
            Ok(engine.store.checkpoint()?)
        })?;
        Ok(self.state())
    }
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
