//! A group is made, given a vault, and somebody is added to it: with the mouse, looked at in both
//! themes, and then opened by whoever was added.

use conclave_app::api::items::FieldRole;

use crate::{
    harness::{Page, Stage},
    steps::{reveal, sync, unlock, wait_for},
    windowless::{Ago, ask, found},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_group_is_made_and_opens_its_vault_to_whoever_is_added() {
    let stage = Stage::start();
    let (ana, mara) = (stage.person("group-ana"), stage.person("group-mara"));
    let shared = tempfile::tempdir().unwrap();
    let at_anas = found(&ana, "Ana Ferreira", Some(shared.path()), Ago::NOW);
    let vault = at_anas.new_vault("Production");
    at_anas.new_vault("Staging");
    let login = [(FieldRole::Password, "first-6f1c")];
    at_anas.add_login(&vault, "Postgres primary", &login);
    let handed = at_anas.invite("Mara Lindqvist", vec![]);
    let at_maras = ask(&mara, "Mara Lindqvist", &handed, shared.path(), Ago::NOW);
    at_anas.admit();
    at_maras.sync();
    at_anas.sync();
    drop(at_anas);
    drop(at_maras);

    let a = ana.open().await;
    let page = a.page();
    unlock(page).await;
    wait_for(page, "Postgres primary").await;
    page.button("People").await.click().await;
    page.find("radio", "Groups").await.click().await;
    page.shows("No groups yet").await;
    page.in_both_themes("groups-none").await;
    page.button("New group").await.click().await;
    page.field("Name").await.type_text("Operations").await;
    page.in_both_themes("group-new").await;
    page.button("Create group").await.click().await;
    page.shows("It opens no vault yet.").await;
    choose(page, "Give it a vault", "Production").await;
    page.shows("Everybody in Operations, now and later, will be able to open and copy")
        .await;
    page.find("radio", "Change").await.click().await;
    page.in_both_themes("group-give").await;
    page.button("Give Production").await.click().await;
    page.shows("Operations opens Production").await;
    choose(page, "Add a person", "Mara").await;
    page.shows("Mara will be able to open Production").await;
    page.in_both_themes("group-add").await;
    page.button("Add Mara").await.click().await;
    page.button("Remove Mara Lindqvist from the group").await;
    page.in_both_themes("group").await;
    page.button("Done").await.click().await;
    page.shows("2 people").await;
    page.in_both_themes("groups").await;
    page.find("radio", "People").await.click().await;
    page.button("Open Mara Lindqvist").await.click().await;
    page.shows("through the group Operations").await;
    page.in_both_themes("person-through-group").await;
    page.button("Done").await.click().await;
    sync(page).await;

    let m = mara.open().await;
    let page = m.page();
    unlock(page).await;
    wait_for(page, "Postgres primary").await;
    assert_eq!(reveal(page, "Postgres primary").await, "first-6f1c");
    page.button("People").await.click().await;
    page.find("radio", "Groups").await.click().await;
    page.button("Open Operations").await.click().await;
    page.shows("Manages the group").await;
    page.in_both_themes("group-of-a-member").await;
    assert_eq!(page.count("button", Some("Rename group")).await, 0);
}

/// Opens a list that drops down, types how an option begins, and takes it.
async fn choose(page: Page<'_>, list: &str, option: &str) {
    page.find("combobox", list).await.click().await;
    page.press(option).await;
    page.press_enter().await;
}
