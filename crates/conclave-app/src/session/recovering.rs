//! Coming back with the recovery sheet: an empty machine, the team's folder and the sheet's words.
//!
//! The seed is in memory between the words and the end of it, and nowhere else: whoever locks or
//! quits in between types the words again.

use conclave_core::{
    cbor,
    id::TeamId,
    layout,
    remote::Remote,
    replica::{KitPointer, MAX_JOIN_OBJECT, Replica},
};
use conclave_crypto::KitSeed;
use conclave_remote::FolderRemote;

use super::{App, Card, keeping, paper::Packed, setup::check_name};
use crate::{
    api::{
        AppError, Code, Storage,
        app::{AppState, StorageCheck},
        devices::{DeviceKind, RecoverFinish, RecoverPreview, RecoverStart, RecoverView},
        settings::Prefs,
    },
    commands::{device_id, device_row},
    engine::{Arrival, JOINING, Names, Way},
    random, recovery,
};

/// What somebody with a sheet has so far.
pub(super) struct Recovering {
    storage: Storage,
    found: Option<(KitSeed, KitPointer)>,
}

/// The row of [`keeping::POINTER`] for a kit that was just made.
pub(super) fn pointer_row(kit: &KitSeed, pointer: &KitPointer) -> Vec<u8> {
    let sealed = pointer.seal(kit, &mut random::os());
    keeping::row(&KitPointer::place(kit), &sealed)
}

impl App {
    /// Takes the folder that is said to be the team's.
    ///
    /// # Errors
    /// [`Code::FolderNotThisTeam`] where no team is in it; what a test of the folder says.
    pub fn recover_folder(&self, storage: &Storage) -> Result<StorageCheck, AppError> {
        let check = self.storage_test(storage)?;
        if check.existing_team.is_none() {
            return Err(Code::FolderNotThisTeam.into());
        }
        self.inner().recovering = Some(Recovering {
            storage: storage.clone(),
            found: None,
        });
        Ok(check)
    }

    /// Looks in the folder for what the sheet's kit was left.
    ///
    /// # Errors
    /// [`Code::RecoveryWordsWrong`] for words that are no sheet's, [`Code::KitNotHere`] when the
    /// folder has nothing for them.
    pub fn recover_words(&self, words: &str) -> Result<RecoverPreview, AppError> {
        let mut seed = recovery::from_words(words).map_err(|_| Code::RecoveryWordsWrong)?;
        let kit = KitSeed::from_bytes(&mut seed);
        let storage = self.recovering(|r| Ok(r.storage.clone()))?;
        let pointer = self.find_pointer(&storage, &kit).ok_or(Code::KitNotHere)?;
        let preview = RecoverPreview {
            team_name: pointer.team_name.clone(),
            person_name: pointer.person_name.clone(),
        };
        self.recovering(|r| {
            r.found = Some((kit, pointer));
            Ok(preview)
        })
    }

    fn recovering<T>(
        &self,
        work: impl FnOnce(&mut Recovering) -> Result<T, AppError>,
    ) -> Result<T, AppError> {
        match &mut self.inner().recovering {
            Some(recovering) => work(recovering),
            None => Err(Code::KitNotHere.into()),
        }
    }

    fn find_pointer(&self, storage: &Storage, kit: &KitSeed) -> Option<KitPointer> {
        let Storage::Folder { path } = storage else {
            return None;
        };
        let key = layout::invitation(&KitPointer::place(kit));
        // The tag is all that the folder tells of a team, and all that the storage's keys need.
        teams_in(std::path::Path::new(path)).find_map(|team| {
            let remote = FolderRemote::new(path, &team);
            let sealed = self
                .runtime
                .block_on(remote.get(&key, MAX_JOIN_OBJECT as u64));
            let pointer = KitPointer::open(kit, &sealed.ok()?).ok()?;
            (layout::tag(&pointer.team()) == layout::tag(&team)).then_some(pointer)
        })
    }

