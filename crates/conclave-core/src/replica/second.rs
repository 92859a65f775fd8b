//! A second device of the same person: an offer under a code, a request under the same code, and
//! three words that both screens show.
//!
//! The code has 128 bits and is passed from one screen to the other by the person. It hides the
//! offer and proves the request; the words are there for a code that somebody else has read. They
//! hang on both devices' nonces: the old device commits to its own before the new one's is made,
//! and reveals it only for the one request that it took, so that nobody can try until words meet.

use conclave_crypto::{
    self as crypto, OpenError, Pad, PairingKey, SealPublicKey, Signature, VerifyKey, boxes,
    env::{self, Ctx},
    label, lp,
};
use minicbor::{Decode, Encode};
use rand_core::CryptoRng;

use super::{KitPointer, MAX_JOIN_OBJECT, Replica, RequestProblem, WriteError};
use crate::{
    body::At,
    cbor,
    entry::MAX_SEEN,
    id::{EntryHash, InviteId, TeamId},
    keys::DeviceKeys,
    pack::LogIdentity,
};

/// Bytes of the encapsulation before the ciphertext of a request.
const ENC: usize = boxes::ENC_LEN;

/// What an old device offers to a new one of its person.
#[derive(Encode, Decode)]
#[cbor(map)]
pub struct DeviceOffer {
    /// Who and where.
    #[n(0)]
    pub person: KitPointer,
    #[n(1)]
    epoch: EntryHash,
    #[n(2)]
    #[cbor(with = "crate::cbor::boxed")]
    scope_pk: Box<[u8; 1216]>,
    #[n(3)]
    #[cbor(with = "minicbor::bytes")]
    commit: [u8; 32],
}

/// What the old device keeps while its code is shown.
pub struct Offering {
    key: PairingKey,
    /// Where the offer lies, and the requests to it.
    pub id: InviteId,
    /// The sealed offer.
    pub sealed: Vec<u8>,
    nonce: [u8; 32],
}

/// What the new device keeps while it waits.
#[derive(Encode, Decode)]
#[cbor(map)]
pub struct Asking {
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    key: [u8; 32],
    /// Where the request goes.
    #[n(1)]
    pub id: InviteId,
    #[n(2)]
    team: TeamId,
    #[n(3)]
    #[cbor(with = "minicbor::bytes")]
    offer: [u8; 32],
    #[n(4)]
    #[cbor(with = "minicbor::bytes")]
    commit: [u8; 32],
    #[n(5)]
    #[cbor(with = "minicbor::bytes")]
    request: [u8; 32],
    #[n(6)]
    #[cbor(with = "minicbor::bytes")]
    nonce: [u8; 32],
}

impl Drop for Asking {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.key);
    }
}

/// A request that the code proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceRequest {
    /// The new device's keys, which it signed with.
    pub keys: DeviceKeys,
    /// What it calls itself.
    pub name: String,
    /// Its system, a word.
    pub os: String,
    digest: [u8; 32],
    nonce: [u8; 32],
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct Ask {
    #[n(0)]
    keys: DeviceKeys,
    #[n(1)]
    log: LogIdentity,
    #[n(2)]
    name: String,
    #[n(3)]
    os: String,
    #[n(4)]
    #[cbor(with = "minicbor::bytes")]
    nonce: [u8; 32],
    #[n(5)]
    #[cbor(with = "minicbor::bytes")]
    signature: [u8; 64],
}

impl Ask {
    fn signed(&self, team: TeamId, id: InviteId) -> Vec<u8> {
        lp(
            label::DEVICE_REQUEST,
            &[
                team.as_bytes(),
                id.as_bytes(),
                &cbor::encode(&self.keys),
                &cbor::encode(&self.log),
                self.name.as_bytes(),
                self.os.as_bytes(),
                &self.nonce,
            ],
        )
    }

