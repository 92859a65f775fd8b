//! The app of one person, open and driven.

use std::{
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use fantoccini::{Client, ClientBuilder, key::Key, wd::Capabilities};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use tokio::time::{sleep, timeout};

use super::{
    PATIENCE, driven_app,
    group::{Group, signal},
    page::Page,
    person::Person,
};

/// An open app. It ends when this is dropped.
#[derive(Debug)]
pub(crate) struct App<'a> {
    person: &'a Person,
    client: Client,
    /// WebDriver, the app and WebKit's processes. Dropped last.
    processes: Group,
}

impl<'a> App<'a> {
    /// Opens the app and waits for its page.
    pub(super) async fn open(person: &'a Person, program: &Path) -> Self {
        let (processes, port) = start_driver(person).await;
        let client = connect(port, program, &person.data_dir())
            .await
            .unwrap_or_else(|why| {
                let there = processes.names();
                let said = std::fs::read_to_string(complaints(person)).unwrap_or_default();
                let name = person.name();
                panic!("{name}'s app: {why}; running: {there:?}; it said: {said}")
            });
        let app = Self {
            person,
            client,
            processes,
        };
        app.page().is_ready().await;
        app
    }

    /// The page of the window.
    pub(crate) fn page(&self) -> Page<'_> {
        Page::new(self.person.name(), &self.client)
    }

    /// The processes that hold what the page shows.
    pub(crate) fn content_processes(&self) -> Vec<u32> {
        self.processes.named("WebKitWebProcess")
    }

    /// The handle of the window that is being driven; [`Self::follow`] wants it.
    pub(crate) async fn window(&self) -> String {
        self.client.window().await.unwrap().into()
    }

    /// Goes on in the window that took the place of `before`, as after a lock.
    pub(crate) async fn follow(&self, before: &str) {
        self.follow_within(before, PATIENCE).await;
    }

    /// As [`Self::follow`], with a patience of its own.
    pub(crate) async fn follow_within(&self, before: &str, patience: Duration) {
        let start = Instant::now();
        loop {
            let windows = self.client.windows().await.unwrap_or_default();
            if let [window] = windows.as_slice()
                && String::from(window.clone()) != before
            {
                self.client.switch_to_window(window.clone()).await.unwrap();
                return self.page().is_ready().await;
            }
            assert!(
                start.elapsed() < patience,
                "no window took the place of the first"
            );
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// Stands still for so long, as a computer that sleeps: the app's own process gets no time.
    pub(crate) async fn sleep(&self, how_long: Duration) {
        let name = driven_app().file_name().unwrap().to_owned();
        let app = self.processes.named(name.to_str().unwrap());
        let [app] = app.as_slice() else {
            panic!("{app:?}: not one process of the app")
        };
        signal(*app, "STOP");
        sleep(how_long).await;
        signal(*app, "CONT");
    }

    /// Locks by Ctrl+L, and goes on in the new window.
    pub(crate) async fn lock_by_key(&self) {
        let before = self.window().await;
        let element = self.client.active_element().await.unwrap();
        let keys = format!("{}l{}", char::from(Key::Control), char::from(Key::Null));
        // The window goes while the keys are still being sent, so their answer says nothing.
        let _ = element.send_keys(&keys).await;
        self.follow(&before).await;
    }

    /// Locks by the shell's command, whatever the page shows, and goes on in the new window.
    pub(crate) async fn lock(&self) {
        let before = self.window().await;
        // Not awaited, and not at once: the answer would come to a page that is gone.
        let lock = "setTimeout(() => window.__TAURI_INTERNALS__.invoke('lock'), 50); return null";
        self.page().run(lock, &[]).await;
        self.follow(&before).await;
    }
}

/// Tries to drive `program` as WebDriver would; the error tells that no session came about.
///
/// The group is what was started, still running.
pub(crate) async fn try_to_drive(
    person: &Person,
    program: &Path,
    patience: Duration,
) -> (Group, Result<(), String>) {
    let (processes, port) = start_driver(person).await;
    let data_dir = person.data_dir();
    let attempt = connect(port, program, &data_dir);
    let outcome = match timeout(patience, attempt).await {
        Ok(outcome) => outcome.map(|_client| ()),
        Err(_) => Err("no answer".to_owned()),
    };
    (processes, outcome)
}

/// Where the driver and the app write what is wrong.
fn complaints(person: &Person) -> PathBuf {
    person.desk().home().join("complaints.txt")
}

async fn start_driver(person: &Person) -> (Group, u16) {
    let port = free_port();
    let mut command = person.command(Path::new("WebKitWebDriver"));
    command
        .arg(format!("--port={port}"))
        .arg("--host=127.0.0.1")
        .env("TAURI_WEBVIEW_AUTOMATION", "true");
    let errors = std::fs::File::create(complaints(person)).unwrap();
    let processes = Group::start_with(&mut command, errors.into());
    let start = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(
            start.elapsed() < PATIENCE,
            "WebKitWebDriver does not listen"
        );
        sleep(Duration::from_millis(10)).await;
    }
    (processes, port)
}

async fn connect(port: u16, program: &Path, data_dir: &Path) -> Result<Client, String> {
    let options = json!({ "binary": program, "args": ["--data-dir", data_dir] });
    let mut capabilities = Capabilities::new();
    capabilities.insert("webkitgtk:browserOptions".to_owned(), options);
    let mut builder = ClientBuilder::new(HttpConnector::new());
    let url = format!("http://127.0.0.1:{port}");
    let client = builder.capabilities(capabilities).connect(&url);
    match timeout(PATIENCE, client).await {
        Ok(client) => client.map_err(|e| e.to_string()),
        Err(_) => Err("no session in time".to_owned()),
    }
}

/// A port that was free a moment ago. Another program may take it meanwhile, which shows at once.
fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0))
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}
