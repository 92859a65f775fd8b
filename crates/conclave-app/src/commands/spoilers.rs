//! Computers that keep sending keys which do not fit, as the page of people says it.

use super::items::author;
use crate::{api::people::SpoilerRow, convert::count, engine::Engine};

/// Once may be an accident.
const OFTEN: usize = 2;

impl Engine {
    /// Devices of people who are in the team, the worst first.
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
        let often = often.filter(|(device, keys)| *keys >= OFTEN && live(*device));
        let mut rows: Vec<SpoilerRow> = often
            .map(|(device, keys)| {
                let (person, device_name) = author(self, device);
                SpoilerRow {
                    person,
                    device: device.to_string(),
                    device_name: device_name.chars().take(200).collect(),
                    keys: count(keys),
                }
            })
            .collect();
        rows.sort_by_key(|row| core::cmp::Reverse(row.keys));
        rows
    }
}
