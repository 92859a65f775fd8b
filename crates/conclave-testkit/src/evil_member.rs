//! A member who signs whatever may help (docs/threat-model.md, "A member").
//!
//! They hold the keys of a real person, write into their own log only, and are stopped by nothing
//! else: any kind under any grant, any body, any time, two histories. What they make is as well
//! formed and as well signed as what an honest device makes.

use std::collections::BTreeMap;

use conclave_core::{
    body::{self, At, Body, KeyBox, Recipient, Subject},
    cbor,
    entry::{BodyRef, Entry, Header, RawEntry},
    id::{DeviceId, EntryHash, GrantId, ScopeId, UserId},
    kind::Kind,
    pack::{Chain, Draft, LogIdentity, PackId, build},
    replica::{Record, Written},
    role::Role,
    sealing::{Addressee, make_box, make_epoch, open_box, open_parent},
};
use conclave_crypto::{DeviceSeed, OuterKey, Pad, ScopeKey, SealPublicKey, env, label};
use rand_chacha::ChaCha20Rng;

use crate::{people::Person, rng::seeded};

/// Somebody with a member's keys and no manners.
pub struct EvilMember {
    /// What they see of the team. They keep it up to date as everybody does.
    pub person: Person,
    rng: ChaCha20Rng,
    seed: DeviceSeed,
    log: LogIdentity,
    chain: Chain,
    wall_ms: u64,
}

impl EvilMember {
    /// Turns a member. From now on their log is written here alone.
    #[must_use]
    pub fn of(mut person: Person) -> Self {
        person.flush();
        let me = person.replica.me();
        // EXPOSE: the attacker has the device.
        let mut seed = *me.seed.expose_secret();
        Self {
            rng: seeded(0x65_76_69_6c),
            seed: DeviceSeed::from_bytes(&mut seed),
            log: me.log,
            chain: person.replica.chain().clone(),
            wall_ms: 1_000,
            person,
        }
    }

    /// Who they are.
    #[must_use]
    pub fn user(&self) -> UserId {
        self.person.user()
    }

    /// Their device.
    #[must_use]
    pub fn device(&self) -> DeviceId {
        self.log.device()
    }

    /// A grant of theirs that is live.
    ///
    /// # Panics
    /// When they have none.
    #[must_use]
    pub fn any_grant(&self) -> GrantId {
        let live = self.person.replica.rights().live_grants();
        let mine = live.iter().find(|g| g.user == Some(self.user()));
        mine.expect("a live grant").id
    }

    /// Their live grant on exactly this scope.
    ///
    /// # Panics
    /// When they have none.
    #[must_use]
    pub fn grant_on(&self, scope: ScopeId) -> GrantId {
        let live = self.person.replica.rights().live_grants();
        let mine = live
            .iter()
            .find(|g| g.user == Some(self.user()) && g.scope == scope);
        mine.expect("a live grant there").id
    }

    /// The end of their log.
    #[must_use]
    pub const fn chain(&self) -> &Chain {
        &self.chain
    }

    /// Goes on from an earlier entry of their log: a second history.
    pub fn go_back_to(&mut self, at: At) {
        self.chain = Chain::resume(*self.chain.place(), at.seq, at.hash);
    }

    /// Sets their clock, to any time.
    pub const fn set_clock(&mut self, wall_ms: u64) {
        self.wall_ms = wall_ms;
    }

    /// Signs a finished draft.
    ///
    /// # Panics
    /// When it is longer than an entry may be.
    pub fn sign(&mut self, draft: Draft) -> Written {
        let sealed = draft.sealed.clone();
        let (raw, entry) = self.chain.append(draft).expect("an entry");
        Written { entry, raw, sealed }
    }

    /// A draft under a grant, at the time of their clock.
    pub const fn draft(&mut self, kind: Kind, under: Option<GrantId>) -> Draft {
        self.wall_ms += 1;
        let mut draft = Draft::new(kind, self.wall_ms);
        draft.grant = under;
        draft
    }

    /// Says anything under any grant.
    pub fn say<T: minicbor::Encode<()>>(
        &mut self,
        kind: Kind,
        under: Option<GrantId>,
        body: &T,
    ) -> Written {
        let mut draft = self.draft(kind, under);
        draft.control = Some(cbor::encode(body));
        self.sign(draft)
    }

