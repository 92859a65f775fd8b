//! Whose computers go on giving keys to people who must not have them.

use std::collections::BTreeMap;

use conclave_core::{entry::Entry, id::DeviceId, kind::Kind};

use super::Engine;
use crate::api::Text;

/// Once may be an accident.
pub(crate) const OFTEN: usize = 2;

/// What was found of that, and what of it the person has seen.
#[derive(Default)]
pub(crate) struct Leakers {
    /// Keys were handed out since this was looked at.
    pub(crate) look_again: bool,
    /// How many keys each gave away, and how many of them the person has seen.
    given: BTreeMap<DeviceId, (usize, usize)>,
}

/// Can an entry give a key away?
pub(super) fn hands_out_keys(entry: &Entry) -> bool {
    matches!(entry.kind(), Some(Kind::KeyEpoch | Kind::KeyBoxAdd))
}

impl Engine {
    /// Their devices, with how many keys.
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
        let before = std::mem::take(&mut self.leakers.given);
        let mut news = false;
        let now = self.leakers().map(|(device, keys)| {
            let (known, seen) = before.get(&device).copied().unwrap_or_default();
            news |= keys > known;
            (device, (keys, seen))
        });
        self.leakers.given = now.collect();
        news
    }

    /// A sentence for each of them of which the person has not seen all.
    pub(super) fn leaker_notices(&self) -> impl Iterator<Item = Text> {
        let given = self.leakers.given.iter();
        let unseen = given.filter(|(_, (keys, seen))| keys > seen);
        unseen.map(|(device, _)| self.gives_away(*device))
    }

    pub(super) fn leakers_seen(&mut self) {
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
}
