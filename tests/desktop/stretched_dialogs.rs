//! The same for computers, papers, machines, the folder, an end day and a key that changed.

use std::path::Path;

use conclave_app::{
    api::{Role, items::FieldRole, machines::MachineCreate},
    session::App,
};
use fantoccini::key::Key;

use crate::{
    harness::{Page, Person, Stage},
    steps::PASSPHRASE,
    stretched::{fits, gone, there},
    stretched_team::{DIALOG, tap},
    windowless::{Ago, ask, found},
};

/// Ana's team: Jonas; Mara, whose key was confirmed and then another; two machines.
fn team(ana: &Person, others: [&Person; 3], shared: &Path, keys: &Path) {
    let at_anas = found(ana, "Ana Ferreira", Some(shared), Ago::NOW);
    let vaults = ["Production", "Staging"].map(|name| at_anas.new_vault(name));
    at_anas.add_login(
        &vaults[0],
        "Postgres primary",
        &[(FieldRole::Password, "a-1")],
    );
    let [jonas, mara, other] = others;
    for (person, name) in [
        (jonas, "Jonas Weber"),
        (mara, "Mara Lindqvist"),
        (other, "Mara Lindqvist"),
    ] {
        let handed = at_anas.invite(name, Vec::new());
        let at_theirs = ask(person, name, &handed, shared, Ago::NOW);
        at_anas.admit();
        at_theirs.sync();
        at_anas.sync();
        let user = at_theirs.with(App::state).me.unwrap().user;
        if person.name() == mara.name() {
            at_anas.with(|app| app.safety_confirm(&user, true)).unwrap();
        }
    }
    for (name, role) in [
        ("Nightly build", Role::Viewer),
        ("Backup of all databases", Role::Editor),
    ] {
        let wanted = MachineCreate {
            name: name.into(),
            vaults: vaults.to_vec(),
            role,
            path: None,
        };
        let made = at_anas.with(|app| app.machine_create(&wanted, &keys.join(name)));
        made.unwrap();
    }
    at_anas.sync();
}

#[tokio::test(flavor = "multi_thread")]
async fn longer_words_burst_no_dialog() {
    let stage = Stage::start();
    let ana = stage.person("longer-ana");
    let others = ["jonas", "mara", "other"].map(|name| stage.person(&format!("longer-{name}")));
    let (shared, keys) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let [jonas, mara, other] = &others;
    team(&ana, [jonas, mara, other], shared.path(), keys.path());

    let app = ana.open_stretched().await;
    let page = app.page();
    there(page, "input[type=password]").await;
    page.press(PASSPHRASE).await;
    page.press_enter().await;
    there(page, "[data-pane=sidebar]").await;
    people(page).await;
    share(page).await;
    storage(page).await;
    devices(page).await;
    sheets(page, keys.path()).await;
}

async fn people(page: Page<'_>) {
    tap(page, "[data-pane=sidebar] button", "P\u{e9}\u{f6}pl\u{e9}").await;
    tap(
        page,
        "td button",
        "K\u{e9}\u{ff} \u{e7}h\u{e0}\u{f1}g\u{e9}d",
    )
    .await;
    there(page, "[role=alertdialog]").await;
    fits(page, "key-changed").await;
    close(page).await;
    tap(page, "input[type=radio][value=machines]", "").await;
    there(page, "td button").await;
    fits(page, "machines-filled").await;
    tap(page, "td button", "").await;
    there(page, DIALOG).await;
    fits(page, "machine-end").await;
    close(page).await;
    tap(page, "section header button.primary", "").await;
    there(page, DIALOG).await;
    fits(page, "machine-new").await;
    close(page).await;
}

async fn share(page: Page<'_>) {
    tap(page, "[data-pane=sidebar] button", "Production").await;
    tap(
        page,
        "[role=option], [role=listbox] button",
        "Postgres primary",
    )
    .await;
    there(page, "article").await;
    page.press_ctrl('i').await;
    tap(
        page,
        "[aria-modal=true] li button, dialog:modal li button",
        "Jonas",
    )
    .await;
    let ends = "const one = document.querySelector('[aria-modal=true] button[aria-haspopup=listbox]');\
                one?.focus(); return document.activeElement === one && one !== null";
    page.until("the end's choice", ends, &[]).await;
    page.press_enter().await;
    there(page, "[role=option][data-highlighted]").await;
    fits(page, "share-ends").await;
    page.press(&char::from(Key::End).to_string()).await;
    page.press_enter().await;
    there(page, "input[maxlength='10']").await;
    let day = "document.querySelector(\"input[maxlength='10']\").select(); return true";
    page.until("the day", day, &[]).await;
    page.press("2020-01-01").await;
    there(page, "[aria-modal=true] button[type=submit]:disabled").await;
    fits(page, "share-no-day").await;
    page.until("the day", day, &[]).await;
    page.press("2999-12-01").await;
    there(page, "[aria-modal=true] button[type=submit]:not(:disabled)").await;
    fits(page, "share-until").await;
    close(page).await;
}

async fn storage(page: Page<'_>) {
    tap(page, "[data-testid=sync-status]", "").await;
    there(page, DIALOG).await;
    fits(page, "storage-and-sync").await;
    close(page).await;
}

async fn devices(page: Page<'_>) {
    page.press_ctrl(',').await;
    // The list of devices is the only one in the settings.
    let look = "const list = document.querySelector('section section ul, section ul');\
                list?.scrollIntoView({ block: 'center' }); return list !== null";
    page.until("the devices", look, &[]).await;
    fits(page, "devices").await;
    tap(page, "section ul + div button", "").await;
    there(page, "[data-testid=device-word]").await;
    fits(page, "device-code").await;
    close(page).await;
}

async fn sheets(page: Page<'_>, folder: &Path) {
    for (place, name) in [(0, "sheet"), (1, "team-sheet")] {
        let open = "const all = document.querySelectorAll('section p.text-warn + button');\
                    all[arguments[0]]?.click(); return all.length > arguments[0]";
        page.until(name, open, &[place.into()]).await;
        there(page, DIALOG).await;
        fits(page, name).await;
        let path = "document.querySelector('[aria-modal=true] input').focus(); return true";
        page.until("the path", path, &[]).await;
        let file = folder.join(format!("{name}.pdf"));
        page.press(file.to_str().unwrap()).await;
        page.press_enter().await;
        there(page, "[aria-modal=true] p.font-mono").await;
        fits(page, &format!("{name}-asked")).await;
        close(page).await;
    }
}

async fn close(page: Page<'_>) {
    page.press_escape().await;
    gone(page, DIALOG).await;
}
