//! People who see a part of the team only: guests with an end, auditors, and whoever asks to leave.

use std::{sync::Arc, time::Duration};

use conclave_app::{
    api::{
        Code, Role,
        app::Phase,
        people::{InviteCreate, PeopleView, Scope, ShareGrant, ShareLevel, ShareUntil, Via, Who},
        removal::{Removal, RoleChange},
        vaults::VaultCreate,
    },
    clock::Clock,
    session::App,
};

use crate::{
    joining::Set,
    people::{app_at, ask, found_at, login, password, production, titles},
};

const DAY_MS: u64 = 24 * 3600 * 1000;
const START_MS: u64 = 1_800_000_000_000;

/// Ana's team at a clock that the test moves.
struct Team {
    ana: App,
    vault: String,
    clock: Arc<Set>,
    homes: Vec<tempfile::TempDir>,
}

impl Team {
    fn new() -> Self {
        let homes: Vec<_> = (0..4).map(|_| tempfile::tempdir().unwrap()).collect();
        let clock = Set::to(START_MS);
        let at = Arc::clone(&clock) as Arc<dyn Clock>;
        let ana = found_at(homes[0].path(), homes[3].path(), at);
        let vault = production(&ana);
        Self {
            ana,
            vault,
            clock,
            homes,
        }
    }

    /// Somebody is invited and let in; gives their app and id.
    fn join(&self, n: usize, role: Role, vaults: &[&String], until: Option<u64>) -> (App, String) {
        let wanted = InviteCreate {
            name: "Mara".into(),
            role,
            vaults: vaults.iter().map(|v| (*v).clone()).collect(),
            access_until_ms: until,
        };
        let ready = self.ana.invite_create(&wanted).unwrap();
        let text = self.ana.invite_text(&ready.invite).unwrap();
        let at = Arc::clone(&self.clock) as Arc<dyn Clock>;
        let (app, shared) = (app_at(self.homes[n].path(), at), self.homes[3].path());
        ask(&app, shared, &text, &ready.words.join(" ")).unwrap();
        self.ana.sync_now().unwrap();
        let request = self.ana.people_list().unwrap().requests[0].clone();
        assert_eq!(request.access_until_ms, until);
        self.ana.request_admit(&request.id).unwrap();
        for app in [&app, &self.ana, &app] {
            app.sync_now().unwrap();
        }
        let user = app.state().me.unwrap().user;
        (app, user)
    }

    fn scope(&self) -> Scope {
        Scope::Vault {
            id: self.vault.clone(),
        }
    }
}

