//! Groups: one key for whoever joins, everything gone for whoever leaves.

use super::{
    removal::{boxes, meet, user_of, write},
    *,
};

/// Ana with so many vaults granted to a group of hers and Mara's, and Jonas in the team alone.
fn team_with_group(vaults: usize, role: Role) -> (Person, Person, Person, ScopeId, Vec<ScopeId>) {
    let mut ana = ana();
    let (mut mara, _) = join(&mut ana, "Mara", &[], 51);
    let (mut jonas, _) = join(&mut ana, "Jonas", &[], 52);
    meet(&mut [&mut ana, &mut mara, &mut jonas]);
    let group = ana
        .replica
        .create_group("Operations", 2, 20, &mut ana.rng)
        .unwrap();
    ana.replica
        .add_member(group, user_of(&mara), 21, &mut ana.rng)
        .unwrap();
    let vaults: Vec<ScopeId> = (0..vaults)
        .map(|_| {
            let vault = ana.replica.create_vault("Vault", 1, 22, &mut ana.rng);
            let vault = vault.unwrap();
            let who = Who::Group(group);
            ana.replica
                .grant(who, vault, role, None, 23, &mut ana.rng)
                .unwrap();
            vault
        })
        .collect();
    meet(&mut [&mut ana, &mut mara, &mut jonas]);
    (ana, mara, jonas, group, vaults)
}

#[test]
fn whoever_joins_a_group_is_boxed_one_key_whatever_it_opens() {
    for vaults in [1, 5] {
        let (mut ana, mut mara, mut jonas, group, vaults) = team_with_group(vaults, Role::Viewer);
        let items: Vec<ItemId> = vaults
            .iter()
            .map(|vault| write(&mut ana, None, *vault, b"before Jonas"))
            .collect();
        ana.flush();
        ana.replica
            .add_member(group, user_of(&jonas), 30, &mut ana.rng)
            .unwrap();
        assert_eq!(boxes(&ana.flush()), 1, "{} vaults", vaults.len());
        meet(&mut [&mut ana, &mut mara, &mut jonas]);
        for item in &items {
            assert_eq!(jonas.read(*item).unwrap(), b"before Jonas");
            assert_eq!(mara.read(*item).unwrap(), b"before Jonas");
        }
        // Nobody finds anything left to box.
        for person in [&mut ana, &mut mara, &mut jonas] {
            let rng = &mut person.rng;
            assert_eq!(person.replica.reconcile(40, rng).unwrap(), 0);
        }
        assert!(jonas.names().contains(&"Operations".to_owned()));
    }
}

#[test]
fn whoever_leaves_a_group_reads_nothing_new_and_their_edits_stay() {
    let (mut ana, mut mara, mut jonas, group, vaults) = team_with_group(2, Role::Editor);
    let theirs = write(&mut mara, None, vaults[0], b"by Mara");
    meet(&mut [&mut ana, &mut mara, &mut jonas]);
    ana.replica
        .remove_member(group, user_of(&mara), 30, &mut ana.rng)
        .unwrap();
    let late = write(&mut mara, None, vaults[1], b"beyond");
    let new: Vec<ItemId> = vaults
        .iter()
        .map(|vault| write(&mut ana, None, *vault, b"without Mara"))
        .collect();
    let edited = write(&mut ana, Some(theirs), vaults[0], b"by Ana");
    meet(&mut [&mut ana, &mut mara, &mut jonas]);
    assert_eq!(edited, theirs);
    assert_eq!(ana.read(theirs).unwrap(), b"by Ana");
    assert_eq!(ana.replica.item_nodes(&theirs).len(), 2);
    for item in &new {
        assert!(mara.read(*item).is_none());
        assert!(ana.read(*item).is_some());
    }
    assert!(mara.read(theirs).is_none(), "the newer version is not hers");
    assert!(ana.replica.item(&late).is_none_or(|i| i.heads.is_empty()));
    assert_eq!(ana.replica.quarantined().len(), 1);
    assert!(mara.replica.vaults().iter().all(|vault| vault.personal));
    assert_eq!(ana.replica.members(group), [user_of(&ana)]);
}

#[test]
fn what_is_taken_from_a_group_is_gone_for_its_members_and_their_edits_stay() {
    let (mut ana, mut mara, mut jonas, group, vaults) = team_with_group(2, Role::Editor);
    let theirs = write(&mut mara, None, vaults[0], b"by Mara");
    meet(&mut [&mut ana, &mut mara, &mut jonas]);
    let who = Who::Group(group);
    ana.replica
        .revoke(who, vaults[0], 30, &mut ana.rng)
        .unwrap();
    let after = write(&mut ana, None, vaults[0], b"after");
    let other = write(&mut ana, None, vaults[1], b"still theirs");
    meet(&mut [&mut ana, &mut mara, &mut jonas]);
    assert_eq!(ana.read(theirs).unwrap(), b"by Mara");
    assert!(ana.replica.quarantined().is_empty());
    assert!(mara.read(after).is_none());
    assert_eq!(mara.read(other).unwrap(), b"still theirs");
}

