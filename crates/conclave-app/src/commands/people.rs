//! People, invitations, and letting somebody in.

use std::path::Path;

use conclave_core::{
    cbor,
    id::{InviteId, ScopeId, UserId},
    layout::{self, Digest, ObjectName},
    replica::{Invitation, OfferedVault, Request, RequestProblem, offer_from},
    role,
};
use conclave_crypto::InviteCodeKey;
use minicbor::{Decode, Encode};
use rand_core::Rng;

use super::items::person;
use crate::{
    api::{
        AppError, Code, KeyState, Role,
        app::Picked,
        people::{
            Invite, InviteCreate, InviteReady, InviteState, JoinRequest, PeopleView, PersonRow,
            Problem, VaultChip,
        },
    },
    convert::{count, scope_id},
    engine::{Engine, EngineError, Pinned},
    inbox::Inbox,
    random,
    session::App,
    whole_file,
    words::InviteWords,
};

const INVITES: &str = "invites";
/// How long an invitation can be used.
const VALID_MS: u64 = 3 * 24 * 3600 * 1000;

/// What the inviter's own device remembers of an invitation.
#[derive(Debug, Clone, Encode, Decode)]
#[cbor(map)]
struct InviteRow {
    #[n(0)]
    invite: InviteId,
    #[n(1)]
    name: String,
    #[n(2)]
    colour: u8,
    #[n(3)]
    role: role::Role,
    #[n(4)]
    vaults: Vec<ScopeId>,
    #[n(5)]
    created_ms: u64,
    #[n(6)]
    expires_ms: u64,
    #[n(7)]
    cancelled: bool,
    /// Who was let in with it.
    #[n(8)]
    used_by: Option<UserId>,
    #[n(9)]
    #[cbor(with = "minicbor::bytes")]
    key: [u8; 32],
    /// Requests that were turned down.
    #[n(10)]
    rejected: Vec<minicbor::bytes::ByteArray<32>>,
    /// When what it gives ends.
    #[n(11)]
    access_until_ms: Option<u64>,
}

impl InviteRow {
    fn has_rejected(&self, request: &Digest) -> bool {
        self.rejected.iter().any(|r| **r == *request.as_bytes())
    }
}

/// An answer to an invitation, looked at.
struct Answer {
    row: InviteRow,
    digest: Digest,
    request: Result<Request, RequestProblem>,
    problem: Option<Problem>,
}

impl Engine {
    fn invites(&self) -> Result<Vec<InviteRow>, EngineError> {
        let Some(row) = self.store.value(Some(&self.team), INVITES)? else {
            return Ok(Vec::new());
        };
        cbor::decode(&row).map_err(|_| EngineError::Damaged)
    }

    fn keep_invites(&mut self, invites: &[InviteRow]) -> Result<(), EngineError> {
        let team = self.team;
        let row = cbor::encode(&invites.to_vec());
        self.store
            .transaction(|tx| tx.put_value(Some(&team), INVITES, &row).map_err(Into::into))
    }

    fn change_invite(
        &mut self,
        invite: InviteId,
        change: impl FnOnce(&mut InviteRow),
    ) -> Result<(), AppError> {
        let mut invites = self.invites()?;
        let row = invites
            .iter_mut()
            .find(|row| row.invite == invite)
            .ok_or(Code::NotFound)?;
        change(row);
        Ok(self.keep_invites(&invites)?)
    }

    pub(super) fn chip(&self, scope: ScopeId) -> VaultChip {
        let named = self.names().scope(scope);
        VaultChip {
            id: scope.to_string(),
            name: named.map(|n| n.name.clone()).unwrap_or_default(),
            colour: named.map_or(1, |n| n.colour),
        }
    }

