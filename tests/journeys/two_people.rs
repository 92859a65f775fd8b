//! Two people share a secret through a folder: the whole way, without windows.

use std::{path::Path, sync::Arc};

use conclave_app::{
    api::{
        Code, Role, Storage,
        app::{InvitationSource, JoinSend, LockReason, Phase, TeamCreate},
        items::{
            FieldEdit, FieldRole, ItemFilter, ItemListRequest, ItemSave, ItemSort, Kind, ValueEdit,
        },
        people::{InviteCreate, InviteReady, Problem, Scope},
        vaults::VaultCreate,
    },
    clock::SystemClock,
    session::{App, Config},
};
use conclave_crypto::KdfParams;

const PASSPHRASE: &[u8] = b"gravel unmoving kebab thirteen polar";

fn app(folder: &Path) -> App {
    App::start(Config {
        folder: folder.to_owned(),
        keychain: None,
        clock: Arc::new(SystemClock),
        kdf: KdfParams::insecure_for_tests(),
        invite_kdf: KdfParams::insecure_for_tests(),
        listener: Arc::new(|_| {}),
    })
    .unwrap()
}

fn storage(folder: &Path) -> Storage {
    Storage::Folder {
        path: folder.to_str().unwrap().to_owned(),
    }
}

fn found(home: &Path, shared: &Path) -> App {
    let ana = app(home);
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
        })
        .unwrap();
    assert_eq!(state.phase, Phase::Unlocked);
    ana
}

fn login(title: &str, vault: &str, password: &str) -> ItemSave {
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
    }
}

fn titles(app: &App) -> Vec<String> {
    let request = ItemListRequest {
        vault: None,
        filter: ItemFilter::All,
        query: String::new(),
        sort: ItemSort::Title,
        offset: 0,
        limit: 100,
        today_ms: 0,
    };
    app.item_list(&request)
        .unwrap()
        .rows
        .into_iter()
        .map(|row| row.title)
        .collect()
}

fn try_join(home: &Path, shared: &Path, text: &str, words: &str) -> (App, Result<(), Code>) {
    let mara = app(home);
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
        };
        mara.join_send(&send).map(drop)
    };
    let joined = join().map_err(|e| e.code);
    (mara, joined)
}

fn password(app: &App, item: &str) -> Vec<u8> {
    app.item_reveal_field(item, "@main", None).unwrap().to_vec()
}

fn invite(ana: &App, name: &str, vaults: Vec<String>) -> (InviteReady, String) {
    let ready = ana
        .invite_create(&InviteCreate {
            name: name.into(),
            role: Role::Editor,
            vaults,
        })
        .unwrap();
    let text = ana.invite_text(&ready.invite).unwrap();
    (ready, text)
}

