//! What every [`Remote`] must keep: one suite, run by each implementation.
//!
//! It works in folders of its own, `contract/…`, of a storage that may hold other things. A breach
//! panics with the name of the rule.

use std::{pin::Pin, sync::Arc};

use conclave_core::remote::{Key, ListItem, MAX_SEGMENT, Remote, RemoteError, Trouble};
use tokio::task::JoinSet;

type Shared = Arc<dyn Remote>;
type Check = fn(Shared) -> Pin<Box<dyn Future<Output = ()> + Send>>;

/// Runs the whole suite. The runtime should have several threads, so that puts really race.
///
/// # Panics
/// Where the remote breaks a rule.
pub async fn check_remote(remote: Arc<dyn Remote>) {
    for check in CHECKS {
        check(Arc::clone(&remote)).await;
    }
}

const CHECKS: [Check; 14] = [
    |r| Box::pin(a_put_is_read_back(r)),
    |r| Box::pin(a_put_replaces_longer_and_shorter(r)),
    |r| Box::pin(folders_nest(r)),
    |r| Box::pin(an_object_may_be_empty(r)),
    |r| Box::pin(eight_mebibytes(r)),
    |r| Box::pin(ranges_end_with_the_object(r)),
    |r| Box::pin(a_missing_folder_is_an_empty_list(r)),
    |r| Box::pin(deleting_twice_is_no_error(r)),
    |r| Box::pin(what_is_not_there_is_not_found(r)),
    |r| Box::pin(a_reader_sets_the_limit(r)),
    |r| Box::pin(racing_puts_never_mix(r)),
    |r| Box::pin(every_character_of_a_name(r)),
    |r| Box::pin(foreign_names_are_not_written(r)),
    |r| Box::pin(many_objects_at_once(r)),
];

async fn a_put_is_read_back(r: Shared) {
    let k = key("contract/round/trip");
    done(r.put(&k, b"seen").await, "put");
    assert_eq!(
        done(r.get(&k, 100).await, "get"),
        b"seen",
        "what was put is what is got"
    );
    let listed = done(r.list(&key("contract/round")).await, "list");
    assert_eq!(
        listed,
        [ListItem {
            name: "trip".to_owned(),
            size: 4
        }],
        "lists name and size"
    );
    let k = key("contract-root");
    done(r.put(&k, b"1").await, "put directly in the root");
    assert_eq!(done(r.get(&k, 1).await, "get directly from the root"), b"1");
    done(r.delete(&k).await, "delete in the root");
}

async fn a_put_replaces_longer_and_shorter(r: Shared) {
    let k = key("contract/replace/a");
    for len in [10, 100, 1, 0, 50] {
        let bytes = vec![len as u8; len];
        done(r.put(&k, &bytes).await, "put over an object");
        assert_eq!(
            done(r.get(&k, 100).await, "get"),
            bytes,
            "the last put wins whole"
        );
    }
    let listed = done(r.list(&key("contract/replace")).await, "list");
    assert_eq!(
        listed.len(),
        1,
        "replacing leaves one object and nothing beside it"
    );
}

async fn folders_nest(r: Shared) {
    done(
        r.put(&key("contract/nest/b/c/d/e"), b"deep").await,
        "put at the greatest depth",
    );
    done(
        r.put(&key("contract/nest/a"), b"flat").await,
        "put above it",
    );
    assert_eq!(
        done(r.get(&key("contract/nest/b/c/d/e"), 9).await, "get deep"),
        b"deep"
    );
    let names = names(&r, "contract/nest").await;
    assert_eq!(
        names,
        ["a"],
        "a list shows files and not folders, nor what lies below them"
    );
}

async fn an_object_may_be_empty(r: Shared) {
    let k = key("contract/empty/a");
    done(r.put(&k, b"").await, "put nothing");
    assert_eq!(
        done(r.get(&k, 0).await, "get nothing within a limit of 0"),
        b""
    );
    let listed = done(r.list(&key("contract/empty")).await, "list");
    assert_eq!(listed.first().map(|item| item.size), Some(0));
}