    /// Makes this computer's keys and profile, and fetches the team. The sheet has done nothing
    /// yet.
    ///
    /// # Errors
    /// [`Code::PassphraseMissing`]; [`Code::KitNotHere`] when a step was left out.
    pub fn recover_start(&self, request: &RecoverStart) -> Result<AppState, AppError> {
        check_name("device_name", &request.device_name)?;
        self.check_keychain(request.without_keychain)?;
        if self.inner().setup.passphrase.is_none() {
            return Err(Code::PassphraseMissing.into());
        }
        let now = self.now();
        let (replica, card, arrival) = self.recovering(|recovering| {
            let (_, pointer) = recovering.found.as_ref().ok_or(Code::KitNotHere)?;
            let replica = pointer.new_device(now, &mut random::os())?;
            let card = Card {
                team: replica.team().to_string(),
                team_name: pointer.team_name.clone(),
                user: replica.me().user.to_string(),
                person_name: pointer.person_name.clone(),
                colour: pointer.colour,
                device_name: request.device_name.clone(),
                prefs: Prefs::default(),
                storage: recovering.storage.clone(),
                secret_in_file: self.config.keychain.is_none(),
            };
            let arrival = Arrival {
                inviter: String::new(),
                sent_ms: now,
                expires_ms: u64::MAX >> 11,
                person: pointer.person_name.clone(),
                colour: pointer.colour,
                device: request.device_name.clone(),
                personal: String::new(),
                ticket: pointer.heads.clone(),
                way: Some(Way::Sheet),
            };
            Ok((replica, card, arrival))
        })?;
        let waiting = cbor::encode(&arrival);
        let values: [(&str, &[u8]); 1] = [(JOINING, &waiting)];
        self.make_profile(replica, card, &values, request.keychain)?;
        self.sync_now()?;
        Ok(self.state())
    }

    /// What the sheet finds: this person's computers by name.
    ///
    /// # Errors
    /// [`Code::KitNotHere`] when the words must be typed again, [`Code::StorageBehind`] when the
    /// storage shows less than it did when the sheet was made.
    pub fn recover_view(&self) -> Result<RecoverView, AppError> {
        self.at_work(|kit, names, pointer| {
            let own = kit.own_devices();
            let rows = own.iter().filter(|own| own.live && !own.kit);
            Ok(RecoverView {
                team_name: pointer.team_name.clone(),
                person_name: pointer.person_name.clone(),
                devices: rows
                    .map(|own| device_row(kit, names, own))
                    .filter(|row| row.kind != DeviceKind::Kit)
                    .collect(),
            })
        })
    }

    /// Does something with the kit, knowing what this computer knows.
    fn at_work<T>(
        &self,
        work: impl FnOnce(&mut Replica, &Names, &KitPointer) -> Result<T, AppError>,
    ) -> Result<T, AppError> {
        let recovering = self.inner().recovering.take();
        let done = match recovering.as_ref().and_then(|r| r.found.as_ref()) {
            None => Err(Code::KitNotHere.into()),
            Some((seed, pointer)) => self.with(|engine| {
                if !engine.is_complete() {
                    return Err(Code::StorageBehind.into());
                }
                let mut kit = engine
                    .replica()
                    .as_kit(seed, &mut random::os())
                    .ok_or(Code::KitNotHere)?;
                let names = Names::read(&engine.store, &kit)?;
                work(&mut kit, &names, pointer)
            }),
        };
        self.inner().recovering = recovering;
        done
    }

    /// Lets the sheet do its work: it vouches for this computer and ends the lost ones. Its words
    /// are forgotten then.
    ///
    /// # Errors
    /// As [`Self::recover_view`]; what the storage refuses. It can be tried again.
    pub fn recover_finish(&self, request: &RecoverFinish) -> Result<AppState, AppError> {
        let lost = request.lost.iter().map(|id| device_id(id));
        let lost = lost.collect::<Result<Vec<_>, _>>()?;
        let remote = self.remote().ok_or(Code::NoFolder)?;
        // What a lost computer said up to now stays.
        self.sync_now()?;
        let keys = self.with(|engine| Ok(engine.replica().own_keys()))?;
        let now = self.now();
        let added = self.with(|engine| Ok(engine.replica().is_own_device()))?;
        if !added {
            let packed = self.at_work(|kit, _, _| {
                kit.recover(keys, &lost, now, &mut random::os())?;
                Packed::of(kit)
            })?;
            self.wait(packed.put(remote.as_ref()))?;
        }
        self.sync_now()?;
        let member = self.with(|engine| Ok(engine.is_member()))?;
        if !member {
            return Err(Code::StorageFailed.into());
        }
        self.inner().recovering = None;
        // The names that this computer has just filed.
        self.sync_now()?;
        Ok(self.state())
    }
}

/// The teams whose folders lie in a folder, each as an id that has only its first bytes right.
pub(super) fn teams_in(folder: &std::path::Path) -> impl Iterator<Item = TeamId> {
    std::fs::read_dir(folder.join(layout::ROOT))
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter_map(|tag| {
            let mut id = [0; 32];
            let (head, _) = id.split_first_chunk_mut::<8>()?;
            hex::decode_to_slice(tag, head).ok()?;
            Some(TeamId::new(id))
        })
}
