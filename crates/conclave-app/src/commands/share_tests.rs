//! Sharing with a group, as far as no other use case makes one.

use std::{path::Path, sync::Arc};

use conclave_crypto::KdfParams;

use super::*;
use crate::{
    api::{
        Storage,
        app::{InvitationSource, JoinSend, TeamCreate},
        people::InviteCreate,
        vaults::VaultCreate,
    },
    clock::SystemClock,
    session::Config,
};

fn app(folder: &Path) -> App {
    let app = App::start(Config {
        folder: folder.to_owned(),
        keychain: None,
        clock: Arc::new(SystemClock),
        kdf: KdfParams::insecure_for_tests(),
        invite_kdf: KdfParams::insecure_for_tests(),
        listener: Arc::new(|_| {}),
    })
    .unwrap();
    app.setup_passphrase(b"gravel unmoving kebab thirteen polar")
        .unwrap();
    app
}

fn storage(folder: &Path) -> Storage {
    Storage::Folder {
        path: folder.to_str().unwrap().to_owned(),
    }
}

pub(crate) fn ana(home: &Path, shared: &Path) -> App {
    let ana = app(home);
    ana.team_create(&TeamCreate {
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
    ana
}

pub(crate) fn join(ana: &App, home: &Path, shared: &Path) -> App {
    let ready = ana
        .invite_create(&InviteCreate {
            name: "Mara".into(),
            role: Role::Viewer,
            vaults: vec![],
            access_until_ms: None,
        })
        .unwrap();
    let text = ana.invite_text(&ready.invite).unwrap();
    let mara = app(home);
    mara.invitation_open(&InvitationSource::Text { text })
        .unwrap();
    mara.join_folder(&storage(shared)).unwrap();
    mara.join_code(&ready.words.join(" ")).unwrap();
    mara.join_send(&JoinSend {
        person_name: "Mara".into(),
        colour: 2,
        device_name: "lap".into(),
        keychain: false,
        personal_vault_name: "Personal".into(),
        without_keychain: true,
    })
    .unwrap();
    ana.sync_now().unwrap();
    let request = ana.people_list().unwrap().requests[0].id.clone();
    ana.request_admit(&request).unwrap();
    for app in [&mara, ana, &mara] {
        app.sync_now().unwrap();
    }
    mara
}

#[test]
fn a_group_is_a_row_and_its_people_come_through_it() {
    let homes: Vec<_> = (0..3).map(|_| tempfile::tempdir().unwrap()).collect();
    let shared = homes[2].path();
    let ana = ana(homes[0].path(), shared);
    let mara = join(&ana, homes[1].path(), shared);
    let vault = ana
        .vault_create(&VaultCreate {
            name: "Production".into(),
            colour: 1,
        })
        .unwrap();
    let user = user_id(&mara.state().me.unwrap().user).unwrap();
    let group = ana
        .with(|engine| {
            let mut rng = random::os();
            Ok(engine.commit(|replica, now| {
                let group = replica.create_group("Operations", 2, now, &mut rng)?;
                replica.add_member(group, user, now, &mut rng)?;
                Ok::<_, EngineError>(group)
            })?)
        })
        .unwrap();
    let who = WhoView::Group {
        id: group.to_string(),
    };
    let scope = Scope::Vault { id: vault.id };
    let view = ana.share_get(&scope).unwrap();
    let found = view.candidates.iter().find(|c| c.party.who == who);
    let found = found.unwrap();
    assert_eq!(
        (found.party.name.as_str(), found.party.people),
        ("Operations", Some(2))
    );
    assert_eq!(found.roles, [Role::Viewer, Role::Editor]);
    let give = |role, expires_ms| {
        ana.share_give(&ShareGrant {
            scope: scope.clone(),
            who: who.clone(),
            role,
            expires_ms,
        })
    };
    // Nobody manages by a group.
    assert_eq!(
        give(Role::Manager, None).unwrap_err().code,
        Code::NotAllowed
    );
    let end = ana.now() + 86_400_000;
    let view = give(Role::Editor, Some(end)).unwrap();
    let rows: Vec<_> = view
        .entries
        .iter()
        .map(|e| {
            (
                e.party.name.as_str(),
                e.via,
                e.role,
                e.expires_ms,
                e.can_revoke,
            )
        })
        .collect();
    assert_eq!(
        rows,
        [
            ("Ana", Via::Direct, Role::Manager, None, false),
            ("Operations", Via::Direct, Role::Editor, Some(end), true),
            ("Mara", Via::Group, Role::Editor, Some(end), false),
        ]
    );
    assert_eq!(view.entries[2].through.as_deref(), Some("Operations"));
    assert_eq!(view.entries[1].levels, [Role::Viewer, Role::Editor]);
    // Mara can be given it herself besides, and then says so.
    let hers = WhoView::Person {
        id: user.to_string(),
    };
    assert!(view.candidates.iter().any(|c| c.party.who == hers));
    for app in [&ana, &mara] {
        app.sync_now().unwrap();
    }
    assert!(
        mara.vault_list()
            .unwrap()
            .vaults
            .iter()
            .any(|v| v.can_edit && !v.personal)
    );
    let change = ShareLevel {
        scope: scope.clone(),
        who: who.clone(),
        role: Role::Viewer,
    };
    let view = ana.share_level(&change).unwrap();
    assert_eq!(
        (view.entries[1].role, view.entries[1].expires_ms),
        (Role::Viewer, Some(end))
    );
    let view = ana.share_end(&scope, &who).unwrap();
    assert_eq!(view.entries.len(), 1);
}
