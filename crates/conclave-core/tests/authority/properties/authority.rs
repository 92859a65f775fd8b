//! Nobody lifts himself, juniors void no senior, and order does not matter.

use std::collections::BTreeSet;

use conclave_core::{
    authority::{GrantState, ScopeType, State},
    body::{Body, ScopeKind},
    entry::Entry,
    id::{GrantId, ScopeId, SubjectId, UserId},
    kind::Kind,
    role::Role,
};
use conclave_testkit::{
    rng::below,
    stories::{By, Story},
};

use super::{
    Case, OWNER, has, hashes, judge, live, live_team, members, never, rank_at, somebody,
    team_reads, under_personal, valid, without,
};

#[test]
fn order_and_repetition_do_not_matter() {
    never(|seed| {
        let mut story = Story::new(seed).start();
        story.everything = true;
        let mut story = story.fill(24);
        let facts = story.facts.clone();
        let swaps: Vec<usize> = (0..200)
            .map(|at| below(&mut story.rng, at % 97 + 1))
            .collect();
        let bad = move |here: &[&Entry]| {
            let mut turned = here.to_vec();
            turned.extend_from_within(..here.len().min(5));
            for (at, swap) in swaps.iter().enumerate() {
                if at < turned.len() && *swap < turned.len() {
                    turned.swap(at, *swap);
                }
            }
            let (a, b) = (judge(&facts, here), judge(&facts, &turned));
            let labels = here
                .iter()
                .all(|entry| a.label(entry.hash) == b.label(entry.hash));
            let scopes = a.scopes().all(|s| a.readers(s.id) == b.readers(s.id));
            !labels || live_team(&a) != live_team(&b) || !scopes
        };
        Some(Case {
            entries: story.entries,
            bad: Box::new(bad),
        })
    });
}

/// Nobody's new entries give anybody more than their author had: less than the author's rank,
/// unless he is an owner; at most an editor's through a group.
#[test]
fn nobody_elevates_himself() {
    never(|seed| {
        let mut story = Story::new(seed).start().fill(14);
        let user = somebody(&mut story);
        let mut evil = story.evil(user, 7, false);
        evil.retain(|entry| !matches!(entry.body, Body::DeviceAdd(..) | Body::DeviceRevoke(_)));
        let (facts, new) = (story.facts.clone(), hashes(&evil));
        let author = SubjectId::User(user);
        let bad = move |here: &[&Entry]| {
            let (a, b) = (judge(&facts, &without(here, &new)), judge(&facts, here));
            gained_rank(&a, &b, author)
                || gained_reading(&a, &b, author)
                || here
                    .iter()
                    .any(|entry| new.contains(&entry.hash) && wrote(&a, &b, author, entry))
        };
        story.entries.extend(evil);
        Some(Case {
            entries: story.entries,
            bad: Box::new(bad),
        })
    });
}

fn gained_rank(a: &State, b: &State, author: SubjectId) -> bool {
    live(b).filter(|g| !g.personal).any(|given| {
        members(b, given.subject).into_iter().any(|who| {
            let had = rank_at(b, a, who, given.scope);
            let cap = rank_at(b, a, author, given.scope);
            let through = live(a).filter(|g| match g.subject {
                SubjectId::Group(group) => {
                    rank_at(a, a, author, group) >= 3 && a.covers(g.scope, given.scope)
                }
                _ => false,
            });
            let through = through.map(|g| g.role.rank().min(2)).max().unwrap_or(0);
            let own = if cap == OWNER {
                cap
            } else {
                cap.saturating_sub(1)
            };
            given.role.rank() > had && given.role.rank() > own.max(through)
        })
    })
}

fn gained_reading(a: &State, b: &State, author: SubjectId) -> bool {
    team_reads(b)
        .difference(&team_reads(a))
        .any(|(scope, who)| {
            if b.scope(*scope)
                .is_some_and(|s| s.kind == ScopeType::BuiltIn)
            {
                // Only as a consequence of a role that the reader has in the team's tree.
                let theirs = live(b).filter(|g| !g.personal && members(b, g.subject).contains(who));
                let roles: Vec<Role> = theirs.map(|g| g.role).collect();
                let fits = |role: &Role| {
                    if *scope == b.facts().directory {
                        *role != Role::Guest
                    } else if *scope == b.facts().admins {
                        role.rank() >= 4
                    } else {
                        matches!(role, Role::Auditor | Role::Owner)
                    }
                };
                !roles.iter().any(fits) || who.user() == Some(b.facts().own0)
            } else {
                let through_group = live(a).any(|g| match g.subject {
                    SubjectId::Group(group) => {
                        rank_at(a, a, author, group) >= 3 && b.confers(g.id, *scope)
                    }
                    _ => false,
                });
                a.scope(*scope).is_some() && rank_at(a, a, author, *scope) < 3 && !through_group
            }
        })
}

