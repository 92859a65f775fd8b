//! The same for two edits at once, a request to leave, and every strip over the window.

use conclave_app::{
    api::{
        Storage,
        items::FieldRole,
        removal::{Removal, RemovalTarget},
    },
    session::App,
};
use serde_json::json;

use crate::{
    folders::{copy, merge, put_back},
    harness::{Page, Stage},
    steps::PASSPHRASE,
    stretched::{fits, gone, there},
    stretched_team::{DIALOG, longer, tap},
    windowless::{Ago, again, ask, folder, found},
};

const TITLE: &str = "Postgres primary";

#[tokio::test(flavor = "multi_thread")]
async fn longer_words_burst_no_strip() {
    let stage = Stage::start();
    let [ana, mara, twin] =
        ["ana", "mara", "twin"].map(|name| stage.person(&format!("strip-{name}")));
    let folders = [(); 3].map(|()| tempfile::tempdir().unwrap());
    let [one, two, yesterday] = [folders[0].path(), folders[1].path(), folders[2].path()];
    let at_anas = found(&ana, "Ana Ferreira", Some(one), Ago::NOW);
    let vault = at_anas.new_vault("Production");
    let fields = |user| {
        [
            (FieldRole::Username, user),
            (FieldRole::Password, "first-6f1c"),
        ]
    };
    let item = at_anas.add_login(&vault, TITLE, &fields("app_rw"));
    let handed = at_anas.invite("Mara Lindqvist", vec![vault.clone()]);
    let at_maras = ask(&mara, "Mara Lindqvist", &handed, one, Ago::NOW);
    at_anas.admit();
    at_maras.sync();
    at_anas.sync();
    // Both change it, and neither knows of the other.
    at_anas.keep_in(&Storage::None);
    at_anas.change(&item, &fields("app_owner"));
    at_maras.change(&item, &fields("app_admin"));
    at_maras.sync();
    at_anas.keep_in(&folder(one));
    at_anas.sync();
    at_maras.sync();
    let user = at_maras.with(App::state).me.unwrap().user;
    drop((at_anas, at_maras));
    copy(&mara.data_dir(), &twin.data_dir());
    copy(one, two);
    // Before Mara writes more: a copy that read of it in the folder it came with would stop at once.
    let at_twins = again(&twin, Ago::NOW);
    at_twins.keep_in(&folder(two));
    at_twins.add_login(&vault, "In the other folder", &fields("app_rw"));
    at_twins.add_login(&vault, "There as well", &fields("app_rw"));
    at_twins.sync();
    drop(at_twins);

    let m = mara.open_stretched().await;
    let page = m.page();
    unlock(page).await;
    tap(page, "[role=option], [role=listbox] button", TITLE).await;
    tap(page, "article [role=status] button", "").await;
    there(page, DIALOG).await;
    fits(page, "compare").await;
    tap(page, ":is(dialog, [aria-modal=true]) input[type=radio]", "").await;
    fits(page, "compare-chosen").await;
    page.press_escape().await;
    gone(page, DIALOG).await;
    leave(page).await;

    // The storage goes back while Ana looks at it, and then shows two histories of Mara's.
    copy(one, yesterday);
    let at_anas = again(&ana, Ago::NOW);
    at_anas.add_login(&vault, "Today", &fields("app_rw"));
    at_anas.sync();
    drop(at_anas);
    put_back(&one.join("conclave1"), &yesterday.join("conclave1"));
    let a = ana.open_stretched().await;
    let page = a.page();
    unlock(page).await;
    there(page, STRIP).await;
    fits(page, "put-back").await;
    page.press_ctrl(',').await;
    scroll_to(page, &longer("You are the only owner")).await;
    fits(page, "leave-stop").await;
    tap(page, "[data-pane=sidebar] button", &longer("People")).await;
    tap(page, "main button", &longer("Look")).await;
    there(page, DIALOG).await;
    fits(page, "leaving").await;
    page.press_escape().await;
    gone(page, DIALOG).await;
    merge(two, one);
    page.press_ctrl('r').await;
    tap(page, "[role=alert] button[aria-expanded]", "").await;
    there(page, "section dl").await;
    fits(page, "fork").await;
    tap(page, "[role=alert] button", &longer("Go on")).await;
    gone(page, "[role=alert]").await;
    there(page, "main ul li button").await;
    fits(page, "aside").await;
    drop(a);

    // She is let go, which her window tells; and the other copy of her computer stops for good.
    let at_anas = again(&ana, Ago::NOW);
    let vault = None;
    let target = RemovalTarget { user, vault };
    at_anas.with(|app| app.removal_preview(&target)).unwrap();
    let RemovalTarget { user, vault } = target;
    let removal = Removal {
        user,
        vault,
        emergency: false,
    };
    at_anas.with(|app| app.person_remove(&removal)).unwrap();
    at_anas.sync();
    m.page().press_ctrl('r').await;
    there(m.page(), "[role=alert]").await;
    fits(m.page(), "out").await;
}

/// A strip over the window that is no stop.
const STRIP: &str = ".border-b > [role=status]";

async fn leave(page: Page<'_>) {
    page.press_ctrl(',').await;
    tap(page, "section button", &longer("Leave this team")).await;
    there(page, DIALOG).await;
    fits(page, "leave").await;
    page.press_enter().await;
    let ask = ":is(dialog, [aria-modal=true]) button.remove";
    there(page, ask).await;
    fits(page, "leave-sure").await;
    tap(page, ask, "").await;
    gone(page, DIALOG).await;
    page.invoke("sync_now", json!({})).await.unwrap();
    scroll_to(page, &longer("You asked to leave")).await;
    fits(page, "leave-asked").await;
}

async fn unlock(page: Page<'_>) {
    there(page, "input[type=password]").await;
    page.press(PASSPHRASE).await;
    page.press_enter().await;
    there(page, "[data-pane=sidebar]").await;
}

/// Brings a sentence of the settings into sight.
async fn scroll_to(page: Page<'_>, words: &str) {
    let script = "const all = [...document.querySelectorAll('section p')];\
                  const one = all.find((each) => each.textContent.includes(arguments[0]));\
                  one?.scrollIntoView({ block: 'center' }); return one !== undefined";
    page.until(words, script, &[words.into()]).await;
}
