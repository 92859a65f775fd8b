//! Carries entries between one device and the shared storage: pull, verify, apply, push.
//!
//! **This crate never sees a path, a URL or SQL.** It talks to a [`Remote`], which is dumb and
//! hostile, and to a [`Local`], which is what one device knows and has to say. Between the two it
//! decides what to read, proves it, hands it over, writes what is new, puts back what vanished, and
//! raises an [`Alarm`] where the storage says something other than what was seen before
//! (`docs/threat-model.md`, "The storage").
//!
//! ```text
//!   LIST head/ ──► heads ──► gather (one task a log) ──► judge ──► Local::accept
//!                  names     GET packs, head, LIST       verify, compare, alarm
//!                                  │
//!                                  └──► mend: put back what vanished ──► push: files, pack, head,
//!                                                                              old heads away
//! ```
//!
//! [`Syncer::round`] does this once; [`background`] does it whenever something changes.
//! A round may be dropped at any await: every step is either undone by nobody or done again by the
//! next round, with the same bytes.
//!
//! [`Remote`]: conclave_core::remote::Remote

mod alarm;
mod cover;
mod desk;
#[cfg(feature = "double")]
pub mod double;
mod folder;
mod gather;
mod heads;
mod judge;
mod local;
mod memory;
mod mend;
mod plan;
mod push;
mod round;
mod run;
mod status;
mod tiers;
mod wire;

pub use self::{
    alarm::{Alarm, Outcome, Stop},
    local::{
        Access, Blob, Closed, End, Held, Incoming, Joins, Known, Link, Local, LocalError, Outgoing,
        Waiting,
    },
    round::{Round, RoundError, Syncer, Urgency},
    run::{Clock, Handle, Pace, background},
    status::{Problem, State, Status, Tally},
    tiers::{Live, to_merge},
};
