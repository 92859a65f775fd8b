//! Edits that met: a three-way merge of an item's heads, computed when the item is read.
//!
//! Nothing is written by a merge; it goes into the log only with a person's next edit
//! (docs/format.md, "Items"). It is a function of the set of heads: their order, clocks and who
//! computes it make no difference. Where one side alone changed a part, that side's value stands.
//! Where both did, or where there is no one common base to compare with, both values are kept and
//! a person is asked.

mod edit;
mod history;
mod order;

use core::fmt;
use std::collections::BTreeSet;

pub use edit::rebase;
pub use history::{Base, History, Revision, RevisionKind};

use crate::{
    id::EntryHash,
    item::{ItemContent, Part, PartValue},
};

/// The most heads for which bases are looked for. Beyond, every difference is asked about: a
/// member who writes heads by the thousand costs attention, not hours of computing.
pub const MAX_HEADS: usize = 64;

/// A revision that was opened. `A` is who wrote it: a person or a device, as the caller shows it.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a, A> {
    /// Its author.
    pub author: A,
    /// What it says.
    pub content: &'a ItemContent,
}

/// What the heads of an item say together.
pub struct Merge<'a, A> {
    /// The merged content. A part in conflict holds one of its values as a stand-in: that of the
    /// lowest revision hash that has any. It may be shown, marked as one of several.
    content: ItemContent,
    /// The heads that were read, sorted.
    heads: Vec<EntryHash>,
    /// Heads whose content was not there: key missing, or a newer version needed.
    unread: Vec<EntryHash>,
    conflicts: Vec<Conflict<'a, A>>,
    settled: Vec<Part>,
    same: usize,
}

/// A part that several heads changed, each to its own value.
#[derive(Debug, Clone)]
pub struct Conflict<'a, A> {
    /// The part.
    pub part: Part,
    /// Every value that is not superseded, by revision hash; heads that agree are all listed.
    pub values: Vec<ConflictValue<'a, A>>,
}

/// One side of a conflict.
#[derive(Debug, Clone, Copy)]
pub struct ConflictValue<'a, A> {
    /// The head.
    pub revision: EntryHash,
    /// Its author.
    pub author: A,
    /// What the part says there; absent where it was removed.
    pub value: PartValue<'a>,
}

/// Why a merge cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ResolveError {
    /// A conflict was left open: nothing is decided by itself.
    #[error("a part that two people changed was not chosen")]
    Open(Part),
    /// The chosen revision is no side of that conflict.
    #[error("the chosen version is not one of those to choose from")]
    NoSuchChoice(Part),
    /// A part that only a newer version understands is in conflict.
    #[error("a newer version of Conclave is needed to settle these edits")]
    NewerReader,
    /// A head could not be read, so its edits would be lost.
    #[error("a version of this item cannot be read yet")]
    Unread,
}

/// Merges the heads of an item. `open` gives the content of a revision where it is at hand; it is
/// asked for the heads and for their common bases. `None` when no head could be read.
pub fn merge<'a, A: Copy>(
    history: &History,
    open: impl Fn(EntryHash) -> Option<Source<'a, A>>,
) -> Option<Merge<'a, A>> {
    let mut heads = Vec::new();
    let mut unread = Vec::new();
    for revision in history.heads() {
        match open(revision) {
            Some(source) => heads.push(Head { revision, source }),
            None => unread.push(revision),
        }
    }
    let first = heads.first()?;
    let bases = Bases::find(history, &heads, &open);
    let mut merge = Merge {
        content: first.source.content.duplicate(),
        heads: heads.iter().map(|h| h.revision).collect(),
        unread,
        conflicts: Vec::new(),
        settled: Vec::new(),
        same: 0,
    };
    let parts: BTreeSet<Part> = heads
        .iter()
        .flat_map(|h| h.source.content.parts())
        .collect();
    for part in parts {
        merge.settle(part, &heads, &bases);
    }
    merge.settle_tags(&heads, &bases);
    let order = order::merge(&heads, &bases);
    merge.content.order_fields(&order);
    for head in &heads {
        merge.content.require_reader_of(head.source.content);
    }
    Some(merge)
}

impl<'a, A: Copy> Merge<'a, A> {
    /// What to show. Parts in conflict hold a stand-in; see [`Self::conflicts`].
    #[must_use]
    pub const fn content(&self) -> &ItemContent {
        &self.content
    }

    /// The heads that it was made from, sorted: the parents of a revision that writes it.
    #[must_use]
    pub fn heads(&self) -> &[EntryHash] {
        &self.heads
    }

    /// Heads whose content was not at hand. Until they are, the merge is not written.
    #[must_use]
    pub fn unread(&self) -> &[EntryHash] {
        &self.unread
    }

    /// What a person has to choose.
    #[must_use]
    pub fn conflicts(&self) -> &[Conflict<'a, A>] {
        &self.conflicts
    }

    /// The parts in which the heads differ and that needed no question.
    #[must_use]
    pub fn settled(&self) -> &[Part] {
        &self.settled
    }

    /// How many parts say the same in every head.
    #[must_use]
    pub const fn same(&self) -> usize {
        self.same
    }

