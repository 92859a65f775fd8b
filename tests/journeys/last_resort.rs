//! Every owner is gone: the last-resort sheet, at the computer of somebody who is left.

use conclave_app::{
    api::{
        Code, Role,
        recovery::{LastResortUse, SheetKind},
    },
    session::App,
};
use conclave_testkit::paper;

use crate::people::{PASSPHRASE, found, invite, login, titles, try_join};

fn words(app: &App, kind: SheetKind) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sheet.pdf");
    app.recovery_sheet_save(kind, &path).unwrap();
    paper::words(&std::fs::read(&path).unwrap()).join(" ")
}

fn me(app: &App) -> String {
    app.state().me.unwrap().user
}

#[test]
fn whoever_is_left_makes_an_owner_with_the_last_resort_sheet() {
    let homes: Vec<_> = (0..3).map(|_| tempfile::tempdir().unwrap()).collect();
    let shared = homes[2].path();
    let ana = found(homes[0].path(), shared);
    let (kit, sheet) = (words(&ana, SheetKind::Kit), words(&ana, SheetKind::Team));
    let (ready, text) = invite(&ana, "Mara", vec![]);
    let (mara, joined) = try_join(homes[1].path(), shared, &text, &ready.words.join(" "));
    assert_eq!(joined, Ok(()));
    ana.sync_now().unwrap();
    let request = ana.people_list().unwrap().requests[0].id.clone();
    ana.request_admit(&request).unwrap();
    for app in [&mara, &ana, &mara] {
        app.sync_now().unwrap();
    }
    let (gone, owner) = (me(&ana), me(&mara));
    assert!(!mara.people_list().unwrap().can_invite);

    // Neither other words nor another sheet, and nothing before the words.
    let request = LastResortUse {
        owner: owner.clone(),
        remove: vec![gone.clone()],
    };
    for wrong in ["anchor velvet", kit.as_str()] {
        let refused = mara.last_resort_words(wrong).unwrap_err();
        assert_eq!(refused.code, Code::RecoveryWordsWrong);
    }
    let refused = mara.last_resort_use(&request).unwrap_err();
    assert_eq!(refused.code, Code::RecoveryWordsWrong);
    // Closing the dialog forgets the words, and so does locking.
    let close = || mara.last_resort_close();
    let lock = || {
        mara.lock(conclave_app::api::app::LockReason::Manual);
        mara.unlock(PASSPHRASE).unwrap();
        mara.sync_now().unwrap();
    };
    for forget in [&close as &dyn Fn(), &lock] {
        mara.last_resort_words(&sheet).unwrap();
        forget();
        let refused = mara.last_resort_use(&request).unwrap_err();
        assert_eq!(refused.code, Code::RecoveryWordsWrong);
    }

    let view = mara.last_resort_words(&sheet).unwrap();
    let rows = view.people.iter();
    let rows: Vec<_> = rows.map(|p| (p.person.name.as_str(), p.role)).collect();
    assert_eq!(
        rows,
        [("Mara", Some(Role::Viewer)), ("Ana", Some(Role::Owner))]
    );
    // Nobody is made an owner and taken out at once; the words need not be typed again.
    let both = LastResortUse {
        owner: owner.clone(),
        remove: vec![owner.clone()],
    };
    let refused = mara.last_resort_use(&both).unwrap_err();
    assert_eq!(refused.code, Code::NotAllowed);
    let after = mara.last_resort_use(&request).unwrap();
    let rows = after.people.iter();
    let rows: Vec<_> = rows.map(|p| (p.person.name.as_str(), p.role)).collect();
    assert_eq!(rows, [("Mara", Role::Owner)]);
    assert!(after.can_invite);
    assert!(mara.last_resort_use(&request).is_err());

    // Everybody is told, until they have seen it.
    ana.sync_now().unwrap();
    assert!(ana.state().removed);
    for app in [&mara, &ana] {
        let told = app.people_list().unwrap().last_resort.unwrap();
        assert_eq!(told.owner.user, owner);
        assert_eq!(app.last_resort_seen().unwrap().last_resort, None);
        assert_eq!(app.people_list().unwrap().last_resort, None);
    }

    // An owner in deed, with keys that the old owner does not have.
    let made = mara.vault_create(&conclave_app::api::vaults::VaultCreate {
        name: "Production".into(),
        colour: 1,
    });
    let vault = made.unwrap().id;
    mara.item_save(&login("Postgres", &vault, "new")).unwrap();
    mara.sync_now().unwrap();
    ana.sync_now().unwrap();
    assert_eq!(titles(&mara), ["Postgres"]);
    assert!(titles(&ana).is_empty());
}
