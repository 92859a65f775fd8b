//! Starting again while the last app is still ending: never a start that shows nothing.

use std::{
    fs,
    os::unix::fs::MetadataExt,
    path::Path,
    time::{Duration, Instant},
};

use tokio::time::sleep;
use x11rb::{
    CURRENT_TIME,
    connection::Connection as _,
    protocol::xproto::{AtomEnum, ClientMessageEvent, ConnectionExt as _, EventMask, Window},
    rust_connection::RustConnection,
};

use crate::{
    harness::{Group, PATIENCE, Person, Stage},
    windowless::{Ago, found},
};

const ROUNDS: usize = 10;

#[tokio::test(flavor = "multi_thread")]
async fn whoever_closes_and_starts_at_once_has_a_window() {
    let stage = Stage::start();
    let uma = stage.person("uma");
    drop(found(&uma, "Uma Prakash", None, Ago::NOW));
    let home = uma.data_dir();
    let mut running = uma.start_shut(&home);
    is_open(&running, &home).await;
    for round in 0..ROUNDS {
        // Closed as people do, or ended as by a system that is short of memory.
        if round % 2 == 0 {
            close_window(&uma).await;
        } else {
            running.kill();
        }
        let next = uma.start_shut(&home);
        is_open(&next, &home).await;
        let ended = running.ended(PATIENCE);
        assert!(
            ended.is_some(),
            "round {round}: the last app is still there"
        );
        running = next;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_that_does_not_answer_is_not_the_end_of_a_start() {
    let stage = Stage::start();
    let uma = stage.person("uma-stuck");
    drop(found(&uma, "Uma Prakash", None, Ago::NOW));
    let home = uma.data_dir();
    let stuck = uma.start_shut(&home);
    is_open(&stuck, &home).await;
    stuck.stop();
    // Its window says that the profile is open elsewhere.
    let mut second = uma.start_shut(&home);
    has_page(&second).await;
    assert!(second.ended(Duration::ZERO).is_none());
}

/// The app has its profile and a page, and goes on running.
async fn is_open(app: &Group, home: &Path) {
    has_page(app).await;
    let start = Instant::now();
    while !has_lock(app.leader(), &home.join("profile.lock")) {
        assert!(start.elapsed() < PATIENCE, "the profile is not its own");
        sleep(Duration::from_millis(20)).await;
    }
}

async fn has_page(app: &Group) {
    let start = Instant::now();
    while app.named("WebKitWebProcess").is_empty() {
        assert!(
            start.elapsed() < PATIENCE,
            "a start was lost: {:?}",
            app.names()
        );
        sleep(Duration::from_millis(20)).await;
    }
}

/// Whether the process holds a lock on the file, as the kernel lists them:
/// `1: FLOCK ADVISORY WRITE pid device:of:inode …`
fn has_lock(pid: u32, file: &Path) -> bool {
    let inode = fs::metadata(file).map_or(0, |file| file.ino()).to_string();
    let locks = fs::read_to_string("/proc/locks").unwrap();
    locks.lines().any(|line| {
        let mut words = line.split_whitespace().skip(4);
        let holder = words.next().is_some_and(|word| word == pid.to_string());
        let place = words.next().and_then(|word| word.rsplit(':').next());
        holder && place == Some(&*inode)
    })
}

/// Asks the window to close, as the cross in its corner does.
async fn close_window(person: &Person) {
    let (server, number) = x11rb::connect(Some(person.display())).unwrap();
    let root = server.setup().roots[number].root;
    let atom = |name: &str| {
        let atom = server.intern_atom(false, name.as_bytes()).unwrap();
        atom.reply().unwrap().atom
    };
    let start = Instant::now();
    let window = loop {
        if let Some(window) = titled(&server, root, "Conclave") {
            break window;
        }
        assert!(start.elapsed() < PATIENCE, "no window to close");
        sleep(Duration::from_millis(20)).await;
    };
    let close = [atom("WM_DELETE_WINDOW"), CURRENT_TIME, 0, 0, 0];
    let event = ClientMessageEvent::new(32, window, atom("WM_PROTOCOLS"), close);
    let sent = server.send_event(false, window, EventMask::NO_EVENT, event);
    sent.unwrap().check().unwrap();
}

/// The window of the screen with this name. There is no window manager that would frame it.
fn titled(server: &RustConnection, root: Window, name: &str) -> Option<Window> {
    let all = server.query_tree(root).unwrap().reply().unwrap().children;
    all.into_iter().find(|window| {
        let (of, text) = (AtomEnum::WM_NAME, AtomEnum::ANY);
        let named = server.get_property(false, *window, of, text, 0, 64);
        let seen = server.get_window_attributes(*window);
        let shown = seen
            .unwrap()
            .reply()
            .is_ok_and(|seen| seen.map_state != 0u8.into());
        // A window may go between the two questions.
        shown
            && named
                .unwrap()
                .reply()
                .is_ok_and(|it| it.value == name.as_bytes())
    })
}
