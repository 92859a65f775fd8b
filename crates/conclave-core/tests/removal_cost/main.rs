//! What a removal costs: boxes for those who stay, and nothing for the items. One test, so that
//! nothing else in the process counts.
#![allow(clippy::unwrap_used, reason = "a test may stop loudly")]

use conclave_core::{
    id::{InviteId, UserId},
    replica::{Founding, Introduction, OfferedVault, Replica, found, joiner, offer_from},
    role::Role,
};
use conclave_crypto::{InviteCodeKey, KdfParams, meter};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

const PEOPLE: u8 = 4;
const VAULTS: u64 = 3;

/// Seals of a removal from a team of [`PEOPLE`] in [`VAULTS`] vaults with so many items each.
fn seals(items: usize) -> u64 {
    let mut rng = ChaCha20Rng::seed_from_u64(7);
    let founding = Founding {
        team: "Northwind".into(),
        person: "Ana".into(),
        colour: 1,
        device: "desk".into(),
        personal: "Personal".into(),
        wall_ms: 1,
    };
    let (mut ana, _, _) = found(&founding, &mut rng).unwrap();
    let vaults: Vec<_> = (0..VAULTS)
        .map(|_| ana.create_vault("Vault", 1, 2, &mut rng).unwrap())
        .collect();
    for vault in &vaults {
        for _ in 0..items {
            ana.write_item(None, *vault, vec![], 1, b"secret", 3, &mut rng)
                .unwrap();
        }
    }
    let mut joined: Vec<UserId> = Vec::new();
    for n in 1..PEOPLE {
        joined.push(let_in(&mut ana, n, &vaults, &mut rng));
    }
    let (team, before) = (ana.team_scope(), meter::snapshot());
    let _ = ana.take_written();
    ana.remove_user(*joined.first().unwrap(), team, 9, &mut rng)
        .unwrap();
    meter::snapshot().since(before).kem_seals
}

fn let_in(
    ana: &mut Replica,
    n: u8,
    vaults: &[conclave_core::id::ScopeId],
    rng: &mut ChaCha20Rng,
) -> UserId {
    let invite = InviteId::new([n; 32]);
    let params = KdfParams::insecure_for_tests();
    let code = InviteCodeKey::derive(b"six words", invite.as_bytes(), params).unwrap();
    let offered = vaults.iter().map(|scope| OfferedVault {
        scope: *scope,
        name: "Vault".into(),
    });
    let names = ("Northwind", "Ana", "Somebody");
    let offer = offer_from(ana, names, Role::Editor, offered.collect(), 99).unwrap();
    ana.invite(invite, &code, &offer, rng, 4).unwrap();
    let who = Introduction {
        person: "Somebody",
        colour: 2,
        device: "lap",
        os: "linux",
        wall_ms: 5,
    };
    let mut asks = joiner(&offer, invite, &code, &who, rng).unwrap();
    let theirs = asks.replica.take_written();
    ana.insert(theirs.into_iter().map(|w| w.entry));
    let request = ana.open_request(invite, &asks.request).unwrap();
    ana.admit(&request, Role::Editor, vaults, 6, rng).unwrap();
    request.user
}

#[test]
fn p9_a_removal_seals_once_for_each_who_stays_in_each_scope_and_never_for_an_item() {
    let stay = u64::from(PEOPLE) - 1;
    // Each vault, and the directory.
    let expected = (VAULTS + 1) * stay;
    assert_eq!(seals(1), expected);
    assert_eq!(seals(20), expected);
}
