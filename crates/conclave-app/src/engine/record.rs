//! What the store keeps of a team beside packs: who this device is, and own entries in waiting.

use conclave_core::{
    body::Genesis,
    cbor,
    entry::RawEntry,
    id::{GrantId, TeamId},
    keys::UserFacts,
    pack::LogIdentity,
    replica::{Me, Replica, team_id},
};
use conclave_crypto::{DeviceSeed, OuterKey};
use minicbor::{Decode, Encode};
use zeroize::{Zeroize, Zeroizing};

use super::EngineError;

/// The value's name in the store.
pub(crate) const IDENTITY: &str = "identity";

/// Who this device is in a team, and the keys that make it so.
#[derive(Encode, Decode)]
#[cbor(map)]
pub struct Identity {
    #[n(0)]
    genesis: Genesis,
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    out: [u8; 32],
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    seed: [u8; 32],
    #[n(3)]
    facts: UserFacts,
    #[n(4)]
    log: LogIdentity,
    /// It is a machine, and `facts` are those of who answers for it.
    #[n(5)]
    machine: Option<bool>,
}

impl Drop for Identity {
    fn drop(&mut self) {
        self.out.zeroize();
        self.seed.zeroize();
    }
}

impl Identity {
    /// Takes down who a replica is.
    #[must_use]
    pub fn of(replica: &Replica) -> Self {
        let me = replica.me();
        Self {
            genesis: replica.genesis().clone(),
            // EXPOSE: sealed in the store's own row.
            out: *replica.out().expose_secret(),
            // EXPOSE: sealed in the store's own row.
            seed: *me.seed.expose_secret(),
            facts: me.facts.clone(),
            log: me.log,
            machine: replica.is_machine().then_some(true),
        }
    }

    /// It is a machine's.
    pub(crate) const fn is_machine(&self) -> bool {
        matches!(self.machine, Some(true))
    }

    /// The row's bytes.
    #[must_use]
    pub fn encode(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(cbor::encode(self))
    }

    /// Reads the row.
    ///
    /// # Errors
    /// [`EngineError::Damaged`] when it is not one.
    pub fn decode(bytes: &[u8]) -> Result<Self, EngineError> {
        cbor::decode(bytes).map_err(|_| EngineError::Damaged)
    }

    /// The team.
    #[must_use]
    pub fn team(&self) -> TeamId {
        team_id(&self.genesis)
    }

    pub(crate) fn parts(&self) -> (Genesis, OuterKey, Me) {
        let (mut out, mut seed) = (self.out, self.seed);
        let me = Me {
            user: self.facts.id(self.team()),
            facts: self.facts.clone(),
            seed: DeviceSeed::from_bytes(&mut seed),
            log: self.log,
        };
        (self.genesis.clone(), OuterKey::from_bytes(&mut out), me)
    }
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct RawRow {
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    header: Vec<u8>,
    #[n(1)]
    grant: Option<GrantId>,
    #[n(2)]
    member: Option<GrantId>,
    #[n(3)]
    #[cbor(with = "minicbor::bytes")]
    control: Option<Vec<u8>>,
}

pub(crate) fn encode_raw(raw: &RawEntry) -> Vec<u8> {
    cbor::encode(&RawRow {
        header: raw.header.clone(),
        grant: raw.grant,
        member: raw.member,
        control: raw.control.clone(),
    })
}

pub(crate) fn decode_raw(bytes: &[u8]) -> Result<RawEntry, EngineError> {
    let row: RawRow = cbor::decode(bytes).map_err(|_| EngineError::Damaged)?;
    Ok(RawEntry {
        header: row.header,
        grant: row.grant,
        member: row.member,
        control: row.control,
    })
}
