//! One computer's data in two places: both copies write, each into a folder of its own, and the
//! folders meet.

use std::path::Path;

use conclave_app::api::items::FieldRole;
use serde_json::json;

use crate::{
    folders::{copy, merge},
    harness::{Page, Stage},
    steps::{add_login, reveal, unlock, wait_for},
    windowless::{Ago, again, ask, found},
};

#[tokio::test(flavor = "multi_thread")]
async fn two_folders_with_two_histories_of_one_computer_are_a_stop_with_its_proof() {
    let stage = Stage::start();
    let (ana, mara, twin) = (
        stage.person("fork-ana"),
        stage.person("fork-mara"),
        stage.person("fork-twin"),
    );
    let folders: Vec<_> = (0..2).map(|_| tempfile::tempdir().unwrap()).collect();
    let (one, two) = (folders[0].path(), folders[1].path());
    let at_anas = found(&ana, "Ana Ferreira", Some(one), Ago::NOW);
    let vault = at_anas.new_vault("Production");
    at_anas.add_login(
        &vault,
        "Before both",
        &[(FieldRole::Password, "first-6f1c")],
    );
    let handed = at_anas.invite("Mara Lindqvist", vec![vault.clone()]);
    let at_maras = ask(&mara, "Mara Lindqvist", &handed, one, Ago::NOW);
    at_anas.admit();
    at_maras.sync();
    at_anas.sync();
    drop((at_anas, at_maras));
    copy(&mara.data_dir(), &twin.data_dir());
    copy(one, two);

    // Each of the two writes where the other does not look.
    let (m, t) = (mara.open().await, twin.open().await);
    unlock(t.page()).await;
    t.page().button("Production").await;
    move_to(t.page(), two).await;
    for title in ["In the other folder", "There as well"] {
        add_login(t.page(), "Production", title, "app_rw", "a-1").await;
    }
    unlock(m.page()).await;
    add_login(m.page(), "Production", "In the one folder", "app_rw", "a-1").await;
    for page in [t.page(), m.page()] {
        page.invoke("sync_now", json!({})).await.unwrap();
    }
    drop(m);
    let at_anas = again(&ana, Ago::NOW);
    at_anas.sync();
    drop(at_anas);
    merge(two, one);

    // Whoever reads both says so in red; nothing is merged silently, and nothing is lost.
    let a = ana.open().await;
    let page = a.page();
    unlock(page).await;
    page.shows("A computer of Mara Lindqvist wrote two histories.")
        .await;
    page.button("Details").await.click().await;
    page.shows("Mara Lindqvist wrote two histories after").await;
    // The other history lies in a copy beside, into which a person who asks has it look at once.
    page.press_ctrl('r').await;
    page.shows("The storage shows").await;
    page.in_both_themes("forked").await;
    let new_item = page.button("New item").await;
    assert!(!new_item.is_enabled().await);
    assert_eq!(reveal(page, "Before both").await, "first-6f1c");
    page.button("Go on").await.click().await;
    page.shows("This computer writes again").await;
    page.button("People 3 are waiting").await.click().await;
    page.shows("In the other folder").await;
    page.in_both_themes("forked-aside").await;
    page.button("Take back in: In the one folder")
        .await
        .click()
        .await;
    page.shows("Taken back in.").await;
    page.button("All items").await.click().await;
    wait_for(page, "In the one folder").await;
    drop(a);

    // The copy finds another history of itself, and writes no more.
    let page = t.page();
    move_to(page, one).await;
    page.press_ctrl('r').await;
    page.shows("Another copy of this computer’s data is writing as well.")
        .await;
    page.shows("Nothing more is written here.").await;
    page.in_both_themes("forked-twin").await;
    assert_eq!(page.count("button", Some("Go on")).await, 0);
    // What both wrote since counts for nobody; what was there before can be read.
    assert_eq!(page.count("option", Some("There as well")).await, 0);
    assert_eq!(reveal(page, "Before both").await, "first-6f1c");
    assert!(!page.button("New item").await.is_enabled().await);
}

/// Another folder for the team's files, as the settings offer it.
async fn move_to(page: Page<'_>, folder: &Path) {
    page.press_ctrl(',').await;
    let field = page.field("Folder").await;
    field.type_text(folder.to_str().unwrap()).await;
    page.button("Move to this folder").await.click().await;
    page.shows("The team is kept in this folder now").await;
}
