//! Heads and bases against a transitive closure written out the slow way, and the cases by name.

use std::collections::BTreeSet;

use proptest::{collection::vec, prelude::*};

use super::*;

fn h(n: usize) -> EntryHash {
    // Not in the order of the numbers, so that nothing rests on that.
    let mut bytes = [0; 32];
    bytes[0] = (n as u8).wrapping_mul(151);
    bytes[1] = n as u8;
    EntryHash::new(bytes)
}

fn entry(n: usize, parents: &[usize], kind: RevisionKind, counts: bool) -> Revision {
    Revision {
        hash: h(n),
        parents: parents.iter().map(|p| h(*p)).collect(),
        kind,
        counts,
    }
}

fn edit(n: usize, parents: &[usize]) -> Revision {
    entry(n, parents, RevisionKind::Edit, true)
}

fn tomb(n: usize, parents: &[usize]) -> Revision {
    entry(n, parents, RevisionKind::Tombstone, true)
}

fn sorted(ns: &[usize]) -> Vec<EntryHash> {
    ns.iter()
        .map(|n| h(*n))
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect()
}

#[test]
fn two_edits_of_one_version() {
    let history = History::new([edit(0, &[]), edit(1, &[0]), edit(2, &[0])]);
    assert_eq!(history.heads(), sorted(&[1, 2]));
    assert_eq!(history.base(h(1), h(2)), Base::One(h(0)));
    assert!(!history.is_deleted());
}

#[test]
fn an_ancestor_through_a_refused_entry_is_one() {
    let refused = entry(1, &[0], RevisionKind::Edit, false);
    let history = History::new([edit(0, &[]), refused.clone(), edit(2, &[1])]);
    assert_eq!(history.heads(), [h(2)]);
    assert!(history.is_built_on_refused(h(2)));
    // The refused one alone supersedes nothing, and is no base.
    let history = History::new([edit(0, &[]), refused.clone()]);
    assert_eq!(history.heads(), [h(0)]);
    assert!(!history.is_built_on_refused(h(0)));
    let history = History::new([edit(0, &[]), refused, edit(2, &[1]), edit(3, &[1])]);
    assert_eq!(history.base(h(2), h(3)), Base::Lost);
}

#[test]
fn crossed_merges_have_two_bases() {
    let history = History::new([
        edit(0, &[]),
        edit(1, &[0]),
        edit(2, &[0]),
        edit(3, &[1, 2]),
        edit(4, &[2, 1]),
    ]);
    assert_eq!(history.heads(), sorted(&[3, 4]));
    assert_eq!(history.base(h(3), h(4)), Base::Several);
}

#[test]
fn a_missing_parent_is_a_lost_base() {
    let history = History::new([edit(1, &[0]), edit(2, &[0])]);
    assert_eq!(history.base(h(1), h(2)), Base::Lost);
    let history = History::new([edit(1, &[]), edit(2, &[])]);
    assert_eq!(history.base(h(1), h(2)), Base::Lost);
}

#[test]
fn edit_beats_tombstone() {
    let history = History::new([edit(0, &[]), tomb(1, &[0])]);
    assert!(history.is_deleted());
    assert_eq!(history.heads(), [h(0)]);
    assert_eq!(history.tombstones(), [h(1)]);

    let history = History::new([edit(0, &[]), tomb(1, &[0]), edit(2, &[0])]);
    assert!(!history.is_deleted());
    assert_eq!(history.heads(), [h(2)]);

    // Restored.
    let history = History::new([edit(0, &[]), tomb(1, &[0]), edit(2, &[1])]);
    assert!(!history.is_deleted());
    assert_eq!(
        (history.heads(), history.tombstones()),
        (vec![h(2)], vec![])
    );

    // What was ended together with the item is not lost when another edit beats the end.
    let history = History::new([edit(0, &[]), edit(1, &[0]), tomb(2, &[1]), edit(3, &[0])]);
    assert!(!history.is_deleted());
    assert_eq!(history.heads(), sorted(&[1, 3]));
    assert_eq!(history.base(h(1), h(3)), Base::One(h(0)));

    // Both ended, each by somebody else.
    let history = History::new([
        edit(0, &[]),
        edit(1, &[0]),
        edit(2, &[0]),
        tomb(3, &[1]),
        tomb(4, &[2]),
    ]);
    assert!(history.is_deleted());

    // A refused tombstone ends nothing.
    let refused = entry(1, &[0], RevisionKind::Tombstone, false);
    assert!(!History::new([edit(0, &[]), refused]).is_deleted());
}