async fn eight_mebibytes(r: Shared) {
    let k = key("contract/large/a");
    let bytes: Vec<u8> = (0..8_u32 << 20).map(|i| (i % 251) as u8).collect();
    done(r.put(&k, &bytes).await, "put 8 MiB");
    assert!(
        done(r.get(&k, 8 << 20).await, "get 8 MiB") == bytes,
        "8 MiB come back unchanged"
    );
    let part = done(r.get_range(&k, 5 << 20, 1000).await, "range");
    assert_eq!(Some(part.as_slice()), bytes.get(5 << 20..(5 << 20) + 1000));
    done(r.delete(&k).await, "delete 8 MiB");
}

async fn ranges_end_with_the_object(r: Shared) {
    let k = key("contract/range/a");
    done(r.put(&k, b"0123456789").await, "put");
    for (offset, len, expected) in [
        (0, 3, "012"),
        (3, 4, "3456"),
        (8, 9, "89"),
        (9, u64::MAX, "9"),
        (10, 1, ""),
        (u64::MAX, u64::MAX, ""),
        (4, 0, ""),
    ] {
        let part = done(r.get_range(&k, offset, len).await, "range");
        assert_eq!(part, expected.as_bytes(), "{len} bytes from {offset}");
    }
}

async fn a_missing_folder_is_an_empty_list(r: Shared) {
    for folder in ["contract/never", "contract/never/made/at/all"] {
        assert_eq!(
            done(r.list(&key(folder)).await, "list of a missing folder"),
            []
        );
    }
}

async fn deleting_twice_is_no_error(r: Shared) {
    let k = key("contract/delete/a");
    done(r.put(&k, b"1").await, "put");
    done(r.delete(&k).await, "delete");
    done(r.delete(&k).await, "delete what is deleted");
    done(
        r.delete(&key("contract/delete/b/c")).await,
        "delete in a folder that never was",
    );
    assert!(
        matches!(r.get(&k, 1).await, Err(RemoteError::NotFound)),
        "deleted is gone"
    );
    assert_eq!(names(&r, "contract/delete").await, [""; 0]);
}

async fn what_is_not_there_is_not_found(r: Shared) {
    for k in [
        key("contract/absent/a/b"),
        key("contract/absent"),
        key("contract-absent"),
    ] {
        let (get, range) = (r.get(&k, 1).await, r.get_range(&k, 0, 1).await);
        assert!(
            matches!(get, Err(RemoteError::NotFound)),
            "get {k}: {get:?}"
        );
        assert!(
            matches!(range, Err(RemoteError::NotFound)),
            "range {k}: {range:?}"
        );
    }
}

async fn a_reader_sets_the_limit(r: Shared) {
    let k = key("contract/limit/a");
    done(r.put(&k, &[7; 1000]).await, "put");
    assert_eq!(
        done(r.get(&k, 1000).await, "get of exactly the limit").len(),
        1000
    );
    for max in [0, 999] {
        let got = r.get(&k, max).await;
        assert!(
            matches!(got, Err(RemoteError::TooLarge { max: m }) if m == max),
            "{max}"
        );
    }
}

