//! Locking takes the page's process with it, and WebDriver goes on in the new window.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::harness::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_ends_the_process_that_held_the_page() {
    let stage = Stage::start();
    let ana = stage.person("ana-lock");
    let app = ana.open().await;
    for _ in 0..3 {
        app.page()
            .run("window.kept = 'something that was shown'", &[])
            .await;
        let before = app.content_processes();
        assert_eq!(before.len(), 1);

        let start = Instant::now();
        app.lock().await;

        let after = app.content_processes();
        assert_eq!(after.len(), 1);
        assert_ne!(after, before);
        let kept = app.page().run("return window.kept ?? null", &[]).await;
        assert_eq!(kept, json!(null));
        let frozen = app
            .page()
            .run("return Object.isFrozen(Object.prototype)", &[])
            .await;
        assert_eq!(frozen, json!(true));
        assert!(start.elapsed() < Duration::from_secs(10));
    }
    app.page().picture("after-lock").await;
}
