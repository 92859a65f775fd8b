//! Background syncing of an open profile, and what the footer says of it.

use std::{path::PathBuf, sync::Arc};

use conclave_core::{id::TeamId, remote::Remote};
use conclave_remote::{WatchOptions, watch};
use conclave_sync::{Handle, Pace, Problem, State, Status, Stop, Syncer, background};

use super::{App, unlock::Watermark};
use crate::{
    api::{
        AppError, Code, Storage, Text,
        sync::{StopFact, StopKind, StopView, StorageView, SyncState, SyncView},
    },
    clock::Clock,
    engine::{Engine, EngineError},
};

/// How long a day that is over may go unnoticed where nothing else happens.
const HOUR: std::time::Duration = std::time::Duration::from_hours(1);

/// Something changed without the window's asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SyncEvent {
    /// Entries came in, or went out.
    Changed,
    /// A copied secret was cleared.
    ClipboardCleared,
}

/// The background work of an open profile; dropping it ends it.
pub(super) struct Syncing {
    handle: Handle,
    remote: Arc<dyn Remote>,
    folder: String,
    since_ms: u64,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

impl Syncing {
    pub(super) fn edited(&self) {
        self.handle.edited();
    }

    pub(super) fn remote(&self) -> Arc<dyn Remote> {
        Arc::clone(&self.remote)
    }

    pub(super) fn stop(self) {
        self.handle.stop();
    }
}

impl Drop for Syncing {
    fn drop(&mut self) {
        self.handle.stop();
        for task in &self.tasks {
            task.abort();
        }
    }
}

struct Wall(Arc<dyn Clock>);

impl conclave_sync::Clock for Wall {
    fn now_ms(&self) -> u64 {
        self.0.now_ms()
    }
}

impl App {
    /// Starts syncing with the storage that the card names, if it names one.
    pub(super) fn start_syncing(&self, team: TeamId, mark: Watermark) {
        let storage = self.inner().card.as_ref().map(|card| card.storage.clone());
        let storage = storage.unwrap_or(Storage::None);
        let Ok(Some((remote, root))) = self.open_remote(&storage, &team) else {
            return;
        };
        let folder = match storage {
            Storage::Folder { path } => path,
            Storage::None => String::new(),
        };
        let access: Arc<super::EngineCell> = Arc::clone(&self.engine);
        let syncer = Syncer::new(Arc::clone(&remote), access);
        let wall = Arc::new(Wall(Arc::clone(&self.config.clock)));
        let (handle, work) = background(syncer, wall, Pace::default());
        let mut tasks = vec![self.runtime.spawn(work)];
        tasks.push(self.runtime.spawn(watching(root, handle.clone())));
        let listener = Arc::clone(&self.config.listener);
        tasks.push(self.runtime.spawn(telling(handle.clone(), listener)));
        let (handle_, cell) = (handle.clone(), Arc::clone(&self.engine));
        tasks.push(self.runtime.spawn(remembering(handle_, cell, mark)));
        let (handle_, cell) = (handle.clone(), Arc::clone(&self.engine));
        let listener = Arc::clone(&self.config.listener);
        tasks.push(self.runtime.spawn(keeping_days(handle_, cell, listener)));
        tasks.push(self.runtime.spawn(super::keeping::keep(
            Arc::clone(&self.engine),
            Arc::clone(&remote),
        )));
        self.inner().syncing = Some(Syncing {
            handle,
            remote,
            folder,
            since_ms: self.config.clock.now_ms(),
            tasks,
        });
    }

    /// What the footer says.
    #[must_use]
    pub fn sync_status(&self) -> SyncView {
        let (pending, stop, notices, unseen_since_ms) = match self.engine.glance().engine() {
            Some(engine) => (
                engine.pending(),
                engine.stopped().map(|stop| (stop, engine.proof(stop))),
                engine.notices(),
                engine.unseen_since_ms(),
            ),
            None => (0, None, Vec::new(), None),
        };
        let inner = self.inner();
        let Some(syncing) = &inner.syncing else {
            return SyncView {
                state: SyncState::LocalOnly,
                pending: u32::try_from(pending).unwrap_or(u32::MAX),
                last_ms: None,
                folder: None,
                stop: None,
                problem: None,
                notices: Vec::new(),
                unseen_since_ms: None,
            };
        };
        let status = syncing.handle.status().borrow().clone();
        SyncView {
            notices,
            unseen_since_ms,
            ..view(&status, pending, &syncing.folder, stop)
        }
    }

