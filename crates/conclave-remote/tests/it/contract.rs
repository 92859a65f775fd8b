//! The contract of all remotes, and the parts of it that only a folder can show.

use std::{fs, sync::Arc};

use conclave_core::remote::{Remote, RemoteError, Trouble};
use conclave_remote::{TryOutError, try_out};
use conclave_testkit::{
    counting_remote::{Count, CountingRemote, Counts},
    remote_contract::check_remote,
};

use super::{key, made, unmade};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_folder_keeps_the_contract() {
    let dir = tempfile::tempdir().unwrap();
    check_remote(Arc::new(made(dir.path()).await)).await;
    let left = walk(dir.path());
    assert!(
        !left.iter().any(|path| path.ends_with(".tmp")),
        "no write leaves a file: {left:?}"
    );
}

/// Two clients of one folder, as two programs on one share are.
#[tokio::test(flavor = "multi_thread")]
async fn two_doors_to_one_folder() {
    let dir = tempfile::tempdir().unwrap();
    let (a, b) = (made(dir.path()).await, made(dir.path()).await);
    a.put(&key("head/x"), b"1").await.unwrap();
    assert_eq!(b.get(&key("head/x"), 1).await.unwrap(), b"1");
    b.delete(&key("head/x")).await.unwrap();
    assert!(matches!(
        a.get(&key("head/x"), 1).await,
        Err(RemoteError::NotFound)
    ));
}

#[tokio::test]
async fn the_tree_lies_where_the_format_says() {
    let dir = tempfile::tempdir().unwrap();
    let remote = made(dir.path()).await;
    remote.put(&key("log/ab/0-1.pack"), b"x").await.unwrap();
    assert_eq!(
        walk(dir.path()),
        ["conclave1/c1c1c1c1c1c1c1c1/log/ab/0-1.pack"]
    );
    assert_eq!(remote.root(), dir.path().join("conclave1/c1c1c1c1c1c1c1c1"));
}

#[tokio::test]
async fn nothing_is_made_above_or_instead_of_a_chosen_folder() {
    let dir = tempfile::tempdir().unwrap();
    let missing = unmade(&dir.path().join("not/there"));
    assert!(matches!(missing.create().await, Err(RemoteError::Gone)));
    let k = key("head/a");
    // A chosen folder without the team's root is what an unmounted share looks like.
    for remote in [missing, unmade(dir.path())] {
        assert!(matches!(remote.put(&k, b"1").await, Err(RemoteError::Gone)));
        assert!(matches!(remote.get(&k, 1).await, Err(RemoteError::Gone)));
        assert!(matches!(
            remote.get_range(&k, 0, 1).await,
            Err(RemoteError::Gone)
        ));
        assert!(matches!(
            remote.list(&key("head")).await,
            Err(RemoteError::Gone)
        ));
        assert!(matches!(remote.delete(&k).await, Err(RemoteError::Gone)));
    }
    assert_eq!(
        fs::read_dir(dir.path()).unwrap().count(),
        0,
        "nothing was made"
    );
}

#[tokio::test]
async fn a_folder_vanishes_and_returns() {
    let dir = tempfile::tempdir().unwrap();
    let (shared, away) = (dir.path().join("shared"), dir.path().join("away"));
    fs::create_dir(&shared).unwrap();
    let remote = made(&shared).await;
    remote.put(&key("head/a"), b"1").await.unwrap();
    fs::rename(&shared, &away).unwrap();
    assert!(matches!(
        remote.list(&key("head")).await,
        Err(RemoteError::Gone)
    ));
    assert!(matches!(
        remote.put(&key("head/b"), b"2").await,
        Err(RemoteError::Gone)
    ));
    assert!(!shared.exists(), "a vanished folder is not made anew");
    fs::rename(&away, &shared).unwrap();
    assert_eq!(remote.get(&key("head/a"), 1).await.unwrap(), b"1");
}

#[tokio::test]
async fn a_file_where_the_folder_should_be() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, b"x").unwrap();
    assert!(matches!(
        unmade(&file).create().await,
        Err(RemoteError::Gone)
    ));
    fs::write(dir.path().join("conclave1"), b"x").unwrap();
    assert!(
        unmade(dir.path())
            .create()
            .await
            .unwrap_err()
            .is(Trouble::NotAFile)
    );
}

/// A put costs one flush of the file and one of its folder; new folders one each.
#[cfg(unix)]
#[tokio::test]
async fn flushes_of_a_put() {
    use conclave_core::id::TeamId;
    use conclave_remote::FolderRemote;

    let dir = tempfile::tempdir().unwrap();
    let counts = Arc::new(Counts::default());
    let folder = FolderRemote::metered(dir.path(), &TeamId::new([1; 32]), counts.clone());
    folder.create().await.unwrap();
    assert_eq!(counts.take().fsyncs, 2, "conclave1 and the tag");
    let remote = CountingRemote::new(Arc::new(folder), counts.clone());
    remote.put(&key("log/ab/0.pack"), b"123").await.unwrap();
    assert_eq!(
        counts.take(),
        Count {
            puts: 1,
            up: 3,
            fsyncs: 4,
            ..Count::default()
        }
    );
    remote.put(&key("log/ab/1.pack"), b"123").await.unwrap();
    assert_eq!(
        counts.take(),
        Count {
            puts: 1,
            up: 3,
            fsyncs: 2,
            ..Count::default()
        }
    );
    remote.get(&key("log/ab/1.pack"), 9).await.unwrap();
    remote.list(&key("head")).await.unwrap();
    assert_eq!(
        counts.take(),
        Count {
            lists: 1,
            gets: 1,
            down: 3,
            ..Count::default()
        }
    );
}

#[tokio::test]
async fn trying_a_folder_out() {
    let dir = tempfile::tempdir().unwrap();
    try_out(dir.path()).await.unwrap();
    assert_eq!(
        fs::read_dir(dir.path()).unwrap().count(),
        0,
        "nothing stays behind"
    );
    let missing = try_out(&dir.path().join("missing")).await;
    assert!(
        matches!(missing, Err(TryOutError::Write(RemoteError::Gone))),
        "{missing:?}"
    );
}

/// `/sys` is there on every Linux and lets nobody make files, not even root.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_folder_that_may_not_be_written() {
    let tried = try_out(std::path::Path::new("/sys")).await;
    assert!(
        matches!(tried, Err(TryOutError::Write(RemoteError::Denied))),
        "{tried:?}"
    );
    assert!(matches!(
        unmade("/sys".as_ref()).create().await,
        Err(RemoteError::Denied)
    ));
}

/// All files below, with `/` between the parts, sorted.
fn walk(root: &std::path::Path) -> Vec<String> {
    let mut files = Vec::new();
    let mut todo = vec![root.to_path_buf()];
    while let Some(folder) = todo.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                todo.push(path);
            } else {
                let below: Vec<_> = path.strip_prefix(root).unwrap().iter().collect();
                files.push(below.join("/".as_ref()).into_string().unwrap());
            }
        }
    }
    files.sort();
    files
}
