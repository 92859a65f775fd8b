//! Somebody asks to join under a name that was confirmed with another key.

use conclave_app::{api::items::FieldRole, session::App};

use crate::{
    harness::Stage,
    steps::{unlock, wait_for},
    windowless::{Ago, ask, found},
};

#[tokio::test(flavor = "multi_thread")]
async fn another_key_under_a_confirmed_name_is_a_stop_with_its_date() {
    let stage = Stage::start();
    let ana = stage.person("key-ana");
    let (mara, other) = (stage.person("key-mara"), stage.person("key-other"));
    let shared = tempfile::tempdir().unwrap();
    let at_anas = found(&ana, "Ana Ferreira", Some(shared.path()), Ago::NOW);
    let vault = at_anas.new_vault("Production");
    let login = [(FieldRole::Password, "first-6f1c")];
    at_anas.add_login(&vault, "Postgres primary", &login);
    let handed = at_anas.invite("Mara Lindqvist", Vec::new());
    let at_maras = ask(&mara, "Mara Lindqvist", &handed, shared.path(), Ago::NOW);
    at_anas.admit();
    let people = at_anas.with(App::people_list).unwrap().people;
    let hers = people.into_iter().find(|row| !row.person.me).unwrap();
    at_anas
        .with(|app| app.safety_confirm(&hers.person.user, true))
        .unwrap();
    drop(at_maras);
    let handed = at_anas.invite("Mara Lindqvist", Vec::new());
    drop(ask(
        &other,
        "Mara Lindqvist",
        &handed,
        shared.path(),
        Ago::NOW,
    ));
    at_anas.sync();
    drop(at_anas);

    let a = ana.open().await;
    let page = a.page();
    unlock(page).await;
    wait_for(page, "Postgres primary").await;
    // By its whole name: the item that opens by itself has people too.
    page.button("People 1 is waiting").await.click().await;
    page.button("Look at Mara’s request").await.click().await;
    page.shows("Mara’s key is different from the one you confirmed")
        .await;
    page.in_both_themes("request-key-changed").await;
    page.button("Let Mara in").await.click().await;

    // In the table it says so, and the way on is to compare words.
    page.button("Key changed : compare words with Mara Lindqvist")
        .await
        .click()
        .await;
    page.shows("Either Mara set up a new computer, or someone is pretending")
        .await;
    page.in_both_themes("key-changed").await;
    assert_eq!(page.count("button", Some("Share anyway")).await, 0);
    page.button("Verify with Mara").await.click().await;
    page.shows("They match").await;
    page.in_both_themes("key-changed-words").await;
}
