//! Whoever writes two histories loses by it and gains nothing.

use conclave_core::{authority::Label, body::Body, entry::Entry};
use conclave_testkit::stories::{Act, Story};

use super::{Case, has, judge, live, never, team_reads};

/// One more sibling, which is no revocation, of any entry gives nobody anything.
#[test]
fn hostile_13_equivocation_only_loses_power() {
    never(|seed| {
        let mut story = Story::new(seed).start().fill(22);
        let all: Vec<_> = story
            .entries
            .iter()
            .filter(|entry| entry.seq() > 0)
            .filter_map(|entry| {
                Some((entry.log(), entry.seq(), entry.device(), entry.header.prev?))
            })
            .collect();
        let (log, seq, device, prev) = story.pick(&all)?;
        let user = story.owner_of(device)?;
        let acts = [
            Act::Grant,
            Act::ItemRev,
            Act::Audit,
            Act::DeviceAdd,
            Act::ScopeCreate,
        ];
        let act = story.pick(&acts);
        let own = story.devices.insert(user, vec![device]);
        let fork = story.step(Some(user), act, Some((seq - 1, prev)));
        if let Some(mut own) = own {
            own.extend(story.devices.remove(&user).unwrap_or_default());
            story.devices.insert(user, own);
        }
        let fork = fork.filter(|fork| story.entry(*fork).log() == log)?;
        let facts = story.facts.clone();
        let bad = move |here: &[&Entry]| {
            let sibling =
                |entry: &&&Entry| entry.log() == log && entry.seq() == seq && entry.hash != fork;
            if !has(here, fork) || !here.iter().any(|entry| sibling(&entry)) {
                return false;
            }
            let (a, b) = (
                judge(&facts, &super::without(here, &[fork].into())),
                judge(&facts, here),
            );
            // A Revoke may find its target unsettled again, and a late receipt is shown anyway.
            let more = here.iter().any(|entry| {
                b.is_valid(entry.hash)
                    && !a.is_valid(entry.hash)
                    && !matches!(entry.body, Body::Revoke(_))
                    && a.label(entry.hash) != Some(Label::Late)
            });
            let was = |grant| live(&a).any(|g| g.id == grant);
            live(&b).any(|g| !was(g.id)) || !team_reads(&b).is_subset(&team_reads(&a)) || more
        };
        Some(Case {
            entries: story.entries,
            bad: Box::new(bad),
        })
    });
}
