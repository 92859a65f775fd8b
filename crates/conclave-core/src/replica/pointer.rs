//! What a recovery kit finds on the storage: who its person is, in which team, and the outer key.
//!
//! A kit is a seed on paper. It knows neither team nor outer key, and without them no pack opens.
//! So when a kit is made, those are sealed under a key that its seed derives, and put where its
//! device id says. Nobody else can make such an object, so none can lead a kit astray.

use conclave_crypto::{self as crypto, KitSeed, OpenError, OuterKey, Pad, env, label};
use minicbor::{Decode, Encode};
use rand_core::CryptoRng;

use super::{MAX_JOIN_OBJECT, Replica, WriteError, founding::public_keys, team_id};
use crate::{
    body::{At, Genesis},
    cbor,
    entry::MAX_SEEN,
    id::{InviteId, TeamId},
    keys::UserFacts,
};

/// What a kit finds.
#[derive(Encode, Decode)]
#[cbor(map)]
pub struct KitPointer {
    #[n(0)]
    genesis: Genesis,
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    out: [u8; 32],
    #[n(2)]
    facts: UserFacts,
    /// The team's name when the kit was made.
    #[n(3)]
    pub team_name: String,
    /// The person's name then.
    #[n(4)]
    pub person_name: String,
    /// The person's colour then.
    #[n(5)]
    pub colour: u8,
    /// The heads that were known then: a storage that shows less is showing an older team.
    #[n(6)]
    pub heads: Vec<At>,
}

impl Drop for KitPointer {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.out);
    }
}

impl KitPointer {
    /// Takes down what the kit of a replica's person will need.
    #[must_use]
    pub fn of(replica: &Replica, team: &str, person: &str, colour: u8, ticket: &[At]) -> Self {
        let own = replica.ends().into_iter();
        let own = own.map(|(log, (seq, hash))| At { log, seq, hash });
        Self {
            genesis: replica.genesis.clone(),
            // EXPOSE: sealed under the kit's own key.
            out: *replica.out.expose_secret(),
            facts: replica.me.facts.clone(),
            team_name: team.to_owned(),
            person_name: person.to_owned(),
            colour,
            heads: own.chain(ticket.iter().copied()).take(MAX_SEEN).collect(),
        }
    }

    /// Where on the storage a kit finds it, in the folder of invitations.
    #[must_use]
    pub fn place(kit: &KitSeed) -> InviteId {
        let device = public_keys(&kit.signing(), &kit.sealing()).id();
        InviteId::new(crypto::hash(label::KIT_POINTER, &[device.as_bytes()]))
    }

    /// Seals it for the kit.
    #[must_use]
    pub fn seal(&self, kit: &KitSeed, rng: &mut dyn CryptoRng) -> Vec<u8> {
        let plain = zeroize::Zeroizing::new(cbor::encode(self));
        env::seal(&kit.finding(), &ctx(kit), Pad::Padme, &plain, rng)
    }

    /// Opens it with the kit's seed.
    ///
    /// # Errors
    /// [`OpenError`] for an altered one and for one of another kit alike.
    pub fn open(kit: &KitSeed, sealed: &[u8]) -> Result<Self, OpenError> {
        if sealed.len() > MAX_JOIN_OBJECT {
            return Err(OpenError::new());
        }
        let plain = env::open(&kit.finding(), &ctx(kit), Pad::Padme, sealed)?;
        let found: Self = cbor::decode(&plain).map_err(|_| OpenError::new())?;
        if found.is_short() && found.facts.kit == public_keys(&kit.signing(), &kit.sealing()) {
            Ok(found)
        } else {
            Err(OpenError::new())
        }
    }

    /// No more heads than the format allows: each is kept, and waited for, on the device that opens
    /// this.
    pub(super) const fn is_short(&self) -> bool {
        self.heads.len() <= MAX_SEEN
    }

    /// The team.
    #[must_use]
    pub fn team(&self) -> TeamId {
        team_id(&self.genesis)
    }

    /// A new device of the kit's person, which the kit has not vouched for yet.
    ///
    /// # Errors
    /// [`WriteError`]; nothing exists then.
    pub fn new_device(&self, now: u64, rng: &mut dyn CryptoRng) -> Result<Replica, WriteError> {
        let mut out = self.out;
        let out = OuterKey::from_bytes(&mut out);
        Replica::for_new_device(self.genesis.clone(), out, self.facts.clone(), now, rng)
    }
}

fn ctx(kit: &KitSeed) -> env::Ctx {
    env::Ctx::new(label::KIT_POINTER, &[KitPointer::place(kit).as_bytes()])
}

#[cfg(test)]
mod tests {
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

    use super::*;
    use crate::{
        id::{EntryHash, LogId},
        replica::{Founding, found},
    };

    #[test]
    fn hostile_21_a_pointer_has_no_more_heads_than_the_format_allows() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let founding = Founding {
            team: "Northwind".into(),
            person: "Ana".into(),
            colour: 1,
            device: "desk".into(),
            personal: "Personal".into(),
            wall_ms: 1,
        };
        let (desk, kit, _) = found(&founding, &mut rng).unwrap();
        let head = At {
            log: LogId::new([1; 32]),
            seq: u64::MAX - 1,
            hash: EntryHash::new([2; 32]),
        };
        let mut pointer = KitPointer::of(&desk, "Northwind", "Ana", 1, &[]);
        for (heads, opens) in [(MAX_SEEN, true), (MAX_SEEN + 1, false)] {
            pointer.heads = vec![head; heads];
            let sealed = pointer.seal(&kit, &mut rng);
            assert!(sealed.len() <= MAX_JOIN_OBJECT);
            assert_eq!(KitPointer::open(&kit, &sealed).is_ok(), opens, "{heads}");
        }
    }
}
