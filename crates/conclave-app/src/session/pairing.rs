//! A second device of the same person: the code on the old one, the request of the new one, and
//! the three words on both.

use std::sync::Arc;

use conclave_core::{
    cbor,
    id::InviteId,
    layout::{self, Digest},
    remote::{Remote, RemoteError},
    replica::{Asking, DeviceOffer, DeviceRequest, MAX_JOIN_OBJECT, Offering, word_numbers},
};
use conclave_crypto::PairingKey;
use conclave_remote::FolderRemote;

use super::{
    App, Card,
    keeping::{self, REQUEST},
    recovering::teams_in,
    setup::check_name,
};
use crate::{
    api::{
        AppError, Code, Storage,
        app::{AppState, StorageCheck},
        devices::{DeviceAsked, DeviceCode, DevicesView, RecoverPreview, RecoverStart},
        settings::Prefs,
    },
    engine::{ASKING, Arrival, JOINING, Way},
    inbox::Inbox,
    random,
    words::{self, DeviceWords},
};

/// The old device while its code is shown.
pub(super) struct Adding {
    offering: Offering,
    inbox: Inbox,
    /// The one request that the commitment was opened for.
    taken: Option<DeviceRequest>,
}

/// The new device before it has asked.
pub(super) struct Pairing {
    storage: Storage,
    found: Option<Found>,
}

/// An offer that the code opened.
struct Found {
    remote: Arc<dyn Remote>,
    key: PairingKey,
    sealed: Vec<u8>,
    offer: DeviceOffer,
}

/// What the new device sees of the old one.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// The three words; none until the old one has seen the request.
    pub(super) words: Vec<String>,
    /// The old one no longer shows its code: it has let this one in, or it will not.
    pub(super) put_away: bool,
}

/// The three words of both screens.
fn three(digest: &[u8; 32]) -> Vec<String> {
    let numbers: [u64; 3] = word_numbers(digest, words::COUNT as u64);
    let words = numbers
        .iter()
        .map(|n| words::word(usize::try_from(*n).unwrap_or(0)));
    words.map(str::to_owned).collect()
}

impl App {
    /// Shows a code for a new device of this person. It lives until the device is in, the person
    /// cancels, or the app locks.
    ///
    /// # Errors
    /// [`Code::NoFolder`] without a shared folder; what it refuses.
    pub fn device_code(&self) -> Result<DeviceCode, AppError> {
        self.device_cancel();
        let remote = self.remote().ok_or(Code::NoFolder)?;
        // The offer carries the heads that are known here.
        self.sync_now()?;
        let state = self.state();
        let code = DeviceWords::random(&mut random::os());
        let key = PairingKey::derive(code.text().as_bytes());
        let offering = self.with(|engine| {
            if engine.is_ended() {
                return Err(Code::ReadOnly.into());
            }
            let (team, me) = (state.team.as_ref(), state.me.as_ref());
            let team = team.map_or("", |team| &team.name);
            let who = (team, me.map_or("", |m| &m.name), me.map_or(1, |m| m.colour));
            let offering = engine.replica().offer_device(key, who, &mut random::os());
            offering.ok_or_else(|| Code::NoKey.into())
        })?;
        self.wait(remote.put(&layout::invitation(&offering.id), &offering.sealed))?;
        self.inner().adding = Some(Adding {
            offering,
            inbox: Inbox::default(),
            taken: None,
        });
        Ok(DeviceCode {
            words: code.words().map(str::to_owned).collect(),
        })
    }

