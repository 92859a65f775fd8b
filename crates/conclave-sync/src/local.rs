//! What one device knows and has to say, as far as carrying entries needs to know it.
//!
//! [`Local`] is implemented over the device's store. It decides nothing about the storage; all its
//! methods are quick, except those that say that they write. [`Access`] is the lock around it.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use conclave_core::{
    id::{EntryHash, LogId, TeamId},
    layout::{Digest, Span},
    pack::{PackId, Verified},
};
use conclave_crypto::OuterKey;

use crate::alarm::{Alarm, Stop};

/// The last entry up to which a log is known without a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End {
    /// Its place, from 0.
    pub seq: u64,
    /// Its hash.
    pub hash: EntryHash,
}

/// How much of one log is known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Known {
    /// The end of the unbroken chain from entry 0; none while entry 0 is missing.
    pub end: Option<End>,
    /// Runs that are known beyond a gap, ascending, neither touching nor overlapping each other.
    pub islands: Vec<Span>,
}

impl Known {
    /// The highest seq that is known, beyond a gap or not.
    #[must_use]
    pub fn last(&self) -> Option<u64> {
        let island = self.islands.last().map(|span| span.last());
        island.or(self.end.map(|end| end.seq))
    }
}

/// One known entry, as its neighbours see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// Its hash.
    pub hash: EntryHash,
    /// The hash that it gives for the entry before it; none at seq 0.
    pub prev: Option<EntryHash>,
}

/// A pack file that the device keeps byte for byte as the storage had it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// Which pack.
    pub id: PackId,
    /// Bytes of the file.
    pub len: u64,
}

/// Own entries on their way to the storage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Which entries.
    pub id: PackId,
    /// The pack file.
    pub pack: Vec<u8>,
    /// The head file that names this pack as the newest.
    pub head: Vec<u8>,
}

/// A sealed file that entries of the own log name and that was, or is to be, uploaded from there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blob {
    /// SHA-256 of its ciphertext.
    pub digest: Digest,
    /// Bytes of its ciphertext.
    pub len: u64,
}

/// How a pack fits what the device knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joins {
    /// It goes on from the known end, or begins the log. It may repeat known entries before that.
    Chain,
    /// There is a gap before it. Its entries count as far as the rules let them (docs/format.md,
    /// "Authority"): revocations at once.
    Gap,
    /// All of it is known already, but no single kept file covers it: a larger pack that its
    /// writer made of smaller ones.
    Known,
    /// It differs from what is known of the log: proof that its device equivocated, or that the
    /// own log was written twice. Kept as evidence beside the known branch, never instead of it.
    Fork {
        /// Where the branches part.
        seq: u64,
        /// What this device knows there.
        known: EntryHash,
        /// What the pack says there.
        found: EntryHash,
    },
    /// It goes beyond the end of the own log: this device was restored or cloned. Kept as
    /// evidence; the own chain must not be continued from either end.
    OwnAhead,
}

impl Joins {
    /// Why a pack that fits like this stops all writing, if it does.
    #[must_use]
    pub fn stop(&self, log: LogId, own: LogId) -> Option<Stop> {
        match self {
            Self::Fork { .. } if log == own => Some(Stop::OwnLogDiffers),
            Self::Fork { .. } => Some(Stop::Fork { log }),
            Self::OwnAhead => Some(Stop::OwnLogAhead),
            Self::Chain | Self::Gap | Self::Known => None,
        }
    }
}

/// A verified pack, to be stored.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// The entries, proven to be their device's.
    pub pack: Verified,
    /// The file, byte for byte, so that it can be put back when it vanishes.
    pub file: Vec<u8>,
    /// The sealed bodies, each proven by the hash in its header.
    pub bodies: Vec<(EntryHash, Vec<u8>)>,
    /// How it fits.
    pub joins: Joins,
}

/// Something on the storage that is named but cannot be read yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Which object, by its key. A log's folder where another log's entry names an entry of it
    /// that is nowhere to be found.
    pub key: String,
    /// When it was first missed. Unix milliseconds.
    pub since_ms: u64,
    /// Whether [`Alarm::Waiting`] was raised for it.
    pub told: bool,
}

