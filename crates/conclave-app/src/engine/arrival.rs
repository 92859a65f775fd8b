//! Between asking to join and being settled in: what a newcomer remembers, and what they do first.

use conclave_core::{
    body::At,
    cbor,
    replica::{Replica, WriteError},
    role::Role,
};
use minicbor::{Decode, Encode};

use super::{Engine, EngineError};
use crate::{random, session::REQUEST};

/// The value's name in the store.
pub(crate) const JOINING: &str = "joining";
/// The value's name in the store: what a further device asked with, the code's key among it.
pub(crate) const ASKING: &str = "device/asking";

/// How somebody comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub(crate) enum Way {
    /// A known person's new computer, by their recovery sheet.
    #[n(0)]
    Sheet,
    /// A known person's new computer, by another one of theirs.
    #[n(1)]
    Device,
}

/// What a newcomer remembers until they are settled in.
#[derive(Debug, Clone, Encode, Decode)]
#[cbor(map)]
pub(crate) struct Arrival {
    #[n(0)]
    pub(crate) inviter: String,
    #[n(1)]
    pub(crate) sent_ms: u64,
    #[n(2)]
    pub(crate) expires_ms: u64,
    #[n(3)]
    pub(crate) person: String,
    #[n(4)]
    pub(crate) colour: u8,
    #[n(5)]
    pub(crate) device: String,
    #[n(6)]
    pub(crate) personal: String,
    /// The heads that the inviter knew: a storage that shows less is showing an older team.
    #[n(7)]
    pub(crate) ticket: Vec<At>,
    /// None for somebody who was invited.
    #[n(8)]
    pub(crate) way: Option<Way>,
}

impl Arrival {
    /// Of a machine, which is never introduced to anybody: only the ticket counts.
    pub(crate) fn of_machine(ticket: Vec<At>) -> Self {
        Self {
            inviter: String::new(),
            sent_ms: 0,
            expires_ms: 0,
            person: String::new(),
            colour: 0,
            device: String::new(),
            personal: String::new(),
            ticket,
            way: Some(Way::Device),
        }
    }

    /// Everything that the inviter knew has arrived.
    fn is_complete(&self, replica: &Replica) -> bool {
        let known = |at: &At| replica.hashes_at(at.log, at.seq).contains(&at.hash);
        self.ticket.iter().all(known)
    }
}

impl Engine {
    /// Somebody has let this person in, and the storage shows all that the inviter knew then.
    #[must_use]
    pub fn is_member(&self) -> bool {
        let me = self.replica.me().user;
        let let_in = |engine: &Self| {
            let grants = engine.replica.rights().live_grants();
            grants.iter().any(|g| g.user == Some(me))
        };
        // A device that was ended is no newcomer: its person may look at what it has.
        let vouched = self.arrival.is_none() || self.replica.is_own_device();
        vouched && self.is_complete() && let_in(self)
    }

    /// The storage shows all that was known when this device was asked in.
    pub(crate) fn is_complete(&self) -> bool {
        let arrival = self.arrival.as_ref();
        arrival.is_none_or(|arrival| arrival.is_complete(&self.replica))
    }

    /// This person has ended this device.
    #[must_use]
    pub fn is_ended(&self) -> bool {
        self.arrival.is_none() && self.replica.is_ended()
    }

    /// From now on the storage must show these heads too before this device is settled in.
    pub(crate) fn expect(&mut self, heads: &[At]) -> Result<(), EngineError> {
        let Some(arrival) = &mut self.arrival else {
            return Ok(());
        };
        let new = heads.iter().filter(|at| !arrival.ticket.contains(at));
        let new: Vec<At> = new.copied().collect();
        if new.is_empty() {
            return Ok(());
        }
        arrival.ticket.extend(new);
        let row = cbor::encode(&*arrival);
        let team = self.team;
        self.store
            .transaction(|tx| tx.put_value(Some(&team), JOINING, &row).map_err(Into::into))
    }

    pub(crate) fn load_arrival(&mut self) -> Result<(), EngineError> {
        let row = self.store.value(Some(&self.team), JOINING)?;
        let arrival = row.map(|row| cbor::decode(&row)).transpose();
        self.arrival = arrival.map_err(|_| EngineError::Damaged)?;
        Ok(())
    }

    /// Once let in: makes the vault that only this person reads, and files their own name and
    /// device. Tried again with the next news while the directory's key has not arrived.
    pub(crate) fn settle_in(&mut self) {
        if !self.is_member() || self.stopped().is_some() {
            return;
        }
        let Some(arrival) = self.arrival.clone() else {
            return;
        };
        let me = self.replica.me().user;
        // A guest is in no directory: whoever let them in has filed their name.
        let guest = self.replica.standing(me) == Some(Role::Guest);
        let directory = self.replica.rights().directory();
        if !guest && self.replica.usable_epoch(directory).is_none() {
            return;
        }
        let settled = self.commit(|replica, now| {
            let mut rng = random::os();
            if arrival.way.is_some() {
                if guest {
                    return Ok(());
                }
                return replica.name_device(&arrival.device, now, &mut rng);
            }
            if !replica.vaults().iter().any(|vault| vault.personal) {
                replica.create_personal(&arrival.personal, now, &mut rng)?;
            }
            if guest {
                return Ok(());
            }
            let (person, device) = (&arrival.person, &arrival.device);
            replica.introduce(person, arrival.colour, device, now, &mut rng)?;
            Ok::<(), WriteError>(())
        });
        let team = self.team;
        let done = settled.and_then(|()| {
            self.store.transaction(|tx| {
                tx.delete_value(Some(&team), JOINING)?;
                // The device is in: the code has done its work.
                tx.delete_value(Some(&team), ASKING)?;
                tx.delete_value(Some(&team), REQUEST)?;
                Ok::<(), EngineError>(())
            })
        });
        match done {
            Ok(()) => self.arrival = None,
            Err(error) => tracing::warn!(%error, "a newcomer could not settle in yet"),
        }
    }
}
