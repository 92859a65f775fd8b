//! Appending to the own log.

use conclave_crypto::{Label, Pad, env, label};
use rand_core::CryptoRng;

use super::{Replica, WriteError};
use crate::{
    body::At,
    entry::{Entry, RawEntry},
    id::{EntryHash, GrantId, ScopeId},
    kind::Kind,
    pack::Draft,
};

/// An entry of one's own log that nobody else has seen yet.
#[derive(Debug, Clone)]
pub struct Written {
    /// The entry.
    pub entry: Entry,
    /// Its parts as they are stored.
    pub raw: RawEntry,
    /// The ciphertext of its sealed body.
    pub sealed: Option<Vec<u8>>,
}

/// What an entry is written under: a grant, and under a group's grant the membership.
pub(super) type Under = Option<(GrantId, Option<GrantId>)>;

impl Replica {
    /// A draft that already says what its author has seen.
    pub(super) fn draft(&self, kind: Kind, under: Under, wall_ms: u64) -> Draft {
        let mut draft = Draft::new(kind, wall_ms);
        draft.grant = under.map(|(grant, _)| grant);
        draft.member = under.and_then(|(_, member)| member);
        draft.seen = self.news();
        draft
    }

    /// Appends a draft whose control body is `control`, and takes it in.
    pub(super) fn say<T: minicbor::Encode<()>>(
        &mut self,
        kind: Kind,
        under: Under,
        control: &T,
        wall_ms: u64,
    ) -> Result<EntryHash, WriteError> {
        let mut draft = self.draft(kind, under, wall_ms);
        draft.control = Some(crate::cbor::encode(control));
        self.append(draft)
    }

    /// Appends an entry whose body only the readers of `scope` open.
    pub(super) fn say_sealed<T: minicbor::Encode<()>>(
        &mut self,
        kind: Kind,
        under: Under,
        (scope, epoch): (ScopeId, EntryHash),
        body: &T,
        wall_ms: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<EntryHash, WriteError> {
        let mut draft = self.draft(kind, under, wall_ms);
        (draft.scope, draft.epoch) = (Some(scope), Some(epoch));
        let ctx = self.chain.body_ctx(ENTRY_BODY, &draft);
        let plain = zeroize::Zeroizing::new(crate::cbor::encode(body));
        let key = self.keyring.get(&epoch).ok_or(WriteError::NoKey)?;
        draft.sealed = Some(env::seal(key, &ctx, Pad::Padme, &plain, rng));
        self.append(draft)
    }

    /// Appends a finished draft and takes it in.
    pub(super) fn append(&mut self, draft: Draft) -> Result<EntryHash, WriteError> {
        self.append_with(draft, |_, _| {})
    }

    /// Appends a finished draft; `before` runs when its hash is known and nothing is evaluated yet.
    pub(super) fn append_with(
        &mut self,
        draft: Draft,
        before: impl FnOnce(&mut Self, EntryHash),
    ) -> Result<EntryHash, WriteError> {
        let sealed = draft.sealed.clone();
        let (raw, entry) = self.chain.append(draft)?;
        let hash = entry.hash;
        self.outbox.push(Written {
            entry: entry.clone(),
            raw,
            sealed,
        });
        self.put(entry);
        before(self, hash);
        if !self.take_in(hash) {
            self.refresh();
        }
        Ok(hash)
    }

    /// Heads of other logs that nothing known implies: neither an own entry nor another head.
    fn news(&self) -> Vec<At> {
        let own = self.chain.place().log;
        let ends = self.ends.iter();
        ends.filter(|(log, (seq, _))| {
            **log != own && self.implied.get(log).is_none_or(|known| known < seq)
        })
        .map(|(log, (seq, hash))| At {
            log: *log,
            seq: *seq,
            hash: *hash,
        })
        .take(crate::entry::MAX_SEEN)
        .collect()
    }
}

/// The purpose of a sealed body under its scope's key.
pub(super) const ENTRY_BODY: Label = label::ENTRY_BODY;
