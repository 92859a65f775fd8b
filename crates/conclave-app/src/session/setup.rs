//! The first run: a passphrase, a team, a place for it.

use std::sync::Arc;

use conclave_core::{
    layout,
    remote::Remote,
    replica::{Founding, KitPointer, Replica, found},
};
use conclave_crypto::{DeviceSecret, LocalMasterKey, local};
use conclave_remote::{FolderRemote, SyncedBy};
use conclave_store::{LockHeader, Store};
use zeroize::Zeroizing;

use super::{App, Card, keeping::POINTER, recovering::pointer_row, unlock::device_account};
use crate::{
    api::{
        AppError, Code, Storage,
        app::{AppState, FolderPlace, StorageCheck, TeamCreate},
        settings::Prefs,
    },
    engine::Engine,
    random,
};

/// The names of values that the first run leaves in the store.
pub(crate) const KIT: &str = "recovery/kit";
/// As above, for the recovery owner.
pub(crate) const OWN0: &str = "recovery/own0";

/// A storage and the folder that it lies in.
pub(super) type Place = (Arc<dyn Remote>, std::path::PathBuf);

/// What the first run holds until it is needed.
#[derive(Default)]
pub(super) struct Setup {
    pub(super) passphrase: Option<Zeroizing<Vec<u8>>>,
}

impl App {
    /// Keeps a passphrase for the profile that is about to be made.
    ///
    /// # Errors
    /// [`Code::WeakPassphrase`] below eight characters; the window shows how strong it is.
    pub fn setup_passphrase(&self, passphrase: &[u8]) -> Result<(), AppError> {
        let text = std::str::from_utf8(passphrase).map_err(|_| Code::WeakPassphrase)?;
        if !crate::commands::secrets::strength_of(text).acceptable {
            return Err(Code::WeakPassphrase.into());
        }
        self.inner().setup.passphrase = Some(Zeroizing::new(passphrase.to_vec()));
        Ok(())
    }

    /// Forgets what the first run holds.
    pub fn setup_cancel(&self) {
        let mut inner = self.inner();
        inner.setup = Setup::default();
        (inner.joining, inner.recovering, inner.pairing) = (None, None, None);
    }

    /// Tries a folder: writes, reads back and deletes a test file.
    ///
    /// # Errors
    /// [`Code::FolderNotFound`], [`Code::FolderNotWritable`], [`Code::FolderFull`].
    pub fn storage_test(&self, storage: &Storage) -> Result<StorageCheck, AppError> {
        let Storage::Folder { path } = storage else {
            return Ok(StorageCheck {
                ok: true,
                place: FolderPlace::Plain,
                existing_team: None,
            });
        };
        let path = std::path::PathBuf::from(path);
        self.runtime
            .block_on(conclave_remote::try_out(&path))
            .map_err(AppError::from)?;
        let place = match conclave_remote::synced_by(&path) {
            Some(SyncedBy::Dropbox) => FolderPlace::Dropbox,
            Some(SyncedBy::OneDrive) => FolderPlace::Onedrive,
            Some(SyncedBy::GoogleDrive) => FolderPlace::GoogleDrive,
            Some(SyncedBy::ICloud) => FolderPlace::Icloud,
            Some(SyncedBy::Nextcloud) => FolderPlace::Nextcloud,
            Some(SyncedBy::Syncthing) => FolderPlace::Syncthing,
            _ => FolderPlace::Plain,
        };
        let existing_team = std::fs::read_dir(path.join(layout::ROOT))
            .into_iter()
            .flatten()
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .find(|name| name.len() == 16);
        Ok(StorageCheck {
            ok: true,
            place,
            existing_team,
        })
    }

