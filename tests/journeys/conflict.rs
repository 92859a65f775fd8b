//! Two edits at once, and the end of a share.

use conclave_app::{
    api::{
        Code, Role,
        archive::{Archived, ItemShown},
        items::{Choice, FieldEdit, ItemResolve, ItemSave, ItemState, ItemView, Kind, ValueEdit},
        people::Scope,
        vaults::VaultCreate,
    },
    session::App,
};

use crate::people::{found, invite, login, password, try_join};

/// Sets the password, and the user name where one is given, of the version that `app` sees.
fn change(app: &App, item: &str, name: Option<&str>, secret: Option<&str>) {
    let seen = app.item_get(item).unwrap();
    let value = |new: Option<&str>| match new {
        Some(text) => ValueEdit::Set { text: text.into() },
        None => ValueEdit::Keep,
    };
    let fields = seen.fields.iter().map(|f| FieldEdit {
        id: Some(f.id.clone()),
        role: f.role,
        label: f.label.clone(),
        concealed: f.concealed,
        value: value(if f.concealed { secret } else { name }),
    });
    app.item_save(&ItemSave {
        item: Some(item.into()),
        base: Some(seen.base.clone()),
        vault: seen.vault.clone(),
        kind: Kind::Login,
        title: seen.title.clone(),
        fields: fields.collect(),
        files: None,
    })
    .unwrap();
}

fn archive(app: &App, seen: &ItemView) -> Result<Archived, Code> {
    let shown = ItemShown {
        item: seen.id.clone(),
        base: seen.base.clone(),
    };
    app.item_archive(&[shown]).map_err(|error| error.code)
}

#[test]
fn an_edit_that_was_not_on_screen_is_not_ended_with_what_was() {
    let homes: Vec<_> = (0..3).map(|_| tempfile::tempdir().unwrap()).collect();
    let (ana, mara, item) = two(&homes);
    let seen = ana.item_get(&item).unwrap();
    change(&mara, &item, None, Some("by Mara"));
    mara.sync_now().unwrap();
    ana.sync_now().unwrap();
    assert_eq!(archive(&ana, &seen), Err(Code::ChangedMeanwhile));
    assert_eq!(password(&ana, &item), b"by Mara");
    assert!(!ana.item_get(&item).unwrap().archived);

    // What she has looked at she may end; an edit that nobody has seen beats that as well.
    let seen = ana.item_get(&item).unwrap();
    change(&mara, &item, None, Some("meanwhile"));
    assert!(archive(&ana, &seen).is_ok());
    assert!(ana.item_get(&item).unwrap().archived);
    ana.sync_now().unwrap();
    mara.sync_now().unwrap();
    ana.sync_now().unwrap();
    for app in [&ana, &mara] {
        assert!(!app.item_get(&item).unwrap().archived);
        assert_eq!(password(app, &item), b"meanwhile");
    }
}

/// Ana and Mara with one vault and one item in it.
fn two(homes: &[tempfile::TempDir]) -> (App, App, String) {
    let shared = homes[2].path();
    let ana = found(homes[0].path(), shared);
    let vault = ana
        .vault_create(&VaultCreate {
            name: "Production".into(),
            colour: 1,
        })
        .unwrap();
    let item = ana
        .item_save(&login("Postgres", &vault.id, "first"))
        .unwrap();
    let (ready, text) = invite(&ana, "Mara", vec![vault.id]);
    let (mara, joined) = try_join(homes[1].path(), shared, &text, &ready.words.join(" "));
    assert_eq!(joined, Ok(()));
    ana.sync_now().unwrap();
    let request = ana.people_list().unwrap().requests[0].id.clone();
    ana.request_admit(&request).unwrap();
    mara.sync_now().unwrap();
    (ana, mara, item.id)
}

