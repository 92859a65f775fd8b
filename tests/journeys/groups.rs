//! Groups: what people open by being in one, and do not any more once they are out.

use std::path::Path;

use conclave_app::{
    api::{
        Code, Role, Storage,
        app::{InvitationSource, JoinSend},
        groups::{GroupCreate, GroupGive, GroupPerson, GroupRename, GroupTake, GroupView},
        items::HistoryRequest,
        people::{Scope, ShareGrant, Via, Who},
        removal::{Removal, RemovalTarget},
        vaults::VaultCreate,
    },
    session::App,
};

use crate::people::{
    PASSPHRASE, app, change, found, invite, login, password, search, storage, titles, with_mara,
};

/// Ana's team with Mara in it, who opens no vault by herself.
struct Team {
    ana: App,
    mara: App,
    mara_id: String,
    homes: Vec<tempfile::TempDir>,
}

fn team() -> Team {
    let homes: Vec<_> = (0..4).map(|_| tempfile::tempdir().unwrap()).collect();
    let shared = homes[3].path();
    let ana = found(homes[0].path(), shared);
    let (mara, mara_id) = with_mara(&ana, app(homes[1].path()), shared, vec![]);
    let t = Team {
        ana,
        mara,
        mara_id,
        homes,
    };
    t.meet();
    t
}

impl Team {
    fn shared(&self) -> &Path {
        self.homes[3].path()
    }

    /// Everything of each is at the other.
    fn meet(&self) {
        for app in [&self.mara, &self.ana, &self.mara] {
            app.sync_now().unwrap();
        }
    }

    /// A group with Mara in it.
    fn operations(&self) -> String {
        let name = "Operations".to_owned();
        let group = self.ana.group_create(&GroupCreate { name }).unwrap().id;
        self.add(&group, &self.mara_id).unwrap();
        group
    }

    fn vault(&self, name: &str) -> String {
        let vault = VaultCreate {
            name: name.into(),
            colour: 1,
        };
        self.ana.vault_create(&vault).unwrap().id
    }

    fn add(&self, group: &str, user: &str) -> Result<GroupView, Code> {
        add(&self.ana, group, user)
    }

    fn give(&self, group: &str, vault: &str, role: Role) -> Result<GroupView, Code> {
        let give = GroupGive {
            group: group.into(),
            vault: vault.into(),
            role,
        };
        self.ana.group_give(&give).map_err(|e| e.code)
    }

    fn put_out(&self, group: &str, user: &str) -> GroupView {
        self.ana.group_remove_member(&pair(group, user)).unwrap()
    }

    fn save(&self, vault: &str, title: &str, text: &str) -> String {
        self.ana.item_save(&login(title, vault, text)).unwrap().id
    }

    /// Ben joins after everything else.
    fn ben(&self) -> (App, String) {
        let (ready, text) = invite(&self.ana, "Ben", vec![]);
        let ben = app(self.homes[2].path());
        ben.setup_passphrase(PASSPHRASE).unwrap();
        ben.invitation_open(&InvitationSource::Text { text })
            .unwrap();
        ben.join_folder(&storage(self.shared())).unwrap();
        ben.join_code(&ready.words.join(" ")).unwrap();
        let send = JoinSend {
            person_name: "Ben".into(),
            colour: 3,
            device_name: "box".into(),
            keychain: false,
            personal_vault_name: "Personal".into(),
            without_keychain: true,
        };
        ben.join_send(&send).unwrap();
        self.ana.sync_now().unwrap();
        let request = self.ana.people_list().unwrap().requests[0].id.clone();
        let people = self.ana.request_admit(&request).unwrap().people;
        let row = people.into_iter().find(|row| row.person.name == "Ben");
        ben.sync_now().unwrap();
        self.ana.sync_now().unwrap();
        (ben, row.unwrap().person.user)
    }
}

fn pair(group: &str, user: &str) -> GroupPerson {
    GroupPerson {
        group: group.into(),
        user: user.into(),
    }
}

fn add(app: &App, group: &str, user: &str) -> Result<GroupView, Code> {
    app.group_add(&pair(group, user)).map_err(|e| e.code)
}

