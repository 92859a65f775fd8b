//! What people do, without windows: found, invite, join, look.

use std::{path::Path, sync::Arc};

use conclave_app::{
    api::{
        Code, Role, Storage,
        app::{InvitationSource, JoinSend, Phase, TeamCreate},
        items::{
            FieldEdit, FieldRole, ItemFilter, ItemListRequest, ItemRow, ItemSave, ItemSort, Kind,
            ValueEdit,
        },
        people::{InviteCreate, InviteReady},
        vaults::VaultCreate,
    },
    clock::{Clock, SystemClock},
    session::{App, Config},
};
use conclave_crypto::KdfParams;

pub(crate) const PASSPHRASE: &[u8] = b"gravel unmoving kebab thirteen polar";

pub(crate) fn app(folder: &Path) -> App {
    app_at(folder, Arc::new(SystemClock))
}

/// An app that reads this clock.
pub(crate) fn app_at(folder: &Path, clock: Arc<dyn Clock>) -> App {
    App::start(Config {
        folder: folder.to_owned(),
        keychain: None,
        clock,
        kdf: KdfParams::insecure_for_tests(),
        invite_kdf: KdfParams::insecure_for_tests(),
        listener: Arc::new(|_| {}),
    })
    .unwrap()
}

pub(crate) fn storage(folder: &Path) -> Storage {
    Storage::Folder {
        path: folder.to_str().unwrap().to_owned(),
    }
}

pub(crate) fn found(home: &Path, shared: &Path) -> App {
    found_at(home, shared, Arc::new(SystemClock))
}

/// A new team by an app that reads this clock.
pub(crate) fn found_at(home: &Path, shared: &Path, clock: Arc<dyn Clock>) -> App {
    let ana = app_at(home, clock);
    ana.setup_passphrase(PASSPHRASE).unwrap();
    let state = ana
        .team_create(&TeamCreate {
            team_name: "Northwind".into(),
            person_name: "Ana".into(),
            colour: 1,
            device_name: "desk".into(),
            keychain: false,
            storage: storage(shared),
            personal_vault_name: "Personal".into(),
            without_keychain: true,
        })
        .unwrap();
    assert_eq!(state.phase, Phase::Unlocked);
    ana
}

pub(crate) fn login(title: &str, vault: &str, password: &str) -> ItemSave {
    let field = |role, concealed, text: &str| FieldEdit {
        id: None,
        role,
        label: None,
        concealed,
        value: ValueEdit::Set { text: text.into() },
    };
    ItemSave {
        item: None,
        base: None,
        vault: vault.into(),
        kind: Kind::Login,
        title: title.into(),
        fields: vec![
            field(FieldRole::Username, false, "app_rw"),
            field(FieldRole::Password, true, password),
        ],
        files: None,
    }
}

/// Gives an item another password.
pub(crate) fn change(app: &App, item: &str, vault: &str, text: &str) -> Result<(), Code> {
    let seen = app.item_get(item).map_err(|e| e.code)?;
    let mut edit = login(&seen.title, vault, text);
    (edit.item, edit.base) = (Some(item.into()), Some(seen.base));
    app.item_save(&edit).map(drop).map_err(|e| e.code)
}

/// The id of the item that stands first by title.
pub(crate) fn first_item(app: &App) -> String {
    rows(app).swap_remove(0).id
}

pub(crate) fn titles(app: &App) -> Vec<String> {
    rows(app).into_iter().map(|row| row.title).collect()
}

fn rows(app: &App) -> Vec<ItemRow> {
    let request = ItemListRequest {
        vault: None,
        filter: ItemFilter::All,
        query: String::new(),
        sort: ItemSort::Title,
        offset: 0,
        limit: 100,
        today_ms: 0,
    };
    app.item_list(&request).unwrap().rows
}

pub(crate) fn try_join(
    home: &Path,
    shared: &Path,
    text: &str,
    words: &str,
) -> (App, Result<(), Code>) {
    let mara = app(home);
    let joined = ask(&mara, shared, text, words);
    (mara, joined)
}

/// Joins with an app that is open.
pub(crate) fn ask(mara: &App, shared: &Path, text: &str, words: &str) -> Result<(), Code> {
    mara.setup_passphrase(PASSPHRASE).unwrap();
    let join = || -> Result<(), conclave_app::api::AppError> {
        mara.invitation_open(&InvitationSource::Text { text: text.into() })?;
        mara.join_folder(&storage(shared))?;
        mara.join_code(words)?;
        let send = JoinSend {
            person_name: "Mara".into(),
            colour: 2,
            device_name: "lap".into(),
            keychain: false,
            personal_vault_name: "Personal".into(),
            without_keychain: true,
        };
        mara.join_send(&send).map(drop)
    };
    join().map_err(|e| e.code)
}

pub(crate) fn password(app: &App, item: &str) -> Vec<u8> {
    app.item_reveal_field(item, "@main", None).unwrap().to_vec()
}

pub(crate) fn invite(ana: &App, name: &str, vaults: Vec<String>) -> (InviteReady, String) {
    let ready = ana
        .invite_create(&InviteCreate {
            name: name.into(),
            role: Role::Editor,
            vaults,
            access_until_ms: None,
        })
        .unwrap();
    let text = ana.invite_text(&ready.invite).unwrap();
    (ready, text)
}

/// Nothing of the plaintext lies anywhere, in UTF-8 or UTF-16.
pub(crate) fn search(folder: &Path, canary: &str) {
    let utf16: Vec<u8> = canary.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            search(&path, canary);
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        for needle in [canary.as_bytes(), &utf16] {
            let found = bytes.windows(needle.len()).any(|window| window == needle);
            assert!(!found, "{canary} in {}", path.display());
        }
    }
}

/// Invites Mara into these vaults and lets her in; gives her app and her id.
pub(crate) fn with_mara(ana: &App, mara: App, shared: &Path, vaults: Vec<String>) -> (App, String) {
    let (ready, text) = invite(ana, "Mara", vaults);
    ask(&mara, shared, &text, &ready.words.join(" ")).unwrap();
    ana.sync_now().unwrap();
    let request = ana.people_list().unwrap().requests[0].id.clone();
    let people = ana.request_admit(&request).unwrap().people;
    let her = people.into_iter().find(|row| !row.person.me).unwrap();
    mara.sync_now().unwrap();
    (mara, her.person.user)
}

/// Ana's team with a vault that Mara edits too.
pub(crate) struct Team {
    pub(crate) ana: App,
    pub(crate) mara: App,
    pub(crate) vault: String,
    /// Mara.
    pub(crate) user: String,
    /// Ana's profile, Mara's, the shared folder, and one beside them.
    pub(crate) homes: [tempfile::TempDir; 4],
}

pub(crate) fn team() -> Team {
    let homes = std::array::from_fn(|_| tempfile::tempdir().unwrap());
    let [hers, maras, shared, _] = homes.each_ref().map(tempfile::TempDir::path);
    let ana = found(hers, shared);
    let vault = production(&ana);
    let (mara, user) = with_mara(&ana, app(maras), shared, vec![vault.clone()]);
    Team {
        ana,
        mara,
        vault,
        user,
        homes,
    }
}

/// A vault named "Production".
pub(crate) fn production(ana: &App) -> String {
    vault_named(ana, "Production")
}

/// A vault of this name.
pub(crate) fn vault_named(ana: &App, name: &str) -> String {
    let vault = VaultCreate {
        name: name.into(),
        colour: 1,
    };
    ana.vault_create(&vault).unwrap().id
}
