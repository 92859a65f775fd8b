//! Joining by invitation: what lies in `inv/<id>` and `inbox/<id>/` (docs/format.md, "Joining").
//!
//! A code that is said by another way proves both sides at once: only who knows it opens the
//! offer, and only who knows it signs a request. The request is signed over all the keys that the
//! joiner will ever be known by, so the keys that get boxes are the keys that the code proved.

use conclave_crypto::{
    self as crypto, InviteCodeKey, KitSeed, OpenError, OuterKey, Pad, SealPublicKey, Signature,
    SigningKey, VerifyKey,
    env::{self, Ctx},
    label, lp,
};
use minicbor::{Decode, Encode};
use rand_core::CryptoRng;

use super::{
    About, Me, Record, Replica, WriteError,
    founding::{NewDevice, public_keys, successor_hash, team_id},
    sharing::Giving,
};
use crate::{
    body::{self, At, Genesis, Subject},
    cbor,
    entry::MAX_SEEN,
    id::{EntryHash, InviteId, ScopeId, TeamId, UserId},
    keys::UserFacts,
    kind::Kind,
    pack::{Chain, LogIdentity},
    role::Role,
    sealing::{open_from_scope, seal_to_scope},
};

/// The largest offer and request, in bytes.
pub const MAX_JOIN_OBJECT: usize = 256 * 1024;

/// A vault that an invitation is for.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct OfferedVault {
    /// Its scope.
    #[n(0)]
    pub scope: ScopeId,
    /// Its name.
    #[n(1)]
    pub name: String,
}

/// Whom a request is sealed to.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
struct SealTo {
    #[n(0)]
    epoch: EntryHash,
    #[n(1)]
    #[cbor(with = "crate::cbor::boxed")]
    pk: Box<[u8; 1216]>,
}

/// What the code opens: all that a newcomer needs to find the team and to ask.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Offer {
    #[n(0)]
    genesis: Genesis,
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    out: [u8; 32],
    /// The team's name.
    #[n(2)]
    pub team_name: String,
    /// Who invites.
    #[n(3)]
    pub inviter: UserId,
    /// Their name.
    #[n(4)]
    pub inviter_name: String,
    /// The name that the invitation is for.
    #[n(5)]
    pub invited_name: String,
    /// The role in the vaults.
    #[n(6)]
    pub role: Role,
    /// The vaults.
    #[n(7)]
    pub vaults: Vec<OfferedVault>,
    /// Until when requests are accepted, Unix milliseconds.
    #[n(8)]
    pub expires_ms: u64,
    /// The heads that the inviter knew, so that a newcomer cannot be shown an older team.
    #[n(9)]
    pub heads: Vec<At>,
    #[n(10)]
    to: Vec<SealTo>,
}

impl Drop for Offer {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.out);
    }
}

impl Offer {
    /// The team that the offer's genesis founds.
    #[must_use]
    pub fn team(&self) -> TeamId {
        team_id(&self.genesis)
    }

    /// Opens `inv/<id>` with the key that the code derives.
    ///
    /// # Errors
    /// [`OpenError`] for a wrong code and for an altered offer alike.
    pub fn open(
        team: TeamId,
        invite: InviteId,
        code: &InviteCodeKey,
        sealed: &[u8],
    ) -> Result<Self, OpenError> {
        if sealed.len() > MAX_JOIN_OBJECT {
            return Err(OpenError::new());
        }
        let plain = env::open(code, &offer_ctx(team, invite), Pad::Padme, sealed)?;
        let offer: Self = cbor::decode(&plain).map_err(|_| OpenError::new())?;
        let sound = offer.team() == team && offer.heads.len() <= MAX_SEEN && !offer.to.is_empty();
        if sound {
            Ok(offer)
        } else {
            Err(OpenError::new())
        }
    }
}

/// What a joiner asks.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
struct Ask {
    #[n(0)]
    facts: UserFacts,
    #[n(1)]
    log: LogIdentity,
    #[n(2)]
    name: String,
    #[n(3)]
    device: String,
    #[n(4)]
    os: String,
    #[n(5)]
    colour: u8,
    #[n(6)]
    wall_ms: u64,
    /// By the invite key, the kit and the first device, in this order.
    #[n(7)]
    signatures: Vec<minicbor::bytes::ByteArray<64>>,
}

