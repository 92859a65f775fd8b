//! What a person should know of the storage and is no stop, until they have seen it.

use std::collections::BTreeMap;

use conclave_core::{
    body::At,
    entry::Entry,
    id::{DeviceId, LogId},
    kind::Kind,
};
use conclave_sync::Alarm;

use super::Engine;
use crate::api::Text;

/// Once may be an accident.
pub(crate) const OFTEN: usize = 2;

/// Whose computers give keys to people who must not have them.
#[derive(Default)]
pub(crate) struct Leakers {
    /// Keys were handed out since this was looked at.
    pub(crate) look_again: bool,
    /// How many each gave, and how many of them the person has seen.
    given: BTreeMap<DeviceId, (usize, usize)>,
}

/// Can an entry give a key away?
pub(super) fn hands_out_keys(entry: &Entry) -> bool {
    matches!(entry.kind(), Some(Kind::KeyEpoch | Kind::KeyBoxAdd))
}

impl Engine {
    /// Devices that go on giving keys to somebody who must not have them, with how many keys.
    pub(crate) fn leakers(&self) -> impl Iterator<Item = (DeviceId, usize)> {
        let leaks = self.replica.leaks().into_iter();
        leaks.filter_map(|(device, scopes)| {
            let keys = scopes.values().map(std::collections::BTreeSet::len);
            let keys: usize = keys.filter(|keys| *keys >= OFTEN).sum();
            (keys > 0).then_some((device, keys))
        })
    }

    /// Looks for them where keys came since the last time. True if there is news for the person.
    pub(crate) fn look_for_leakers(&mut self) -> bool {
        if !std::mem::take(&mut self.leakers.look_again) {
            return false;
        }
        let mut news = false;
        let before = std::mem::take(&mut self.leakers.given);
        let now = self.leakers().map(|(device, keys)| {
            let seen = before.get(&device).map_or(0, |(_, seen)| *seen);
            news |= before.get(&device).is_none_or(|(before, _)| keys > *before);
            (device, (keys, seen))
        });
        let now = now.collect();
        self.leakers.given = now;
        news
    }

    /// One sentence for each kind of thing that was found, the gravest first.
    pub(crate) fn notices(&self) -> Vec<Text> {
        let mut notices: Vec<(u8, Text)> = Vec::new();
        for alarm in self.alarms.iter().filter(|a| !self.seen.contains(a)) {
            let notice = match alarm {
                Alarm::SeenDiffers { by, seen, .. } => (0, self.seen_differs(*by, seen.log)),
                Alarm::NewerVersion { .. } => (1, Text::plain("notice_newer")),
                Alarm::Waiting { .. } => (2, Text::plain("notice_waiting")),
                alarm if is_put_back(alarm) => (3, Text::plain("notice_put_back")),
                _ => continue,
            };
            if !notices.contains(&notice) {
                notices.push(notice);
            }
        }
        let given = self.leakers.given.iter();
        let unseen = given.filter(|(_, (keys, seen))| keys > seen);
        notices.extend(unseen.map(|(device, _)| (1, self.gives_away(*device))));
        notices.sort_by_key(|(weight, _)| *weight);
        notices.into_iter().map(|(_, text)| text).collect()
    }

    /// The person has seen them. What was put back again is news again; what else is found again
    /// is not.
    pub(crate) fn notices_seen(&mut self) {
        self.alarms.retain(|alarm| !is_put_back(alarm));
        self.seen = self.alarms.clone();
        let given = self.leakers.given.values_mut();
        given.for_each(|(keys, seen)| *seen = *keys);
    }

    fn gives_away(&self, device: DeviceId) -> Text {
        let user = self.replica.rights().user_of(device);
        let machine = || {
            let machines = self.replica.machines().into_iter();
            let mut this = machines.filter(|machine| machine.id == device);
            this.next().map(|machine| machine.owner)
        };
        let named = user.or_else(machine);
        let named = named.and_then(|user| self.names.person(user));
        let device = self.names.device(device).unwrap_or_default();
        let mut text = Text::plain("notice_gives_away");
        let name = named.map(|named| named.name.clone()).unwrap_or_default();
        text.args.insert("name".into(), name);
        text.args.insert("device".into(), device.to_owned());
        text
    }

    fn seen_differs(&self, by: At, of: LogId) -> Text {
        let name = |log: LogId| {
            let hash = self.replica.hashes_at(log, 0).first();
            let entry = hash.and_then(|hash| self.replica.entry(hash));
            let user = entry.and_then(|e| self.replica.rights().user_of(e.device()));
            let named = user.and_then(|user| self.names.person(user));
            named.map(|named| named.name.clone()).unwrap_or_default()
        };
        let mut text = Text::plain("notice_seen_differs");
        text.args.insert("by".into(), name(by.log));
        text.args.insert("of".into(), name(of));
        text
    }
}

const fn is_put_back(alarm: &Alarm) -> bool {
    matches!(
        alarm,
        Alarm::Rollback { restored: true, .. } | Alarm::Behind { restored: true, .. }
    )
}

#[cfg(test)]
mod tests {
    use conclave_core::id::EntryHash;

    use crate::commands::two_people::{ana, join};

    use super::*;

    /// Row 15: two views of one team that meet are told to whoever sees it, by whom and of whom.
    #[test]
    fn hostile_15_another_view_is_said_by_name_until_it_was_seen() {
        let homes: Vec<_> = (0..3).map(|_| tempfile::tempdir().unwrap()).collect();
        let shared = homes[2].path();
        let ana = ana(homes[0].path(), shared);
        let mara = join(&ana, homes[1].path(), shared);
        let hers = mara
            .with(|engine| Ok(engine.replica().own_end().unwrap()))
            .unwrap();
        ana.sync_now().unwrap();
        let notices = |work: &dyn Fn(&mut Engine)| {
            let done = ana.with(|engine| {
                work(engine);
                Ok(engine.notices())
            });
            done.unwrap()
        };
        let found = |engine: &mut Engine| {
            let own = engine.replica().own_end().unwrap();
            let restored = Alarm::Rollback {
                missing: vec![],
                restored: true,
            };
            let differs = Alarm::SeenDiffers {
                by: hers,
                seen: own,
                known: EntryHash::new([7; 32]),
            };
            for alarm in [restored, differs] {
                if !engine.alarms.contains(&alarm) {
                    engine.alarms.push(alarm);
                }
            }
        };
        let said = notices(&found);
        let keys: Vec<_> = said.iter().map(|text| text.key.as_str()).collect();
        assert_eq!(keys, ["notice_seen_differs", "notice_put_back"]);
        let names = (said[0].args["by"].as_str(), said[0].args["of"].as_str());
        assert_eq!(names, ("Mara", "Ana"));
        assert_eq!(ana.sync_status().notices, said);
        assert!(ana.notices_seen().unwrap().notices.is_empty());
        // Found once more: what was put back is news, the other view was seen.
        assert_eq!(notices(&found), said[1..]);
    }
}
