//! Taking somebody out who has stopped the whole team's writing.

use conclave_core::{
    entry::{Entry, Header, RawEntry},
    role,
};

use super::*;
use crate::{
    api::{
        archive::ItemShown,
        items::{ItemSave, ItemView, Kind},
        vaults::VaultCreate,
    },
    commands::two_people::{ana, join},
};

/// What an app of a later version would write and this one cannot read, by an admin.
fn from_later(engine: &Engine, now: u64) -> Entry {
    let replica = engine.replica();
    let grants = replica.rights().live_grants();
    let admin = grants
        .iter()
        .find(|g| g.user == Some(replica.me().user) && g.role == role::Role::Admin && !g.personal);
    let header = Header {
        kind: 900,
        critical: true,
        seq: replica.chain().next_seq(),
        prev: replica.chain().prev(),
        seen: vec![],
        wall_ms: now,
        scope: None,
        epoch: None,
        control: None,
        sealed: None,
    };
    let raw = RawEntry {
        header: cbor::encode(&header),
        grant: Some(admin.unwrap().id),
        member: None,
        control: None,
    };
    Entry::parse(*replica.chain().place(), &raw).unwrap()
}

#[test]
fn hostile_05_whoever_asks_for_a_newer_version_can_be_taken_out_by_this_one() {
    let homes: Vec<_> = (0..3).map(|_| tempfile::tempdir().unwrap()).collect();
    let shared = homes[2].path();
    let ana = ana(homes[0].path(), shared);
    let mara = join(&ana, homes[1].path(), shared);
    let user = mara.state().me.unwrap().user;
    ana.safety_confirm(&user, true).unwrap();
    let admin = RoleChange {
        user: user.clone(),
        vault: None,
        role: Role::Admin,
    };
    ana.role_change(&admin).unwrap();
    ana.sync_now().unwrap();
    mara.sync_now().unwrap();
    ana.sync_now().unwrap();
    let said = mara
        .with(|engine| Ok(from_later(engine, engine.now())))
        .unwrap();
    ana.with(|engine| {
        engine.replica.insert(vec![said]);
        Ok(engine.after_news()?)
    })
    .unwrap();
    let create = || {
        ana.vault_create(&VaultCreate {
            name: "New".into(),
            colour: 1,
        })
    };
    assert_eq!(create().map(drop).map_err(|e| e.code), Err(Code::ReadOnly));
    assert!(ana.state().read_only.is_some());
    let removal = Removal {
        user,
        vault: None,
        emergency: false,
    };
    let people = ana.person_remove(&removal).unwrap();
    assert_eq!(people.people.len(), 1);
    // It was said before the removal, and stands: but nobody who may say so is there any more.
    assert!(ana.state().read_only.is_none());
    create().unwrap();
}

fn note(app: &App, vault: &str, title: &str) -> ItemView {
    app.item_save(&ItemSave {
        item: None,
        base: None,
        vault: vault.into(),
        kind: Kind::Note,
        title: title.into(),
        fields: vec![],
        files: None,
    })
    .unwrap()
}

/// The list holds what whoever removes can open; how much else there is, is not kept from them.
#[test]
fn what_lies_in_vaults_that_the_remover_does_not_open_is_counted() {
    let homes: Vec<_> = (0..3).map(|_| tempfile::tempdir().unwrap()).collect();
    let shared = homes[2].path();
    let ana = ana(homes[0].path(), shared);
    let mara = join(&ana, homes[1].path(), shared);
    let user = mara.state().me.unwrap().user;
    ana.safety_confirm(&user, true).unwrap();
    let vault = |app: &App, name: &str| {
        let request = VaultCreate {
            name: name.into(),
            colour: 1,
        };
        app.vault_create(&request).unwrap().id
    };
    let both = vault(&ana, "Production");
    let grant = crate::api::share::ShareGrant {
        scope: crate::api::share::Scope::Vault { id: both.clone() },
        who: crate::api::share::Who::Person { id: user.clone() },
        role: Role::Viewer,
        expires_ms: None,
    };
    ana.share_give(&grant).unwrap();
    note(&ana, &both, "Seen by both");
    // Admins make vaults of their own.
    let admin = RoleChange {
        user: user.clone(),
        vault: None,
        role: Role::Admin,
    };
    ana.role_change(&admin).unwrap();
    ana.sync_now().unwrap();
    mara.sync_now().unwrap();
    let personal = mara.vault_list().unwrap().vaults;
    let personal = personal.into_iter().find(|vault| vault.personal).unwrap();
    note(&mara, &personal.id, "Nobody else’s");
    let hers = vault(&mara, "Hers");
    for title in ["One", "Two"] {
        note(&mara, &hers, title);
    }
    let gone = note(&mara, &hers, "Gone");
    let shown = ItemShown {
        item: gone.id,
        base: gone.base,
    };
    mara.item_archive(&[shown]).unwrap();
    mara.sync_now().unwrap();
    ana.sync_now().unwrap();
    let look = |vault: Option<&str>| {
        let target = RemovalTarget {
            user: user.clone(),
            vault: vault.map(str::to_owned),
        };
        let view = ana.removal_preview(&target).unwrap();
        (view.could_open.len(), view.beyond_items, view.beyond_vaults)
    };
    assert_eq!(look(None), (1, 2, 1));
    assert_eq!(look(Some(&both)), (1, 0, 0));
}