    fn is_proven(&self, team: TeamId, id: InviteId) -> bool {
        let fields = self.signed(team, id);
        let signature = Signature::from_bytes(self.signature);
        let key = VerifyKey::from_bytes(self.keys.sign);
        self.log.device() == self.keys.id()
            && key
                .verify(label::DEVICE_PROOF, &[&fields], &signature)
                .is_ok()
    }
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct Reveal {
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    nonce: [u8; 32],
    #[n(1)]
    heads: Vec<At>,
}

/// The numbers of the three words, each below `count`.
#[must_use]
pub fn word_numbers<const N: usize>(digest: &[u8; 32], count: u64) -> [u64; N] {
    let (chunks, _) = digest.as_chunks::<8>();
    let mut out = [0; N];
    for (number, chunk) in out.iter_mut().zip(chunks) {
        *number = u64::from_be_bytes(*chunk) % count.max(1);
    }
    out
}

impl Offering {
    /// Reads a request to this offer.
    ///
    /// # Errors
    /// [`RequestProblem`]; such a request is never taken.
    pub fn open_request(
        &self,
        replica: &Replica,
        sealed: &[u8],
    ) -> Result<DeviceRequest, RequestProblem> {
        let bad = RequestProblem::Unreadable;
        let (enc, ct) = sealed.split_at_checked(ENC).ok_or(bad)?;
        if sealed.len() > MAX_JOIN_OBJECT {
            return Err(bad);
        }
        let info = info(replica.team, self.id);
        let epochs = replica.rights.epochs(replica.own_scope());
        let plain = epochs.iter().find_map(|epoch| {
            let secret = replica.keyring.get(epoch)?.sealing();
            // EXPOSE: the code is the pre-shared key of the request.
            let psk = self.key.expose_secret();
            boxes::open_psk(&secret, psk, self.id.as_bytes(), &info, &[], enc, ct).ok()
        });
        let ask: Ask = cbor::decode(&plain.ok_or(RequestProblem::CodeNotProven)?)
            .map_err(|_| RequestProblem::Unreadable)?;
        if !ask.is_proven(replica.team, self.id) {
            return Err(RequestProblem::CodeNotProven);
        }
        Ok(DeviceRequest {
            keys: ask.keys,
            name: ask.name,
            os: ask.os,
            digest: crypto::sha256(sealed),
            nonce: ask.nonce,
        })
    }

    /// Opens the commitment for one request, and for no other ever after. Returns where it goes.
    #[must_use]
    pub fn reveal(
        &self,
        replica: &Replica,
        request: &DeviceRequest,
        rng: &mut dyn CryptoRng,
    ) -> (InviteId, Vec<u8>) {
        let reveal = Reveal {
            nonce: self.nonce,
            heads: heads(replica),
        };
        let ctx = reveal_ctx(replica.team, self.id, &request.digest);
        let sealed = env::seal(&self.key, &ctx, Pad::Padme, &cbor::encode(&reveal), rng);
        (reveal_place(self.id, &request.digest), sealed)
    }

    /// What the words are made of.
    #[must_use]
    pub fn words(&self, team: TeamId, request: &DeviceRequest) -> [u8; 32] {
        let offer = crypto::sha256(&self.sealed);
        words(
            team,
            self.id,
            [&offer, &request.digest, &self.nonce, &request.nonce],
        )
    }
}

impl DeviceOffer {
    /// Where on the storage an offer under this code lies.
    #[must_use]
    pub fn place(key: &PairingKey) -> InviteId {
        // EXPOSE: a hash that names the offer; the key has too many bits to be guessed from it.
        InviteId::new(crypto::hash(label::DEVICE_OFFER, &[key.expose_secret()]))
    }

    /// Opens an offer with the key that the code derives.
    ///
    /// # Errors
    /// [`OpenError`] for a wrong code and for an altered offer alike.
    pub fn open(key: &PairingKey, sealed: &[u8]) -> Result<Self, OpenError> {
        if sealed.len() > MAX_JOIN_OBJECT {
            return Err(OpenError::new());
        }
        let plain = env::open(key, &offer_ctx(Self::place(key)), Pad::Padme, sealed)?;
        let offer: Self = cbor::decode(&plain).map_err(|_| OpenError::new())?;
        if offer.person.is_short() {
            Ok(offer)
        } else {
            Err(OpenError::new())
        }
    }