    /// How sure one is of a person's key on this device.
    pub(crate) fn key_state(&self, user: UserId) -> KeyState {
        let replica = self.replica();
        if user == replica.me().user {
            return KeyState::Verified;
        }
        match self.pinned(user) {
            Pinned::Same => return KeyState::Verified,
            Pinned::Differ | Pinned::Changed => return KeyState::NotVerified,
            Pinned::No => {}
        }
        // The founder's keys are in the team's id, which the own invitation's code proved.
        let founder = replica.genesis().founder.id(self.team) == user;
        if founder || replica.was_invited(user) {
            KeyState::JoinedByCode
        } else {
            KeyState::NotVerified
        }
    }

    fn people(&self) -> Vec<PersonRow> {
        let replica = self.replica();
        let rights = replica.rights();
        let mine = self.visible_scopes();
        // A guest knows nobody by name, and needs no list of who else is there.
        let me = replica.me().user;
        let guest = match replica.standing(me) {
            None => self.names().person(me).is_none(),
            role => role == Some(role::Role::Guest),
        };
        let mut rows: Vec<PersonRow> = rights
            .users()
            .filter(|user| *user != rights.own0() && (!guest || *user == me))
            .filter_map(|user| {
                let mut grants = rights.live_grants();
                grants.retain(|g| g.user == Some(user) && !g.personal);
                let highest = grants.iter().max_by_key(|g| g.role.rank())?.role;
                // An auditor is one, whatever else they view.
                let role = match replica.standing(user) {
                    Some(role) if role.rank() >= highest.rank() => role,
                    _ => highest,
                };
                let days = grants.iter().map(|g| g.expires_ms);
                let days: Option<Vec<u64>> = days.collect();
                let seen = replica
                    .entries()
                    .filter(|e| rights.user_of(e.device()) == Some(user));
                let kit = rights.kit_of(user);
                let devices = rights.devices_of(user).iter().filter(|d| Some(**d) != kit);
                let vaults = mine.iter().filter(|s| rights.readers(**s).contains(&user));
                Some(PersonRow {
                    person: person(self, Some(user)),
                    key_state: self.key_state(user),
                    key_change: self.key_change(user),
                    role: role.into(),
                    devices: count(devices.count()),
                    last_seen_ms: seen.map(|e| e.header.wall_ms).max(),
                    vaults: vaults.map(ToString::to_string).collect(),
                    until_ms: days.and_then(|days| days.into_iter().max()),
                })
            })
            .collect();
        rows.sort_by_key(|r| (!r.person.me, r.person.name.to_lowercase()));
        rows
    }

    fn people_view(&self, answers: &[Answer]) -> Result<PeopleView, AppError> {
        let replica = self.replica();
        let team = replica.team_scope();
        let now = self.now();
        let open = |row: &InviteRow| !row.cancelled && row.used_by.is_none();
        let invites = self.invites()?;
        let invites = invites.iter().filter(|row| open(row)).map(|row| Invite {
            id: row.invite.to_string(),
            name: row.name.clone(),
            colour: row.colour,
            role: row.role.into(),
            vaults: row.vaults.iter().map(ToString::to_string).collect(),
            created_ms: row.created_ms,
            expires_ms: row.expires_ms,
            state: if row.expires_ms < now {
                InviteState::Expired
            } else {
                InviteState::Open
            },
            access_until_ms: row.access_until_ms,
        });
        let offered = |scope: ScopeId| replica.roles_to_give(scope).contains(&role::Role::Viewer);
        let vaults = replica.vaults();
        let vaults = vaults.iter().filter(|v| !v.personal && offered(v.scope));
        let vaults: Vec<VaultChip> = vaults.map(|v| self.chip(v.scope)).collect();
        let may = replica.roles_to_give(team).contains(&role::Role::Viewer);
        let mut roles = Vec::new();
        if may {
            roles.extend([Role::Viewer, Role::Editor, Role::Manager, Role::Auditor]);
        }
        if may && !vaults.is_empty() {
            roles.push(Role::Guest);
        }
        Ok(PeopleView {
            people: self.people(),
            invites: invites.collect(),
            requests: answers
                .iter()
                .map(|answer| self.request_view(answer))
                .collect(),
            can_invite: may,
            roles_offered: roles,
            vaults_offered: vaults,
            leaving: self.leaving_rows(),
            ended: self.ended_rows(),
            spoilers: self.spoiler_rows(),
            last_resort: self.last_resort_used()?,
        })
    }

