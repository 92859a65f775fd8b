//! Notices of changes: that they come, that reading makes none, and that they survive the folder.

use std::{fs, path::Path, time::Duration};

use conclave_core::remote::Remote;
use conclave_remote::{Change, Watch, WatchOptions, watch};
use tokio::time::timeout;

use super::{key, made};

/// Longer than any test waits for a notice, short enough to fail soon.
const SOON: Duration = Duration::from_secs(20);
/// Long enough that a notice would have come.
const QUIET: Duration = Duration::from_millis(600);

/// Notices alone: no poll comes within a test.
fn quick() -> WatchOptions {
    WatchOptions {
        settle: Duration::from_millis(60),
        settle_at_most: Duration::from_millis(400),
        poll: Duration::from_secs(3600),
        look: Duration::from_millis(100),
        notices: true,
    }
}

async fn next(watch: &mut Watch) -> Change {
    timeout(SOON, watch.next()).await.expect("a change is told")
}

async fn is_quiet(watch: &mut Watch) -> bool {
    timeout(QUIET, watch.next()).await.is_err()
}

async fn armed(root: &Path) -> Watch {
    let watch = watch(root, quick());
    let waiting = async {
        while !watch.is_noticing() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(SOON, waiting).await.expect("notices start");
    watch
}

#[tokio::test(flavor = "multi_thread")]
async fn a_put_is_noticed_once() {
    let dir = tempfile::tempdir().unwrap();
    let remote = made(dir.path()).await;
    let mut watch = armed(remote.root()).await;
    for i in 0..5 {
        remote.put(&key(&format!("head/{i}")), b"1").await.unwrap();
    }
    assert_eq!(next(&mut watch).await, Change::Files);
    // The first may have settled between two puts on a slow machine; then it is quiet.
    while timeout(QUIET, watch.next()).await.is_ok() {}
    remote.put(&key("log/ab/0.pack"), b"1").await.unwrap();
    assert_eq!(
        next(&mut watch).await,
        Change::Files,
        "folders made later are watched too"
    );
    while timeout(QUIET, watch.next()).await.is_ok() {}
    remote.put(&key("log/ab/1.pack"), b"1").await.unwrap();
    assert_eq!(
        next(&mut watch).await,
        Change::Files,
        "and what is put into them"
    );
}

/// Otherwise a reader would wake itself for ever.
#[tokio::test(flavor = "multi_thread")]
async fn reading_and_listing_are_not_noticed() {
    let dir = tempfile::tempdir().unwrap();
    let remote = made(dir.path()).await;
    remote.put(&key("head/a"), b"1").await.unwrap();
    let mut watch = armed(remote.root()).await;
    for _ in 0..5 {
        remote.get(&key("head/a"), 9).await.unwrap();
        remote.list(&key("head")).await.unwrap();
    }
    assert!(is_quiet(&mut watch).await);
    fs::write(remote.root().join("head/~conclave-1.tmp"), b"half").unwrap();
    assert!(
        is_quiet(&mut watch).await,
        "an unfinished write is not noticed either"
    );
    remote.delete(&key("head/a")).await.unwrap();
    assert_eq!(next(&mut watch).await, Change::Files, "a delete is");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_notices_in_a_row_are_held_back_and_still_told() {
    let dir = tempfile::tempdir().unwrap();
    let remote = made(dir.path()).await;
    let mut watch = armed(remote.root()).await;
    let writing = tokio::spawn(async move {
        for i in 0..100 {
            remote
                .put(&key(&format!("head/{}", i % 3)), &[i])
                .await
                .unwrap();
            tokio::time::sleep(Duration::from_millis(15)).await;
        }
    });
    let mut told = 0;
    while !writing.is_finished() {
        if timeout(Duration::from_millis(50), watch.next())
            .await
            .is_ok()
        {
            told += 1;
        }
    }
    writing.await.unwrap();
    assert!((1..50).contains(&told), "{told} notices for 100 writes");
}

#[tokio::test(flavor = "multi_thread")]
async fn polls_come_without_notices() {
    let dir = tempfile::tempdir().unwrap();
    let remote = made(dir.path()).await;
    let poll = Duration::from_millis(50);
    let mut watch = watch(
        remote.root(),
        WatchOptions {
            poll,
            notices: false,
            ..quick()
        },
    );
    for _ in 0..3 {
        assert_eq!(next(&mut watch).await, Change::Poll);
    }
    assert!(!watch.is_noticing());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_folder_vanishes_and_returns() {
    let dir = tempfile::tempdir().unwrap();
    let (shared, away) = (dir.path().join("shared"), dir.path().join("away"));
    fs::create_dir(&shared).unwrap();
    let remote = made(&shared).await;
    let mut watch = armed(remote.root()).await;
    for round in 0..2 {
        fs::rename(&shared, &away).unwrap();
        assert_eq!(next(&mut watch).await, Change::Gone, "round {round}");
        assert!(is_quiet(&mut watch).await, "it is told once");
        fs::rename(&away, &shared).unwrap();
        assert_eq!(next(&mut watch).await, Change::Back, "round {round}");
        remote.put(&key("head/a"), b"1").await.unwrap();
        assert_eq!(
            next(&mut watch).await,
            Change::Files,
            "and notices come again"
        );
    }
}

/// A new folder of the same name, perhaps with the same inode, has no watch on it.
#[tokio::test(flavor = "multi_thread")]
async fn the_folder_is_replaced_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let remote = made(dir.path()).await;
    let mut watch = armed(remote.root()).await;
    for _ in 0..3 {
        fs::remove_dir_all(remote.root()).unwrap();
        fs::create_dir(remote.root()).unwrap();
        // Files, or Gone and Back where the look fell in between.
        let _ = next(&mut watch).await;
        while timeout(QUIET, watch.next()).await.is_ok() {}
        remote.put(&key("head/a"), b"1").await.unwrap();
        assert_eq!(next(&mut watch).await, Change::Files);
        while timeout(QUIET, watch.next()).await.is_ok() {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_comes_later() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("later");
    let mut watch = watch(&root, quick());
    assert_eq!(next(&mut watch).await, Change::Gone);
    fs::create_dir(&root).unwrap();
    assert_eq!(next(&mut watch).await, Change::Back);
    fs::write(root.join("a"), b"1").unwrap();
    assert_eq!(next(&mut watch).await, Change::Files);
}

/// What was not fetched in time is one change, and the folder's coming and going is not lost in it.
#[tokio::test(flavor = "multi_thread")]
async fn a_slow_reader_gets_the_latest() {
    let dir = tempfile::tempdir().unwrap();
    let (shared, away) = (dir.path().join("shared"), dir.path().join("away"));
    fs::create_dir(&shared).unwrap();
    let remote = made(&shared).await;
    let poll = Duration::from_millis(40);
    let mut watch = watch(remote.root(), WatchOptions { poll, ..quick() });
    remote.put(&key("head/a"), b"1").await.unwrap();
    fs::rename(&shared, &away).unwrap();
    tokio::time::sleep(QUIET).await;
    assert_eq!(next(&mut watch).await, Change::Gone);
    assert!(
        is_quiet(&mut watch).await,
        "no polls while there is nothing to look at"
    );
}

/// A planted link does not widen the watch to what it points at.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn links_are_not_watched_through() {
    let dir = tempfile::tempdir().unwrap();
    let outside = tempfile::tempdir().unwrap();
    let remote = made(dir.path()).await;
    std::os::unix::fs::symlink(outside.path(), remote.root().join("inv")).unwrap();
    let mut watch = armed(remote.root()).await;
    fs::write(outside.path().join("a"), b"1").unwrap();
    assert!(is_quiet(&mut watch).await);
}
