//! The team's scope keys, opened out of its boxes as a device opens them. A replica tells none, and
//! what seals a plaintext as a member could needs them.

use std::collections::BTreeMap;

use conclave_core::{
    body::{Body, KeyBox, KeyEpoch},
    entry::Entry,
    id::EntryHash,
    replica::Replica,
    sealing::open_box,
};
use conclave_crypto::ScopeKey;

/// Scope keys by the epoch that announced them.
pub(crate) type Keys = BTreeMap<EntryHash, ScopeKey>;

/// Every key that came in a box which this replica's device opens, itself or by such a key.
pub(crate) fn scope_keys(replica: &Replica) -> Keys {
    let mut keys = Keys::new();
    let entries: Vec<&Entry> = replica.entries().collect();
    let epoch_of = |hash: &EntryHash| -> Option<&KeyEpoch> {
        match &entries.iter().find(|entry| entry.hash == *hash)?.body {
            Body::KeyEpoch(epoch) => Some(epoch),
            _ => None,
        }
    };
    loop {
        let before = keys.len();
        for entry in &entries {
            let (hash, boxes) = match &entry.body {
                Body::KeyEpoch(epoch) => (entry.hash, &epoch.boxes),
                Body::KeyBoxAdd(add) => (add.epoch, &add.boxes),
                _ => continue,
            };
            let open = |sealed: &KeyBox| {
                let by = match &sealed.key {
                    None => replica.me().seed.sealing(),
                    Some(by) => keys.get(by)?.sealing(),
                };
                open_box(replica.team(), epoch_of(&hash)?, sealed, &by).ok()
            };
            if !keys.contains_key(&hash)
                && let Some(key) = boxes.iter().find_map(open)
            {
                keys.insert(hash, key);
            }
        }
        if keys.len() == before {
            return keys;
        }
    }
}
