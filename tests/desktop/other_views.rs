//! One folder shows a team two things: whoever sees both says of whom, and by whose word.

use conclave_app::api::items::FieldRole;

use crate::{
    folders::{bring_new, copy},
    harness::Stage,
    steps::unlock,
    windowless::{Ago, again, ask, folder, found},
};

#[tokio::test(flavor = "multi_thread")]
async fn other_views_of_the_team_are_said_by_name() {
    let stage = Stage::start();
    let [ana, kim, mara, twin] =
        ["ana", "kim", "mara", "twin"].map(|name| stage.person(&format!("view-{name}")));
    let folders = [(); 3].map(|()| tempfile::tempdir().unwrap());
    let [one, two, since] = [folders[0].path(), folders[1].path(), folders[2].path()];
    let at_anas = found(&ana, "Ana Ferreira", Some(one), Ago::NOW);
    let vault = at_anas.new_vault("Production");
    let [at_kims, at_maras] = [(&kim, "Kim Sato"), (&mara, "Mara Lindqvist")].map(|(who, name)| {
        let handed = at_anas.invite(name, vec![vault.clone()]);
        let theirs = ask(who, name, &handed, one, Ago::NOW);
        at_anas.admit();
        at_anas.sync();
        theirs.sync();
        theirs
    });
    at_kims.sync();
    drop(at_maras);
    copy(&mara.data_dir(), &twin.data_dir());
    copy(one, two);

    // Ana is shown what was written in one place, and Kim what Mara wrote in the other.
    let login = [(FieldRole::Password, "a-1")];
    let at_twins = again(&twin, Ago::NOW);
    at_twins.keep_in(&folder(two));
    at_twins.add_login(&vault, "Shown to Ana", &login);
    at_twins.sync();
    drop(at_twins);
    copy(two, since);
    at_anas.keep_in(&folder(two));
    at_anas.sync();
    at_anas.add_login(&vault, "By Ana", &login);
    at_anas.sync();
    let at_maras = again(&mara, Ago::NOW);
    at_maras.add_login(&vault, "Shown to Kim", &login);
    at_maras.sync();
    at_kims.sync();
    drop((at_anas, at_kims, at_maras));
    // Of all that only what Ana wrote comes through.
    bring_new(two, since, one);

    let app = kim.open().await;
    let page = app.page();
    unlock(page).await;
    page.shows("Ana Ferreira’s computer has seen other changes of Mara Lindqvist than this one.")
        .await;
    page.shows("Compare your state words by phone: Settings, Team state words.")
        .await;
    page.in_both_themes("other-views").await;
    page.button("Got it").await.click().await;
    page.until(
        "the notice to go",
        "return !document.body.innerText.includes('has seen other changes')",
        &[],
    )
    .await;
}