/// Syncs until it is so: what an app does by itself follows the round.
fn until(apps: &[&App], what: impl Fn() -> bool) {
    for _ in 0..100 {
        for app in apps {
            app.sync_now().unwrap();
        }
        if what() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("it never came");
}

fn list(app: &App) -> PeopleView {
    app.people_list().unwrap()
}

#[test]
fn a_guest_reads_until_the_day_and_then_the_managers_app_ends_it() {
    let t = Team::new();
    let other = VaultCreate {
        name: "Marketing".into(),
        colour: 2,
    };
    let other = t.ana.vault_create(&other).unwrap().id;
    let item = t
        .ana
        .item_save(&login("Shown", &t.vault, "now"))
        .unwrap()
        .id;
    t.ana.item_save(&login("Hidden", &other, "never")).unwrap();
    let refused = t.ana.invite_create(&InviteCreate {
        name: "Gus".into(),
        role: Role::Guest,
        vaults: vec![t.vault.clone()],
        access_until_ms: None,
    });
    assert_eq!(refused.map(drop).map_err(|e| e.code), Err(Code::NotAllowed));
    let end = START_MS + 30 * DAY_MS;
    let (gus, user) = t.join(1, Role::Guest, &[&t.vault], Some(end));

    let state = gus.state();
    assert_eq!(
        (state.phase, state.my_role),
        (Phase::Unlocked, Some(Role::Guest))
    );
    assert_eq!(titles(&gus), ["Shown"]);
    assert_eq!(password(&gus, &item), b"now");
    let vaults = gus.vault_list().unwrap();
    let named: Vec<_> = vaults.vaults.iter().map(|v| v.name.as_str()).collect();
    assert_eq!(named, ["Production", "Personal"]);
    assert!(vaults.over.is_empty());
    // Nobody's name is there, and nobody is listed.
    assert_eq!(gus.item_get(&item).unwrap().changed_by.name, "");
    assert_eq!(list(&gus).people.len(), 1);
    assert!(
        !list(&gus).can_invite
            && gus
                .vault_create(&VaultCreate {
                    name: "Mine".into(),
                    colour: 1,
                })
                .is_err()
    );
    // Ana sees who it is, and until when.
    let row = |people: PeopleView| {
        people
            .people
            .into_iter()
            .find(|row| row.person.user == user)
    };
    let theirs = row(list(&t.ana)).unwrap();
    assert_eq!(
        (theirs.person.name.as_str(), theirs.role, theirs.until_ms),
        ("Mara", Role::Guest, Some(end))
    );
    assert!(
        t.ana
            .person_get(&user)
            .unwrap()
            .access
            .iter()
            .all(|a| a.roles.is_empty())
    );

    // The day is over, and Ana's computer is off: the guest's own app shows nothing more.
    t.ana.lock(conclave_app::api::app::LockReason::Manual);
    t.clock.later(30 * DAY_MS);
    until(&[&gus], || titles(&gus).is_empty());
    assert_eq!(
        gus.item_reveal_field(&item, "@main", None)
            .unwrap_err()
            .code,
        Code::NotFound
    );
    let vaults = gus.vault_list().unwrap();
    assert_eq!(vaults.vaults.len(), 1);
    assert_eq!(vaults.over[0].name.as_deref(), Some("Production"));

    // Not even for a moment after the next unlocking.
    gus.lock(conclave_app::api::app::LockReason::Manual);
    gus.unlock(crate::people::PASSPHRASE).unwrap();
    assert!(titles(&gus).is_empty());

    // Ana is back: her app ends it by itself, says so, and what comes now is under another key.
    t.ana.unlock(crate::people::PASSPHRASE).unwrap();
    until(&[&t.ana], || row(list(&t.ana)).is_none());
    let people = list(&t.ana);
    assert_eq!(people.ended.len(), 1);
    assert_eq!(
        (people.ended[0].party.name.as_str(), people.ended[0].at_ms),
        ("Mara", end)
    );
    let share = t.ana.share_get(&t.scope()).unwrap();
    assert_eq!((share.entries.len(), share.ended.len()), (1, 1));
    let seen = t.ana.item_get(&item).unwrap();
    let mut change = login("Shown", &t.vault, "afterwards");
    (change.item, change.base) = (Some(item.clone()), Some(seen.base));
    t.ana.item_save(&change).unwrap();
    t.ana.sync_now().unwrap();
    until(&[&gus], || gus.state().removed);
    assert!(titles(&gus).is_empty());
    assert!(gus.item_get(&item).is_err());
    assert_eq!(gus.vault_list().unwrap().over.len(), 1);
}

#[test]
fn a_share_ends_by_its_day_and_what_its_person_wrote_stays() {
    let t = Team::new();
    let (mara, user) = t.join(1, Role::Viewer, &[], None);
    let end = START_MS + DAY_MS;
    let who = Who::Person { id: user.clone() };
    let give = |role, expires_ms| {
        t.ana.share_give(&ShareGrant {
            scope: t.scope(),
            who: who.clone(),
            role,
            expires_ms,
        })
    };
    assert_eq!(
        give(Role::Editor, Some(START_MS)).unwrap_err().code,
        Code::DayOver
    );
    let view = give(Role::Viewer, Some(end)).unwrap();
    let row = view.entries.iter().find(|e| e.party.who == who).unwrap();
    assert_eq!(
        (row.expires_ms, row.over, row.can_revoke),
        (Some(end), false, true)
    );
    assert_eq!(row.levels, [Role::Viewer, Role::Editor, Role::Manager]);
    // Another level in the row, the same day.
    let change = ShareLevel {
        scope: t.scope(),
        who: who.clone(),
        role: Role::Editor,
    };
    let view = t.ana.share_level(&change).unwrap();
    let row = view.entries.iter().find(|e| e.party.who == who).unwrap();
    assert_eq!(
        (row.role, row.expires_ms, row.via),
        (Role::Editor, Some(end), Via::Direct)
    );
    until(&[&t.ana, &mara], || {
        mara.vault_list().unwrap().vaults.len() == 2
    });
    let hers = mara
        .item_save(&login("Hers", &t.vault, "written"))
        .unwrap()
        .id;
    until(&[&mara, &t.ana], || titles(&t.ana) == ["Hers"]);

    t.clock.later(DAY_MS);
    until(&[&t.ana, &mara], || {
        t.ana.share_get(&t.scope()).unwrap().ended.len() == 1
    });
    assert_eq!(password(&t.ana, &hers), b"written");
    until(&[&t.ana, &mara], || titles(&mara).is_empty());
    // She is in the team all the same, and can be let in again.
    assert_eq!(mara.state().my_role, Some(Role::Viewer));
    assert!(!mara.state().removed);
    give(Role::Viewer, None).unwrap();
    until(&[&t.ana, &mara], || titles(&mara) == ["Hers"]);
    assert!(t.ana.share_get(&t.scope()).unwrap().ended.is_empty());
}

#[test]
fn the_day_of_a_share_is_moved_and_nothing_is_taken_away() {
    let t = Team::new();
    let end = START_MS + DAY_MS;
    let (gus, user) = t.join(1, Role::Guest, &[&t.vault], Some(end));
    let item = t.ana.item_save(&login("Shown", &t.vault, "now"));
    let item = item.unwrap().id;
    let who = Who::Person { id: user };
    let change = |expires_ms| {
        t.ana.share_until(&ShareUntil {
            scope: t.scope(),
            who: who.clone(),
            expires_ms,
        })
    };
    // A guest's access always ends, and no day lies behind.
    assert_eq!(change(None).unwrap_err().code, Code::NotAllowed);
    assert_eq!(change(Some(START_MS)).unwrap_err().code, Code::DayOver);
    let later = START_MS + 3 * DAY_MS;
    let view = change(Some(later)).unwrap();
    let theirs: Vec<_> = view.entries.iter().filter(|e| e.party.who == who).collect();
    assert_eq!(theirs.len(), 1);
    assert_eq!(
        (theirs[0].role, theirs[0].expires_ms),
        (Role::Guest, Some(later))
    );
    t.clock.later(DAY_MS);
    until(&[&t.ana, &gus], || titles(&gus) == ["Shown"]);
    assert_eq!(password(&gus, &item), b"now");
    assert!(t.ana.share_get(&t.scope()).unwrap().ended.is_empty());
    // Sooner again: it ends on that day, once, and no other day is left behind.
    change(Some(START_MS + 2 * DAY_MS)).unwrap();
    until(&[&t.ana, &gus], || titles(&gus) == ["Shown"]);
    t.clock.later(DAY_MS);
    until(&[&t.ana, &gus], || {
        t.ana.share_get(&t.scope()).unwrap().ended.len() == 1
    });
    until(&[&t.ana, &gus], || titles(&gus).is_empty());
    assert_eq!(change(Some(later)).unwrap_err().code, Code::NotFound);
}

#[test]
fn an_auditor_is_in_the_team_and_opens_nothing() {
    let t = Team::new();
    t.ana.item_save(&login("Postgres", &t.vault, "a")).unwrap();
    let refused = t.ana.invite_create(&InviteCreate {
        name: "Ida".into(),
        role: Role::Auditor,
        vaults: vec![t.vault.clone()],
        access_until_ms: None,
    });
    assert_eq!(refused.map(drop).map_err(|e| e.code), Err(Code::NotAllowed));
    let (ida, user) = t.join(1, Role::Auditor, &[], None);
    assert_eq!(ida.state().my_role, Some(Role::Auditor));
    assert!(titles(&ida).is_empty());
    assert_eq!(list(&ida).people.len(), 2);
    let change = |role| {
        t.ana.role_change(&RoleChange {
            user: user.clone(),
            vault: None,
            role,
        })
    };
    change(Role::Viewer).unwrap();
    until(&[&t.ana, &ida], || {
        ida.state().my_role == Some(Role::Viewer)
    });
    change(Role::Auditor).unwrap();
    until(&[&t.ana, &ida], || {
        ida.state().my_role == Some(Role::Auditor)
    });
}

#[test]
fn somebody_asks_to_leave_and_a_removal_confirms_it() {
    let t = Team::new();
    let (mara, user) = t.join(1, Role::Editor, &[&t.vault], None);
    let alone = t.ana.leave_get().unwrap();
    assert_eq!(alone.why_not.unwrap().key, "leave_last_owner");
    assert_eq!(t.ana.leave_ask().unwrap_err().code, Code::NotAllowed);
    let view = mara.leave_get().unwrap();
    assert!(view.why_not.is_none() && view.asked_ms.is_none());
    assert_eq!(view.confirmers[0].name, "Ana");
    assert!(mara.leave_ask().unwrap().asked_ms.is_some());
    until(&[&mara, &t.ana], || list(&t.ana).leaving.len() == 1);
    assert_eq!(list(&t.ana).leaving[0].person.user, user);
    assert!(list(&mara).leaving.is_empty());
    assert_eq!(list(&t.ana).people.len(), 2);
    let removal = Removal {
        user,
        vault: None,
        emergency: false,
    };
    let people = t.ana.person_remove(&removal).unwrap();
    assert!(people.leaving.is_empty());
    until(&[&t.ana, &mara], || mara.state().removed);
    assert_eq!(
        mara.leave_get().unwrap().why_not.unwrap().key,
        "leave_not_here"
    );
}
