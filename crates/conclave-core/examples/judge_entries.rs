//! Evaluates a team of a given number of entries once, for counting instructions:
//!
//! ```sh
//! cargo build --release --example judge_entries -p conclave-core
//! for n in 1000 10000; do
//!   valgrind --tool=callgrind --toggle-collect='*judge_once*' --callgrind-out-file=/dev/null \
//!     target/release/examples/judge_entries $n
//! done
//! ```
//!
//! Ten times the entries may take at most eleven times the instructions (docs/performance.md).
#![allow(
    clippy::indexing_slicing,
    reason = "a program that is only measured: a panic here is a failed measurement"
)]
#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use conclave_core::{
    authority::{TeamFacts, evaluate},
    body::{Recipient, ScopeKind},
    entry::Entry,
    epoch::{Epochs, Sealing},
    id::{EntryHash, ScopeId, SubjectId},
    role::Role,
};
use conclave_testkit::stories::{By, Story};

fn main() {
    let count = std::env::args()
        .nth(1)
        .and_then(|n| n.parse().ok())
        .unwrap_or(1000);
    let story = team(count);
    let (valid, usable) = judge_once(story.facts.clone(), &story.entries);
    println!(
        "{} entries, {valid} valid, {usable} usable keys",
        story.entries.len()
    );
}

#[inline(never)]
fn judge_once(facts: TeamFacts, entries: &[Entry]) -> (usize, usize) {
    let epochs = Epochs::new(evaluate(facts, entries));
    let state = epochs.state();
    let valid = entries
        .iter()
        .filter(|entry| state.is_valid(entry.hash))
        .count();
    (
        valid,
        epochs
            .scopes()
            .map(|scope| epochs.ranked(scope).len())
            .sum(),
    )
}

/// A team in use: one person for fifty entries, one vault for a hundred with three members, second
/// devices, people who leave, keys for everybody, and revisions for the rest.
fn team(count: usize) -> Story {
    let people = count / 50 + 6;
    let mut story = Story::with_people(1, people);
    let team = story.facts.team_scope();
    let founder = By::under(story.first(1), story.roots()[1]);
    let admin = SubjectId::User(story.user(2));
    let admin = story.grant(founder, admin, team, Role::Admin, &[]);
    let admin = By::under(story.first(2), admin.into());
    for number in 3..people {
        let user = story.user(number);
        let scope = story.facts.users[&user].scope;
        let first = story.first(number);
        let mut boxes = vec![sealed_to(first)];
        if number % 3 == 0 {
            boxes.push(sealed_to(story.add_device(By::own(first), user, 1)));
        }
        story.key_epoch(By::own(first), scope, 1, &[], &boxes);
    }
    let mut writers = Vec::new();
    for vault in 0..count / 100 {
        let home = story.scope(admin, ScopeKind::Vault, Some(team));
        for member in 0..3 {
            let number = 3 + (vault * 7 + member * 5) % (people - 3);
            let user = story.user(number);
            let grant = story.grant(admin, SubjectId::User(user), home, Role::Editor, &[]);
            writers.push((
                By::under(story.first(number), grant.into()),
                home,
                user,
                grant,
            ));
        }
        keys(&mut story, &writers[writers.len() - 3..], home);
    }
    for (at, (_, home, user, grant)) in writers.clone().into_iter().enumerate() {
        if at % 20 == 7 {
            let pins = story.pins_on(user);
            story.revoke(admin, grant.into(), pins);
        } else if at % 60 == 13 {
            let pins = story.pins_on(user);
            story.remove(admin, user, home, pins);
        }
    }
    let mut turn = 0;
    while story.entries.len() < count {
        let (by, home, ..) = writers[turn * 13 % writers.len()];
        story.item(by, home);
        turn += 1;
    }
    story
}

fn sealed_to(device: conclave_core::id::DeviceId) -> Sealing {
    Sealing {
        recipient: Recipient::Device(device),
        key: None,
    }
}

/// The first writer makes the vault's key, for all of them.
fn keys(
    story: &mut Story,
    members: &[(By, ScopeId, conclave_core::id::UserId, EntryHash)],
    home: ScopeId,
) {
    let boxes = members.iter().filter_map(|(_, _, user, _)| {
        let scope = story.facts.users[user].scope;
        let own = story.entries.iter().find(|entry| {
            matches!(&entry.body, conclave_core::body::Body::KeyEpoch(e) if e.scope == scope)
        });
        Some(Sealing {
            recipient: Recipient::User(*user),
            key: Some(own?.hash),
        })
    });
    let boxes: Vec<Sealing> = boxes.collect();
    story.key_epoch(members[0].0, home, 1, &[], &boxes);
}
