//! One device's view of its team, unlocked: every entry that it knows, what they amount to, the
//! keys that it could open, and the end of its own log.
//!
//! A replica does no I/O. Entries come in verified ([`Replica::insert`]); what the device says
//! goes out as [`Written`] entries, which the caller stores before it shows them to anybody. All
//! that a replica knows follows from the set of its entries, in whatever order they came.

mod complaints;
mod devices;
mod expiry;
mod founding;
mod grants;
mod groups;
mod intake;
mod invitation;
mod items;
mod joining;
mod keyring;
mod last_resort;
mod leaks;
mod leaving;
mod machines;
mod names;
mod old_keys;
mod pointer;
mod presence;
mod reach;
mod reconcile;
mod removal;
mod rights;
mod scopes;
mod second;
mod sharing;
mod succession;
mod wraps;
mod writing;

use std::collections::{BTreeMap, BTreeSet};

use conclave_crypto::{DeviceSeed, OuterKey, SealError, SealSecretKey, SigningKey};

pub use self::{
    devices::OwnDevice,
    expiry::Ended,
    founding::{Founding, found, team_id},
    grants::Authority,
    invitation::Invitation,
    items::{Item, Payload, Revision},
    joining::{
        Introduction, Joiner, MAX_JOIN_OBJECT, Offer, OfferedVault, Request, RequestProblem,
        joiner, offer_from, request_digest,
    },
    last_resort::LastResort,
    leaks::Leaks,
    leaving::NoLeave,
    machines::{Machine, MachineKey},
    names::{About, Record},
    pointer::KitPointer,
    removal::{NoRemoval, RemovedBy},
    rights::{GrantView, Rights, ScopeView, TreeDevice},
    scopes::Vault,
    second::{Asking, DeviceOffer, DeviceRequest, Offering, word_numbers},
    sharing::Who,
    writing::Written,
};
use crate::{
    body::{At, Genesis},
    entry::{Entry, EntryError},
    id::{DeviceId, EntryHash, ItemId, LogId, ScopeId, TeamId, UserId},
    keys::{UserFacts, user_scope},
    pack::{Chain, LogIdentity},
    replica::{intake::Said, items::ItemIndex, keyring::Keyring},
};

/// Why something cannot be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The person has no right to it.
    #[error("this person may not do that here")]
    NotAllowed,
    /// The thing is not known, or not any more.
    #[error("this does not exist, or not any more")]
    NotFound,
    /// The key that is needed has not reached this device yet.
    #[error("the key for this has not arrived on this device yet")]
    NoKey,
    /// Too long for the format.
    #[error("this is larger than the format allows")]
    TooLarge(#[from] EntryError),
    /// Somebody's public key is unusable.
    #[error("a recipient's key is not usable")]
    BadKey(#[from] SealError),
}

/// Who this device is: its person, its keys and its log.
pub struct Me {
    /// As whom it speaks: the person, or the recovery owner while its sheet is at work.
    pub user: UserId,
    /// What the id of the person at whose computer this is commits to.
    pub facts: UserFacts,
    /// The device's seed.
    pub seed: DeviceSeed,
    /// The log that it writes.
    pub log: LogIdentity,
}

impl Me {
    /// The key that signs its packs.
    #[must_use]
    pub fn signer(&self) -> SigningKey {
        self.seed.signing()
    }
}

/// One device's view of its team.
pub struct Replica {
    team: TeamId,
    genesis: Genesis,
    out: OuterKey,
    me: Me,
    /// By whose grants it reads and writes: its person's, or its own if it is a machine.
    acts_as: Who,
    sealing: SealSecretKey,
    chain: Chain,
    entries: BTreeMap<EntryHash, Entry>,
    /// Per log and seq the entries known there; more than one is a fork.
    places: BTreeMap<LogId, BTreeMap<u64, Vec<EntryHash>>>,
    /// Per log the end of its unbroken chain.
    ends: BTreeMap<LogId, (u64, EntryHash)>,
    /// Per log the highest place of its unbroken chain that an entry of another log has seen.
    implied: BTreeMap<LogId, u64>,
    /// What entries say to have seen and is in no unbroken chain here, with those entries.
    awaited: BTreeMap<At, Vec<EntryHash>>,
    rights: Rights,
    keyring: Keyring,
    items: ItemIndex,
    said: Said,
    /// Rights or keys have changed since keys were last handed on.
    unsettled: bool,
    /// What kept keys from being handed on after an ending.
    not_handed_on: Option<WriteError>,
    outbox: Vec<Written>,
    changes: Changes,
}

/// What has changed since somebody last asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Rights, keys, names or items: everything is to be looked at anew.
    pub all: bool,
    /// Otherwise: a record with a name came.
    pub names: bool,
    /// Otherwise: these items.
    pub items: BTreeSet<ItemId>,
}

