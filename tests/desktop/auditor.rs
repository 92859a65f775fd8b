//! An auditor's window: who is there and what has ended, and nothing that a vault holds.

use conclave_app::api::{Role, items::FieldRole, people::InviteCreate};

use crate::{
    harness::Stage,
    steps::{Handed, unlock},
    windowless::{Ago, ask, found},
};

#[tokio::test(flavor = "multi_thread")]
async fn an_auditor_sees_people_and_no_secrets() {
    let stage = Stage::start();
    let (ana, ida) = (stage.person("audit-ana"), stage.person("audit-ida"));
    let shared = tempfile::tempdir().unwrap();
    let at_anas = found(&ana, "Ana Ferreira", Some(shared.path()), Ago::NOW);
    let vault = at_anas.new_vault("Production");
    let login = [(FieldRole::Password, "audited-6f1c")];
    let item = at_anas.add_login(&vault, "Postgres primary", &login);
    let revealed = at_anas.with(|app| app.item_reveal_field(&item, "@main", None));
    assert_eq!(&*revealed.unwrap(), b"audited-6f1c");
    let wanted = InviteCreate {
        name: "Ida Okafor".into(),
        role: Role::Auditor,
        vaults: Vec::new(),
        access_until_ms: None,
    };
    let ready = at_anas.with(|app| app.invite_create(&wanted)).unwrap();
    let handed = Handed {
        text: at_anas.with(|app| app.invite_text(&ready.invite)).unwrap(),
        words: ready.words.join(" "),
    };
    let at_idas = ask(&ida, "Ida Okafor", &handed, shared.path(), Ago::NOW);
    at_anas.admit();
    at_idas.sync();
    at_anas.sync();
    drop((at_anas, at_idas));

    let app = ida.open().await;
    let page = app.page();
    unlock(page).await;
    page.shows("All items").await;
    page.shows("You audit this team").await;
    page.in_both_themes("auditor").await;
    // A vault of the team is neither listed nor made, and none of its items is there.
    for absent in ["Production", "Postgres primary"] {
        assert!(!page.reads(absent).await, "{absent}");
    }
    assert_eq!(page.count("button", Some("New vault")).await, 0);

    page.button("Activity Who opened").await.click().await;
    page.shows("Ana Ferreira opened something in an item that is not open to you")
        .await;
    page.in_both_themes("auditor-activity").await;
    assert!(!page.reads("Postgres primary").await);

    page.button("People").await.click().await;
    page.shows("Ana Ferreira").await;
    page.shows("Auditor").await;
    page.in_both_themes("auditor-people").await;
    assert_eq!(page.count("button", Some("Invite")).await, 0);
    page.button("Open Ana Ferreira").await.click().await;
    page.find("heading", "Ana Ferreira").await;
    page.in_both_themes("auditor-person").await;
    for absent in ["Remove Ana", "Change role"] {
        assert_eq!(page.count("button", Some(absent)).await, 0, "{absent}");
    }
    page.press_escape().await;
    for part in ["Groups", "Machines"] {
        page.find("radio", part).await.click().await;
        page.shows(&format!("No {} yet", part.to_lowercase())).await;
        for absent in ["New group", "New machine"] {
            assert_eq!(page.count("button", Some(absent)).await, 0, "{absent}");
        }
    }
    page.in_both_themes("auditor-machines").await;

    // An owner is told what it was.
    let app = ana.open().await;
    let page = app.page();
    unlock(page).await;
    page.button("Activity").await.click().await;
    page.shows("You opened password in Postgres primary").await;
    page.in_both_themes("activity").await;
}
