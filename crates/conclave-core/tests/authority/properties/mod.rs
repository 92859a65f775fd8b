//! What the rules are there for, each tried on random worlds. A failure is shrunk to a few entries.

mod authority;
mod equivocation;
mod removal;

use std::collections::BTreeSet;

use conclave_core::{
    authority::{GrantState, Label, ScopeType, State, TeamFacts, evaluate},
    body::{Body, ScopeKind},
    entry::Entry,
    id::{EntryHash, GrantId, ScopeId, SubjectId, UserId},
    role::Role,
};
use conclave_testkit::{
    rng::below,
    stories::{By, Story},
};

/// Whether a view of a story breaks the property.
type Bad = Box<dyn Fn(&[&Entry]) -> bool>;

/// Entries, and what must not be true of any part of them.
struct Case {
    entries: Vec<Entry>,
    bad: Bad,
}

/// Tries a scenario with every seed. Most seeds have to make a case, or nothing was tried.
fn never(scenario: impl Fn(u64) -> Option<Case>) {
    let (mut cases, mut seeds) = (0, 0);
    for seed in crate::seeds() {
        seeds += 1;
        let Some(case) = scenario(seed) else { continue };
        cases += 1;
        let mut here: Vec<&Entry> = case.entries.iter().collect();
        if (case.bad)(&here) {
            shrink(&mut here, &case.bad);
            let told: Vec<String> = here.iter().map(|entry| tell(entry)).collect();
            panic!("seed {seed}:\n{}", told.join("\n"));
        }
    }
    assert!(
        cases * 10 >= seeds,
        "only {cases} of {seeds} seeds made a case"
    );
}

fn shrink(here: &mut Vec<&Entry>, bad: &dyn Fn(&[&Entry]) -> bool) {
    let mut again = true;
    while again {
        again = false;
        for at in (0..here.len()).rev() {
            let entry = here.remove(at);
            if bad(here) {
                again = true;
            } else {
                here.insert(at, entry);
            }
        }
    }
}

fn tell(entry: &Entry) -> String {
    let (device, log, seq) = (entry.device(), entry.log(), entry.seq());
    let (hash, grant, kind) = (entry.hash, entry.grant, entry.kind());
    let body = match &entry.body {
        Body::Grant(subject, grant) => {
            format!(
                "{subject:?} {:?} in {:?}, cites {:?}",
                grant.role, grant.scope, grant.cites
            )
        }
        Body::DeviceAdd(device, add) => format!("{device:?} of {:?}", add.user),
        other => format!("{other:?}"),
    };
    format!("{device:?} {log:?}#{seq} {kind:?} under {grant:?} = {hash:?}: {body}")
}

fn judge(facts: &TeamFacts, here: &[&Entry]) -> State {
    evaluate(facts.clone(), here.iter().copied())
}

fn without<'a>(here: &[&'a Entry], out: &BTreeSet<EntryHash>) -> Vec<&'a Entry> {
    here.iter()
        .copied()
        .filter(|entry| !out.contains(&entry.hash))
        .collect()
}

fn hashes<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> BTreeSet<EntryHash> {
    entries.into_iter().map(|entry| entry.hash).collect()
}

fn valid(state: &State) -> BTreeSet<EntryHash> {
    state.labelled(Label::Valid).collect()
}

fn live(state: &State) -> impl Iterator<Item = &GrantState> {
    state.grants().filter(|g| g.live())
}

/// Live grants of the team's tree.
fn live_team(state: &State) -> BTreeSet<GrantId> {
    live(state).filter(|g| !g.personal).map(|g| g.id).collect()
}

fn under_personal(state: &State, scope: ScopeId) -> bool {
    let parent = state
        .scope(scope)
        .and_then(|s| s.parent)
        .and_then(|p| state.scope(p));
    parent.is_some_and(|p| p.kind == ScopeType::Made(ScopeKind::Personal))
}

/// Who reads what in the team's tree.
fn team_reads(state: &State) -> BTreeSet<(ScopeId, SubjectId)> {
    let team = state.scopes().filter(|s| match s.kind {
        ScopeType::Made(kind) => kind != ScopeKind::Personal && !under_personal(state, s.id),
        ScopeType::BuiltIn => true,
        ScopeType::Team | ScopeType::User(_) => false,
    });
    team.flat_map(|s| {
        state
            .readers(s.id)
            .into_iter()
            .map(move |reader| (s.id, reader))
    })
    .collect()
}

/// Entries that a removed person may always write: the own device tree, the own scope, receipts,
/// and personal scopes.
fn is_inert(state: &State, entry: &Entry) -> bool {
    let personal = |grant| state.grant(grant).is_some_and(|g| g.personal);
    let receipt = entry.kind() == Some(conclave_core::kind::Kind::Audit);
    entry.grant.is_none_or(personal) || receipt
}

/// A person who is neither the recovery owner nor the founder.
fn somebody(story: &mut Story) -> UserId {
    let number = 2 + below(&mut story.rng, 4);
    story.user(number)
}

/// The recovery owner's pen.
fn own0(story: &Story) -> By {
    By::under(story.first(0), story.roots()[0])
}

/// The recovery owner removes a person from the team, having seen all that the person and the
/// machine wrote.
fn remove(story: &mut Story, user: UserId) -> EntryHash {
    let mut devices = story.devices.get(&user).cloned().unwrap_or_default();
    devices.push(story.machine);
    let pins = story.pins(&devices, 0);
    let team = story.facts.team_scope();
    story.remove(own0(story), user, team, pins)
}

/// Is this removal among the entries?
fn has(here: &[&Entry], hash: EntryHash) -> bool {
    here.iter().any(|entry| entry.hash == hash)
}

/// Whom a live grant's subject stands for.
fn members(state: &State, subject: SubjectId) -> BTreeSet<SubjectId> {
    match subject {
        SubjectId::Group(group) => state
            .grants_on(group)
            .filter(|m| m.live())
            .map(|m| m.subject)
            .collect(),
        one => [one].into(),
    }
}

/// The highest rank that somebody has by live grants of the team's tree whose scope covers this.
fn rank_at(judging: &State, holding: &State, who: SubjectId, scope: ScopeId) -> u8 {
    let theirs = live(holding)
        .filter(|g| !g.personal && members(holding, g.subject).contains(&who))
        .filter(|g| judging.covers(g.scope, scope));
    theirs.map(|g| g.role.rank()).max().unwrap_or(0)
}

const OWNER: u8 = Role::Owner.rank();