#[test]
fn different_fields_meet_and_the_same_field_is_asked_about() {
    let homes: Vec<_> = (0..3).map(|_| tempfile::tempdir().unwrap()).collect();
    let (ana, mara, item) = two(&homes);
    // Mara is offline, so that neither sees the other's edit.
    let away = homes[1].path().join("nowhere");
    let storage = mara.settings().storage;
    std::fs::create_dir(&away).unwrap();
    mara.storage_set(&conclave_app::api::Storage::None).unwrap();
    change(&ana, &item, Some("by_ana"), None);
    change(&mara, &item, None, Some("by-mara"));
    ana.sync_now().unwrap();
    mara.storage_set(&storage).unwrap();
    mara.sync_now().unwrap();
    ana.sync_now().unwrap();
    for app in [&ana, &mara] {
        let seen = app.item_get(&item).unwrap();
        assert_eq!(seen.state, None, "different fields merge by themselves");
        assert_eq!(seen.fields[0].value.as_deref(), Some("by_ana"));
        assert_eq!(password(app, &item), b"by-mara");
    }

    // The same field twice: both are kept until somebody chooses.
    mara.storage_set(&conclave_app::api::Storage::None).unwrap();
    change(&ana, &item, None, Some("ana-again"));
    change(&mara, &item, None, Some("mara-again"));
    ana.sync_now().unwrap();
    mara.storage_set(&storage).unwrap();
    mara.sync_now().unwrap();
    ana.sync_now().unwrap();
    let seen = ana.item_get(&item).unwrap();
    assert_eq!(seen.state, Some(ItemState::Versions { count: 2 }));
    let conflict = ana.item_conflict(&item).unwrap();
    let [field] = conflict.fields.as_slice() else {
        panic!("{conflict:?}")
    };
    assert_eq!(conflict.merged, []);
    assert_eq!(conflict.same_count, 1, "the user name");
    assert!(field.concealed && field.values.iter().all(|v| v.value.is_none()));
    let both: Vec<Vec<u8>> = field
        .values
        .iter()
        .map(|v| {
            let value = ana.item_reveal_field(&item, "@main", Some(&v.revision));
            value.unwrap().to_vec()
        })
        .collect();
    let hers = both.iter().position(|v| v == b"mara-again").unwrap();
    assert!(both.contains(&b"ana-again".to_vec()));
    let choice = Choice {
        field: field.id.clone(),
        revision: field.values[hers].revision.clone(),
    };
    let resolved = ana
        .item_resolve(&ItemResolve {
            item: item.clone(),
            base: conflict.base.clone(),
            choices: vec![choice],
        })
        .unwrap();
    assert_eq!(resolved.state, None);
    ana.sync_now().unwrap();
    mara.sync_now().unwrap();
    for app in [&ana, &mara] {
        assert_eq!(password(app, &item), b"mara-again");
        assert_eq!(app.item_get(&item).unwrap().state, None);
    }
    // The value that lost stays in the history.
    let history = conclave_app::api::items::HistoryRequest {
        item: item.clone(),
        offset: 0,
        limit: 50,
    };
    let page = ana.item_history(&history).unwrap();
    // Choosing writes nothing that was not there.
    assert!(page.rows[0].changed.is_empty() && !page.rows[0].created);
    let kept = page.rows.iter().any(|row| {
        let value = ana.item_reveal_field(&item, "@main", Some(&row.revision));
        value.is_ok_and(|v| v.as_slice() == b"ana-again")
    });
    assert!(kept, "{page:?}");
}

#[test]
fn an_ended_share_shows_nothing_that_is_written_later() {
    let homes: Vec<_> = (0..4).map(|_| tempfile::tempdir().unwrap()).collect();
    let (ana, _mara, item) = two(&homes);
    let (ready, text) = invite(&ana, "Jonas", vec![]);
    let words = ready.words.join(" ");
    let (jonas, joined) = try_join(homes[3].path(), homes[2].path(), &text, &words);
    assert_eq!(joined, Ok(()));
    ana.sync_now().unwrap();
    let request = ana.people_list().unwrap().requests[0].id.clone();
    ana.request_admit(&request).unwrap();
    let user = jonas.state().me.unwrap().user;
    let scope = Scope::Item { id: item.clone() };
    ana.share_grant(&scope, &user, Role::Viewer).unwrap();
    ana.sync_now().unwrap();
    jonas.sync_now().unwrap();
    assert_eq!(password(&jonas, &item), b"first");

    ana.share_revoke(&scope, &user).unwrap();
    change(&ana, &item, None, Some("after the end"));
    ana.sync_now().unwrap();
    jonas.sync_now().unwrap();
    let seen = jonas.item_reveal_field(&item, "@main", None);
    assert!(
        seen.as_ref().is_err() || seen.as_ref().is_ok_and(|v| v.as_slice() == b"first"),
        "the new value reached somebody whose share had ended"
    );
    let all = jonas.item_history(&conclave_app::api::items::HistoryRequest {
        item: item.clone(),
        offset: 0,
        limit: 50,
    });
    for row in all.map(|page| page.rows).unwrap_or_default() {
        let value = jonas.item_reveal_field(&item, "@main", Some(&row.revision));
        assert!(value.is_err() || value.is_ok_and(|v| v.as_slice() == b"first"));
    }
    assert_eq!(password(&ana, &item), b"after the end");
    // And somebody who may not share cannot bring it back.
    let refused = jonas.share_grant(&scope, &user, Role::Viewer).unwrap_err();
    assert!(matches!(refused.code, Code::NotAllowed | Code::NotFound));
}
