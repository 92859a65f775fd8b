//! After a removal nothing counts beyond the pin, and all stays that lies within.

use std::collections::BTreeSet;

use conclave_core::{
    authority::GrantState,
    body::Body,
    entry::Entry,
    id::{EntryHash, GrantId, SubjectId},
    role::Role,
};
use conclave_testkit::{
    rng::below,
    stories::{By, Story},
};

use super::{
    Case, has, hashes, is_inert, judge, live, live_team, never, remove, somebody, team_reads,
    valid, without,
};

/// Whatever it claims: backdated, beside what is pinned, through the device tree.
#[test]
fn hostile_12_after_a_removal_nothing_beyond_the_pin_counts() {
    never(|seed| {
        let mut story = Story::new(seed).start().fill(18);
        let user = somebody(&mut story);
        let removal = remove(&mut story, user);
        let evil = story.evil(user, 5, true);
        let (facts, new) = (story.facts.clone(), hashes(&evil));
        let bad = move |here: &[&Entry]| {
            if !has(here, removal) {
                return false;
            }
            let (a, b) = (judge(&facts, &without(here, &new)), judge(&facts, here));
            let kept = |state: &_| -> BTreeSet<EntryHash> {
                let lasting = here.iter().filter(|entry| !is_inert(state, entry));
                hashes(lasting.copied())
                    .intersection(&valid(state))
                    .copied()
                    .collect()
            };
            kept(&a) != kept(&b)
                || live_team(&a) != live_team(&b)
                || team_reads(&a) != team_reads(&b)
        };
        story.entries.extend(evil);
        Some(Case {
            entries: story.entries,
            bad: Box::new(bad),
        })
    });
}

/// The same while the storage withholds what is pinned: juniors can be ended until it arrives, but
/// nobody gains anything.
#[test]
fn hostile_06_withholding_a_pinned_pack_gains_nothing() {
    never(|seed| {
        let mut story = Story::new(seed).start().fill(18);
        let user = somebody(&mut story);
        let removal = remove(&mut story, user);
        let devices = story.devices.get(&user).cloned().unwrap_or_default();
        let mine = story
            .entries
            .iter()
            .filter(|entry| devices.contains(&entry.device()));
        let mine = mine.filter(|entry| !matches!(entry.body, Body::DeviceAdd(..)));
        let mine: Vec<_> = mine.map(|entry| (entry.log(), entry.seq())).collect();
        let evil = story.evil(user, 5, true);
        if let Some((log, seq)) = story.pick(&mine) {
            let mut withheld = BTreeSet::new();
            for entry in story.entries.clone() {
                if entry.log() == log
                    && (entry.seq() == seq || entry.seq() > seq && story.chance(70))
                {
                    withheld.insert(entry.hash);
                }
            }
            story
                .entries
                .retain(|entry| !withheld.contains(&entry.hash));
        }
        let (facts, new) = (story.facts.clone(), hashes(&evil));
        let bad = move |here: &[&Entry]| {
            if !has(here, removal) {
                return false;
            }
            let (a, b) = (judge(&facts, &without(here, &new)), judge(&facts, here));
            let gained = here.iter().any(|entry| {
                new.contains(&entry.hash)
                    && b.is_valid(entry.hash)
                    && !is_inert(&b, entry)
                    && !matches!(entry.body, Body::Revoke(_) | Body::RemoveUser(_))
            });
            gained
                || !live_team(&b).is_subset(&live_team(&a))
                || !team_reads(&b).is_subset(&team_reads(&a))
        };
        story.entries.extend(evil);
        Some(Case {
            entries: story.entries,
            bad: Box::new(bad),
        })
    });
}

/// With every grant, device entry, scope and revocation here, no part of the rest shows a grant
/// live that the whole does not: hiding packs hides no removal. (Without equivocation.)
#[test]
fn hostile_06_gaps_hide_no_removal() {
    never(|seed| {
        let mut story = Story::new(seed).start().fill(24);
        let all: Vec<&Entry> = story.entries.iter().collect();
        if !judge(&story.facts, &all).forks().is_empty() {
            return None;
        }
        let mut view = BTreeSet::new();
        for entry in story.entries.clone() {
            let decides = matches!(
                entry.body,
                Body::Grant(..)
                    | Body::Revoke(_)
                    | Body::RemoveUser(_)
                    | Body::ScopeCreate(..)
                    | Body::DeviceAdd(..)
                    | Body::DeviceRevoke(_)
            );
            if decides || story.chance(50) {
                view.insert(entry.hash);
            }
        }
        let facts = story.facts.clone();
        let bad = move |here: &[&Entry]| {
            let part: Vec<&Entry> = here
                .iter()
                .copied()
                .filter(|entry| view.contains(&entry.hash))
                .collect();
            let (whole, part) = (judge(&facts, here), judge(&facts, &part));
            let lives = |state: &_| -> BTreeSet<GrantId> { live(state).map(|g| g.id).collect() };
            !lives(&part).is_subset(&lives(&whole))
                || !team_reads(&part).is_subset(&team_reads(&whole))
        };
        Some(Case {
            entries: story.entries,
            bad: Box::new(bad),
        })
    });
}

