//! Whose keys this person has compared by words: the record that sharing is held against.
//!
//! A pin holds the hash of the exact public keys and the name that they went by. Another name for
//! the same keys, and other keys under the same name, are a stop.

use conclave_core::{cbor, id::UserId};
use conclave_crypto::{hash, label, sha256};
use minicbor::{Decode, Encode};

use super::{Engine, EngineError};

const PINS: &str = "pins";

/// What one comparison found.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct Pin {
    #[n(0)]
    user: UserId,
    /// SHA-256 of the CBOR of the person's facts.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    keys: [u8; 32],
    #[n(2)]
    name: String,
    #[n(3)]
    at_ms: u64,
    /// The words were the same.
    #[n(4)]
    same: bool,
}

/// What the pins say of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pinned {
    /// Nothing.
    No,
    /// These keys, under this name.
    Same,
    /// The words were not the same.
    Differ,
    /// Other keys under this name, or another name for these keys.
    Changed,
}

/// What was confirmed instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Differs {
    /// When.
    pub(crate) at_ms: Option<u64>,
    /// The name of these very keys then.
    pub(crate) was_called: Option<String>,
}

fn fold(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    words.join(" ").to_lowercase()
}

impl Engine {
    fn pins(&self) -> Result<Vec<Pin>, EngineError> {
        let Some(row) = self.store.value(Some(&self.team), PINS)? else {
            return Ok(Vec::new());
        };
        cbor::decode(&row).map_err(|_| EngineError::Damaged)
    }

    fn key_hash(&self, user: UserId) -> Option<[u8; 32]> {
        let facts = self.replica.facts_of(user)?;
        Some(sha256(&cbor::encode(facts)))
    }

    fn name_of(&self, user: UserId) -> String {
        let named = self.names.person(user);
        named.map(|named| named.name.clone()).unwrap_or_default()
    }

    /// What the pins say of a person. Pins that cannot be read are a stop, and no leave.
    pub(crate) fn pinned(&self, user: UserId) -> Pinned {
        let (Ok(pins), keys) = (self.pins(), self.key_hash(user)) else {
            return Pinned::Changed;
        };
        let name = fold(&self.name_of(user));
        match pins.iter().find(|pin| pin.user == user) {
            Some(pin) if !pin.same => Pinned::Differ,
            Some(pin) if Some(pin.keys) == keys && fold(&pin.name) == name => Pinned::Same,
            Some(_) => Pinned::Changed,
            None if pins.iter().any(|pin| pin.same && fold(&pin.name) == name) => Pinned::Changed,
            None => Pinned::No,
        }
    }

    /// What differs from what was confirmed, and when that was.
    pub(crate) fn differs(&self, user: UserId) -> Option<Differs> {
        if self.pinned(user) != Pinned::Changed {
            return None;
        }
        let pins = self.pins().unwrap_or_default();
        let (keys, name) = (self.key_hash(user), fold(&self.name_of(user)));
        let own = pins.iter().find(|pin| pin.user == user);
        let pin = own.or_else(|| pins.iter().find(|pin| pin.same && fold(&pin.name) == name));
        Some(Differs {
            at_ms: pin.map(|pin| pin.at_ms),
            was_called: own
                .filter(|pin| Some(pin.keys) == keys)
                .map(|pin| pin.name.clone()),
        })
    }

    /// Was somebody else confirmed under this name?
    pub(crate) fn confirmed_other(&self, user: UserId, name: &str) -> Option<Differs> {
        let pins = self.pins().ok()?;
        let name = fold(name);
        let other = |pin: &&Pin| pin.same && pin.user != user && fold(&pin.name) == name;
        pins.iter().find(other).map(|pin| Differs {
            at_ms: Some(pin.at_ms),
            was_called: None,
        })
    }

    /// What this person and another compare: the same on both screens, and on no other.
    pub(crate) fn safety_digest(&self, user: UserId) -> Option<[u8; 32]> {
        let mine = cbor::encode(&self.replica.me().facts);
        let theirs = cbor::encode(self.replica.facts_of(user)?);
        let mut both = [mine, theirs];
        both.sort();
        let [low, high] = &both;
        let team = self.team;
        Some(hash(label::FINGERPRINT, &[team.as_bytes(), low, high]))
    }

    /// What this device knows of its team: the ends of all logs, in the order of their ids.
    pub(crate) fn state_digest(&self) -> [u8; 32] {
        let ends = self.replica.ends();
        let ends = ends.iter().map(|(log, (seq, hash))| {
            let parts = [
                log.as_bytes().as_slice(),
                &seq.to_le_bytes(),
                hash.as_bytes(),
            ];
            parts.concat()
        });
        let ends: Vec<Vec<u8>> = ends.collect();
        let team: &[u8] = self.team.as_bytes();
        let fields: Vec<&[u8]> = core::iter::once(team)
            .chain(ends.iter().map(Vec::as_slice))
            .collect();
        hash(label::STATE_WORDS, &fields)
    }

    /// Keeps what a comparison found. Words that were the same replace what was known of others
    /// under this name.
    pub(crate) fn pin(&mut self, user: UserId, same: bool) -> Result<(), EngineError> {
        let keys = self.key_hash(user).ok_or(EngineError::NotFound)?;
        let (name, at_ms) = (self.name_of(user), self.now());
        let mut pins = self.pins()?;
        pins.retain(|pin| pin.user != user && !(same && fold(&pin.name) == fold(&name)));
        pins.push(Pin {
            user,
            keys,
            name,
            at_ms,
            same,
        });
        let (team, row) = (self.team, cbor::encode(&pins));
        self.generation += 1;
        self.store
            .transaction(|tx| tx.put_value(Some(&team), PINS, &row).map_err(Into::into))
    }
}