    /// An entry of a kind and criticality that [`Chain`] would not make, unknown kinds included.
    ///
    /// # Panics
    /// When the parts make no entry.
    pub fn sign_raw(
        &mut self,
        (kind, critical): (u16, bool),
        under: Option<GrantId>,
        control: Option<Vec<u8>>,
    ) -> Written {
        self.wall_ms += 1;
        let header = Header {
            kind,
            critical,
            seq: self.chain.next_seq(),
            prev: self.chain.prev(),
            seen: vec![],
            wall_ms: self.wall_ms,
            scope: None,
            epoch: None,
            control: control.as_deref().and_then(BodyRef::of),
            sealed: None,
        };
        let raw = RawEntry {
            header: cbor::encode(&header),
            grant: under,
            member: None,
            control,
        };
        let place = *self.chain.place();
        let entry = Entry::parse(place, &raw).expect("an entry");
        self.chain = Chain::resume(place, entry.seq(), entry.hash);
        Written {
            entry,
            raw,
            sealed: None,
        }
    }

    /// A sign of life that says to have seen this.
    pub fn has_seen(&mut self, heads: impl IntoIterator<Item = At>) -> Written {
        let mut draft = self.draft(Kind::Heartbeat, None);
        draft.seen = heads.into_iter().collect();
        self.sign(draft)
    }

    /// Grants anybody anything.
    pub fn grant(
        &mut self,
        under: GrantId,
        user: UserId,
        (scope, role): (ScopeId, Role),
        name_hash: Option<[u8; 32]>,
    ) -> Written {
        let grant = body::Grant {
            subject: Subject::User { user, facts: None },
            scope,
            role,
            expires_ms: None,
            name_hash,
            cites: vec![],
            invite: None,
        };
        self.say(Kind::Grant, Some(under), &grant)
    }

    /// Writes a directory record, sealed as it must be.
    ///
    /// # Panics
    /// When they hold no key of the scope.
    pub fn name(&mut self, under: GrantId, scope: ScopeId, record: &Record) -> Written {
        let epoch = self.person.replica.usable_epoch(scope).expect("an epoch");
        let key = self.keys().remove(&epoch).expect("its key");
        let mut draft = self.draft(Kind::Profile, Some(under));
        (draft.scope, draft.epoch) = (Some(scope), Some(epoch));
        let ctx = self.chain.body_ctx(label::ENTRY_BODY, &draft);
        let sealed = env::seal(&key, &ctx, Pad::Padme, &cbor::encode(record), &mut self.rng);
        draft.sealed = Some(sealed);
        self.sign(draft)
    }

    /// Makes a key for any scope and seals it to whom they like, with what they hold of `parents`
    /// inside. The body may be changed before it is signed.
    ///
    /// # Panics
    /// When a recipient's key is no key.
    pub fn epoch(
        &mut self,
        under: Option<GrantId>,
        scope: ScopeId,
        parents: &[EntryHash],
        to: &[Addressee],
        change: impl FnOnce(&mut body::KeyEpoch),
    ) -> (Written, ScopeKey) {
        let bodies = parents.iter().filter_map(|parent| self.epoch_body(*parent));
        let top = bodies.map(|epoch| epoch.generation).max().unwrap_or(0);
        self.epoch_at(top + 1, under, scope, parents, to, change)
    }

    /// The same with any generation: boxes and parents open under it.
    ///
    /// # Panics
    /// When a recipient's key is no key.
    pub fn epoch_at(
        &mut self,
        generation: u64,
        under: Option<GrantId>,
        scope: ScopeId,
        parents: &[EntryHash],
        to: &[Addressee],
        change: impl FnOnce(&mut body::KeyEpoch),
    ) -> (Written, ScopeKey) {
        let keys = self.keys();
        let held: Vec<(EntryHash, &ScopeKey)> = parents
            .iter()
            .filter_map(|parent| Some((*parent, keys.get(parent)?)))
            .collect();
        let team = self.person.replica.team();
        let made = make_epoch(team, scope, generation, &held, to, &mut self.rng);
        let (mut body, key) = made.expect("an epoch");
        change(&mut body);
        (self.say(Kind::KeyEpoch, under, &body), key)
    }

    /// Adds a box to an epoch: with its key where they hold it, with nonsense otherwise.
    ///
    /// # Panics
    /// When the epoch is not known or the recipient's key is no key.
    pub fn add_box(
        &mut self,
        under: Option<GrantId>,
        epoch: EntryHash,
        to: &Addressee,
        honest: bool,
    ) -> Written {
        let body = self.epoch_body(epoch).expect("an epoch");
        let key = self.keys().remove(&epoch).filter(|_| honest);
        let key = key.unwrap_or_else(|| ScopeKey::random(&mut self.rng));
        let (team, scope) = (self.person.replica.team(), body.scope);
        let made = make_box(team, scope, body.generation, &key, to, &mut self.rng);
        let add = body::KeyBoxAdd {
            epoch,
            boxes: vec![made.expect("a box")],
        };
        self.say(Kind::KeyBoxAdd, under, &add)
    }

