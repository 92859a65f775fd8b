//! A machine at work: the engine without a person. It brings its copy up to the folder, accounts
//! for the use, and gives out one value.

use std::{path::Path, sync::Arc};

use conclave_core::{
    cbor,
    id::ItemId,
    layout,
    receipt::{Action, Receipt},
    replica::MachineKey,
};
use conclave_crypto::{KdfParams, LocalMasterKey};
use conclave_remote::FolderRemote;
use conclave_store::{LockHeader, OpenStore, Store, StoreError};
use conclave_sync::{RoundError, Syncer, Urgency};
use zeroize::Zeroizing;

use super::EngineCell;
use crate::{
    api::items::FieldRole,
    clock::Clock,
    commands::fields,
    engine::{Arrival, Engine, EngineError, JOINING},
    random,
};

/// Rounds after which a folder that goes on changing is taken as it is.
const MAX_ROUNDS: usize = 1_000;

/// Which value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The vault's name.
    pub vault: String,
    /// The item's title.
    pub title: String,
    /// The field by its kind ("username", "url") or its own label; none: the main secret.
    pub field: Option<String>,
}

/// Where a machine works.
pub struct Place<'a> {
    /// The team's folder.
    pub folder: &'a Path,
    /// Where the machine keeps its own sealed copy.
    pub state: &'a Path,
    /// The clock.
    pub clock: Arc<dyn Clock>,
}

/// Why nothing was given out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MachineError {
    /// Not a key.
    #[error("this is no machine's key, or it is damaged")]
    Key,
    /// The folder is away, or is another team's.
    #[error("the team's folder is not there, or it holds another team")]
    Folder,
    /// Another run works with the same copy.
    #[error("another run is at work in the same state folder; try again")]
    Busy,
    /// The state folder is another machine's.
    #[error("the state folder belongs to something else; name another one")]
    Foreign,
    /// The ticket is not redeemed.
    #[error("the folder shows less than it did when this key was made; nothing was read")]
    Older,
    /// The copy was set back or cloned.
    #[error("the state folder was copied or set back; delete it and run again")]
    Stopped,
    /// Not there, or not this machine's to open.
    #[error("no such item in a vault that this machine may open")]
    NotFound,
    /// The name says too little.
    #[error("more than one item has this title there; give them different titles")]
    Ambiguous,
    /// Somebody has to choose first.
    #[error("two people changed this at once; somebody has to choose in the app first")]
    Conflict,
    /// No such field.
    #[error("this item has no such field, or it is empty")]
    Field,
    /// No receipt, no value.
    #[error("the use could not be recorded in the folder, so nothing is given out")]
    Unrecorded,
    /// Whatever else the local copy says.
    #[error("this machine's own copy cannot be used: {0}")]
    Local(String),
}

impl From<EngineError> for MachineError {
    fn from(error: EngineError) -> Self {
        Self::Local(error.to_string())
    }
}

impl From<StoreError> for MachineError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::InUse => Self::Busy,
            StoreError::WrongKey | StoreError::Foreign => Self::Foreign,
            error => Self::Local(error.to_string()),
        }
    }
}

/// The machine's id: a name for the place of its copy.
///
/// # Errors
/// [`MachineError::Key`].
pub fn id(key: &str) -> Result<String, MachineError> {
    let key = MachineKey::from_text(key).ok_or(MachineError::Key)?;
    Ok(key.device().to_string().chars().take(16).collect())
}

/// Reads one value, once the folder holds the receipt of its use.
///
/// # Errors
/// [`MachineError`]; no value leaves then.
pub fn read(
    key: &str,
    place: &Place<'_>,
    wanted: &Wanted,
) -> Result<Zeroizing<String>, MachineError> {
    let key = MachineKey::from_text(key).ok_or(MachineError::Key)?;
    let team = key.team();
    let remote = FolderRemote::new(place.folder, &team);
    if !remote.root().join(layout::heads().as_str()).is_dir() {
        return Err(MachineError::Folder);
    }
    let cell: Arc<EngineCell> = Arc::default();
    cell.put(engine(&key, place)?);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| MachineError::Local(error.to_string()))?;
    let mut syncer = Syncer::new(Arc::new(remote), Arc::clone(&cell) as _);
    let mut rounds = || runtime.block_on(settle(&mut syncer, &*place.clock));
    rounds()?;
    let value = with(&cell, |engine| {
        if !engine.is_complete() {
            return Err(MachineError::Older);
        }
        let item = find(engine, wanted)?;
        let opened = engine.open_item(&item)?;
        if opened.conflicts > 0 {
            return Err(MachineError::Conflict);
        }
        let (id, value) = field(&opened.content, wanted.field.as_deref())?;
        let receipt = Receipt {
            item,
            field: id,
            action: Action::Used,
        };
        let written =
            engine.commit(|replica, now| replica.write_receipt(&receipt, now, &mut random::os()));
        written.map_err(|_| MachineError::Unrecorded)?;
        Ok(value)
    })?;
    rounds().map_err(|_| MachineError::Unrecorded)?;
    with(&cell, |engine| match engine.pending() {
        0 => Ok(value),
        _ => Err(MachineError::Unrecorded),
    })
}