impl Ask {
    fn signed_fields(&self, team: TeamId, invite: InviteId) -> Vec<u8> {
        lp(
            label::JOIN_REQUEST,
            &[
                team.as_bytes(),
                invite.as_bytes(),
                &cbor::encode(&self.facts),
                &cbor::encode(&self.log),
                self.name.as_bytes(),
                self.device.as_bytes(),
                self.os.as_bytes(),
                &[self.colour],
                &self.wall_ms.to_le_bytes(),
            ],
        )
    }

    fn sign(&mut self, team: TeamId, invite: InviteId, keys: [&SigningKey; 3]) {
        let fields = self.signed_fields(team, invite);
        self.signatures = keys
            .iter()
            .map(|key| key.sign(label::JOIN_PROOF, &[&fields]).to_bytes().into())
            .collect();
    }

    /// Signed by the invite key and by the very keys that it names.
    fn proven(&self, team: TeamId, invite: InviteId, invite_key: [u8; 32]) -> bool {
        let fields = self.signed_fields(team, invite);
        let keys = [invite_key, self.facts.kit.sign, self.facts.first.sign];
        self.signatures.len() == keys.len()
            && self.log.device() == self.facts.first.id()
            && keys.iter().zip(&self.signatures).all(|(key, signature)| {
                VerifyKey::from_bytes(*key)
                    .verify(
                        label::JOIN_PROOF,
                        &[&fields],
                        &Signature::from_bytes(**signature),
                    )
                    .is_ok()
            })
    }
}

/// Why a request must not be let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestProblem {
    /// It is not signed by the key that the code derives.
    CodeNotProven,
    /// It cannot be opened or read.
    Unreadable,
}

/// A request to join that the code proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Which invitation it answers.
    pub invite: InviteId,
    /// Who asks, by the keys that the code proved.
    pub user: UserId,
    /// The name that the joiner gave.
    pub name: String,
    /// The name of their device.
    pub device: String,
    /// Its system, a word.
    pub os: String,
    /// The colour that they chose.
    pub colour: u8,
    /// Their clock when they asked, Unix milliseconds.
    pub wall_ms: u64,
    ask: Ask,
}

/// Somebody who has opened an offer and made their keys.
pub struct Joiner {
    /// Their view of the team: so far their own first entries.
    pub replica: Replica,
    /// The kit's seed, to be saved on paper and then forgotten.
    pub kit: KitSeed,
    /// The sealed request, for `inbox/<id>/`.
    pub request: Vec<u8>,
}

/// What somebody says of themselves when they ask to join.
#[derive(Debug, Clone)]
pub struct Introduction<'a> {
    /// Their name.
    pub person: &'a str,
    /// The colour that they chose.
    pub colour: u8,
    /// Their device's name.
    pub device: &'a str,
    /// Its system, a word.
    pub os: &'a str,
    /// Now, Unix milliseconds.
    pub wall_ms: u64,
}

impl Replica {
    /// Opens an invitation: writes its entry and returns the sealed offer for `inv/<id>`.
    ///
    /// # Errors
    /// [`WriteError::NotAllowed`] below manager, or when the role is not this person's to give.
    pub fn invite(
        &mut self,
        invite: InviteId,
        code: &InviteCodeKey,
        offer: &Offer,
        rng: &mut dyn CryptoRng,
        now: u64,
    ) -> Result<Vec<u8>, WriteError> {
        let under = self.under_authority(self.team_scope(), 3);
        let asked = under.map(|(grant, _)| grant);
        let mut vaults = offer.vaults.iter();
        let may_give = match offer.role {
            // An auditor reads no vault, and a guest nothing but vaults.
            Role::Auditor => {
                let place = self.under_grant(self.team_scope(), Role::Auditor, asked);
                offer.vaults.is_empty() && place.is_some()
            }
            Role::Guest if offer.vaults.is_empty() => false,
            role => vaults.all(|v| self.under_grant(v.scope, role, asked).is_some()),
        };
        if under.is_none() || !may_give {
            return Err(WriteError::NotAllowed);
        }
        let key = *code.signing().verify_key().as_bytes();
        let body = body::Invite {
            invite,
            key,
            expires_ms: offer.expires_ms,
        };
        self.say(Kind::Invite, under, &body, now)?;
        let plain = zeroize::Zeroizing::new(cbor::encode(offer));
        Ok(env::seal(
            code,
            &offer_ctx(self.team, invite),
            Pad::Padme,
            &plain,
            rng,
        ))
    }