/// Writers race for one key with objects whose length follows from their bytes; whatever a reader
/// finds at any moment is one of them and whole.
async fn racing_puts_never_mix(r: Shared) {
    const LEN: usize = 3001;
    let object = |writer: u8, round: u8| vec![writer * 16 + round; LEN * usize::from(writer + 1)];
    let k = key("contract/race/a");
    done(r.put(&k, &object(0, 0)).await, "put");
    let mut tasks = JoinSet::new();
    for writer in 0..6 {
        let (r, k) = (Arc::clone(&r), k.clone());
        tasks.spawn(async move {
            for round in 0..12 {
                done(r.put(&k, &object(writer, round)).await, "racing put");
            }
        });
    }
    for _ in 0..3 {
        let (r, k) = (Arc::clone(&r), k.clone());
        tasks.spawn(async move {
            for _ in 0..60 {
                whole(&done(r.get(&k, 1 << 20).await, "get during a race"), LEN);
                tokio::task::yield_now().await;
            }
        });
    }
    while let Some(joined) = tasks.join_next().await {
        if let Err(failed) = joined {
            std::panic::resume_unwind(failed.into_panic());
        }
    }
    whole(&done(r.get(&k, 1 << 20).await, "get after a race"), LEN);
    assert_eq!(
        names(&r, "contract/race").await,
        ["a"],
        "a race leaves one object"
    );
}

async fn every_character_of_a_name(r: Shared) {
    let mut all = vec![
        "abcdefghijklmnopqrstuvwxyz".to_owned(),
        "0123456789".to_owned(),
        "a-b".to_owned(),
        "a.b".to_owned(),
        "a_b".to_owned(),
        "a--".to_owned(),
        "a..b".to_owned(),
        "0-._9".to_owned(),
        "x".repeat(MAX_SEGMENT),
    ];
    for name in &all {
        done(
            r.put(&key(&format!("contract/names/{name}")), name.as_bytes())
                .await,
            name,
        );
    }
    all.sort();
    assert_eq!(
        names(&r, "contract/names").await,
        all,
        "names come back as they were"
    );
    for name in &all {
        let k = key(&format!("contract/names/{name}"));
        assert_eq!(done(r.get(&k, 200).await, name), name.as_bytes());
    }
}

async fn foreign_names_are_not_written(r: Shared) {
    let folder = key("contract/foreign");
    let Ok(copy) = Key::observed(&folder, "a (conflicted copy 2026-01-02)") else {
        panic!("a conflict copy can be observed")
    };
    let (put, delete) = (r.put(&copy, b"1").await, r.delete(&copy).await);
    assert!(
        put.is_err_and(|e| e.is(Trouble::Refused)),
        "a foreign name is not written"
    );
    assert!(
        delete.is_err_and(|e| e.is(Trouble::Refused)),
        "a foreign name is not deleted"
    );
    assert!(
        matches!(r.get(&copy, 1).await, Err(RemoteError::NotFound)),
        "it may be asked for"
    );
}

async fn many_objects_at_once(r: Shared) {
    let mut tasks = JoinSet::new();
    for i in 0..40_u8 {
        let r = Arc::clone(&r);
        tasks.spawn(async move {
            // Half of them make the same folder at the same time.
            let k = key(&format!("contract/many/{}/{i:02}", i % 2));
            done(r.put(&k, &[i; 10]).await, "one put of many");
        });
    }
    while let Some(joined) = tasks.join_next().await {
        assert!(
            joined.is_ok(),
            "puts into one new folder do not disturb each other"
        );
    }
    for half in 0..2 {
        let expected: Vec<String> = (0..40)
            .filter(|i| i % 2 == half)
            .map(|i| format!("{i:02}"))
            .collect();
        assert_eq!(names(&r, &format!("contract/many/{half}")).await, expected);
    }
}

fn whole(object: &[u8], unit: usize) {
    let first = object.first().copied().unwrap_or_default();
    assert!(
        object.iter().all(|b| *b == first),
        "an object is not a mixture of two"
    );
    assert_eq!(
        object.len(),
        unit * usize::from(first / 16 + 1),
        "an object is not cut short"
    );
}

async fn names(r: &Shared, folder: &str) -> Vec<String> {
    let mut names: Vec<String> = done(r.list(&key(folder)).await, "list")
        .into_iter()
        .map(|item| item.name)
        .collect();
    names.sort();
    names
}

fn key(path: &str) -> Key {
    Key::new(path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn done<T>(result: Result<T, RemoteError>, what: &str) -> T {
    result.unwrap_or_else(|error| panic!("{what}: {error:?}"))
}