fn with<T>(
    cell: &EngineCell,
    work: impl FnOnce(&mut Engine) -> Result<T, MachineError>,
) -> Result<T, MachineError> {
    match cell.lock().engine_mut() {
        Some(engine) => work(engine),
        None => Err(MachineError::Busy),
    }
}

/// Rounds until there is nothing more to read or to send.
async fn settle(syncer: &mut Syncer, clock: &dyn Clock) -> Result<(), MachineError> {
    for _ in 0..MAX_ROUNDS {
        let round = syncer.round(clock.now_ms(), Urgency::Changed).await;
        let round = round.map_err(|error| match error {
            RoundError::Remote(_) => MachineError::Folder,
            error => MachineError::Local(error.to_string()),
        })?;
        if round.stop.is_some() {
            return Err(MachineError::Stopped);
        }
        if !round.more {
            break;
        }
    }
    Ok(())
}

/// The machine's own copy, made at its first run here.
fn engine(key: &MachineKey, place: &Place<'_>) -> Result<Engine, MachineError> {
    let clock = Arc::clone(&place.clock);
    let made = match Store::open(place.state) {
        Ok(store) => {
            let lmk = store.header().unwrap_keychain(&key.store_key())?;
            Engine::open(unlocked(store, lmk)?, clock)
        }
        Err(StoreError::NoProfile) => {
            let mut rng = random::os();
            let replica = key.at_work(clock.now_ms(), &mut rng);
            let replica = replica.map_err(|error| MachineError::Local(error.to_string()))?;
            let arrival = cbor::encode(&Arrival::of_machine(key.heads.clone()));
            let store = fresh(key, place.state)?;
            Engine::begin(store, replica, &[(JOINING, &arrival)], clock)
        }
        Err(error) => return Err(error.into()),
    };
    let engine = made.map_err(|unopened| MachineError::from(unopened.error))?;
    if engine.replica().device() == key.device() && engine.replica().team() == key.team() {
        Ok(engine)
    } else {
        Err(MachineError::Foreign)
    }
}

fn fresh(key: &MachineKey, state: &Path) -> Result<OpenStore, MachineError> {
    let mut rng = random::os();
    let (mut profile, mut salt) = ([0; 16], [0; 16]);
    rand_core::Rng::fill_bytes(&mut rng, &mut profile);
    rand_core::Rng::fill_bytes(&mut rng, &mut salt);
    let lmk = LocalMasterKey::random(&mut rng);
    // No passphrase ever opens this store, so nothing is derived with these parameters.
    let mut header = LockHeader::new(profile, KdfParams::FLOOR, salt);
    header.wrap_keychain(&key.store_key(), &lmk, &mut rng);
    let store = Store::create(state, &header, &lmk, &mut rng)?;
    unlocked(store, lmk)
}

fn unlocked(store: Store, lmk: LocalMasterKey) -> Result<OpenStore, MachineError> {
    let open = store.unlock(lmk, random::os());
    open.map_err(|(_, error)| error.into())
}

fn find(engine: &Engine, wanted: &Wanted) -> Result<ItemId, MachineError> {
    let in_vault = |item: &ItemId| {
        let home = engine.replica().item(item).map(|item| item.home);
        let named = home.and_then(|home| engine.names().scope(home));
        named.is_some_and(|named| named.name == wanted.vault)
    };
    let mut found = engine.rows().iter().filter(|(item, row)| {
        !row.deleted && row.overview.title.expose() == wanted.title && in_vault(item)
    });
    let (item, _) = found.next().ok_or(MachineError::NotFound)?;
    match found.next() {
        None => Ok(*item),
        Some(_) => Err(MachineError::Ambiguous),
    }
}

/// A field's id and value.
fn field(
    content: &conclave_core::item::ItemContent,
    wanted: Option<&str>,
) -> Result<(String, Zeroizing<String>), MachineError> {
    let found = match wanted {
        None => content.main_field(),
        Some(name) => content.fields().iter().find(|field| {
            let label = fields::label_of(field);
            let role = role_word(fields::role_of(field));
            label.is_some_and(|label| label.eq_ignore_ascii_case(name))
                || role.is_some_and(|role| role.eq_ignore_ascii_case(name))
        }),
    };
    let found = found.ok_or(MachineError::Field)?;
    if found.value.expose().is_empty() {
        return Err(MachineError::Field);
    }
    let value = Zeroizing::new(found.value.expose().to_owned());
    Ok((found.id.to_string(), value))
}

fn role_word(role: FieldRole) -> Option<String> {
    let word = serde_json::to_value(role).ok()?;
    word.as_str().map(str::to_owned)
}
