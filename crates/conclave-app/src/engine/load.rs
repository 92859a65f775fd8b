//! From the store to a working engine: identity, kept packs, own entries in waiting.

use std::{collections::BTreeMap, sync::Arc};

use conclave_core::{
    entry::Entry,
    id::{LogId, TeamId},
    layout::Span,
    pack::{Chain, Pack, PackId, verify_run},
    replica::{Replica, Written},
};
use conclave_store::{OpenStore, Reader};

use super::{
    Engine, EngineError, Kept, Names, Shelf,
    leakers::Leakers,
    record::{self, IDENTITY, Identity},
};
use crate::clock::Clock;

/// What a store holds of a team.
struct Held {
    replica: Replica,
    kept: BTreeMap<LogId, Vec<Kept>>,
    pending: u64,
}

/// A store that could not be put to work, given back so that it can be locked again.
pub struct Unopened {
    /// The store, as it was.
    pub store: Box<OpenStore>,
    /// Why.
    pub error: EngineError,
}

impl Unopened {
    fn new(store: OpenStore, error: EngineError) -> Self {
        Self {
            store: Box::new(store),
            error,
        }
    }
}

/// A profile whose list is there, and whose team's log is still to be read.
pub struct Opening {
    store: OpenStore,
    team: TeamId,
    clock: Arc<dyn Clock>,
}

impl Opening {
    /// Reads the list of the team that an unlocked store holds.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] where there is none; what the store refuses otherwise.
    pub fn begin(mut store: OpenStore, clock: Arc<dyn Clock>) -> Result<(Self, Shelf), Unopened> {
        let now = clock.now_ms();
        let read = only_team(&store);
        let read = read.and_then(|team| Ok((team, Shelf::read(&mut store, team, now)?)));
        match read {
            Ok((team, shelf)) => Ok((Self { store, team, clock }, shelf)),
            Err(error) => Err(Unopened::new(store, error)),
        }
    }

    /// The team.
    pub(crate) const fn team(&self) -> TeamId {
        self.team
    }

    /// The profile's id.
    pub(crate) fn profile(&self) -> &[u8; 16] {
        self.store.header().profile()
    }

    /// Reads the team's log.
    ///
    /// # Errors
    /// [`EngineError::Damaged`]; what the store refuses.
    pub fn read(self) -> Result<Ready, Unopened> {
        match held(&self.store, self.team) {
            Ok(held) => Ok(Ready {
                opening: self,
                held,
            }),
            Err(error) => Err(Unopened::new(self.store, error)),
        }
    }
}

/// A profile whose log was read.
pub struct Ready {
    opening: Opening,
    held: Held,
}

impl Ready {
    /// Puts list and log together, and brings the list up to the log.
    ///
    /// # Errors
    /// What the store refuses.
    pub fn open(self, mut shelf: Shelf) -> Result<Engine, Unopened> {
        let Self { opening, held } = self;
        shelf.list.unpack();
        shelf.index.search.loaded();
        let mut engine = Engine {
            store: opening.store,
            replica: held.replica,
            team: opening.team,
            clock: opening.clock,
            names: Names::default(),
            shelf,
            arrival: None,
            ends: super::expiry::Ends::default(),
            kept: held.kept,
            pending: held.pending,
            alarms: Vec::new(),
            leakers: Leakers::default(),
            seen: Vec::new(),
            due_keys: super::DueKeys::default(),
            generation: 0,
        };
        match engine.load_arrival().and_then(|()| engine.after_news()) {
            Ok(()) => Ok(engine),
            Err(error) => Err(Unopened::new(engine.store, error)),
        }
    }
}

impl Engine {
    /// Opens the team that an unlocked store holds.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] where there is none; what the store refuses otherwise.
    pub fn open(store: OpenStore, clock: Arc<dyn Clock>) -> Result<Self, Unopened> {
        let (opening, shelf) = Opening::begin(store, clock)?;
        opening.read()?.open(shelf)
    }

