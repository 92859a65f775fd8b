//! People whose part needs no window: the same app, called instead of clicked.
//!
//! They leave a profile that a window can open, or sit at another computer while a window is open.
//! The key derivation is the weakest that the app accepts, so that it accepts it.

use std::{
    path::Path,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use conclave_app::{
    KdfParams,
    api::{
        Code, Role, Storage,
        app::{InvitationSource, JoinSend, TeamCreate},
        items::{FieldEdit, FieldRole, ItemSave, Kind, ValueEdit},
        people::InviteCreate,
        vaults::VaultCreate,
    },
    clock::{Clock, SystemClock},
    session::{App, Config},
};

use tokio::task::block_in_place;

use crate::{
    harness::{PATIENCE, Person},
    steps::{Handed, PASSPHRASE},
};

/// A clock that runs as the system's does, some time behind it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ago(Duration);

impl Ago {
    /// As the system says.
    pub(crate) const NOW: Self = Self(Duration::ZERO);

    /// So many days behind.
    pub(crate) const fn days(days: u64) -> Self {
        Self(Duration::from_hours(24 * days))
    }
}

impl Clock for Ago {
    fn now_ms(&self) -> u64 {
        SystemClock.now_ms() - u64::try_from(self.0.as_millis()).unwrap()
    }
}

/// The app on this person's data, without a window; it must be dropped before one is opened.
pub(crate) struct Windowless(Option<App>);

impl Windowless {
    fn open(person: &Person, clock: Ago) -> Self {
        let app = App::start(Config {
            folder: person.data_dir(),
            keychain: None,
            clock: Arc::new(clock),
            kdf: KdfParams::FLOOR,
            invite_kdf: KdfParams::INVITE,
            listener: Arc::new(|_| {}),
        });
        Self(Some(app.unwrap()))
    }

    /// Calls the app, which waits for its own work.
    pub(crate) fn with<T>(&self, call: impl FnOnce(&App) -> T) -> T {
        block_in_place(|| call(self.0.as_ref().unwrap()))
    }
}

impl Drop for Windowless {
    fn drop(&mut self) {
        block_in_place(|| drop(self.0.take()));
    }
}

/// An app on a computer that has no profile yet.
pub(crate) fn open(person: &Person, clock: Ago) -> Windowless {
    Windowless::open(person, clock)
}

/// S1 to S4. Without a folder the vault is on this computer only.
pub(crate) fn found(person: &Person, name: &str, shared: Option<&Path>, clock: Ago) -> Windowless {
    let founder = Windowless::open(person, clock);
    let wanted = TeamCreate {
        team_name: "Northwind".into(),
        person_name: name.into(),
        colour: 1,
        device_name: "Workshop".into(),
        keychain: false,
        storage: shared.map_or(Storage::None, folder),
        personal_vault_name: "Personal".into(),
        without_keychain: true,
    };
    founder.with(|app| {
        app.setup_passphrase(PASSPHRASE.as_bytes()).unwrap();
        app.team_create(&wanted).unwrap();
    });
    founder
}

/// A profile that is there already, unlocked. A window of it that has just gone may still have its
/// lock.
pub(crate) fn again(person: &Person, clock: Ago) -> Windowless {
    let start = Instant::now();
    loop {
        let one = Windowless::open(person, clock);
        match one.with(|app| app.unlock(PASSPHRASE.as_bytes())) {
            Ok(_) => return one,
            Err(error) if error.code == Code::Busy && start.elapsed() < PATIENCE => {
                block_in_place(|| thread::sleep(Duration::from_millis(50)));
            }
            Err(error) => panic!("{}: {error}", person.name()),
        }
    }
}

/// S1b to S3, until they wait.
pub(crate) fn ask(
    person: &Person,
    name: &str,
    handed: &Handed,
    shared: &Path,
    clock: Ago,
) -> Windowless {
    let joiner = Windowless::open(person, clock);
    let text = handed.text.clone();
    let send = JoinSend {
        person_name: name.into(),
        colour: 2,
        device_name: "Laptop".into(),
        keychain: false,
        personal_vault_name: "Personal".into(),
        without_keychain: true,
    };
    joiner.with(|app| {
        app.setup_passphrase(PASSPHRASE.as_bytes()).unwrap();
        app.invitation_open(&InvitationSource::Text { text })
            .unwrap();
        app.join_folder(&folder(shared)).unwrap();
        app.join_code(&handed.words).unwrap();
        app.join_send(&send).unwrap();
    });
    joiner
}

/// The team's folder, as the settings name it.
pub(crate) fn folder(path: &Path) -> Storage {
    Storage::Folder {
        path: path.to_str().unwrap().to_owned(),
    }
}

impl Windowless {
    /// A vault; gives its id.
    pub(crate) fn new_vault(&self, name: &str) -> String {
        let wanted = VaultCreate {
            name: name.into(),
            colour: 1,
        };
        self.with(|app| app.vault_create(&wanted)).unwrap().id
    }

    /// D1 and D2.
    pub(crate) fn invite(&self, name: &str, vaults: Vec<String>) -> Handed {
        let wanted = InviteCreate {
            name: name.into(),
            role: Role::Editor,
            vaults,
            access_until_ms: None,
        };
        let ready = self.with(|app| app.invite_create(&wanted)).unwrap();
        Handed {
            text: self.with(|app| app.invite_text(&ready.invite)).unwrap(),
            words: ready.words.join(" "),
        }
    }

    /// D3: lets the only one in who asks.
    pub(crate) fn admit(&self) {
        self.sync();
        let requests = self.with(App::people_list).unwrap().requests;
        assert_eq!(requests.len(), 1);
        self.with(|app| app.request_admit(&requests[0].id)).unwrap();
    }

    /// Ctrl+R.
    pub(crate) fn sync(&self) {
        self.with(App::sync_now).unwrap();
    }

    /// Another place for the team's files.
    pub(crate) fn keep_in(&self, storage: &Storage) {
        self.with(|app| app.storage_set(storage)).unwrap();
    }

    /// A login with these fields; gives its id.
    pub(crate) fn add_login(
        &self,
        vault: &str,
        title: &str,
        fields: &[(FieldRole, &str)],
    ) -> String {
        let fields = fields.iter().map(|(role, text)| FieldEdit {
            id: None,
            role: *role,
            label: None,
            concealed: *role == FieldRole::Password,
            value: set(text),
        });
        let wanted = ItemSave {
            item: None,
            base: None,
            vault: vault.into(),
            kind: Kind::Login,
            title: title.into(),
            fields: fields.collect(),
            files: None,
        };
        self.with(|app| app.item_save(&wanted)).unwrap().id
    }

    /// S7: other values for the fields of these roles.
    pub(crate) fn change(&self, item: &str, new: &[(FieldRole, &str)]) {
        let seen = self.with(|app| app.item_get(item)).unwrap();
        let fields = seen.fields.iter().map(|field| {
            let text = new.iter().find(|(role, _)| *role == field.role);
            FieldEdit {
                id: Some(field.id.clone()),
                role: field.role,
                label: field.label.clone(),
                concealed: field.concealed,
                value: text.map_or(ValueEdit::Keep, |(_, text)| set(text)),
            }
        });
        let wanted = ItemSave {
            item: Some(item.into()),
            base: Some(seen.base.clone()),
            vault: seen.vault.clone(),
            kind: Kind::Login,
            title: seen.title.clone(),
            fields: fields.collect(),
            files: None,
        };
        self.with(|app| app.item_save(&wanted)).unwrap();
    }
}

fn set(text: &str) -> ValueEdit {
    ValueEdit::Set { text: text.into() }
}
