//! Worlds: sets of entries, and what the access rule must make of them.
//!
//! The frozen ones (tests/vectors/worlds) come with their expected results from a model that was
//! written before this code. Random ones ([`crate::stories`]) have none; there the production
//! evaluator and the naive one must agree.

mod outcome;
mod read;

use std::collections::BTreeSet;

use conclave_core::{authority::TeamFacts, entry::Entry, id::EntryHash};

pub use outcome::{Held, Outcome, Reader, held};
pub use read::read_worlds;

/// A set of entries and the ground that they stand on.
pub struct World {
    /// What a failing test calls it.
    pub name: String,
    /// What ids commit to.
    pub facts: TeamFacts,
    /// All entries.
    pub entries: Vec<Entry>,
    /// What does not hold what it says.
    pub lies: Lies,
    /// Subsets of the entries and what they amount to.
    pub views: Vec<View>,
}

/// What no entry shows: it decides only which keys a device has really opened.
#[derive(Default)]
pub struct Lies {
    /// Boxes that open to nothing, by the entry that publishes them and their place in it.
    pub shut: BTreeSet<(EntryHash, usize)>,
    /// KeyEpochs that do not hold their parents' keys.
    pub hollow: BTreeSet<EntryHash>,
}

/// What one replica holds, and what it must make of it.
pub struct View {
    /// The entries that are here, by their place in the world.
    pub here: Vec<usize>,
    /// The result.
    pub outcome: Outcome,
}

impl World {
    /// The entries of a view.
    pub fn view(&self, here: &[usize]) -> Vec<&Entry> {
        here.iter().filter_map(|&at| self.entries.get(at)).collect()
    }
}
