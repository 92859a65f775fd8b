//! The last-resort sheet: owners gone, an owner gone bad, and what it cannot do.

use super::{
    removal::{meet, three, user_of, write},
    *,
};
use crate::body::{Body, Recipient};

fn sheet() -> Own0Seed {
    founding().2
}

/// Uses the sheet at somebody's computer, which takes in what it said.
fn use_sheet(at: &mut Person, owner: UserId, out: &[UserId]) -> Vec<Written> {
    let rng = &mut at.rng;
    let paper = at.replica.last_resort(&sheet(), owner, out, 60, rng);
    let written = paper.unwrap().take_written();
    at.receive(&written);
    at.replica.reconcile(61, &mut at.rng).unwrap();
    written
}

#[test]
fn a_team_whose_only_owner_is_gone_goes_on_with_another() {
    let (mut ana, mut mara, mut jonas, vault) = three();
    let item = write(&mut ana, None, vault, b"before");
    meet(&mut [&mut ana, &mut mara, &mut jonas]);
    let (gone, owner) = (user_of(&ana), user_of(&mara));
    assert!(mara.replica.last_resorts().is_empty());
    use_sheet(&mut mara, owner, &[gone]);
    meet(&mut [&mut ana, &mut mara, &mut jonas]);

    for person in [&mara, &jonas, &ana] {
        assert_eq!(person.replica.team_role(owner), Some(Role::Owner));
        assert!(person.replica.is_out(gone));
        let used = person.replica.last_resorts();
        let used = used.iter().map(|used| (used.owner, used.at_ms));
        assert_eq!(used.collect::<Vec<_>>(), [(owner, 60)]);
    }
    // All that is new is under keys that the old owner does not have.
    let new = write(&mut jonas, None, vault, b"after");
    meet(&mut [&mut ana, &mut mara, &mut jonas]);
    assert_eq!(mara.read(new).as_deref(), Some(&b"after"[..]));
    assert_eq!(mara.read(item).as_deref(), Some(&b"before"[..]));
    assert_eq!(ana.read(new), None);
    // Nobody was left who could hand on the keys of what only owners read; there are new ones.
    let built_in = [
        mara.replica.rights().audit(),
        mara.replica.rights().admins(),
    ];
    for scope in built_in {
        let epoch = mara.replica.usable_epoch(scope).unwrap();
        assert!(!ana.replica.keyring.holds(&epoch));
        assert!(jonas.replica.scope_key(scope).is_some());
    }
    // She is an owner in deed: she lets people in and takes others out.
    let (lea, _) = join(&mut mara, "Lea", &[], 77);
    let team = mara.replica.team_scope();
    assert_eq!(mara.replica.may_remove(user_of(&lea), team), Ok(()));
    assert_eq!(mara.replica.may_remove(user_of(&jonas), team), Ok(()));
}

#[test]
fn an_owner_who_went_bad_and_took_everybody_out_is_undone() {
    let (mut ana, mut mara, mut jonas, vault) = three();
    let item = write(&mut jonas, None, vault, b"before");
    meet(&mut [&mut ana, &mut mara, &mut jonas]);
    let (bad, owner, team) = (user_of(&ana), user_of(&mara), ana.replica.team_scope());
    for user in [owner, user_of(&jonas)] {
        let removed = ana.replica.remove_user(user, team, 40, &mut ana.rng);
        removed.unwrap();
    }
    meet(&mut [&mut ana, &mut mara, &mut jonas]);
    assert!(mara.replica.is_out(owner));
    assert!(mara.replica.could_own().contains(&owner));

    use_sheet(&mut mara, owner, &[bad]);
    // She learns of it, and takes everybody out once more.
    let again = ana.replica.remove_user(owner, team, 62, &mut ana.rng);
    meet(&mut [&mut ana, &mut mara, &mut jonas]);
    assert!(again.is_err() || ana.replica.is_out(bad));
    for person in [&ana, &mara, &jonas] {
        assert_eq!(person.replica.team_role(owner), Some(Role::Owner));
        assert!(person.replica.is_out(bad));
    }
    // The vault is hers to take up again, with what she could open before.
    let rng = &mut mara.rng;
    mara.replica
        .grant(owner, vault, Role::Manager, None, 63, rng)
        .unwrap();
    meet(&mut [&mut ana, &mut mara, &mut jonas]);
    assert_eq!(mara.read(item).as_deref(), Some(&b"before"[..]));
    let new = write(&mut mara, None, vault, b"after");
    meet(&mut [&mut ana, &mut mara, &mut jonas]);
    assert_eq!(ana.read(new), None);
}

#[test]
fn the_sheet_is_sent_no_key_and_seals_none() {
    let (mut ana, mut mara, mut jonas, _) = three();
    meet(&mut [&mut ana, &mut mara, &mut jonas]);
    let (gone, owner) = (user_of(&ana), user_of(&mara));
    let said = use_sheet(&mut mara, owner, &[gone]);
    let keys = |w: &Written| matches!(w.entry.body, Body::KeyEpoch(_) | Body::KeyBoxAdd(_));
    assert!(!said.iter().any(keys));
    meet(&mut [&mut ana, &mut mara, &mut jonas]);
    let paper = mara.replica.genesis().own0.id();
    for entry in mara.replica.entries() {
        let boxes = match &entry.body {
            Body::KeyEpoch(epoch) => epoch.boxes.as_slice(),
            Body::KeyBoxAdd(add) => add.boxes.as_slice(),
            _ => &[],
        };
        let to = |b: &crate::body::KeyBox| b.recipient == Recipient::Device(paper);
        assert!(!boxes.iter().any(to));
    }
}

#[test]
fn what_the_sheet_is_not_for_is_refused_and_nothing_is_said() {
    let (ana, mut mara, _, _) = three();
    let (gone, owner) = (user_of(&ana), user_of(&mara));
    let mut used = |seed: &Own0Seed, owner, out: &[UserId]| {
        let rng = &mut mara.rng;
        mara.replica.last_resort(seed, owner, out, 60, rng).err()
    };
    let other = Own0Seed::random(&mut ChaCha20Rng::seed_from_u64(9));
    assert!(matches!(
        used(&other, owner, &[gone]),
        Some(WriteError::NotAllowed)
    ));
    assert!(matches!(
        used(&sheet(), owner, &[gone, owner]),
        Some(WriteError::NotAllowed)
    ));
    let nobody = UserId::new([7; 32]);
    assert!(matches!(
        used(&sheet(), nobody, &[]),
        Some(WriteError::NotFound)
    ));
    assert!(matches!(
        used(&sheet(), owner, &[nobody]),
        Some(WriteError::NotFound)
    ));
    assert!(mara.replica.last_resorts().is_empty());
}