    /// Puts a new team's or a joiner's first entries into a fresh store.
    ///
    /// # Errors
    /// What the store refuses; nothing is in it then.
    pub fn begin(
        mut store: OpenStore,
        mut replica: Replica,
        values: &[(&str, &[u8])],
        clock: Arc<dyn Clock>,
    ) -> Result<Self, Unopened> {
        let team = replica.team();
        let written = replica.take_written();
        let saved = store.transaction(|tx| {
            tx.put_value(Some(&team), IDENTITY, &Identity::of(&replica).encode())?;
            for (name, value) in values {
                tx.put_value(Some(&team), name, value)?;
            }
            append(tx, &team, &written)
        });
        match saved {
            Ok(()) => Self::open(store, clock),
            Err(error) => Err(Unopened::new(store, error)),
        }
    }

    /// Reads the replica anew from the store, after something could not be saved.
    pub(crate) fn reload(&mut self) -> Result<(), EngineError> {
        let held = held(&self.store, self.team)?;
        (self.replica, self.kept, self.pending) = (held.replica, held.kept, held.pending);
        self.after_news()
    }
}

pub(super) fn append(
    tx: &mut conclave_store::Tx<'_>,
    team: &TeamId,
    written: &[Written],
) -> Result<(), EngineError> {
    for w in written {
        let raw = record::encode_raw(&w.raw);
        let body = w.sealed.as_deref().map(|sealed| (w.entry.hash, sealed));
        tx.append_pending(team, &w.entry.log(), w.entry.seq(), &raw, body)?;
    }
    Ok(())
}

fn only_team(store: &Reader) -> Result<TeamId, EngineError> {
    for team in store.teams()? {
        if store.value(Some(&team), IDENTITY)?.is_some() {
            return Ok(team);
        }
    }
    Err(EngineError::NotFound)
}

fn held(store: &Reader, team: TeamId) -> Result<Held, EngineError> {
    let row = store
        .value(Some(&team), IDENTITY)?
        .ok_or(EngineError::NotFound)?;
    let identity = Identity::decode(&row)?;
    if identity.team() != team {
        return Err(EngineError::Damaged);
    }
    let (machine, (genesis, out, me)) = (identity.is_machine(), identity.parts());
    let place = me.log.place(team);

    let mut runs: BTreeMap<LogId, Vec<Pack>> = BTreeMap::new();
    let mut lens: BTreeMap<LogId, Vec<Kept>> = BTreeMap::new();
    for row in store.packs(&team, None)? {
        let row = row?;
        let span = Span::new(row.first, row.last).ok_or(EngineError::Damaged)?;
        let pack = Pack::open(team, &out, &PackId { log: row.log, span }, &row.control)?;
        let len = row.control.len() as u64 + pack.body_section_len();
        lens.entry(row.log).or_default().push(Kept { span, len });
        runs.entry(row.log).or_default().push(pack);
    }
    let mut kept: BTreeMap<LogId, Vec<Kept>> = BTreeMap::new();
    let mut entries: Vec<Entry> = Vec::new();
    for (log, run) in runs {
        let lens = lens.remove(&log).unwrap_or_default();
        for (verified, of) in verify_run(run).into_iter().zip(lens) {
            match verified {
                Ok(pack) => {
                    kept.entry(log).or_default().push(of);
                    entries.extend(pack.into_entries());
                }
                // What another wrote may be missing, as anything may: the storage gives it again.
                // What this device wrote may not, or it would write another history after it.
                Err(error) if log == place.log => return Err(error.into()),
                Err(error) => tracing::warn!(%error, "a kept pack is set aside"),
            }
        }
    }
    let waiting = store.pending(&team, &place.log)?;
    let pending = waiting.len() as u64;
    for row in waiting {
        let raw = record::decode_raw(&row.raw)?;
        entries.push(Entry::parse(place, &raw).map_err(|_| EngineError::Damaged)?);
    }
    let last = entries
        .iter()
        .filter(|e| e.log() == place.log)
        .max_by_key(|e| e.seq());
    let chain = match last {
        Some(last) => Chain::resume(place, last.seq(), last.hash),
        None => Chain::start(place),
    };
    let mut replica = Replica::new(genesis, team, out, me, chain);
    if machine {
        replica = replica.into_machine();
    }
    replica.insert(entries);
    Ok(Held {
        replica,
        kept,
        pending,
    })
}