    /// Founds a team.
    ///
    /// # Errors
    /// [`Code::PassphraseMissing`], [`Code::FolderHasTeam`], or what the disk says; no half-made
    /// profile is left.
    pub fn team_create(&self, request: &TeamCreate) -> Result<AppState, AppError> {
        check_name("team_name", &request.team_name)?;
        check_name("person_name", &request.person_name)?;
        check_name("device_name", &request.device_name)?;
        self.check_keychain(request.without_keychain)?;
        if let Some(team) = self.storage_test(&request.storage)?.existing_team {
            return Err(AppError::from(Code::FolderHasTeam).arg("team", team));
        }
        let founding = Founding {
            team: request.team_name.clone(),
            person: request.person_name.clone(),
            colour: request.colour,
            device: request.device_name.clone(),
            personal: request.personal_vault_name.clone(),
            wall_ms: self.now(),
        };
        let (replica, kit, own0) =
            found(&founding, &mut random::os()).map_err(|e| AppError::new(Code::Internal, e))?;
        let card = Card {
            team: replica.team().to_string(),
            team_name: request.team_name.clone(),
            user: replica.me().user.to_string(),
            person_name: request.person_name.clone(),
            colour: request.colour,
            device_name: request.device_name.clone(),
            prefs: Prefs::default(),
            storage: request.storage.clone(),
            secret_in_file: self.config.keychain.is_none(),
        };
        // EXPOSE: sealed in the store until the sheet is saved.
        let (kit_seed, own0_seed) = (kit.expose_secret(), own0.expose_secret());
        let (team, person) = (&request.team_name, &request.person_name);
        let pointer = KitPointer::of(&replica, team, person, request.colour, &[]);
        let pointer = pointer_row(&kit, &pointer);
        let values: [(&str, &[u8]); 3] = [(KIT, kit_seed), (OWN0, own0_seed), (POINTER, &pointer)];
        self.make_profile(replica, card, &values, request.keychain)
    }

    /// Refuses the weaker mode to somebody who has not been told of it.
    pub(super) fn check_keychain(&self, known: bool) -> Result<(), AppError> {
        if self.config.keychain.is_none() && !known {
            return Err(Code::KeychainUnavailable.into());
        }
        Ok(())
    }

    /// Makes the profile of a new replica and opens it.
    pub(super) fn make_profile(
        &self,
        replica: Replica,
        card: Card,
        values: &[(&str, &[u8])],
        keychain: bool,
    ) -> Result<AppState, AppError> {
        let passphrase = self
            .inner()
            .setup
            .passphrase
            .take()
            .ok_or(Code::PassphraseMissing)?;
        if self.inner().store.is_some() || !self.engine.glance().is_closed() {
            return Err(Code::Busy.into());
        }
        let mut rng = random::os();
        let (mut profile, mut salt) = ([0; 16], [0; 16]);
        rand_core::Rng::fill_bytes(&mut rng, &mut profile);
        rand_core::Rng::fill_bytes(&mut rng, &mut salt);
        let secret = DeviceSecret::random(&mut rng);
        let lmk = LocalMasterKey::random(&mut rng);
        let key = local::local_key(&secret, &passphrase, &salt, self.config.kdf)
            .map_err(|e| AppError::new(Code::Internal, e))?;
        let mut header = LockHeader::new(profile, self.config.kdf, salt);
        header.wrap_passphrase(&key, &lmk, &mut rng);
        let secrets = self.secrets(card.secret_in_file);
        // EXPOSE: the keychain is where the device secret lies.
        secrets.set(&device_account(&profile), secret.expose_secret())?;
        let store = Store::create(&self.config.folder, &header, &lmk, &mut rng)?;
        card.write(&self.config.folder)
            .map_err(|e| AppError::new(Code::DiskFull, e))?;
        let open = store
            .unlock(lmk, random::os())
            .map_err(|(_, error)| AppError::from(error))?;
        let engine = Engine::begin(open, replica, values, Arc::clone(&self.config.clock))
            .map_err(|unopened| AppError::from(unopened.error))?;
        self.inner().card = Some(card);
        self.begin_session(engine);
        if keychain {
            self.keychain_enable(&passphrase)?;
        }
        Ok(self.state())
    }

    /// The team's storage, made ready.
    pub(super) fn open_remote(
        &self,
        storage: &Storage,
        team: &conclave_core::id::TeamId,
    ) -> Result<Option<Place>, AppError> {
        let Storage::Folder { path } = storage else {
            return Ok(None);
        };
        let folder = FolderRemote::new(path, team);
        let root = folder.root().to_owned();
        // A folder that is away just now comes back later; the background goes on trying.
        let _ = self.runtime.block_on(folder.create());
        Ok(Some((Arc::new(folder), root)))
    }
}

/// A name that a person gave: there, and not longer than a line.
pub(crate) fn check_name(field: &str, name: &str) -> Result<(), AppError> {
    if name.trim().is_empty() {
        return Err(AppError::from(Code::Empty).arg("field", field));
    }
    if name.len() > 200 {
        return Err(AppError::from(Code::TooLong)
            .arg("field", field)
            .arg("max", 200));
    }
    Ok(())
}