    /// The content with every conflict decided by the head named for its part. What is not chosen
    /// stays in the history: the revision to write has all of [`Self::heads`] as parents.
    ///
    /// # Errors
    /// [`ResolveError`] when something is left open, or cannot be decided here.
    pub fn resolve(&self, choices: &[(Part, EntryHash)]) -> Result<ItemContent, ResolveError> {
        if !self.unread.is_empty() {
            return Err(ResolveError::Unread);
        }
        if self
            .conflicts
            .iter()
            .any(|c| matches!(c.part, Part::Unknown(_)))
        {
            return Err(ResolveError::NewerReader);
        }
        for (part, _) in choices {
            if !self.conflicts.iter().any(|c| c.part == *part) {
                return Err(ResolveError::NoSuchChoice(*part));
            }
        }
        let mut content = self.content.duplicate();
        for conflict in &self.conflicts {
            let chosen = choices.iter().find(|(part, _)| *part == conflict.part);
            let (part, revision) = chosen.ok_or(ResolveError::Open(conflict.part))?;
            let side = conflict.values.iter().find(|v| v.revision == *revision);
            let side = side.ok_or(ResolveError::NoSuchChoice(*part))?;
            content.set_part(*part, side.value);
        }
        Ok(content)
    }

    fn settle(&mut self, part: Part, heads: &[Head<'a, A>], bases: &Bases<'a>) {
        let value = |content: &'a ItemContent| content.part(part);
        let standing = bases.standing(heads, |a, b| value(a) == value(b));
        let mut values: Vec<_> = standing
            .iter()
            .map(|head| ConflictValue {
                revision: head.revision,
                author: head.source.author,
                value: value(head.source.content),
            })
            .collect();
        let there = |v: &ConflictValue<'a, A>| v.value != PartValue::Absent;
        if matches!(part, Part::File(_)) && values.iter().any(there) {
            // A file is there or not, like a tag: without a base it stays, and nobody is asked.
            values.retain(there);
        }
        let Some(first) = values.first() else { return };
        let stand_in = values
            .iter()
            .find(|v| v.value != PartValue::Absent)
            .unwrap_or(first);
        self.content.set_part(part, stand_in.value);
        let agreed = |v: PartValue<'_>| v == first.value;
        if !values.iter().all(|v| agreed(v.value)) {
            self.conflicts.push(Conflict { part, values });
        } else if heads.iter().all(|h| agreed(value(h.source.content))) {
            self.same += 1;
        } else {
            self.settled.push(part);
        }
    }

    /// Tags are a set, each tag there or not: a difference without a base keeps the tag, which
    /// loses nothing and needs no question.
    fn settle_tags(&mut self, heads: &[Head<'a, A>], bases: &Bases<'a>) {
        let tags: BTreeSet<&str> = heads.iter().flat_map(|h| h.source.content.tags()).collect();
        for tag in tags {
            let standing = bases.standing(heads, |a, b| a.has_tag(tag) == b.has_tag(tag));
            if standing.iter().any(|h| h.source.content.has_tag(tag)) {
                self.content.add_tag(tag);
            } else {
                self.content.remove_tag(tag);
            }
        }
    }
}

impl<A> fmt::Debug for Merge<'_, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let conflicts: Vec<Part> = self.conflicts.iter().map(|c| c.part).collect();
        f.debug_struct("Merge")
            .field("heads", &self.heads)
            .field("unread", &self.unread)
            .field("conflicts", &conflicts)
            .field("settled", &self.settled)
            .finish_non_exhaustive()
    }
}

/// A head that was read.
#[derive(Clone, Copy)]
struct Head<'a, A> {
    revision: EntryHash,
    source: Source<'a, A>,
}

/// The common base of every two heads, where there is exactly one and it could be read.
struct Bases<'a> {
    count: usize,
    pairs: Vec<Option<&'a ItemContent>>,
}

impl<'a> Bases<'a> {
    fn find<A>(
        history: &History,
        heads: &[Head<'a, A>],
        open: &impl Fn(EntryHash) -> Option<Source<'a, A>>,
    ) -> Self {
        let count = heads.len();
        if count > MAX_HEADS {
            return Self {
                count,
                pairs: Vec::new(),
            };
        }
        let hashes: Vec<EntryHash> = heads.iter().map(|h| h.revision).collect();
        let pairs = history
            .bases(&hashes)
            .into_iter()
            .map(|base| match base {
                Base::One(hash) => open(hash).map(|source| source.content),
                Base::Lost | Base::Several => None,
            })
            .collect();
        Self { count, pairs }
    }

    fn get(&self, a: usize, b: usize) -> Option<&'a ItemContent> {
        self.pairs.get(a * self.count + b).copied().flatten()
    }

    /// The heads whose word on something still stands. A head's word is superseded by another's
    /// when it says what their common base said and the other changed it. Without exactly one
    /// base neither gives way.
    fn standing<'h, A>(
        &self,
        heads: &'h [Head<'a, A>],
        same: impl Fn(&'a ItemContent, &'a ItemContent) -> bool,
    ) -> Vec<&'h Head<'a, A>> {
        let superseded = |a: usize, mine: &'a ItemContent| {
            heads.iter().enumerate().any(|(b, other)| {
                b != a
                    && self
                        .get(a, b)
                        .is_some_and(|base| same(mine, base) && !same(other.source.content, base))
            })
        };
        let standing: Vec<&Head<'a, A>> = heads
            .iter()
            .enumerate()
            .filter(|(at, head)| !superseded(*at, head.source.content))
            .map(|(_, head)| head)
            .collect();
        // In a tangled history each could be superseded by another: then all of them are asked.
        if standing.is_empty() {
            heads.iter().collect()
        } else {
            standing
        }
    }
}

#[cfg(test)]
mod tests;
