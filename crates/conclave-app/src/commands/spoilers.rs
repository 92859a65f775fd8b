//! Computers that go on doing wrong with keys, as the page of people says it.

use conclave_core::id::DeviceId;

use super::items::{author, person};
use crate::{
    api::people::{KeyFault, SpoilerRow},
    convert::count,
    engine::{Engine, OFTEN},
};

impl Engine {
    /// Devices of people who are in the team and machines that read something, the worst first.
    pub(super) fn spoiler_rows(&self) -> Vec<SpoilerRow> {
        let replica = self.replica();
        let rights = replica.rights();
        let live = |device| {
            let user = rights.user_of(device);
            user.is_some_and(|user| {
                rights.devices_of(user).contains(&device) && replica.standing(user).is_some()
            })
        };
        let often = replica.spoilers().into_iter();
        let unfit = often.filter(|(device, keys)| *keys >= OFTEN && live(*device));
        let unfit = unfit.map(|(device, keys)| self.spoiler_row(device, KeyFault::Unfit, keys));
        let given = self.leakers();
        let given = given.map(|(device, keys)| self.spoiler_row(device, KeyFault::GivenAway, keys));
        let mut rows: Vec<SpoilerRow> = given.chain(unfit).collect();
        rows.sort_by_key(|row| core::cmp::Reverse(row.keys));
        rows
    }

    fn spoiler_row(&self, device: DeviceId, fault: KeyFault, keys: usize) -> SpoilerRow {
        let (mut of, device_name) = author(self, device);
        // A machine is nobody's device; the person who answers for it can end it.
        let mut machines = self.replica().machines().into_iter();
        if let Some(machine) = machines.find(|machine| machine.id == device) {
            of = person(self, Some(machine.owner));
        }
        SpoilerRow {
            person: of,
            device: device.to_string(),
            device_name: device_name.chars().take(200).collect(),
            fault,
            keys: count(keys),
        }
    }
}

#[cfg(test)]
mod tests {
    use conclave_core::{
        body::Recipient,
        cbor,
        entry::Entry,
        id::DeviceId,
        kind::Kind,
        pack::Draft,
        sealing::{Addressee, make_epoch},
    };
    use conclave_crypto::DeviceSeed;
    use conclave_testkit::rng::seeded;

    use super::*;
    use crate::commands::two_people::{ana, join};

    /// Keys of the names that somebody makes for herself and a device of nobody.
    fn given_away(engine: &Engine, count: usize) -> Vec<Entry> {
        let (replica, mut rng) = (engine.replica(), seeded(5));
        let grants = replica.rights().live_grants();
        let mine = grants.iter().find(|g| g.user == Some(replica.me().user));
        let to = Addressee {
            recipient: Recipient::Device(DeviceId::new([7; 32])),
            key: None,
            pk: DeviceSeed::random(&mut rng).sealing().public().clone(),
        };
        let (team, directory) = (replica.team(), replica.rights().directory());
        let mut chain = replica.chain().clone();
        let made = (0..count).map(|_| {
            let epoch = make_epoch(team, directory, 1, &[], std::slice::from_ref(&to), &mut rng);
            let mut draft = Draft::new(Kind::KeyEpoch, 5);
            draft.grant = Some(mine.unwrap().id);
            draft.control = Some(cbor::encode(&epoch.unwrap().0));
            chain.append(draft).unwrap().1
        });
        made.collect()
    }

    #[test]
    fn hostile_08_who_keeps_giving_keys_away_is_told_by_name() {
        let homes: Vec<_> = (0..3).map(|_| tempfile::tempdir().unwrap()).collect();
        let shared = homes[2].path();
        let ana = ana(homes[0].path(), shared);
        let mara = join(&ana, homes[1].path(), shared);
        ana.sync_now().unwrap();
        let told = |keys: usize| {
            let said = mara.with(|engine| Ok(given_away(engine, keys))).unwrap();
            let row = ana.with(|engine| {
                engine.leakers.look_again = true;
                engine.replica.insert(said);
                engine.after_news()?;
                Ok(engine.look_for_leakers().then(|| engine.notices()))
            });
            (row.unwrap(), ana.people_list().unwrap().spoilers)
        };
        assert_eq!(told(1), (None, vec![]));
        let (notices, rows) = told(2);
        let notice = &notices.unwrap()[0];
        assert_eq!(notice.key, "notice_gives_away");
        assert_eq!(
            (&*notice.args["name"], &*notice.args["device"]),
            ("Mara", "lap")
        );
        assert_eq!(
            (rows.len(), rows[0].fault, rows[0].keys),
            (1, KeyFault::GivenAway, 2)
        );
        assert_eq!(
            (&*rows[0].person.name, &*rows[0].device_name),
            ("Mara", "lap")
        );
        // Seen once it is no news until there are more.
        assert!(ana.notices_seen().unwrap().notices.is_empty());
        assert_eq!(told(2).0, None);
        assert_eq!(told(3).1[0].keys, 3);
        assert_eq!(ana.sync_status().notices.len(), 1);
    }
}