fn wrote(a: &State, b: &State, author: SubjectId, entry: &Entry) -> bool {
    if !b.is_valid(entry.hash) {
        return false;
    }
    match &entry.body {
        Body::ItemRev(_, rev) => ![a, b].into_iter().any(|state| {
            live(state).any(|g| {
                g.role.rank() >= 2
                    && g.scope == rev.home
                    && members(state, g.subject).contains(&author)
            })
        }),
        Body::ScopeCreate(id, create) if create.kind != ScopeKind::Personal => {
            let Some(parent) = create.parent else {
                return true;
            };
            !under_personal(b, *id)
                && a.scope(parent).is_some()
                && rank_at(a, a, author, parent) < 3
        }
        _ => false,
    }
}

/// What stands above all of the attackers' grants stays valid and live.
#[test]
fn juniors_never_void_a_senior() {
    never(|seed| {
        let mut story = Story::new(seed).start().fill(16);
        let user = somebody(&mut story);
        let mut evil = story.evil(user, 6, true);
        evil.retain(|entry| !matches!(entry.body, Body::DeviceAdd(..)));
        let (facts, new) = (story.facts.clone(), hashes(&evil));
        let bad = move |here: &[&Entry]| {
            let (a, b) = (judge(&facts, &without(here, &new)), judge(&facts, here));
            let used = here.iter().filter(|entry| new.contains(&entry.hash));
            let used = used
                .filter_map(|entry| b.grant(entry.grant?))
                .filter(|g| !g.personal);
            let Some(top) = used.min_by_key(|g| g.turn) else {
                return false;
            };
            // Turns are numbered anew in each world, so seniority is read from the one in which
            // the attacker's grant stands.
            let above = |grant: GrantId| {
                let (g, same) = (a.grant(grant), b.grant(grant));
                g.filter(|g| !g.personal && same.is_some_and(|same| same.turn < top.turn))
                    .filter(|g| g.subject != SubjectId::User(user) && !made_by(&a, g, user))
            };
            let ended = live(&a)
                .any(|g| above(g.id).is_some() && !b.grant(g.id).is_some_and(GrantState::live));
            let voided = here
                .iter()
                .filter(|entry| a.is_valid(entry.hash) && !b.is_valid(entry.hash));
            let mut voided = voided.filter(|entry| entry.member.is_none());
            ended
                || voided.any(|entry| {
                    let senior = entry.grant.and_then(above).is_some();
                    senior
                        && match &entry.body {
                            Body::Grant(..) | Body::RemoveUser(_) | Body::ScopeCreate(..) => true,
                            Body::ItemRev(_, rev) => {
                                let level = |state: &State| state.scope(rev.home).map(|s| s.level);
                                level(&a) == level(&b)
                            }
                            _ => false,
                        }
                })
        };
        story.entries.extend(evil);
        Some(Case {
            entries: story.entries,
            bad: Box::new(bad),
        })
    });
}

/// The grant rests on one of this person's own: whoever equivocates takes along what he gave.
fn made_by(state: &State, grant: &GrantState, user: UserId) -> bool {
    let mut at = grant.parent.and_then(|parent| state.grant(parent));
    while let Some(grant) = at {
        if grant.subject == SubjectId::User(user) {
            return true;
        }
        at = grant.parent.and_then(|parent| state.grant(parent));
    }
    false
}

