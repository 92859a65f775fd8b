//! The record of use: owners and auditors are told who did what, everybody else nothing.

use std::{collections::BTreeSet, fs, sync::Arc};

use conclave_app::{
    api::{
        Code, Role,
        activity::{ActivityPage, ActivityRequest, ActivityRow, Did},
        items::{ChangedRole, FieldRole},
        machines::MachineCreate,
        removal::{Removal, RemovalTarget, RoleChange},
    },
    clock::SystemClock,
    session::{
        App,
        machine::{Place, Wanted, read},
    },
};

use crate::{
    joining::Set,
    people::{app, app_at, found, found_at, login, password, production, team, with_mara},
};

const START_MS: u64 = 1_767_323_045_000;

fn of(app: &App, user: Option<&str>, after: Option<&str>, limit: u32) -> ActivityPage {
    let request = ActivityRequest {
        user: user.map(str::to_owned),
        after: after.map(str::to_owned),
        limit,
    };
    app.activity_list(&request).unwrap()
}

fn all(app: &App) -> Vec<ActivityRow> {
    of(app, None, None, 100).rows
}

#[test]
fn owners_and_auditors_are_told_who_did_what_and_nobody_else_is() {
    let homes: Vec<_> = (0..5).map(|_| tempfile::tempdir().unwrap()).collect();
    let shared = homes[2].path();
    let ana = found(homes[0].path(), shared);
    let vault = production(&ana);
    let save = |title: &str| ana.item_save(&login(title, &vault, "x")).unwrap().id;
    let (one, two) = (save("Postgres primary"), save("Cloudflare"));
    let (mara, user) = with_mara(&ana, app(homes[1].path()), shared, vec![vault.clone()]);
    password(&mara, &one);
    mara.item_copy_field(&two, "@main", None).ok();
    mara.sync_now().unwrap();
    ana.sync_now().unwrap();
    assert!(all(&mara).is_empty() && !of(&mara, None, None, 9).told);

    let rows = all(&ana);
    let seen = |row: &ActivityRow| {
        let item = row.shown.clone().unwrap();
        let part = item.part.unwrap();
        assert_eq!(part.role, ChangedRole::Field(FieldRole::Password));
        assert_eq!((&*row.by.name, &*item.vault.name), ("Mara", "Production"));
        (row.did.unwrap(), item.title)
    };
    assert_eq!(
        rows.iter().map(seen).collect::<Vec<_>>(),
        [
            (Did::Copied, "Cloudflare".to_owned()),
            (Did::Opened, "Postgres primary".to_owned())
        ]
    );
    // A window at a time, and of one person.
    let first = of(&ana, None, None, 1);
    assert_eq!((&first.rows[..], first.more), (&rows[..1], true));
    let next = of(&ana, Some(&user), Some(&rows[0].id), 9);
    assert_eq!((&next.rows[..], next.more), (&rows[1..], false));
    let gone = ActivityRequest {
        user: None,
        after: Some("00".repeat(32)),
        limit: 9,
    };
    let gone = ana.activity_list(&gone).unwrap_err();
    assert_eq!(gone.code, Code::NotFound);
    let me = ana.state().me.unwrap().user;
    assert!(of(&ana, Some(&me), None, 9).rows.is_empty());
}

/// An auditor is told the same of items that are not open to her, without what they are.
#[test]
fn an_auditor_is_told_without_what_she_may_not_open() {
    let homes: Vec<_> = (0..3).map(|_| tempfile::tempdir().unwrap()).collect();
    let shared = homes[2].path();
    let ana = found(homes[0].path(), shared);
    let vault = production(&ana);
    let item = ana.item_save(&login("Postgres primary", &vault, "x"));
    let item = item.unwrap().id;
    password(&ana, &item);
    let (ida, user) = with_mara(&ana, app(homes[1].path()), shared, Vec::new());
    assert!(!of(&ida, None, None, 9).told);
    let change = RoleChange {
        user,
        vault: None,
        role: Role::Auditor,
    };
    ana.role_change(&change).unwrap();
    ana.sync_now().unwrap();
    ida.sync_now().unwrap();
    let row = &all(&ida)[0];
    assert_eq!((&*row.by.name, row.did), ("Ana", Some(Did::Opened)));
    assert_eq!((&row.shown, row.item.as_ref()), (&None, Some(&item)));
}

/// What a machine did stands under its name and its owner's, and what came in after a removal is
/// marked.
#[test]
fn machines_are_told_by_name_and_what_came_after_a_removal_as_such() {
    let t = team();
    let shared = t.homes[2].path();
    let item = t.ana.item_save(&login("Postgres primary", &t.vault, "x"));
    let item = item.unwrap().id;
    let file = t.homes[3].path().join("build.key");
    let machine = MachineCreate {
        name: "Nightly build".into(),
        vaults: vec![t.vault.clone()],
        role: Role::Viewer,
        path: None,
    };
    t.ana.machine_create(&machine, &file).unwrap();
    t.ana.sync_now().unwrap();
    let place = Place {
        folder: shared,
        state: &t.homes[3].path().join("state"),
        clock: Arc::new(SystemClock),
    };
    let wanted = Wanted {
        vault: "Production".into(),
        title: "Postgres primary".into(),
        field: None,
    };
    read(&fs::read_to_string(&file).unwrap(), &place, &wanted).unwrap();
    t.mara.sync_now().unwrap();
    let out = RemovalTarget {
        user: t.user.clone(),
        vault: None,
    };
    t.ana.removal_preview(&out).unwrap();
    let out = Removal {
        user: t.user.clone(),
        vault: None,
        emergency: false,
    };
    t.ana.person_remove(&out).unwrap();
    // She has not heard of it.
    password(&t.mara, &item);
    t.mara.sync_now().ok();
    t.ana.sync_now().unwrap();
    let rows = all(&t.ana);
    let [late, used] = rows.as_slice() else {
        panic!("{rows:?}")
    };
    assert_eq!(
        (&*late.by.name, late.did, late.late),
        ("Mara", Some(Did::Opened), true)
    );
    assert_eq!(
        (&*used.device, used.machine, used.did),
        ("Nightly build", true, Some(Did::Used))
    );
    assert_eq!((&*used.by.name, used.late), ("Ana", false));
}

/// A clock ahead puts nothing into tomorrow, and what it did stays in its order as time goes by.
#[test]
fn windows_of_the_record_fit_each_other_beside_a_clock_that_is_ahead() {
    let homes: Vec<_> = (0..3).map(|_| tempfile::tempdir().unwrap()).collect();
    let (shared, here) = (homes[2].path(), Set::to(START_MS));
    let there = Set::to(START_MS + 60_000);
    let ana = found_at(homes[0].path(), shared, Arc::clone(&here) as _);
    let vault = production(&ana);
    let item = ana.item_save(&login("Postgres primary", &vault, "x"));
    let item = item.unwrap().id;
    let mara = app_at(homes[1].path(), Arc::clone(&there) as _);
    let (mara, _) = with_mara(&ana, mara, shared, vec![vault.clone()]);
    for _ in 0..12 {
        there.later(1_000);
        password(&mara, &item);
    }
    mara.sync_now().unwrap();
    ana.sync_now().unwrap();
    let first = of(&ana, None, None, 6).rows;
    assert!(first.iter().all(|row| row.at_ms < START_MS + 30_000));
    here.later(66_000);
    let next = of(&ana, None, Some(&first[5].id), 9).rows;
    let ids: BTreeSet<_> = first.iter().chain(&next).map(|row| &row.id).collect();
    assert_eq!((next.len(), ids.len()), (6, 12));
}
