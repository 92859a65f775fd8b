//! Two owners want each other out: one of them stands above, and both windows end up saying the
//! same.

use conclave_app::api::{Role, removal::RoleChange};

use crate::{
    harness::Stage,
    steps::{sync, unlock, wait_for},
    windowless::{Ago, ask, found},
};

#[tokio::test(flavor = "multi_thread")]
async fn of_two_owners_who_remove_each_other_the_senior_stays() {
    let stage = Stage::start();
    let (ana, mara, jonas) = (
        stage.person("owner-ana"),
        stage.person("owner-mara"),
        stage.person("owner-jonas"),
    );
    let shared = tempfile::tempdir().unwrap();
    let at_anas = found(&ana, "Ana Ferreira", Some(shared.path()), Ago::NOW);
    let vault = at_anas.new_vault("Production");
    at_anas.add_login(&vault, "Postgres primary", &[]);
    for (person, name) in [(&mara, "Mara Lindqvist"), (&jonas, "Jonas Weber")] {
        let handed = at_anas.invite(name, vec![vault.clone()]);
        let theirs = ask(person, name, &handed, shared.path(), Ago::NOW);
        at_anas.admit();
        theirs.sync();
        at_anas.sync();
        let people = at_anas.with(|app| app.people_list()).unwrap().people;
        let row = people.iter().find(|row| row.person.name == name).unwrap();
        let change = RoleChange {
            user: row.person.user.clone(),
            vault: None,
            role: Role::Owner,
        };
        // Whoever decides who else gets in is compared with first.
        at_anas
            .with(|app| app.safety_confirm(&change.user, true))
            .unwrap();
        at_anas.with(|app| app.role_change(&change)).unwrap();
        at_anas.sync();
        theirs.sync();
    }
    drop(at_anas);

    // Both windows are open, and each looks at the other.
    let (m, j) = (mara.open().await, jonas.open().await);
    for (page, other) in [(m.page(), "Jonas Weber"), (j.page(), "Mara Lindqvist")] {
        unlock(page).await;
        wait_for(page, "Postgres primary").await;
        sync(page).await;
        page.button("People").await.click().await;
        page.button(&format!("Open {other}")).await.click().await;
    }
    // Who was made an owner first stands above.
    j.page()
        .shows("They stand above you, so you cannot remove them.")
        .await;
    j.page().in_both_themes("owner-above").await;
    let page = m.page();
    page.button("Remove Jonas").await.click().await;
    page.button("Continue").await.click().await;
    page.shows("Jonas gets nothing new").await;
    page.button("Remove Jonas").await.click().await;
    page.shows("Removed Jonas.").await;
    page.button("Done").await.click().await;
    sync(page).await;
    j.page().press_escape().await;
    sync(j.page()).await;
    j.page().shows("You are no longer in this team.").await;
    page.shows("Mara Lindqvist").await;
    page.in_both_themes("owner-stays").await;
}