    /// Looks whether a device has asked with the code. The first one is taken, and its words are
    /// shown; a second one means that somebody else knows the code.
    ///
    /// # Errors
    /// [`Code::NotFound`] when no code is shown, [`Code::RequestUnproven`] for two requests.
    pub fn device_asked(&self) -> Result<DeviceAsked, AppError> {
        let remote = self.remote().ok_or(Code::NoFolder)?;
        let mut adding = self.inner().adding.take().ok_or(Code::NotFound)?;
        let id = adding.offering.id;
        let read = self.wait(adding.inbox.look(remote.as_ref(), &id));
        let looked = self.with(|engine| {
            let replica = engine.replica();
            let open = |sealed: &[u8]| adding.offering.open_request(replica, sealed).ok();
            adding.inbox.keep(read, |sealed| open(sealed).is_some());
            let letters = adding.inbox.proven().iter();
            let mut proven: Vec<DeviceRequest> =
                letters.filter_map(|(_, sealed)| open(sealed)).collect();
            if proven.len() > 1 {
                return Err(Code::RequestUnproven.into());
            }
            let opened = match (&adding.taken, proven.pop()) {
                (None, Some(asked)) => {
                    let opened = adding.offering.reveal(replica, &asked, &mut random::os());
                    adding.taken = Some(asked);
                    Some(opened)
                }
                (Some(taken), Some(asked)) if *taken != asked => {
                    return Err(Code::RequestUnproven.into());
                }
                _ => None,
            };
            Ok((opened, replica.team()))
        });
        let (opened, team) = match looked {
            Ok(looked) => looked,
            Err(error) => {
                // The code is known to somebody else: it is worth nothing any more.
                self.withdraw(&adding);
                return Err(error);
            }
        };
        let put = opened
            .map(|(place, sealed)| self.wait(remote.put(&layout::invitation(&place), &sealed)));
        let taken = adding.taken.as_ref();
        let view = DeviceAsked {
            name: taken.map(|asked| asked.name.chars().take(200).collect()),
            os: taken.map(|asked| asked.os.chars().take(40).collect()),
            words: taken.map_or_else(Vec::new, |asked| three(&adding.offering.words(team, asked))),
        };
        self.inner().adding = Some(adding);
        put.transpose()?;
        Ok(view)
    }

    /// The words are the same: the device is in.
    ///
    /// # Errors
    /// [`Code::NotFound`] when nobody has asked.
    pub fn device_admit(&self) -> Result<DevicesView, AppError> {
        let adding = self.inner().adding.take().ok_or(Code::NotFound)?;
        let Some(asked) = &adding.taken else {
            self.inner().adding = Some(adding);
            return Err(Code::NotFound.into());
        };
        self.with(|engine| {
            Ok(engine.commit(|replica, now| {
                replica.add_device(asked.keys.clone(), now, &mut random::os())
            })?)
        })?;
        self.withdraw(&adding);
        self.sync_now()?;
        self.device_list()
    }

    /// The code is worth nothing any more.
    pub fn device_cancel(&self) {
        let adding = self.inner().adding.take();
        if let Some(adding) = adding {
            self.withdraw(&adding);
        }
    }

    fn withdraw(&self, adding: &Adding) {
        // Locking withdraws too, and waits for no storage.
        if let Some(remote) = self.remote() {
            let place = layout::invitation(&adding.offering.id);
            self.runtime
                .spawn(async move { drop(remote.delete(&place).await) });
        }
    }

    /// Takes the folder that is said to be the team's.
    ///
    /// # Errors
    /// [`Code::FolderNotThisTeam`] where no team is in it; what a test of the folder says.
    pub fn pair_folder(&self, storage: &Storage) -> Result<StorageCheck, AppError> {
        let check = self.storage_test(storage)?;
        if check.existing_team.is_none() {
            return Err(Code::FolderNotThisTeam.into());
        }
        self.inner().pairing = Some(Pairing {
            storage: storage.clone(),
            found: None,
        });
        Ok(check)
    }

    /// Opens the offer with the ten words.
    ///
    /// # Errors
    /// [`Code::CodeIncomplete`]; [`Code::PairingNotHere`] when the folder has nothing for them.
    pub fn pair_words(&self, words: &str) -> Result<RecoverPreview, AppError> {
        let code = DeviceWords::parse(words).map_err(|_| AppError::from(Code::CodeIncomplete))?;
        let key = PairingKey::derive(code.text().as_bytes());
        let storage = self.inner().pairing.as_ref().map(|p| p.storage.clone());
        let Some(Storage::Folder { path }) = storage else {
            return Err(Code::PairingNotHere.into());
        };
        let place = layout::invitation(&DeviceOffer::place(&key));
        let found = teams_in(std::path::Path::new(&path)).find_map(|team| {
            let remote: Arc<dyn Remote> = Arc::new(FolderRemote::new(&path, &team));
            let sealed = self.wait(remote.get(&place, MAX_JOIN_OBJECT as u64)).ok()?;
            let offer = DeviceOffer::open(&key, &sealed).ok()?;
            let here = layout::tag(&offer.person.team()) == layout::tag(&team);
            here.then_some((remote, sealed, offer))
        });
        let (remote, sealed, offer) = found.ok_or(Code::PairingNotHere)?;
        let preview = RecoverPreview {
            team_name: offer.person.team_name.clone(),
            person_name: offer.person.person_name.clone(),
        };
        if let Some(pairing) = &mut self.inner().pairing {
            pairing.found = Some(Found {
                remote,
                key,
                sealed,
                offer,
            });
        }
        Ok(preview)
    }