#[test]
fn a_group_opens_its_vaults_and_every_list_says_so() {
    let t = team();
    let (production, staging) = (t.vault("Production"), t.vault("Staging"));
    let (db, web) = (
        t.save(&production, "Database", "db-secret"),
        t.save(&staging, "Web", "web-secret"),
    );
    let group = t.operations();
    t.give(&group, &production, Role::Editor).unwrap();
    let view = t.give(&group, &staging, Role::Viewer).unwrap();
    let opened: Vec<_> = view.vaults.iter().map(|v| v.vault.name.as_str()).collect();
    assert_eq!(opened, ["Production", "Staging"]);
    t.meet();

    // She opens both, and writes where the group may.
    assert_eq!(titles(&t.mara), ["Database", "Web"]);
    assert_eq!(password(&t.mara, &db), b"db-secret");
    assert_eq!(password(&t.mara, &web), b"web-secret");
    change(&t.mara, &db, &production, "by-mara").unwrap();
    assert_eq!(change(&t.mara, &web, &staging, "no"), Err(Code::NotAllowed));
    let hers = t.mara.vault_list().unwrap().vaults;
    let can: Vec<_> = hers.iter().filter(|v| v.can_edit && !v.personal).collect();
    assert_eq!(can.len(), 1);
    assert_eq!(
        (can[0].name.as_str(), can[0].people_count),
        ("Production", 2)
    );
    t.meet();
    assert_eq!(password(&t.ana, &db), b"by-mara");
    assert_eq!(t.ana.item_get(&db).unwrap().changed_by.name, "Mara");

    // Her page, the vault's list, the item's people and what she could open.
    let person = t.ana.person_get(&t.mara_id).unwrap();
    let access = person.access.iter().find(|a| {
        let vault = a.vault.as_ref();
        vault.is_some_and(|v| v.name == "Production")
    });
    let access = access.unwrap();
    assert_eq!(access.through, ["Operations"]);
    assert_eq!(
        (access.role, access.can_remove, access.roles.len()),
        (Some(Role::Editor), false, 0)
    );
    let scope = Scope::Vault {
        id: production.clone(),
    };
    let share = t.ana.share_get(&scope).unwrap();
    let entry = share.entries.iter().find(|e| e.party.name == "Mara");
    let entry = entry.unwrap();
    assert_eq!((entry.via, entry.role), (Via::Group, Role::Editor));
    assert!(!entry.can_revoke && entry.through.as_deref() == Some("Operations"));
    assert_eq!(t.ana.item_get(&web).unwrap().people_count, 2);
    let rows = t.ana.people_list().unwrap().people;
    let row = rows.iter().find(|row| row.person.name == "Mara").unwrap();
    assert_eq!(row.vaults.len(), 2);
    let target = RemovalTarget {
        user: t.mara_id.clone(),
        vault: None,
    };
    let preview = t.ana.removal_preview(&target).unwrap();
    let could: Vec<_> = preview
        .could_open
        .iter()
        .map(|i| i.title.as_str())
        .collect();
    assert_eq!((could, preview.new_keys), (vec!["Database", "Web"], 2));
    // The name is known to all of the team and to nobody else.
    assert_eq!(t.mara.group_list().unwrap().groups[0].name, "Operations");
    search(t.shared(), "Operations");
}

#[test]
fn whoever_is_added_later_costs_the_same_whatever_the_group_opens_and_reads_the_past() {
    let mut cost = Vec::new();
    for vaults in [1, 6] {
        let t = team();
        let group = t.operations();
        let mut first = None;
        for n in 0..vaults {
            let vault = t.vault(&format!("Vault {n}"));
            t.give(&group, &vault, Role::Viewer).unwrap();
            let item = t.save(&vault, &format!("Item {n}"), "old");
            change(&t.ana, &item, &vault, "new").unwrap();
            first.get_or_insert(item);
        }
        let (ben, ben_id) = t.ben();
        assert!(titles(&ben).is_empty());
        t.meet();
        let before = size(t.shared());
        t.add(&group, &ben_id).unwrap();
        t.ana.sync_now().unwrap();
        cost.push(size(t.shared()) - before);
        ben.sync_now().unwrap();
        assert_eq!(titles(&ben).len(), vaults);
        let item = first.unwrap();
        assert_eq!(password(&ben, &item), b"new");
        let request = HistoryRequest {
            item: item.clone(),
            offset: 0,
            limit: 10,
        };
        let history = ben.item_history(&request).unwrap();
        assert_eq!(history.total, 2);
        let old = &history.rows.last().unwrap().revision;
        let old = ben.item_reveal_field(&item, "@main", Some(old)).unwrap();
        assert_eq!(*old, b"old");
    }
    // A box is 1,168 bytes: five more vaults cost none.
    assert!(cost[0].abs_diff(cost[1]) < 600, "{cost:?}");
}