    /// Makes the new device's keys and its request.
    ///
    /// # Errors
    /// [`WriteError`]; nothing exists then.
    pub fn ask(
        &self,
        key: &PairingKey,
        sealed_offer: &[u8],
        (name, os): (&str, &str),
        now: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<(Replica, Asking, Vec<u8>), WriteError> {
        let (replica, id) = (self.person.new_device(now, rng)?, Self::place(key));
        let mut nonce = [0; 32];
        rng.fill_bytes(&mut nonce);
        let mut ask = Ask {
            keys: replica.own_keys(),
            log: replica.me.log,
            name: name.to_owned(),
            os: os.to_owned(),
            nonce,
            signature: [0; 64],
        };
        let fields = ask.signed(replica.team, id);
        let signer = replica.me.signer();
        ask.signature = signer.sign(label::DEVICE_PROOF, &[&fields]).to_bytes();
        let pk = SealPublicKey::from_bytes(self.scope_pk.as_slice())?;
        let info = info(replica.team, id);
        // EXPOSE: the code is the pre-shared key of the request.
        let psk = key.expose_secret();
        let plain = cbor::encode(&ask);
        let sealed = boxes::seal_psk(&pk, psk, id.as_bytes(), &info, &[], &plain, rng)?;
        let request = [sealed.enc.as_slice(), &sealed.ct].concat();
        let asking = Asking {
            // EXPOSE: sealed in the store's own row until the device is in.
            key: *key.expose_secret(),
            id,
            team: replica.team,
            offer: crypto::sha256(sealed_offer),
            commit: self.commit,
            request: crypto::sha256(&request),
            nonce,
        };
        Ok((replica, asking, request))
    }
}

impl Asking {
    /// Where the old device opens its commitment for this request.
    #[must_use]
    pub fn reveal_place(&self) -> InviteId {
        reveal_place(self.id, &self.request)
    }

    /// Reads the opened commitment: what the words are made of, and the heads that the old device
    /// knew.
    ///
    /// # Errors
    /// [`OpenError`] for one that is not what was committed to.
    pub fn open_reveal(&self, sealed: &[u8]) -> Result<([u8; 32], Vec<At>), OpenError> {
        if sealed.len() > MAX_JOIN_OBJECT {
            return Err(OpenError::new());
        }
        let mut key = self.key;
        let key = PairingKey::from_bytes(&mut key);
        let ctx = reveal_ctx(self.team, self.id, &self.request);
        let plain = env::open(&key, &ctx, Pad::Padme, sealed)?;
        let reveal: Reveal = cbor::decode(&plain).map_err(|_| OpenError::new())?;
        if commit(self.id, &reveal.nonce) != self.commit || reveal.heads.len() > MAX_SEEN {
            return Err(OpenError::new());
        }
        let parts = [&self.offer, &self.request, &reveal.nonce, &self.nonce];
        Ok((words(self.team, self.id, parts), reveal.heads))
    }
}

impl Replica {
    /// Offers a place among this person's devices to whoever knows the code.
    #[must_use]
    pub fn offer_device(
        &self,
        key: PairingKey,
        (team, person, colour): (&str, &str, u8),
        rng: &mut dyn CryptoRng,
    ) -> Option<Offering> {
        let (epoch, pk) = self.scope_key(self.own_scope())?;
        let id = DeviceOffer::place(&key);
        let mut nonce = [0; 32];
        rng.fill_bytes(&mut nonce);
        let offer = DeviceOffer {
            person: KitPointer::of(self, team, person, colour, &[]),
            epoch,
            scope_pk: Box::new(*pk.as_bytes()),
            commit: commit(id, &nonce),
        };
        let plain = zeroize::Zeroizing::new(cbor::encode(&offer));
        let sealed = env::seal(&key, &offer_ctx(id), Pad::Padme, &plain, rng);
        Some(Offering {
            key,
            id,
            sealed,
            nonce,
        })
    }
}

fn heads(replica: &Replica) -> Vec<At> {
    let ends = replica.ends().into_iter();
    let heads = ends.map(|(log, (seq, hash))| At { log, seq, hash });
    heads.take(MAX_SEEN).collect()
}

fn commit(id: InviteId, nonce: &[u8; 32]) -> [u8; 32] {
    crypto::hash(label::WORDS_COMMIT, &[id.as_bytes(), nonce])
}

fn words(team: TeamId, id: InviteId, [offer, request, old, new]: [&[u8; 32]; 4]) -> [u8; 32] {
    let fields: [&[u8]; 6] = [team.as_bytes(), id.as_bytes(), offer, request, old, new];
    crypto::hash(label::JOIN_WORDS, &fields)
}

fn info(team: TeamId, id: InviteId) -> Vec<u8> {
    lp(label::DEVICE_REQUEST, &[team.as_bytes(), id.as_bytes()])
}

fn offer_ctx(id: InviteId) -> Ctx {
    Ctx::new(label::DEVICE_OFFER, &[id.as_bytes()])
}

fn reveal_ctx(team: TeamId, id: InviteId, request: &[u8; 32]) -> Ctx {
    Ctx::new(
        label::WORDS_COMMIT,
        &[team.as_bytes(), id.as_bytes(), request],
    )
}

fn reveal_place(id: InviteId, request: &[u8; 32]) -> InviteId {
    InviteId::new(crypto::hash(label::DEVICE_OFFER, &[id.as_bytes(), request]))
}

#[cfg(test)]
mod tests {
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

