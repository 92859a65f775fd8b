//! All that a set of entries amounts to, in a form that two evaluators can be compared by.

use std::collections::{BTreeMap, BTreeSet};

use conclave_core::{
    authority::{self, Label, ScopeType, TeamFacts},
    entry::Entry,
    epoch::{Choice, Epochs},
    id::{DeviceId, EntryHash, GrantId, LogId, ScopeId, SubjectId, UserId},
};

use super::Lies;
use crate::reference::{self, Shown};

/// Who reads a scope: people and machines, or the devices of a user's own scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reader {
    /// A person or a machine.
    Subject(SubjectId),
    /// A device.
    Device(DeviceId),
}

/// The result of an evaluation. Scopes without readers or usable epochs are left out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    /// What becomes of each entry; void ones are left out.
    pub labels: BTreeMap<EntryHash, Label>,
    /// Grants that hold.
    pub live: BTreeSet<GrantId>,
    /// Grants that had their turn, most senior first, the team's before those of personal trees. The
    /// frozen worlds say nothing of it.
    pub order: Vec<GrantId>,
    /// Everybody's devices in the plain reading, most senior first; as with the order of grants.
    pub devices: BTreeMap<UserId, Vec<DeviceId>>,
    /// Entries taken out of quarantine.
    pub adopted: BTreeSet<EntryHash>,
    /// Where logs fork.
    pub forked: BTreeMap<LogId, u64>,
    /// Who reads what.
    pub readers: BTreeMap<ScopeId, BTreeSet<Reader>>,
    /// The same with those who are not settled.
    pub maybe: BTreeMap<ScopeId, BTreeSet<Reader>>,
    /// Usable epochs, best first.
    pub usable: BTreeMap<ScopeId, Vec<EntryHash>>,
    /// For scopes with an epoch, what each entitled device writes under; none where it mints.
    pub used: BTreeMap<ScopeId, BTreeMap<DeviceId, Option<EntryHash>>>,
    /// Whether an admin wrote something that this version does not know.
    pub needs_update: bool,
}

impl Outcome {
    /// By the production code. `held` says which keys devices really hold.
    #[must_use]
    pub fn of(facts: &TeamFacts, entries: &[&Entry], held: &Held) -> Self {
        let state = authority::evaluate(facts.clone(), entries.iter().copied());
        let epochs = Epochs::new(state);
        let state = epochs.state();
        let mut out = Self {
            live: state.grants().filter(|g| g.live()).map(|g| g.id).collect(),
            order: state.grants().map(|g| g.id).collect(),
            devices: facts
                .users
                .keys()
                .map(|user| (*user, state.tree(*user).iter().map(|d| d.id).collect()))
                .collect(),
            adopted: state.adopted().clone(),
            forked: state.forks().clone(),
            needs_update: state.needs_update(),
            ..Self::default()
        };
        for entry in entries {
            let label = state.label(entry.hash).unwrap_or(Label::Void);
            out.labels.insert(entry.hash, label);
        }
        out.labels.retain(|_, label| *label != Label::Void);
        for scope in state.scopes() {
            let (id, own) = (scope.id, matches!(scope.kind, ScopeType::User(_)));
            let subjects = |list: BTreeSet<SubjectId>| list.into_iter().map(Reader::Subject);
            let devices = |list: BTreeSet<DeviceId>| list.into_iter().map(Reader::Device);
            if own {
                out.readers.insert(id, devices(state.devices(id)).collect());
                out.maybe
                    .insert(id, devices(state.maybe_devices(id)).collect());
            } else {
                out.readers
                    .insert(id, subjects(state.readers(id)).collect());
                out.maybe
                    .insert(id, subjects(state.maybe_readers(id)).collect());
            }
            out.usable.insert(id, epochs.ranked(id).to_vec());
        }
        for scope in epochs.scopes() {
            for device in state.devices(scope) {
                let opened = |e: EntryHash| held.get(&e).is_some_and(|k| k.contains(&device));
                let used = match epochs.choose(scope, device, opened) {
                    Choice::Use(epoch) => Some(epoch),
                    Choice::Mint => None,
                    Choice::NotEntitled => continue,
                };
                out.used.entry(scope).or_default().insert(device, used);
            }
        }
        out.tidy()
    }

