//! A machine at work: what `conclave read` gives out, to whom the use is told, and when nothing is.

use std::{path::Path, sync::Arc};

use conclave_app::{
    api::{Role, machines::MachineCreate},
    clock::SystemClock,
    session::{
        App,
        machine::{MachineError, Place, Wanted, read},
    },
};

use crate::{
    people::{change, found, login, production, search, vault_named},
    restored::copy,
};

fn wanted(title: &str, field: Option<&str>) -> Wanted {
    Wanted {
        vault: "Production".into(),
        title: title.into(),
        field: field.map(str::to_owned),
    }
}

fn at(key: &str, shared: &Path, state: &Path, wanted: &Wanted) -> Result<String, MachineError> {
    let place = Place {
        folder: shared,
        state,
        clock: Arc::new(SystemClock),
    };
    read(key, &place, wanted).map(|value| value.to_string())
}

/// A machine that may open a vault; its key.
fn key_of(app: &App, vault: &str, file: &Path) -> (String, String) {
    let request = MachineCreate {
        name: "Nightly build".into(),
        vaults: vec![vault.into()],
        role: Role::Viewer,
        path: None,
    };
    let made = app.machine_create(&request, file).unwrap();
    app.sync_now().unwrap();
    let id = made.view.machines[0].id.clone();
    (std::fs::read_to_string(file).unwrap(), id)
}

#[test]
fn a_machine_reads_what_it_was_given_and_the_use_is_in_the_folder_first() {
    let homes: Vec<_> = (0..4).map(|_| tempfile::tempdir().unwrap()).collect();
    let (shared, state) = (homes[1].path(), homes[2].path().join("state"));
    let ana = found(homes[0].path(), shared);
    let vault = production(&ana);
    let other = vault_named(&ana, "Other");
    let db = ana
        .item_save(&login("Postgres primary", &vault, "hunter2"))
        .unwrap();
    ana.item_save(&login("Hidden", &other, "not-for-it"))
        .unwrap();
    let (key, id) = key_of(&ana, &vault, &homes[3].path().join("build.key"));
    let get = |title: &str, field| at(&key, shared, &state, &wanted(title, field));

    assert_eq!(get("Postgres primary", None).unwrap(), "hunter2");
    assert_eq!(get("Postgres primary", Some("Username")).unwrap(), "app_rw");
    ana.sync_now().unwrap();
    // Its owner sees that it was at work, and its use is a receipt like any other.
    assert!(
        ana.machine_list().unwrap().machines[0]
            .last_seen_ms
            .is_some()
    );
    // What changes is read at the next run; the copy there is sealed.
    change(&ana, &db.id, &vault, "correct horse").unwrap();
    ana.sync_now().unwrap();
    assert_eq!(get("Postgres primary", None).unwrap(), "correct horse");
    for secret in ["hunter2", "correct horse", "Postgres primary"] {
        search(&state, secret);
    }

    assert!(matches!(get("Hidden", None), Err(MachineError::NotFound)));
    assert!(matches!(get("Nothing", None), Err(MachineError::NotFound)));
    let field = get("Postgres primary", Some("no such"));
    assert!(matches!(field, Err(MachineError::Field)));
    ana.item_save(&login("Postgres primary", &vault, "twin"))
        .unwrap();
    ana.sync_now().unwrap();
    let twice = get("Postgres primary", None);
    assert!(matches!(twice, Err(MachineError::Ambiguous)));

    // Ended, it may look at what it has, and is given nothing more.
    ana.machine_end(&id).unwrap();
    ana.item_save(&login("New", &vault, "never-its")).unwrap();
    ana.sync_now().unwrap();
    assert!(matches!(get("New", None), Err(MachineError::NotFound)));
}

#[test]
fn without_its_key_the_folder_or_all_that_was_there_nothing_is_given_out() {
    let homes: Vec<_> = (0..5).map(|_| tempfile::tempdir().unwrap()).collect();
    let (shared, state) = (homes[1].path(), homes[2].path().join("state"));
    let ana = found(homes[0].path(), shared);
    let vault = production(&ana);
    ana.item_save(&login("Postgres primary", &vault, "hunter2"))
        .unwrap();
    ana.sync_now().unwrap();
    let early = homes[3].path().join("early");
    copy(shared, &early);
    let (key, _) = key_of(&ana, &vault, &homes[3].path().join("build.key"));
    let postgres = wanted("Postgres primary", None);
    let get = |key: &str, folder: &Path, state: &Path| at(key, folder, state, &postgres);

    assert!(matches!(
        get("no key", shared, &state),
        Err(MachineError::Key)
    ));
    let nowhere = homes[3].path().join("nowhere");
    let gone = get(&key, &nowhere, &state);
    assert!(matches!(gone, Err(MachineError::Folder)));
    // A copy of the folder from before the key was made shows less than its ticket names.
    let older = get(&key, &early, &homes[4].path().join("a"));
    assert!(matches!(older, Err(MachineError::Older)), "{older:?}");
    // Another machine's copy is not opened with this key.
    let (second, _) = key_of(&ana, &vault, &homes[3].path().join("second.key"));
    get(&second, shared, &state).unwrap();
    assert!(matches!(
        get(&key, shared, &state),
        Err(MachineError::Foreign)
    ));
}