    /// What the storage dialog adds to [`Self::sync_status`].
    ///
    /// # Errors
    /// [`Code::Locked`].
    pub fn storage_get(&self) -> Result<StorageView, AppError> {
        let (files, bytes) = self.with(|engine| Ok(engine.kept_files()))?;
        let inner = self.inner();
        let syncing = inner.syncing.as_ref();
        let status = syncing.map(|syncing| syncing.handle.status().borrow().clone());
        let tally = status.as_ref().map(|status| status.tally);
        let tally = tally.unwrap_or_default();
        let short = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
        Ok(StorageView {
            since_ms: syncing.map(|syncing| syncing.since_ms),
            wrote_ms: status.and_then(|status| status.wrote_ms),
            put_back: short(tally.restored),
            copies: short(tally.copies),
            files: short(files),
            bytes,
        })
    }

    /// The person has seen what was found on the storage.
    ///
    /// # Errors
    /// [`Code::Locked`].
    pub fn notices_seen(&self) -> Result<SyncView, AppError> {
        self.with(|engine| {
            engine.notices_seen();
            Ok(())
        })?;
        Ok(self.sync_status())
    }

    /// Syncs now and waits until that is done, or for ten seconds.
    ///
    /// # Errors
    /// [`Code::Locked`].
    pub fn sync_now(&self) -> Result<SyncView, AppError> {
        if self.engine.glance().is_closed() {
            return Err(Code::Locked.into());
        }
        let handle = self
            .inner()
            .syncing
            .as_ref()
            .map(|syncing| syncing.handle.clone());
        if let Some(handle) = handle {
            let limit = std::time::Duration::from_secs(10);
            let wait = async { tokio::time::timeout(limit, handle.synced_now()).await };
            let _ = self.runtime.block_on(wait);
        }
        Ok(self.sync_status())
    }

    /// Goes on writing: after this computer was set back to an older copy of its data, by taking in
    /// what the storage has of its own log and beginning a new one; after somebody's computer wrote
    /// two histories, without what it wrote since.
    ///
    /// # Errors
    /// [`Code::Locked`]; [`Code::StorageFailed`] while the storage cannot be read;
    /// [`Code::WritingStopped`] where this does not help.
    pub fn stop_go_on(&self) -> Result<SyncView, AppError> {
        let view = self.sync_now()?;
        if !matches!(view.state, SyncState::Stopped | SyncState::LocalOnly) {
            return Ok(view);
        }
        let fresh = self.inner().syncing.as_ref().is_none_or(|syncing| {
            let status = syncing.handle.status();
            let problem = status.borrow().problem;
            problem.is_none()
        });
        if !fresh {
            return Err(Code::StorageFailed.into());
        }
        let (team, profile) = self.with(|engine| {
            engine.go_on().map_err(|error| match error {
                EngineError::Unsuitable => Code::WritingStopped.into(),
                error => AppError::from(error),
            })?;
            Ok((engine.team, *engine.store.header().profile()))
        })?;
        // The one that runs remembers the old log's state.
        let old = self.inner().syncing.take();
        if let Some(old) = old {
            old.stop();
        }
        self.start_syncing(team, self.watermark(&profile));
        self.sync_now()
    }

