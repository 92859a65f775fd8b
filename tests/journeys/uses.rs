//! What a removal says of the items: copied, opened, or only within reach; for owners alone.

use conclave_app::api::{
    Role,
    removal::{Recorded, RemovalPreview, RemovalTarget, RoleChange, Use},
};

use crate::people::{app, found, login, password, production, with_mara};

/// Each item with what was done.
fn seen(preview: &RemovalPreview) -> Vec<(&str, Option<Use>)> {
    let rows = preview.could_open.iter();
    rows.map(|row| (row.title.as_str(), row.last_use.map(|last| last.what)))
        .collect()
}

#[test]
fn an_owner_sees_what_was_copied_and_opened_and_a_manager_does_not() {
    let homes: Vec<_> = (0..3).map(|_| tempfile::tempdir().unwrap()).collect();
    let shared = homes[2].path();
    let ana = found(homes[0].path(), shared);
    let vault = production(&ana);
    let save = |title: &str| ana.item_save(&login(title, &vault, "x")).unwrap().id;
    let (_, opened, copied) = (save("A never"), save("B opened"), save("C copied"));
    let (mara, user) = with_mara(&ana, app(homes[1].path()), shared, vec![vault.clone()]);
    let change = RoleChange {
        user: user.clone(),
        vault: Some(vault.clone()),
        role: Role::Manager,
    };
    ana.role_change(&change).unwrap();
    for app in [&ana, &mara] {
        app.sync_now().unwrap();
    }
    password(&mara, &opened);
    password(&mara, &copied);
    // There may be no clipboard here; the receipt comes before it.
    mara.item_copy_field(&copied, "@main", None).ok();
    // A later look does not hide the copy.
    password(&mara, &copied);
    // Ana's own, which Mara must not see.
    password(&ana, &opened);
    for app in [&mara, &ana, &mara] {
        app.sync_now().unwrap();
    }
    let of = |user: &str| RemovalTarget {
        user: user.into(),
        vault: None,
    };
    let preview = ana.removal_preview(&of(&user)).unwrap();
    assert_eq!(preview.recorded, Recorded::All);
    assert_eq!(
        seen(&preview),
        [
            ("C copied", Some(Use::Copied)),
            ("B opened", Some(Use::Opened)),
            ("A never", None)
        ]
    );
    let of_ana = of(&ana.state().me.unwrap().user);
    let preview = mara.removal_preview(&of_ana).unwrap();
    assert_eq!(preview.recorded, Recorded::Unreadable);
    let rows = seen(&preview);
    assert!(rows.len() == 3 && rows.iter().all(|(_, what)| what.is_none()));
}