    fn request_view(&self, answer: &Answer) -> JoinRequest {
        let row = &answer.row;
        let asked = answer.request.as_ref().ok();
        JoinRequest {
            id: format!("{}.{}", row.invite, answer.digest.name()),
            invite: row.invite.to_string(),
            invited_name: row.name.clone(),
            colour: row.colour,
            person_name: asked.map(|r| cut(&r.name)).unwrap_or_default(),
            device_name: asked.map(|r| cut(&r.device)).unwrap_or_default(),
            os: asked.map(|r| cut(&r.os)).unwrap_or_default(),
            at_ms: asked.map_or(0, |r| r.wall_ms),
            invited_ms: row.created_ms,
            role: row.role.into(),
            vaults: row.vaults.iter().map(|scope| self.chip(*scope)).collect(),
            access_until_ms: row.access_until_ms,
            key_change: asked.and_then(|r| self.name_confirmed(r.user, &r.name)),
            problem: answer.problem,
            details: format!(
                "invitation {}\nrequest {}",
                row.invite,
                answer.digest.name()
            ),
        }
    }

    /// Looks at an answer: proven by the code, in time, and the only one.
    fn look_at(&self, row: &InviteRow, inbox: &Inbox) -> Vec<Answer> {
        let now = self.now();
        let opened: Vec<(Digest, Result<Request, RequestProblem>)> = inbox
            .letters()
            .filter(|(digest, _)| !row.has_rejected(digest))
            .map(|(digest, bytes)| (*digest, self.replica().open_request(row.invite, bytes)))
            .collect();
        let mut asking: Vec<UserId> = opened
            .iter()
            .filter_map(|(_, r)| r.as_ref().ok().map(|r| r.user))
            .collect();
        asking.extend(row.used_by);
        asking.sort_unstable();
        asking.dedup();
        let rivals = asking.len() > 1;
        opened
            .into_iter()
            .filter(|(_, r)| {
                row.used_by.is_none() || r.as_ref().ok().map(|r| r.user) != row.used_by
            })
            .map(|(digest, request)| {
                let problem = match &request {
                    Err(RequestProblem::CodeNotProven) => Some(Problem::CodeNotProven),
                    Err(_) => Some(Problem::Unreadable),
                    Ok(_) if row.cancelled => Some(Problem::Cancelled),
                    Ok(_) if rivals => Some(Problem::UsedTwice),
                    Ok(_) if row.expires_ms < now => Some(Problem::Expired),
                    Ok(_) => None,
                };
                Answer {
                    row: row.clone(),
                    digest,
                    request,
                    problem,
                }
            })
            .collect()
    }
}

fn cut(text: &str) -> String {
    text.chars().take(200).collect()
}

impl App {
    /// People, open invitations, and requests to join that lie on the storage.
    ///
    /// # Errors
    /// [`Code::Locked`].
    pub fn people_list(&self) -> Result<PeopleView, AppError> {
        let answers = self.answers()?;
        self.with(|engine| engine.people_view(&answers))
    }

    /// Fetches what lies in the open invitations' inboxes; a storage that is away has none.
    fn answers(&self) -> Result<Vec<Answer>, AppError> {
        let invites = self.with(|engine| Ok(engine.invites()?))?;
        let Some(remote) = self.remote() else {
            return Ok(Vec::new());
        };
        let mut out = Vec::new();
        for row in invites {
            let mut inbox = self.inbox(row.invite);
            let read = self.wait(inbox.look(remote.as_ref(), &row.invite));
            let answers = self.with(|engine| {
                let replica = engine.replica();
                inbox.forget(|name| row.has_rejected(name));
                inbox.keep(read, |bytes| {
                    replica.open_request(row.invite, bytes).is_ok()
                });
                Ok(engine.look_at(&row, &inbox))
            })?;
            self.keep_inbox(row.invite, inbox);
            out.extend(answers);
        }
        Ok(out)
    }

