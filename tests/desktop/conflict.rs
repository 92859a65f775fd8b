//! The same field changed by two at once: both stand until somebody chooses, and what was not
//! chosen stays.

use conclave_app::api::{Storage, items::FieldRole};

use crate::{
    harness::Stage,
    steps::{open_item, reveal, sync, unlock, until_password, wait_for},
    windowless::{Ago, ask, folder, found},
};

const TITLE: &str = "Postgres primary";

#[tokio::test(flavor = "multi_thread")]
async fn two_edits_at_once_are_compared_and_one_is_chosen() {
    let stage = Stage::start();
    let (ana, mara) = (stage.person("both-ana"), stage.person("both-mara"));
    let shared = tempfile::tempdir().unwrap();
    let at_anas = found(&ana, "Ana Ferreira", Some(shared.path()), Ago::NOW);
    let vault = at_anas.new_vault("Production");
    let item = at_anas.add_login(
        &vault,
        TITLE,
        &[
            (FieldRole::Username, "app_rw"),
            (FieldRole::Password, "first-6f1c"),
            (FieldRole::Url, "https://db.northwind.example"),
        ],
    );
    let handed = at_anas.invite("Mara Lindqvist", vec![vault]);
    let at_maras = ask(&mara, "Mara Lindqvist", &handed, shared.path(), Ago::NOW);
    at_anas.admit();
    at_maras.sync();
    drop(at_maras);

    // Ana changes three fields where nothing reaches the folder, and Mara two of them in her window.
    at_anas.keep_in(&Storage::None);
    at_anas.change(
        &item,
        &[
            (FieldRole::Username, "app_owner"),
            (FieldRole::Password, "by-ana-4d2e"),
            (FieldRole::Url, "https://db2.northwind.example"),
        ],
    );
    let m = mara.open().await;
    let page = m.page();
    unlock(page).await;
    wait_for(page, TITLE).await;
    open_item(page, TITLE).await;
    page.press_ctrl('e').await;
    page.field("User name").await.type_text("app_admin").await;
    page.field("Password").await.type_text("by-mara-9b07").await;
    page.press_ctrl('s').await;
    page.button("Edit").await;
    sync(page).await;
    at_anas.keep_in(&folder(shared.path()));
    at_anas.sync();

    // The list says so, the item says so, and the dialog shows both.
    sync(page).await;
    page.shows("2 versions").await;
    page.shows("Yours and Ana’s differ.").await;
    page.in_both_themes("two-versions").await;
    page.button("Compare").await.click().await;
    page.shows("Both are kept. Choose what to use from now on.")
        .await;
    page.shows("Merged by itself: website.").await;
    // Nothing else is there to be the same.
    assert!(!page.reads("the same").await);
    page.in_both_themes("compare").await;
    // No secret stands there unasked.
    assert!(!page.reads("by-ana-4d2e").await);
    assert!(!page.reads("by-mara-9b07").await);
    page.button("Show").await.click().await;
    page.shows("by-ana-4d2e").await;
    page.shows("by-mara-9b07").await;
    // Nothing is chosen for her.
    page.find("radio", "User name, Yours").await.click().await;
    page.find("radio", "Password, Ana’s").await.click().await;
    page.in_both_themes("compare-shown").await;
    page.button("Use chosen").await.click().await;

    // What was chosen is there, for both, and nobody is asked again.
    until_password(page, TITLE, "by-ana-4d2e").await;
    page.shows("app_admin").await;
    page.shows("db2.northwind.example").await;
    assert!(!page.reads("2 versions").await);
    assert!(!page.reads("Two edits at once.").await);
    sync(page).await;
    at_anas.sync();
    let seen = at_anas.with(|app| app.item_get(&item)).unwrap();
    assert_eq!(seen.state, None);
    assert_eq!(seen.fields[0].value.as_deref(), Some("app_admin"));

    // What was not chosen is a version of its own, beside the one that brought both together.
    page.button("History").await.click().await;
    page.shows("You brought two edits together").await;
    page.shows("You changed user name and password").await;
    page.shows("Ana Ferreira changed user name, password, and website")
        .await;
    page.in_both_themes("both-kept").await;
    page.press_escape().await;
    assert_eq!(reveal(page, TITLE).await, "by-ana-4d2e");
}
