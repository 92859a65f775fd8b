//! Words that are 40 % longer, as in German or Finnish, burst nothing.
//!
//! The language says nothing that a test could look for, so keys lead the way.

use crate::{
    harness::{Page, Stage},
    steps::PASSPHRASE,
};

#[tokio::test(flavor = "multi_thread")]
async fn longer_words_burst_no_screen() {
    let stage = Stage::start();
    let pia = stage.person("pia");
    let app = pia.open_stretched().await;
    let page = app.page();
    fits(page, "welcome").await;
    page.press_enter().await;
    there(page, "input[autocomplete=name]").await;
    page.press("Pia").await;
    page.press_tab().await;
    page.press("Solo").await;
    fits(page, "you").await;
    page.press_enter().await;
    let suggested = "return document.querySelector('[data-testid=suggested-passphrase]')\
                     ?.textContent.trim().length > 10";
    page.until("a passphrase is suggested", suggested, &[])
        .await;
    fits(page, "passphrase").await;
    page.press_enter().await;
    there(page, "input[type=radio][value=folder]").await;
    fits(page, "storage").await;
    page.press_enter().await;
    there(page, "[data-pane=sidebar]").await;
    fits(page, "empty").await;

    page.press_ctrl('n').await;
    there(page, "form [data-generate]").await;
    page.press("Router").await;
    page.press_tab().await;
    page.press_tab().await;
    page.press("admin").await;
    page.press_tab().await;
    page.press(PASSPHRASE).await;
    fits(page, "editor").await;
    page.press_ctrl('s').await;
    there(page, "article").await;
    fits(page, "item").await;

    for (key, name) in [
        ('k', "palette"),
        ('/', "shortcuts"),
        ('g', "generator"),
        ('i', "share"),
    ] {
        page.press_ctrl(key).await;
        there(page, "dialog:modal, [aria-modal=true]").await;
        fits(page, name).await;
        page.press_escape().await;
        gone(page, "dialog:modal, [aria-modal=true]").await;
    }
    page.press_ctrl(',').await;
    there(page, "section h2").await;
    fits(page, "settings").await;
}

pub(crate) async fn there(page: Page<'_>, selector: &str) {
    let script = "return document.querySelector(arguments[0]) !== null";
    page.until(selector, script, &[selector.into()]).await;
}

pub(crate) async fn gone(page: Page<'_>, selector: &str) {
    let script = "return document.querySelector(arguments[0]) === null";
    page.until(selector, script, &[selector.into()]).await;
}

/// Takes a picture; nothing is wider than the window, and no button's words are cut.
pub(crate) async fn fits(page: Page<'_>, name: &str) {
    let next_frames = "window.drawn = false; const done = () => (window.drawn = true);\
                       requestAnimationFrame(() => requestAnimationFrame(done))";
    page.run(next_frames, &[]).await;
    let still = "return window.drawn && document.getAnimations()\
                 .every((one) => one.playState !== 'running' || one.effect\
                 .getComputedTiming().iterations === Infinity)";
    page.until("it stands still", still, &[]).await;
    page.picture(&format!("stretched-{name}")).await;
    let wide = page
        .run(
            "return document.documentElement.scrollWidth > innerWidth",
            &[],
        )
        .await;
    assert_eq!(wide, false, "{name} is wider than the window");
    let top = page.run("return document.scrollingElement.scrollTop", &[]);
    assert_eq!(top.await, 0, "{name}: the window itself is scrolled");
    let cut = "return [...document.querySelectorAll('button .truncate')]\
               .filter((words) => words.scrollWidth > words.clientWidth + 1)\
               .map((words) => words.textContent)";
    let cut = page.run(cut, &[]).await;
    assert_eq!(cut, serde_json::json!([]), "{name}: words are cut");
}