/// How many bytes lie on the storage.
fn size(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path());
    entries
        .map(|path| match path.is_dir() {
            true => size(&path),
            false => path.metadata().unwrap().len(),
        })
        .sum()
}

#[test]
fn whoever_is_out_of_a_group_reads_nothing_new_and_what_they_wrote_stays() {
    let t = team();
    let (production, group) = (t.vault("Production"), t.operations());
    t.give(&group, &production, Role::Editor).unwrap();
    let db = t.save(&production, "Database", "first");
    t.meet();
    change(&t.mara, &db, &production, "by-mara").unwrap();
    t.meet();
    // Then she writes where nothing reaches the folder.
    t.mara.storage_set(&Storage::None).unwrap();
    t.mara
        .item_save(&login("Offline", &production, "x"))
        .unwrap();

    let view = t.put_out(&group, &t.mara_id);
    assert_eq!(view.members.len(), 1);
    t.save(&production, "New", "never-hers");
    assert_eq!(password(&t.ana, &db), b"by-mara");
    t.ana.sync_now().unwrap();
    t.mara.storage_set(&storage(t.shared())).unwrap();
    t.meet();
    assert!(!titles(&t.mara).contains(&"New".to_owned()));
    assert!(t.mara.item_save(&login("No", &production, "x")).is_err());
    // What she wrote while she was in stays; what arrived later waits.
    assert_eq!(password(&t.ana, &db), b"by-mara");
    assert_eq!(titles(&t.ana), ["Database", "New"]);
    let aside = t.ana.aside_list().unwrap().rows;
    assert_eq!(aside.len(), 1);
    assert_eq!(aside[0].title.as_deref(), Some("Offline"));
    // She is still in the team, and can be put back.
    assert!(!t.mara.state().removed);
    t.add(&group, &t.mara_id).unwrap();
    t.meet();
    assert!(titles(&t.mara).contains(&"New".to_owned()));
}

#[test]
fn out_of_the_team_is_out_of_its_groups_and_out_of_a_vault_is_not() {
    let t = team();
    let (production, group) = (t.vault("Production"), t.operations());
    t.give(&group, &production, Role::Viewer).unwrap();
    let scope = Scope::Vault {
        id: production.clone(),
    };
    t.save(&production, "Database", "first");
    // Who has it through a group may be given it of their own, and then not twice.
    let offered = || {
        let view = t.ana.share_get(&scope).unwrap();
        let names = view.candidates.into_iter().map(|c| c.party.name);
        names.collect::<Vec<_>>()
    };
    assert_eq!(offered(), ["Mara"]);
    t.ana.share_grant(&scope, &t.mara_id, Role::Editor).unwrap();
    assert_eq!(offered(), [""; 0]);
    t.meet();
    let vault = RemovalTarget {
        user: t.mara_id.clone(),
        vault: Some(production.clone()),
    };
    let preview = t.ana.removal_preview(&vault).unwrap();
    assert_eq!(preview.still_through, ["Operations"]);
    assert_eq!(preview.new_keys, 0);
    let remove = |vault: Option<String>| {
        let removal = Removal {
            user: t.mara_id.clone(),
            vault,
            emergency: false,
        };
        t.ana.person_remove(&removal).unwrap();
    };
    remove(Some(production.clone()));
    t.save(&production, "Second", "x");
    t.meet();
    assert_eq!(titles(&t.mara), ["Database", "Second"]);

    remove(None);
    assert_eq!(t.ana.group_get(&group).unwrap().members.len(), 1);
    t.save(&production, "Third", "x");
    t.meet();
    assert!(t.mara.state().removed);
    assert_eq!(titles(&t.mara), ["Database", "Second"]);
}

