//! The sample team of `--demo`, as a window shows it; the picture in the README is this one.

use conclave_app::demo;

use crate::{
    harness::Stage,
    steps::open_item,
    windowless::{Ago, open},
};

#[tokio::test(flavor = "multi_thread")]
async fn the_sample_team_is_there_to_be_looked_at() {
    let stage = Stage::start();
    let ana = stage.person("sample");
    let place = tempfile::tempdir().unwrap();
    let at_anas = open(&ana, Ago::NOW);
    at_anas.with(|app| demo::fill(app, place.path())).unwrap();
    drop(at_anas);

    let app = ana.open().await;
    let page = app.page();
    page.field("Passphrase")
        .await
        .type_text(demo::PASSPHRASE)
        .await;
    page.button("Unlock").await.click().await;
    page.shows("8 items").await;
    open_item(page, "Postgres primary").await;
    page.shows("3 can open this").await;
    page.in_both_themes("sample").await;
    page.button("People").await.click().await;
    page.shows("Mara").await;
    page.in_both_themes("sample-people").await;
}
