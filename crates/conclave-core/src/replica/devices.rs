//! A person's own devices: listing, adding and ending them.
//!
//! Who may end which is decided by the device tree (docs/format/authority.md); this file asks it
//! and writes what follows: the end of a device pins its logs, and every key that it knew is
//! replaced in the same breath.

use conclave_crypto::{DeviceSeed, KitSeed, OuterKey, SealSecretKey, SigningKey};
use rand_core::CryptoRng;

use super::{
    About, Me, Record, Replica, WriteError,
    founding::{NewDevice, public_keys},
};
use crate::{
    body::{self, At, Body, Genesis},
    id::{DeviceId, UserId},
    keys::{DeviceKeys, UserFacts},
    kind::Kind,
    pack::{Chain, LogIdentity},
};

/// A device of this person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnDevice {
    /// Its id.
    pub id: DeviceId,
    /// It is the kit, which lies on paper.
    pub kit: bool,
    /// It is the one that this replica speaks for.
    pub this: bool,
    /// Nobody has ended it.
    pub live: bool,
    /// The device that this replica speaks for may end it.
    pub may_revoke: bool,
    /// When it last wrote something, by its own clock.
    pub last_ms: Option<u64>,
}

impl Replica {
    /// A further device of somebody: keys of its own and a log that nobody vouches for yet.
    ///
    /// # Errors
    /// [`WriteError`]; nothing exists then.
    pub fn for_new_device(
        genesis: Genesis,
        out: OuterKey,
        facts: UserFacts,
        wall_ms: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<Self, WriteError> {
        let device = NewDevice::make(rng);
        let mut replica = Self::of_device(genesis, out, facts, device.seed, device.log);
        replica.start_log(wall_ms)?;
        Ok(replica)
    }

    fn of_device(
        genesis: Genesis,
        out: OuterKey,
        facts: UserFacts,
        seed: DeviceSeed,
        log: LogIdentity,
    ) -> Self {
        let team = super::team_id(&genesis);
        let user = facts.id(team);
        let me = Me {
            user,
            facts,
            seed,
            log,
        };
        let chain = Chain::start(me.log.place(team));
        Self::new(genesis, team, out, me, chain)
    }

    /// This person's kit at work, knowing what this replica knows. Every use of a kit writes a new
    /// log, since paper remembers no end of the last one. None if the seed is not this person's.
    #[must_use]
    pub fn as_kit(&self, kit: &KitSeed, rng: &mut dyn CryptoRng) -> Option<Self> {
        let keys = keys_of(&kit.signing(), &kit.sealing());
        if keys != self.me.facts.kit {
            return None;
        }
        // EXPOSE: at work a kit is a device like any other.
        let mut seed = *kit.expose_secret();
        let mut replica = self.on_paper(&keys, DeviceSeed::from_bytes(&mut seed), rng);
        replica.insert(self.entries.values().cloned());
        Some(replica)
    }

    /// A device on paper at work: it speaks in a new log and knows nothing but the founding yet.
    pub(super) fn on_paper(
        &self,
        keys: &DeviceKeys,
        seed: DeviceSeed,
        rng: &mut dyn CryptoRng,
    ) -> Self {
        let mut nonce = [0; 16];
        rng.fill_bytes(&mut nonce);
        let log = LogIdentity {
            sign: keys.sign,
            seal_hash: keys.seal_hash(),
            nonce,
        };
        // EXPOSE: the same team, seen by another device.
        let mut out = *self.out.expose_secret();
        let out = OuterKey::from_bytes(&mut out);
        let facts = self.me.facts.clone();
        Self::of_device(self.genesis.clone(), out, facts, seed, log)
    }

    pub(super) fn start_log(&mut self, now: u64) -> Result<(), WriteError> {
        let start = body::LogStart { replaces: None };
        self.say(Kind::LogStart, None, &start, now).map(drop)
    }

    /// The public keys of the device that this replica speaks for.
    #[must_use]
    pub fn own_keys(&self) -> DeviceKeys {
        keys_of(&self.me.seed.signing(), &self.sealing)
    }

    /// The device that this replica speaks for is one of its person's, and nobody has ended it.
    #[must_use]
    pub fn is_own_device(&self) -> bool {
        self.rights
            .devices_of(self.me.user)
            .contains(&self.device())
    }

    /// Somebody has ended the device that this replica speaks for.
    #[must_use]
    pub fn is_ended(&self) -> bool {
        let tree = self.rights.device_tree(self.me.user);
        tree.iter().any(|d| d.id == self.device() && d.ended)
    }

    /// This person's devices, the most senior first.
    #[must_use]
    pub fn own_devices(&self) -> Vec<OwnDevice> {
        let (mine, kit) = (self.device(), self.me.facts.kit.id());
        let tree = self.rights.device_tree(self.me.user);
        let place = tree.iter().position(|d| d.id == mine && d.live);
        tree.iter()
            .enumerate()
            .map(|(at, device)| OwnDevice {
                id: device.id,
                kit: device.id == kit,
                this: device.id == mine,
                live: device.live,
                may_revoke: device.live && place.is_some_and(|place| place < at),
                last_ms: self.last_of(device.id),
            })
            .collect()
    }

    pub(super) fn last_of(&self, device: DeviceId) -> Option<u64> {
        let said = self.entries.values().filter(|e| e.device() == device);
        said.map(|e| e.header.wall_ms).max()
    }

    /// Vouches for a further device of this person, and boxes it their own keys.
    ///
    /// # Errors
    /// [`WriteError::NotAllowed`] for a device that is none of this person's any more.
    pub fn add_device(
        &mut self,
        keys: DeviceKeys,
        now: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), WriteError> {
        self.vouch(keys, now)?;
        self.reconcile(now, rng).map(drop)
    }

    fn vouch(&mut self, keys: DeviceKeys, now: u64) -> Result<(), WriteError> {
        if !self.is_own_device() {
            return Err(WriteError::NotAllowed);
        }
        let add = body::DeviceAdd {
            user: self.me.user,
            keys: Box::new(keys),
        };
        self.say(Kind::DeviceAdd, None, &add, now).map(drop)
    }

    /// Ends a junior device of this person: what it said so far stays, and every key that it knew
    /// is replaced.
    ///
    /// # Errors
    /// [`WriteError::NotAllowed`] for a device that is not junior to this one.
    pub fn revoke_device(
        &mut self,
        device: DeviceId,
        now: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), WriteError> {
        self.end_device(device, now)?;
        self.hand_on(now, rng);
        Ok(())
    }

    fn end_device(&mut self, device: DeviceId, now: u64) -> Result<(), WriteError> {
        let own = self.own_devices();
        let target = own.iter().find(|own| own.id == device);
        if !target.ok_or(WriteError::NotFound)?.may_revoke {
            return Err(WriteError::NotAllowed);
        }
        let revoke = body::DeviceRevoke {
            user: self.me.user,
            device,
            pins: self.pins_of_device(device),
        };
        self.say(Kind::DeviceRevoke, None, &revoke, now).map(drop)
    }

    /// Per log of a device the last entry known here.
    fn pins_of_device(&self, device: DeviceId) -> Vec<At> {
        let ends = self.ends();
        let mut pins: Vec<At> = ends
            .into_iter()
            .filter(|(_, (_, hash))| self.entries.get(hash).is_some_and(|e| e.device() == device))
            .map(|(log, (seq, hash))| At { log, seq, hash })
            .collect();
        pins.sort_by_key(|pin| pin.log);
        pins
    }

    /// What a kit does when it is taken out of its drawer: vouches for a new device and ends lost
    /// ones, in a log of its own.
    ///
    /// # Errors
    /// [`WriteError::NotAllowed`] for a replica that is no kit's.
    pub fn recover(
        &mut self,
        new: DeviceKeys,
        lost: &[DeviceId],
        now: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), WriteError> {
        if self.device() != self.me.facts.kit.id() {
            return Err(WriteError::NotAllowed);
        }
        self.start_log(now)?;
        self.vouch(new, now)?;
        for device in lost {
            self.end_device(*device, now)?;
        }
        self.reconcile(now, rng).map(drop)
    }

    /// Files the name of this device.
    ///
    /// # Errors
    /// [`WriteError::NoKey`] while the directory's key has not arrived.
    pub fn name_device(
        &mut self,
        name: &str,
        now: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), WriteError> {
        let record = Record::new(About::Device(self.device()), name, 0, rng);
        self.write_record(&record, now, rng)
    }

    /// When a device was ended, by the clock of who ended it.
    #[must_use]
    pub fn ended_ms(&self, device: DeviceId) -> Option<u64> {
        let ends = self.entries.values().filter(
            |e| matches!(&e.body, Body::DeviceRevoke(r) if r.device == device && self.rights.counts(&e.hash)),
        );
        ends.map(|e| e.header.wall_ms).min()
    }

    /// The keys that a person's id commits to, as far as an entry has told them.
    #[must_use]
    pub fn facts_of(&self, user: UserId) -> Option<&UserFacts> {
        if user == self.me.facts.id(self.team) {
            return Some(&self.me.facts);
        }
        if self.genesis.founder.id(self.team) == user {
            return Some(&self.genesis.founder);
        }
        self.entries.values().find_map(|e| match &e.body {
            Body::Grant(_, grant) => match &grant.subject {
                body::Subject::User {
                    user: named,
                    facts: Some(facts),
                } if *named == user => Some(facts.as_ref()),
                _ => None,
            },
            _ => None,
        })
    }
}

fn keys_of(sign: &SigningKey, seal: &SealSecretKey) -> DeviceKeys {
    public_keys(sign, seal)
}

#[cfg(test)]
mod tests {
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

