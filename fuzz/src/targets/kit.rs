//! What a recovery kit finds.

use std::hint::black_box;

use conclave_core::{entry::MAX_SEEN, replica::KitPointer};
use conclave_crypto::{
    Pad,
    env::{self, Ctx},
    label,
};

use crate::world::{rng, world};

/// A kit's `inv/<id>` as a file.
pub(crate) fn pointer(data: &[u8]) {
    let w = world();
    if let Ok(found) = KitPointer::open(&w.kit, data) {
        assert_eq!(found.team(), w.team, "forged");
    }
}

/// Ana's.
pub(crate) fn pointers() -> Vec<Vec<u8>> {
    let w = world();
    vec![KitPointer::of(&w.ana, "Northwind", "Ana", 1, &[]).seal(&w.kit, &mut rng(4))]
}

/// What is in it, sealed by somebody who holds the kit.
pub(crate) fn pointer_body(data: &[u8]) {
    let w = world();
    let file = env::seal(&w.kit.finding(), &ctx(), Pad::Padme, data, &mut rng(5));
    if let Ok(found) = KitPointer::open(&w.kit, &file) {
        bounded(&found);
    }
}

/// A pointer that was accepted: no longer than the format allows, and a device can begin with it.
pub(super) fn bounded(found: &KitPointer) {
    assert!(found.heads.len() <= MAX_SEEN, "more heads than allowed");
    match found.new_device(9, &mut rng(6)) {
        Ok(device) => assert_eq!(device.team(), found.team(), "a device of another team"),
        Err(refused) => drop(black_box(refused)),
    }
}

/// What is in Ana's.
pub(crate) fn pointer_bodies() -> Vec<Vec<u8>> {
    let open = |sealed: Vec<u8>| env::open(&world().kit.finding(), &ctx(), Pad::Padme, &sealed);
    let plain = pointers()
        .into_iter()
        .filter_map(|sealed| open(sealed).ok());
    plain.map(|plain| plain.to_vec()).collect()
}

/// docs/format.md, "A kit comes back".
fn ctx() -> Ctx {
    let place = KitPointer::place(&world().kit);
    Ctx::new(label::KIT_POINTER, &[place.as_bytes()])
}
