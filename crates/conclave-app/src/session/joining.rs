//! Joining a team: the invitation, its code, the request, and waiting for the answer.

use std::sync::Arc;

use conclave_core::{
    id::TeamId,
    layout::{self, Digest},
    remote::Remote,
    replica::{Introduction, Invitation, KitPointer, MAX_JOIN_OBJECT, Offer, joiner},
};
use conclave_crypto::InviteCodeKey;

use super::{
    App, Card,
    keeping::{self, POINTER, REQUEST},
    recovering::pointer_row,
    setup::{KIT, check_name},
};
use crate::{
    api::{
        AppError, Code, Storage,
        app::{
            AppState, InvitationSource, InvitationView, JoinPreview, JoinSend, JoinState,
            JoinStatus, JoinWay, StorageCheck,
        },
        settings::Prefs,
    },
    engine::{Arrival, JOINING, Way},
    random,
    words::InviteWords,
};

/// What a joiner has so far.
pub(super) struct Joining {
    invitation: Invitation,
    storage: Option<(Arc<dyn Remote>, Storage)>,
    offer: Option<(Offer, InviteCodeKey)>,
}

impl App {
    /// Reads an invitation that somebody handed over.
    ///
    /// # Errors
    /// [`Code::InvitationUnreadable`].
    pub fn invitation_open(&self, source: &InvitationSource) -> Result<InvitationView, AppError> {
        let text = match source {
            InvitationSource::Text { text } => text.clone(),
            InvitationSource::Path { path } => {
                let small = std::fs::metadata(path).is_ok_and(|m| m.len() <= 64 * 1024);
                let text = small.then(|| std::fs::read_to_string(path).ok()).flatten();
                text.ok_or(Code::InvitationUnreadable)?
            }
        };
        let invitation = Invitation::from_text(&text).ok_or(Code::InvitationUnreadable)?;
        let view = InvitationView {
            invite: invitation.invite.to_string(),
            team_name: None,
            inviter_name: None,
            invited_name: None,
            expires_ms: None,
            folder_hint: None,
            folder: None,
        };
        self.inner().joining = Some(Joining {
            invitation,
            storage: None,
            offer: None,
        });
        Ok(view)
    }

    /// Looks into the folder that is said to be the team's.
    ///
    /// # Errors
    /// [`Code::FolderNotThisTeam`], [`Code::InvitationNotHere`].
    pub fn join_folder(&self, storage: &Storage) -> Result<StorageCheck, AppError> {
        let check = self.storage_test(storage)?;
        let invitation = self.invitation()?;
        if check.existing_team.is_none() {
            return Err(Code::FolderNotThisTeam.into());
        }
        let Some((remote, root)) = self.open_existing(storage, &invitation.team) else {
            return Err(Code::FolderNotThisTeam.into());
        };
        if !root.is_dir() {
            return Err(Code::FolderNotThisTeam.into());
        }
        let key = layout::invitation(&invitation.invite);
        let max = MAX_JOIN_OBJECT as u64;
        self.runtime
            .block_on(remote.get(&key, max))
            .map_err(|_| AppError::from(Code::InvitationNotHere))?;
        if let Some(joining) = &mut self.inner().joining {
            joining.storage = Some((remote, storage.clone()));
        }
        Ok(check)
    }

    fn open_existing(
        &self,
        storage: &Storage,
        team: &TeamId,
    ) -> Option<(Arc<dyn Remote>, std::path::PathBuf)> {
        let Storage::Folder { path } = storage else {
            return None;
        };
        let folder = conclave_remote::FolderRemote::new(path, team);
        let root = folder.root().to_owned();
        root.is_dir()
            .then(|| (Arc::new(folder) as Arc<dyn Remote>, root))
    }

    fn invitation(&self) -> Result<Invitation, AppError> {
        let inner = self.inner();
        let joining = inner.joining.as_ref().ok_or(Code::InvitationUnreadable)?;
        Ok(joining.invitation.clone())
    }

    /// Opens the offer with the six words.
    ///
    /// # Errors
    /// [`Code::CodeWrong`], [`Code::CodeIncomplete`], [`Code::InvitationExpired`].
    pub fn join_code(&self, words: &str) -> Result<JoinPreview, AppError> {
        let code = InviteWords::parse(words)
            .map_err(|_| AppError::from(Code::CodeIncomplete))?
            .text();
        let (invitation, remote) = {
            let inner = self.inner();
            let joining = inner.joining.as_ref().ok_or(Code::InvitationUnreadable)?;
            let (remote, _) = joining.storage.as_ref().ok_or(Code::InvitationNotHere)?;
            (joining.invitation.clone(), Arc::clone(remote))
        };
        let key = layout::invitation(&invitation.invite);
        let sealed = self
            .runtime
            .block_on(remote.get(&key, MAX_JOIN_OBJECT as u64))
            .map_err(|_| AppError::from(Code::InvitationNotHere))?;
        let kdf = self.config.invite_kdf;
        let code = InviteCodeKey::derive(code.as_bytes(), invitation.invite.as_bytes(), kdf)
            .map_err(|e| AppError::new(Code::Internal, e))?;
        // The invitation file names the key that the right code derives, so a wrong code is told
        // apart from an altered offer.
        if *code.signing().verify_key().as_bytes() != invitation.key {
            return Err(Code::CodeWrong.into());
        }
        let offer = Offer::open(invitation.team, invitation.invite, &code, &sealed)
            .map_err(|_| AppError::from(Code::InvitationUnreadable))?;
        if offer.expires_ms < self.now() {
            return Err(Code::InvitationExpired.into());
        }
        let preview = JoinPreview {
            team_name: offer.team_name.clone(),
            inviter_name: offer.inviter_name.clone(),
            invited_name: offer.invited_name.clone(),
            role: offer.role.into(),
            vaults: offer.vaults.iter().map(|v| v.name.clone()).collect(),
            expires_ms: offer.expires_ms,
        };
        if let Some(joining) = &mut self.inner().joining {
            joining.offer = Some((offer, code));
        }
        Ok(preview)
    }

