//! Invitations that must not be let in, and a storage that shows a newcomer an older team.

use std::{
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use conclave_app::{
    api::{Code, app::Phase, people::Problem, vaults::VaultCreate},
    clock::Clock,
};

use crate::people::{app_at, ask, found, found_at, invite, try_join};

const DAY_MS: u64 = 24 * 3600 * 1000;

/// A clock that a test sets.
pub(crate) struct Set(AtomicU64);

impl Set {
    pub(crate) fn to(ms: u64) -> Arc<Self> {
        Arc::new(Self(AtomicU64::new(ms)))
    }

    pub(crate) fn later(&self, ms: u64) {
        self.0.fetch_add(ms, Ordering::Relaxed);
    }
}

impl Clock for Set {
    fn now_ms(&self) -> u64 {
        // Every look is later than the one before, as the syncing's own waiting expects.
        self.0.fetch_add(1, Ordering::Relaxed)
    }
}

#[test]
fn hostile_22_an_invitation_that_ran_out_is_a_stop_on_both_sides() {
    let homes: Vec<_> = (0..4).map(|_| tempfile::tempdir().unwrap()).collect();
    let shared = homes[3].path();
    let clock = Set::to(1_800_000_000_000);
    let ana = found_at(
        homes[0].path(),
        shared,
        Arc::clone(&clock) as Arc<dyn Clock>,
    );
    let (ready, text) = invite(&ana, "Mara", vec![]);
    let words = ready.words.join(" ");

    // Somebody asks in time, and is looked at too late.
    let mara = app_at(homes[1].path(), Arc::clone(&clock) as Arc<dyn Clock>);
    assert_eq!(ask(&mara, shared, &text, &words), Ok(()));
    clock.later(4 * DAY_MS);
    ana.sync_now().unwrap();
    let requests = ana.people_list().unwrap().requests;
    assert_eq!(requests[0].problem, Some(Problem::Expired));
    let refused = ana.request_admit(&requests[0].id).unwrap_err();
    assert_eq!(refused.code, Code::RequestUnproven);

    // Somebody else opens it too late.
    let late = app_at(homes[2].path(), clock);
    assert_eq!(
        ask(&late, shared, &text, &words),
        Err(Code::InvitationExpired)
    );
}

#[test]
fn hostile_21_junk_beside_a_request_keeps_nobody_out() {
    let homes: Vec<_> = (0..3).map(|_| tempfile::tempdir().unwrap()).collect();
    let shared = homes[2].path();
    let ana = found(homes[0].path(), shared);
    let (ready, text) = invite(&ana, "Mara", vec![]);
    let team = fs::read_dir(shared.join("conclave1")).unwrap();
    let team = team.map(|entry| entry.unwrap().path());
    let team = team.max_by_key(|path| path.is_dir()).unwrap();
    let inbox = team.join("inbox").join(&ready.invite);
    fs::create_dir_all(&inbox).unwrap();
    for n in 0..400_u32 {
        let bytes = [&[0_u8; 2000][..], &n.to_le_bytes()].concat();
        let digest = conclave_crypto::sha256(&bytes);
        let name: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        fs::write(inbox.join(name), bytes).unwrap();
    }
    let (_mara, joined) = try_join(homes[1].path(), shared, &text, &ready.words.join(" "));
    assert_eq!(joined, Ok(()));
    assert_eq!(fs::read_dir(&inbox).unwrap().count(), 401);
    ana.sync_now().unwrap();
    // Some looks until every file had its turn; no look shows more than a few of the others.
    let hers = (0..4).find_map(|_| {
        let requests = ana.people_list().unwrap().requests;
        assert!(requests.len() <= 5);
        requests.into_iter().find(|one| one.problem.is_none())
    });
    let hers = hers.unwrap();
    assert_eq!(hers.person_name, "Mara");
    // It stays, so that it can be let in.
    assert_eq!(ana.people_list().unwrap().requests[0].id, hers.id);
    ana.request_admit(&hers.id).unwrap();
}

#[test]
fn hostile_16_a_newcomer_is_not_settled_into_an_older_team() {
    let homes: Vec<_> = (0..5).map(|_| tempfile::tempdir().unwrap()).collect();
    let (shared, partial) = (homes[3].path(), homes[4].path());
    let ana = found(homes[0].path(), shared);
    ana.vault_create(&VaultCreate {
        name: "Production".into(),
        colour: 1,
    })
    .unwrap();
    ana.sync_now().unwrap();
    let before = logs(shared);
    let (ready, text) = invite(&ana, "Mara", vec![]);
    let (mara, joined) = try_join(homes[1].path(), shared, &text, &ready.words.join(" "));
    assert_eq!(joined, Ok(()));
    ana.sync_now().unwrap();
    let request = ana.people_list().unwrap().requests[0].id.clone();
    ana.request_admit(&request).unwrap();
    mara.sync_now().unwrap();
    ana.sync_now().unwrap();
    let hidden: Vec<String> = logs(shared)
        .into_iter()
        .filter(|log| !before.contains(log))
        .collect();
    assert_eq!(hidden.len(), 1, "Mara's log");

    // The storage keeps Mara's log from Jonas.
    let (ready, text) = invite(&ana, "Jonas", vec![]);
    mirror(shared, partial, &hidden);
    let (jonas, joined) = try_join(homes[2].path(), partial, &text, &ready.words.join(" "));
    assert_eq!(joined, Ok(()));
    mirror(partial, shared, &[]);
    ana.sync_now().unwrap();
    let request = ana.people_list().unwrap().requests[0].id.clone();
    ana.request_admit(&request).unwrap();
    mirror(shared, partial, &hidden);
    jonas.sync_now().unwrap();
    assert_eq!(jonas.state().phase, Phase::Waiting);

    mirror(shared, partial, &[]);
    jonas.sync_now().unwrap();
    assert_eq!(jonas.state().phase, Phase::Unlocked);
}

/// The folders of logs, by name.
pub(crate) fn logs(shared: &Path) -> Vec<String> {
    let root = fs::read_dir(shared.join("conclave1")).unwrap();
    let team = root.map(|e| e.unwrap().path()).find(|p| p.is_dir());
    let logs = fs::read_dir(team.unwrap().join("log")).unwrap();
    logs.map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect()
}

/// Copies what is in `from` and not in `to`, but for paths that name one of `hidden`.
pub(crate) fn mirror(from: &Path, to: &Path, hidden: &[String]) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if hidden.iter().any(|log| name.contains(log)) {
            continue;
        }
        let target = to.join(&name);
        if path.is_dir() {
            mirror(&path, &target, hidden);
        } else if !target.exists() {
            fs::copy(&path, &target).unwrap();
        }
    }
}