#[test]
fn a_vault_is_given_changed_and_taken_from_a_group() {
    let t = team();
    let (production, group) = (t.vault("Production"), t.operations());
    let db = t.save(&production, "Database", "first");
    let offered = t.ana.group_get(&group).unwrap().offered;
    assert_eq!(offered.len(), 1);
    t.give(&group, &production, Role::Editor).unwrap();
    t.meet();
    change(&t.mara, &db, &production, "by-mara").unwrap();
    t.meet();
    // Less than before; what she wrote as an editor stays.
    let view = t.give(&group, &production, Role::Viewer).unwrap();
    assert_eq!(view.vaults[0].role, Role::Viewer);
    assert!(view.offered.is_empty());
    t.meet();
    assert!(change(&t.mara, &db, &production, "no").is_err());
    assert_eq!(password(&t.mara, &db), b"by-mara");
    let take = GroupTake {
        group: group.clone(),
        vault: production.clone(),
    };
    assert!(t.ana.group_take(&take).unwrap().vaults.is_empty());
    t.save(&production, "New", "x");
    t.meet();
    assert!(!titles(&t.mara).contains(&"New".to_owned()));
    assert_eq!(password(&t.ana, &db), b"by-mara");
    let rename = GroupRename {
        group: group.clone(),
        name: "On call".into(),
    };
    t.ana.group_rename(&rename).unwrap();
    t.meet();
    assert_eq!(t.mara.group_list().unwrap().groups[0].name, "On call");
}

#[test]
fn what_groups_refuse() {
    let t = team();
    let (production, group) = (t.vault("Production"), t.operations());
    // A group manages nothing, and is no vault.
    let refused = t.give(&group, &production, Role::Manager).unwrap_err();
    assert_eq!(refused, Code::NotAllowed);
    let refused = t.give(&production, &production, Role::Viewer).unwrap_err();
    assert_eq!(refused, Code::NotFound);
    let nameless = GroupCreate { name: " ".into() };
    let refused = t.ana.group_create(&nameless).unwrap_err();
    assert_eq!(refused.code, Code::Empty);

    // Members make no groups, add nobody and give nothing.
    t.meet();
    let seen = t.mara.group_list().unwrap();
    assert!(!seen.can_create && seen.groups.len() == 1);
    let view = t.mara.group_get(&group).unwrap();
    assert!(!view.can_manage && view.candidates.is_empty() && view.offered.is_empty());
    assert!(view.members.iter().all(|m| !m.can_remove));
    let name = "Mine".to_owned();
    let refused = t.mara.group_create(&GroupCreate { name }).unwrap_err();
    assert_eq!(refused.code, Code::NotAllowed);
    let give = GroupGive {
        group: group.clone(),
        vault: production.clone(),
        role: Role::Viewer,
    };
    assert_eq!(t.mara.group_give(&give).unwrap_err().code, Code::NotAllowed);
    let take = GroupTake {
        group: group.clone(),
        vault: production.clone(),
    };
    assert_eq!(t.ana.group_take(&take).unwrap_err().code, Code::NotFound);
    t.ana.group_give(&give).unwrap();
    t.meet();
    assert_eq!(t.mara.group_take(&take).unwrap_err().code, Code::NotAllowed);
    let out = pair(&group, &t.ana.state().me.unwrap().user);
    let refused = t.mara.group_remove_member(&out).unwrap_err();
    assert_eq!(refused.code, Code::NotAllowed);
    t.ana.group_take(&take).unwrap();
    let (ben, ben_id) = t.ben();
    t.meet();
    let refused = add(&t.mara, &group, &ben_id).unwrap_err();
    assert_eq!(refused, Code::NotAllowed);
    drop(ben);

    // Words that differ: nobody is added, and nothing is given to a group that they are in.
    t.ana.safety_confirm(&ben_id, false).unwrap();
    assert_eq!(t.add(&group, &ben_id).unwrap_err(), Code::KeyNotVerified);
    t.ana.safety_confirm(&t.mara_id, false).unwrap();
    let refused = t.give(&group, &production, Role::Viewer).unwrap_err();
    assert_eq!(refused, Code::KeyNotVerified);
}

#[test]
fn what_is_given_until_a_day_keeps_it_with_another_level() {
    let t = team();
    let (production, group) = (t.vault("Production"), t.operations());
    let end = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    let end = u64::try_from(end.as_millis()).unwrap() + 86_400_000;
    let give = ShareGrant {
        scope: Scope::Vault {
            id: production.clone(),
        },
        who: Who::Group { id: group.clone() },
        role: Role::Viewer,
        expires_ms: Some(end),
    };
    t.ana.share_give(&give).unwrap();
    let view = t.give(&group, &production, Role::Editor).unwrap();
    let vault = &view.vaults[0];
    assert_eq!((vault.role, vault.expires_ms), (Role::Editor, Some(end)));
    let view = t.give(&group, &production, Role::Viewer).unwrap();
    let vault = &view.vaults[0];
    assert_eq!((vault.role, vault.expires_ms), (Role::Viewer, Some(end)));
}
