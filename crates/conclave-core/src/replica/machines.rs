//! Machines: something that reads named vaults with a key of its own, and a person who answers for
//! it (docs/format.md, "Machines").
//!
//! All that a machine needs to find its team and to open what it was given lies in one line of
//! text, which is as secret as what it opens. Every place where it works writes a log of its own,
//! since the same line may be at work in several.

use conclave_crypto::{DeviceSeed, KeychainKey, OuterKey};
use minicbor::{Decode, Encode};
use rand_core::CryptoRng;
use zeroize::{Zeroize, Zeroizing};

use super::{
    About, GrantView, Me, Record, Replica, Who, WriteError,
    founding::{NewDevice, public_keys},
    invitation::{from_line, to_line},
    sharing::Giving,
    team_id,
};
use crate::{
    body::{At, Body, Genesis, Subject},
    cbor,
    entry::MAX_SEEN,
    id::{DeviceId, ScopeId, SubjectId, TeamId, UserId},
    keys::UserFacts,
    pack::{Chain, LogIdentity},
    role::Role,
};

/// The first word of a machine's key.
const HEAD: &str = "conclave-machine-1:";
/// More bytes than any such key has.
const MAX_BYTES: usize = 64 * 1024;

/// What a machine holds.
#[derive(Encode, Decode)]
#[cbor(map)]
pub struct MachineKey {
    #[n(0)]
    genesis: Genesis,
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    out: [u8; 32],
    /// What the id of the person who answers for it commits to.
    #[n(2)]
    owner: UserFacts,
    #[n(3)]
    #[cbor(with = "minicbor::bytes")]
    seed: [u8; 32],
    /// The heads that were known when it was made: a storage that shows less is showing an older
    /// team.
    #[n(4)]
    pub heads: Vec<At>,
}

impl Drop for MachineKey {
    fn drop(&mut self) {
        self.out.zeroize();
        self.seed.zeroize();
    }
}

impl MachineKey {
    /// The key as one line of text.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        to_line(HEAD, &Zeroizing::new(cbor::encode(self)))
    }

    /// Reads it.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        cbor::decode(&from_line(HEAD, text, MAX_BYTES)?).ok()
    }

    /// The team.
    #[must_use]
    pub fn team(&self) -> TeamId {
        team_id(&self.genesis)
    }

    /// The machine.
    #[must_use]
    pub fn device(&self) -> DeviceId {
        let seed = self.seed();
        public_keys(&seed.signing(), &seed.sealing()).id()
    }

    /// The key of the store that the machine keeps where it works.
    #[must_use]
    pub fn store_key(&self) -> KeychainKey {
        self.seed().machine_store()
    }

    fn seed(&self) -> DeviceSeed {
        let mut seed = self.seed;
        DeviceSeed::from_bytes(&mut seed)
    }

    /// The machine at work, knowing nothing of its team yet.
    ///
    /// # Errors
    /// [`WriteError`]; nothing exists then.
    pub fn at_work(&self, now: u64, rng: &mut dyn CryptoRng) -> Result<Replica, WriteError> {
        let seed = self.seed();
        let keys = public_keys(&seed.signing(), &seed.sealing());
        let mut nonce = [0; 16];
        rng.fill_bytes(&mut nonce);
        let log = LogIdentity {
            sign: keys.sign,
            seal_hash: keys.seal_hash(),
            nonce,
        };
        let (team, mut out) = (self.team(), self.out);
        let me = Me {
            user: self.owner.id(team),
            facts: self.owner.clone(),
            seed,
            log,
        };
        let chain = Chain::start(me.log.place(team));
        let out = OuterKey::from_bytes(&mut out);
        let replica = Replica::new(self.genesis.clone(), team, out, me, chain);
        let mut replica = replica.into_machine();
        replica.start_log(now)?;
        Ok(replica)
    }
}

