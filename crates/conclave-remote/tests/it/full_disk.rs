//! A disk that is full: told as such, nothing half written, nothing lost, and room helps.
//!
//! The disk is a memory file system of 256 KiB, mounted in a namespace of its own, in which this
//! test program is started a second time.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use conclave_core::remote::{Remote, RemoteError};
use conclave_remote::{TryOutError, try_out};

use super::{key, made};

const DISK_VARIABLE: &str = "CONCLAVE_TEST_FULL_DISK";
/// What the shell says where this system lets nobody mount anything.
const NOT_ALLOWED: i32 = 42;

#[tokio::test]
async fn inside_the_namespace() {
    let Some(disk) = std::env::var_os(DISK_VARIABLE) else {
        return;
    };
    let disk = Path::new(&disk);
    let remote = made(disk).await;
    remote.put(&key("head/a"), &[1; 100 << 10]).await.unwrap();
    for _ in 0..3 {
        let replacing = remote.put(&key("head/a"), &[2; 200 << 10]).await;
        assert!(matches!(replacing, Err(RemoteError::Full)), "{replacing:?}");
        let new = remote.put(&key("log/ab/0.pack"), &[3; 200 << 10]).await;
        assert!(matches!(new, Err(RemoteError::Full)), "{new:?}");
    }
    assert_eq!(
        remote.get(&key("head/a"), 1 << 20).await.unwrap(),
        [1; 100 << 10],
        "kept whole"
    );
    for folder in ["head", "log/ab"] {
        let files = std::fs::read_dir(remote.root().join(folder))
            .unwrap()
            .count();
        assert_eq!(
            files,
            usize::from(folder == "head"),
            "no temporary file keeps the room"
        );
    }
    remote
        .put(&key("log/ab/0.pack"), &[3; 100 << 10])
        .await
        .unwrap();

    let filler = disk.join("filler");
    let _ = std::fs::write(&filler, [0; 256 << 10]);
    let tried = try_out(disk).await;
    assert!(
        matches!(tried, Err(TryOutError::Write(RemoteError::Full))),
        "{tried:?}"
    );
    std::fs::remove_file(filler).unwrap();
    try_out(disk).await.unwrap();
}

#[test]
fn a_full_disk() {
    let disk = tempfile::tempdir().unwrap();
    let script = format!(
        "mount -t tmpfs -o size=256k none \"${DISK_VARIABLE}\" || exit {NOT_ALLOWED}; exec \"$0\" \"$@\""
    );
    let ended = Command::new("unshare")
        .args(["--map-root-user", "--mount", "sh", "-c", &script])
        .arg(std::env::current_exe().unwrap())
        .args(["full_disk::inside_the_namespace", "--exact", "--nocapture"])
        .env(DISK_VARIABLE, disk.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    if ended.status.code() == Some(NOT_ALLOWED) || said.contains("unshare failed") {
        #[expect(clippy::print_stdout, reason = "a test that did not run says so")]
        {
            println!("skipped: this system lets nobody mount a small disk: {said}");
        }
        return;
    }
    let told = String::from_utf8_lossy(&ended.stdout);
    assert!(
        ended.status.success() && told.contains("1 passed"),
        "{said}\n{told}"
    );
}
