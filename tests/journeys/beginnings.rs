//! Beginning, where something is in the way: no folder yet, a folder that is away just when
//! somebody asks, and a computer that has to be set up anew.

use std::fs;

use conclave_app::api::{
    AppError, Code, Role, Storage,
    app::{InvitationSource, JoinSend, JoinState, LockReason, Phase, StartOver},
    people::InviteCreate,
    removal::Removal,
};

use crate::people::{
    PASSPHRASE, Team, app, found, invite, login, password, storage, titles, with_mara,
};

fn over(name: Option<&str>) -> StartOver {
    StartOver {
        team_name: name.map(str::to_owned),
    }
}

#[test]
fn without_a_folder_nobody_is_invited_and_no_code_is_shown() {
    let homes: Vec<_> = (0..2).map(|_| tempfile::tempdir().unwrap()).collect();
    let ana = found(homes[0].path(), homes[1].path());
    ana.storage_set(&Storage::None).unwrap();
    let wanted = InviteCreate {
        name: "Mara".into(),
        role: Role::Editor,
        vaults: vec![],
        access_until_ms: None,
    };
    let code = |refused: Result<(), AppError>| refused.unwrap_err().code;
    assert_eq!(code(ana.invite_create(&wanted).map(drop)), Code::NoFolder);
    assert_eq!(code(ana.device_code().map(drop)), Code::NoFolder);
    assert!(ana.people_list().unwrap().invites.is_empty());
    // Whoever decides who else gets in is not made by a code alone.
    ana.storage_set(&storage(homes[1].path())).unwrap();
    for role in [Role::Admin, Role::Owner] {
        let wanted = InviteCreate {
            role,
            ..wanted.clone()
        };
        assert_eq!(code(ana.invite_create(&wanted).map(drop)), Code::NotAllowed);
    }
}

#[test]
fn a_request_made_while_the_folder_is_away_arrives_once_it_is_back() {
    let homes: Vec<_> = (0..3).map(|_| tempfile::tempdir().unwrap()).collect();
    let shared = homes[2].path().join("team");
    let away = homes[2].path().join("away");
    fs::create_dir(&shared).unwrap();
    let ana = found(homes[0].path(), &shared);
    let (ready, text) = invite(&ana, "Mara", vec![]);
    let mara = app(homes[1].path());
    mara.setup_passphrase(PASSPHRASE).unwrap();
    mara.invitation_open(&InvitationSource::Text { text })
        .unwrap();
    mara.join_folder(&storage(&shared)).unwrap();
    mara.join_code(&ready.words.join(" ")).unwrap();
    // Ana's computer keeps away too: it would put its own folder where none is.
    ana.lock(LockReason::Manual);
    fs::rename(&shared, &away).unwrap();
    let send = JoinSend {
        person_name: "Mara".into(),
        colour: 2,
        device_name: "lap".into(),
        keychain: false,
        personal_vault_name: "Personal".into(),
        without_keychain: true,
    };
    assert_eq!(mara.join_send(&send).unwrap().phase, Phase::Waiting);
    assert_eq!(mara.join_status().unwrap().state, JoinState::Unreachable);
    mara.lock(LockReason::Manual);
    drop(fs::remove_dir_all(&shared));
    fs::rename(&away, &shared).unwrap();
    mara.unlock(PASSPHRASE).unwrap();
    ana.unlock(PASSPHRASE).unwrap();
    let asked = (0..100).find_map(|_| {
        ana.sync_now().unwrap();
        let requests = ana.people_list().unwrap().requests;
        std::thread::sleep(std::time::Duration::from_millis(50));
        requests.into_iter().next()
    });
    ana.request_admit(&asked.expect("the request").id).unwrap();
    for _ in 0..2 {
        mara.sync_now().unwrap();
        ana.sync_now().unwrap();
    }
    assert_eq!(mara.state().phase, Phase::Unlocked);
}

#[test]
fn a_locked_member_starts_over_by_the_teams_name_and_is_invited_again() {
    let Team {
        ana,
        mara,
        user,
        vault,
        homes,
    } = crate::people::team();
    let item = ana.item_save(&login("Postgres", &vault, "a")).unwrap().id;
    ana.sync_now().unwrap();
    mara.sync_now().unwrap();
    // Not by a slip, open or locked.
    let refused = |typed| mara.start_over(&over(typed)).unwrap_err().code;
    assert_eq!(refused(None), Code::NotAllowed);
    mara.lock(LockReason::Manual);
    for typed in [None, Some(""), Some("northwind")] {
        assert_eq!(refused(typed), Code::NotAllowed);
    }
    assert_eq!(mara.state().phase, Phase::Locked);
    let state = mara.start_over(&over(Some(" Northwind "))).unwrap();
    assert_eq!(
        (state.phase, state.team, state.me),
        (Phase::FirstRun, None, None)
    );
    let home = homes[1].path();
    for gone in ["conclave.db", "profile.json", "blobs", "device.secret"] {
        assert!(!home.join(gone).exists(), "{gone}");
    }
    let removal = Removal {
        user,
        vault: None,
        emergency: false,
    };
    ana.person_remove(&removal).unwrap();
    let (mara, _) = with_mara(&ana, mara, homes[2].path(), vec![vault]);
    for _ in 0..2 {
        ana.sync_now().unwrap();
        mara.sync_now().unwrap();
    }
    assert_eq!(titles(&mara), ["Postgres"]);
    assert_eq!(password(&mara, &item), b"a");
}
