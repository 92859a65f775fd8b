//! That each trick does what it says, that an untricked door is honest, and that seeds decide all.

use std::collections::BTreeSet;

use conclave_core::layout::{HeadName, Listed, ObjectName, PackName, Span};

use super::*;
use crate::remote_contract::check_remote;

fn key(path: &str) -> Key {
    Key::new(path).unwrap()
}

async fn names(evil: &EvilStorage) -> Vec<String> {
    evil.list(&key("head"))
        .await
        .unwrap()
        .into_iter()
        .map(|item| item.name)
        .collect()
}

async fn with_three(seed: u64) -> EvilStorage {
    let evil = EvilStorage::new(seed);
    for name in ["head/a", "head/b", "head/c"] {
        evil.put(&key(name), name.repeat(20).as_bytes())
            .await
            .unwrap();
    }
    evil
}

#[tokio::test(flavor = "multi_thread")]
async fn without_tricks_it_keeps_the_contract() {
    check_remote(Arc::new(EvilStorage::new(1))).await;
}

#[tokio::test]
async fn objects_are_dropped_replayed_and_healed() {
    let evil = EvilStorage::new(1);
    let k = key("head/a");
    evil.put(&k, b"old").await.unwrap();
    evil.put(&k, b"new").await.unwrap();
    assert!(evil.replay(&k, 0));
    assert_eq!(evil.get(&k, 9).await.unwrap(), b"old");
    assert!(!evil.replay(&k, 2), "there is no third version");
    assert!(evil.drop_object(&k));
    assert!(matches!(evil.get(&k, 9).await, Err(RemoteError::NotFound)));
    assert!(!evil.drop_object(&k));
    assert!(evil.heal(&k));
    assert_eq!(evil.get(&k, 9).await.unwrap(), b"new");
    assert!(!evil.heal(&key("head/never")));
}

#[tokio::test]
async fn objects_are_cut_corrupted_and_swapped() {
    let evil = with_three(2).await;
    let (a, b) = (key("head/a"), key("head/b"));
    let whole = evil.get(&a, 999).await.unwrap();
    assert!(evil.corrupt(&a, 5));
    let changed = evil.get(&a, 999).await.unwrap();
    let differing: Vec<_> = (0..whole.len())
        .filter(|i| whole[*i] != changed[*i])
        .collect();
    assert_eq!(differing, [5]);
    assert!(!evil.corrupt(&a, whole.len()));
    assert!(evil.truncate(&a, 7));
    assert_eq!(evil.get(&a, 999).await.unwrap().len(), 7);
    assert!(evil.heal(&a) && evil.leave_partial(&a));
    let partial = evil.get(&a, 999).await.unwrap();
    assert!(partial.len() < whole.len() && whole.starts_with(&partial));
    assert!(evil.heal(&a) && evil.swap(&a, &b));
    assert_eq!(evil.get(&b, 999).await.unwrap(), whole);
}

#[tokio::test]
async fn copies_are_named_as_tools_name_them() {
    let evil = EvilStorage::new(3);
    let log = conclave_core::id::LogId::new([0xab; 32]);
    let pack = PackName {
        span: Span::new(3, 9).unwrap(),
    };
    let head = HeadName {
        log,
        span: pack.span,
    };
    evil.put(&pack.key(&log), b"pack").await.unwrap();
    evil.put(&head.key(), b"head").await.unwrap();
    for tool in [
        Tool::Dropbox,
        Tool::OneDrive,
        Tool::Syncthing,
        Tool::Numbered,
        Tool::Case,
    ] {
        let copy = evil.duplicate(&pack.key(&log), tool).unwrap();
        assert_eq!(
            Listed::read(copy.name()),
            Some(Listed::Copy { of: pack, by: tool })
        );
        assert_eq!(evil.get(&copy, 9).await.unwrap(), b"pack");
        let copy = evil.duplicate(&head.key(), tool).unwrap();
        assert_eq!(
            Listed::read(copy.name()),
            Some(Listed::Copy { of: head, by: tool })
        );
        assert!(HeadName::parse(copy.name()).is_none());
    }
    evil.rename_to_copy(&head.key(), Tool::OneDrive).unwrap();
    assert!(matches!(
        evil.get(&head.key(), 9).await,
        Err(RemoteError::NotFound)
    ));
}

#[tokio::test]
async fn the_whole_is_rolled_back() {
    let evil = with_three(4).await;
    let then = evil.snapshot();
    evil.put(&key("head/d"), b"later").await.unwrap();
    evil.delete(&key("head/a")).await.unwrap();
    evil.roll_back(&then);
    assert_eq!(names(&evil).await, ["a", "b", "c"]);
}

#[tokio::test]
async fn one_door_is_frozen_and_forked() {
    let ana = with_three(5).await;
    let mara = ana.door(6);
    mara.freeze();
    ana.put(&key("head/d"), b"ana").await.unwrap();
    mara.put(&key("head/e"), b"mara").await.unwrap();
    assert_eq!(names(&ana).await, ["a", "b", "c", "d"]);
    assert_eq!(names(&mara).await, ["a", "b", "c", "e"]);
    mara.thaw_and_merge();
    assert_eq!(names(&ana).await, ["a", "b", "c", "d", "e"]);
    assert_eq!(names(&mara).await, names(&ana).await);
    mara.freeze();
    mara.put(&key("head/f"), b"mara").await.unwrap();
    mara.thaw();
    assert_eq!(names(&mara).await, ["a", "b", "c", "d", "e"]);
}

#[tokio::test]
async fn lists_lag_and_lose_their_order() {
    let evil = with_three(7).await;
    evil.lag_lists(2);
    assert_eq!(names(&evil).await, [""; 0]);
    assert_eq!(names(&evil).await, [""; 0]);
    assert!(
        evil.get(&key("head/a"), 999).await.is_ok(),
        "they can be got all the while"
    );
    assert_eq!(names(&evil).await, ["a", "b", "c"]);
    evil.put(&key("head/d"), b"1").await.unwrap();
    assert_eq!(names(&evil).await, ["a", "b", "c"], "a new one lags anew");
    evil.lag_lists(0);
    evil.shuffle_lists(true);
    let mut orders = BTreeSet::new();
    for _ in 0..50 {
        let order = names(&evil).await;
        assert_eq!(
            order.iter().collect::<BTreeSet<_>>().len(),
            4,
            "nothing is lost"
        );
        orders.insert(order);
    }
    assert!(orders.len() > 5);
}

#[tokio::test(start_paused = true)]
async fn calls_are_slowed_down() {
    let evil = with_three(8).await;
    evil.delay(Duration::from_secs(30));
    let start = tokio::time::Instant::now();
    evil.list(&key("head")).await.unwrap();
    assert_eq!(start.elapsed(), Duration::from_secs(30));
}

#[tokio::test]
async fn the_seed_decides_every_trick() {
    let mut runs = Vec::new();
    for seed in [9, 9, 10] {
        let evil = with_three(seed).await;
        let told: Vec<_> = (0..6).map(|_| evil.random_trick()).collect();
        runs.push((told, evil.world().objects()));
    }
    assert_eq!(runs[0], runs[1]);
    assert_ne!(runs[0], runs[2]);
    let evil = EvilStorage::new(1);
    assert_eq!(
        evil.random_trick(),
        None,
        "an empty storage has nothing to trick with"
    );
}