    /// Makes this computer's keys and profile, and asks the old one.
    ///
    /// # Errors
    /// [`Code::PassphraseMissing`]; [`Code::PairingNotHere`] when a step was left out.
    pub fn pair_start(&self, request: &RecoverStart) -> Result<AppState, AppError> {
        check_name("device_name", &request.device_name)?;
        self.check_keychain(request.without_keychain)?;
        if self.inner().setup.passphrase.is_none() {
            return Err(Code::PassphraseMissing.into());
        }
        let pairing = self.inner().pairing.take().ok_or(Code::PairingNotHere)?;
        let Found {
            remote,
            key,
            sealed,
            offer,
        } = pairing.found.ok_or(Code::PairingNotHere)?;
        let (now, name) = (self.now(), request.device_name.as_str());
        let who = (name, std::env::consts::OS);
        let (replica, asking, asked) = offer.ask(&key, &sealed, who, now, &mut random::os())?;
        let person = &offer.person;
        let card = Card {
            team: replica.team().to_string(),
            team_name: person.team_name.clone(),
            user: replica.me().user.to_string(),
            person_name: person.person_name.clone(),
            colour: person.colour,
            device_name: request.device_name.clone(),
            prefs: Prefs::default(),
            storage: pairing.storage,
            secret_in_file: self.config.keychain.is_none(),
        };
        let waiting = cbor::encode(&Arrival {
            inviter: String::new(),
            sent_ms: now,
            expires_ms: u64::MAX >> 11,
            person: person.person_name.clone(),
            colour: person.colour,
            device: request.device_name.clone(),
            personal: String::new(),
            ticket: person.heads.clone(),
            way: Some(Way::Device),
        });
        let asking_row = zeroize::Zeroizing::new(cbor::encode(&asking));
        let request_row = keeping::row(&asking.id, &asked);
        let values: [(&str, &[u8]); 3] = [
            (JOINING, &waiting),
            (ASKING, &asking_row),
            (REQUEST, &request_row),
        ];
        self.make_profile(replica, card, &values, request.keychain)?;
        // Where the storage is away the background puts it there later.
        let key = Digest::of(&asked).request_key(&asking.id);
        let _ = self.wait(remote.put(&key, &asked));
        self.sync_now()?;
        Ok(self.state())
    }

    /// What the new device sees of the old one's answer.
    ///
    /// # Errors
    /// [`Code::RequestUnproven`] when the old device's answer is not what it committed to.
    pub(super) fn pair_sees(&self) -> Result<Seen, AppError> {
        let Some(remote) = self.remote() else {
            return Ok(Seen::default());
        };
        let row = self.with(|engine| {
            let team = engine.team;
            Ok(engine.store.value(Some(&team), ASKING)?)
        })?;
        let asking: Option<Asking> = row.and_then(|row| cbor::decode(&row).ok());
        let asking = asking.ok_or(Code::NotFound)?;
        let look = |place: &InviteId| {
            let key = layout::invitation(place);
            match self.wait(remote.get(&key, MAX_JOIN_OBJECT as u64)) {
                Err(RemoteError::NotFound) => Ok(None),
                found => found.map(Some).map_err(AppError::from),
            }
        };
        // The offer lies there as long as the old device shows its code.
        let put_away = look(&asking.id)?.is_none();
        let words = match look(&asking.reveal_place())? {
            None => Vec::new(),
            Some(sealed) => {
                let opened = asking.open_reveal(&sealed);
                let (digest, heads) = opened.map_err(|_| AppError::from(Code::RequestUnproven))?;
                self.with(|engine| Ok(engine.expect(&heads)?))?;
                three(&digest)
            }
        };
        Ok(Seen { words, put_away })
    }
}
