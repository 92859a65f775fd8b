//! A new computer has asked, and the other one puts its code away.

use conclave_app::session::App;

use crate::{
    harness::Stage,
    steps::choose_passphrase,
    windowless::{Ago, found},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_is_put_away_is_told_to_the_computer_that_asked() {
    let stage = Stage::start();
    let (desk, lap) = (stage.person("away-desk"), stage.person("away-lap"));
    let shared = tempfile::tempdir().unwrap();
    let at_desk = found(&desk, "Ana Ferreira", Some(shared.path()), Ago::NOW);
    let code = at_desk.with(App::device_code).unwrap().words.join(" ");

    let app = lap.open().await;
    let page = app.page();
    page.button("This is another device of mine")
        .await
        .click()
        .await;
    page.field("The team’s folder on this computer")
        .await
        .type_text(shared.path().to_str().unwrap())
        .await;
    page.field("The ten words of your other computer")
        .await
        .type_text(&code)
        .await;
    page.button("Continue").await.click().await;
    page.field("This computer").await.type_text("Laptop").await;
    page.button("Continue").await.click().await;
    choose_passphrase(page).await;
    page.shows("Waiting for your other computer").await;
    page.in_both_themes("asked").await;
    at_desk.with(App::device_cancel);
    page.shows("Your other computer no longer shows the code")
        .await;
    page.shows("If not, start over with a new code.").await;
    page.in_both_themes("put-away").await;
    page.button("Start over").await.click().await;
    page.find("button", "Start over").await.click().await;
    page.button("This is another device of mine").await;
}
