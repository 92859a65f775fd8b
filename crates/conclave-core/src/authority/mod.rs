//! Who may do what: a pure function of the set of signed entries (docs/format.md, "Authority").
//!
//! [`evaluate`] takes the team's facts and any set of verified entries, in any order, and says what
//! each entry is worth ([`Label`]), which grants hold, who reads which scope and which devices are
//! entitled to its keys ([`State`]). Two replicas that hold the same entries agree on all of it,
//! without a clock, a server or a vote. What is missing is never guessed at: entries whose fate
//! hangs on something that is not here are provisional, and nothing is sealed on their account.
//!
//! The work grows with the number of entries, not with its square. A naive evaluator, written
//! apart from this one (conclave-testkit, `reference`), and frozen worlds with expected results
//! (tests/vectors/worlds) hold it to the rules.
//!
//! One file a step: `chain` (logs, ancestry, forks), `pin` (what a removal leaves standing),
//! `devices` (the device tree), `scopes` (what covers what), `pass` (grants in descending order),
//! `rights` (what each kind needs), `after` (entries that carry no authority), then [`State`] and
//! the questions that it answers.

mod after;
mod chain;
mod devices;
mod eval;
mod facts;
mod level;
mod pass;
mod pin;
mod readers;
mod rights;
mod scopes;
mod state;
mod table;

pub use facts::{TeamFacts, UserDevices};
pub use level::{Label, Level};
pub use scopes::{ScopeState, ScopeType};
pub use state::{DeviceState, GrantState, State};

pub(crate) use state::{EpochRow, Keys};

use crate::entry::Entry;

/// Judges a set of verified entries. Order and repetition do not matter; entries of another team
/// are passed over.
#[must_use]
pub fn evaluate<'a>(facts: TeamFacts, entries: impl IntoIterator<Item = &'a Entry>) -> State {
    let team = facts.team;
    let ours = entries.into_iter().filter(|entry| entry.place.team == team);
    let mut eval = eval::Eval::new(facts, ours);
    eval.pass_team();
    eval.pass_personal();
    eval.judge_rest();
    eval.into_state()
}