    /// How the team seals to this person now.
    #[must_use]
    pub fn address_of(&self, user: UserId) -> Option<Addressee> {
        let replica = &self.person.replica;
        let scope = conclave_core::keys::user_scope(replica.team(), user);
        let epoch = *replica.rights().ranked(scope).first()?;
        let pk = SealPublicKey::from_bytes(self.epoch_body(epoch)?.scope_pk.as_slice()).ok()?;
        Some(Addressee {
            recipient: Recipient::User(user),
            key: Some(epoch),
            pk,
        })
    }

    /// Themselves, by their device.
    #[must_use]
    pub fn own_address(&self) -> Addressee {
        let seal = self.seed.sealing();
        Addressee {
            recipient: Recipient::Device(self.device()),
            key: None,
            pk: seal.public().clone(),
        }
    }

    /// The same bodies once more, in their own log and under their own name.
    #[must_use]
    pub fn repost(&mut self, theirs: &Written, under: Option<GrantId>) -> Written {
        let kind = theirs.entry.kind().unwrap_or(Kind::Audit);
        let mut draft = self.draft(kind, under);
        let header = &theirs.entry.header;
        (draft.scope, draft.epoch) = (header.scope, header.epoch);
        draft.control.clone_from(&theirs.raw.control);
        draft.sealed.clone_from(&theirs.sealed);
        self.sign(draft)
    }

    /// A really signed pack of entries of theirs that follow on each other.
    ///
    /// # Panics
    /// When they do not.
    pub fn pack(&mut self, written: &[Written]) -> (PackId, Vec<u8>) {
        let entries: Vec<_> = written
            .iter()
            .map(|w| (w.raw.clone(), w.sealed.clone()))
            .collect();
        let replica = &self.person.replica;
        let (team, out, signer) = (replica.team(), replica.out(), self.seed.signing());
        build(team, out, &self.log, &signer, &entries, &mut self.rng).expect("a pack")
    }

    /// The team's outer key, which everybody has who was ever admitted.
    #[must_use]
    pub fn out(&self) -> &OuterKey {
        self.person.replica.out()
    }

    /// All scope keys that they can get at, along every box and parent that they know of.
    #[must_use]
    pub fn keys(&self) -> BTreeMap<EntryHash, ScopeKey> {
        let team = self.person.replica.team();
        let device = self.seed.sealing();
        let mut keys: BTreeMap<EntryHash, ScopeKey> = BTreeMap::new();
        loop {
            let before = keys.len();
            for entry in self.person.replica.entries() {
                let (epoch, boxes) = match &entry.body {
                    Body::KeyEpoch(epoch) => (entry.hash, epoch.boxes.as_slice()),
                    Body::KeyBoxAdd(add) => (add.epoch, add.boxes.as_slice()),
                    _ => continue,
                };
                for sealed in boxes {
                    if let Some(key) = self.try_box(team, epoch, sealed, &keys, &device) {
                        keys.insert(epoch, key);
                    }
                }
                let Body::KeyEpoch(child) = &entry.body else {
                    continue;
                };
                let opened: Vec<_> = child
                    .parents
                    .iter()
                    .filter(|parent| !keys.contains_key(&parent.epoch))
                    .filter_map(|parent| {
                        let key = keys.get(&entry.hash)?;
                        let body = self.epoch_body(parent.epoch)?;
                        let opened = open_parent(team, child, key, parent, &body).ok()?;
                        Some((parent.epoch, opened))
                    })
                    .collect();
                keys.extend(opened);
            }
            if keys.len() == before {
                return keys;
            }
        }
    }

    fn try_box(
        &self,
        team: conclave_core::id::TeamId,
        epoch: EntryHash,
        sealed: &KeyBox,
        keys: &BTreeMap<EntryHash, ScopeKey>,
        device: &conclave_crypto::SealSecretKey,
    ) -> Option<ScopeKey> {
        if keys.contains_key(&epoch) {
            return None;
        }
        let body = self.epoch_body(epoch)?;
        match sealed.key {
            None => open_box(team, &body, sealed, device).ok(),
            Some(key) => open_box(team, &body, sealed, &keys.get(&key)?.sealing()).ok(),
        }
    }

    /// What an epoch says.
    #[must_use]
    pub fn epoch_body(&self, epoch: EntryHash) -> Option<body::KeyEpoch> {
        match &self.person.replica.entry(&epoch)?.body {
            Body::KeyEpoch(body) => Some((**body).clone()),
            _ => None,
        }
    }
}
