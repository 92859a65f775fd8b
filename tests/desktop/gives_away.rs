//! Somebody keeps giving a vault's key to a person who may not have it, and then makes keys that fit
//! nobody: the app says whose computer does so, and nothing is lost meanwhile.

use conclave_app::{api::items::FieldRole, session::App};
use conclave_core::{
    id::{ScopeId, UserId},
    replica::Written,
};
use conclave_testkit::evil_member::EvilMember;

use crate::{
    harness::{Person, Stage},
    steps::{reveal, sync, unlock, wait_for},
    turned,
    windowless::{Ago, again, ask, found},
};

const TITLE: &str = "Postgres primary";

#[tokio::test(flavor = "multi_thread")]
async fn hostile_08_whose_computer_does_wrong_with_keys_is_named() {
    let stage = Stage::start();
    let [ana, mara, gus] = ["ana", "mara", "gus"].map(|name| stage.person(&format!("away-{name}")));
    let shared = tempfile::tempdir().unwrap();
    let at_anas = found(&ana, "Ana Ferreira", Some(shared.path()), Ago::NOW);
    let vault = at_anas.new_vault("Production");
    at_anas.add_login(&vault, TITLE, &[(FieldRole::Password, "a-1")]);
    let handed = at_anas.invite("Gus Brandt", Vec::new());
    let at_guses = ask(&gus, "Gus Brandt", &handed, shared.path(), Ago::NOW);
    at_anas.admit();
    let outsider = at_guses.with(App::state).me.unwrap().user;
    let handed = at_anas.invite("Mara Lindqvist", vec![vault.clone()]);
    let at_maras = ask(&mara, "Mara Lindqvist", &handed, shared.path(), Ago::NOW);
    at_anas.admit();
    at_guses.sync();
    at_maras.sync();
    drop((at_anas, at_guses, at_maras));

    let app = ana.open().await;
    let page = app.page();
    unlock(page).await;
    wait_for(page, TITLE).await;
    for _ in 0..2 {
        passed_by(&mara, |mara| give_away(mara, &vault, &outsider));
        sync(page).await;
    }
    page.shows("keeps giving keys to somebody who must not have them")
        .await;
    page.in_both_themes("gives-away-strip").await;
    page.button("People").await.click().await;
    page.shows("2 keys").await;
    page.in_both_themes("gives-away").await;
    page.button("Look at Mara").await.click().await;
    page.find("heading", "Mara Lindqvist").await;
    page.press_escape().await;
    page.button("Got it").await.click().await;

    for _ in 0..2 {
        passed_by(&mara, |mara| fits_nobody(mara, &vault));
        sync(page).await;
    }
    page.shows("did not fit").await;
    page.in_both_themes("did-not-fit").await;
    assert_eq!(reveal(page, TITLE).await, "a-1");
}

/// Her computer gets what is new, says this besides, and sends it.
fn passed_by(mara: &Person, what: impl FnOnce(&mut EvilMember) -> Vec<Written>) {
    again(mara, Ago::NOW).sync();
    turned::say(mara, what);
    again(mara, Ago::NOW).sync();
}

fn give_away(mara: &mut EvilMember, vault: &str, outsider: &str) -> Vec<Written> {
    let (vault, outsider) = (
        ScopeId::from_hex(vault).unwrap(),
        UserId::from_hex(outsider).unwrap(),
    );
    let epoch = mara.person.replica.usable_epoch(vault).unwrap();
    let to = mara.address_of(outsider).unwrap();
    let under = Some(mara.grant_on(vault));
    vec![mara.add_box(under, epoch, &to, true)]
}

fn fits_nobody(mara: &mut EvilMember, vault: &str) -> Vec<Written> {
    let vault = ScopeId::from_hex(vault).unwrap();
    let readers = mara.person.replica.rights().readers(vault);
    let to: Vec<_> = readers
        .iter()
        .filter_map(|who| mara.address_of(*who))
        .collect();
    let parent = mara.person.replica.usable_epoch(vault).unwrap();
    let under = Some(mara.grant_on(vault));
    let (key, _) = mara.epoch(under, vault, &[parent], &to, |epoch| {
        for sealed in &mut epoch.boxes {
            sealed.ct[0] ^= 1;
        }
    });
    vec![key]
}
