//! The evaluator against the naive one, on random worlds of every kind of entry, on random subsets
//! and in random order.

use conclave_core::{authority::TeamFacts, entry::Entry};
use conclave_testkit::{
    rng::below,
    stories::{Partition, Story},
    worlds::{Outcome, held},
};

/// Evaluates both ways, in two orders, and returns what both say.
fn agree(facts: &TeamFacts, story: &Story, here: &[&Entry], what: &str) -> Outcome {
    let held = held(here, &story.lies);
    let production = Outcome::of(facts, here, &held);
    let reference = Outcome::of_reference(facts, here, &held);
    production.assert_same(&reference, what);
    assert_eq!(
        (&production.order, &production.devices),
        (&reference.order, &reference.devices),
        "{what}: seniority"
    );
    production
}

fn shuffled<'a>(story: &mut Story, here: &[&'a Entry]) -> Vec<&'a Entry> {
    let mut here = here.to_vec();
    for at in (1..here.len()).rev() {
        here.swap(at, below(&mut story.rng, at + 1));
    }
    here
}

#[test]
fn both_evaluators_agree_on_random_worlds() {
    for seed in crate::seeds() {
        let mut story = Story::new(seed).start();
        story.everything = true;
        let acts = 12 + below(&mut story.rng, 24);
        let mut story = story.fill(acts);
        let user = story.user(2 + below(&mut story.rng.clone(), 4));
        let evil = story.evil(user, 5, true);
        let entries: Vec<Entry> = story.entries.iter().cloned().chain(evil).collect();
        let all: Vec<&Entry> = entries.iter().collect();
        let outcome = agree(&story.facts.clone(), &story, &all, &format!("seed {seed}"));

        let turned = shuffled(&mut story, &all);
        let again = Outcome::of(&story.facts, &turned, &held(&turned, &story.lies));
        again.assert_same(&outcome, &format!("seed {seed}, shuffled"));
        assert_eq!(again.order, outcome.order, "seed {seed}, shuffled");

        for percent in [90, 75, 50] {
            let mut part = all.clone();
            part.retain(|_| story.chance(percent));
            let what = format!("seed {seed}, {percent} of 100");
            agree(&story.facts.clone(), &story, &part, &what);
            // With no more known than those entries tell.
            let mut facts = story.facts.clone();
            facts
                .users
                .retain(|user, _| *user == facts.own0 || *user == facts.founder);
            facts.machines.clear();
            part.iter().for_each(|entry| facts.learn(entry));
            agree(&facts, &story, &part, &format!("{what}, own facts"));
        }
    }
}

#[test]
fn both_evaluators_agree_about_keys() {
    for seed in crate::seeds() {
        let mut play = Partition::play(seed);
        for (n, view) in play.views.clone().iter().enumerate() {
            let here = play.view(view);
            agree(
                &play.story.facts,
                &play.story,
                &here,
                &format!("seed {seed}, half {n}"),
            );
        }
        let mut part = play.views[0].clone();
        part.retain(|_| play.story.chance(85));
        let here = play.view(&part);
        agree(
            &play.story.facts,
            &play.story,
            &here,
            &format!("seed {seed}, in part"),
        );
    }
}

/// Whoever mints can use what it minted, nobody outside knows a key in use, and outsiders spoil
/// nothing.
#[test]
fn hostile_14_keys_in_use_are_known_inside_alone() {
    let mut mints = 0;
    for seed in crate::seeds() {
        let play = Partition::play(seed);
        assert_eq!(play.failure, None, "seed {seed}");
        mints += play.mints;
    }
    assert!(mints > 0, "the stories have to force new keys");
}
