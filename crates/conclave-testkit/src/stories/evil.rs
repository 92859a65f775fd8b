//! Somebody who writes whatever may help.

use conclave_core::{
    entry::Entry,
    id::{EntryHash, UserId},
};

use super::{Act, Story};

impl Story {
    /// Up to `acts` entries by a person's devices: further ones, forks at old places, forks that
    /// continue a fork, device entries. They are taken out of the story: some replica may hold
    /// them.
    pub fn evil(&mut self, user: UserId, acts: usize, forks: bool) -> Vec<Entry> {
        let (from, heads) = (self.entries.len(), self.heads());
        let devices = self.devices.get(&user).cloned().unwrap_or_default();
        let mine: Vec<(u64, EntryHash)> = self
            .entries
            .iter()
            .filter(|entry| devices.contains(&entry.device()) && entry.seq() > 0)
            .filter_map(|entry| Some((entry.seq() - 1, entry.header.prev?)))
            .collect();
        let mut last: Option<(u64, EntryHash)> = None;
        for _ in 0..acts {
            let after = match last {
                Some(last) if forks && self.chance(50) => Some(last),
                _ if forks && self.chance(70) => self.pick(&mine),
                _ => None,
            };
            let acts = [
                Act::Grant,
                Act::Revoke,
                Act::RemoveUser,
                Act::ItemRev,
                Act::ScopeCreate,
                Act::DeviceAdd,
                Act::DeviceRevoke,
            ];
            let act = self.pick(&acts);
            // A fork is the same device's: who else could follow the entry?
            let device = after.and_then(|(_, hash)| self.writer_of(hash));
            let all = match device {
                Some(device) => self.devices.insert(user, vec![device]),
                None => None,
            };
            let written = self.step(Some(user), act, after);
            if let Some(mut all) = all {
                let added = self.devices.remove(&user).unwrap_or_default();
                all.extend(
                    added
                        .into_iter()
                        .filter(|d| Some(*d) != device && !devices.contains(d)),
                );
                self.devices.insert(user, all);
            }
            if let Some(hash) = written {
                last = Some((self.entry(hash).seq(), hash));
            }
        }
        self.take_back(from, heads)
    }

    /// The device that wrote an entry, or the one that follows it where the entry is not here.
    fn writer_of(&self, hash: EntryHash) -> Option<conclave_core::id::DeviceId> {
        let named = |entry: &&Entry| entry.hash == hash || entry.header.prev == Some(hash);
        self.entries.iter().find(named).map(Entry::device)
    }
}
