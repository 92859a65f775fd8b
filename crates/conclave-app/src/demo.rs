//! A filled sample team, to look around in: real people's apps, a real folder, nothing that stays.
//!
//! Everything goes the way that a person's clicks go, so the sample cannot show what the app
//! cannot do. The secrets are drawn anew each time.

use std::path::Path;

use crate::{
    api::{
        AppError, Role, Storage,
        app::{InvitationSource, JoinSend, TeamCreate},
        items::{FieldEdit, FieldRole, ItemSave, Kind, ValueEdit},
        people::{InviteCreate, Scope},
        vaults::{GenerateMode, GenerateOptions, VaultCreate},
    },
    commands::secrets::generate_secret,
    session::App,
};

/// Opens the sample after a lock.
pub const PASSPHRASE: &str = "gravel unmoving kebab thirteen polar";

/// An item of the sample: vault, kind, title, and its fields; an empty value is drawn.
type Sample = (
    usize,
    Kind,
    &'static str,
    &'static [(FieldRole, &'static str)],
);

const VAULTS: [(&str, u8); 3] = [("Production", 2), ("Marketing", 1), ("Office", 3)];

const ITEMS: &[Sample] = &[
    (
        0,
        Kind::Login,
        "Postgres primary",
        &[
            (FieldRole::Username, "app_rw"),
            (FieldRole::Password, ""),
            (FieldRole::Url, "https://db.northwind.example"),
            (FieldRole::Note, "Failover is manual; see the runbook."),
        ],
    ),
    (
        0,
        Kind::Login,
        "Cloudflare",
        &[
            (FieldRole::Username, "ops@northwind.example"),
            (FieldRole::Password, ""),
            (FieldRole::Url, "https://dash.cloudflare.com"),
        ],
    ),
    (
        0,
        Kind::ApiKey,
        "Stripe, live",
        &[(FieldRole::Key, ""), (FieldRole::Environment, "live")],
    ),
    (0, Kind::ApiKey, "Sentry ingest", &[(FieldRole::Key, "")]),
    (
        0,
        Kind::Note,
        "What to do when the pager rings",
        &[(
            FieldRole::Note,
            "Look at the dashboard first, then call Mara.",
        )],
    ),
    (
        1,
        Kind::Login,
        "Newsletter",
        &[
            (FieldRole::Username, "hello@northwind.example"),
            (FieldRole::Password, ""),
            (FieldRole::Url, "https://mail.example.org"),
        ],
    ),
    (
        1,
        Kind::Login,
        "Photo library",
        &[
            (FieldRole::Username, "studio"),
            (FieldRole::Password, ""),
            (FieldRole::Url, "https://photos.example.org"),
        ],
    ),
    (
        2,
        Kind::Login,
        "Door controller",
        &[(FieldRole::Username, "admin"), (FieldRole::Password, "")],
    ),
];

/// Fills a fresh profile: a team of three in the folders under `place`.
///
/// # Errors
/// What the disk says; the sample is unusable then.
pub fn fill(ana: &App, place: &Path) -> Result<(), AppError> {
    let shared = place.join("shared folder");
    std::fs::create_dir_all(&shared).map_err(|e| AppError::new(crate::api::Code::DiskFull, e))?;
    let storage = Storage::Folder {
        path: shared.display().to_string(),
    };
    ana.setup_passphrase(PASSPHRASE.as_bytes())?;
    ana.team_create(&TeamCreate {
        team_name: "Northwind".into(),
        person_name: "Ana Ferreira".into(),
        colour: 1,
        device_name: "ana-desk".into(),
        keychain: false,
        storage: storage.clone(),
        personal_vault_name: "Personal".into(),
        without_keychain: true,
    })?;
    let vaults = VAULTS
        .iter()
        .map(|(name, colour)| {
            ana.vault_create(&VaultCreate {
                name: (*name).into(),
                colour: *colour,
            })
            .map(|vault| vault.id)
        })
        .collect::<Result<Vec<_>, _>>()?;
    let mut first = None;
    for sample in ITEMS.iter().rev() {
        let vault = vaults.get(sample.0).cloned().unwrap_or_default();
        first = Some(ana.item_save(&item(sample, vault)?)?.id);
    }
    let _mara = join(
        ana,
        place,
        &storage,
        "Mara Lindqvist",
        2,
        Role::Editor,
        &vaults,
    )?;
    let jonas = join(ana, place, &storage, "Jonas Weber", 3, Role::Viewer, &[])?;
    if let (Some(id), Some(me)) = (first, jonas.state().me) {
        ana.share_grant(&Scope::Item { id }, &me.user, Role::Viewer)?;
    }
    // One invitation stays open, as in any week.
    ana.invite_create(&InviteCreate {
        name: "Kofi Mensah".into(),
        role: Role::Editor,
        vaults: vaults.into_iter().take(1).collect(),
        access_until_ms: None,
    })?;
    ana.sync_now().map(drop)
}

fn item((_, kind, title, fields): &Sample, vault: String) -> Result<ItemSave, AppError> {
    let drawn = GenerateOptions {
        mode: GenerateMode::Characters,
        length: 24,
        capitals: true,
        digit: true,
        symbols: false,
        separator: String::new(),
    };
    let field = |(role, value): &(FieldRole, &str)| {
        let text = match *value {
            "" => generate_secret(&drawn)?.value,
            value => value.to_owned(),
        };
        Ok(FieldEdit {
            id: None,
            role: *role,
            label: None,
            concealed: matches!(role, FieldRole::Password | FieldRole::Key),
            value: ValueEdit::Set { text },
        })
    };
    Ok(ItemSave {
        item: None,
        base: None,
        vault,
        kind: *kind,
        title: (*title).into(),
        fields: fields.iter().map(field).collect::<Result<_, AppError>>()?,
        files: None,
    })
}

/// Another person: invited, joined from an app of their own, let in.
fn join(
    ana: &App,
    place: &Path,
    storage: &Storage,
    name: &str,
    colour: u8,
    role: Role,
    vaults: &[String],
) -> Result<App, AppError> {
    let ready = ana.invite_create(&InviteCreate {
        name: name.into(),
        role,
        vaults: vaults.to_vec(),
        access_until_ms: None,
    })?;
    let text = ana.invite_text(&ready.invite)?;
    let given = name.split(' ').next().unwrap_or(name);
    let app = ana.start_beside(place.join(given))?;
    app.setup_passphrase(PASSPHRASE.as_bytes())?;
    app.invitation_open(&InvitationSource::Text { text })?;
    app.join_folder(storage)?;
    app.join_code(&ready.words.join(" "))?;
    app.join_send(&JoinSend {
        person_name: name.into(),
        colour,
        device_name: format!("{}-laptop", given.to_lowercase()),
        keychain: false,
        personal_vault_name: "Personal".into(),
        without_keychain: true,
    })?;
    ana.sync_now()?;
    let requests = ana.people_list()?.requests;
    for request in requests.iter().filter(|r| r.person_name == name) {
        ana.request_admit(&request.id)?;
    }
    app.sync_now()?;
    ana.sync_now()?;
    Ok(app)
}
