//! An invitation that has run out: a stop for whoever opens it, an end for whoever asked in time,
//! and a red request for whoever made it.

use crate::{
    harness::Stage,
    steps::{open_invitation, type_code, unlock},
    windowless::{Ago, ask, found},
};

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_that_ran_out_is_said_in_every_window() {
    let stage = Stage::start();
    let (ana, mara, jonas) = (
        stage.person("late-ana"),
        stage.person("late-mara"),
        stage.person("late-jonas"),
    );
    let shared = tempfile::tempdir().unwrap();
    // Days ago, before its end: Ana invites, Mara asks, and Ana is away.
    let then = Ago::days(5);
    let handed = {
        let at_anas = found(&ana, "Ana Ferreira", Some(shared.path()), then);
        let handed = at_anas.invite("Mara Lindqvist", vec![]);
        ask(&mara, "Mara Lindqvist", &handed, shared.path(), then);
        handed
    };

    // Whoever opens it today is stopped, and only another invitation leads on.
    let j = jonas.open().await;
    open_invitation(j.page(), &handed, shared.path()).await;
    type_code(j.page(), &handed.words).await;
    j.page()
        .shows("This invitation has run out. Ask for a new one.")
        .await;
    j.page().in_both_themes("ran-out").await;
    assert_eq!(j.page().count("button", Some("Continue")).await, 0);
    j.page()
        .button("Open another invitation")
        .await
        .click()
        .await;
    let file = j.page().field("Invitation file").await;
    assert_eq!(file.value().await, "");

    // Mara, who asked in time, is told that waiting is over, and how to begin anew.
    let m = mara.open().await;
    unlock(m.page()).await;
    m.page().shows("This invitation has ended").await;
    m.page()
        .shows("The invitation ran out before anybody let you in.")
        .await;
    m.page().in_both_themes("ended").await;
    m.page().button("Start over").await.click().await;
    m.page().shows("Start over?").await;
    m.page().in_both_themes("start-over").await;
    m.page().button("Start over").await.click().await;
    m.page().button("I have an invitation").await;

    // Ana sees a request that nothing can let in.
    let a = ana.open().await;
    unlock(a.page()).await;
    let page = a.page();
    page.button("People").await.click().await;
    page.shows("Ran out. Make a new code.").await;
    page.shows("Mara’s invitation has run out").await;
    page.in_both_themes("people").await;
    page.button("Look at Mara’s request").await.click().await;
    page.shows("This request can no longer be let in.").await;
    page.in_both_themes("request").await;
    assert_eq!(page.count("button", Some("Let Mara in")).await, 0);
    page.button("Cancel and make a new code")
        .await
        .click()
        .await;
    page.shows("invitation is ready").await;
}
