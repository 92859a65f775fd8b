//! The engine behind its lock: closed, showing its list while the log is being read, or open.

use std::{
    mem,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
};

use conclave_core::role::Role;
use conclave_sync::{Access, Closed, Local};

use crate::{
    api::Text,
    commands::SheetsDue,
    engine::{Engine, Shelf},
};

/// What there is of the engine.
#[derive(Default)]
pub(crate) enum Slot {
    /// Nothing: locked, or no profile.
    #[default]
    Closed,
    /// The list; the rest is on its way.
    Opening(Box<Shelf>),
    /// All of it.
    Open(Box<Engine>),
}

/// What the frame of the window says of an open profile.
pub(super) struct Front {
    pub(super) member: bool,
    pub(super) out: bool,
    pub(super) out_by: Option<Text>,
    pub(super) role: Option<Role>,
    pub(super) needs_update: bool,
    pub(super) ended: bool,
    pub(super) has_draft: bool,
    pub(super) sheets_due: SheetsDue,
}

impl Slot {
    /// The engine, where it is open.
    pub(crate) fn engine(&self) -> Option<&Engine> {
        match self {
            Self::Open(engine) => Some(engine),
            _ => None,
        }
    }

    /// The engine, where it is open.
    pub(crate) fn engine_mut(&mut self) -> Option<&mut Engine> {
        match self {
            Self::Open(engine) => Some(engine),
            _ => None,
        }
    }

    /// Nothing is open or on its way.
    pub(crate) const fn is_closed(&self) -> bool {
        matches!(self, Self::Closed)
    }

    pub(super) fn front(&self) -> Option<Front> {
        match self {
            Self::Closed => None,
            Self::Opening(shelf) => Some(Front {
                member: shelf.frame.member,
                // Said as soon as the log is read.
                out: false,
                out_by: None,
                role: shelf.frame.role,
                needs_update: shelf.frame.needs_update,
                ended: shelf.frame.ended,
                has_draft: shelf.has_draft,
                sheets_due: shelf.sheets_due,
            }),
            Self::Open(engine) => {
                let replica = engine.replica();
                Some(Front {
                    member: engine.is_member(),
                    out: engine.is_out(),
                    out_by: engine.out_by(),
                    role: replica.standing(replica.me().user),
                    needs_update: replica.rights().needs_update(),
                    ended: engine.is_ended(),
                    has_draft: engine.has_draft(),
                    sheets_due: engine.sheets_due(),
                })
            }
        }
    }
}

/// The slot behind its lock: what the background syncing reaches too.
#[derive(Default)]
pub(crate) struct EngineCell {
    slot: Mutex<Slot>,
    settled: Condvar,
}

impl EngineCell {
    /// The slot, once nothing is on its way any more.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Slot> {
        let opening = |slot: &mut Slot| matches!(slot, Slot::Opening(_));
        self.settled
            .wait_while(self.glance(), opening)
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The slot as it is.
    pub(crate) fn glance(&self) -> MutexGuard<'_, Slot> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Shows the list of a profile whose log is still being read.
    pub(super) fn opening(&self, shelf: Shelf) {
        *self.glance() = Slot::Opening(Box::new(shelf));
    }

    /// Ends the opening by `finish`, to which the list is handed, and wakes who waited for it.
    /// Without an engine the slot is closed, and whatever `finish` noted of why is there before
    /// anybody sees that.
    pub(super) fn settle(&self, finish: impl FnOnce(Shelf) -> Option<Engine>) {
        let mut slot = self.glance();
        if let Slot::Opening(shelf) = mem::take(&mut *slot)
            && let Some(engine) = finish(*shelf)
        {
            *slot = Slot::Open(Box::new(engine));
        }
        drop(slot);
        self.settled.notify_all();
    }

    /// Puts an engine in that is already whole.
    pub(super) fn put(&self, engine: Engine) {
        *self.lock() = Slot::Open(Box::new(engine));
    }

    /// Takes the engine out.
    pub(super) fn take(&self) -> Option<Engine> {
        match mem::take(&mut *self.lock()) {
            Slot::Open(engine) => Some(*engine),
            _ => None,
        }
    }
}

impl Access for EngineCell {
    fn with(&self, work: &mut dyn FnMut(&mut dyn Local)) -> Result<(), Closed> {
        match self.lock().engine_mut() {
            Some(engine) => {
                work(engine);
                Ok(())
            }
            None => Err(Closed),
        }
    }
}
