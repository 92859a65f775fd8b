//! The real thing: a GNOME Keyring on a session bus of its own.
//!
//! `keyring` opens one store per process and finds it through the environment, so each test runs
//! itself again in a child process whose environment names the private bus.
#![cfg(target_os = "linux")]

use std::{env, time::Instant};

use conclave_testkit::desk::{Desk, Keyring};

use super::{Keychain, KeychainError, KeychainKind, OsKeychain};

/// Set in the child process, to the number of its turn.
const INSIDE: &str = "CONCLAVE_TEST_INSIDE_DESK";

/// Runs the test `name` again, in a child process that lives on `desk`.
fn on(desk: &Desk, turn: &str, name: &str) {
    let test = env::current_exe().unwrap();
    let mut child = desk.command(test);
    child
        .args([
            "--exact",
            &format!("keychain::tests::{name}"),
            "--nocapture",
        ])
        .env(INSIDE, turn);
    let output = child.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{text}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(text.contains("1 passed"), "the test did not run: {text}");
}

/// `true` in the child process, where no second desk must be started.
fn inside() -> bool {
    env::var_os(INSIDE).is_some()
}

#[test]
fn an_unlocked_keyring_keeps_and_forgets() {
    if inside() {
        return keeps_and_forgets();
    }
    let desk = Desk::start(Keyring::Unlocked).unwrap();
    on(&desk, "1", "an_unlocked_keyring_keeps_and_forgets");
    let files = desk.keyring_files().unwrap();
    assert!(!files.is_empty(), "the keyring wrote nothing");
    for bytes in files {
        assert!(!bytes.windows(SECRET.len()).any(|part| part == SECRET));
    }
}

const SECRET: &[u8] = b"kR8w\0\xFFuQ2nV5tZ1xB7";

fn keeps_and_forgets() {
    let keychain = OsKeychain::new("app.conclave.test");
    let description = keychain.describe();
    assert_eq!(description.kind, KeychainKind::SecretService);
    assert_eq!(description.unavailable, None);

    assert_eq!(keychain.get("device"), Ok(None));
    assert_eq!(keychain.delete("device"), Ok(()));
    keychain.set("device", b"older").unwrap();
    keychain.set("device", SECRET).unwrap();
    keychain.set("other", b"another").unwrap();
    assert_eq!(keychain.get("device").unwrap().unwrap().as_slice(), SECRET);
    assert_eq!(OsKeychain::new("app.conclave.else").get("device"), Ok(None));
    keychain.delete("other").unwrap();
    assert_eq!(keychain.get("other"), Ok(None));

    let long = [0; super::MAX_SECRET + 1];
    assert_eq!(keychain.set("device", &long), Err(KeychainError::TooLong));
    let long = [7; super::MAX_SECRET];
    keychain.set("long", &long).unwrap();
    assert_eq!(keychain.get("long").unwrap().unwrap().as_slice(), long);
}

#[test]
fn a_locked_keyring_is_no_empty_one() {
    if inside() {
        return fills_or_finds_locked();
    }
    let mut desk = Desk::start(Keyring::Unlocked).unwrap();
    on(&desk, "1", "a_locked_keyring_is_no_empty_one");
    desk.lock_keyring().unwrap();
    on(&desk, "2", "a_locked_keyring_is_no_empty_one");
}

fn fills_or_finds_locked() {
    let keychain = OsKeychain::new("app.conclave.test");
    if env::var(INSIDE).unwrap() == "1" {
        keychain.set("device", SECRET).unwrap();
        return;
    }
    let start = Instant::now();
    // "There is none" would read as a lost device.
    assert_eq!(keychain.get("device"), Err(KeychainError::Denied));
    assert_eq!(keychain.set("device", SECRET), Err(KeychainError::Denied));
    assert!(
        start.elapsed().as_secs() < 5,
        "nobody waits for a prompt that cannot be shown"
    );
}

#[test]
fn no_session_bus_means_no_keychain() {
    if inside() {
        return says_unavailable();
    }
    let desk = Desk::without_bus().unwrap();
    on(&desk, "1", "no_session_bus_means_no_keychain");
}

fn says_unavailable() {
    let keychain = OsKeychain::new("app.conclave.test");
    assert_eq!(
        keychain.describe().unavailable,
        Some(KeychainError::Unavailable)
    );
    assert_eq!(keychain.get("device"), Err(KeychainError::Unavailable));
    assert_eq!(
        keychain.set("device", SECRET),
        Err(KeychainError::Unavailable)
    );
}