/// A machine, as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    /// Its one device.
    pub id: DeviceId,
    /// Who answers for it.
    pub owner: UserId,
    /// Where it reads or writes, and until when.
    pub grants: Vec<GrantView>,
    /// When it last wrote something, by its own clock.
    pub last_ms: Option<u64>,
}

impl Replica {
    /// The same, reading and writing by the grants of its device alone.
    #[must_use]
    pub fn into_machine(mut self) -> Self {
        self.acts_as = Who::Machine(self.device());
        self
    }

    /// It speaks for a machine.
    #[must_use]
    pub const fn is_machine(&self) -> bool {
        matches!(self.acts_as, Who::Machine(_))
    }

    /// Makes a machine that this person answers for and gives it its first vaults. What it holds
    /// is in the answer alone.
    ///
    /// # Errors
    /// [`WriteError::NotFound`] without any vault, [`WriteError::NotAllowed`] when the role is not
    /// this person's to give there; a machine reads or edits.
    pub fn create_machine(
        &mut self,
        name: &str,
        (vaults, role, expires_ms): (&[ScopeId], Role, Option<u64>),
        now: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<MachineKey, WriteError> {
        if vaults.is_empty() {
            return Err(WriteError::NotFound);
        }
        if !matches!(role, Role::Viewer | Role::Editor) {
            return Err(WriteError::NotAllowed);
        }
        let machine = NewDevice::make(rng);
        let id = machine.keys.id();
        let subject = Subject::Machine {
            keys: Box::new(machine.keys),
            owner: self.me.user,
        };
        for vault in vaults {
            let giving = Giving::new(subject.clone(), *vault, role).until(expires_ms);
            self.write_grant(giving, now)?;
        }
        self.write_record(&Record::new(About::Device(id), name, 0, rng), now, rng)?;
        self.reconcile(now, rng)?;
        let heads = self.ends().into_iter();
        Ok(MachineKey {
            genesis: self.genesis.clone(),
            // EXPOSE: a machine opens packs as everybody does, and holds its own seed.
            out: *self.out.expose_secret(),
            owner: self.me.facts.clone(),
            // EXPOSE: as above.
            seed: *machine.seed.expose_secret(),
            heads: heads
                .map(|(log, (seq, hash))| At { log, seq, hash })
                .take(MAX_SEEN)
                .collect(),
        })
    }

    /// Machines that have any right left.
    #[must_use]
    pub fn machines(&self) -> Vec<Machine> {
        let mut out: Vec<Machine> = Vec::new();
        for grant in self.rights.live_grants() {
            let (Some(id), Some(owner)) = (grant.machine, self.rights.answers_for(grant.id)) else {
                continue;
            };
            match out.iter_mut().find(|machine| machine.id == id) {
                Some(machine) => machine.grants.push(grant),
                None => out.push(Machine {
                    id,
                    owner,
                    grants: vec![grant],
                    last_ms: self.last_of(id),
                }),
            }
        }
        out.sort_by_key(|machine| machine.id);
        out
    }

    /// Ends every right of a machine that this person may end, and replaces the keys that it knew.
    ///
    /// # Errors
    /// [`WriteError::NotFound`] for a machine without rights, [`WriteError::NotAllowed`] when one
    /// of them is not this person's to end.
    pub fn end_machine(
        &mut self,
        machine: DeviceId,
        now: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), WriteError> {
        let mut grants = self.rights.live_grants();
        grants.retain(|grant| grant.machine == Some(machine));
        if grants.is_empty() {
            return Err(WriteError::NotFound);
        }
        for grant in grants {
            let under = self.under_senior(grant.scope, 3);
            self.end_grant(&grant, under, now)?;
        }
        self.hand_on(now, rng);
        Ok(())
    }

    /// What the first grant to a machine says of it: every later one says the same.
    pub(super) fn machine_subject(&self, machine: DeviceId) -> Option<Subject> {
        self.entries.values().find_map(|entry| match &entry.body {
            Body::Grant(SubjectId::Machine(id), grant) if *id == machine => {
                Some(grant.subject.clone())
            }
            _ => None,
        })
    }
}
