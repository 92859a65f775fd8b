//! Two people share a secret through a folder: the whole way, without windows.

use conclave_app::api::{
    Code, Role,
    app::{LockReason, Phase},
    items::{FieldEdit, ItemSave, Kind, ValueEdit},
    people::{Problem, Scope},
    vaults::VaultCreate,
};

use crate::people::{PASSPHRASE, found, invite, login, password, search, titles, try_join};

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
        files: None,
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
    let vaults = jonas.vault_list().unwrap().vaults;
    assert!(
        matches!(vaults.as_slice(), [own] if own.personal),
        "{vaults:?}"
    );

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
fn hostile_22_a_code_that_two_people_use_is_a_stop() {
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