    /// Reads an answer to an invitation of this team.
    ///
    /// # Errors
    /// [`RequestProblem`]; such a request is shown in red and never let in.
    pub fn open_request(&self, invite: InviteId, sealed: &[u8]) -> Result<Request, RequestProblem> {
        let (_, entry) = self
            .invite_entry(invite)
            .ok_or(RequestProblem::Unreadable)?;
        if sealed.len() > MAX_JOIN_OBJECT {
            return Err(RequestProblem::Unreadable);
        }
        let (info, ctx) = request_context(self.team, invite);
        // Sealed to the inviter first and to the admins second; whichever key is here opens it.
        let scopes = [self.own_scope(), self.rights.admins()];
        let plain = scopes
            .into_iter()
            .enumerate()
            .flat_map(|(index, scope)| {
                self.rights
                    .epochs(scope)
                    .into_iter()
                    .map(move |epoch| (index, epoch))
            })
            .find_map(|(index, epoch)| {
                let key = self.keyring.get(&epoch)?;
                open_from_scope(&key.sealing(), index, &info, &ctx, sealed).ok()
            })
            .ok_or(RequestProblem::Unreadable)?;
        let ask: Ask = cbor::decode(&plain).map_err(|_| RequestProblem::Unreadable)?;
        if !ask.proven(self.team, invite, entry.key) {
            return Err(RequestProblem::CodeNotProven);
        }
        Ok(Request {
            invite,
            user: ask.facts.id(self.team),
            name: ask.name.clone(),
            device: ask.device.clone(),
            os: ask.os.clone(),
            colour: ask.colour,
            wall_ms: ask.wall_ms,
            ask,
        })
    }

    /// Lets somebody in: grants a place in the team and the role in each vault, files their name,
    /// and boxes the keys as soon as their own log is here.
    ///
    /// # Errors
    /// [`WriteError::NotAllowed`] when a grant is not this person's to give.
    pub fn admit(
        &mut self,
        request: &Request,
        role: Role,
        vaults: &[ScopeId],
        now: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), WriteError> {
        self.admit_until(request, role, vaults, None, now, rng)
    }

    /// The same until a day. A guest gets the vaults and no place in the team; an auditor the place
    /// of an auditor and no vault.
    ///
    /// # Errors
    /// As [`Replica::admit`]; [`WriteError::NotAllowed`] for a guest without vaults and for an
    /// auditor with some.
    pub fn admit_until(
        &mut self,
        request: &Request,
        role: Role,
        vaults: &[ScopeId],
        expires_ms: Option<u64>,
        now: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), WriteError> {
        let (invite, _) = self
            .invite_entry(request.invite)
            .ok_or(WriteError::NotFound)?;
        let record = Record::new(
            About::User(request.user),
            &request.name,
            request.colour,
            rng,
        );
        let (team, user) = (self.team_scope(), request.user);
        let place = match role {
            Role::Guest => None,
            Role::Auditor => Some((team, Role::Auditor)),
            _ => Some((team, Role::Viewer)),
        };
        let none = role == Role::Guest && vaults.is_empty();
        if none || (role == Role::Auditor && !vaults.is_empty()) {
            return Err(WriteError::NotAllowed);
        }
        let vaults = vaults.iter().map(|scope| (*scope, role));
        // The first grant brings the person's keys and says the name that they are admitted under.
        let mut keys = Some((request.ask.facts.clone(), record.hash()));
        for (scope, role) in place.into_iter().chain(vaults) {
            let (facts, hash) = keys.take().unzip();
            let facts = facts.map(Box::new);
            let giving = Giving::new(Subject::User { user, facts }, scope, role);
            let giving = giving.until(expires_ms).answering(invite, hash);
            self.write_grant(giving, now)?;
        }
        self.write_record(&record, now, rng)?;
        self.reconcile(now, rng)?;
        Ok(())
    }
}

