//! A storage that lies: it drops, cuts, replays, rolls back, freezes and renames, as whoever runs
//! the real one can (`docs/threat-model.md`, "The storage").
//!
//! One storage has any number of doors ([`EvilStorage::door`]), one for each client. Tricks on
//! objects change what lies there for all who see it; tricks on lists, and freezing, hold for one
//! door, so that clients can be shown different worlds. All choices follow from the seed.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use conclave_core::{
    layout::Tool,
    remote::{Key, ListItem, Remote, RemoteError},
};
use rand_chacha::ChaCha20Rng;
use rand_core::Rng;

use crate::{
    memory_remote::{MemoryRemote, Objects},
    rng::{below, seeded},
};

/// One door of a hostile storage.
pub struct EvilStorage {
    shared: Arc<Shared>,
    door: Mutex<Door>,
}

/// What all doors have in common.
#[derive(Default)]
struct Shared {
    objects: Arc<MemoryRemote>,
    /// Every version of every object that was ever put, oldest first.
    history: Mutex<BTreeMap<String, Vec<Vec<u8>>>>,
}

struct Door {
    rng: ChaCha20Rng,
    /// A world of its own, since this door was frozen.
    frozen: Option<Arc<MemoryRemote>>,
    shuffle: bool,
    lag: u32,
    /// In how many lists of this door each path could have been shown.
    listed: HashMap<String, u32>,
    delay: Duration,
}

/// A moment of the storage, to roll back to.
#[derive(Debug, Clone)]
pub struct Snapshot(Objects);

