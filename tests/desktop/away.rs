//! Nobody is there: the window locks by itself, after a while and when the computer slept.

use std::time::Duration;

use serde_json::json;
use tokio::time::sleep;

use crate::{
    harness::Stage,
    steps::unlock,
    windowless::{Ago, found},
};

/// What the idle lock needs at most beyond its minute: one look every five seconds.
const TICKS: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_minute_locks_the_window() {
    let stage = Stage::start();
    let ida = stage.person("ida");
    drop(found(&ida, "Ida Holm", None, Ago::NOW));
    let app = ida.open().await;
    let page = app.page();
    unlock(page).await;
    page.shows("All items").await;
    let settings = page.invoke("settings_get", json!({})).await.unwrap();
    let mut prefs = settings["prefs"].clone();
    prefs["lock_idle_min"] = json!(1);
    page.invoke("settings_set", json!({ "req": prefs }))
        .await
        .unwrap();
    page.in_theme("dark").await;
    page.run("window.kept = true", &[]).await;

    // Looking at the page through WebDriver is nobody's hand on the mouse.
    let before = app.window().await;
    sleep(Duration::from_secs(35)).await;
    page.shows("Move the mouse to stay.").await;
    page.picture("lock-soon").await;
    app.follow_within(&before, TICKS).await;

    let page = app.page();
    page.shows("Locked after 1 minute away").await;
    assert_eq!(
        page.run("return window.kept ?? null", &[]).await,
        json!(null)
    );
    page.in_both_themes("locked-idle").await;
    unlock(page).await;
    page.shows("All items").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_computer_that_slept_wakes_up_locked() {
    let stage = Stage::start();
    let sam = stage.person("sam");
    drop(found(&sam, "Sam Adeyemi", None, Ago::NOW));
    let app = sam.open().await;
    unlock(app.page()).await;
    app.page().shows("All items").await;

    let before = app.window().await;
    app.sleep(Duration::from_secs(41)).await;
    app.follow(&before).await;

    let page = app.page();
    page.shows("Locked while this computer slept").await;
    page.in_both_themes("locked-sleep").await;
    unlock(page).await;
    page.shows("All items").await;
}
