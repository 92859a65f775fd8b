//! An unlocked profile at work: the store, the team as this device sees it, and what lies between
//! the two.
//!
//! Every use case writes through [`Engine::commit`], which puts the new entries, and what the list
//! shows of them, into one transaction. Nothing is shown to anybody, on screen or on the storage,
//! before that has succeeded.

mod arrival;
mod error;
mod expiry;
mod files;
mod index;
mod items;
mod leakers;
mod list;
mod load;
mod local;
mod names;
mod notices;
mod pins;
mod presence;
mod proof;
mod receipts;
mod record;
mod shelf;
mod stops;
mod succession;

use std::{collections::BTreeMap, sync::Arc};

use conclave_core::{
    id::{LogId, TeamId},
    layout::Span,
    replica::{Changes, Replica, Written},
};
use conclave_store::OpenStore;

use self::load::append;

pub(crate) use self::{
    arrival::{ASKING, Arrival, JOINING, Way},
    files::forget_files,
    leakers::OFTEN,
    notices::DueKeys,
    pins::{Differs, Pinned},
    succession::HighWater,
};
pub use self::{
    error::EngineError,
    items::{Content, FieldChange, Opened},
    list::ListRow,
    load::{Opening, Unopened},
    names::Names,
    record::Identity,
    shelf::Shelf,
};
use crate::clock::Clock;

/// A pack that the store keeps, by its log.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kept {
    pub(crate) span: Span,
    pub(crate) len: u64,
}

/// An unlocked profile with its team.
pub struct Engine {
    pub(crate) store: OpenStore,
    pub(crate) replica: Replica,
    pub(crate) team: TeamId,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) names: Names,
    pub(crate) shelf: Shelf,
    pub(crate) arrival: Option<Arrival>,
    pub(crate) ends: expiry::Ends,
    pub(crate) kept: BTreeMap<LogId, Vec<Kept>>,
    pub(crate) pending: u64,
    pub(crate) alarms: Vec<conclave_sync::Alarm>,
    /// Those of them that the person has seen.
    pub(crate) seen: Vec<conclave_sync::Alarm>,
    pub(crate) leakers: leakers::Leakers,
    /// How new keys stand that are due since somebody's access ended.
    pub(crate) due_keys: DueKeys,
    /// Rises with every change that a view may show.
    pub(crate) generation: u64,
}

impl Engine {
    /// The team as this device sees it.
    #[must_use]
    pub const fn replica(&self) -> &Replica {
        &self.replica
    }

    /// Names of the team, its people and vaults.
    #[must_use]
    pub const fn names(&self) -> &Names {
        &self.names
    }

    /// The store, to lock it.
    #[must_use]
    pub fn into_store(self) -> OpenStore {
        self.store
    }

    /// Rises with every change that a view may show.
    #[must_use]
    pub const fn generation(&self) -> u64 {
        self.generation
    }

    /// Now, Unix milliseconds.
    #[must_use]
    pub fn now(&self) -> u64 {
        self.clock.now_ms()
    }

    /// Lets the replica write, then saves what it wrote together with what the list shows of it.
    /// On failure nothing is written, and the replica is read anew from the store.
    ///
    /// # Errors
    /// The use case's own error, or that the store could not save.
    pub fn commit<T, E: Into<EngineError>>(
        &mut self,
        work: impl FnOnce(&mut Replica, u64) -> Result<T, E>,
    ) -> Result<T, EngineError> {
        if self.replica.rights().needs_update() {
            return Err(EngineError::ReadOnly);
        }
        self.commit_ending(work)
    }

    /// As [`Self::commit`], for what ends somebody's rights: that waits for no newer Conclave, as
    /// what asks for one may come from the very person who has to go.
    ///
    /// # Errors
    /// As for [`Self::commit`].
    pub fn commit_ending<T, E: Into<EngineError>>(
        &mut self,
        work: impl FnOnce(&mut Replica, u64) -> Result<T, E>,
    ) -> Result<T, EngineError> {
        if self.stopped().is_some() {
            return Err(EngineError::Stopped);
        }
        if self.is_ended() {
            return Err(EngineError::ReadOnly);
        }
        let now = self.now();
        let done = work(&mut self.replica, now).map_err(Into::into);
        if let Some(error) = self.replica.take_not_handed_on() {
            self.keys_failed(&error.into(), true);
        }
        let written = self.replica.take_written();
        // A use case that failed half-way has written entries that are true all the same (a key
        // for nobody, say); but none of them is needed, and the next try starts clean.
        let saved = done.and_then(|value| self.save(&written).map(|()| value));
        if saved.is_err() && !written.is_empty() {
            self.reload()?;
        }
        saved
    }

    fn save(&mut self, written: &[Written]) -> Result<(), EngineError> {
        if written.is_empty() {
            return Ok(());
        }
        let (team, log) = (self.team, self.replica.chain().place().log);
        self.store.transaction(|tx| {
            for w in written {
                let raw = record::encode_raw(&w.raw);
                let body = w.sealed.as_deref().map(|sealed| (w.entry.hash, sealed));
                tx.append_pending(&team, &log, w.entry.seq(), &raw, body)?;
            }
            Ok::<(), EngineError>(())
        })?;
        self.pending += written.len() as u64;
        self.after_news()
    }

    /// Brings names and list up to what the replica now says.
    pub(crate) fn after_news(&mut self) -> Result<(), EngineError> {
        self.generation += 1;
        let changes = self.replica.take_changes();
        let done = self.show(&changes);
        if done.is_err() {
            self.replica.stir();
        }
        done
    }

    fn show(&mut self, changes: &Changes) -> Result<(), EngineError> {
        if changes.all {
            self.refresh_ends();
        }
        if changes.all || changes.names {
            self.names = Names::read(&self.store, &self.replica)?;
        }
        self.refresh_list(changes)?;
        if changes.all {
            self.keep_frame()?;
        }
        Ok(())
    }

    /// How many own entries the storage does not have yet.
    #[must_use]
    pub const fn pending(&self) -> u64 {
        self.pending
    }
}