impl EvilStorage {
    /// An empty storage that behaves well until told otherwise.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self::of(Arc::default(), seed)
    }

    /// Another door to the same storage, with no tricks on it.
    #[must_use]
    pub fn door(&self, seed: u64) -> Self {
        Self::of(Arc::clone(&self.shared), seed)
    }

    fn of(shared: Arc<Shared>, seed: u64) -> Self {
        let door = Door {
            rng: seeded(seed),
            frozen: None,
            shuffle: false,
            lag: 0,
            listed: HashMap::new(),
            delay: Duration::ZERO,
        };
        Self {
            shared,
            door: Mutex::new(door),
        }
    }

    /// What this door shows now: the storage, or its frozen world.
    #[must_use]
    pub fn world(&self) -> Arc<MemoryRemote> {
        let door = self.lock();
        door.frozen
            .clone()
            .unwrap_or_else(|| Arc::clone(&self.shared.objects))
    }

    /// The objects that this door shows, in the order of their names.
    #[must_use]
    pub fn keys(&self) -> Vec<Key> {
        self.world()
            .objects()
            .keys()
            .filter_map(|path| Key::new(path).ok())
            .collect()
    }

    // --- tricks on one object; each says whether the object was there to play it on

    /// Removes an object behind everybody's back.
    pub fn drop_object(&self, key: &Key) -> bool {
        self.world()
            .edit(|objects| objects.remove(key.as_str()).is_some())
    }

    /// Puts an earlier version in the place of the newest, 0 being the first that was ever put.
    pub fn replay(&self, key: &Key, version: usize) -> bool {
        let old = self
            .history()
            .get(key.as_str())
            .and_then(|all| all.get(version))
            .cloned();
        let Some(old) = old else { return false };
        self.world()
            .edit(|objects| objects.insert(key.as_str().to_owned(), old));
        true
    }

    /// Undoes every trick on an object: the version that was put last is there again.
    pub fn heal(&self, key: &Key) -> bool {
        let newest = self.history().get(key.as_str()).map_or(0, Vec::len);
        newest
            .checked_sub(1)
            .is_some_and(|version| self.replay(key, version))
    }

    /// Cuts an object to its first `len` bytes.
    pub fn truncate(&self, key: &Key, len: usize) -> bool {
        self.change(key, |bytes, _| bytes.truncate(len))
    }

    /// Leaves an object half arrived: a beginning of it, shorter than the whole.
    pub fn leave_partial(&self, key: &Key) -> bool {
        self.change(key, |bytes, rng| bytes.truncate(below(rng, bytes.len())))
    }

    /// Changes byte `n` into another one. False too where the object is shorter.
    pub fn corrupt(&self, key: &Key, n: usize) -> bool {
        let mut hit = false;
        self.change(key, |bytes, rng| {
            if let Some(byte) = bytes.get_mut(n) {
                *byte ^= below(rng, 255) as u8 + 1;
                hit = true;
            }
        }) && hit
    }

    /// Exchanges the contents of two objects.
    pub fn swap(&self, a: &Key, b: &Key) -> bool {
        self.world().edit(|objects| {
            let (Some(of_a), Some(of_b)) = (objects.remove(a.as_str()), objects.remove(b.as_str()))
            else {
                return false;
            };
            objects.insert(a.as_str().to_owned(), of_b);
            objects.insert(b.as_str().to_owned(), of_a);
            true
        })
    }

    /// Puts a second copy beside an object, named as this tool names the loser of a conflict.
    pub fn duplicate(&self, key: &Key, tool: Tool) -> Option<Key> {
        let copy = copy_key(key, tool)?;
        self.world().edit(|objects| {
            let bytes = objects.get(key.as_str())?.clone();
            objects.insert(copy.as_str().to_owned(), bytes);
            Some(copy)
        })
    }

    /// Renames an object to a conflict copy: the copy is all that is left.
    pub fn rename_to_copy(&self, key: &Key, tool: Tool) -> Option<Key> {
        let copy = self.duplicate(key, tool)?;
        self.drop_object(key);
        Some(copy)
    }

    // --- tricks on the whole

    /// Remembers this moment of what the door shows.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot(self.world().objects())
    }

    /// Makes everything as it was then, forgetting what came after.
    pub fn roll_back(&self, to: &Snapshot) {
        self.world().edit(|objects| objects.clone_from(&to.0));
    }

    /// From now on this door shows the world of this moment and what is written through itself;
    /// the others see nothing of that. Two frozen doors are a fork.
    pub fn freeze(&self) {
        let objects = self.world().objects();
        self.lock().frozen = Some(Arc::new(MemoryRemote::with(objects)));
    }

    /// Ends the freeze; what was written through this door meanwhile is lost.
    pub fn thaw(&self) {
        self.lock().frozen = None;
    }

    /// Ends the freeze and lets both worlds run together: what only the frozen one has is added.
    pub fn thaw_and_merge(&self) {
        let Some(frozen) = self.lock().frozen.take() else {
            return;
        };
        let theirs = frozen.objects();
        self.shared.objects.edit(|objects| {
            for (path, bytes) in theirs {
                objects.entry(path).or_insert(bytes);
            }
        });
    }

    // --- tricks on how this door answers

    /// Whether lists come in an arbitrary order.
    pub fn shuffle_lists(&self, shuffle: bool) {
        self.lock().shuffle = shuffle;
    }

    /// Objects appear in lists only after this many lists that leave them out; they can be got
    /// all the while.
    pub fn lag_lists(&self, lists: u32) {
        self.lock().lag = lists;
    }

    /// Every call takes this much longer.
    pub fn delay(&self, by: Duration) {
        self.lock().delay = by;
    }

    /// Plays one trick of the seed's choice on one object of the seed's choice, and says which.
    pub fn random_trick(&self) -> Option<String> {
        let keys = self.keys();
        let (pick, trick, number) = {
            let rng = &mut self.lock().rng;
            (
                below(rng, keys.len()),
                below(rng, 8),
                rng.next_u32() as usize,
            )
        };
        let key = keys.get(pick)?;
        let len = self.world().objects().get(key.as_str()).map_or(0, Vec::len);
        let within = number.checked_rem(len).unwrap_or(0);
        let what = match trick {
            0 => self.drop_object(key).then(|| "dropped".to_owned()),
            1 => self
                .truncate(key, within)
                .then(|| format!("cut to {within}")),
            2 => self
                .corrupt(key, within)
                .then(|| format!("byte {within} changed")),
            3 => {
                let versions = self.history().get(key.as_str()).map_or(0, Vec::len);
                let version = number.checked_rem(versions).unwrap_or(0);
                self.replay(key, version)
                    .then(|| format!("version {version} replayed"))
            }
            4 => self
                .duplicate(key, any_tool(number))
                .map(|copy| format!("copied to {copy}")),
            5 => self
                .rename_to_copy(key, any_tool(number))
                .map(|to| format!("renamed to {to}")),
            6 => {
                let other = keys.get(number.checked_rem(keys.len())?)?;
                self.swap(key, other)
                    .then(|| format!("swapped with {other}"))
            }
            _ => self.leave_partial(key).then(|| "left partial".to_owned()),
        };
        // A trick that finds nothing to do, such as changing a byte of an empty object, is a
        // dropped object instead: every call plays one.
        what.or_else(|| self.drop_object(key).then(|| "dropped".to_owned()))
            .map(|what| format!("{key}: {what}"))
    }

    fn change(&self, key: &Key, change: impl FnOnce(&mut Vec<u8>, &mut ChaCha20Rng)) -> bool {
        let world = self.world();
        let rng = &mut self.lock().rng;
        world.edit(|objects| {
            objects
                .get_mut(key.as_str())
                .map(|bytes| change(bytes, rng))
                .is_some()
        })
    }

    fn lock(&self) -> MutexGuard<'_, Door> {
        self.door.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn history(&self) -> MutexGuard<'_, BTreeMap<String, Vec<Vec<u8>>>> {
        self.shared
            .history
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    async fn pause(&self) {
        let delay = self.lock().delay;
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
    }
}

