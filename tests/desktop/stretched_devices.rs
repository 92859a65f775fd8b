//! The same for a second computer, until the first puts its code away, and for the sheet that
//! brings everything back.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use conclave_app::{api::recovery::SheetKind, session::App};
use conclave_testkit::paper;
use tokio::time::sleep;

use crate::{
    harness::{PATIENCE, Page, Stage},
    stretched::{fits, gone, there},
    windowless::{Ago, Windowless, found},
};

#[tokio::test(flavor = "multi_thread")]
async fn longer_words_burst_no_way_to_another_computer() {
    let stage = Stage::start();
    let [desk, lap, spare] = ["desk", "lap", "spare"].map(|name| stage.person(name));
    let (shared, paper) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let at_desk = found(&desk, "Ana Ferreira", Some(shared.path()), Ago::NOW);
    let sheet = paper.path().join("sheet.pdf");
    at_desk
        .with(|app| app.recovery_sheet_save(SheetKind::Kit, &sheet))
        .unwrap();

    let app = lap.open_stretched().await;
    let page = app.page();
    let code = at_desk.with(App::device_code).unwrap().words.join(" ");
    choose(page, 2).await;
    begin(page, shared.path(), &code, "pair").await;
    compare(&at_desk).await;
    there(page, "main ol li").await;
    fits(page, "pair-words").await;
    at_desk.with(App::device_cancel);
    gone(page, "main ol li").await;
    fits(page, "pair-put-away").await;
    drop(app);

    let app = spare.open_stretched().await;
    let page = app.page();
    let words = paper::words(&fs::read(&sheet).unwrap()).join(" ");
    choose(page, 3).await;
    begin(page, shared.path(), &words, "sheet-words").await;
    gone(page, "[data-testid=suggested-passphrase]").await;
    there(page, "main input[type=checkbox]").await;
    fits(page, "recover").await;
}

/// One of the ways to begin.
async fn choose(page: Page<'_>, place: usize) {
    let way = "const ways = document.querySelectorAll('main button');\
               ways[arguments[0]]?.click(); return ways.length > arguments[0]";
    page.until("the ways to begin", way, &[place.into()]).await;
}

/// The folder and the words, then this computer's name and the suggested passphrase.
async fn begin(page: Page<'_>, folder: &Path, words: &str, name: &str) {
    for (field, text) in [
        ("form input", folder.to_str().unwrap()),
        ("form textarea", words),
    ] {
        let focus = "const one = document.querySelector(arguments[0]);\
                     one?.focus(); return one !== null";
        page.until(field, focus, &[field.into()]).await;
        page.press(text).await;
    }
    fits(page, name).await;
    page.press_enter().await;
    there(page, "form input[maxlength='200']").await;
    fits(page, &format!("{name}-device")).await;
    page.press_enter().await;
    there(page, "[data-testid=suggested-passphrase]").await;
    let suggested = "return document.querySelector('button[type=submit]')?.disabled === false";
    page.until("a passphrase is suggested", suggested, &[])
        .await;
    page.press_enter().await;
}

/// The first computer looks for the other's answer until both show three words.
async fn compare(desk: &Windowless) {
    let start = Instant::now();
    while desk.with(App::device_asked).unwrap().words.is_empty() {
        assert!(start.elapsed() < PATIENCE, "nobody asks");
        sleep(Duration::from_millis(100)).await;
    }
}