    /// Makes an invitation: the six words to say by another way, and the file that holds no
    /// secret. It is put on the storage right away.
    ///
    /// # Errors
    /// [`Code::NotAllowed`], [`Code::Empty`], [`Code::DayOver`], [`Code::NoFolder`] without a shared
    /// folder.
    pub fn invite_create(&self, request: &InviteCreate) -> Result<InviteReady, AppError> {
        crate::session::check_name("name", &request.name)?;
        let vaults = request
            .vaults
            .iter()
            .map(|v| scope_id(v))
            .collect::<Result<Vec<_>, AppError>>()?;
        let until = request.access_until_ms;
        let guest = request.role == Role::Guest;
        // A guest's access has an end. Whoever decides who else gets in is compared with first.
        let decides = matches!(request.role, Role::Admin | Role::Owner);
        if decides || (guest && until.is_none()) {
            return Err(Code::NotAllowed.into());
        }
        if until.is_some_and(|end| end <= self.now()) {
            return Err(Code::DayOver.into());
        }
        let remote = self.remote().ok_or(Code::NoFolder)?;
        let mut rng = random::os();
        let mut id = [0; 32];
        rng.fill_bytes(&mut id);
        let invite = InviteId::new(id);
        let words = InviteWords::random(&mut rng);
        let code = words.text();
        let key = InviteCodeKey::derive(code.as_bytes(), &id, self.invite_kdf())
            .map_err(|e| AppError::new(Code::Internal, e))?;
        let now = self.now();
        let colour = u8::try_from(now % 6).unwrap_or(0) + 1;
        let (sealed, row) = self.with(|engine| {
            let me = engine.replica().me().user;
            let inviter = engine
                .names()
                .person(me)
                .map(|n| n.name.clone())
                .unwrap_or_default();
            let team = engine.names().team().unwrap_or_default().to_owned();
            let offered = vaults.iter().map(|scope| OfferedVault {
                scope: *scope,
                name: engine.chip(*scope).name,
            });
            let offered = offered.collect();
            let names = (team.as_str(), inviter.as_str(), request.name.as_str());
            let expires_ms = now + VALID_MS;
            let role = request.role.into();
            let offer = offer_from(engine.replica(), names, role, offered, expires_ms)
                .ok_or(Code::NotAllowed)?;
            let sealed = engine.commit(|replica, now| {
                replica.invite(invite, &key, &offer, &mut random::os(), now)
            })?;
            let row = InviteRow {
                invite,
                name: request.name.clone(),
                colour,
                role,
                vaults: vaults.clone(),
                created_ms: now,
                expires_ms,
                cancelled: false,
                used_by: None,
                key: *key.signing().verify_key().as_bytes(),
                rejected: Vec::new(),
                access_until_ms: until,
            };
            Ok((sealed, row))
        })?;
        // Kept once it is there: one whose words nobody has seen is in no list.
        self.wait(remote.put(&layout::invitation(&invite), &sealed))?;
        self.with(|engine| {
            let mut invites = engine.invites()?;
            invites.push(row.clone());
            Ok(engine.keep_invites(&invites)?)
        })?;
        Ok(InviteReady {
            invite: invite.to_string(),
            name: row.name.clone(),
            colour,
            words: words.words().map(str::to_owned).collect(),
            expires_ms: row.expires_ms,
            file_name: file_name(&row.name),
            in_folder: true,
        })
    }

