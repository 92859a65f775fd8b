//! Two people share a secret through a folder, by clicking; a third gets one item and nothing else.
//!
//! Three windows, each with a data directory, a session bus and a real keyring of its own. At the
//! end everything that lies on disk is searched for what must not lie there.

use std::{fs, path::Path};

use crate::{
    canary::{Canaries, made},
    harness::Stage,
    steps::{
        PASSPHRASE, add_login, admit, change_password, found_team, invite, join, look_at_request,
        new_vault, open_invitation, reveal, share_item, sync, type_code, unlock, until_password,
        wait_for,
    },
};

#[tokio::test(flavor = "multi_thread")]
async fn ana_and_mara_share_a_vault_and_jonas_one_item() {
    let stage = Stage::start();
    let (ana, mara, jonas) = (
        stage.person("ana"),
        stage.person("mara"),
        stage.person("jonas"),
    );
    let shared = tempfile::tempdir().unwrap();
    let mut canaries = Canaries::default();
    let first = canaries.plant(made());
    let second = canaries.plant(made());
    let kept_back = canaries.plant(made());

    // Ana starts a team and adds two logins.
    let a = ana.open().await;
    found_team(a.page(), "Ana Ferreira", "Northwind", shared.path()).await;
    let vault = "Production";
    new_vault(a.page(), vault).await;
    add_login(a.page(), vault, "Postgres primary", "app_rw", &first).await;
    add_login(a.page(), vault, "Kept back", "root", &kept_back).await;
    a.page().in_both_themes("items").await;

    // A wrong code is a red stop, and says what is safe.
    let invitation = invite(a.page(), "Mara Lindqvist", "Editor", Some(vault)).await;
    a.page().in_both_themes("people-invited").await;
    let m = mara.open().await;
    open_invitation(m.page(), &invitation, shared.path()).await;
    type_code(m.page(), "abacus abdomen abdominal abide abiding ability").await;
    m.page()
        .shows("These six words do not open this invitation.")
        .await;
    m.page().in_both_themes("wrong-code").await;

    // With the right one Mara asks, and Ana lets her in.
    type_code(m.page(), &invitation.words).await;
    canaries.plant(invitation.words.clone());
    join(m.page(), "Mara Lindqvist").await;
    m.page().in_both_themes("waiting").await;
    look_at_request(a.page(), "Mara").await;
    a.page().in_both_themes("request").await;
    admit(a.page(), "Mara").await;
    a.page().in_both_themes("people").await;

    // Mara sees the password after syncing, and changes it.
    wait_for(m.page(), "Postgres primary").await;
    assert_eq!(reveal(m.page(), "Postgres primary").await, first);
    m.page().in_both_themes("item").await;
    change_password(m.page(), "Postgres primary", &second).await;
    sync(m.page()).await;

    // Ana sees the change.
    sync(a.page()).await;
    until_password(a.page(), "Postgres primary", &second).await;

    // Jonas gets one item and nothing else.
    let invitation = invite(a.page(), "Jonas Weber", "Viewer", None).await;
    canaries.plant(invitation.words.clone());
    let j = jonas.open().await;
    open_invitation(j.page(), &invitation, shared.path()).await;
    type_code(j.page(), &invitation.words).await;
    join(j.page(), "Jonas Weber").await;
    look_at_request(a.page(), "Jonas").await;
    admit(a.page(), "Jonas").await;
    share_item(a.page(), "Postgres primary", "Jonas Weber").await;
    sync(a.page()).await;
    wait_for(j.page(), "Postgres primary").await;
    assert_eq!(reveal(j.page(), "Postgres primary").await, second);
    assert!(!j.page().reads("Kept back").await);
    assert!(!j.page().reads("Production").await);
    j.page().in_both_themes("one-item").await;

    // A lock drops the page and its process; the passphrase opens it again.
    a.lock().await;
    a.page().in_both_themes("locked").await;
    unlock(a.page()).await;
    wait_for(a.page(), "Postgres primary").await;

    drop((a, m, j));
    canaries.plant(PASSPHRASE.to_owned());
    for place in [
        ana.desk().home(),
        mara.desk().home(),
        jonas.desk().home(),
        shared.path(),
    ] {
        canaries.search(place);
    }
    assert!(has_packs(shared.path()), "nothing was synced at all");
}

fn has_packs(folder: &Path) -> bool {
    fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            has_packs(&path)
        } else {
            path.extension().is_some_and(|end| end == "pack")
        }
    })
}
