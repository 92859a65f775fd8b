//! A lost laptop: ended at the desk, told so on its own screen, and set up anew once it is found.

use conclave_app::{
    api::{devices::RecoverStart, items::FieldRole},
    session::App,
};

use crate::{
    harness::Stage,
    steps::{sync, unlock, wait_for},
    windowless::{Ago, Windowless, folder, found, open},
};

/// A further computer of whoever is at the desk.
fn pair(desk: &Windowless, lap: &Windowless, shared: &std::path::Path) {
    let code = desk.with(App::device_code).unwrap().words.join(" ");
    let start = RecoverStart {
        device_name: "Laptop".into(),
        keychain: false,
        without_keychain: true,
    };
    lap.with(|app| {
        app.setup_passphrase(crate::steps::PASSPHRASE.as_bytes())
            .unwrap();
        app.pair_folder(&folder(shared)).unwrap();
        app.pair_words(&code).unwrap();
        app.pair_start(&start).unwrap();
    });
    let asked = desk.with(App::device_asked).unwrap();
    assert_eq!(asked.words.len(), 3);
    desk.with(App::device_admit).unwrap();
    lap.sync();
    desk.sync();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_laptop_is_ended_at_the_desk_and_starts_over_when_it_is_found() {
    let stage = Stage::start();
    let (desk, lap) = (stage.person("lost-desk"), stage.person("lost-lap"));
    let shared = tempfile::tempdir().unwrap();
    let at_desk = found(&desk, "Ana Ferreira", Some(shared.path()), Ago::NOW);
    let vault = at_desk.new_vault("Production");
    at_desk.add_login(&vault, "Postgres primary", &[(FieldRole::Password, "a-1")]);
    let on_lap = open(&lap, Ago::NOW);
    pair(&at_desk, &on_lap, shared.path());
    drop((at_desk, on_lap));

    let d = desk.open().await;
    let page = d.page();
    unlock(page).await;
    wait_for(page, "Postgres primary").await;
    page.press_ctrl(',').await;
    page.button("End Laptop").await.click().await;
    page.shows("For a computer that is lost, sold or broken.")
        .await;
    page.in_both_themes("end").await;
    // Once by the keyboard and left again; then for good.
    page.press_escape().await;
    page.button("End Laptop").await.click().await;
    page.button("End").await.click().await;
    page.shows("Laptop was ended").await;
    page.button("All items").await.click().await;
    sync(page).await;

    let l = lap.open().await;
    let second = l.page();
    // Whoever found it does not know the passphrase: what helps is said, and nothing is lost by it.
    second.button("I forgot my passphrase").await.click().await;
    second.shows("Nobody can reset a passphrase").await;
    second.in_both_themes("forgot").await;
    second.button("Start over").await.click().await;
    second.shows("Start over on this computer?").await;
    second.in_both_themes("start-over").await;
    second.press_escape().await;
    unlock(second).await;
    wait_for(second, "Postgres primary").await;
    sync(second).await;
    second.shows("This computer was ended by its person").await;
    second.in_both_themes("ended-here").await;
    second.button("Start over").await.click().await;
    second
        .field("Type the team’s name to go on: Northwind")
        .await
        .type_text("Northwind")
        .await;
    second.press_enter().await;
    second.button("Start a new vault").await;
    assert!(!lap.data_dir().join("conclave.db").exists());
}