/// Why the device could not do its part.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LocalError {
    /// Its store failed.
    #[error("the local store failed")]
    Store(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Its own entries could not be packed.
    #[error("the own entries could not be packed")]
    Pack(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// What one device knows and has to say.
///
/// Each method sees the state that the methods before it left; a round calls them in short locked
/// sections and expects entries of the own log to be appended by others in between.
pub trait Local: Send {
    /// The team whose storage this is.
    fn team(&self) -> TeamId;

    /// The key that hides packs and heads from the storage.
    fn out(&self) -> &OuterKey;

    /// The log that this device writes.
    fn own_log(&self) -> LogId;

    /// Every log of which an entry is known, the own one with all its entries, whether they were
    /// delivered or not. Evidence of forks does not show here.
    fn logs(&self) -> BTreeMap<LogId, Known>;

    /// The entries known at a place of a log: none, one, or, where a fork is known, one for each
    /// branch, the branch of [`Local::logs`] first.
    fn at(&self, log: LogId, seq: u64) -> Vec<Link>;

    /// For each log that an accepted entry's `seen` names beyond what is known of it, the highest
    /// seq so named. Evidence that something is withheld, or merely late.
    fn mentioned(&self) -> BTreeMap<LogId, u64>;

    /// The pack files of a log that are kept: of the own log only those that were delivered, and
    /// of no log what is evidence of a fork.
    ///
    /// # Errors
    /// [`LocalError`] when the store fails.
    fn held(&self, log: LogId) -> Result<Vec<Held>, LocalError>;

    /// A kept pack file, byte for byte.
    ///
    /// # Errors
    /// [`LocalError`] when the store fails.
    fn file(&self, id: &PackId) -> Result<Option<Vec<u8>>, LocalError>;

    /// How many own entries are not delivered yet.
    fn pending(&self) -> u64;

    /// Why nothing may be written, since an alarm said so and nobody has resolved it.
    fn stop(&self) -> Option<Stop>;

    /// The next own entries that are not delivered, packed and signed, with the head that goes
    /// with them. **The same bytes until [`Local::delivered`]**, through crashes: what is returned
    /// is stored before it is returned. None where there is nothing to send.
    ///
    /// # Errors
    /// [`LocalError`] when the store fails or the entries cannot be packed.
    fn outgoing(&mut self) -> Result<Option<Outgoing>, LocalError>;

    /// The sealed files that own entries name, delivered or not, as far as their ciphertexts are
    /// kept here. They are put on the storage before the pack that names them, and put back.
    ///
    /// # Errors
    /// [`LocalError`] when the store fails.
    fn blobs(&self) -> Result<Vec<Blob>, LocalError> {
        Ok(Vec::new())
    }

    /// One of [`Local::blobs`], byte for byte; none where it is damaged or gone by now.
    ///
    /// # Errors
    /// [`LocalError`] when the store fails.
    fn blob(&self, digest: &Digest) -> Result<Option<Vec<u8>>, LocalError> {
        let _ = digest;
        Ok(None)
    }

    /// The pack and its head are on the storage. The pack is [`Local::held`] from now on.
    ///
    /// # Errors
    /// [`LocalError`] when the store fails.
    fn delivered(&mut self, id: &PackId) -> Result<(), LocalError>;

    /// The newest own pack that was delivered.
    fn newest(&self) -> Option<PackId>;

    /// The head file that names [`Local::newest`], to be put back.
    ///
    /// # Errors
    /// [`LocalError`] when the store fails.
    fn head(&mut self) -> Result<Option<(PackId, Vec<u8>)>, LocalError>;

    /// Own packs that a delivered larger pack replaced at least 30 days ago, so that they may go.
    /// They are no longer [`Local::held`]. Asked in every round that writes.
    ///
    /// # Errors
    /// [`LocalError`] when the store fails.
    fn retired(&mut self, now_ms: u64) -> Result<Vec<PackId>, LocalError> {
        let _ = now_ms;
        Ok(Vec::new())
    }

    /// A retired pack is off the storage.
    ///
    /// # Errors
    /// [`LocalError`] when the store fails.
    fn swept(&mut self, id: &PackId) -> Result<(), LocalError> {
        let _ = id;
        Ok(())
    }

    /// Takes in verified packs of one log, all or none, **durable before it returns**. Where
    /// [`Joins::stop`] says so, [`Local::stop`] answers with it from then on, in the same
    /// transaction: the proof is not looked at a second time. Called again with a pack that was
    /// accepted before, it changes nothing.
    ///
    /// # Errors
    /// [`LocalError`] when the store fails; nothing was taken then.
    fn accept(&mut self, packs: Vec<Incoming>) -> Result<(), LocalError>;

    /// Something that a person should know. Where [`Alarm::stop`] says so, and it is no fork that
    /// the person has seen already and gone on without, [`Local::stop`] is to
    /// answer with it from now on, through restarts, until it is resolved. Alarms may repeat from
    /// one start of the app to the next.
    fn alarm(&mut self, alarm: Alarm);

    /// What [`Local::keep_waiting`] was last given.
    fn waiting(&self) -> Vec<Waiting>;

    /// Remembers, through restarts, what could not be read yet.
    ///
    /// # Errors
    /// [`LocalError`] when the store fails.
    fn keep_waiting(&mut self, waiting: &[Waiting]) -> Result<(), LocalError>;
}

/// The device is locked or gone: its keys are wiped, so there is nothing to carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the device is locked")]
pub struct Closed;

/// The lock around a [`Local`]. It is taken for one short piece of work at a time, off the async
/// threads, and never held over an await.
pub trait Access: Send + Sync + 'static {
    /// Does a piece of work, exactly once, or says that there is nothing to do it on.
    ///
    /// # Errors
    /// [`Closed`]; the work was not done.
    fn with(&self, work: &mut dyn FnMut(&mut dyn Local)) -> Result<(), Closed>;
}

impl<L: Local + 'static> Access for Mutex<L> {
    fn with(&self, work: &mut dyn FnMut(&mut dyn Local)) -> Result<(), Closed> {
        // What a panic elsewhere left behind is still whole: every method is all or nothing.
        work(&mut *self.lock().unwrap_or_else(PoisonError::into_inner));
        Ok(())
    }
}
