//! Opening and closing: passphrase, keychain, lock.

use std::sync::{Arc, PoisonError};

use conclave_core::id::TeamId;
use conclave_crypto::{KeychainKey, LocalMasterKey};
use conclave_store::Store;

use super::{App, SyncEvent};
use crate::{
    api::{
        AppError, Code,
        app::{AppState, Keychain as KeychainView, LockReason},
    },
    engine::{Engine, HighWater, Opening, Shelf, Unopened},
    keychain::{Keychain, KeychainError},
    random,
};

/// Attempts that cost nothing.
const FREE_ATTEMPTS: u32 = 4;

/// The keychain's account of a profile's device secret.
pub(super) fn device_account(profile: &[u8; 16]) -> String {
    format!("conclave/{}/device", hex::encode(profile))
}

/// The keychain's account of the key that unlocks without a passphrase.
pub(super) fn unlock_account(profile: &[u8; 16]) -> String {
    format!("conclave/{}/unlock", hex::encode(profile))
}

/// The keychain's account of how far the own log has come.
pub(super) fn high_water_account(profile: &[u8; 16]) -> String {
    format!("conclave/{}/high-water", hex::encode(profile))
}

/// Where the keychain remembers how far this device's log has come. It is a help, and no more: a
/// keychain that does not answer keeps nobody from working.
#[derive(Clone)]
pub(super) struct Watermark {
    secrets: Arc<dyn Keychain>,
    account: String,
}

impl Watermark {
    fn kept(&self) -> Option<HighWater> {
        let bytes = self.secrets.get(&self.account).ok().flatten()?;
        HighWater::decode(&bytes)
    }

    pub(super) fn keep(&self, mark: HighWater) {
        if self.secrets.set(&self.account, &mark.encode()).is_err() {
            tracing::warn!("the keychain does not remember how far this device has come");
        }
    }
}

impl App {
    /// Unlocks with the passphrase.
    ///
    /// # Errors
    /// [`Code::WrongPassphrase`] with `wait_s`, [`Code::Wait`], [`Code::KeychainMissing`] when the
    /// device secret is gone.
    pub fn unlock(&self, passphrase: &[u8]) -> Result<AppState, AppError> {
        let now = self.now();
        let store = {
            let mut inner = self.inner();
            if inner.wait_until_ms > now {
                let wait = super::wait_s(inner.wait_until_ms, now);
                return Err(AppError::from(Code::Wait).arg("wait_s", wait));
            }
            inner.store.take().ok_or(Code::Busy)?
        };
        // The key derivation takes its second without any lock held.
        match self.master_key(store.header(), passphrase) {
            Ok(lmk) => self.open_with(store, lmk),
            Err(error) => {
                let mut inner = self.inner();
                inner.store = Some(store);
                if error.code != Code::WrongPassphrase {
                    return Err(error);
                }
                inner.failures += 1;
                let over = inner.failures.saturating_sub(FREE_ATTEMPTS);
                let wait_s = if over == 0 { 0 } else { 1_u64 << over.min(6) };
                inner.wait_until_ms = now + wait_s * 1000;
                Err(error.arg("wait_s", wait_s))
            }
        }
    }

    /// Unlocks with the keychain alone, where that was switched on.
    ///
    /// # Errors
    /// [`Code::KeychainDenied`], [`Code::KeychainUnavailable`].
    pub fn unlock_keychain(&self) -> Result<AppState, AppError> {
        let keychain = self
            .config
            .keychain
            .clone()
            .ok_or(Code::KeychainUnavailable)?;
        let store = self.inner().store.take().ok_or(Code::Busy)?;
        let key = keychain
            .get(&unlock_account(store.header().profile()))
            .map_err(AppError::from)
            .and_then(|secret| secret.ok_or_else(|| Code::KeychainDenied.into()))
            .and_then(|secret| {
                KeychainKey::from_slice(&secret).map_err(|_| Code::KeychainDenied.into())
            })
            .and_then(|key| {
                let opened = store.header().unwrap_keychain(&key);
                opened.map_err(|_| Code::KeychainDenied.into())
            });
        match key {
            Ok(lmk) => self.open_with(store, lmk),
            Err(error) => {
                self.inner().store = Some(store);
                Err(error)
            }
        }
    }

    fn open_with(&self, store: Store, lmk: LocalMasterKey) -> Result<AppState, AppError> {
        let open = match store.unlock(lmk, random::os()) {
            Ok(open) => open,
            Err((store, error)) => {
                self.inner().store = Some(store);
                return Err(error.into());
            }
        };
        match Opening::begin(open, Arc::clone(&self.config.clock)) {
            Ok((opening, shelf)) => self.open_rest(opening, shelf)?,
            Err(unopened) => return Err(self.not_opened(unopened)),
        }
        let state = self.state();
        // Where the log turned out damaged as fast as that, this is the answer.
        self.problem().map_or(Ok(state), Err)
    }

