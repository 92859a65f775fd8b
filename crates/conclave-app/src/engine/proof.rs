//! The proof behind a stop, as Details show it: what was seen, of which change, from when.

use conclave_core::{
    entry::Entry,
    id::{EntryHash, LogId},
};
use conclave_sync::Stop;

use super::Engine;
use crate::api::{Text, sync::StopFact};

impl Engine {
    /// The facts of a stop; what is not known here is left out.
    pub(crate) fn proof(&self, stop: Stop) -> Vec<StopFact> {
        let log = match stop {
            Stop::Fork { log } => log,
            _ => self.replica.chain().place().log,
        };
        let end = self.replica.ends().get(&log).copied();
        let here = end.and_then(|(_, hash)| self.fact("stop_fact_here", &hash));
        let parts = self.replica.rights().forks().get(&log).copied();
        let (part, other) = parts.map_or((None, None), |seq| {
            let hashes = self.replica.hashes_at(log, seq);
            let other = hashes.iter().find(|hash| !self.leads_to_end(log, hash));
            let other = other.and_then(|hash| self.fact("stop_fact_storage", hash));
            (self.part(log, seq), other)
        });
        part.into_iter().chain(here).chain(other).collect()
    }

    /// Whose log it is, and the last change that both histories share.
    fn part(&self, log: LogId, seq: u64) -> Option<StopFact> {
        let before = seq.checked_sub(1)?;
        let hash = self.replica.hashes_at(log, before).first()?;
        let entry = self.replica.entry(hash)?;
        let owner = self.replica.rights().user_of(entry.device());
        let named = owner.and_then(|user| self.names.person(user));
        let mut fact = fact_of("stop_fact_parts", entry);
        if let Some(named) = named {
            fact.label.args.insert("name".into(), named.name.clone());
        }
        Some(fact)
    }

    /// Does the known chain of a log go through this entry?
    fn leads_to_end(&self, log: LogId, hash: &EntryHash) -> bool {
        let mut at = self.replica.ends().get(&log).map(|(_, end)| *end);
        while let Some(here) = at {
            if here == *hash {
                return true;
            }
            at = self.replica.entry(&here).and_then(|e| e.header.prev);
        }
        false
    }

    fn fact(&self, label: &str, hash: &EntryHash) -> Option<StopFact> {
        Some(fact_of(label, self.replica.entry(hash)?))
    }
}

fn fact_of(label: &str, entry: &Entry) -> StopFact {
    StopFact {
        label: Text::plain(label),
        change: Some(entry.seq()),
        at_ms: Some(entry.header.wall_ms),
    }
}
