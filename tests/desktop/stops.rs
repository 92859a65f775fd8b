//! What must not go on is stopped in red, and offers no way to go on.

use crate::{
    harness::Stage,
    steps::{found_team, invite, join, open_invitation, type_code},
};

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_that_two_used_lets_nobody_in() {
    let stage = Stage::start();
    let (ana, mara, eve) = (
        stage.person("stop-ana"),
        stage.person("stop-mara"),
        stage.person("stop-eve"),
    );
    let shared = tempfile::tempdir().unwrap();
    let a = ana.open().await;
    found_team(a.page(), "Ana Ferreira", "Northwind", shared.path()).await;
    let handed = invite(a.page(), "Mara Lindqvist", "Editor", None).await;
    for person in [&mara, &eve] {
        let app = person.open().await;
        open_invitation(app.page(), &handed, shared.path()).await;
        type_code(app.page(), &handed.words).await;
        join(app.page(), "Mara Lindqvist").await;
    }
    let page = a.page();
    page.button("People").await.click().await;
    let rows = "return document.body.innerText.split('Do not continue').length - 1 === 2";
    page.until("two requests in red", rows, &[]).await;
    page.in_both_themes("two-requests").await;
    let look = "document.querySelector('button[aria-label^=\"Look at Mara\"], li button').click()";
    page.run(look, &[]).await;
    page.shows("The same code was used by more than one.").await;
    page.in_both_themes("used-twice").await;
    assert_eq!(page.count("button", Some("Let Mara in")).await, 0);
    page.button("Cancel and make a new code")
        .await
        .click()
        .await;
    page.shows("invitation is ready").await;
}
