//! What a device makes of what it knows, and the pens that it may write with.

use std::collections::BTreeMap;

use conclave_core::{
    authority::{Label, State},
    body::Body,
    entry::Entry,
    epoch::{Choice, Epochs},
    id::{DeviceId, EntryHash, GrantId, ItemId, LogId, ScopeId, SubjectId, UserId},
    merge::{self, History, RevisionKind},
};
use conclave_testkit::{
    rng::below,
    stories::{By, Story},
    worlds::Held,
};
use rand_chacha::ChaCha20Rng;

/// A device's view, evaluated.
pub(crate) struct View {
    pub(crate) epochs: Epochs,
    pub(crate) held: Held,
}

impl View {
    pub(crate) const fn state(&self) -> &State {
        self.epochs.state()
    }

    pub(crate) fn opened(&self, device: DeviceId) -> impl Fn(EntryHash) -> bool + '_ {
        move |epoch| self.held.get(&epoch).is_some_and(|k| k.contains(&device))
    }

    pub(crate) fn choose(&self, scope: ScopeId, device: DeviceId) -> Choice {
        self.epochs.choose(scope, device, self.opened(device))
    }

    /// What must not be: a key in use that somebody outside holds, or that its user does not.
    pub(crate) fn problem(&self, device: DeviceId) -> Option<String> {
        let state = self.state();
        for scope in self.epochs.scopes() {
            let Choice::Use(epoch) = self.choose(scope, device) else {
                continue;
            };
            let mut entitled = state.devices(scope);
            entitled.extend(state.maybe_devices(scope));
            let holders = self.held.get(&epoch)?;
            if !holders.is_subset(&entitled) {
                return Some(format!("{epoch} of {scope} is used and known outside"));
            }
        }
        None
    }
}

/// The heads of each item, by what counts.
pub(crate) fn items(state: &State, here: &[&Entry]) -> BTreeMap<(ItemId, ScopeId), Vec<EntryHash>> {
    let mut nodes: BTreeMap<(ItemId, ScopeId), Vec<merge::Revision>> = BTreeMap::new();
    let mut sorted = here.to_vec();
    sorted.sort_by_key(|entry| entry.hash);
    for entry in sorted {
        if let Body::ItemRev(item, rev) = &entry.body {
            nodes
                .entry((*item, rev.home))
                .or_default()
                .push(merge::Revision {
                    hash: entry.hash,
                    parents: rev.parents.clone(),
                    kind: RevisionKind::Edit,
                    counts: state.label(entry.hash) == Some(Label::Valid),
                });
        }
    }
    let heads = |nodes: Vec<merge::Revision>| History::new(nodes).heads();
    nodes
        .into_iter()
        .map(|(item, nodes)| (item, heads(nodes)))
        .collect()
}

pub(crate) fn pick<'a, T>(rng: &mut ChaCha20Rng, list: &'a [T]) -> Option<&'a T> {
    list.get(below(rng, list.len()))
}

pub(crate) fn log_of(story: &Story, device: DeviceId) -> LogId {
    let log = story.entries.iter().find(|entry| entry.device() == device);
    log.map_or(LogId::new([0; 32]), Entry::log)
}

/// What a device publishes keys under in a scope that it reads.
pub(crate) fn reads_by(state: &State, scope: ScopeId, device: DeviceId) -> By {
    under(state, device, |g| state.confers(g, scope)).unwrap_or(By::own(device))
}

/// What it writes items under, if it may.
pub(crate) fn writes_by(state: &State, home: ScopeId, device: DeviceId) -> Option<By> {
    under(state, device, |g| {
        state
            .grant(g)
            .is_some_and(|g| g.scope == home && g.role.rank() >= 2)
    })
}

fn under(state: &State, device: DeviceId, fits: impl Fn(GrantId) -> bool) -> Option<By> {
    let owns = |user: UserId| state.tree(user).iter().any(|d| d.id == device);
    for grant in state.grants().filter(|g| g.live() && fits(g.id)) {
        match grant.subject {
            SubjectId::User(user) if owns(user) => return Some(By::under(device, grant.id)),
            SubjectId::Group(group) => {
                let mut members = state.grants_on(group).filter(|m| m.live());
                if let Some(member) = members.find(|m| m.subject.user().is_some_and(owns)) {
                    return Some(By::under(device, grant.id).through(Some(member.id)));
                }
            }
            _ => {}
        }
    }
    None
}
