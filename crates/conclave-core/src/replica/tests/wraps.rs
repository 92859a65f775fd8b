//! Which of many wraps is tried first.

use super::{
    removal::{meet, three, user_of, write},
    *,
};
use crate::{
    body::{Wrap, WrapAdd},
    cbor,
    kind::Kind,
};

#[test]
fn hostile_21_a_readers_flood_of_wraps_stands_behind_those_of_who_stands_above() {
    let (mut ana, mut mara, mut jonas, vault) = three();
    let item = write(&mut mara, None, vault, b"shared");
    meet(&mut [&mut ana, &mut mara, &mut jonas]);
    let user = user_of(&jonas);
    ana.replica
        .share_item(item, user, Role::Viewer, None, 21, &mut ana.rng)
        .unwrap();
    meet(&mut [&mut ana, &mut mara, &mut jonas]);
    let scope = ana.replica.item_scopes(item)[0];
    let head = ana.replica.item(&item).unwrap().heads[0];
    let under = jonas.replica.best(|g| g.scope == scope);
    let epoch = jonas.replica.usable_epoch(scope).unwrap();
    for n in 0..9 {
        let wrapped = [n; 136];
        let add = WrapAdd {
            revision: head,
            wraps: vec![Wrap::Held {
                scope,
                epoch,
                wrapped,
            }],
        };
        let mut draft = jonas.replica.draft(Kind::WrapAdd, under, 30);
        draft.control = Some(cbor::encode(&add));
        jonas.replica.append(draft).unwrap();
    }
    ana.receive(&jonas.flush());
    let revision = ana.replica.revision(&head).unwrap();
    let wraps = ana.replica.wraps(&revision);
    let open = |wrap: &&Wrap| ana.replica.open_wrap(&revision, wrap).is_some();
    assert_eq!(wraps.iter().take_while(|wrap| open(wrap)).count(), 2);
    assert_eq!(wraps.len(), 11);
}
