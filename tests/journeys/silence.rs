//! Two people of whom one hears nothing of the other.

use std::sync::Arc;

use conclave_app::{
    api::{Code, Role, people::Scope},
    clock::Clock,
    session::App,
};

use crate::{
    joining::Set,
    people::{app_at, found_at, login, production, titles, with_mara},
};

const HOUR_MS: u64 = 3600 * 1000;

fn since(app: &App) -> Option<u64> {
    app.sync_now().unwrap().unseen_since_ms
}

#[test]
fn hostile_15_somebody_who_is_kept_apart_for_days_is_told_and_a_sign_of_life_ends_it() {
    let homes: Vec<_> = (0..3).map(|_| tempfile::tempdir().unwrap()).collect();
    let shared = homes[2].path();
    let clock = Set::to(1_800_000_000_000);
    let at = || Arc::clone(&clock) as Arc<dyn Clock>;
    let ana = found_at(homes[0].path(), shared, at());
    let vault = production(&ana);
    let mara = app_at(homes[1].path(), at());
    let (mara, _) = with_mara(&ana, mara, shared, vec![vault.clone()]);
    ana.sync_now().unwrap();

    // Mara's computer is frozen: it sees nothing and says nothing.
    mara.lock(conclave_app::api::app::LockReason::Manual);
    ana.item_save(&login("Postgres", &vault, "a")).unwrap();
    assert_eq!(since(&ana), None);
    clock.later(71 * HOUR_MS);
    assert_eq!(since(&ana), None);
    clock.later(2 * HOUR_MS);
    assert!(since(&ana).is_some());

    // She is back, writes nothing of her own, and all is well with both.
    mara.unlock(crate::people::PASSPHRASE).unwrap();
    mara.sync_now().unwrap();
    assert_eq!(titles(&mara), ["Postgres"]);
    for _ in 0..20 {
        // Her sign of life follows the round that found her silent for a day.
        mara.sync_now().unwrap();
        if since(&ana).is_none() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert_eq!(since(&ana), None);
    assert_eq!(since(&mara), None);
}

#[test]
fn hostile_15_nothing_is_shared_on_news_that_are_older_than_a_day() {
    let homes: Vec<_> = (0..4).map(|_| tempfile::tempdir().unwrap()).collect();
    let shared = homes[2].path();
    let clock = Set::to(1_800_000_000_000);
    let at = || Arc::clone(&clock) as Arc<dyn Clock>;
    let ana = found_at(homes[0].path(), shared, at());
    let vault = production(&ana);
    let mara = app_at(homes[1].path(), at());
    let (_mara, her) = with_mara(&ana, mara, shared, vec![]);
    let share = || {
        let scope = Scope::Vault { id: vault.clone() };
        ana.share_grant(&scope, &her, Role::Editor)
            .map(drop)
            .map_err(|error| error.code)
    };

    let away = homes[3].path().join("away");
    std::fs::rename(shared, &away).unwrap();
    let _ = ana.sync_now();
    clock.later(25 * HOUR_MS);
    assert_eq!(share(), Err(Code::StorageStale));
    // The storage is back: sharing syncs by itself first.
    std::fs::rename(&away, shared).unwrap();
    assert_eq!(share(), Ok(()));
}
