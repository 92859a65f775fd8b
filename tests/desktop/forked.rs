//! One computer's data in two places: both copies write, each into a folder of its own, and the
//! folders meet.

use std::{fs, path::Path};

use conclave_app::api::items::FieldRole;

use crate::{
    harness::Stage,
    restored::copy,
    steps::{unlock, wait_for},
    windowless::{Ago, again, ask, folder, found},
};

/// Brings what only one folder has into the other, as a person would who merges two copies.
fn merge(from: &Path, into: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = into.join(path.file_name().unwrap());
        if path.is_dir() {
            fs::create_dir_all(&target).unwrap();
            merge(&path, &target);
        } else if !target.exists() {
            fs::copy(&path, target).unwrap();
        }
    }
}

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
    let handed = at_anas.invite("Mara Lindqvist", vec![vault.clone()]);
    let at_maras = ask(&mara, "Mara Lindqvist", &handed, one, Ago::NOW);
    at_anas.admit();
    at_maras.sync();
    at_anas.sync();
    drop((at_anas, at_maras));
    copy(&mara.data_dir(), &twin.data_dir());
    copy(one, two);

    // Each of the two writes where the other does not look.
    let login = [(FieldRole::Password, "a")];
    let at_twins = again(&twin, Ago::NOW);
    at_twins.keep_in(&folder(two));
    at_twins.add_login(&vault, "In the other folder", &login);
    at_twins.add_login(&vault, "There as well", &login);
    at_twins.sync();
    drop(at_twins);
    let at_maras = again(&mara, Ago::NOW);
    at_maras.add_login(&vault, "In the one folder", &login);
    at_maras.sync();
    drop(at_maras);
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
    page.shows("The storage shows").await;
    page.in_both_themes("forked").await;
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
    let at_twins = again(&twin, Ago::NOW);
    at_twins.keep_in(&folder(one));
    at_twins.sync();
    drop(at_twins);
    let t = twin.open().await;
    let page = t.page();
    unlock(page).await;
    page.shows("Another copy of this computer’s data is writing as well.")
        .await;
    page.in_both_themes("forked-twin").await;
}
