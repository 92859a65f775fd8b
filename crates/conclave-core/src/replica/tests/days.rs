//! Days on which access ends: whose device turns one that is over into an end.

use super::{
    guests::with_guest,
    removal::{meet, three, user_of},
    *,
};

/// What a junior says to end a senior ends nothing, and would stay in the log.
#[test]
fn who_stands_below_a_grant_that_ran_out_says_nothing_of_it() {
    let (mut ana, mut mara, mut jonas, vault) = three();
    for (user, until) in [(user_of(&mara), Some(100)), (user_of(&jonas), None)] {
        ana.replica
            .grant(user, vault, Role::Manager, until, 30, &mut ana.rng)
            .unwrap();
    }
    meet(&mut [&mut ana, &mut mara, &mut jonas]);
    assert_eq!(jonas.replica.expired(100), []);
    assert_eq!(jonas.replica.end_expired(100, &mut jonas.rng).unwrap(), 0);
    assert!(jonas.flush().is_empty());
    assert_eq!(ana.replica.end_expired(100, &mut ana.rng).unwrap(), 1);
}

/// A word that did not count keeps nobody from saying it again when it does.
#[test]
fn what_was_ended_in_vain_is_ended_again() {
    let (mut ana, mut mara, mut gus, [vault, _]) = with_guest();
    let m = user_of(&mara);
    let manages = |ana: &mut Person, at| {
        let (role, rng) = (Role::Manager, &mut ana.rng);
        let given = ana.replica.grant(m, vault, role, None, at, rng);
        given.unwrap();
    };
    manages(&mut ana, 30);
    meet(&mut [&mut ana, &mut mara, &mut gus]);
    // Ana takes her out of the vault before she has seen what Mara says.
    ana.replica.revoke(m, vault, 40, &mut ana.rng).unwrap();
    assert_eq!(mara.replica.end_expired(50, &mut mara.rng).unwrap(), 1);
    meet(&mut [&mut ana, &mut mara, &mut gus]);
    assert_eq!(mara.replica.expired(51), []);
    manages(&mut ana, 51);
    meet(&mut [&mut ana, &mut mara, &mut gus]);
    assert_eq!(mara.replica.end_expired(52, &mut mara.rng).unwrap(), 1);
    meet(&mut [&mut ana, &mut mara, &mut gus]);
    assert_eq!(ana.replica.expired(53), []);
}

/// One that nobody vouches for yet, and one that was ended.
#[test]
fn a_device_whose_word_does_not_count_says_nothing_of_a_day_that_is_over() {
    let (mut ana, mut mara, mut gus, _) = with_guest();
    let mut lap = further_device(&mut ana, 91);
    lap.flush();
    let (device, keys) = (lap.replica.device(), lap.replica.own_keys());
    let says_nothing = |lap: &mut Person| {
        assert_eq!(lap.replica.end_expired(50, &mut lap.rng).unwrap(), 0);
        assert!(lap.flush().is_empty());
    };
    meet(&mut [&mut ana, &mut mara, &mut gus, &mut lap]);
    says_nothing(&mut lap);
    ana.replica.add_device(keys, 40, &mut ana.rng).unwrap();
    meet(&mut [&mut ana, &mut mara, &mut gus, &mut lap]);
    assert_eq!(lap.replica.expired(50).len(), 1);
    ana.replica.revoke_device(device, 41, &mut ana.rng).unwrap();
    meet(&mut [&mut ana, &mut mara, &mut gus, &mut lap]);
    says_nothing(&mut lap);
    assert_eq!(ana.replica.end_expired(50, &mut ana.rng).unwrap(), 1);
}