    use super::*;
    use crate::replica::{Founding, KitPointer, found};

    /// Ana's first device and her kit.
    fn ana(rng: &mut ChaCha20Rng) -> (Replica, KitSeed) {
        let founding = Founding {
            team: "Northwind".into(),
            person: "Ana".into(),
            colour: 1,
            device: "desk".into(),
            personal: "Personal".into(),
            wall_ms: 1,
        };
        let (replica, kit, _) = found(&founding, rng).unwrap();
        (replica, kit)
    }

    /// Everything that one knows, told to the other.
    fn tell(from: &Replica, to: &mut Replica) {
        to.insert(from.entries().cloned());
    }

    fn recovered(desk: &Replica, kit: &KitSeed, lost: bool, rng: &mut ChaCha20Rng) -> Replica {
        let pointer = KitPointer::of(desk, "Northwind", "Ana", 1, &[]);
        let sealed = pointer.seal(kit, rng);
        let found = KitPointer::open(kit, &sealed).unwrap();
        assert_eq!((found.team(), &found.heads), (desk.team(), &pointer.heads));
        let mut new = found.new_device(2, rng).unwrap();
        tell(desk, &mut new);
        assert!(
            !new.is_own_device()
                && new
                    .vaults()
                    .iter()
                    .all(|v| new.usable_epoch(v.scope).is_none())
        );
        let mut at_work = new.as_kit(kit, rng).unwrap();
        let ends = if lost { vec![desk.device()] } else { vec![] };
        at_work.recover(new.own_keys(), &ends, 3, rng).unwrap();
        tell(&at_work, &mut new);
        new
    }

