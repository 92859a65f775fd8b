//! What an unlocked profile shows before its team's log has been read: the list, what it is
//! searched by, and the little that the frame of the window says.
//!
//! Reading the log takes time that grows with it; the list is a few packed pages. So a person sees
//! and searches their items at once, and whatever needs a right or a key waits for the rest.

use conclave_core::{
    cbor,
    id::{ScopeId, TeamId},
    role::Role,
};
use conclave_store::Reader;
use minicbor::{Decode, Encode};

use super::{Engine, EngineError, index::Index, list::List};
use crate::commands::{SheetsDue, draft_kept};

/// The value's name in the store.
const FRAME: &str = "frame";

/// What the frame of the window says of this person, kept with the list that was made beside it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct Frame {
    /// Somebody has let this person in. Where not, nothing is shown before the log is read.
    #[n(0)]
    pub(crate) member: bool,
    /// This person's role in the team; guest without one.
    #[n(1)]
    pub(crate) role: Option<Role>,
    /// The team uses what this version does not know.
    #[n(2)]
    pub(crate) needs_update: bool,
    /// The vaults that this person reads, ascending.
    #[n(3)]
    pub(crate) visible: Vec<ScopeId>,
    /// This person has ended this device.
    #[n(4)]
    pub(crate) ended: bool,
    /// When the next of this person's accesses ends. From then on nothing is shown before the log
    /// says what is left.
    #[n(5)]
    pub(crate) next_end_ms: Option<u64>,
}

/// The list with its index, and the frame.
#[derive(Default)]
pub struct Shelf {
    pub(crate) list: List,
    pub(crate) index: Index,
    pub(crate) frame: Frame,
    /// An edit was begun before the last lock.
    pub(crate) has_draft: bool,
    /// Sheets that have not been saved.
    pub(crate) sheets_due: SheetsDue,
}

impl Shelf {
    /// Reads what was kept: this is all that unlocking opens.
    pub(crate) fn read(
        store: &mut conclave_store::OpenStore,
        team: TeamId,
        now: u64,
    ) -> Result<Self, EngineError> {
        let frame = kept_frame(store, team)?;
        let list = List::read(store, team)?;
        let mut index = Index::read(store, team)?;
        if frame.next_end_ms.is_none_or(|end| end > now) {
            index.show(&list, frame.visible.iter().copied().collect());
        }
        Ok(Self {
            list,
            index,
            frame,
            has_draft: draft_kept(store, &team),
            sheets_due: SheetsDue::of(store, &team),
        })
    }
}

fn kept_frame(store: &Reader, team: TeamId) -> Result<Frame, EngineError> {
    let row = store.value(Some(&team), FRAME)?;
    // One that an older version did not write, or wrote otherwise, only means to wait.
    Ok(row
        .and_then(|row| cbor::decode(&row).ok())
        .unwrap_or_default())
}

impl Engine {
    /// Keeps what the frame says for the next unlocking, where that has changed.
    pub(crate) fn keep_frame(&mut self) -> Result<(), EngineError> {
        let frame = Frame {
            member: self.is_member(),
            role: self.replica.standing(self.replica.me().user),
            needs_update: self.replica.rights().needs_update(),
            visible: self.visible_scopes().into_iter().collect(),
            ended: self.is_ended(),
            next_end_ms: self.next_end(),
        };
        if frame != self.shelf.frame {
            self.keep(FRAME, &cbor::encode(&frame))?;
            self.shelf.frame = frame;
        }
        Ok(())
    }
}
