//! Know: the least fixpoint over what entries prove about who can hold which key.
//!
//! A device may know an epoch's key if it wrote the epoch; if it may know the key of a box that
//! was published for it, by a device that may know it itself; or if it may know a later epoch that
//! holds the key as a parent, whose author may know it itself. Quarantined and void entries count:
//! a box opens whatever its entry is worth. Boxes and children by devices that cannot hold the key
//! count for nothing, or outsiders could spoil any epoch.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::{
    authority::Keys,
    body::Recipient,
    id::{DeviceId, EntryHash},
};

/// What an epoch gains once a certain device may know it.
enum Gain {
    /// A device.
    Device(DeviceId),
    /// Everybody who may know this epoch, now or later.
    Knowers(usize),
}

struct Fixpoint {
    know: Vec<BTreeSet<DeviceId>>,
    /// From an epoch to those that its knowers know too.
    links: Vec<HashSet<usize>>,
    /// What waits for a device to know an epoch.
    waiting: HashMap<(usize, DeviceId), Vec<Gain>>,
    todo: Vec<(usize, DeviceId)>,
}

/// For each epoch, by its place among the rows, the devices that may know it. Every (epoch,
/// device) and every link is met once.
pub(super) fn fixpoint(
    keys: &Keys,
    by_hash: &HashMap<EntryHash, usize>,
) -> Vec<BTreeSet<DeviceId>> {
    let mut waiting: HashMap<(usize, DeviceId), Vec<Gain>> = HashMap::new();
    for sealed in &keys.boxes {
        let Some(&epoch) = by_hash.get(&sealed.epoch) else {
            continue;
        };
        let gain = match (sealed.recipient, sealed.key) {
            (Recipient::Device(device), None) => Gain::Device(device),
            (_, Some(key)) => match by_hash.get(&key) {
                Some(&key) => Gain::Knowers(key),
                None => continue,
            },
            // A person or a group without an epoch: sealed to no key that anybody could look up.
            (Recipient::User(_) | Recipient::Group(_), None) => continue,
        };
        waiting.entry((epoch, sealed.by)).or_default().push(gain);
    }
    for (child, row) in keys.epochs.iter().enumerate() {
        for parent in row.parents.iter().filter_map(|parent| by_hash.get(parent)) {
            waiting
                .entry((*parent, row.by))
                .or_default()
                .push(Gain::Knowers(child));
        }
    }
    let mut fixpoint = Fixpoint {
        know: vec![BTreeSet::new(); keys.epochs.len()],
        links: vec![HashSet::new(); keys.epochs.len()],
        waiting,
        todo: Vec::new(),
    };
    for (epoch, row) in keys.epochs.iter().enumerate() {
        fixpoint.learn(epoch, row.by);
    }
    fixpoint.run();
    fixpoint.know
}

impl Fixpoint {
    fn learn(&mut self, epoch: usize, device: DeviceId) {
        if self
            .know
            .get_mut(epoch)
            .is_some_and(|know| know.insert(device))
        {
            self.todo.push((epoch, device));
        }
    }

    fn run(&mut self) {
        while let Some((epoch, device)) = self.todo.pop() {
            for gain in self.waiting.remove(&(epoch, device)).unwrap_or_default() {
                match gain {
                    Gain::Device(device) => self.learn(epoch, device),
                    Gain::Knowers(of) => self.link(of, epoch),
                }
            }
            let further: Vec<usize> = self
                .links
                .get(epoch)
                .into_iter()
                .flatten()
                .copied()
                .collect();
            for epoch in further {
                self.learn(epoch, device);
            }
        }
    }

    /// Whoever may know `from` may know `to` from now on.
    fn link(&mut self, from: usize, to: usize) {
        if self
            .links
            .get_mut(from)
            .is_some_and(|links| links.insert(to))
        {
            let known: Vec<DeviceId> = self.know.get(from).into_iter().flatten().copied().collect();
            for device in known {
                self.learn(to, device);
            }
        }
    }
}
