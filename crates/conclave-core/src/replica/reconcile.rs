//! Bringing keys to where the rights say they belong: minting and boxing.

use conclave_crypto::SealPublicKey;
use rand_core::CryptoRng;

use super::{Replica, WriteError, writing::Under};
use crate::{
    body::{KeyBoxAdd, Recipient, ScopeKind},
    epoch::{Choice, Sealing},
    id::{EntryHash, ScopeId},
    kind::Kind,
    sealing::{Addressee, make_box, make_epoch},
};

/// Is all done for a scope's keys that is due?
#[derive(PartialEq, Eq)]
enum Settled {
    Done,
    /// A new key is due, and [waits](Replica::waits).
    Waits,
}

impl Replica {
    /// Mints a new key for a scope: wraps the keys that this device holds and that no later held
    /// key wraps, and boxes it to everyone entitled who has a usable key.
    ///
    /// # Errors
    /// [`WriteError::NotAllowed`] for somebody who does not read the scope.
    pub fn mint(
        &mut self,
        scope: ScopeId,
        now: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<EntryHash, WriteError> {
        if !self.is_entitled(scope) {
            return Err(WriteError::NotAllowed);
        }
        let under = self.under_keys(scope)?;
        let mint = self
            .rights
            .key_epochs()
            .mint(scope, |epoch| self.keyring.holds(&epoch));
        let (generation, parents) = (mint.generation, mint.parents);
        let recipients: Vec<Addressee> = mint
            .boxes
            .into_iter()
            .filter_map(|sealing| self.addressee(sealing))
            .collect();
        let keys: Vec<_> = parents
            .iter()
            .filter_map(|e| Some((*e, self.keyring.get(e)?)))
            .collect();
        let (body, key) = make_epoch(self.team, scope, generation, &keys, &recipients, rng)?;
        let mut draft = self.draft(Kind::KeyEpoch, under, now);
        draft.control = Some(crate::cbor::encode(&body));
        // The key is filed under the entry's hash, which is known only once it is written; the
        // refresh inside `append` would open the own box with a KEM operation all the same.
        let hash = self.append_with(draft, |replica, hash| replica.keyring.add(hash, key))?;
        Ok(hash)
    }

    /// Mints where this device finds no usable key that it holds.
    ///
    /// # Errors
    /// As [`Replica::mint`]; [`WriteError::NoKey`] where the new key cannot be used either.
    pub fn ensure_epoch(
        &mut self,
        scope: ScopeId,
        now: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<EntryHash, WriteError> {
        if self.usable_epoch(scope).is_none() {
            self.mint(scope, now, rng)?;
        }
        // A new key that does not count is none that anything could be sealed under.
        self.usable_epoch(scope).ok_or(WriteError::NoKey)
    }

    /// Boxes the usable keys that this device holds to everyone entitled who lacks one, mints where
    /// nobody's key is usable any more, complains about spoilt boxes and answers such complaints.
    /// Returns how many boxes, epochs and complaints were written.
    ///
    /// # Errors
    /// The first [`WriteError`] of any scope; what was written stays.
    pub fn reconcile(&mut self, now: u64, rng: &mut dyn CryptoRng) -> Result<usize, WriteError> {
        if !self.unsettled {
            return Ok(0);
        }
        let (mut written, mut failed, mut waits) = (0, None, false);
        for scope in self.key_scopes() {
            // A scope whose making does not count has no readers, whatever grants there are: a
            // new key of it would be for nobody, and due again at once.
            if !self.is_entitled(scope) {
                continue;
            }
            // What does not succeed in one scope keeps no other from its keys.
            match self.settle(scope, &mut written, now, rng) {
                Ok(settled) => waits |= settled == Settled::Waits,
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        match self.wrap_shared(now, rng) {
            Ok(n) => written += n,
            Err(error) => failed = failed.or(Some(error)),
        }
        // What was written here is news to nobody but the others.
        self.unsettled = written > 0 || failed.is_some() || waits;
        failed.map_or(Ok(written), Err)
    }

    /// The new keys that follow the end of somebody's rights. That stands without them: what does not
    /// succeed in some scope yet is tried again with the next news, and said by
    /// [`Self::take_not_handed_on`].
    pub(super) fn hand_on(&mut self, now: u64, rng: &mut dyn CryptoRng) {
        self.not_handed_on = self.reconcile(now, rng).err();
    }

    /// Why new keys did not follow an ending everywhere, once.
    #[must_use]
    pub const fn take_not_handed_on(&mut self) -> Option<WriteError> {
        self.not_handed_on.take()
    }

    /// All of that for one scope, the wraps of shared items aside. Adds to `written`.
    fn settle(
        &mut self,
        scope: ScopeId,
        written: &mut usize,
        now: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<Settled, WriteError> {
        *written += self.complain(scope, now)?;
        *written += self.answer_complaints(scope, now, rng)?;
        let Some(epoch) = self.usable_epoch(scope) else {
            // Only where a key once was and no usable one is left for this device: a scope whose
            // key has not reached it yet is somebody else's to box.
            let epochs = self.rights.key_epochs();
            if epochs.kept_from(scope, self.device()) && self.is_to_mint(scope) {
                if self.waits(scope, now) {
                    return Ok(Settled::Waits);
                }
                self.mint(scope, now, rng)?;
                *written += 1;
            }
            return Ok(Settled::Done);
        };
        *written += self.reach_back(scope, epoch, now, rng)?;
        *written += self.box_missing(scope, epoch, now, rng)?;
        Ok(Settled::Done)
    }

    /// Does it fall to this device to replace the keys of a scope? To whoever holds one of them;
    /// where everybody who did is out, to whoever is in.
    pub(super) fn is_to_mint(&self, scope: ScopeId) -> bool {
        let epochs = self.rights.key_epochs();
        let all = epochs.of_scope(scope);
        if all.iter().any(|epoch| self.keyring.holds(epoch)) {
            return true;
        }
        let entitled = epochs.state().devices(scope);
        let known = |epoch: &EntryHash| entitled.iter().any(|d| epochs.knows(*epoch, *d));
        !all.is_empty() && !all.iter().any(known)
    }

    /// Boxes one epoch's key to everyone entitled who has no box for it yet.
    fn box_missing(
        &mut self,
        scope: ScopeId,
        epoch: EntryHash,
        now: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<usize, WriteError> {
        // Boxes by somebody who does not hold the key do not count: they would keep it from others.
        let lacking: Vec<Addressee> = self
            .rights
            .key_epochs()
            .missing(epoch)
            .into_iter()
            .filter_map(|sealing| self.addressee(sealing))
            .collect();
        if lacking.is_empty() {
            return Ok(0);
        }
        let under = self.under_keys(scope)?;
        let (Some(body), Some(key)) = (self.epoch(&epoch), self.keyring.get(&epoch)) else {
            return Ok(0);
        };
        let boxes = lacking
            .iter()
            .map(|to| make_box(self.team, scope, body.generation, key, to, rng))
            .collect::<Result<Vec<_>, _>>()?;
        let n = boxes.len();
        self.say(Kind::KeyBoxAdd, under, &KeyBoxAdd { epoch, boxes }, now)?;
        Ok(n)
    }

    /// Scopes with keys that this person has to do with.
    fn key_scopes(&self) -> Vec<ScopeId> {
        let built_in = [
            self.rights.directory(),
            self.rights.audit(),
            self.rights.admins(),
        ];
        // Groups before what is granted to them: their keys are what the others are boxed to.
        let mut made = self.rights.scopes();
        made.sort_by_key(|scope| scope.kind != ScopeKind::Group);
        let made = made.into_iter().map(|s| s.id);
        let mut out: Vec<ScopeId> = built_in
            .into_iter()
            .chain(made)
            .filter(|scope| self.own_authority(*scope).read)
            .collect();
        out.insert(0, self.own_scope());
        out
    }

    /// The very key bytes that a box will be sealed to; none where nothing can be sealed to them,
    /// so that one member's bad key does not keep a new one from everybody else.
    pub(super) fn addressee(&self, Sealing { recipient, key }: Sealing) -> Option<Addressee> {
        let pk = match (recipient, key) {
            (Recipient::Device(device), None) => {
                SealPublicKey::from_bytes(self.rights.device_key(device)?).ok()?
            }
            (_, Some(key)) => {
                SealPublicKey::from_bytes(self.epoch(&key)?.scope_pk.as_slice()).ok()?
            }
            (_, None) => return None,
        };
        pk.check().ok()?;
        Some(Addressee { recipient, key, pk })
    }

    /// Is this device entitled to the keys of the scope?
    fn is_entitled(&self, scope: ScopeId) -> bool {
        let epochs = self.rights.key_epochs();
        epochs.choose(scope, self.device(), |_| true) != Choice::NotEntitled
    }

    pub(super) fn under_keys(&self, scope: ScopeId) -> Result<Under, WriteError> {
        if scope == self.own_scope() {
            return Ok(None);
        }
        match self.under_read(scope) {
            None => Err(WriteError::NotAllowed),
            under => Ok(under),
        }
    }

    /// The public key of the usable epoch of a scope that most of its readers have and that can be
    /// sealed to, for writing into it without reading it.
    #[must_use]
    pub fn scope_key(&self, scope: ScopeId) -> Option<(EntryHash, SealPublicKey)> {
        let mut epochs = self.rights.key_epochs().reach(scope).iter().copied();
        epochs.find_map(|epoch| {
            let pk = SealPublicKey::from_bytes(self.epoch(&epoch)?.scope_pk.as_slice()).ok()?;
            pk.check().ok()?;
            Some((epoch, pk))
        })
    }
}
