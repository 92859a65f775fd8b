//! What a hostile or merely busy storage puts into the folder.

use std::{
    fs::{self, File},
    time::{Duration, SystemTime},
};

use conclave_core::{
    layout::{HeadName, Listed, ObjectName, PackName, Span, Tool},
    remote::{Key, Remote, RemoteError, Trouble},
};
use conclave_remote::folder::{SWEEP_AFTER, is_temporary};

use super::{key, made};

#[tokio::test]
async fn foreign_files_and_folders_are_borne() {
    let dir = tempfile::tempdir().unwrap();
    let remote = made(dir.path()).await;
    remote.put(&key("head/a"), b"1").await.unwrap();
    let head = remote.root().join("head");
    for name in [
        ".DS_Store",
        ".syncthing.a.tmp",
        "~conclave-0.tmp",
        "~$lock",
        ".~lock.a#",
    ] {
        fs::write(head.join(name), b"x").unwrap();
    }
    for name in [
        "desktop.ini",
        "Thumbs.db",
        "A",
        "ä 🙂",
        "a (1)",
        &"n".repeat(255),
    ] {
        fs::write(head.join(name), b"x").unwrap();
    }
    fs::create_dir(head.join("folder")).unwrap();
    let mut names: Vec<_> = remote
        .list(&key("head"))
        .await
        .unwrap()
        .into_iter()
        .map(|item| item.name)
        .collect();
    names.sort();
    let mut expected = vec!["a", "desktop.ini", "Thumbs.db", "A", "ä 🙂", "a (1)"];
    let long = "n".repeat(255);
    expected.push(&long);
    expected.sort_unstable();
    assert_eq!(
        names, expected,
        "hidden, temporary and folders are left out, the rest is shown"
    );
    assert_eq!(
        names
            .iter()
            .filter(|n| Listed::<HeadName>::read(n).is_some())
            .count(),
        0
    );
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_name_that_is_no_text_is_borne() {
    use std::os::unix::ffi::OsStrExt;
    let dir = tempfile::tempdir().unwrap();
    let remote = made(dir.path()).await;
    remote.put(&key("head/a"), b"1").await.unwrap();
    let name = std::ffi::OsStr::from_bytes(b"\xff\xfe");
    fs::write(remote.root().join("head").join(name), b"x").unwrap();
    assert_eq!(remote.list(&key("head")).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_conflict_copy_is_listed_and_read_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let remote = made(dir.path()).await;
    let folder = key("log/ab");
    let pack = PackName {
        span: Span::new(0, 7).unwrap(),
    };
    let own = folder.join(&pack.name()).unwrap();
    remote.put(&own, b"mine").await.unwrap();
    let stem = pack.span.to_string();
    let here = remote.root().join("log/ab");
    let copies = [
        (
            format!("{stem} (Ana's conflicted copy 2026-01-02).pack"),
            Tool::Dropbox,
        ),
        (format!("{stem}-DESKTOP-1A.pack"), Tool::OneDrive),
        (
            format!("{stem}.sync-conflict-20260102-030405-ABCDEFG.pack"),
            Tool::Syncthing,
        ),
        (format!("{stem} (1).pack"), Tool::Numbered),
    ];
    for (name, _) in &copies {
        fs::write(here.join(name), name).unwrap();
    }
    fs::write(here.join(format!("{stem}.pack.partial")), b"half").unwrap();
    let mut found = Vec::new();
    for item in remote.list(&folder).await.unwrap() {
        let Some(listed) = Listed::<PackName>::read(&item.name) else {
            continue;
        };
        assert_eq!(*listed.object(), pack);
        if let Listed::Copy { by, .. } = listed {
            let copy = Key::observed(&folder, &item.name).unwrap();
            assert_eq!(remote.get(&copy, 200).await.unwrap(), item.name.as_bytes());
            assert!(remote.delete(&copy).await.unwrap_err().is(Trouble::Refused));
            found.push((item.name, by));
        }
    }
    found.sort();
    let mut expected = copies.to_vec();
    expected.sort();
    assert_eq!(found, expected);
    assert_eq!(remote.get(&own, 4).await.unwrap(), b"mine");
}

/// A link is refused wherever it stands, and nothing is written or read where it points.
#[cfg(unix)]
#[tokio::test]
async fn links_are_not_followed() {
    use std::os::unix::fs::symlink;
    let dir = tempfile::tempdir().unwrap();
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("secret"), b"private").unwrap();
    let remote = made(dir.path()).await;

    // A link as an object.
    remote.put(&key("head/own"), b"1").await.unwrap();
    symlink(
        outside.path().join("secret"),
        remote.root().join("head/link"),
    )
    .unwrap();
    symlink("/dev/zero", remote.root().join("head/zero")).unwrap();
    for name in ["head/link", "head/zero"] {
        let got = remote.get(&key(name), 100).await;
        assert!(
            got.as_ref().is_err_and(|e| e.is(Trouble::NotAFile)),
            "{name}: {got:?}"
        );
        assert!(
            remote
                .get_range(&key(name), 0, 9)
                .await
                .unwrap_err()
                .is(Trouble::NotAFile)
        );
    }
    assert_eq!(
        remote.list(&key("head")).await.unwrap().len(),
        1,
        "links are not listed"
    );
    // Writing there replaces the link, and deleting removes it; neither touches what it names.
    remote.put(&key("head/link"), b"2").await.unwrap();
    assert_eq!(remote.get(&key("head/link"), 1).await.unwrap(), b"2");
    remote.delete(&key("head/zero")).await.unwrap();

    // A link as a folder.
    symlink(outside.path(), remote.root().join("inv")).unwrap();
    for result in [
        remote.put(&key("inv/a"), b"1").await,
        remote.put(&key("inv/a/b"), b"1").await,
        remote.delete(&key("inv/secret")).await,
        remote.get(&key("inv/secret"), 100).await.map(drop),
        remote.list(&key("inv")).await.map(drop),
    ] {
        assert!(
            result.as_ref().is_err_and(|e| e.is(Trouble::NotAFile)),
            "{result:?}"
        );
    }

    // A link as the root itself.
    let moved = dir.path().join("moved");
    fs::rename(remote.root(), &moved).unwrap();
    symlink(outside.path(), remote.root()).unwrap();
    assert!(
        remote
            .put(&key("a"), b"1")
            .await
            .unwrap_err()
            .is(Trouble::NotAFile)
    );
    assert!(remote.create().await.unwrap_err().is(Trouble::NotAFile));

    let left: Vec<_> = fs::read_dir(outside.path())
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    assert_eq!(left, ["secret"]);
    assert_eq!(fs::read(outside.path().join("secret")).unwrap(), b"private");
}

/// The folder that a person chose may be a link: many people's Dropbox is.
#[cfg(unix)]
#[tokio::test]
async fn a_chosen_link_is_followed() {
    let dir = tempfile::tempdir().unwrap();
    let real = dir.path().join("real");
    fs::create_dir(&real).unwrap();
    std::os::unix::fs::symlink(&real, dir.path().join("chosen")).unwrap();
    let remote = made(&dir.path().join("chosen")).await;
    remote.put(&key("head/a"), b"1").await.unwrap();
    assert!(real.join("conclave1/c1c1c1c1c1c1c1c1/head/a").is_file());
}

/// A pipe in the place of an object would hold a reader for ever.
#[cfg(unix)]
#[tokio::test]
async fn a_pipe_does_not_hold_a_reader() {
    let dir = tempfile::tempdir().unwrap();
    let remote = made(dir.path()).await;
    remote.put(&key("head/a"), b"1").await.unwrap();
    let pipe = remote.root().join("head/pipe");
    assert!(
        std::process::Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    let got = tokio::time::timeout(Duration::from_secs(10), remote.get(&key("head/pipe"), 9)).await;
    assert!(got.expect("it returns").unwrap_err().is(Trouble::NotAFile));
    assert_eq!(remote.list(&key("head")).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_folder_in_the_place_of_an_object() {
    let dir = tempfile::tempdir().unwrap();
    let remote = made(dir.path()).await;
    fs::create_dir_all(remote.root().join("head/a/b")).unwrap();
    let k = key("head/a");
    assert!(remote.get(&k, 1).await.unwrap_err().is(Trouble::NotAFile));
    assert!(
        remote
            .put(&k, b"1")
            .await
            .unwrap_err()
            .is(Trouble::NotAFile)
    );
    assert!(remote.delete(&k).await.unwrap_err().is(Trouble::NotAFile));
    let left = remote.list(&key("head")).await.unwrap();
    assert_eq!(left, [], "the failed put took its temporary file with it");
    assert_eq!(fs::read_dir(remote.root().join("head")).unwrap().count(), 1);
}

/// An object can grow between a look at its size and the end of reading.
#[tokio::test]
async fn a_huge_object_is_not_read() {
    let dir = tempfile::tempdir().unwrap();
    let remote = made(dir.path()).await;
    remote.put(&key("head/a"), b"1").await.unwrap();
    // 8 TiB that take no room.
    let huge = File::create(remote.root().join("head/huge")).unwrap();
    if huge.set_len(8 << 40).is_err() {
        huge.set_len(1 << 40).unwrap();
    }
    let got = remote.get(&key("head/huge"), 1 << 20).await;
    assert!(matches!(got, Err(RemoteError::TooLarge { max }) if max == 1 << 20));
    assert_eq!(
        remote
            .get_range(&key("head/huge"), 1 << 39, 5)
            .await
            .unwrap(),
        [0; 5]
    );
}

/// Only old leftovers are swept, by the clock of the storage, and nothing else is.
#[tokio::test]
async fn leftovers_of_a_crash_are_swept_after_a_day() {
    let dir = tempfile::tempdir().unwrap();
    let remote = made(dir.path()).await;
    let head = remote.root().join("head");
    fs::create_dir(&head).unwrap();
    let aged = |name: &str, age: Duration| {
        let file = File::create(head.join(name)).unwrap();
        file.set_modified(SystemTime::now() - age).unwrap();
    };
    let minute = Duration::from_secs(60);
    aged("~conclave-00000000000000aa.tmp", SWEEP_AFTER + minute);
    aged("~conclave-00000000000000bb.tmp", SWEEP_AFTER - minute);
    aged("~other.tmp", SWEEP_AFTER * 9);
    aged("a", SWEEP_AFTER * 9);
    assert!(is_temporary("~conclave-00000000000000aa.tmp") && !is_temporary("~other.tmp"));
    remote.put(&key("head/b"), b"1").await.unwrap();
    let mut left: Vec<_> = fs::read_dir(&head)
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    left.sort();
    assert_eq!(
        left,
        ["a", "b", "~conclave-00000000000000bb.tmp", "~other.tmp"]
    );
}

/// Lists go on while files come and go under them.
#[tokio::test(flavor = "multi_thread")]
async fn a_list_bears_vanishing_files() {
    let dir = tempfile::tempdir().unwrap();
    let remote = made(dir.path()).await;
    remote.put(&key("head/stays"), b"1").await.unwrap();
    let head = remote.root().join("head");
    let churn = std::thread::spawn(move || {
        for round in 0..300 {
            for i in 0..10 {
                fs::write(head.join(format!("goes-{i}")), [round as u8]).unwrap();
            }
            for i in 0..10 {
                fs::remove_file(head.join(format!("goes-{i}"))).unwrap();
            }
        }
    });
    let mut lists = 0;
    while !churn.is_finished() {
        let names = remote.list(&key("head")).await.unwrap();
        assert!(names.iter().any(|item| item.name == "stays"));
        lists += 1;
    }
    churn.join().unwrap();
    assert!(lists > 0);
}
