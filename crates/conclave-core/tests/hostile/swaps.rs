//! Row 1: sealed things in the place of others of their kind.

use conclave_core::{
    body::{KeyEpoch, ParentEpoch, Wrap},
    id::{EntryHash, InviteId, ItemId, ScopeId, TeamId},
    kind::Kind,
    replica::{Offer, RequestProblem},
    role::Role,
    sealing::{EpochError, hold_wrap, make_epoch, open_parent, open_wrap, seal_wrap},
};
use conclave_crypto::{ContentKey, ScopeKey};
use conclave_testkit::{people::found_team, rng::seeded};

/// The same wrap with another claim of where it belongs.
fn relabelled(wrap: &Wrap, scope: ScopeId, epoch: EntryHash) -> Wrap {
    match wrap.clone() {
        Wrap::Held { wrapped, .. } => Wrap::Held {
            scope,
            epoch,
            wrapped,
        },
        Wrap::Sealed { enc, ct, .. } => Wrap::Sealed {
            scope,
            epoch,
            enc,
            ct,
        },
    }
}

/// A content key under a scope's key opens as what it was made for: the key alone is not enough.
#[test]
fn hostile_01_a_wrap_opens_under_its_scope_epoch_and_team_alone() {
    let mut rng = seeded(1);
    let (team, item, payload) = (TeamId::new([1; 32]), ItemId::new([2; 32]), [3; 32]);
    let (scope, epoch) = (ScopeId::new([4; 32]), EntryHash::new([5; 32]));
    let (vk, key) = (ScopeKey::random(&mut rng), ContentKey::random(&mut rng));
    let pair = vk.sealing();
    let at = (scope, epoch);
    let held = hold_wrap(team, item, &payload, (at.0, at.1, &vk), &key, &mut rng);
    let under = (at.0, at.1, pair.public());
    let sealed = seal_wrap(team, item, &payload, under, &key, &mut rng).unwrap();
    for wrap in [held, sealed] {
        assert!(open_wrap(team, item, &payload, &wrap, &vk).is_ok());
        for (scope, epoch) in [
            (ScopeId::new([9; 32]), epoch),
            (scope, EntryHash::new([9; 32])),
        ] {
            let moved = relabelled(&wrap, scope, epoch);
            assert!(open_wrap(team, item, &payload, &moved, &vk).is_err());
        }
        let elsewhere = TeamId::new([9; 32]);
        assert!(open_wrap(elsewhere, item, &payload, &wrap, &vk).is_err());
        let other = ItemId::new([9; 32]);
        assert!(open_wrap(team, other, &payload, &wrap, &vk).is_err());
    }
}

/// The key of an earlier epoch inside a later one: as another parent's, in another generation,
/// scope or team it does not open, also where it is the key that is asked for.
#[test]
fn hostile_01_a_parents_key_opens_in_its_place_alone() {
    let mut rng = seeded(2);
    let (team, scope) = (TeamId::new([1; 32]), ScopeId::new([2; 32]));
    let [(one, key_one), (two, key_two)] =
        [(); 2].map(|()| make_epoch(team, scope, 1, &[], &[], &mut rng).unwrap());
    let hashes = [EntryHash::new([3; 32]), EntryHash::new([4; 32])];
    let parents = [(hashes[0], &key_one), (hashes[1], &key_two)];
    let (child, key) = make_epoch(team, scope, 2, &parents, &[], &mut rng).unwrap();
    for (parent, body) in child.parents.iter().zip([&one, &two]) {
        assert!(open_parent(team, &child, &key, parent, body).is_ok());
    }
    let swapped = ParentEpoch {
        epoch: hashes[0],
        wrapped: child.parents[1].wrapped,
    };
    let other_generation = KeyEpoch {
        generation: 3,
        ..child.clone()
    };
    let other_scope = KeyEpoch {
        scope: ScopeId::new([9; 32]),
        ..child.clone()
    };
    let first = &child.parents[0];
    let refused = [
        open_parent(team, &child, &key, &swapped, &one),
        open_parent(team, &child, &key, &swapped, &two),
        open_parent(team, &other_generation, &key, first, &one),
        open_parent(team, &other_scope, &key, first, &one),
        open_parent(TeamId::new([9; 32]), &child, &key, first, &one),
    ];
    for (n, opened) in refused.into_iter().enumerate() {
        // It does not open at all: what is inside is never looked at.
        assert!(matches!(opened, Err(EpochError::Open(_))), "{n}");
    }
}

/// Every sealed body that a team has, in the place of every other of its kind: names of people,
/// devices and vaults, receipts, items and their revisions.
#[test]
fn hostile_01_no_sealed_body_opens_for_another_entry() {
    let mut ana = found_team(3).person;
    let vaults = [ana.vault("Production"), ana.vault("Staging")];
    let (_, _) = ana.join("Mara", Role::Editor, &vaults);
    for vault in vaults {
        let (item, _) = ana.write(vault, b"the same text");
        ana.edit(item, b"the same text");
    }
    let now = ana.tick();
    for _ in 0..2 {
        let rng = &mut ana.rng;
        ana.replica.write_receipt(&"copied", now, rng).unwrap();
    }
    ana.flush();
    let opens = |kind, hash: &EntryHash, sealed: &[u8]| match kind {
        Kind::Profile => ana.replica.open_record(hash, sealed).is_some(),
        Kind::Audit => ana.replica.open_receipt(hash, sealed).is_some(),
        _ => ana.replica.open_revision(hash, sealed).is_some(),
    };
    let kinds = [(Kind::Profile, 6), (Kind::Audit, 2), (Kind::ItemRev, 4)];
    for (kind, least) in kinds {
        let of_kind = ana.replica.entries().filter(|e| e.kind() == Some(kind));
        let all: Vec<EntryHash> = of_kind.map(|e| e.hash).collect();
        let mut right = 0;
        for hash in &all {
            for (of, sealed) in &ana.bodies {
                let opened = opens(kind, hash, sealed);
                assert!(!opened || of == hash, "{kind:?}");
                right += usize::from(opened);
            }
        }
        assert!(right >= least && right == all.len(), "{kind:?}: {right}");
    }
}

/// An offer under another number or team, and a request that answers another invitation.
#[test]
fn hostile_01_offers_and_requests_belong_to_one_invitation() {
    let mut ana = found_team(4).person;
    let vault = ana.vault("Production");
    let one = ana.invite("Mara", Role::Editor, &[vault]);
    let two = ana.invite("Jonas", Role::Viewer, &[vault]);
    let team = ana.replica.team();
    let open = |team, invite: InviteId| Offer::open(team, invite, &one.code, &one.blob).is_ok();
    assert!(open(team, one.invite));
    assert!(!open(team, two.invite));
    assert!(!open(TeamId::new([9; 32]), one.invite));
    let (mara, asked, _) = ana.answer(&one, "Mara");
    let request = ana.replica.open_request(one.invite, &asked).unwrap();
    assert_eq!(request.user, mara.user());
    let elsewhere = ana.replica.open_request(two.invite, &asked);
    assert_eq!(elsewhere.err(), Some(RequestProblem::Unreadable));
}
