//! Files in items, in a real window: added in the editor, saved by somebody else, byte for byte.

use std::fs;

use conclave_app::api::items::FieldRole;

use crate::{
    harness::Stage,
    steps::{open_item, sync, unlock, wait_for},
    windowless::{Ago, ask, found},
};

const TITLE: &str = "Wildcard certificate";

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_added_in_one_window_and_saved_elsewhere_byte_for_byte() {
    let stage = Stage::start();
    let (ana, mara) = (stage.person("files-ana"), stage.person("files-mara"));
    let shared = tempfile::tempdir().unwrap();
    let disk = tempfile::tempdir().unwrap();
    let at_anas = found(&ana, "Ana Ferreira", Some(shared.path()), Ago::NOW);
    let vault = at_anas.new_vault("Production");
    let item = at_anas.add_login(&vault, TITLE, &[(FieldRole::Password, "first-6f1c")]);
    let handed = at_anas.invite("Mara Lindqvist", vec![vault]);
    let at_maras = ask(&mara, "Mara Lindqvist", &handed, shared.path(), Ago::NOW);
    at_anas.admit();
    at_maras.sync();
    drop(at_maras);

    let bytes: Vec<u8> = (0..50_000_u32).flat_map(u32::to_le_bytes).collect();
    let (chain, licence) = (
        disk.path().join("northwind-chain.pem"),
        disk.path().join("licence.bin"),
    );
    fs::write(&chain, b"-----BEGIN CERTIFICATE-----").unwrap();
    fs::write(&licence, &bytes).unwrap();

    let m = mara.open().await;
    let page = m.page();
    unlock(page).await;
    wait_for(page, TITLE).await;
    open_item(page, TITLE).await;
    page.press_ctrl('e').await;

    // What is no file is refused in words, and nothing is added.
    page.button("Add file").await.click().await;
    page.shows("Add a file").await;
    page.field("File")
        .await
        .type_text(disk.path().to_str().unwrap())
        .await;
    page.press_enter().await;
    page.shows("This file cannot be read.").await;
    page.field("File")
        .await
        .type_text(chain.to_str().unwrap())
        .await;
    page.in_both_themes("add").await;
    page.press_enter().await;
    page.shows("northwind-chain.pem").await;
    page.button("Add file").await.click().await;
    page.shows("Add a file").await;
    page.field("File")
        .await
        .type_text(licence.to_str().unwrap())
        .await;
    page.press_enter().await;
    page.find("group", "licence.bin").await;
    page.in_both_themes("edit").await;
    page.press_ctrl('s').await;
    page.button("Edit").await;
    page.find("group", "licence.bin").await;
    page.in_both_themes("item").await;
    sync(page).await;

    // Ana saves it: what she gets is what Mara added.
    at_anas.sync();
    let seen = at_anas.with(|app| app.item_get(&item)).unwrap();
    let file = seen
        .files
        .iter()
        .find(|file| file.name == "licence.bin")
        .unwrap();
    let at_her = disk.path().join("at-anas.bin");
    at_anas
        .with(|app| app.file_save(&item, &file.id, &at_her))
        .unwrap();
    assert_eq!(fs::read(&at_her).unwrap(), bytes);

    // Mara saves it from her window.
    let at_mara = disk.path().join("at-maras.bin");
    page.button("Save… licence.bin").await.click().await;
    page.shows("The copy is not protected").await;
    page.field("Save as")
        .await
        .type_text("/nowhere/at-all")
        .await;
    page.press_enter().await;
    page.shows("The file could not be written there.").await;
    page.field("Save as")
        .await
        .type_text(at_mara.to_str().unwrap())
        .await;
    page.in_both_themes("save").await;
    page.press_enter().await;
    page.shows("Saved “licence.bin”").await;
    assert_eq!(fs::read(&at_mara).unwrap(), bytes);

    // Taken out again, with the other one left; the history says both.
    page.press_ctrl('e').await;
    page.button("Remove “licence.bin”").await.click().await;
    page.press_ctrl('s').await;
    page.button("Edit").await;
    page.find("group", "northwind-chain.pem").await;
    assert_eq!(page.count("group", Some("licence.bin")).await, 0);
    page.button("History").await.click().await;
    page.shows("You removed licence.bin").await;
    page.in_both_themes("history").await;
}