    #[test]
    fn a_kit_on_an_empty_machine_opens_all_that_its_person_reads() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let (desk, kit) = ana(&mut rng);
        let new = recovered(&desk, &kit, false, &mut rng);
        assert!(new.is_own_device());
        let personal = new.vaults().into_iter().find(|v| v.personal).unwrap();
        assert!(new.usable_epoch(personal.scope).is_some());
        let own = new.own_devices();
        assert_eq!(
            own.iter()
                .map(|d| (d.kit, d.this, d.may_revoke))
                .collect::<Vec<_>>(),
            [
                (true, false, false),
                (false, false, false),
                (false, true, false),
            ]
        );
    }

    #[test]
    fn a_device_that_was_ended_reads_nothing_new() {
        let mut rng = ChaCha20Rng::seed_from_u64(2);
        let (mut desk, kit) = ana(&mut rng);
        let before = desk.vaults().into_iter().find(|v| v.personal).unwrap();
        let old = desk.usable_epoch(before.scope).unwrap();
        let mut new = recovered(&desk, &kit, true, &mut rng);
        tell(&new, &mut desk);
        assert!(desk.is_ended() && !new.is_ended());
        let epoch = new.usable_epoch(before.scope).unwrap();
        assert_ne!(epoch, old);
        for scope in [before.scope, new.own_scope(), new.rights().directory()] {
            assert_eq!(desk.usable_epoch(scope), None);
            assert!(new.usable_epoch(scope).is_some());
        }
        assert!(new.revoke_device(desk.device(), 4, &mut rng).is_err());
    }

    #[test]
    fn only_a_senior_device_ends_another() {
        let mut rng = ChaCha20Rng::seed_from_u64(3);
        let (mut desk, kit) = ana(&mut rng);
        let mut new = recovered(&desk, &kit, false, &mut rng);
        tell(&new, &mut desk);
        let refused = new.revoke_device(desk.device(), 4, &mut rng);
        assert!(matches!(refused, Err(WriteError::NotAllowed)));
        desk.revoke_device(new.device(), 4, &mut rng).unwrap();
        tell(&desk, &mut new);
        assert!(new.is_ended());
        assert_eq!(desk.ended_ms(new.device()), Some(4));
    }

    #[test]
    fn another_kit_finds_and_opens_nothing() {
        let mut rng = ChaCha20Rng::seed_from_u64(4);
        let (desk, kit) = ana(&mut rng);
        let other = KitSeed::random(&mut rng);
        let sealed = KitPointer::of(&desk, "Northwind", "Ana", 1, &[]).seal(&kit, &mut rng);
        assert_ne!(KitPointer::place(&kit), KitPointer::place(&other));
        assert!(KitPointer::open(&other, &sealed).is_err());
        assert!(desk.as_kit(&other, &mut rng).is_none());
        for at in [0, 40, sealed.len() - 1] {
            let mut bad = sealed.clone();
            bad[at] ^= 1;
            assert!(KitPointer::open(&kit, &bad).is_err());
        }
    }

    /// What such a device says counts nowhere: it is told so instead of saying it in vain.
    #[test]
    fn an_ended_device_vouches_for_none_and_only_a_kit_recovers() {
        let mut rng = ChaCha20Rng::seed_from_u64(5);
        let (mut desk, kit) = ana(&mut rng);
        let keys = NewDevice::make(&mut rng).keys;
        let before = desk.entries().count();
        let refused = desk.recover(keys.clone(), &[], 2, &mut rng);
        assert!(matches!(refused, Err(WriteError::NotAllowed)));
        assert_eq!(desk.entries().count(), before);
        let new = recovered(&desk, &kit, true, &mut rng);
        tell(&new, &mut desk);
        let before = desk.entries().count();
        let refused = desk.add_device(keys, 4, &mut rng);
        assert!(matches!(refused, Err(WriteError::NotAllowed)));
        assert_eq!(desk.entries().count(), before);
    }
}