    use super::*;
    use crate::replica::{Founding, found};

    fn desk(rng: &mut ChaCha20Rng) -> Replica {
        let founding = Founding {
            team: "Northwind".into(),
            person: "Ana".into(),
            colour: 1,
            device: "desk".into(),
            personal: "Personal".into(),
            wall_ms: 1,
        };
        found(&founding, rng).unwrap().0
    }

    #[test]
    fn a_second_device_by_code_and_words() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let mut desk = desk(&mut rng);
        let key = || PairingKey::derive(b"ten words");
        let offering = desk
            .offer_device(key(), ("Northwind", "Ana", 1), &mut rng)
            .unwrap();
        let offer = DeviceOffer::open(&key(), &offering.sealed).unwrap();
        assert!(DeviceOffer::open(&PairingKey::derive(b"others"), &offering.sealed).is_err());
        let made = offer.ask(&key(), &offering.sealed, ("lap", "linux"), 2, &mut rng);
        let (mut lap, asking, sealed) = made.unwrap();

        let request = offering.open_request(&desk, &sealed).unwrap();
        assert_eq!(
            (request.name.as_str(), &request.keys),
            ("lap", &lap.own_keys())
        );
        let (place, reveal) = offering.reveal(&desk, &request, &mut rng);
        assert_eq!(place, asking.reveal_place());
        let (words, heads) = asking.open_reveal(&reveal).unwrap();
        assert_eq!(words, offering.words(desk.team(), &request));
        assert_eq!(heads.len(), 1);

        desk.add_device(request.keys, 3, &mut rng).unwrap();
        lap.insert(desk.entries().cloned());
        assert!(lap.is_own_device());
        let personal = lap.vaults().into_iter().find(|v| v.personal).unwrap();
        assert!(lap.usable_epoch(personal.scope).is_some());
    }

    #[test]
    fn somebody_in_between_who_knows_the_code_sees_other_words() {
        let mut rng = ChaCha20Rng::seed_from_u64(2);
        let desk = desk(&mut rng);
        let key = || PairingKey::derive(b"ten words");
        let offering = desk
            .offer_device(key(), ("Northwind", "Ana", 1), &mut rng)
            .unwrap();
        let offer = DeviceOffer::open(&key(), &offering.sealed).unwrap();
        let mut ask = || {
            offer
                .ask(&key(), &offering.sealed, ("lap", "linux"), 2, &mut rng)
                .unwrap()
        };
        let ((_, mine, _), (_, _, other)) = (ask(), ask());
        let taken = offering.open_request(&desk, &other).unwrap();
        let (_, reveal) = offering.reveal(&desk, &taken, &mut rng);
        // What was revealed for another request opens nothing here.
        assert!(mine.open_reveal(&reveal).is_err());
        // A request under another code proves nothing.
        let false_key = PairingKey::derive(b"others");
        let (_, _, bad) = offer
            .ask(&false_key, &offering.sealed, ("x", "y"), 2, &mut rng)
            .unwrap();
        assert_eq!(
            offering.open_request(&desk, &bad),
            Err(RequestProblem::CodeNotProven)
        );
        for at in [0, ENC, other.len() - 1] {
            let mut flipped = other.clone();
            flipped[at] ^= 1;
            assert!(offering.open_request(&desk, &flipped).is_err());
        }
        assert!(offering.open_request(&desk, &other[..ENC - 1]).is_err());
    }

    /// Otherwise whoever knows the code could try nonces until both screens show the same words.
    #[test]
    fn hostile_22_the_words_are_made_of_the_nonce_that_was_committed_to() {
        let mut rng = ChaCha20Rng::seed_from_u64(4);
        let desk = desk(&mut rng);
        let key = || PairingKey::derive(b"ten words");
        let offering = desk
            .offer_device(key(), ("Northwind", "Ana", 1), &mut rng)
            .unwrap();
        let offer = DeviceOffer::open(&key(), &offering.sealed).unwrap();
        let asked = offer.ask(&key(), &offering.sealed, ("lap", "linux"), 2, &mut rng);
        let (_, asking, request) = asked.unwrap();
        let request = offering.open_request(&desk, &request).unwrap();
        let ctx = reveal_ctx(desk.team(), offering.id, &request.digest);
        for (nonce, opens) in [(offering.nonce, true), ([9; 32], false)] {
            let heads = vec![];
            let reveal = cbor::encode(&Reveal { nonce, heads });
            let sealed = env::seal(&key(), &ctx, Pad::Padme, &reveal, &mut rng);
            assert_eq!(asking.open_reveal(&sealed).is_ok(), opens);
        }
    }

