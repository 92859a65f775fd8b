//! Overviews against a plain map: through folding, cleaning, rollback and reopening.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::overview;

type Model = BTreeMap<ItemId, Vec<u8>>;

#[derive(Debug, Clone)]
enum Step {
    /// One transaction: items with the length of their new overview, or removed.
    Write(Vec<(u32, Option<usize>)>),
    /// The same, given up at the end.
    GiveUp(Vec<(u32, Option<usize>)>),
    Clear,
    Load,
    Reopen,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let write = || {
        let change = (0..60u32, prop::option::weighted(0.85, 0..9000usize));
        prop::collection::vec(change, 1..12)
    };
    let step = prop_oneof![
        20 => write().prop_map(Step::Write),
        2 => write().prop_map(Step::GiveUp),
        1 => Just(Step::Clear),
        4 => Just(Step::Load),
        2 => Just(Step::Reopen),
    ];
    prop::collection::vec(step, 1..60)
}

fn content(n: u32, len: usize, version: usize) -> Vec<u8> {
    let mut content = vec![n as u8; len];
    let stamp = version.to_le_bytes();
    let stamped = len.min(stamp.len());
    content[..stamped].copy_from_slice(&stamp[..stamped]);
    content
}

fn loaded(store: &mut OpenStore, team: &TeamId) -> Model {
    let overviews = store.load_overviews(team).unwrap();
    let model: Model = overviews
        .iter()
        .map(|(id, data)| (id, data.to_vec()))
        .collect();
    assert_eq!(model.len(), overviews.len(), "an item came twice");
    assert_eq!(overviews.is_empty(), model.is_empty());
    model
}