/// Of two who remove each other concurrently exactly the senior stays.
#[test]
fn hostile_12_mutual_removal_has_one_outcome() {
    never(|seed| {
        let mut story = Story::new(seed).start();
        // Two further admins, so that there are rivals in every world.
        let founder = By::under(story.first(1), story.roots()[1]);
        let team = story.facts.team_scope();
        for number in [3, 4] {
            let user = SubjectId::User(story.user(number));
            story.grant(founder, user, team, Role::Admin, &[]);
        }
        let mut story = story.fill(12);
        let all: Vec<&Entry> = story.entries.iter().collect();
        let state = judge(&story.facts, &all);
        let rivals: Vec<(GrantId, UserId, usize)> = live(&state)
            .filter(|g| g.role.rank() >= 3 && g.scope == team && g.id != story.roots()[0])
            .filter_map(|g| Some((g.id, g.subject.user()?, g.turn)))
            .filter(|(_, user, _)| state.tree(*user).iter().any(|d| d.live()))
            .collect();
        let (a, b) = (story.pick(&rivals)?, story.pick(&rivals)?);
        if a.1 == b.1 || !state.forks().is_empty() {
            return None;
        }
        let device = |user| state.tree(user).iter().find(|d| d.live()).map(|d| d.id);
        let (by_a, by_b) = (By::under(device(a.1)?, a.0), By::under(device(b.1)?, b.0));
        let (pins_a, pins_b) = (story.pins_on(a.1), story.pins_on(b.1));
        let ends = [
            story.revoke(by_a, b.0, pins_b),
            story.revoke(by_b, a.0, pins_a),
        ];
        let (senior, junior) = if a.2 < b.2 { (a.0, b.0) } else { (b.0, a.0) };
        let (facts, whole) = (story.facts.clone(), story.entries.len());
        let bad = move |here: &[&Entry]| {
            if here.len() < whole || !ends.iter().all(|end| has(here, *end)) {
                return false;
            }
            let state = judge(&facts, here);
            let lives = |g| state.grant(g).is_some_and(GrantState::live);
            !lives(senior) || lives(junior)
        };
        Some(Case {
            entries: story.entries,
            bad: Box::new(bad),
        })
    });
}

/// What a member of one vault can do ends at the vault: however he answers invitations, nobody's
/// grant elsewhere falls.
#[test]
fn invitations_reach_no_further_than_their_answerer() {
    never(|seed| {
        let mut story = Story::new(seed).start();
        story.everything = true;
        let mut story = story.fill(20);
        let manager = story.user(3);
        let mut new = BTreeSet::new();
        for _ in 0..4 {
            new.extend(story.step(
                Some(manager),
                Some(conclave_testkit::stories::Act::Admit),
                None,
            ));
        }
        let facts = story.facts.clone();
        let bad = move |here: &[&Entry]| {
            let (a, b) = (judge(&facts, &without(here, &new)), judge(&facts, here));
            let reach = |scope: ScopeId| rank_at(&a, &a, SubjectId::User(manager), scope) >= 3;
            let answered = |g: &GrantState| {
                let entry = here.iter().find(|entry| GrantId::from(entry.hash) == g.id);
                let invite = entry.and_then(|entry| match &entry.body {
                    Body::Grant(_, grant) => grant.invite,
                    _ => None,
                });
                let invite = here.iter().find(|entry| Some(entry.hash) == invite);
                // Whoever admits by somebody else's invitation takes that chance.
                invite.is_some_and(|i| {
                    i.kind() == Some(Kind::Invite)
                        && i.grant
                            .and_then(|g| a.grant(g))
                            .is_some_and(|g| g.subject == SubjectId::User(manager))
                })
            };
            live(&a).any(|g| {
                !g.personal
                    && !reach(g.scope)
                    && !answered(g)
                    && !b.grant(g.id).is_some_and(GrantState::live)
            })
        };
        Some(Case {
            entries: story.entries,
            bad: Box::new(bad),
        })
    });
}

/// Only what is valid is ever live, and no reader has no live grant.
#[test]
fn readers_rest_on_live_grants() {
    never(|seed| {
        let story = Story::new(seed).start().fill(20);
        let facts = story.facts.clone();
        let bad = move |here: &[&Entry]| {
            let state = judge(&facts, here);
            let valid = valid(&state);
            let unfounded = live(&state).any(|g| {
                let made = here.iter().find(|entry| GrantId::from(entry.hash) == g.id);
                made.is_some_and(|entry| !valid.contains(&entry.hash))
            });
            unfounded
                || team_reads(&state).iter().any(|(scope, who)| {
                    !live(&state).any(|g| {
                        members(&state, g.subject).contains(who) && state.confers(g.id, *scope)
                    })
                })
        };
        Some(Case {
            entries: story.entries,
            bad: Box::new(bad),
        })
    });
}
