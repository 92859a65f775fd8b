//! The same for what a team sees: people, groups, machines, and taking somebody out.
//!
//! What is named by people stays as it is in the longer language, and leads the way.

use conclave_app::api::{
    groups::{GroupCreate, GroupPerson},
    items::FieldRole,
};

use crate::{
    harness::{Page, Stage},
    steps::PASSPHRASE,
    stretched::{fits, gone, there},
    windowless::{Ago, ask, found},
};

/// An open dialog.
pub(crate) const DIALOG: &str = "dialog:modal, [aria-modal=true]";

#[tokio::test(flavor = "multi_thread")]
async fn longer_words_burst_no_screen_of_a_team() {
    let stage = Stage::start();
    let (ana, mara) = (stage.person("long-ana"), stage.person("long-mara"));
    let shared = tempfile::tempdir().unwrap();
    let at_anas = found(&ana, "Ana Ferreira", Some(shared.path()), Ago::NOW);
    let vault = at_anas.new_vault("Production");
    let login = [(FieldRole::Password, "first-6f1c")];
    let item = at_anas.add_login(&vault, "Postgres primary", &login);
    at_anas.add_login(&vault, "Stripe live key", &login);
    let handed = at_anas.invite("Mara Lindqvist", vec![vault.clone()]);
    let at_maras = ask(&mara, "Mara Lindqvist", &handed, shared.path(), Ago::NOW);
    at_anas.admit();
    at_maras.sync();
    let shown = at_maras.with(|app| app.item_reveal_field(&item, "@main", None));
    assert_eq!(*shown.unwrap(), b"first-6f1c");
    at_maras.sync();
    at_anas.sync();
    let user = at_maras.with(|app| app.state().me.unwrap().user);
    at_anas.with(|app| {
        let name = "Operations".into();
        let group = app.group_create(&GroupCreate { name }).unwrap().id;
        app.group_add(&GroupPerson { group, user }).unwrap();
    });
    drop(at_anas);
    drop(at_maras);

    let app = ana.open_stretched().await;
    let page = app.page();
    there(page, "input[type=password]").await;
    fits(page, "lock").await;
    page.press(PASSPHRASE).await;
    page.press_enter().await;
    there(page, "[data-pane=sidebar]").await;
    tap(page, "[data-pane=sidebar] button", "P\u{e9}\u{f6}pl\u{e9}").await;
    there(page, "input[type=radio][value=groups]").await;
    fits(page, "people").await;
    for part in ["machines", "groups"] {
        tap(page, &format!("input[type=radio][value={part}]"), "").await;
        fits(page, part).await;
    }
    tap(page, "th button", "Operations").await;
    there(page, DIALOG).await;
    fits(page, "group").await;
    page.press_escape().await;
    gone(page, DIALOG).await;
    tap(page, "input[type=radio][value=people]", "").await;
    tap(page, "td button", "Mara Lindqvist").await;
    there(page, DIALOG).await;
    fits(page, "verify").await;
    page.press_escape().await;
    gone(page, DIALOG).await;
    tap(page, "th button", "Mara Lindqvist").await;
    there(page, ":is(dialog, [aria-modal=true]) ul li").await;
    fits(page, "person").await;
    tap(page, ":is(dialog, [aria-modal=true]) footer button", "Mara").await;
    there(page, ":is(dialog, [aria-modal=true]) ul.border-t li").await;
    fits(page, "remove").await;
    page.press_enter().await;
    there(page, ":is(dialog, [aria-modal=true]) ul.list-disc").await;
    fits(page, "remove-sure").await;
    page.press_escape().await;
    gone(page, DIALOG).await;
    tap(page, "[data-pane=sidebar] button", &longer("Activity")).await;
    there(page, "main ol li").await;
    fits(page, "activity").await;
}

/// Clicks the first of these that says the text.
pub(crate) async fn tap(page: Page<'_>, selector: &str, text: &str) {
    let script = "const one = [...document.querySelectorAll(arguments[0])]\
                  .find((each) => each.textContent.includes(arguments[1]));\
                  one?.click(); return one !== undefined";
    page.until(selector, script, &[selector.into(), text.into()])
        .await;
}

/// How words begin in that language.
pub(crate) fn longer(words: &str) -> String {
    let accents = [
        ('a', '\u{e0}'),
        ('e', '\u{e9}'),
        ('i', '\u{ef}'),
        ('o', '\u{f6}'),
        ('u', '\u{fc}'),
        ('A', '\u{c5}'),
        ('E', '\u{c8}'),
        ('I', '\u{cc}'),
        ('O', '\u{d8}'),
        ('U', '\u{db}'),
        ('c', '\u{e7}'),
        ('n', '\u{f1}'),
        ('y', '\u{ff}'),
    ];
    let accented = |letter: char| accents.iter().find(|(plain, _)| *plain == letter);
    let letters = words.chars();
    letters
        .map(|letter| accented(letter).map_or(letter, |(_, accented)| *accented))
        .collect()
}
