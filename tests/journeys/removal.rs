//! Somebody is taken out: what is true for them afterwards, for the others, and for what they
//! wrote where nobody saw it.

use conclave_app::{
    api::{
        Code, Role, Storage,
        app::Phase,
        removal::{Removal, RemovalTarget, RoleChange},
    },
    session::App,
};

use crate::people::{login, password, storage, team, titles};

fn remove(app: &App, user: &str, emergency: bool) -> Result<(), Code> {
    let removal = Removal {
        user: user.into(),
        vault: None,
        emergency,
    };
    app.person_remove(&removal).map(drop).map_err(|e| e.code)
}

#[test]
fn a_removed_person_is_told_keeps_the_past_and_reads_nothing_new() {
    let t = team();
    let save = |title: &str, text: &str| t.ana.item_save(&login(title, &t.vault, text)).unwrap().id;
    let (edited, kept) = (save("Edited", "before"), save("Kept", "stays"));
    t.ana.sync_now().unwrap();
    t.mara.sync_now().unwrap();
    let target = RemovalTarget {
        user: t.user.clone(),
        vault: None,
    };
    let preview = t.ana.removal_preview(&target).unwrap();
    assert_eq!(
        (preview.new_keys, preview.stale, preview.why_not),
        (1, None, None)
    );
    let could: Vec<_> = preview
        .could_open
        .iter()
        .map(|i| i.title.as_str())
        .collect();
    assert_eq!(could, ["Edited", "Kept"]);
    assert_eq!(
        remove(&t.mara, &t.ana.state().me.unwrap().user, false),
        Err(Code::NotAllowed)
    );
    remove(&t.ana, &t.user, false).unwrap();
    assert_eq!(t.ana.people_list().unwrap().people.len(), 1);

    let seen = t.ana.item_get(&edited).unwrap();
    let mut change = login("Edited", &t.vault, "after-the-removal");
    (change.item, change.base) = (Some(edited.clone()), Some(seen.base));
    t.ana.item_save(&change).unwrap();
    save("New", "never hers");
    t.ana.sync_now().unwrap();
    t.mara.sync_now().unwrap();
    let state = t.mara.state();
    assert!(state.removed && state.phase == Phase::Unlocked);
    assert_eq!(titles(&t.mara), ["Edited", "Kept"]);
    assert_eq!(password(&t.mara, &edited), b"before");
    assert_eq!(password(&t.mara, &kept), b"stays");
    let vaults = t.mara.vault_list().unwrap().vaults;
    let shared = vaults.iter().find(|v| v.id == t.vault).unwrap();
    assert!(shared.name == "Production" && !shared.can_edit);
    assert!(t.mara.item_save(&login("Hers", &t.vault, "x")).is_err());
    assert_eq!(password(&t.ana, &edited), b"after-the-removal");
}

#[test]
fn offline_edits_of_a_removed_person_wait_and_can_be_taken_back_in() {
    let t = team();
    let shared = storage(t.homes[2].path());
    t.mara.storage_set(&Storage::None).unwrap();
    let save = |title: &str| {
        t.mara
            .item_save(&login(title, &t.vault, "offline"))
            .unwrap()
            .id
    };
    let (wanted, _unwanted) = (save("Wanted"), save("Unwanted"));
    remove(&t.ana, &t.user, false).unwrap();
    t.ana.sync_now().unwrap();
    assert!(t.ana.aside_list().unwrap().rows.is_empty());
    t.mara.storage_set(&shared).unwrap();
    t.mara.sync_now().unwrap();
    t.ana.sync_now().unwrap();
    let rows = t.ana.aside_list().unwrap().rows;
    let named: Vec<_> = rows.iter().map(|r| r.title.clone().unwrap()).collect();
    assert_eq!(named, ["Wanted", "Unwanted"]);
    assert!(titles(&t.ana).is_empty());
    t.ana.aside_adopt(&rows[0].entry).unwrap();
    assert_eq!(password(&t.ana, &wanted), b"offline");
    let left = t.ana.aside_leave_out(&rows[1].entry).unwrap();
    assert!(left.rows.is_empty());
    assert_eq!(titles(&t.ana), ["Wanted"]);
}

#[test]
fn without_a_storage_only_an_emergency_removal_goes_through() {
    let t = team();
    t.ana.storage_set(&Storage::None).unwrap();
    assert_eq!(remove(&t.ana, &t.user, false), Err(Code::StorageStale));
    assert_eq!(remove(&t.ana, &t.user, true), Ok(()));
}

#[test]
fn another_role_is_more_or_less_and_seniors_are_out_of_reach() {
    let t = team();
    let change = |vault: Option<String>, role| {
        let change = RoleChange {
            user: t.user.clone(),
            vault,
            role,
        };
        t.ana.role_change(&change).unwrap()
    };
    // Whoever decides who else gets in is compared with first.
    let admin = RoleChange {
        user: t.user.clone(),
        vault: None,
        role: Role::Admin,
    };
    assert_eq!(
        t.ana.role_change(&admin).map(drop).map_err(|e| e.code),
        Err(Code::NotCompared)
    );
    t.ana.safety_confirm(&t.user, true).unwrap();
    let view = change(None, Role::Admin);
    assert_eq!(view.access[0].role, Some(Role::Admin));
    t.ana.sync_now().unwrap();
    t.mara.sync_now().unwrap();
    assert_eq!(t.mara.state().my_role, Some(Role::Admin));
    let ana = t.ana.state().me.unwrap().user;
    let seen = t.mara.person_get(&ana).unwrap();
    assert_eq!(seen.why_not.unwrap().key, "removal_senior");
    change(None, Role::Viewer);
    let view = change(Some(t.vault.clone()), Role::Viewer);
    assert_eq!(view.access[1].role, Some(Role::Viewer));
    t.ana.sync_now().unwrap();
    t.mara.sync_now().unwrap();
    assert_eq!(t.mara.state().my_role, Some(Role::Viewer));
    assert!(t.mara.item_save(&login("No", &t.vault, "x")).is_err());
}
