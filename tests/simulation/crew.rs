//! What each device knows, and the parts of the storage between them.

use std::collections::BTreeSet;

use conclave_testkit::rng::below;
use rand_chacha::ChaCha20Rng;

use crate::act::{DEVICES, PARTS};

/// Entries by number, in the order in which they came.
#[derive(Debug, Clone, Default)]
pub(crate) struct Known {
    pub(crate) order: Vec<usize>,
    set: BTreeSet<usize>,
}

impl Known {
    pub(crate) fn add(&mut self, entry: usize) -> bool {
        let new = self.set.insert(entry);
        if new {
            self.order.push(entry);
        }
        new
    }

    pub(crate) fn has(&self, entry: usize) -> bool {
        self.set.contains(&entry)
    }

    fn lose(&mut self, entry: usize) {
        self.set.remove(&entry);
        self.order.retain(|other| *other != entry);
    }
}

/// Devices and storage.
pub(crate) struct Crew {
    pub(crate) devices: Vec<Known>,
    parts: [Known; PARTS],
    at: Vec<usize>,
}

impl Crew {
    /// Everybody in one place, with the same entries.
    pub(crate) fn new(base: usize) -> Self {
        let mut known = Known::default();
        (0..base).for_each(|entry| {
            known.add(entry);
        });
        Self {
            devices: vec![known.clone(); DEVICES],
            parts: core::array::from_fn(|_| known.clone()),
            at: vec![0; DEVICES],
        }
    }

    pub(crate) fn go(&mut self, device: usize, part: usize) {
        self.at[device] = part % PARTS;
    }

    /// Tells and hears: what the storage shows comes in any order, nine of ten at a time. Returns
    /// what is new to the device.
    pub(crate) fn sync(&mut self, device: usize, rng: &mut ChaCha20Rng) -> Vec<usize> {
        let part = &mut self.parts[self.at[device]];
        for entry in &self.devices[device].order {
            part.add(*entry);
        }
        let mut news: Vec<usize> = part.order.clone();
        news.retain(|entry| !self.devices[device].has(*entry) && below(rng, 10) > 0);
        for end in (1..news.len()).rev() {
            news.swap(end, below(rng, end + 1));
        }
        for entry in &news {
            self.devices[device].add(*entry);
        }
        news
    }

    /// The storage forgets something; whoever has it puts it back with the next sync.
    pub(crate) fn lose(&mut self, device: usize, rng: &mut ChaCha20Rng) {
        let part = &mut self.parts[self.at[device]];
        for _ in 0..4 {
            let entry = part.order.get(below(rng, part.order.len())).copied();
            entry.into_iter().for_each(|entry| part.lose(entry));
        }
    }

    /// The parts become one again, and everybody hears everything. Returns what is new to each.
    pub(crate) fn heal(&mut self, rng: &mut ChaCha20Rng) -> Vec<Vec<usize>> {
        let mut all: Vec<usize> = self
            .devices
            .iter()
            .chain(&self.parts)
            .flat_map(|known| known.order.iter().copied())
            .collect();
        all.sort_unstable();
        all.dedup();
        let mut told = Vec::new();
        for device in &mut self.devices {
            let mut news = all.clone();
            news.retain(|entry| !device.has(*entry));
            for end in (1..news.len()).rev() {
                news.swap(end, below(rng, end + 1));
            }
            for entry in &news {
                device.add(*entry);
            }
            told.push(news);
        }
        for part in &mut self.parts {
            all.iter().for_each(|entry| {
                part.add(*entry);
            });
        }
        told
    }
}
