//! Machines: a key in a file, who answers for it, and what ends it.

use std::{path::Path, sync::Arc};

use conclave_app::{
    api::{
        Code, Role,
        machines::{MachineCreate, MachineMade},
        people::Scope,
        removal::{Removal, RemovalTarget, RoleChange},
    },
    clock::SystemClock,
    session::{
        App,
        machine::{self, MachineError, Place, Wanted},
    },
};

use crate::people::{app, found, login, production, search, with_mara};

/// Lets a machine open a vault, its key in `file`.
fn create(app: &App, vault: &str, role: Role, file: &Path) -> Result<MachineMade, Code> {
    let request = MachineCreate {
        name: "Nightly build".into(),
        vaults: vec![vault.into()],
        role,
        path: None,
    };
    app.machine_create(&request, file).map_err(|e| e.code)
}

#[test]
fn a_machine_has_its_key_in_one_file_and_a_person_who_answers_for_it() {
    let homes: Vec<_> = (0..4).map(|_| tempfile::tempdir().unwrap()).collect();
    let shared = homes[2].path();
    let ana = found(homes[0].path(), shared);
    let vault = production(&ana);
    let (mara, _) = with_mara(&ana, app(homes[1].path()), shared, vec![vault.clone()]);
    let file = homes[3].path().join("build.key");
    let made = create(&ana, &vault, Role::Viewer, &file).unwrap();
    assert_eq!(made.path, file.display().to_string());
    let row = &made.view.machines[0];
    assert_eq!(
        (row.name.as_str(), row.role),
        ("Nightly build", Role::Viewer)
    );
    assert!(row.owner.me && row.can_end && row.last_seen_ms.is_none());
    assert_eq!(row.vaults[0].name, "Production");

    // The file is the key, and for this account alone.
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(row.id.starts_with(&machine::id(&text).unwrap()));
    #[cfg(unix)]
    {
        let mode = std::fs::metadata(&file).unwrap().permissions();
        assert_eq!(
            std::os::unix::fs::PermissionsExt::mode(&mode) & 0o777,
            0o600
        );
    }
    ana.sync_now().unwrap();
    mara.sync_now().unwrap();
    // Nothing of it lies anywhere else.
    for folder in [homes[0].path(), homes[1].path(), shared] {
        search(folder, text.get(40..104).unwrap());
        search(folder, "Nightly build");
    }

    // Whoever opens the vault sees it there, and that it is Ana's.
    let scope = Scope::Vault { id: vault.clone() };
    let seen = mara.share_get(&scope).unwrap().machines;
    assert_eq!(seen.len(), 1);
    assert_eq!(
        (seen[0].name.as_str(), seen[0].owner.name.as_str()),
        ("Nightly build", "Ana")
    );
    let hers = mara.machine_list().unwrap();
    assert!(hers.offered.is_empty() && !hers.machines[0].can_end);
    let refused = mara.machine_end(&row.id).unwrap_err();
    assert_eq!(refused.code, Code::NotAllowed);
    let refused = create(&mara, &vault, Role::Viewer, &file).unwrap_err();
    assert_eq!(refused, Code::NotAllowed);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text);

    // It is at work: Mara sees when.
    let mut edit = login("Database", &vault, "first");
    let item = ana.item_save(&edit).unwrap();
    ana.sync_now().unwrap();
    let state = homes[3].path().join("state");
    let read = || {
        let place = Place {
            folder: shared,
            state: &state,
            clock: Arc::new(SystemClock),
        };
        let wanted = Wanted {
            vault: "Production".into(),
            title: "Database".into(),
            field: None,
        };
        machine::read(&text, &place, &wanted)
    };
    assert_eq!(*read().unwrap(), "first");
    mara.sync_now().unwrap();
    let seen = mara.machine_list().unwrap().machines;
    assert!(seen[0].last_seen_ms.is_some());
    ana.sync_now().unwrap();

    let left = ana.machine_end(&row.id).unwrap();
    assert!(left.machines.is_empty());
    assert!(ana.share_get(&scope).unwrap().machines.is_empty());
    assert_eq!(ana.machine_end(&row.id).unwrap_err().code, Code::NotFound);
    let again = ana.item_get(&item.id).unwrap();
    edit = login("Database", &vault, "second");
    (edit.item, edit.base) = (Some(item.id), Some(again.base));
    ana.item_save(&edit).unwrap();
    ana.sync_now().unwrap();
    let refused = read();
    assert!(
        matches!(
            refused,
            Err(MachineError::NotFound | MachineError::Unrecorded)
        ),
        "{:?}",
        refused.map(|value| value.to_string())
    );
}

#[test]
fn without_its_file_there_is_no_machine() {
    let homes: Vec<_> = (0..2).map(|_| tempfile::tempdir().unwrap()).collect();
    let ana = found(homes[0].path(), homes[1].path());
    let vault = production(&ana);
    let nowhere = homes[0].path().join("missing").join("build.key");
    let refused = create(&ana, &vault, Role::Editor, &nowhere).unwrap_err();
    assert_eq!(refused, Code::FileNotWritten);
    assert!(ana.machine_list().unwrap().machines.is_empty());
    // Nor without a name or a vault, nor as a manager.
    let file = homes[0].path().join("build.key");
    let refused = create(&ana, &vault, Role::Manager, &file).unwrap_err();
    assert_eq!(refused, Code::NotAllowed);
    let mut request = MachineCreate {
        name: "Build".into(),
        vaults: vec![],
        role: Role::Viewer,
        path: None,
    };
    let refused = ana.machine_create(&request, &file).unwrap_err();
    assert_eq!(refused.code, Code::NotFound);
    (request.name, request.vaults) = (String::new(), vec![vault]);
    let refused = ana.machine_create(&request, &file).unwrap_err();
    assert_eq!(refused.code, Code::Empty);
    assert!(!file.exists());
}

#[test]
fn a_machine_ends_with_whoever_answers_for_it() {
    let homes: Vec<_> = (0..4).map(|_| tempfile::tempdir().unwrap()).collect();
    let shared = homes[2].path();
    let ana = found(homes[0].path(), shared);
    let vault = production(&ana);
    let (mara, user) = with_mara(&ana, app(homes[1].path()), shared, vec![vault.clone()]);
    let manager = RoleChange {
        user: user.clone(),
        vault: Some(vault.clone()),
        role: Role::Manager,
    };
    ana.role_change(&manager).unwrap();
    ana.sync_now().unwrap();
    mara.sync_now().unwrap();
    let file = homes[3].path().join("build.key");
    create(&mara, &vault, Role::Viewer, &file).unwrap();
    mara.sync_now().unwrap();
    ana.sync_now().unwrap();
    let target = RemovalTarget {
        user: user.clone(),
        vault: None,
    };
    let preview = ana.removal_preview(&target).unwrap();
    assert_eq!(preview.machines, ["Nightly build"]);
    let removal = Removal {
        user,
        vault: None,
        emergency: false,
    };
    ana.person_remove(&removal).unwrap();
    assert!(ana.machine_list().unwrap().machines.is_empty());
}
