//! Two owners want each other out: one of them stands above, and both windows end up saying the
//! same, also where neither knew of the other.

use conclave_app::api::{Role, items::FieldRole, removal::RoleChange};

use crate::{
    folders::{copy, meet},
    harness::{Page, Stage},
    steps::{reveal, sync, unlock, wait_for},
    windowless::{Ago, Windowless, ask, folder, found},
};

/// Makes somebody an owner, whom this person has compared words with, as for everybody who decides
/// who else gets in.
fn make_owner(at: &Windowless, name: &str) {
    let people = at.with(|app| app.people_list()).unwrap().people;
    let row = people.iter().find(|row| row.person.name == name).unwrap();
    let change = RoleChange {
        user: row.person.user.clone(),
        vault: None,
        role: Role::Owner,
    };
    at.with(|app| app.safety_confirm(&change.user, true))
        .unwrap();
    at.with(|app| app.role_change(&change)).unwrap();
    at.sync();
}

/// Takes somebody out, in a window that shows them.
async fn remove(page: Page<'_>, first: &str) {
    let remove = format!("Remove {first}");
    page.button(&remove).await.click().await;
    page.button("Continue").await.click().await;
    page.shows(&format!("{first} gets nothing new")).await;
    page.button(&remove).await.click().await;
    page.shows(&format!("Removed {first}.")).await;
    page.button("Done").await.click().await;
}

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
        make_owner(&at_anas, name);
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
    remove(page, "Jonas").await;
    sync(page).await;
    j.page().press_escape().await;
    sync(j.page()).await;
    j.page().shows("You are no longer in this team.").await;
    page.shows("Mara Lindqvist").await;
    page.in_both_themes("owner-stays").await;
}

/// The folder is in two places that hear nothing of each other. In each somebody becomes an owner
/// and takes the other out, who is none there. Then the places meet.
#[tokio::test(flavor = "multi_thread")]
async fn two_who_remove_each_other_at_once_are_told_who_stays() {
    let stage = Stage::start();
    let (ana, kim) = (stage.person("once-ana"), stage.person("once-kim"));
    let (mara, jonas) = (stage.person("once-mara"), stage.person("once-jonas"));
    let places = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let [one, two] = [places[0].path(), places[1].path()];
    let at_anas = found(&ana, "Ana Ferreira", Some(one), Ago::NOW);
    let vault = at_anas.new_vault("Production");
    at_anas.add_login(
        &vault,
        "Postgres primary",
        &[(FieldRole::Password, "first-6f1c")],
    );
    let [at_kims, at_maras, at_jonas] = [
        (&kim, "Kim Sato"),
        (&mara, "Mara Lindqvist"),
        (&jonas, "Jonas Weber"),
    ]
    .map(|(person, name)| {
        let handed = at_anas.invite(name, vec![vault.clone()]);
        let theirs = ask(person, name, &handed, one, Ago::NOW);
        at_anas.admit();
        at_anas.sync();
        theirs.sync();
        theirs
    });
    make_owner(&at_anas, "Kim Sato");
    for one in [&at_kims, &at_maras, &at_jonas] {
        one.sync();
    }
    at_kims.sync();
    copy(one, two);
    make_owner(&at_anas, "Mara Lindqvist");
    at_maras.sync();
    at_kims.keep_in(&folder(two));
    make_owner(&at_kims, "Jonas Weber");
    at_jonas.keep_in(&folder(two));
    at_jonas.sync();
    drop((at_anas, at_kims, at_maras, at_jonas));

    let (m, j) = (mara.open().await, jonas.open().await);
    for (page, other) in [(m.page(), "Jonas Weber"), (j.page(), "Mara Lindqvist")] {
        unlock(page).await;
        wait_for(page, "Postgres primary").await;
        page.button("People").await.click().await;
        page.button(&format!("Open {other}")).await.click().await;
        remove(page, other.split(' ').next().unwrap()).await;
        sync(page).await;
    }

    meet(one, two);
    for page in [m.page(), j.page()] {
        sync(page).await;
    }
    // Whose place the team's first owner gave stands above.
    let page = j.page();
    page.shows("You are no longer in this team.").await;
    page.shows("You and Mara Lindqvist removed each other at the same time. They stand above you")
        .await;
    page.in_both_themes("at-once-out").await;
    assert_eq!(reveal(page, "Postgres primary").await, "first-6f1c");
    let page = m.page();
    page.button("Open Kim Sato").await;
    assert_eq!(page.count("button", Some("Open Jonas Weber")).await, 0);
    page.in_both_themes("at-once-stays").await;
    assert!(!page.reads("You are no longer in this team.").await);
    assert_eq!(reveal(page, "Postgres primary").await, "first-6f1c");
}
