//! Sharing until a day, and a guest: what the windows of both say.

use conclave_app::{
    api::{
        Role,
        groups::{GroupCreate, GroupPerson},
        items::FieldRole,
        people::InviteCreate,
    },
    session::App,
};

use crate::{
    harness::Stage,
    steps::{Handed, open_item, unlock, wait_for},
    windowless::{Ago, ask, found},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_vault_is_shared_until_a_day_and_a_level_changes_in_its_row() {
    let stage = Stage::start();
    let (ana, mara) = (stage.person("until-ana"), stage.person("until-mara"));
    let shared = tempfile::tempdir().unwrap();
    let at_anas = found(&ana, "Ana Ferreira", Some(shared.path()), Ago::NOW);
    let vault = at_anas.new_vault("Production");
    at_anas.add_login(&vault, "Postgres primary", &[(FieldRole::Password, "a-1")]);
    let handed = at_anas.invite("Mara Lindqvist", vec![]);
    let at_maras = ask(&mara, "Mara Lindqvist", &handed, shared.path(), Ago::NOW);
    at_anas.admit();
    at_maras.sync();
    at_anas.sync();
    let group = GroupCreate {
        name: "Operations".into(),
    };
    let group = at_anas.with(|app| app.group_create(&group)).unwrap();
    let hers = at_maras.with(App::state).me.unwrap().user;
    let add = GroupPerson {
        group: group.id,
        user: hers,
    };
    at_anas.with(|app| app.group_add(&add)).unwrap();
    drop((at_anas, at_maras));

    let a = ana.open().await;
    let page = a.page();
    unlock(page).await;
    page.button("Production").await.click().await;
    page.button("Production, menu").await.click().await;
    page.find("menuitem", "Share this vault")
        .await
        .click()
        .await;
    page.shows("Can be added").await;
    page.button("Mara Lindqvist").await.click().await;
    page.shows("also what it held before").await;
    // By the keyboard: the end, then the day itself.
    page.find("combobox", "Ends: No end").await.click().await;
    page.in_both_themes("share-ends").await;
    page.find("option", "On a date").await.click().await;
    page.field("Last day").await.type_text("2020-01-01").await;
    page.shows("Choose a day that is still ahead.").await;
    page.in_both_themes("share-no-day").await;
    page.field("Last day").await.type_text("2999-12-01").await;
    page.shows("It ends on").await;
    page.in_both_themes("share-until").await;
    page.button("Share").await.click().await;
    page.button("Stop sharing with Mara Lindqvist").await;
    page.shows("until 1 Dec 2999").await;
    page.find("combobox", "Level of Mara Lindqvist: See and copy")
        .await
        .click()
        .await;
    page.find("option", "Change").await.click().await;
    page.find("combobox", "Level of Mara Lindqvist: Change")
        .await;
    page.shows("until 1 Dec 2999").await;
    // The message lies beside the sheet, not over the buttons at its foot.
    page.shows("Changed Mara’s level to").await;
    let free = "const foot = document.querySelector('[role=dialog] footer').getBoundingClientRect();\
                const toast = document.querySelector('[data-testid=toast]').getBoundingClientRect();\
                return toast.right <= foot.left";
    page.until("the message to be beside the sheet", free, &[])
        .await;
    page.in_both_themes("share-level").await;
    // Another day for the one who is in, then none.
    page.button("When it ends for Mara Lindqvist")
        .await
        .click()
        .await;
    page.field("Last day").await.type_text("2998-06-30").await;
    page.in_both_themes("share-another-day").await;
    page.button("Save").await.click().await;
    page.shows("until 30 Jun 2998").await;
    page.button("When it ends for Mara Lindqvist")
        .await
        .click()
        .await;
    page.find("combobox", "Ends: On a date").await.click().await;
    page.find("option", "No end").await.click().await;
    page.button("Save").await.click().await;
    page.shows("Mara’s access no longer ends").await;
    page.find("combobox", "Level of Mara Lindqvist: Change")
        .await;

    // A group, and whoever comes by it alone is not ended here.
    page.button("Stop sharing with Mara Lindqvist")
        .await
        .click()
        .await;
    page.shows("Mara no longer gets Production").await;
    page.button("Operations").await.click().await;
    page.shows("The 2 people in Operations will be able to…")
        .await;
    page.find("combobox", "Ends: No end").await.click().await;
    page.find("option", "In 1 week").await.click().await;
    page.in_both_themes("share-group").await;
    page.button("Share").await.click().await;
    page.button("Stop sharing with Operations").await;
    page.shows("through Operations").await;
    assert_eq!(
        page.count("button", Some("Stop sharing with Mara Lindqvist"))
            .await,
        0
    );
    page.in_both_themes("shared-with-group").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guests_window_is_calm_and_ends_by_its_day() {
    let stage = Stage::start();
    let (ana, gus) = (stage.person("guest-ana"), stage.person("guest-gus"));
    let shared = tempfile::tempdir().unwrap();
    // A month and a day ago, for a month.
    let then = Ago::days(31);
    let at_anas = found(&ana, "Ana Ferreira", Some(shared.path()), then);
    let vault = at_anas.new_vault("Production");
    at_anas.add_login(&vault, "Postgres primary", &[(FieldRole::Password, "a-1")]);
    let now = conclave_app::clock::Clock::now_ms(&Ago::NOW);
    let wanted = |days: u64| InviteCreate {
        name: "Gus Brandt".into(),
        role: Role::Guest,
        vaults: vec![vault.clone()],
        access_until_ms: Some(now + days * 24 * 3600 * 1000 - 12 * 3600 * 1000),
    };
    let invite = |days| {
        let ready = at_anas
            .with(|app| app.invite_create(&wanted(days)))
            .unwrap();
        Handed {
            text: at_anas.with(|app| app.invite_text(&ready.invite)).unwrap(),
            words: ready.words.join(" "),
        }
    };
    let handed = invite(7);
    let at_gus = ask(&gus, "Gus Brandt", &handed, shared.path(), then);
    at_anas.admit();
    at_gus.sync();
    at_anas.sync();
    drop(at_gus);

    let g = gus.open().await;
    let page = g.page();
    unlock(page).await;
    wait_for(page, "Postgres primary").await;
    open_item(page, "Postgres primary").await;
    page.shows("Somebody of the team").await;
    page.in_both_themes("guest-item").await;
    page.button("People").await.click().await;
    page.shows("You are a guest here").await;
    page.in_both_themes("guest-people").await;
    page.press_ctrl(',').await;
    page.button("Leave this team").await.click().await;
    page.shows("Leave Northwind?").await;
    page.in_both_themes("leave").await;
    page.button("Continue").await.click().await;
    page.shows("Once you have asked").await;
    page.in_both_themes("leave-sure").await;
    page.button("Ask to leave").await.click().await;
    page.shows("You asked to leave").await;
    page.in_both_themes("leave-asked").await;
    drop(g);

    // What Ana sees: who it is, until when, and the wish.
    drop(at_anas);
    let a = ana.open().await;
    let page = a.page();
    unlock(page).await;
    page.button("People 1 is waiting").await.click().await;
    page.shows("Gus wants to leave").await;
    page.shows("Guest").await;
    page.in_both_themes("guest-among-people").await;
    page.button("Invite").await.click().await;
    page.find("radio", "Guest").await.click().await;
    page.shows("Sees no names").await;
    page.in_both_themes("invite-guest").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_over_is_said_on_both_sides() {
    let stage = Stage::start();
    let (ana, gus) = (stage.person("over-ana"), stage.person("over-gus"));
    let shared = tempfile::tempdir().unwrap();
    let then = Ago::days(10);
    let at_anas = found(&ana, "Ana Ferreira", Some(shared.path()), then);
    let vault = at_anas.new_vault("Production");
    at_anas.add_login(&vault, "Postgres primary", &[(FieldRole::Password, "a-1")]);
    let now = conclave_app::clock::Clock::now_ms(&Ago::NOW);
    let wanted = InviteCreate {
        name: "Gus Brandt".into(),
        role: Role::Guest,
        vaults: vec![vault],
        access_until_ms: Some(now - 24 * 3600 * 1000),
    };
    let ready = at_anas.with(|app| app.invite_create(&wanted)).unwrap();
    let handed = Handed {
        text: at_anas.with(|app| app.invite_text(&ready.invite)).unwrap(),
        words: ready.words.join(" "),
    };
    let at_gus = ask(&gus, "Gus Brandt", &handed, shared.path(), then);
    at_anas.admit();
    at_gus.sync();
    drop((at_anas, at_gus));

    // Today, before anybody who manages it was there.
    let g = gus.open().await;
    let page = g.page();
    unlock(page).await;
    page.shows("Your access to Production ended on").await;
    assert_eq!(page.count("option", Some("Postgres primary")).await, 0);
    page.in_both_themes("over").await;
    drop(g);

    let a = ana.open().await;
    let page = a.page();
    unlock(page).await;
    page.button("People").await.click().await;
    page.shows("Ended by its day").await;
    page.in_both_themes("over-people").await;
}
