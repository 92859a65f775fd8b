//! One profile from start to quit: nothing yet, locked, or open. Locking drops the engine and with
//! it every key.

mod card;
mod cell;
mod joining;
mod keeping;
pub mod machine;
mod pairing;
mod paper;
mod passphrase;
mod recovering;
mod setup;
mod start_over;
mod syncing;
mod unlock;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use conclave_core::{id::InviteId, remote::Remote};
use conclave_crypto::{KdfParams, Own0Seed};
use conclave_store::Store;

pub(crate) use card::Card;
pub(crate) use cell::EngineCell;
pub(crate) use keeping::REQUEST;
pub(crate) use paper::Packed;
pub(crate) use setup::{KIT, OWN0, check_name};
pub use syncing::SyncEvent;

use crate::{
    api::{
        AppError, Code, Person, Role,
        app::{
            AppState, Keychain as KeychainView, KeychainKind, KeychainState, LockReason, Os, Phase,
            TeamView,
        },
        settings::{Look, Prefs},
    },
    clipboard::Clipboard,
    clock::Clock,
    engine::{Engine, Shelf},
    inbox::Inbox,
    keychain::{Keychain, KeychainError},
    secret_file::SecretFile,
    session::{
        cell::Slot,
        joining::Joining,
        pairing::{Adding, Pairing},
        recovering::Recovering,
        setup::Setup,
        syncing::Syncing,
    },
};

/// Told to the window when something changed without its asking.
pub type Listener = Arc<dyn Fn(SyncEvent) + Send + Sync>;

/// What an app is started with.
pub struct Config {
    /// The profile's folder.
    pub folder: PathBuf,
    /// The OS keychain, where there is one.
    pub keychain: Option<Arc<dyn Keychain>>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// For new profiles.
    pub kdf: KdfParams,
    /// For invitations' codes; the format fixes it, tests do not wait for it.
    pub invite_kdf: KdfParams,
    /// Who is told of changes.
    pub listener: Listener,
}

/// What changes with the phase, apart from the engine.
#[derive(Default)]
struct Inner {
    store: Option<Store>,
    card: Option<Card>,
    lock_reason: Option<LockReason>,
    failures: u32,
    wait_until_ms: u64,
    setup: Setup,
    joining: Option<Joining>,
    recovering: Option<Recovering>,
    last_resort: Option<Arc<Own0Seed>>,
    adding: Option<Adding>,
    pairing: Option<Pairing>,
    inboxes: BTreeMap<InviteId, Inbox>,
    syncing: Option<Syncing>,
    keychain_on: bool,
    problem: Option<AppError>,
    last_touch_ms: u64,
}

/// One profile from start to quit.
pub struct App {
    config: Config,
    pub(crate) engine: Arc<EngineCell>,
    pub(crate) clipboard: Clipboard,
    inner: Arc<Mutex<Inner>>,
    runtime: tokio::runtime::Runtime,
}

