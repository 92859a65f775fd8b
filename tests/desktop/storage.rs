//! S28: storage and sync, opened from the line at the foot of the sidebar.

use crate::{
    harness::Stage,
    steps::unlock,
    windowless::{Ago, found},
};

#[tokio::test(flavor = "multi_thread")]
async fn the_footer_opens_storage_and_sync() {
    let stage = Stage::start();
    let vera = stage.person("vera");
    let shared = tempfile::tempdir().unwrap();
    drop(found(&vera, "Vera Lund", Some(shared.path()), Ago::NOW));
    let app = vera.open().await;
    let page = app.page();
    unlock(page).await;
    page.shows("All items").await;
    let footer = "document.querySelector('[data-testid=sync-status]')";
    // The whole page is drawn a moment after the list's name.
    let focus = format!("{footer}?.focus(); return document.activeElement === {footer}");
    page.until("the footer to have the focus", &focus, &[])
        .await;
    page.press_enter().await;
    page.find("heading", "Storage and sync").await;
    page.button("Test the folder").await.click().await;
    page.shows("Wrote, read back and removed a test file.")
        .await;
    page.shows(shared.path().to_str().unwrap()).await;
    page.in_both_themes("storage-and-sync").await;
    page.press_escape().await;
    let back = format!("return document.activeElement === {footer}");
    page.until("the footer has the focus again", &back, &[])
        .await;
}