    /// Makes the joiner's keys and profile, and asks to be let in.
    ///
    /// # Errors
    /// [`Code::PassphraseMissing`], [`Code::InvitationUnreadable`] when a step was left out.
    pub fn join_send(&self, request: &JoinSend) -> Result<AppState, AppError> {
        check_name("person_name", &request.person_name)?;
        check_name("device_name", &request.device_name)?;
        check_name("personal_vault_name", &request.personal_vault_name)?;
        self.check_keychain(request.without_keychain)?;
        if self.inner().setup.passphrase.is_none() {
            return Err(Code::PassphraseMissing.into());
        }
        let joining = self
            .inner()
            .joining
            .take()
            .ok_or(Code::InvitationUnreadable)?;
        let (Some((remote, storage)), Some((offer, code))) = (joining.storage, joining.offer)
        else {
            return Err(Code::InvitationUnreadable.into());
        };
        let who = Introduction {
            person: &request.person_name,
            colour: request.colour,
            device: &request.device_name,
            os: std::env::consts::OS,
            wall_ms: self.now(),
        };
        let invite = joining.invitation.invite;
        let made = joiner(&offer, invite, &code, &who, &mut random::os())
            .map_err(|e| AppError::new(Code::Internal, e))?;
        let card = Card {
            team: offer.team().to_string(),
            team_name: offer.team_name.clone(),
            user: made.replica.me().user.to_string(),
            person_name: request.person_name.clone(),
            colour: request.colour,
            device_name: request.device_name.clone(),
            prefs: Prefs::default(),
            storage,
            secret_in_file: self.config.keychain.is_none(),
        };
        let waiting = conclave_core::cbor::encode(&Arrival {
            inviter: offer.inviter_name.clone(),
            sent_ms: who.wall_ms,
            expires_ms: offer.expires_ms,
            person: request.person_name.clone(),
            colour: request.colour,
            device: request.device_name.clone(),
            personal: request.personal_vault_name.clone(),
            ticket: offer.heads.clone(),
            way: None,
        });
        // EXPOSE: sealed in the store until the sheet is saved.
        let kit_seed = made.kit.expose_secret();
        let (team, person) = (&offer.team_name, &request.person_name);
        let pointer = KitPointer::of(&made.replica, team, person, request.colour, &offer.heads);
        let pointer = pointer_row(&made.kit, &pointer);
        let asked = keeping::row(&invite, &made.request);
        let values: [(&str, &[u8]); 4] = [
            (KIT, kit_seed),
            (JOINING, &waiting),
            (POINTER, &pointer),
            (REQUEST, &asked),
        ];
        let state = self.make_profile(made.replica, card, &values, request.keychain)?;
        // Where the storage is away the background puts it there later.
        let key = Digest::of(&made.request).request_key(&invite);
        let _ = self.wait(remote.put(&key, &made.request));
        self.sync_now()?;
        Ok(state)
    }

    /// How waiting goes.
    ///
    /// # Errors
    /// [`Code::NotFound`] for somebody who does not wait.
    pub fn join_status(&self) -> Result<JoinStatus, AppError> {
        let (row, now) = self.with(|engine| {
            let row = engine.arrival.clone().ok_or(Code::NotFound)?;
            Ok((row, engine.now()))
        })?;
        let by_device = row.way == Some(Way::Device);
        let seen = by_device.then(|| self.pair_sees());
        let refused = matches!(&seen, Some(Err(error)) if error.code == Code::RequestUnproven);
        let seen = seen.and_then(Result::ok).unwrap_or_default();
        let sync = self.sync_status();
        let inner = self.inner();
        let team_name = inner
            .card
            .as_ref()
            .map(|c| c.team_name.clone())
            .unwrap_or_default();
        let state = match sync.state {
            _ if refused => JoinState::Refused,
            _ if seen.put_away => JoinState::PutAway,
            _ if row.expires_ms < now => JoinState::Expired,
            crate::api::sync::SyncState::Offline | crate::api::sync::SyncState::FolderMissing => {
                JoinState::Unreachable
            }
            _ => JoinState::Waiting,
        };
        Ok(JoinStatus {
            way: match row.way {
                None => JoinWay::Invitation,
                Some(Way::Sheet) => JoinWay::Sheet,
                Some(Way::Device) => JoinWay::Device,
            },
            words: seen.words,
            state,
            team_name,
            inviter_name: row.inviter,
            sent_ms: row.sent_ms,
            checked_ms: sync.last_ms,
        })
    }
}
