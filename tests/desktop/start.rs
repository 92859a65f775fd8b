//! P21: how long the first frame takes, against a bare window of the same commit (docs/performance.md).
//!
//! Both are watched from outside, by the colours on the screen. Nothing gates: a machine that does
//! other things beside says nothing about either, so this is run by itself.

use std::{
    path::Path,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use x11rb::{
    connection::Connection as _,
    protocol::xproto::{ConnectionExt as _, ImageFormat},
    rust_connection::RustConnection,
};

use crate::{
    harness::{Group, PATIENCE, Person, Stage, bare_window, shut_app},
    windowless::{Ago, found},
};

/// Starts of each, in turns.
const ROUNDS: usize = 9;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "measures; `cargo xtask test --only desktop` runs it when nothing else runs"]
async fn the_first_frame_is_measured_against_a_bare_window() {
    let stage = Stage::start();
    let pat = stage.person("pat");
    drop(found(&pat, "Pat Quinn", None, Ago::NOW));
    let bare_dir = pat.desk().home().join("bare");
    let screen = Glass::of(&pat);
    let (mut app, mut bare) = (Vec::new(), Vec::new());
    // The first start of each warms the disk's cache, and does not count.
    for round in 0..=ROUNDS {
        let of_app =
            screen.first_frame(&pat, &shut_app(), &["--data-dir".as_ref(), &pat.data_dir()]);
        let of_bare = screen.first_frame(&pat, &bare_window(), &[&bare_dir]);
        if round > 0 {
            app.push(of_app);
            bare.push(of_bare);
        }
    }
    let (app, bare) = (median(app), median(bare));
    let ratio = app.as_secs_f64() / bare.as_secs_f64();
    report(&format!(
        "P21 start to the first frame, locked, against a bare window: {ratio:.2} ({} ms, {} ms)",
        app.as_millis(),
        bare.as_millis()
    ));
}

/// Looks at the middle of the screen, where both windows have their heading.
struct Glass {
    server: RustConnection,
    root: u32,
}

impl Glass {
    fn of(person: &Person) -> Self {
        let (server, number) = x11rb::connect(Some(person.display())).unwrap();
        let root = server.setup().roots[number].root;
        Self { server, root }
    }

    /// From before the process exists until something is drawn in its window.
    fn first_frame(&self, person: &Person, program: &Path, args: &[&Path]) -> Duration {
        self.wait(false);
        let mut command: Command = person.command(program);
        command.args(args);
        let start = Instant::now();
        let process = Group::start(&mut command);
        self.wait(true);
        let took = start.elapsed();
        drop(process);
        took
    }

    fn wait(&self, painted: bool) {
        let start = Instant::now();
        while self.is_painted() != painted {
            assert!(start.elapsed() < PATIENCE, "painted is never {painted}");
            thread::sleep(Duration::from_millis(3));
        }
    }

    /// Whether there are more colours than the backgrounds of a window and of the screen: smooth
    /// letters have many.
    fn is_painted(&self) -> bool {
        let everything = u32::MAX;
        let image = self.server.get_image(
            ImageFormat::Z_PIXMAP,
            self.root,
            400,
            150,
            380,
            170,
            everything,
        );
        let data = image.unwrap().reply().unwrap().data;
        let mut colours: Vec<&[u8; 4]> = data.as_chunks::<4>().0.iter().collect();
        colours.sort_unstable();
        colours.dedup();
        colours.len() > 8
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

#[expect(
    clippy::print_stdout,
    reason = "a row of the table, for whoever runs it"
)]
fn report(row: &str) {
    println!("{row}");
}