impl App {
    /// Starts on a profile's folder, which may be empty.
    ///
    /// A profile that cannot be opened is no error here: [`Self::problem`] has it.
    ///
    /// # Errors
    /// [`Code::Internal`] where the system gives no threads.
    pub fn start(config: Config) -> Result<Self, AppError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("conclave-sync")
            .enable_all()
            .build()
            .map_err(|e| AppError::new(Code::Internal, e))?;
        let listener = Arc::clone(&config.listener);
        let clipboard = Clipboard::new(move || listener(SyncEvent::ClipboardCleared));
        let mut inner = Inner {
            card: Card::read(&config.folder),
            ..Inner::default()
        };
        match Store::open(&config.folder) {
            Ok(store) => {
                inner.keychain_on = store.header().has_keychain();
                inner.store = Some(store);
                inner.lock_reason = Some(LockReason::Start);
            }
            Err(conclave_store::StoreError::NoProfile) => inner.card = None,
            // The window says so; a person who clicks sees no standard error.
            Err(error) => inner.problem = Some(error.into()),
        }
        Ok(Self {
            engine: Arc::default(),
            clipboard,
            inner: Arc::new(Mutex::new(inner)),
            runtime,
            config,
        })
    }

    /// Starts the app of another person of the sample team: in another folder, without a keychain
    /// and with nobody to tell.
    pub(crate) fn start_beside(&self, folder: PathBuf) -> Result<Self, AppError> {
        Self::start(Config {
            folder,
            keychain: None,
            clock: Arc::clone(&self.config.clock),
            kdf: self.config.kdf,
            invite_kdf: self.config.invite_kdf,
            listener: Arc::new(|_| {}),
        })
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Why the profile cannot be opened: [`Code::AlreadyRunning`], [`Code::DatabaseDamaged`],
    /// [`Code::DatabaseNewer`] and the like. Nothing was changed, and nothing else works then.
    #[must_use]
    pub fn problem(&self) -> Option<AppError> {
        self.inner().problem.clone()
    }

    /// The profile's folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.config.folder
    }

    /// Holds the last-resort sheet's seed while its dialog is open; wiped at the latest by locking.
    pub(crate) fn hold_last_resort(&self, seed: Own0Seed) {
        let open = !self.engine.glance().is_closed();
        self.inner().last_resort = open.then(|| Arc::new(seed));
    }

    /// The seed for one use. Whoever forgets it meanwhile has it wiped when that use ends.
    pub(crate) fn last_resort(&self) -> Option<Arc<Own0Seed>> {
        self.inner().last_resort.clone()
    }

    pub(crate) fn forget_last_resort(&self) {
        self.inner().last_resort = None;
    }

    pub(crate) fn now(&self) -> u64 {
        self.config.clock.now_ms()
    }

    /// Does something with the open engine, then wakes the syncing if something was written.
    ///
    /// # Errors
    /// [`Code::Locked`], or what the work says.
    pub(crate) fn with<T>(
        &self,
        work: impl FnOnce(&mut Engine) -> Result<T, AppError>,
    ) -> Result<T, AppError> {
        let mut cell = self.engine.lock();
        let engine = cell.engine_mut().ok_or(Code::Locked)?;
        let before = (engine.pending(), engine.generation());
        let result = work(engine);
        let (wrote, changed) = (engine.pending() > before.0, engine.generation() != before.1);
        drop(cell);
        if wrote && let Some(syncing) = &self.inner().syncing {
            syncing.edited();
        }
        if changed {
            // Counts and names beside the thing that changed are the window's too.
            (self.config.listener)(SyncEvent::Changed);
        }
        result
    }

    /// Does something with the list, which is there before the rest of the engine.
    ///
    /// # Errors
    /// [`Code::Locked`].
    pub(crate) fn with_list<T>(
        &self,
        work: impl FnOnce(&mut Shelf, u64) -> T,
    ) -> Result<T, AppError> {
        match &mut *self.engine.glance() {
            Slot::Open(engine) => {
                let generation = engine.generation();
                Ok(work(&mut engine.shelf, generation))
            }
            Slot::Opening(shelf) => Ok(work(shelf, 0)),
            Slot::Closed => Err(Code::Locked.into()),
        }
    }

    pub(crate) fn remote(&self) -> Option<Arc<dyn Remote>> {
        self.inner().syncing.as_ref().map(Syncing::remote)
    }

    /// What is known of an inbox; given back with [`Self::keep_inbox`].
    pub(crate) fn inbox(&self, id: InviteId) -> Inbox {
        self.inner().inboxes.remove(&id).unwrap_or_default()
    }

    /// Remembers an inbox until the profile is locked.
    pub(crate) fn keep_inbox(&self, id: InviteId, inbox: Inbox) {
        self.inner().inboxes.insert(id, inbox);
    }

    pub(crate) fn prefs(&self) -> Prefs {
        self.inner()
            .card
            .as_ref()
            .map(|card| card.prefs.clone())
            .unwrap_or_default()
    }

    pub(crate) fn card_storage(&self) -> Option<crate::api::Storage> {
        self.inner().card.as_ref().map(|card| card.storage.clone())
    }

    pub(crate) fn set_prefs(&self, prefs: Prefs) -> Result<(), AppError> {
        let mut inner = self.inner();
        let card = inner.card.as_mut().ok_or(Code::Locked)?;
        card.prefs = prefs;
        card.write(&self.config.folder)
            .map_err(|e| AppError::new(Code::DiskFull, e.kind()))
    }

    pub(crate) const fn invite_kdf(&self) -> KdfParams {
        self.config.invite_kdf
    }

    /// Runs a storage call to its end on this thread.
    pub(crate) fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    /// The place of the device secret: the keychain, or a file where there is none.
    fn secrets(&self, in_file: bool) -> Arc<dyn Keychain> {
        match (&self.config.keychain, in_file) {
            (Some(keychain), false) => Arc::clone(keychain),
            _ => Arc::new(SecretFile::new(&self.config.folder)),
        }
    }

    pub(crate) fn keychain_view(&self) -> KeychainView {
        let kind = match std::env::consts::OS {
            "macos" => KeychainKind::TouchId,
            "windows" => KeychainKind::WindowsHello,
            _ => KeychainKind::SystemPassword,
        };
        let unavailable = match &self.config.keychain {
            None => Some(KeychainError::Unavailable),
            Some(keychain) => keychain.describe().unavailable,
        };
        let on = self.inner().keychain_on;
        let state = match unavailable {
            Some(_) => KeychainState::Unavailable,
            None if on => KeychainState::On,
            None => KeychainState::Off,
        };
        let reason = unavailable.map(|why| {
            crate::api::Text::plain(match why {
                KeychainError::Denied => "keychain_reason_locked",
                KeychainError::Unavailable => "keychain_reason_no_service",
                _ => "keychain_reason_refused",
            })
        });
        KeychainView {
            state,
            kind,
            reason,
        }
    }

    /// All that the frame of the window needs.
    #[must_use]
    pub fn state(&self) -> AppState {
        let open = self.engine.glance().front();
        let keychain = self.keychain_view();
        let now = self.now();
        let inner = self.inner();
        let phase = match (&open, &inner.store) {
            (Some(front), _) if front.member => Phase::Unlocked,
            (Some(_), _) => Phase::Waiting,
            (None, Some(_)) => Phase::Locked,
            (None, None) => Phase::FirstRun,
        };
        let card = inner.card.as_ref();
        AppState {
            phase,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            os: os(),
            team: card.map(|c| TeamView {
                id: c.team.clone(),
                name: c.team_name.clone(),
            }),
            me: card.map(|c| Person {
                user: c.user.clone(),
                name: c.person_name.clone(),
                colour: c.colour,
                me: true,
            }),
            device_name: card.map_or_else(host_name, |c| c.device_name.clone()),
            person_name_hint: String::new(),
            lock_reason: if phase == Phase::Locked {
                inner.lock_reason
            } else {
                None
            },
            lock_idle_min: card.map_or(Prefs::default().lock_idle_min, |c| c.prefs.lock_idle_min),
            unlock_wait_s: wait_s(inner.wait_until_ms, now),
            keychain,
            look: card.map_or_else(Look::default, |c| c.prefs.look.clone()),
            recovery_saved: open.as_ref().is_none_or(|front| !front.sheets_due.kit),
            team_sheet_saved: open.as_ref().is_none_or(|front| !front.sheets_due.team),
            has_draft: open.as_ref().is_some_and(|front| front.has_draft),
            my_role: open.as_ref().and_then(|front| front.role).map(Role::from),
            removed: open.as_ref().is_some_and(|front| front.out),
            removed_by: open.as_ref().and_then(|front| front.out_by.clone()),
            read_only: open
                .as_ref()
                .and_then(|front| match front {
                    front if front.ended => Some("read_only_ended"),
                    front if front.needs_update => Some("read_only_update"),
                    _ => None,
                })
                .map(crate::api::Text::plain),
            clipboard_limited: std::env::var_os("WAYLAND_DISPLAY").is_some()
                && std::env::var("XDG_CURRENT_DESKTOP").is_ok_and(|d| d.contains("GNOME")),
        }
    }
}

fn wait_s(until_ms: u64, now_ms: u64) -> u32 {
    u32::try_from(until_ms.saturating_sub(now_ms).div_ceil(1000)).unwrap_or(u32::MAX)
}

const fn os() -> Os {
    if cfg!(target_os = "macos") {
        Os::Macos
    } else if cfg!(windows) {
        Os::Windows
    } else {
        Os::Linux
    }
}

/// A name for this device until its person gives it one.
fn host_name() -> String {
    let from_env = std::env::var("COMPUTERNAME").or_else(|_| std::env::var("HOSTNAME"));
    let named = from_env.or_else(|_| std::fs::read_to_string("/etc/hostname"));
    named.map(|name| name.trim().to_owned()).unwrap_or_default()
}