#[async_trait]
impl Remote for EvilStorage {
    async fn list(&self, folder: &Key) -> Result<Vec<ListItem>, RemoteError> {
        self.pause().await;
        let mut items = self.world().list(folder).await?;
        let mut guard = self.lock();
        let door = &mut *guard;
        items.retain(|item| {
            let times = door
                .listed
                .entry(format!("{folder}/{}", item.name))
                .or_default();
            *times = times.saturating_add(1);
            *times > door.lag
        });
        if door.shuffle {
            for end in (1..items.len()).rev() {
                items.swap(end, below(&mut door.rng, end + 1));
            }
        }
        Ok(items)
    }

    async fn get(&self, key: &Key, max: u64) -> Result<Vec<u8>, RemoteError> {
        self.pause().await;
        self.world().get(key, max).await
    }

    async fn get_range(&self, key: &Key, offset: u64, len: u64) -> Result<Vec<u8>, RemoteError> {
        self.pause().await;
        self.world().get_range(key, offset, len).await
    }

    async fn put(&self, key: &Key, bytes: &[u8]) -> Result<(), RemoteError> {
        self.pause().await;
        self.world().put(key, bytes).await?;
        self.history()
            .entry(key.as_str().to_owned())
            .or_default()
            .push(bytes.to_vec());
        Ok(())
    }

    async fn delete(&self, key: &Key) -> Result<(), RemoteError> {
        self.pause().await;
        self.world().delete(key).await
    }
}

fn any_tool(number: usize) -> Tool {
    match number % 5 {
        0 => Tool::Dropbox,
        1 => Tool::OneDrive,
        2 => Tool::Syncthing,
        3 => Tool::Numbered,
        _ => Tool::Case,
    }
}

/// The name that a tool gives to a copy: its mark goes before the ending.
fn copy_key(key: &Key, tool: Tool) -> Option<Key> {
    let folder = key.folder()?;
    let (stem, dot, ending) = match key.name().rsplit_once('.') {
        Some((stem, ending)) => (stem, ".", ending),
        None => (key.name(), "", ""),
    };
    let mark = match tool {
        Tool::Dropbox => " (Ana's conflicted copy 2026-01-02)",
        Tool::OneDrive => "-DESKTOP-1A2B3C",
        Tool::Syncthing => ".sync-conflict-20260102-030405-ABCDEFG",
        Tool::Numbered => " (1)",
        Tool::Case => return Key::observed(&folder, &key.name().to_uppercase()).ok(),
        _ => " (Kopie)",
    };
    Key::observed(&folder, &format!("{stem}{mark}{dot}{ending}")).ok()
}

#[cfg(test)]
#[path = "evil_storage_tests.rs"]
mod tests;