/// Fills an offer from what the inviter knows; the names come from the caller, who keeps them.
#[must_use]
pub fn offer_from(
    replica: &Replica,
    names: (&str, &str, &str),
    role: Role,
    vaults: Vec<OfferedVault>,
    expires_ms: u64,
) -> Option<Offer> {
    let (team_name, inviter_name, invited_name) = names;
    let to = [replica.own_scope(), replica.rights.admins()]
        .into_iter()
        .filter_map(|scope| replica.scope_key(scope))
        .map(|(epoch, pk)| SealTo {
            epoch,
            pk: Box::new(*pk.as_bytes()),
        })
        .collect::<Vec<_>>();
    let heads = replica
        .ends()
        .into_iter()
        .map(|(log, (seq, hash))| At { log, seq, hash });
    (!to.is_empty()).then(|| Offer {
        genesis: replica.genesis.clone(),
        // EXPOSE: the offer hands the outer key to the newcomer, sealed under the code.
        out: *replica.out.expose_secret(),
        team_name: team_name.to_owned(),
        inviter: replica.me.user,
        inviter_name: inviter_name.to_owned(),
        invited_name: invited_name.to_owned(),
        role,
        vaults,
        expires_ms,
        heads: heads.take(MAX_SEEN).collect(),
        to,
    })
}

/// Makes a newcomer's keys, the first entries of their log and their request.
///
/// # Errors
/// [`WriteError`]; nothing exists then.
pub fn joiner(
    offer: &Offer,
    invite: InviteId,
    code: &InviteCodeKey,
    who: &Introduction<'_>,
    rng: &mut dyn CryptoRng,
) -> Result<Joiner, WriteError> {
    let kit = KitSeed::random(rng);
    let device = NewDevice::make(rng);
    let facts = UserFacts {
        kit: public_keys(&kit.signing(), &kit.sealing()),
        // EXPOSE: the successor is derived from the seed.
        kit_successor: successor_hash(kit.expose_secret()),
        first: device.keys,
    };
    let team = offer.team();
    let mut ask = Ask {
        facts: facts.clone(),
        log: device.log,
        name: who.person.to_owned(),
        device: who.device.to_owned(),
        os: who.os.to_owned(),
        colour: who.colour,
        wall_ms: who.wall_ms,
        signatures: Vec::new(),
    };
    ask.sign(
        team,
        invite,
        [&code.signing(), &kit.signing(), &device.seed.signing()],
    );
    let to: Vec<SealPublicKey> = offer
        .to
        .iter()
        .map(|to| SealPublicKey::from_bytes(to.pk.as_slice()))
        .collect::<Result<_, _>>()?;
    let (info, ctx) = request_context(team, invite);
    let plain = cbor::encode(&ask);
    let request = seal_to_scope(&to.iter().collect::<Vec<_>>(), &info, &ctx, &plain, rng)?;

    let me = Me {
        user: facts.id(team),
        facts,
        seed: device.seed,
        log: device.log,
    };
    let chain = Chain::start(me.log.place(team));
    let mut out = offer.out;
    let out = OuterKey::from_bytes(&mut out);
    let mut replica = Replica::new(offer.genesis.clone(), team, out, me, chain);
    replica.say(
        Kind::LogStart,
        None,
        &body::LogStart { replaces: None },
        who.wall_ms,
    )?;
    replica.mint(replica.own_scope(), who.wall_ms, rng)?;
    Ok(Joiner {
        replica,
        kit,
        request,
    })
}

fn offer_ctx(team: TeamId, invite: InviteId) -> Ctx {
    Ctx::new(label::INVITE_BLOB, &[team.as_bytes(), invite.as_bytes()])
}

fn request_context(team: TeamId, invite: InviteId) -> (Vec<u8>, Ctx) {
    let fields: [&[u8]; 2] = [team.as_bytes(), invite.as_bytes()];
    (
        lp(label::JOIN_BOX, &fields),
        Ctx::new(label::JOIN_BOX, &fields),
    )
}

/// The name under which a request is kept: SHA-256 of its bytes.
#[must_use]
pub fn request_digest(sealed: &[u8]) -> [u8; 32] {
    crypto::sha256(sealed)
}

#[cfg(test)]
mod tests;