fn apply(
    store: &mut OpenStore,
    model: &mut Model,
    changes: &[(u32, Option<usize>)],
    version: usize,
    commit: bool,
) {
    let t = team(1);
    let mut after = model.clone();
    let result = store.transaction(|tx| {
        for (n, len) in changes {
            match len {
                Some(len) => {
                    let content = content(*n, *len, version);
                    tx.put_overview(&t, &item(*n), &content)?;
                    after.insert(item(*n), content);
                }
                None => {
                    tx.remove_overview(&t, &item(*n));
                    after.remove(&item(*n));
                }
            }
        }
        if commit {
            Ok(())
        } else {
            Err(StoreError::WrongKey)
        }
    });
    assert_eq!(result.is_ok(), commit);
    if commit {
        *model = after;
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 24,
        rng_seed: proptest::test_runner::RngSeed::Fixed(9),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn overviews_are_those_of_a_plain_map(steps in steps()) {
        let (folder, mut store) = profile(1);
        // Another team's rows lie between ours.
        let bystander = BTreeMap::from([(item(1), vec![7; 50])]);
        store.transaction(|tx| tx.put_overview(&team(2), &item(1), &[7; 50])).unwrap();
        let mut model = Model::new();
        for (version, step) in steps.iter().enumerate() {
            match step {
                Step::Write(changes) => apply(&mut store, &mut model, changes, version, true),
                Step::GiveUp(changes) => apply(&mut store, &mut model, changes, version, false),
                Step::Clear => {
                    store.transaction(|tx| tx.clear_overviews(&team(1))).unwrap();
                    model.clear();
                }
                Step::Load => prop_assert_eq!(&loaded(&mut store, &team(1)), &model),
                Step::Reopen => {
                    drop(store);
                    store = reopen(folder.path()).unwrap();
                }
            }
            // What is remembered is what a fresh look at the rows would find.
            if let Some(remembered) = store.ledger(&team(1)) {
                let (_, fresh) = overview::load(&store, &team(1)).unwrap();
                prop_assert!(remembered.agrees_with(&fresh), "{:?} {:?}", remembered, fresh);
            }
        }
        prop_assert_eq!(&loaded(&mut store, &team(1)), &model);
        prop_assert_eq!(&loaded(&mut store, &team(2)), &bystander);
    }
}

/// The sealed bytes of the pages and of the delta.
fn stored(store: &OpenStore) -> (i64, i64) {
    let sum = |table: &str| {
        let sql = format!("SELECT coalesce(sum(length(sealed)), 0) FROM {table}");
        store.conn.query_row(&sql, [], |row| row.get(0)).unwrap()
    };
    (sum("overview_pages"), sum("overview_delta"))
}

#[test]
fn many_edits_do_not_pile_up() {
    let (_folder, mut store) = profile(1);
    let t = team(1);
    let put = |store: &mut OpenStore, ns: std::ops::Range<u32>| {
        let written = store.transaction(|tx| {
            for n in ns.clone() {
                tx.put_overview(&t, &item(n % 2000), &content(n, 200, n as usize))?;
            }
            Ok::<_, StoreError>(())
        });
        written.unwrap();
    };
    put(&mut store, 0..2000);
    store.load_overviews(&t).unwrap();
    let live = 2000 * 236;
    for round in 0..1500u32 {
        // Twelve at a time, scattered over all items.
        let start = round.wrapping_mul(7919) % 2000;
        put(&mut store, start..start + 12);
        let (pages, delta) = stored(&store);
        assert!(
            pages < live * 3 / 2 + 5 * 70_000,
            "{round}: {pages} bytes of pages"
        );
        assert!(delta <= 68 << 10, "{round}: {delta} bytes of delta");
    }
    // Removed items leave nothing, not even that they were removed.
    for chunk in (0..2000).collect::<Vec<u32>>().chunks(20) {
        let removed = store.transaction(|tx| {
            for n in chunk {
                tx.remove_overview(&t, &item(*n));
            }
            Ok::<_, StoreError>(())
        });
        removed.unwrap();
    }
    assert!(store.load_overviews(&t).unwrap().is_empty());
    for round in 0..800 {
        put(&mut store, round..round + 1);
        let removed = store.transaction(|tx| {
            tx.remove_overview(&t, &item(round));
            Ok::<_, StoreError>(())
        });
        removed.unwrap();
    }
    let (pages, delta) = stored(&store);
    assert!(pages + delta < 300_000, "{pages} {delta}");
    assert!(store.load_overviews(&t).unwrap().is_empty());
}

#[test]
fn without_loading_edits_are_appended_and_cleaned_later() {
    let (folder, mut store) = profile(1);
    let t = team(1);
    for round in 0..40 {
        let written = store.transaction(|tx| {
            for n in 0..50 {
                tx.put_overview(&t, &item(n), &content(n, 1000, round))?;
            }
            tx.remove_overview(&t, &item(50));
            Ok::<_, StoreError>(())
        });
        written.unwrap();
    }
    let (before, _) = stored(&store);
    assert!(before > 1_000_000, "nothing was cleaned blindly: {before}");
    drop(store);
    let mut store = reopen(folder.path()).unwrap();
    let overviews = store.load_overviews(&t).unwrap();
    let items: BTreeSet<_> = overviews.iter().map(|(item, _)| item).collect();
    assert_eq!(items, (0..50).map(item).collect());
    for round in 0..60 {
        let edit = |tx: &mut crate::Tx<'_>| tx.put_overview(&t, &item(round % 50), &[1; 9000]);
        store.transaction(edit).unwrap();
    }
    let (after, _) = stored(&store);
    assert!(after < 900_000, "{after}");
}

#[test]
fn long_overviews_get_a_page_of_their_own() {
    let (_folder, mut store) = profile(1);
    let t = team(1);
    let lens = [0, 1, 65_000, 65_496, 65_497, 70_000, 128 << 10];
    let written = store.transaction(|tx| {
        for (n, len) in (0..).zip(lens) {
            tx.put_overview(&t, &item(n), &content(n, len, 1))?;
        }
        Ok::<_, StoreError>(())
    });
    written.unwrap();
    let overviews = loaded(&mut store, &t);
    for (n, len) in (0..).zip(lens) {
        assert_eq!(overviews[&item(n)], content(n, len, 1));
    }
}
