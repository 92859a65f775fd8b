//! Kills a writer in the middle of its work, again and again, and reads what is left.
//!
//! The writer is this test program, started a second time. A kill shows that the order of the steps
//! is right; that flushed bytes survive a power cut is the file system's promise and not tested.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    time::Duration,
};

use conclave_core::remote::{Remote, RemoteError};
use conclave_remote::folder::is_temporary;

use super::{key, made, unmade};

const FOLDER_VARIABLE: &str = "CONCLAVE_TEST_CRASH_FOLDER";
const KEYS: [&str; 3] = ["head/a", "log/ab/0.pack", "inv/c"];
const KILLS: u64 = 40;
const SLOWEST_START: Duration = Duration::from_secs(60);

/// An object that shows whether it is whole: every eight bytes say which version it is of, and
/// the version says how long it is.
fn object(version: u64) -> Vec<u8> {
    let words = 1 + version.wrapping_mul(7919) % 30_000;
    version
        .to_le_bytes()
        .repeat(usize::try_from(words).unwrap())
}

fn version_of(object_read: &[u8]) -> u64 {
    let first = object_read
        .first_chunk::<8>()
        .expect("no object is shorter than eight bytes");
    let version = u64::from_le_bytes(*first);
    assert!(
        object_read == object(version),
        "half an object has a final name"
    );
    version
}

#[test]
fn writer_that_is_killed() {
    let Some(folder) = std::env::var_os(FOLDER_VARIABLE) else {
        return;
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(async {
        let remote = unmade(Path::new(&folder));
        let mut version = 1;
        for name in KEYS {
            if let Ok(before) = remote.get(&key(name), 1 << 20).await {
                version = version.max(version_of(&before) + 1);
            }
        }
        loop {
            for name in KEYS {
                remote.put(&key(name), &object(version)).await.unwrap();
            }
            // Standard error is not captured with --nocapture; a line is one acknowledgement.
            use std::io::Write;
            writeln!(std::io::stderr(), "done {version}").unwrap();
            version += 1;
        }
    });
}

fn start_writer(folder: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([
            "crash::writer_that_is_killed",
            "--exact",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(FOLDER_VARIABLE, folder)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_writer_leaves_no_half_object() {
    let dir = tempfile::tempdir().unwrap();
    let remote = made(dir.path()).await;

    let stop = Arc::new(AtomicBool::new(false));
    let reading = tokio::spawn({
        let (remote, stop) = (remote.clone(), Arc::clone(&stop));
        async move {
            let mut reads = 0_u64;
            while !stop.load(Ordering::Relaxed) {
                for name in KEYS {
                    match remote.get(&key(name), 1 << 20).await {
                        Ok(bytes) => reads += version_of(&bytes).min(1),
                        Err(RemoteError::NotFound) => {}
                        Err(error) => panic!("{name}: {error:?}"),
                    }
                }
            }
            reads
        }
    });

    let mut acknowledged = 0;
    for kill in 0..KILLS {
        let mut writer = start_writer(dir.path());
        let lines = BufReader::new(writer.stderr.take().unwrap());
        let (first, has_begun) = mpsc::channel();
        let listening = std::thread::spawn(move || {
            let done = |line: String| line.strip_prefix("done ")?.parse::<u64>().ok();
            let told = |_: &u64| {
                let _ = first.send(());
            };
            lines
                .lines()
                .map_while(Result::ok)
                .filter_map(done)
                .inspect(told)
                .max()
        });
        // Three times in four it is in the midst of writing, at a different moment each time; the
        // fourth may hit its start.
        if kill % 4 != 3 {
            let begun = tokio::task::spawn_blocking(move || has_begun.recv_timeout(SLOWEST_START));
            begun.await.unwrap().expect("the writer writes");
        }
        tokio::time::sleep(Duration::from_micros(kill * 1_237 % 31_000)).await;
        writer.kill().unwrap();
        writer.wait().unwrap();
        acknowledged = acknowledged.max(listening.join().unwrap().unwrap_or(0));
        for name in KEYS {
            match remote.get(&key(name), 1 << 20).await {
                Ok(bytes) => assert!(
                    version_of(&bytes) >= acknowledged,
                    "what was acknowledged is not lost"
                ),
                Err(RemoteError::NotFound) => assert_eq!(acknowledged, 0, "{name} was there"),
                Err(error) => panic!("{name}: {error:?}"),
            }
        }
    }
    stop.store(true, Ordering::Relaxed);
    let reads = reading.await.unwrap();
    assert!(
        acknowledged >= KILLS * 3 / 4,
        "only {acknowledged} rounds of writes happened"
    );
    assert!(reads > 0);

    // Leftovers exist only under names that no reader takes for an object.
    for name in KEYS {
        let folder = key(name).folder().unwrap();
        assert_eq!(remote.list(&folder).await.unwrap().len(), 1);
        for entry in std::fs::read_dir(remote.root().join(folder.as_str())).unwrap() {
            let found = entry.unwrap().file_name().into_string().unwrap();
            assert!(found == key(name).name() || is_temporary(&found), "{found}");
        }
    }
}