#[test]
fn ana_and_mara_share_a_vault_and_jonas_one_item() {
    let homes: Vec<_> = (0..4).map(|_| tempfile::tempdir().unwrap()).collect();
    let shared = homes[3].path();
    let ana = found(homes[0].path(), shared);
    let vault = ana
        .vault_create(&VaultCreate {
            name: "Production".into(),
            colour: 1,
        })
        .unwrap();
    let item = ana
        .item_save(&login(
            "Postgres primary",
            &vault.id,
            "canary-Zq8wT5n2Lr0xVb7y",
        ))
        .unwrap();
    ana.item_save(&login("Kept back", &vault.id, "another"))
        .unwrap();

    // A wrong code opens nothing, and says so.
    let (ready, text) = invite(&ana, "Mara", vec![vault.id.clone()]);
    let spare = tempfile::tempdir().unwrap();
    let wrong = "abacus abdomen abdominal abide abiding ability";
    assert_eq!(
        try_join(spare.path(), shared, &text, wrong).1,
        Err(Code::CodeWrong)
    );

    let (mara, joined) = try_join(homes[1].path(), shared, &text, &ready.words.join(" "));
    assert_eq!(joined, Ok(()));
    assert_eq!(mara.state().phase, Phase::Waiting);
    ana.sync_now().unwrap();
    let people = ana.people_list().unwrap();
    assert_eq!(people.requests.len(), 1);
    assert_eq!(people.requests[0].problem, None);
    assert_eq!(people.requests[0].person_name, "Mara");
    let people = ana.request_admit(&people.requests[0].id).unwrap();
    assert!(people.requests.is_empty());
    assert_eq!(people.people.len(), 2);

    mara.sync_now().unwrap();
    assert_eq!(mara.state().phase, Phase::Unlocked);
    assert_eq!(titles(&mara), ["Kept back", "Postgres primary"]);
    assert_eq!(password(&mara, &item.id), b"canary-Zq8wT5n2Lr0xVb7y");

    // Mara changes the password; Ana sees it.
    let seen = mara.item_get(&item.id).unwrap();
    assert!(
        seen.fields
            .iter()
            .all(|f| !f.concealed || f.value.is_none())
    );
    let edit = |f: &conclave_app::api::items::Field| FieldEdit {
        id: Some(f.id.clone()),
        role: f.role,
        label: f.label.clone(),
        concealed: f.concealed,
        value: if f.concealed {
            ValueEdit::Set {
                text: "changed-by-mara".into(),
            }
        } else {
            ValueEdit::Keep
        },
    };
    mara.item_save(&ItemSave {
        item: Some(item.id.clone()),
        base: Some(seen.base.clone()),
        vault: vault.id.clone(),
        kind: Kind::Login,
        title: seen.title.clone(),
        fields: seen.fields.iter().map(edit).collect(),
    })
    .unwrap();
    mara.sync_now().unwrap();
    ana.sync_now().unwrap();
    assert_eq!(password(&ana, &item.id), b"changed-by-mara");
    assert_eq!(ana.item_get(&item.id).unwrap().changed_by.name, "Mara");

    // Jonas gets one item and nothing else.
    let (ready, text) = invite(&ana, "Jonas", vec![]);
    let (jonas, joined) = try_join(homes[2].path(), shared, &text, &ready.words.join(" "));
    assert_eq!(joined, Ok(()));
    ana.sync_now().unwrap();
    let request = ana.people_list().unwrap().requests[0].id.clone();
    ana.request_admit(&request).unwrap();
    let user = jonas.state().me.unwrap().user;
    let scope = Scope::Item {
        id: item.id.clone(),
    };
    ana.share_grant(&scope, &user, Role::Viewer).unwrap();
    ana.sync_now().unwrap();
    jonas.sync_now().unwrap();
    assert_eq!(titles(&jonas), ["Postgres primary"]);
    assert_eq!(password(&jonas, &item.id), b"changed-by-mara");
    assert!(jonas.vault_list().unwrap().vaults.is_empty());

    // Everything is there again after a lock.
    ana.lock(LockReason::Manual);
    assert_eq!(ana.state().phase, Phase::Locked);
    assert_eq!(
        ana.unlock(b"wrong").unwrap_err().code,
        Code::WrongPassphrase
    );
    assert_eq!(ana.unlock(PASSPHRASE).unwrap().phase, Phase::Unlocked);
    assert_eq!(password(&ana, &item.id), b"changed-by-mara");
    assert_eq!(titles(&ana), ["Kept back", "Postgres primary"]);

    drop((ana, mara, jonas));
    for home in &homes {
        for canary in [
            "canary-Zq8wT5n2Lr0xVb7y",
            "changed-by-mara",
            "Postgres primary",
        ] {
            search(home.path(), canary);
        }
    }
}

#[test]
fn a_code_that_two_people_use_is_a_stop() {
    let homes: Vec<_> = (0..4).map(|_| tempfile::tempdir().unwrap()).collect();
    let shared = homes[3].path();
    let ana = found(homes[0].path(), shared);
    let (ready, text) = invite(&ana, "Mara", vec![]);
    let words = ready.words.join(" ");
    let (_mara, one) = try_join(homes[1].path(), shared, &text, &words);
    let (_eve, two) = try_join(homes[2].path(), shared, &text, &words);
    assert_eq!((one, two), (Ok(()), Ok(())));
    ana.sync_now().unwrap();
    let requests = ana.people_list().unwrap().requests;
    assert_eq!(requests.len(), 2);
    for request in requests {
        assert_eq!(request.problem, Some(Problem::UsedTwice));
        let refused = ana.request_admit(&request.id).unwrap_err();
        assert_eq!(refused.code, Code::RequestUnproven);
    }
}

/// Nothing of the plaintext lies anywhere, in UTF-8 or UTF-16.
fn search(folder: &Path, canary: &str) {
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
