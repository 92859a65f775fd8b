//! Wraps: a revision's content key for each scope that its item is in (docs/format/items.md).
//!
//! Whoever writes wraps for the scopes that they know of. An item that somebody shared meanwhile
//! has one scope more, so the wrap for it is added once both are known: by the revision's author,
//! and by those who manage the vault. It is asked of every wrap whether it holds the key, since any
//! reader may publish one that does not.

use conclave_crypto::ContentKey;
use rand_core::CryptoRng;
use subtle::ConstantTimeEq;

use super::{Replica, Revision, WriteError};
use crate::{
    body::{self, Body, Wrap},
    id::{EntryHash, ItemId, ScopeId},
    kind::Kind,
    sealing,
};

impl Replica {
    /// The wraps that a revision was written with, then those that were added, by who stands above
    /// first: whoever has one item alone may publish any number that hold nothing, and none of them
    /// is tried before one of theirs that does.
    pub(super) fn wraps<'a>(&'a self, revision: &Revision<'a>) -> Vec<&'a Wrap> {
        let mut added = self.items.added(&revision.hash).to_vec();
        added.sort_by_key(|hash| {
            let under = self.entries.get(hash).and_then(|entry| entry.grant);
            under.and_then(|grant| self.rights.turn(grant))
        });
        let added = added
            .iter()
            .filter_map(|h| match &self.entries.get(h)?.body {
                Body::WrapAdd(add) => Some(&add.wraps),
                _ => None,
            });
        revision.body.wraps.iter().chain(added.flatten()).collect()
    }

    /// The content keys that the wraps hold, the author's own first.
    pub(super) fn content_keys<'a>(
        &'a self,
        revision: &'a Revision<'a>,
    ) -> impl Iterator<Item = ContentKey> + use<'a> {
        let wraps = self.wraps(revision).into_iter();
        wraps.filter_map(|wrap| self.open_wrap(revision, wrap))
    }

    fn content_key(&self, revision: &Revision<'_>) -> Option<ContentKey> {
        self.content_keys(revision).next()
    }

    /// Does a wrap for this scope, under a key of the scope, hold the content key?
    fn is_wrapped_for(&self, revision: &Revision<'_>, scope: ScopeId, key: &ContentKey) -> bool {
        let of_scope = |wrap: &&Wrap| {
            let epoch = self.epoch(&wrap.epoch());
            wrap.scope() == scope && epoch.is_some_and(|epoch| epoch.scope == scope)
        };
        let wraps = self.wraps(revision).into_iter().filter(of_scope);
        let mut keys = wraps.filter_map(|wrap| self.open_wrap(revision, wrap));
        keys.any(|opened| bool::from(opened.ct_eq(key)))
    }

    pub(super) fn open_wrap(&self, revision: &Revision<'_>, wrap: &Wrap) -> Option<ContentKey> {
        let vk = self.keyring.get(&wrap.epoch())?;
        let payload = revision.payload.hash;
        sealing::open_wrap(self.team, revision.item, &payload, wrap, vk).ok()
    }

    /// The content key for one scope: under its key where this device holds it, else to its
    /// public key; nothing for a scope that has no usable key yet (a reader will add it).
    pub(super) fn wrap_for(
        &self,
        item: ItemId,
        payload: &[u8; 32],
        scope: ScopeId,
        key: &ContentKey,
        rng: &mut dyn CryptoRng,
    ) -> Result<Option<Wrap>, WriteError> {
        if let Some(epoch) = self.usable_epoch(scope)
            && let Some(vk) = self.keyring.get(&epoch)
        {
            let under = (scope, epoch, vk);
            return Ok(Some(sealing::hold_wrap(
                self.team, item, payload, under, key, rng,
            )));
        }
        let Some((epoch, pk)) = self.scope_key(scope) else {
            return Ok(None);
        };
        let under = (scope, epoch, &pk);
        Ok(Some(sealing::seal_wrap(
            self.team, item, payload, under, key, rng,
        )?))
    }

    /// Wraps the current revisions of an item for a further scope, where they are not yet. Returns
    /// how many.
    pub(super) fn wrap_heads(
        &mut self,
        item: ItemId,
        scope: ScopeId,
        now: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<usize, WriteError> {
        let heads = self.item(&item).ok_or(WriteError::NotFound)?.heads.clone();
        self.wrap_each(heads, scope, now, rng)
    }

    fn wrap_each(
        &mut self,
        revisions: Vec<EntryHash>,
        scope: ScopeId,
        now: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<usize, WriteError> {
        let under = match self.under_read(scope) {
            None => return Err(WriteError::NotAllowed),
            under => under,
        };
        let mut written = 0;
        for hash in revisions {
            let revision = self.revision(&hash).ok_or(WriteError::NotFound)?;
            let key = self.content_key(&revision).ok_or(WriteError::NoKey)?;
            if self.is_wrapped_for(&revision, scope, &key) {
                continue;
            }
            let (item, payload) = (revision.item, revision.payload.hash);
            let wrap = self.wrap_for(item, &payload, scope, &key, rng)?;
            let wraps = vec![wrap.ok_or(WriteError::NoKey)?];
            let add = body::WrapAdd {
                revision: hash,
                wraps,
            };
            self.say(Kind::WrapAdd, under, &add, now)?;
            written += 1;
        }
        Ok(written)
    }

    /// Adds the wraps that the current revisions of shared items lack: an edit may have been written
    /// while somebody else shared the item. Returns how many.
    pub(super) fn wrap_shared(
        &mut self,
        now: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<usize, WriteError> {
        let mut due: Vec<(ScopeId, Vec<EntryHash>)> = Vec::new();
        for item in self.items.shared() {
            let Some(state) = self.item(&item).filter(|state| !state.deleted) else {
                continue;
            };
            let manages = self.own_authority(state.home).manage;
            let mut heads = state.heads.clone();
            // Not by everybody: thirty readers would add thirty.
            heads.retain(|head| {
                let entry = self.entries.get(head);
                manages || entry.is_some_and(|e| self.rights.author(e) == Some(self.me.user))
            });
            // What this device cannot open it cannot wrap; without a key of the scope it cannot tell
            // what is wrapped, and would add the same again and again.
            heads.retain(|head| self.can_open(head));
            let scopes = self.items.scopes_of(&item).filter(|scope| {
                self.usable_epoch(*scope).is_some() && self.under_read(*scope).is_some()
            });
            if !heads.is_empty() {
                due.extend(scopes.map(|scope| (scope, heads.clone())));
            }
        }
        let mut written = 0;
        for (scope, heads) in due {
            for head in heads {
                match self.wrap_each(vec![head], scope, now, rng) {
                    Ok(n) => written += n,
                    // A wrap that held nothing: somebody else may have a better one.
                    Err(WriteError::NoKey) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(written)
    }
}
