//! Asking to leave: who may, who sees it, and that only a removal answers it.

use super::{
    removal::{meet, user_of},
    *,
};
use crate::replica::NoLeave;

#[test]
fn a_request_to_leave_waits_for_a_removal() {
    let mut ana = ana();
    let (mut mara, _) = join(&mut ana, "Mara", &[], 71);
    let (mut jonas, _) = join(&mut ana, "Jonas", &[], 72);
    meet(&mut [&mut ana, &mut mara, &mut jonas]);
    let user = user_of(&mara);
    assert_eq!(ana.replica.may_leave(), Err(NoLeave::LastOwner));
    assert!(ana.replica.leave(20).is_err());

    mara.replica.leave(21).unwrap();
    // Asked twice, said once.
    mara.replica.leave(22).unwrap();
    assert_eq!(mara.flush().len(), 1);
    meet(&mut [&mut ana, &mut mara, &mut jonas]);
    for person in [&ana, &mara, &jonas] {
        assert_eq!(person.replica.leaving(), [(user, 21)]);
        assert!(!person.replica.is_out(user));
    }
    let team = ana.replica.team_scope();
    assert!(ana.replica.may_remove(user, team).is_ok());
    ana.replica
        .remove_user(user, team, 30, &mut ana.rng)
        .unwrap();
    meet(&mut [&mut ana, &mut mara, &mut jonas]);
    assert!(ana.replica.leaving().is_empty() && mara.replica.is_out(user));
    assert_eq!(mara.replica.may_leave(), Err(NoLeave::NotHere));
    // Somebody who is taken in again asks no more.
    ana.replica
        .grant(user, team, Role::Viewer, None, 40, &mut ana.rng)
        .unwrap();
    meet(&mut [&mut ana, &mut mara, &mut jonas]);
    assert!(ana.replica.leaving().is_empty() && mara.replica.leaving().is_empty());
}

#[test]
fn whoever_stands_first_has_nobody_to_confirm_it() {
    let mut ana = ana();
    let (mut mara, _) = join(&mut ana, "Mara", &[], 73);
    let (team, user) = (ana.replica.team_scope(), user_of(&mara));
    ana.replica
        .change_role(user, team, Role::Owner, 20, &mut ana.rng)
        .unwrap();
    meet(&mut [&mut ana, &mut mara]);
    assert_eq!(ana.replica.may_leave(), Err(NoLeave::NobodyAbove));
    assert_eq!(mara.replica.may_leave(), Ok(()));
}
