//! Founding a team: the first seven or so entries of the first log.

use conclave_crypto::{
    self as crypto, DeviceSeed, KitSeed, OuterKey, Own0Seed, SealSecretKey, SigningKey, label,
};
use rand_core::CryptoRng;

use super::{About, Me, Record, Replica, WriteError};
use crate::{
    body::{self, Genesis, ScopeKind},
    cbor,
    id::{ScopeId, TeamId},
    keys::{DeviceKeys, UserFacts},
    kind::Kind,
    pack::{Chain, LogIdentity},
};

/// What a founder decides.
#[derive(Debug, Clone)]
pub struct Founding {
    /// The team's name.
    pub team: String,
    /// The founder's name.
    pub person: String,
    /// The founder's colour.
    pub colour: u8,
    /// The device's name.
    pub device: String,
    /// The name of the personal vault.
    pub personal: String,
    /// Now, Unix milliseconds.
    pub wall_ms: u64,
}

/// A new device's own keys and its log's nonce.
pub(super) struct NewDevice {
    pub(super) seed: DeviceSeed,
    pub(super) log: LogIdentity,
    pub(super) keys: DeviceKeys,
}

impl NewDevice {
    pub(super) fn make(rng: &mut dyn CryptoRng) -> Self {
        let seed = DeviceSeed::random(rng);
        let keys = public_keys(&seed.signing(), &seed.sealing());
        let mut nonce = [0; 16];
        rng.fill_bytes(&mut nonce);
        let log = LogIdentity {
            sign: keys.sign,
            seal_hash: keys.seal_hash(),
            nonce,
        };
        Self { seed, log, keys }
    }
}

/// The public halves, as entries carry them.
pub(super) fn public_keys(sign: &SigningKey, seal: &SealSecretKey) -> DeviceKeys {
    DeviceKeys {
        sign: *sign.verify_key().as_bytes(),
        seal: Box::new(*seal.public().as_bytes()),
    }
}

/// The hash that a kit or the recovery owner commits to: of the public keys that its seed's
/// successor derives. The successor's seed is the hash of the seed's own text on the sheet, so
/// that one sheet holds both.
pub(super) fn successor_hash(seed: &[u8; 32]) -> [u8; 32] {
    let mut next = crypto::hash(label::SUCCESSOR, &[seed]);
    let successor = KitSeed::from_bytes(&mut next);
    let keys = public_keys(&successor.signing(), &successor.sealing());
    crypto::hash(label::SUCCESSOR, &[&keys.sign, &keys.seal_hash()])
}

/// Makes a team and its founder. Returns the replica with its first entries written, and the two
/// seeds that must be saved on paper and then forgotten.
///
/// # Errors
/// [`WriteError`]; nothing exists then.
pub fn found(
    founding: &Founding,
    rng: &mut dyn CryptoRng,
) -> Result<(Replica, KitSeed, Own0Seed), WriteError> {
    let (kit, own0) = (KitSeed::random(rng), Own0Seed::random(rng));
    let device = NewDevice::make(rng);
    let facts = UserFacts {
        kit: public_keys(&kit.signing(), &kit.sealing()),
        // EXPOSE: the successor is derived from the seed.
        kit_successor: successor_hash(kit.expose_secret()),
        first: device.keys,
    };
    let mut nonce = [0; 32];
    rng.fill_bytes(&mut nonce);
    let genesis = Genesis {
        nonce,
        own0: public_keys(&own0.signing(), &own0.sealing()),
        // EXPOSE: the successor is derived from the seed.
        own0_successor: successor_hash(own0.expose_secret()),
        founder: facts.clone(),
    };
    let team = team_id(&genesis);
    let me = Me {
        user: facts.id(team),
        facts,
        seed: device.seed,
        log: device.log,
    };
    let chain = Chain::start(me.log.place(team));
    let mut replica = Replica::new(genesis.clone(), team, OuterKey::random(rng), me, chain);

    let now = founding.wall_ms;
    replica.say(
        Kind::LogStart,
        None,
        &body::LogStart { replaces: None },
        now,
    )?;
    replica.say(Kind::Genesis, None, &genesis, now)?;
    replica.mint(replica.own_scope(), now, rng)?;
    let built_in = [
        replica.rights.directory(),
        replica.rights.audit(),
        replica.rights.admins(),
    ];
    for scope in built_in {
        replica.mint(scope, now, rng)?;
    }
    let about_team = Record::new(About::Team, &founding.team, 0, rng);
    replica.write_record(&about_team, now, rng)?;
    replica.introduce(
        &founding.person,
        founding.colour,
        &founding.device,
        now,
        rng,
    )?;
    replica.create_personal(&founding.personal, now, rng)?;
    Ok((replica, kit, own0))
}

/// The team's id: `H("conclave/1/genesis", body)`.
#[must_use]
pub fn team_id(genesis: &Genesis) -> TeamId {
    TeamId::new(crypto::hash(label::GENESIS, &[&cbor::encode(genesis)]))
}

impl Replica {
    /// Writes the directory records of the own person and device.
    ///
    /// # Errors
    /// [`WriteError::NoKey`] while the directory's key has not arrived.
    pub fn introduce(
        &mut self,
        person: &str,
        colour: u8,
        device: &str,
        now: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), WriteError> {
        let user = Record::new(About::User(self.me.user), person, colour, rng);
        self.write_record(&user, now, rng)?;
        let device = Record::new(About::Device(self.device()), device, 0, rng);
        self.write_record(&device, now, rng)
    }

    /// Makes the vault that only its creator reads.
    ///
    /// # Errors
    /// [`WriteError::NotAllowed`] for somebody without a live grant of their own.
    pub fn create_personal(
        &mut self,
        name: &str,
        now: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<ScopeId, WriteError> {
        let under = self.under_any();
        let scope = self.create_scope(ScopeKind::Personal, None, None, under, now)?;
        self.mint(scope, now, rng)?;
        self.write_record(&Record::new(About::Scope(scope), name, 3, rng), now, rng)?;
        Ok(scope)
    }
}
