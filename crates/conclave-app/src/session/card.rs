//! What can be read while locked: whose profile this is, how the window looks, where the team's
//! folder is. A plain file beside the database; nothing of it is secret, all of it is checked.

use std::{fs, io, path::Path};

use serde::{Deserialize, Serialize};

use crate::api::{Storage, settings::Prefs};

const FILE: &str = "profile.json";
const MAX: u64 = 64 * 1024;

/// The profile's card.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Card {
    pub(crate) team: String,
    pub(crate) team_name: String,
    pub(crate) user: String,
    pub(crate) person_name: String,
    pub(crate) colour: u8,
    pub(crate) device_name: String,
    pub(crate) prefs: Prefs,
    pub(crate) storage: Storage,
    /// The device secret lies in a file, as there was no keychain.
    pub(crate) secret_in_file: bool,
}

impl Card {
    pub(crate) fn read(folder: &Path) -> Option<Self> {
        let path = folder.join(FILE);
        if fs::metadata(&path).ok()?.len() > MAX {
            return None;
        }
        serde_json::from_slice(&fs::read(path).ok()?).ok()
    }

    pub(crate) fn delete(folder: &Path) -> io::Result<()> {
        match fs::remove_file(folder.join(FILE)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    pub(crate) fn write(&self, folder: &Path) -> io::Result<()> {
        let unfinished = folder.join("profile.json.new");
        let bytes = serde_json::to_vec_pretty(self)?;
        fs::write(&unfinished, bytes)?;
        fs::File::open(&unfinished)?.sync_all()?;
        fs::rename(unfinished, folder.join(FILE))
    }
}
