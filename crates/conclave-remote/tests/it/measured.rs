//! How long a put takes here, printed and not gated: it is the disk's time.

use std::time::{Duration, Instant};

use conclave_core::remote::Remote;

use super::{key, made};

/// Run with `cargo test -p conclave-remote --release -- --ignored --nocapture measured`.
#[tokio::test]
#[ignore = "a measurement; its numbers are the disk's and gate nothing"]
async fn a_put_with_its_flushes() {
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let remote = made(dir.path()).await;
    remote.put(&key("head/a"), b"warm").await.unwrap();
    for (what, size) in [("4 KiB", 4 << 10), ("64 KiB", 64 << 10), ("1 MiB", 1 << 20)] {
        let bytes = vec![7; size];
        let mut put: Vec<Duration> = Vec::new();
        let mut get: Vec<Duration> = Vec::new();
        for i in 0..200 {
            let k = key(&format!("head/{i}"));
            let start = Instant::now();
            remote.put(&k, &bytes).await.unwrap();
            put.push(start.elapsed());
            let start = Instant::now();
            remote.get(&k, size as u64).await.unwrap();
            get.push(start.elapsed());
        }
        let start = Instant::now();
        let listed = remote.list(&key("head")).await.unwrap().len();
        let list = start.elapsed();
        put.sort();
        get.sort();
        #[expect(clippy::print_stdout, reason = "a measurement is printed")]
        {
            println!(
                "{what}: put p50 {:?} p99 {:?}; get p50 {:?}; list of {listed} {list:?}",
                put[100], put[198], get[100]
            );
        }
    }
}
