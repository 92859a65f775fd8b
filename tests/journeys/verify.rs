//! Who is who: words that two people compare, and what a changed key or name stops.

use conclave_app::{
    api::{
        Code, KeyState, Role,
        people::{Scope, Who},
        vaults::VaultCreate,
    },
    session::App,
};

use crate::people::{found, invite, try_join};

/// Lets somebody who calls themselves Mara in; returns their app and id.
fn mara(ana: &App, home: &std::path::Path, shared: &std::path::Path) -> (App, String) {
    let known: Vec<String> = users(ana);
    let (ready, text) = invite(ana, "Mara", vec![]);
    let (mara, joined) = try_join(home, shared, &text, &ready.words.join(" "));
    assert_eq!(joined, Ok(()));
    ana.sync_now().unwrap();
    let request = ana.people_list().unwrap().requests[0].id.clone();
    ana.request_admit(&request).unwrap();
    mara.sync_now().unwrap();
    ana.sync_now().unwrap();
    let new = users(ana).into_iter().find(|user| !known.contains(user));
    (mara, new.unwrap())
}

fn users(app: &App) -> Vec<String> {
    let people = app.people_list().unwrap().people;
    people.into_iter().map(|row| row.person.user).collect()
}

fn state(app: &App, user: &str) -> KeyState {
    let people = app.people_list().unwrap().people;
    let row = people.into_iter().find(|row| row.person.user == user);
    row.unwrap().key_state
}

#[test]
fn hostile_03_the_same_words_verify_and_another_key_under_the_name_is_a_stop() {
    let homes: Vec<_> = (0..4).map(|_| tempfile::tempdir().unwrap()).collect();
    let shared = homes[3].path();
    let ana = found(homes[0].path(), shared);
    let vault = ana
        .vault_create(&VaultCreate {
            name: "Production".into(),
            colour: 1,
        })
        .unwrap();
    let scope = Scope::Vault { id: vault.id };
    let (mara, hers) = mara(&ana, homes[1].path(), shared);

    // Both see the same eight words.
    let me = ana.state().me.unwrap().user;
    let words = ana.safety_words(&hers).unwrap();
    assert_eq!((words.words.len(), &words.key_change), (8, &None));
    assert_eq!(words.words, mara.safety_words(&me).unwrap().words);
    assert_eq!(state(&ana, &hers), KeyState::JoinedByCode);
    assert_eq!(ana.safety_words(&me).unwrap_err().code, Code::NotFound);

    // Words that differ stop sharing, and words that match allow it again.
    ana.safety_confirm(&hers, false).unwrap();
    assert_eq!(state(&ana, &hers), KeyState::NotVerified);
    let refused = ana.share_grant(&scope, &hers, Role::Viewer).unwrap_err();
    assert_eq!(refused.code, Code::KeyNotVerified);
    ana.safety_confirm(&hers, true).unwrap();
    assert_eq!(state(&ana, &hers), KeyState::Verified);

    // Somebody else under the confirmed name has other words, and gets nothing.
    let (_other, theirs) = self::mara(&ana, homes[2].path(), shared);
    let change = ana.safety_words(&theirs).unwrap().key_change.unwrap();
    assert!(change.confirmed_ms.is_some() && change.was_called.is_none());
    let view = ana.share_get(&scope).unwrap();
    let candidates = view.candidates.into_iter();
    let changed: Vec<_> = candidates.filter(|c| c.key_change.is_some()).collect();
    assert_eq!(changed.len(), 1);
    let other = Who::Person { id: theirs.clone() };
    assert_eq!(changed[0].party.who, other);
    assert_eq!(changed[0].key_change.as_ref(), Some(&change));
    assert_ne!(ana.safety_words(&theirs).unwrap().words, words.words);
    assert_eq!(state(&ana, &theirs), KeyState::NotVerified);
    let refused = ana.share_grant(&scope, &theirs, Role::Viewer).unwrap_err();
    assert_eq!(refused.code, Code::KeyChanged);
    ana.share_grant(&scope, &hers, Role::Viewer).unwrap();

    // Unless it is she: then the words replace the old record.
    ana.safety_confirm(&theirs, true).unwrap();
    assert_eq!(state(&ana, &theirs), KeyState::Verified);
    ana.share_grant(&scope, &theirs, Role::Viewer).unwrap();
    assert_eq!(state(&ana, &hers), KeyState::NotVerified);
}

#[test]
fn two_people_who_know_the_same_see_the_same_state_words() {
    let homes: Vec<_> = (0..3).map(|_| tempfile::tempdir().unwrap()).collect();
    let shared = homes[2].path();
    let ana = found(homes[0].path(), shared);
    let (mara, _) = mara(&ana, homes[1].path(), shared);
    let words = |app: &App| app.state_words().unwrap().words;
    let meet = || {
        for _ in 0..3 {
            ana.sync_now().unwrap();
            mara.sync_now().unwrap();
        }
    };
    meet();
    let before = words(&ana);
    assert_eq!((before.len(), &before), (6, &words(&mara)));
    ana.vault_create(&VaultCreate {
        name: "Production".into(),
        colour: 1,
    })
    .unwrap();
    assert_ne!(words(&ana), before);
    meet();
    assert_eq!(words(&ana), words(&mara));
    assert_ne!(words(&ana), before);
}