#[test]
fn removing_somebody_from_the_team_ends_their_memberships() {
    let (mut ana, mut mara, mut jonas, group, vaults) = team_with_group(2, Role::Viewer);
    let (team, user) = (ana.replica.team_scope(), user_of(&mara));
    ana.replica
        .remove_user(user, team, 30, &mut ana.rng)
        .unwrap();
    let after = write(&mut ana, None, vaults[0], b"after");
    meet(&mut [&mut ana, &mut mara, &mut jonas]);
    assert!(!ana.replica.members(group).contains(&user));
    assert!(mara.read(after).is_none());
}

#[test]
fn a_group_holds_viewer_or_editor_and_people_alone() {
    let (mut ana, _, jonas, group, vaults) = team_with_group(1, Role::Viewer);
    let who = Who::Group(group);
    let team = ana.replica.team_scope();
    for (role, scope) in [
        (Role::Manager, vaults[0]),
        (Role::Guest, vaults[0]),
        (Role::Viewer, group),
    ] {
        let given = ana.replica.grant(who, scope, role, None, 30, &mut ana.rng);
        assert!(given.is_err(), "{role:?}");
    }
    assert!(
        ana.replica
            .add_member(team, user_of(&jonas), 31, &mut ana.rng)
            .is_err()
    );
    let unknown = Who::Group(vaults[0]);
    let given = ana
        .replica
        .grant(unknown, vaults[0], Role::Viewer, None, 32, &mut ana.rng);
    assert!(matches!(given, Err(WriteError::NotFound)));
}

#[test]
fn what_has_expired_is_ended_by_who_manages_it() {
    let (mut ana, mut mara, mut jonas, _, vaults) = team_with_group(1, Role::Viewer);
    let user = user_of(&jonas);
    let vault = vaults[0];
    ana.replica
        .grant(user, vault, Role::Editor, Some(100), 30, &mut ana.rng)
        .unwrap();
    meet(&mut [&mut ana, &mut mara, &mut jonas]);
    let theirs = write(&mut jonas, None, vault, b"by Jonas");
    meet(&mut [&mut ana, &mut mara, &mut jonas]);

    assert_eq!(ana.replica.end_expired(99, &mut ana.rng).unwrap(), 0);
    assert_eq!(mara.replica.end_expired(100, &mut mara.rng).unwrap(), 0);
    assert_eq!(jonas.replica.end_expired(100, &mut jonas.rng).unwrap(), 0);
    assert_eq!(ana.replica.end_expired(100, &mut ana.rng).unwrap(), 1);
    let after = write(&mut ana, None, vault, b"after");
    meet(&mut [&mut ana, &mut mara, &mut jonas]);
    assert!(jonas.read(after).is_none());
    assert_eq!(ana.read(theirs).unwrap(), b"by Jonas");
    assert_eq!(ana.replica.end_expired(101, &mut ana.rng).unwrap(), 0);
}

#[test]
fn a_grant_that_cannot_be_ended_keeps_no_other_from_its_end() {
    let (mut ana, mut mara, mut jonas, _, vaults) = team_with_group(1, Role::Viewer);
    let (vault, team) = (vaults[0], ana.replica.team_scope());
    let manager = Role::Manager;
    ana.replica
        .grant(user_of(&mara), vault, manager, None, 30, &mut ana.rng)
        .unwrap();
    meet(&mut [&mut ana, &mut mara, &mut jonas]);
    let until = Some(100);
    mara.replica
        .grant(
            user_of(&jonas),
            vault,
            Role::Viewer,
            until,
            31,
            &mut mara.rng,
        )
        .unwrap();
    let over = mara.replica.expired(100);
    assert_eq!(over.len(), 1);
    let live = mara.replica.rights().live_grants();
    // Nobody ends what somebody senior has.
    let owner = live.iter().find(|grant| {
        let whose = grant.user == Some(user_of(&ana));
        whose && grant.scope == team && grant.role == Role::Owner
    });
    let all = [owner.unwrap().clone(), over[0].clone()];
    assert_eq!(mara.replica.end_each(&all, 100), 1);
    let live = mara.replica.rights().live_grants();
    assert!(live.iter().any(|grant| grant.id == all[0].id));
    assert!(live.iter().all(|grant| grant.id != all[1].id));
    assert!(mara.replica.expired(100).is_empty());
}