    #[test]
    fn hostile_21_whoever_knows_the_code_names_no_more_heads_and_bytes_than_the_format_allows() {
        let mut rng = ChaCha20Rng::seed_from_u64(3);
        let desk = desk(&mut rng);
        let key = || PairingKey::derive(b"ten words");
        let offering = desk
            .offer_device(key(), ("Northwind", "Ana", 1), &mut rng)
            .unwrap();
        let mut offer = DeviceOffer::open(&key(), &offering.sealed).unwrap();
        let head = offer.person.heads[0];
        let (_, asking, request) = offer
            .ask(&key(), &offering.sealed, ("lap", "linux"), 2, &mut rng)
            .unwrap();
        let request = offering.open_request(&desk, &request).unwrap();
        let mut seal =
            |ctx: &Ctx, plain: &[u8]| env::seal(&key(), ctx, Pad::Padme, plain, &mut rng);
        for (heads, opens) in [(MAX_SEEN, true), (MAX_SEEN + 1, false)] {
            offer.person.heads = vec![head; heads];
            let sealed = seal(&offer_ctx(offering.id), &cbor::encode(&offer));
            assert_eq!(DeviceOffer::open(&key(), &sealed).is_ok(), opens, "{heads}");
            let reveal = Reveal {
                nonce: offering.nonce,
                heads: vec![head; heads],
            };
            let ctx = reveal_ctx(desk.team(), offering.id, &request.digest);
            let sealed = seal(&ctx, &cbor::encode(&reveal));
            assert_eq!(asking.open_reveal(&sealed).is_ok(), opens, "{heads}");
        }
        // A key of a later version may follow, but not without end.
        let ctx = reveal_ctx(desk.team(), offering.id, &request.digest);
        for (more, opens) in [(1000, true), (MAX_JOIN_OBJECT, false)] {
            let nonce = [&[0x00, 0x58, 0x20][..], &offering.nonce].concat();
            let mut plain = [&[0xa3][..], &nonce, &[0x01, 0x80, 0x02]].concat();
            plain.extend(cbor::encode(&minicbor::bytes::ByteVec::from(vec![0; more])));
            let sealed = seal(&ctx, &plain);
            assert_eq!(asking.open_reveal(&sealed).is_ok(), opens, "{more}");
        }
    }

    /// Otherwise a request could name keys that nobody holds, or a log that somebody else writes.
    #[test]
    fn hostile_22_a_devices_request_is_signed_by_the_keys_that_it_names() {
        let mut rng = ChaCha20Rng::seed_from_u64(5);
        let desk = desk(&mut rng);
        let key = || PairingKey::derive(b"ten words");
        let offering = desk
            .offer_device(key(), ("Northwind", "Ana", 1), &mut rng)
            .unwrap();
        let offer = DeviceOffer::open(&key(), &offering.sealed).unwrap();
        let mut new = || offer.person.new_device(2, &mut rng).unwrap();
        let (lap, other) = (new(), new());
        let (team, id) = (desk.team(), offering.id);
        let pk = SealPublicKey::from_bytes(offer.scope_pk.as_slice()).unwrap();
        for (log, signer, opens) in [
            (lap.me.log, &lap, true),
            (lap.me.log, &other, false),
            (other.me.log, &lap, false),
        ] {
            let mut ask = Ask {
                keys: lap.own_keys(),
                log,
                name: "lap".into(),
                os: "linux".into(),
                nonce: [7; 32],
                signature: [0; 64],
            };
            let (fields, signer) = (ask.signed(team, id), signer.me.signer());
            ask.signature = signer.sign(label::DEVICE_PROOF, &[&fields]).to_bytes();
            let (key, plain) = (key(), cbor::encode(&ask));
            // EXPOSE: a test's own code.
            let (psk, info) = (key.expose_secret(), info(team, id));
            let sealed =
                boxes::seal_psk(&pk, psk, id.as_bytes(), &info, &[], &plain, &mut rng).unwrap();
            let sealed = [sealed.enc.as_slice(), &sealed.ct].concat();
            let opened = offering.open_request(&desk, &sealed);
            assert_eq!(opened.is_ok(), opens);
        }
    }
}
