//! What the window itself promises, whatever the page shows.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{PATIENCE, Stage, shut_app, try_to_drive};

#[tokio::test(flavor = "multi_thread")]
async fn the_window_opens_and_is_shut_to_everything_foreign() {
    let stage = Stage::start();
    let ana = stage.person("ana");
    let app = ana.open().await;
    let page = app.page();

    assert_eq!(
        page.run("return document.title", &[]).await,
        json!("Conclave")
    );
    assert_eq!(
        page.run("return location.origin", &[]).await,
        json!("tauri://localhost")
    );
    page.picture("first-window").await;

    let answer = page.invoke("app_state", json!({})).await.unwrap();
    assert_eq!(answer["version"], json!(env!("CARGO_PKG_VERSION")));

    for script in REFUSED {
        let outcome = page
            .run(
                // A function of its own, so that its directive `use strict` is one.
                &format!("try {{ return (() => {{ {script} }})() }} catch (e) {{ return null }}"),
                &[],
            )
            .await;
        assert_eq!(outcome, Value::Null, "{script}");
    }
    for script in WORKS {
        assert_eq!(page.run(script, &[]).await, json!(true), "{script}");
    }
    for (command, args) in forbidden_commands() {
        let error = page.invoke(command, args).await.expect_err(command);
        assert!(
            error.to_string().contains("not allowed"),
            "{command}: {error}"
        );
    }
    page.run("location.href = 'https://example.org/'", &[])
        .await;
    page.run("location.href = 'data:text/html,<title>other</title>'", &[])
        .await;
    assert_eq!(
        page.run("return location.protocol", &[]).await,
        json!("tauri:")
    );
}

/// Each gives `null` or throws.
const REFUSED: &[&str] = &[
    // The policy: no code from text.
    "return eval('1')",
    "return new Function('return 1')()",
    // The policy: no markup from text.
    "document.body.insertAdjacentHTML('beforeend', '<i id=x></i>'); return document.querySelector('#x')",
    // The frozen prototype.
    "'use strict'; Object.prototype.polluted = 1; return 1",
    "'use strict'; Object.prototype.toString = 1; return 1",
    "Object.prototype.polluted = 1; return ({}).polluted ?? null",
    // No second window.
    "return window.open('https://example.org/')",
    // Tauri's own API is not lying around.
    "return window.__TAURI__ ?? null",
];

/// Each gives `true`.
const WORKS: &[&str] = &[
    "return Object.isFrozen(Object.prototype)",
    // What libraries do, and a plain freeze would forbid.
    "const a = {}; a.toString = () => 'own'; return String(a) === 'own' && Object.keys(a).length === 1",
    "class A { toString() { return 'x' } } return String(new A()) === 'x'",
];

/// What Tauri could do and this window may not ask for.
fn forbidden_commands() -> [(&'static str, Value); 4] {
    [
        (
            "plugin:window|create",
            json!({ "options": { "label": "other" } }),
        ),
        (
            "plugin:webview|create_webview_window",
            json!({ "options": { "label": "other" } }),
        ),
        ("plugin:path|resolve_directory", json!({ "directory": 21 })),
        (
            "plugin:event|emit",
            json!({ "event": "state-changed", "payload": null }),
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn the_app_as_people_get_it_cannot_be_driven() {
    let stage = Stage::start();
    let ana = stage.person("ana-shut");
    let (mut processes, outcome) = try_to_drive(&ana, &shut_app(), Duration::from_secs(8)).await;
    assert!(outcome.is_err(), "WebDriver got into the app");
    // It is not that it did not start: its page is there, only not for WebDriver.
    assert_eq!(processes.named("WebKitWebProcess").len(), 1);
    assert!(processes.ended(Duration::ZERO).is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_start_ends_and_another_profile_runs_beside() {
    let stage = Stage::start();
    let ana = stage.person("ana-twice");
    let (home, work) = (ana.data_dir(), ana.desk().home().join("work"));

    let mut first = ana.start_shut(&home);
    wait_for_page(&first).await;
    let mut second = ana.start_shut(&home);
    let status = second
        .ended(PATIENCE)
        .expect("the second start does not end");
    assert!(status.success(), "{status}");
    assert!(
        first.ended(Duration::ZERO).is_none(),
        "the first start is gone"
    );

    let mut other = ana.start_shut(&work);
    wait_for_page(&other).await;
    assert!(
        other.ended(Duration::from_secs(1)).is_none(),
        "another profile must run beside"
    );
    assert!(first.ended(Duration::ZERO).is_none());
}

async fn wait_for_page(app: &crate::harness::Group) {
    let start = std::time::Instant::now();
    while app.named("WebKitWebProcess").is_empty() {
        assert!(start.elapsed() < PATIENCE, "no page");
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}
