//! A member is removed while their offline edits wait.

use conclave_app::api::{Storage, items::FieldRole};

use crate::{
    harness::{Page, Stage},
    steps::{sync, unlock, wait_for},
    windowless::{Ago, ask, folder, found},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_member_is_removed_while_their_offline_edits_wait() {
    let stage = Stage::start();
    let (ana, mara) = (stage.person("out-ana"), stage.person("out-mara"));
    let shared = tempfile::tempdir().unwrap();
    let at_anas = found(&ana, "Ana Ferreira", Some(shared.path()), Ago::NOW);
    let vault = at_anas.new_vault("Production");
    let login = [(FieldRole::Password, "first-6f1c")];
    let postgres = at_anas.add_login(&vault, "Postgres primary", &login);
    let stripe = at_anas.add_login(&vault, "Stripe live key", &login);
    let router = at_anas.add_login(&vault, "Router", &login);
    let shown = at_anas.with(|app| app.item_reveal_field(&router, "@main", None));
    assert_eq!(*shown.unwrap(), b"first-6f1c");
    let handed = at_anas.invite("Mara Lindqvist", vec![vault.clone()]);
    let at_maras = ask(&mara, "Mara Lindqvist", &handed, shared.path(), Ago::NOW);
    at_anas.admit();
    at_maras.sync();
    // What she did with two of them is on record; there may be no clipboard here, and the record
    // comes before it.
    let shown = at_maras.with(|app| app.item_reveal_field(&postgres, "@main", None));
    assert_eq!(*shown.unwrap(), b"first-6f1c");
    let _ = at_maras.with(|app| app.item_copy_field(&stripe, "@main", None));
    at_maras.sync();
    at_anas.sync();
    drop(at_anas);
    // Mara writes where nothing reaches the folder.
    at_maras.keep_in(&Storage::None);
    at_maras.add_login(&vault, "Written offline", &login);

    let a = ana.open().await;
    let page = a.page();
    unlock(page).await;
    wait_for(page, "Postgres primary").await;
    activity(page).await;
    page.button("People").await.click().await;
    page.button("Joined by code : compare words with Mara Lindqvist")
        .await
        .click()
        .await;
    page.shows("They match").await;
    page.in_both_themes("verify").await;
    page.press_escape().await;
    page.button("Open Mara Lindqvist").await.click().await;
    page.shows("Joined by code").await;
    page.in_both_themes("person").await;
    page.button("Remove Mara").await.click().await;
    page.shows("Change these 3 items").await;
    page.shows("Opened: ").await;
    page.shows("Copied: ").await;
    page.in_both_themes("remove").await;
    page.button("Continue").await.click().await;
    page.shows("Mara gets nothing new").await;
    page.in_both_themes("remove-sure").await;
    page.button("Remove Mara").await.click().await;
    page.shows("Removed Mara.").await;
    page.shows("Change these 3 items").await;
    page.in_both_themes("remove-out").await;
    page.button("Done").await.click().await;

    // Her edit arrives after that: it is kept apart until Ana takes it back in.
    at_maras.keep_in(&folder(shared.path()));
    at_maras.sync();
    drop(at_maras);
    sync(page).await;
    page.shows("Changes set aside").await;
    page.in_both_themes("set-aside").await;
    // For ten seconds what was left out comes back.
    page.button("Leave out: Written offline")
        .await
        .click()
        .await;
    page.shows("Left out. Nothing was deleted.").await;
    assert!(!page.reads("Written offline").await);
    page.in_both_themes("left-out").await;
    page.button("Undo").await.click().await;
    page.shows("Written offline").await;
    page.button("Take back in: Written offline")
        .await
        .click()
        .await;
    page.shows("Taken back in.").await;
    page.button("All items").await.click().await;
    page.shows("Written offline").await;

    let m = mara.open().await;
    let page = m.page();
    unlock(page).await;
    wait_for(page, "Postgres primary").await;
    page.shows("You are no longer in this team. Ana Ferreira removed you.")
        .await;
    page.in_both_themes("out").await;
    assert_eq!(page.count("button", Some("New vault")).await, 0);
}

/// Who did what, of all and of one.
async fn activity(page: Page<'_>) {
    page.button("Activity").await.click().await;
    page.shows("Mara Lindqvist copied password from Stripe live key")
        .await;
    page.shows("You opened password in Router").await;
    page.in_both_themes("activity-of-all").await;
    page.find("combobox", "Of whom: Everybody")
        .await
        .click()
        .await;
    page.find("option", "Mara Lindqvist").await.click().await;
    page.find("combobox", "Of whom: Mara Lindqvist").await;
    page.until(
        "hers alone",
        "return !document.body.innerText.includes('in Router')",
        &[],
    )
    .await;
    page.shows("Mara Lindqvist opened password in Postgres primary")
        .await;
}