#[test]
fn two_restores_parted_at_the_version_that_was_ended() {
    let history = History::new([edit(0, &[]), tomb(1, &[0]), edit(2, &[1]), edit(3, &[1])]);
    assert_eq!(history.base(h(2), h(3)), Base::One(h(0)));
}

#[test]
fn a_circle_ends() {
    let history = History::new([edit(0, &[1]), edit(1, &[0]), tomb(2, &[3]), tomb(3, &[2])]);
    let _ = (
        history.heads(),
        history.is_deleted(),
        history.base(h(0), h(1)),
    );
    let _ = history.base(h(2), h(3));
}

/// Any graph whose edges point back, with refused entries and tombstones.
fn any_history() -> impl Strategy<Value = Vec<Revision>> {
    vec((any::<u32>(), any::<bool>(), 0..4u8, 0..8u8), 1..14).prop_map(|raw| {
        let entries = raw
            .iter()
            .enumerate()
            .map(|(n, (mask, wide, refused, tombstone))| {
                let mut parents: Vec<usize> = (0..n).filter(|p| mask >> p & 1 == 1).collect();
                if !wide {
                    parents.truncate(1);
                }
                let kind = if *tombstone == 0 {
                    RevisionKind::Tombstone
                } else {
                    RevisionKind::Edit
                };
                entry(n, &parents, kind, *refused != 0)
            });
        entries.collect()
    })
}

/// Strict ancestors, by definition.
fn before<'r>(all: &'r [Revision], of: &'r Revision) -> BTreeSet<EntryHash> {
    let mut set: BTreeSet<EntryHash> = of.parents.iter().copied().collect();
    loop {
        let more: Vec<_> = all
            .iter()
            .filter(|r| set.contains(&r.hash))
            .flat_map(|r| &r.parents)
            .copied()
            .collect();
        let len = set.len();
        set.extend(more);
        if set.len() == len {
            return set;
        }
    }
}

proptest! {
    #[test]
    fn heads_by_definition(all in any_history()) {
        let history = History::new(all.clone());
        let edits = || all.iter().filter(|r| r.counts && r.kind == RevisionKind::Edit);
        let heads: BTreeSet<_> = edits()
            .filter(|r| !edits().any(|o| before(&all, o).contains(&r.hash)))
            .map(|r| r.hash)
            .collect();
        prop_assert_eq!(history.heads(), heads.iter().copied().collect::<Vec<_>>());
        let ended = |hash: &EntryHash| {
            all.iter().any(|t| {
                t.counts && t.kind == RevisionKind::Tombstone && before(&all, t).contains(hash)
            })
        };
        prop_assert_eq!(history.is_deleted(), !heads.is_empty() && heads.iter().all(ended));
    }

    #[test]
    fn bases_by_definition(all in any_history(), a: prop::sample::Index, b: prop::sample::Index) {
        let history = History::new(all.clone());
        let with_self = |r: &Revision| {
            let mut set = before(&all, r);
            set.insert(r.hash);
            set
        };
        let find = |hash: &EntryHash| all.iter().find(|r| r.hash == *hash).unwrap();
        let (a, b) = (a.get(&all), b.get(&all));
        let common: BTreeSet<_> = with_self(a).intersection(&with_self(b)).copied().collect();
        let nearest: Vec<_> = common
            .iter()
            .filter(|c| !common.iter().any(|o| o != *c && before(&all, find(o)).contains(*c)))
            .collect();
        match history.base(a.hash, b.hash) {
            Base::Several if nearest.len() == 1 => {
                // The one nearest is an end of several versions, or of an end of several.
                prop_assert_eq!(find(nearest[0]).kind, RevisionKind::Tombstone);
            }
            Base::Several => prop_assert!(nearest.len() > 1),
            Base::One(base) => {
                prop_assert_eq!(nearest.len(), 1);
                prop_assert!(common.contains(&base) && find(&base).counts);
                prop_assert_eq!(find(&base).kind, RevisionKind::Edit);
                let near = find(nearest[0]);
                prop_assert!(near.hash == base || near.kind == RevisionKind::Tombstone);
            }
            Base::Lost => prop_assert!(nearest.len() <= 1),
        }
        prop_assert_eq!(history.base(a.hash, b.hash), history.base(b.hash, a.hash));
    }

    #[test]
    fn the_order_of_arrival_makes_no_difference(
        (all, shuffled) in any_history().prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle()))
    ) {
        let (one, other) = (History::new(all), History::new(shuffled));
        prop_assert_eq!(one.heads(), other.heads());
        prop_assert_eq!(one.tombstones(), other.tombstones());
        prop_assert_eq!(one.is_deleted(), other.is_deleted());
        let heads = one.heads();
        prop_assert_eq!(one.bases(&heads), other.bases(&heads));
    }
}