    /// Attaches or moves the team's folder. What is there stays there.
    ///
    /// # Errors
    /// What a test of the folder says.
    pub fn storage_set(&self, storage: &Storage) -> Result<SyncView, AppError> {
        self.storage_test(storage)?;
        let here = |engine: &Engine| (engine.team, *engine.store.header().profile());
        let open = self.engine.lock().engine().map(here);
        let old = {
            let mut inner = self.inner();
            let card = inner.card.as_mut().ok_or(Code::Locked)?;
            card.storage = storage.clone();
            card.write(&self.config.folder)
                .map_err(|e| AppError::new(Code::DiskFull, e))?;
            inner.syncing.take()
        };
        if let Some(old) = old {
            old.stop();
        }
        if let Some((team, profile)) = open {
            self.start_syncing(team, self.watermark(&profile));
        }
        Ok(self.sync_status())
    }
}

async fn watching(root: PathBuf, handle: Handle) {
    let mut changes = watch(root, WatchOptions::default());
    loop {
        changes.next().await;
        handle.changed();
    }
}

/// Whenever the storage has all of it: keys that are due since an ending are tried once more, a sign
/// of life is given where a day went by without one, and the keychain remembers how far the own log has come.
async fn remembering(handle: Handle, cell: Arc<super::EngineCell>, mark: Watermark) {
    let mut status = handle.status();
    let mut kept = None;
    while status.changed().await.is_ok() {
        if status.borrow_and_update().state != State::Synced {
            continue;
        }
        let said = cell.lock().engine_mut().map(|engine| {
            let due = engine.try_due_keys();
            let paid = engine.pay()?;
            Ok::<bool, EngineError>(engine.beat()? || paid || due)
        });
        match said {
            Some(Ok(true)) => handle.edited(),
            Some(Err(error)) => tracing::warn!(%error, "no sign of life was written"),
            _ => {}
        }
        let end = cell.glance().engine().and_then(Engine::high_water);
        if let Some(end) = end.filter(|end| kept != Some(*end)) {
            kept = Some(end);
            let mark = mark.clone();
            let done = tokio::task::spawn_blocking(move || mark.keep(end));
            let _ = done.await;
        }
    }
}

/// Whose computers give keys away; and days on which access ends: what is over for this person is shown no more, at the latest an hour
/// late; what is over for others is ended while the storage has all of it and shows all of it.
async fn keeping_days(handle: Handle, cell: Arc<super::EngineCell>, listener: super::Listener) {
    let mut status = handle.status();
    loop {
        let news = tokio::time::timeout(HOUR, status.changed()).await;
        if matches!(news, Ok(Err(_))) {
            return;
        }
        let synced = status.borrow_and_update().state == State::Synced;
        let done = cell.lock().engine_mut().map(|engine| {
            let over = engine.look_at_ends()? | engine.look_for_leakers();
            let ended = synced && engine.end_expired()?;
            Ok::<_, EngineError>((over, ended))
        });
        match done {
            Some(Ok((over, ended))) => {
                if ended {
                    handle.edited();
                }
                if over || ended {
                    listener(SyncEvent::Changed);
                }
            }
            Some(Err(error)) => tracing::warn!(%error, "access whose day is over was not ended"),
            None => {}
        }
    }
}

async fn telling(handle: Handle, listener: super::Listener) {
    let mut status = handle.status();
    let mut before = None;
    while status.changed().await.is_ok() {
        let state = status.borrow_and_update().state;
        if before != Some(state) {
            tracing::info!(?state, "syncing");
            before = Some(state);
        }
        listener(SyncEvent::Changed);
    }
}

fn view(
    status: &Status,
    pending: u64,
    folder: &str,
    stop: Option<(Stop, Vec<StopFact>)>,
) -> SyncView {
    let pending = u32::try_from(pending).unwrap_or(u32::MAX);
    let stop = match (stop, status.state) {
        (None, State::Stopped(stop)) => Some((stop, Vec::new())),
        (stop, _) => stop,
    };
    let state = match status.state {
        _ if stop.is_some() => SyncState::Stopped,
        State::Starting if pending > 0 => SyncState::Saving,
        State::Synced if pending > 0 => SyncState::Saving,
        State::Synced | State::Starting => SyncState::Synced,
        State::Saving { .. } => SyncState::Saving,
        State::FolderMissing => SyncState::FolderMissing,
        State::Behind => SyncState::Behind,
        _ => SyncState::Offline,
    };
    SyncView {
        state,
        pending,
        last_ms: status.last_ms,
        folder: Some(folder.to_owned()),
        stop: stop.map(|(stop, facts)| StopView {
            kind: match stop {
                Stop::Fork { .. } => StopKind::Fork,
                _ => StopKind::OwnLog,
            },
            facts,
            can_go_on: matches!(stop, Stop::OwnLogAhead | Stop::Fork { .. }),
        }),
        notices: Vec::new(),
        unseen_since_ms: None,
        problem: status.problem.map(|problem| {
            Text::plain(match problem {
                Problem::Denied => "sync_problem_denied",
                Problem::Full => "sync_problem_full",
                _ => "sync_problem_other",
            })
        }),
    }
}