impl Replica {
    /// A replica that knows nothing but the team's founding and who it is. `chain` is the end of
    /// the own log as the local store has it.
    #[must_use]
    pub fn new(genesis: Genesis, team: TeamId, out: OuterKey, me: Me, chain: Chain) -> Self {
        let sealing = me.seed.sealing();
        let entries = BTreeMap::new();
        let rights = Rights::evaluate(team, &genesis, &entries, &me.facts);
        Self {
            team,
            genesis,
            out,
            acts_as: Who::User(me.user),
            me,
            sealing,
            chain,
            entries,
            places: BTreeMap::new(),
            ends: BTreeMap::new(),
            implied: BTreeMap::new(),
            awaited: BTreeMap::new(),
            rights,
            keyring: Keyring::default(),
            items: ItemIndex::default(),
            said: Said::default(),
            unsettled: true,
            not_handed_on: None,
            outbox: Vec::new(),
            changes: Changes::default(),
        }
    }

    /// Says that everything is to be looked at anew, after something went wrong half-way.
    pub const fn stir(&mut self) {
        self.changes.all = true;
    }

    /// What has changed since the last call.
    #[must_use]
    pub fn take_changes(&mut self) -> Changes {
        core::mem::take(&mut self.changes)
    }

    /// The team.
    #[must_use]
    pub const fn team(&self) -> TeamId {
        self.team
    }

    /// The outer key.
    #[must_use]
    pub const fn out(&self) -> &OuterKey {
        &self.out
    }

    /// The founding.
    #[must_use]
    pub const fn genesis(&self) -> &Genesis {
        &self.genesis
    }

    /// Who this device is.
    #[must_use]
    pub const fn me(&self) -> &Me {
        &self.me
    }

    /// This device.
    #[must_use]
    pub const fn device(&self) -> DeviceId {
        self.chain.place().device
    }

    /// The end of the own log.
    #[must_use]
    pub const fn chain(&self) -> &Chain {
        &self.chain
    }

    /// What the entries amount to.
    #[must_use]
    pub const fn rights(&self) -> &Rights {
        &self.rights
    }

    /// An entry.
    #[must_use]
    pub fn entry(&self, hash: &EntryHash) -> Option<&Entry> {
        self.entries.get(hash)
    }

    /// Every entry.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    /// The scope whose members are this person's devices.
    #[must_use]
    pub fn own_scope(&self) -> ScopeId {
        user_scope(self.team, self.me.user)
    }

    /// What was written since the last call, to be stored before anything else happens.
    #[must_use]
    pub fn take_written(&mut self) -> Vec<Written> {
        core::mem::take(&mut self.outbox)
    }

    /// Per log the last entry up to which its chain is unbroken from its start.
    #[must_use]
    pub fn ends(&self) -> BTreeMap<LogId, (u64, EntryHash)> {
        self.ends.clone()
    }

    /// Per log the seqs at which an entry is known, ascending.
    pub fn known_seqs(&self) -> impl Iterator<Item = (LogId, impl Iterator<Item = u64>)> {
        self.places
            .iter()
            .map(|(log, at)| (*log, at.keys().copied()))
    }

    /// The entries known at a place of a log.
    #[must_use]
    pub fn hashes_at(&self, log: LogId, seq: u64) -> &[EntryHash] {
        self.places
            .get(&log)
            .and_then(|at| at.get(&seq))
            .map_or(&[], Vec::as_slice)
    }

    /// All items that this device may know of.
    pub fn items(&self) -> impl Iterator<Item = (ItemId, &Item)> {
        self.items.iter()
    }

    /// One item.
    #[must_use]
    pub fn item(&self, item: &ItemId) -> Option<&Item> {
        self.items.get(item)
    }
}

#[cfg(test)]
mod tests;
