//! Map keys that a later version added, kept as they came.
//!
//! An older app that edits a newer app's item must not lose what it does not understand
//! (docs/format/items.md, "Payload").

use core::fmt;
use std::collections::BTreeMap;

use zeroize::Zeroizing;

/// Raw deterministic CBOR by unknown key, wiped when dropped.
#[derive(Default, PartialEq, Eq)]
pub(super) struct Unknown(BTreeMap<u64, Zeroizing<Vec<u8>>>);

impl Unknown {
    /// How many keys.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The keys with their values as they are stored, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u64, &[u8])> {
        self.0.iter().map(|(key, raw)| (*key, raw.as_slice()))
    }

    /// One value as it is stored.
    pub(super) fn get(&self, key: u64) -> Option<&[u8]> {
        self.0.get(&key).map(|raw| raw.as_slice())
    }

    /// Sets or removes one value.
    pub(super) fn set(&mut self, key: u64, raw: Option<&[u8]>) {
        match raw {
            Some(raw) => drop(self.0.insert(key, Zeroizing::new(raw.to_vec()))),
            None => drop(self.0.remove(&key)),
        }
    }

    /// A second copy, which wipes itself as well.
    pub(super) fn duplicate(&self) -> Self {
        Self(
            self.0
                .iter()
                .map(|(key, raw)| (*key, raw.clone()))
                .collect(),
        )
    }
}

impl fmt::Debug for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