    /// By the naive evaluator.
    #[must_use]
    pub fn of_reference(facts: &TeamFacts, entries: &[&Entry], held: &Held) -> Self {
        let state = reference::evaluate(facts, entries.iter().copied());
        let epochs = reference::Epochs::new(&state);
        let mut out = Self {
            live: state.live(),
            order: state.order(),
            devices: facts
                .users
                .keys()
                .map(|user| (*user, state.seniority(*user)))
                .collect(),
            adopted: state.adopted(),
            forked: state.forks().clone(),
            needs_update: state.needs_update,
            ..Self::default()
        };
        for (entry, shown) in &state.shown {
            let label = match shown {
                Shown::Valid => Label::Valid,
                Shown::Provisional => Label::Provisional,
                Shown::Quarantined => Label::Quarantined,
                Shown::Late => Label::Late,
                Shown::Unknown => Label::Unknown,
                Shown::Void => continue,
            };
            out.labels.insert(*entry, label);
        }
        for (&id, scope) in &state.scopes {
            for (lenient, into) in [(false, &mut out.readers), (true, &mut out.maybe)] {
                let readers = if matches!(scope.kind, reference::ScopeType::User(_)) {
                    state
                        .devices(id, lenient)
                        .into_iter()
                        .map(Reader::Device)
                        .collect()
                } else {
                    state
                        .readers(id, lenient)
                        .into_iter()
                        .map(Reader::Subject)
                        .collect()
                };
                into.insert(id, readers);
            }
            out.usable.insert(id, epochs.ranked(id));
        }
        for scope in epochs.scopes() {
            let ranked = epochs.ranked(scope);
            for device in state.devices(scope, false) {
                let opened = |e: &&EntryHash| held.get(e).is_some_and(|k| k.contains(&device));
                let used = ranked.iter().find(opened).copied();
                out.used.entry(scope).or_default().insert(device, used);
            }
        }
        out.tidy()
    }

    fn tidy(mut self) -> Self {
        self.readers.retain(|_, list| !list.is_empty());
        self.maybe.retain(|_, list| !list.is_empty());
        self.usable.retain(|_, list| !list.is_empty());
        self
    }

    /// Compares field by field, so that a failure says where.
    ///
    /// # Panics
    /// When the two differ.
    pub fn assert_same(&self, other: &Self, what: &str) {
        assert_eq!(self.labels, other.labels, "{what}: labels");
        assert_eq!(self.live, other.live, "{what}: live grants");
        assert_eq!(self.adopted, other.adopted, "{what}: adopted");
        assert_eq!(self.forked, other.forked, "{what}: forked");
        assert_eq!(self.readers, other.readers, "{what}: readers");
        assert_eq!(self.maybe, other.maybe, "{what}: maybe");
        assert_eq!(self.usable, other.usable, "{what}: usable epochs");
        assert_eq!(self.used, other.used, "{what}: epochs in use");
        assert_eq!(
            self.needs_update, other.needs_update,
            "{what}: needs update"
        );
    }
}

/// The devices that physically hold each epoch's key: along boxes that open and parents that are
/// there.
pub type Held = BTreeMap<EntryHash, BTreeSet<DeviceId>>;

/// Who holds which key.
#[must_use]
pub fn held(entries: &[&Entry], lies: &Lies) -> Held {
    reference::know(
        entries.iter().copied(),
        |entry, at| !lies.shut.contains(&(entry.hash, at)),
        |child| !lies.hollow.contains(&child.hash),
    )
}