    /// Reads the team's log: beside the list, which is shown meanwhile, or first, where nobody
    /// has let this person in as far as the last session knew.
    fn open_rest(&self, opening: Opening, shelf: Shelf) -> Result<(), AppError> {
        let team = opening.team();
        let mark = self.watermark(opening.profile());
        if !shelf.frame.member {
            let opened = opening.read().and_then(|ready| ready.open(shelf));
            let mut engine = opened.map_err(|unopened| self.not_opened(unopened))?;
            if let Some(kept) = mark.kept() {
                engine.compare(kept);
            }
            self.begin_session(engine);
            return Ok(());
        }
        self.engine.opening(shelf);
        self.begun(team, mark.clone());
        let (cell, inner) = (Arc::clone(&self.engine), Arc::clone(&self.inner));
        let listener = Arc::clone(&self.config.listener);
        self.runtime.spawn_blocking(move || {
            let (ready, kept) = (opening.read(), mark.kept());
            cell.settle(|shelf| {
                let failed = match ready.and_then(|ready| ready.open(shelf)) {
                    Ok(mut engine) => {
                        if let Some(kept) = kept {
                            engine.compare(kept);
                        }
                        return Some(engine);
                    }
                    Err(failed) => failed,
                };
                // The list was fine and the log is not: the window says so from now on.
                let mut inner = inner.lock().unwrap_or_else(PoisonError::into_inner);
                inner.store = failed.store.lock().ok();
                inner.problem = Some(failed.error.into());
                None
            });
            listener(SyncEvent::Changed);
        });
        Ok(())
    }

    pub(super) fn watermark(&self, profile: &[u8; 16]) -> Watermark {
        let inner = self.inner();
        let in_file = inner.card.as_ref().is_some_and(|card| card.secret_in_file);
        drop(inner);
        Watermark {
            secrets: self.secrets(in_file),
            account: high_water_account(profile),
        }
    }

    fn not_opened(&self, unopened: Unopened) -> AppError {
        self.inner().store = unopened.store.lock().ok();
        unopened.error.into()
    }

    /// Takes an engine into use.
    pub(super) fn begin_session(&self, engine: Engine) {
        let (team, mark) = (engine.team, self.watermark(engine.store.header().profile()));
        self.engine.put(engine);
        self.begun(team, mark);
    }

    fn begun(&self, team: TeamId, mark: Watermark) {
        {
            let mut inner = self.inner();
            (inner.failures, inner.wait_until_ms, inner.lock_reason) = (0, 0, None);
            inner.last_touch_ms = self.config.clock.now_ms();
        }
        tracing::info!("unlocked");
        self.start_syncing(team, mark);
    }

    /// Locks: ends syncing, clears the clipboard, wipes every key.
    pub fn lock(&self, reason: LockReason) {
        self.clipboard.clear_now();
        self.device_cancel();
        let syncing = self.inner().syncing.take();
        if let Some(syncing) = syncing {
            syncing.stop();
        }
        let engine = self.engine.take();
        let end = engine.as_ref().and_then(Engine::high_water);
        let profile = engine
            .as_ref()
            .map(|engine| *engine.store.header().profile());
        if let (Some(end), Some(profile)) = (end, profile) {
            let mark = self.watermark(&profile);
            self.runtime.spawn_blocking(move || mark.keep(end));
        }
        let mut inner = self.inner();
        inner.setup = super::Setup::default();
        (inner.joining, inner.recovering, inner.pairing) = (None, None, None);
        inner.inboxes.clear();
        inner.last_resort = None;
        if let Some(engine) = engine {
            tracing::info!(?reason, "locked");
            inner.lock_reason = Some(reason);
            inner.store = engine.into_store().lock().ok();
        }
    }

    /// The person is there.
    pub fn touch(&self) {
        let now = self.now();
        self.inner().last_touch_ms = now;
    }

    /// Seconds until the idle lock, if the profile is open; the shell asks every few seconds. A
    /// tick that comes late by more than half a minute means that the computer slept.
    #[must_use]
    pub fn idle_left_s(&self) -> Option<u64> {
        if self.engine.glance().is_closed() {
            return None;
        }
        let now = self.now();
        let inner = self.inner();
        let idle_min = inner.card.as_ref()?.prefs.lock_idle_min;
        let due = inner.last_touch_ms + u64::from(idle_min) * 60_000;
        Some(due.saturating_sub(now) / 1000)
    }

    /// Switches unlocking by the keychain on: an explicit act, with the passphrase.
    ///
    /// # Errors
    /// [`Code::WrongPassphrase`], or what the keychain says.
    pub fn keychain_enable(&self, passphrase: &[u8]) -> Result<KeychainView, AppError> {
        let keychain = self
            .config
            .keychain
            .clone()
            .ok_or(Code::KeychainUnavailable)?;
        let header = self.with(|engine| Ok(engine.store.header().clone()))?;
        self.master_key(&header, passphrase)?;
        self.with(|engine| {
            let mut header = engine.store.header().clone();
            let key = KeychainKey::random(&mut random::os());
            // EXPOSE: the keychain is where this key lies.
            keychain.set(&unlock_account(header.profile()), key.expose_secret())?;
            header.wrap_keychain(&key, engine.store.master_key(), &mut random::os());
            Ok(engine.store.set_header(header)?)
        })?;
        self.inner().keychain_on = true;
        Ok(self.keychain_view())
    }

    /// Switches unlocking by the keychain off.
    ///
    /// # Errors
    /// What the store or the keychain says.
    pub fn keychain_disable(&self) -> Result<KeychainView, AppError> {
        let keychain = self.config.keychain.clone();
        self.with(|engine| {
            let mut header = engine.store.header().clone();
            header.remove_keychain();
            let account = unlock_account(header.profile());
            engine.store.set_header(header)?;
            keychain.map_or(Ok(()), |k| k.delete(&account))?;
            Ok(())
        })?;
        self.inner().keychain_on = false;
        Ok(self.keychain_view())
    }
}

impl From<KeychainError> for AppError {
    fn from(error: KeychainError) -> Self {
        let code = match error {
            KeychainError::Unavailable => Code::KeychainUnavailable,
            KeychainError::Denied => Code::KeychainDenied,
            _ => Code::KeychainUnavailable,
        };
        Self::new(code, error)
    }
}