/// A concurrent grant falls to the removal; a citing one counts from an admin and not from a
/// manager.
#[test]
fn hostile_12_removal_beats_a_concurrent_grant() {
    never(|seed| {
        let mut story = Story::new(seed).start().fill(14);
        let user = somebody(&mut story);
        let (target, own0) = (SubjectId::User(user), SubjectId::User(story.user(0)));
        let able = story.grants.iter().filter(|g| {
            g.role.rank() >= 3 && g.subject.user().is_some() && ![target, own0].contains(&g.subject)
        });
        let able: Vec<_> = able.copied().collect();
        let above = story.pick(&able)?;
        let manages = story
            .grants
            .iter()
            .find(|g| g.subject == SubjectId::User(story.user(3)) && g.role == Role::Manager);
        let manages = manages.copied()?;
        let removal = remove(&mut story, user);
        let devices = story.devices.get(&above.subject.user()?).cloned()?;
        let device = story.pick(&devices)?;
        let concurrent = story.grant(
            By::under(device, above.id),
            target,
            above.scope,
            Role::Viewer,
            &[],
        );
        let by = By::under(story.first(3), manages.id);
        let citing = story.grant(by, target, manages.scope, Role::Viewer, &[removal]);
        let facts = story.facts.clone();
        let bad = move |here: &[&Entry]| {
            let state = judge(&facts, here);
            state.is_valid(removal)
                && live(&state)
                    .filter(|g| g.subject == target && !g.personal)
                    .any(|g| {
                        let made = here.iter().find(|entry| GrantId::from(entry.hash) == g.id);
                        let cites = made.is_some_and(|entry| {
                        matches!(&entry.body, Body::Grant(_, b) if b.cites.contains(&removal))
                    });
                        g.id == concurrent.into() || g.id == citing.into() || !cites
                    })
        };
        Some(Case {
            entries: story.entries,
            bad: Box::new(bad),
        })
    });
}

/// A removal with all ends pinned takes only the person's own live grants, where none of the
/// person's logs forks.
#[test]
fn a_removed_persons_past_acts_stay() {
    never(|seed| {
        let mut story = Story::new(seed).start().fill(20);
        let user = somebody(&mut story);
        let devices: BTreeSet<_> = story
            .devices
            .get(&user)
            .into_iter()
            .flatten()
            .copied()
            .collect();
        let before = hashes(&story.entries);
        let all: Vec<&Entry> = story.entries.iter().collect();
        let forks = judge(&story.facts, &all);
        if all
            .iter()
            .any(|e| devices.contains(&e.device()) && forks.forks().contains_key(&e.log()))
        {
            return None;
        }
        let removal = remove(&mut story, user);
        let pins: Vec<EntryHash> = match &story.entry(removal).body {
            Body::RemoveUser(remove) => remove.pins.iter().map(|pin| pin.hash).collect(),
            _ => vec![],
        };
        let new: BTreeSet<EntryHash> = hashes(&story.entries)
            .difference(&before)
            .copied()
            .collect();
        let facts = story.facts.clone();
        let bad = move |here: &[&Entry]| {
            let known = hashes(here.iter().copied());
            let mine = |entry: &&&Entry| devices.contains(&entry.device());
            let whole = new.iter().chain(&pins).all(|hash| known.contains(hash))
                && here
                    .iter()
                    .filter(mine)
                    .all(|entry| entry.header.prev.is_none_or(|prev| known.contains(&prev)));
            if !whole {
                return false;
            }
            let (a, b) = (judge(&facts, &without(here, &new)), judge(&facts, here));
            let lost = here
                .iter()
                .filter(mine)
                .any(|entry| a.is_valid(entry.hash) && !b.is_valid(entry.hash));
            let gone = live(&a).any(|g| {
                g.subject != SubjectId::User(user)
                    && g.owner != Some(user)
                    && !b.grant(g.id).is_some_and(GrantState::live)
            });
            lost || gone
        };
        Some(Case {
            entries: story.entries,
            bad: Box::new(bad),
        })
    });
}

/// The recovery owner undoes a rogue senior: whom he had removed lives again, and what he did
/// before stays.
#[test]
fn the_recovery_owner_undoes_a_rogue_senior() {
    never(|seed| {
        let mut story = Story::new(seed).start();
        let founder = By::under(story.first(1), story.roots()[1]);
        let team = story.facts.team_scope();
        let admin = |story: &mut Story, number| {
            let user = SubjectId::User(story.user(number));
            story.grant(founder, user, team, Role::Admin, &[])
        };
        let (rogue, other) = (admin(&mut story, 3), admin(&mut story, 4));
        let vault = story.scopes.get(1)?.id;
        let by = By::under(story.first(3), rogue.into());
        let user = SubjectId::User(story.user(5));
        let good = story.grant(by, user, vault, Role::Editor, &[]);
        let honest = story.user(3);
        let pins = story.pins_on(honest);
        let rivals = story.user(4);
        let kept = story.pins_on(rivals);
        story.remove(by, rivals, team, kept);
        for _ in 0..below(&mut story.rng, 4) {
            story.step(Some(honest), None, None);
        }
        // The whole person: a grant that somebody else gave him would let him go on by right.
        let end = story.remove(super::own0(&story), honest, team, pins);
        let (facts, whole) = (story.facts.clone(), story.entries.len());
        let bad = move |here: &[&Entry]| {
            let state = judge(&facts, here);
            let lives = |hash: EntryHash| state.grant(hash.into()).is_some_and(GrantState::live);
            here.len() == whole && has(here, end) && (lives(rogue) || !lives(other) || !lives(good))
        };
        Some(Case {
            entries: story.entries,
            bad: Box::new(bad),
        })
    });
}