    /// Withdraws an invitation.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn invite_cancel(&self, invite: &str) -> Result<(), AppError> {
        let invite = InviteId::from_hex(invite).map_err(|_| Code::NotFound)?;
        self.with(|engine| engine.change_invite(invite, |row| row.cancelled = true))?;
        if let Some(remote) = self.remote() {
            let _ = self.wait(remote.delete(&layout::invitation(&invite)));
        }
        Ok(())
    }

    /// Withdraws an invitation and makes another for the same person.
    ///
    /// # Errors
    /// As for making one.
    pub fn invite_replace(&self, invite: &str) -> Result<InviteReady, AppError> {
        let id = InviteId::from_hex(invite).map_err(|_| Code::NotFound)?;
        let row = self.with(|engine| {
            let invites = engine.invites()?;
            Ok(invites
                .into_iter()
                .find(|r| r.invite == id)
                .ok_or(Code::NotFound)?)
        })?;
        let ready = self.invite_create(&InviteCreate {
            name: row.name,
            role: row.role.into(),
            vaults: row.vaults.iter().map(ToString::to_string).collect(),
            access_until_ms: row.access_until_ms,
        })?;
        self.invite_cancel(invite)?;
        Ok(ready)
    }

    /// The invitation as text: it holds no secret.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn invite_text(&self, invite: &str) -> Result<String, AppError> {
        let id = InviteId::from_hex(invite).map_err(|_| Code::NotFound)?;
        self.with(|engine| {
            let invites = engine.invites()?;
            let row = invites
                .into_iter()
                .find(|r| r.invite == id)
                .ok_or(Code::NotFound)?;
            let team = engine.team;
            Ok(Invitation {
                team,
                invite: id,
                key: row.key,
            }
            .to_text())
        })
    }

    /// Saves the invitation as a file.
    ///
    /// # Errors
    /// [`Code::NotFound`], or what the disk says.
    pub fn invite_file_save(&self, invite: &str, path: &Path) -> Result<Picked, AppError> {
        let text = self.invite_text(invite)? + "\n";
        std::fs::write(path, text).map_err(|error| whole_file::refused(&error))?;
        Ok(Picked {
            path: path.display().to_string(),
        })
    }

    /// Copies the invitation as text.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::ClipboardUnavailable`].
    pub fn invite_file_copy(&self, invite: &str) -> Result<(), AppError> {
        let text = self.invite_text(invite)?;
        Ok(self.clipboard.copy_text(&text)?)
    }

    /// Lets somebody in whom the code proved.
    ///
    /// # Errors
    /// [`Code::RequestUnproven`] for every request that is shown in red.
    pub fn request_admit(&self, request: &str) -> Result<PeopleView, AppError> {
        let answer = self.answer(request)?;
        let (None, Ok(asked)) = (answer.problem, &answer.request) else {
            return Err(Code::RequestUnproven.into());
        };
        // The newcomer's own log brings the key that theirs are sealed to.
        self.sync_now()?;
        self.check_fresh()?;
        let row = answer.row.clone();
        self.with(|engine| {
            engine.commit(|replica, now| {
                let (role, until) = (row.role, row.access_until_ms);
                replica.admit_until(asked, role, &row.vaults, until, now, &mut random::os())
            })?;
            engine.change_invite(row.invite, |row| row.used_by = Some(asked.user))
        })?;
        if let Some(remote) = self.remote() {
            let _ = self.wait(remote.delete(&layout::invitation(&row.invite)));
            let _ = self.wait(remote.delete(&answer.digest.request_key(&row.invite)));
        }
        self.sync_now()?;
        self.people_list()
    }

    /// Turns a request down.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn request_reject(&self, request: &str) -> Result<PeopleView, AppError> {
        let answer = self.answer(request)?;
        let digest = *answer.digest.as_bytes();
        self.with(|engine| {
            engine.change_invite(answer.row.invite, |row| row.rejected.push(digest.into()))
        })?;
        self.people_list()
    }

    fn answer(&self, request: &str) -> Result<Answer, AppError> {
        let (invite, digest) = request.split_once('.').ok_or(Code::NotFound)?;
        let answers = self.answers()?;
        let found = answers
            .into_iter()
            .find(|a| a.row.invite.to_string() == invite && a.digest.name() == digest);
        found.ok_or_else(|| Code::NotFound.into())
    }
}

fn file_name(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| if c.is_alphanumeric() { c } else { '-' })
        .take(40)
        .collect();
    format!("conclave-invitation-{plain}.txt")
}
