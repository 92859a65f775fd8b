//! Deleting this computer's copy, so that it can be set up anew: by whoever waits and gives up, has
//! forgotten the passphrase, or is out.

use super::{
    App, Card,
    unlock::{device_account, high_water_account, unlock_account},
};
use crate::{
    api::{
        AppError, Code,
        app::{AppState, LockReason, StartOver},
    },
    engine::Engine,
};

impl App {
    /// Deletes the profile: what never left this computer is gone then. Somebody whom nobody has
    /// let in yet has nothing there; everybody else types the team's name, locked or not.
    ///
    /// # Errors
    /// [`Code::NotAllowed`] for another name; what the disk refuses.
    pub fn start_over(&self, request: &StartOver) -> Result<AppState, AppError> {
        let waits = |engine: &Engine| !engine.is_member() && !engine.is_ended();
        let waits = self.engine.lock().engine().is_some_and(waits);
        let (named, in_file) = {
            let inner = self.inner();
            let card = inner.card.as_ref();
            let name = card.map(|card| card.team_name.trim().to_owned());
            let typed = request
                .team_name
                .as_ref()
                .map(|name| name.trim().to_owned());
            let in_file = card.is_some_and(|card| card.secret_in_file);
            (typed.is_some() && typed == name, in_file)
        };
        if !waits && !named {
            return Err(Code::NotAllowed.into());
        }
        self.lock(LockReason::Manual);
        let folder = &self.config.folder;
        // Before the database: where it does not succeed all of this can be tried again.
        crate::engine::forget_files(folder).map_err(|e| AppError::new(Code::DiskFull, e.kind()))?;
        let store = self.inner().store.take().ok_or(Code::Busy)?;
        let profile = *store.header().profile();
        store.erase()?;
        {
            let mut inner = self.inner();
            (inner.card, inner.keychain_on) = (None, false);
        }
        Card::delete(folder).map_err(|e| AppError::new(Code::DiskFull, e.kind()))?;
        // What is left in a keychain that refuses opens nothing any more.
        let secrets = self.secrets(in_file);
        let accounts = [
            device_account(&profile),
            unlock_account(&profile),
            high_water_account(&profile),
        ];
        for account in accounts {
            if secrets.delete(&account).is_err() {
                tracing::warn!("a keychain entry of a deleted profile could not be removed");
            }
        }
        Ok(self.state())
    }
}
