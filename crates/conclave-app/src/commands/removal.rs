//! One person: their access, their role, taking them out, and what lies beyond a removal.

use std::collections::{BTreeMap, BTreeSet};

use conclave_core::{
    body::{Body, ScopeKind},
    cbor,
    entry::Entry,
    id::{EntryHash, ItemId, ScopeId, UserId},
    replica::{NoRemoval, Who},
    role,
};

use super::{fields, items::person, uses::Uses};
use crate::{
    api::{
        AppError, Code, KeyState, Role, Text,
        people::PeopleView,
        removal::{
            AsideRow, AsideView, CouldOpen, PersonAccess, PersonDevice, PersonView, Removal,
            RemovalPreview, RemovalTarget, RoleChange, Use,
        },
        sync::{SyncState, SyncView},
    },
    convert::{count, scope_id, user_id},
    engine::Engine,
    random,
    session::App,
};

/// How old the last sync may be before somebody is removed.
const FRESH_MS: u64 = 24 * 3600 * 1000;
/// The store's value with what this person left out.
const LEFT_OUT: &str = "left_out";

fn words(why: NoRemoval) -> Text {
    Text::plain(match why {
        NoRemoval::Yourself => "removal_yourself",
        NoRemoval::NotHere => "removal_not_here",
        NoRemoval::Rank => "removal_rank",
        NoRemoval::Senior => "removal_senior",
    })
}

/// Why this device must not take its own view for the team's; none if it synced lately.
pub(super) fn stale(sync: &SyncView, now: u64) -> Option<Text> {
    let key = match sync.state {
        SyncState::Stopped => "removal_stale_stopped",
        SyncState::LocalOnly => "removal_stale_local",
        SyncState::Behind => "removal_stale_behind",
        _ if sync.last_ms.is_none_or(|last| last + FRESH_MS < now) => "removal_stale_old",
        _ => return None,
    };
    Some(Text::plain(key))
}

impl Engine {
    fn place(&self, vault: Option<&str>) -> Result<ScopeId, AppError> {
        vault.map_or_else(|| Ok(self.replica().team_scope()), scope_id)
    }

    fn access(&self, user: UserId, scope: ScopeId) -> PersonAccess {
        let replica = self.replica();
        let access = self.access_to(user, scope);
        let own = access.direct;
        let guest = replica.standing(user) == Some(role::Role::Guest);
        let mut roles = replica.roles_for(user, scope);
        if guest {
            // Any other role would open the team's names to them.
            roles.clear();
        }
        if let Some(role) = own.filter(|role| !roles.is_empty() && !roles.contains(role)) {
            roles.push(role);
        }
        PersonAccess {
            vault: (scope != replica.team_scope()).then(|| self.chip(scope)),
            role: own
                .or_else(|| access.role())
                .or((scope == replica.team_scope() && guest).then_some(role::Role::Guest))
                .map(Role::from),
            roles: if own.is_some() {
                roles.into_iter().map(Role::from).collect()
            } else {
                Vec::new()
            },
            can_remove: replica.may_remove(user, scope).is_ok(),
            through: self.through(user, scope),
        }
    }

    fn person_view(&self, user: UserId) -> Result<PersonView, AppError> {
        let replica = self.replica();
        let rights = replica.rights();
        let known = rights.users().any(|u| u == user) && user != rights.own0();
        if !known {
            return Err(Code::NotFound.into());
        }
        let seen = |device| {
            let theirs = replica.entries().filter(|e| e.device() == device);
            theirs.map(|e| e.header.wall_ms).max()
        };
        let kit = rights.kit_of(user);
        let devices = rights.devices_of(user).iter().copied();
        let devices = devices.filter(|d| Some(*d) != kit).map(|id| PersonDevice {
            id: id.to_string(),
            name: self.names().device(id).unwrap_or_default().to_owned(),
            last_seen_ms: seen(id),
        });
        let vaults = replica.vaults();
        let vaults = vaults.iter().filter(|v| !v.personal).map(|v| v.scope);
        let vaults = vaults.filter(|scope| rights.readers(*scope).contains(&user));
        let places = core::iter::once(replica.team_scope()).chain(vaults);
        Ok(PersonView {
            person: person(self, Some(user)),
            key_state: self.key_state(user),
            key_change: self.key_change(user),
            devices: devices.collect(),
            access: places.map(|scope| self.access(user, scope)).collect(),
            why_not: replica
                .may_remove(user, replica.team_scope())
                .err()
                .map(words),
        })
    }

    /// What somebody could open in a place, as far as this person can open it too.
    fn could_open(&self, user: UserId, place: ScopeId, uses: &Uses) -> Vec<CouldOpen> {
        let replica = self.replica();
        let rights = replica.rights();
        let reads = |scope: ScopeId| rights.readers(scope).contains(&user);
        let mut out: Vec<CouldOpen> = self
            .rows()
            .iter()
            .filter(|(_, row)| !row.deleted)
            .filter(|(item, row)| {
                let home = row.overview.home;
                let within = rights.covers(place, home);
                within && (reads(home) || replica.item_scopes(**item).into_iter().any(reads))
            })
            .map(|(item, row)| CouldOpen {
                id: item.to_string(),
                title: cut(row.overview.title.expose()),
                kind: fields::kind_of(row.overview.template),
                vault: self.chip(row.overview.home),
                last_use: uses.of(*item),
            })
            .collect();
        // What is most surely known to them is to be changed first.
        out.sort_by_cached_key(|item| {
            let first = match item.last_use.map(|last| last.what) {
                Some(Use::Copied) => 0,
                Some(Use::Opened) => 1,
                None => 2,
            };
            (first, item.vault.name.clone(), item.title.to_lowercase())
        });
        out
    }

    /// What they could open in a place and is not in that list, since this person does not read
    /// it: items that are not archived, and their vaults.
    fn beyond(&self, user: UserId, place: ScopeId) -> (usize, usize) {
        let replica = self.replica();
        let rights = replica.rights();
        let me = replica.me().user;
        let scopes = rights.scopes().into_iter();
        let personal: BTreeSet<ScopeId> = scopes
            .filter(|scope| scope.kind == ScopeKind::Personal)
            .map(|scope| scope.id)
            .collect();
        let (mut theirs, mut mine) = (BTreeMap::new(), BTreeMap::new());
        let mut reads = |who: UserId, scope: ScopeId| {
            let known = if who == me { &mut mine } else { &mut theirs };
            *known
                .entry(scope)
                .or_insert_with(|| rights.readers(scope).contains(&who))
        };
        let mut opens = |who: UserId, item: ItemId, home: ScopeId| {
            let shared = replica.item_scopes(item);
            core::iter::once(home)
                .chain(shared)
                .any(|scope| reads(who, scope))
        };
        let (mut items, mut homes) = (0, BTreeSet::new());
        for (item, state) in replica.items() {
            let home = state.home;
            let within = !state.deleted && rights.covers(place, home) && !personal.contains(&home);
            if within && opens(user, item, home) && !opens(me, item, home) {
                items += 1;
                homes.insert(home);
            }
        }
        (items, homes.len())
    }

    fn preview(
        &self,
        user: UserId,
        vault: Option<&str>,
        sync: &SyncView,
    ) -> Result<RemovalPreview, AppError> {
        let replica = self.replica();
        let place = self.place(vault)?;
        let rights = replica.rights();
        let vaults = replica.vaults();
        // Out of one vault, groups still open it; out of the team, memberships end too.
        let still_through = if vault.is_some() {
            self.through(user, place)
        } else {
            Vec::new()
        };
        let new_keys = vaults.iter().filter(|v| {
            let reads = rights.readers(v.scope).contains(&user);
            !v.personal && rights.covers(place, v.scope) && reads && still_through.is_empty()
        });
        let new_keys = count(new_keys.count());
        let uses = self.uses_by(user)?;
        let (items, homes) = self.beyond(user, place);
        Ok(RemovalPreview {
            person: person(self, Some(user)),
            vault: vault.is_some().then(|| self.chip(place)),
            could_open: self.could_open(user, place, &uses),
            beyond_items: count(items),
            beyond_vaults: count(homes),
            recorded: uses.recorded,
            machines: self.machines_ending(user, place),
            new_keys,
            still_through,
            why_not: replica.may_remove(user, place).err().map(words),
            stale: stale(sync, self.now()),
            synced_ms: sync.last_ms,
            unseen: u32::try_from(replica.unseen_of(user)).unwrap_or(u32::MAX),
        })
    }

    fn left_out(&self) -> Result<Vec<EntryHash>, AppError> {
        let row = self.store.value(Some(&self.team), LEFT_OUT)?;
        Ok(row
            .and_then(|row| cbor::decode::<Vec<EntryHash>>(&row).ok())
            .unwrap_or_default())
    }

    /// What is set aside and what this person may take back in.
    fn aside(&self) -> Result<AsideView, AppError> {
        let left_out = self.left_out()?;
        let aside = self.replica().quarantined();
        let rows = aside
            .into_iter()
            .filter(|e| !left_out.contains(&e.hash))
            .filter_map(|e| self.aside_row(e));
        Ok(AsideView {
            rows: rows.collect(),
        })
    }

    fn aside_row(&self, entry: &Entry) -> Option<AsideRow> {
        let (home, archives) = match &entry.body {
            Body::ItemRev(_, rev) => (rev.home, false),
            Body::Tombstone(end) => (end.home, true),
            _ => return None,
        };
        if !self.replica().may_adopt(home) {
            return None;
        }
        let opened = self.open_revision(&entry.hash).ok();
        let listed = || {
            let item = match &entry.body {
                Body::Tombstone(end) => end.item,
                _ => return None,
            };
            Some(cut(self.rows().get(&item)?.overview.title.expose()))
        };
        let title = opened.map(|content| cut(content.title())).or_else(listed);
        Some(AsideRow {
            entry: entry.hash.to_string(),
            author: person(self, self.replica().rights().user_of(entry.device())),
            title,
            archives,
            vault: self.chip(home),
            at_ms: entry.header.wall_ms,
        })
    }
}

impl Engine {
    /// What somebody may do by grants on exactly this place; nothing is 0.
    fn rank_at(&self, user: UserId, place: ScopeId) -> u8 {
        let grants = self.replica().rights().live_grants();
        let theirs = grants.iter();
        let theirs = theirs.filter(|g| g.who() == Some(Who::User(user)) && g.scope == place);
        theirs.map(|g| g.role.rank()).max().unwrap_or(0)
    }

    /// Whoever decides who else gets in was compared with in person: their code alone does not
    /// do (PROTOCOL, joining).
    fn check_compared(&self, user: UserId, role: role::Role) -> Result<(), AppError> {
        if role.rank() < role::Role::Admin.rank() || self.key_state(user) == KeyState::Verified {
            return Ok(());
        }
        let name = person(self, Some(user)).name;
        Err(AppError::from(Code::NotCompared).arg("name", name))
    }
}

fn cut(text: &str) -> String {
    text.chars().take(200).collect()
}

fn entry_hash(entry: &str) -> Result<EntryHash, AppError> {
    EntryHash::from_hex(entry).map_err(|_| Code::NotFound.into())
}

impl App {
    /// Before something new is shared or somebody is let in: what this device knows of the team
    /// must not be older than a day, else it may hand keys to somebody who is out. Syncs first
    /// where that is so. A vault that is on this computer only knows all there is.
    ///
    /// # Errors
    /// [`Code::StorageStale`].
    pub(super) fn check_fresh(&self) -> Result<(), AppError> {
        let mut sync = self.sync_status();
        if stale(&sync, self.now()).is_some() {
            sync = self.sync_now()?;
        }
        let alone = sync.state == SyncState::LocalOnly;
        match stale(&sync, self.now()) {
            // A stop has its own sentence.
            Some(_) if !alone && sync.state != SyncState::Stopped => Err(Code::StorageStale.into()),
            _ => Ok(()),
        }
    }

    /// A person: key, devices, access.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn person_get(&self, user: &str) -> Result<PersonView, AppError> {
        let user = user_id(user)?;
        self.with(|engine| engine.person_view(user))
    }

    /// Gives somebody another role.
    ///
    /// # Errors
    /// [`Code::NotAllowed`], [`Code::NotFound`]. For more than they may do now also
    /// [`Code::StorageStale`], [`Code::KeyNotVerified`] and [`Code::KeyChanged`], as for sharing,
    /// and [`Code::NotCompared`] where somebody would become an admin or owner with whom nobody
    /// at this computer has compared words.
    pub fn role_change(&self, change: &RoleChange) -> Result<PersonView, AppError> {
        let user = user_id(&change.user)?;
        let role: role::Role = change.role.into();
        let rises = self.with(|engine| {
            let place = engine.place(change.vault.as_deref())?;
            Ok(role.rank() > engine.rank_at(user, place))
        })?;
        if rises {
            self.check_fresh()?;
        }
        self.with(|engine| {
            let place = engine.place(change.vault.as_deref())?;
            if rises {
                engine.check_keys(Who::User(user))?;
                engine.check_compared(user, role)?;
            }
            engine.commit(|replica, now| {
                replica.change_role(user, place, role, now, &mut random::os())
            })?;
            engine.person_view(user)
        })
    }

    /// What taking somebody out would do.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn removal_preview(&self, target: &RemovalTarget) -> Result<RemovalPreview, AppError> {
        let user = user_id(&target.user)?;
        let sync = self.sync_status();
        self.with(|engine| engine.preview(user, target.vault.as_deref(), &sync))
    }

    /// Takes somebody out, and gives what they read a new key in the same go.
    ///
    /// # Errors
    /// [`Code::NotAllowed`], [`Code::NotFound`]; [`Code::StorageStale`] where this device has not
    /// synced lately and it is no emergency.
    pub fn person_remove(&self, removal: &Removal) -> Result<PeopleView, AppError> {
        let user = user_id(&removal.user)?;
        if !removal.emergency {
            // What they did until now is to stay.
            self.sync_now()?;
            if stale(&self.sync_status(), self.now()).is_some() {
                return Err(Code::StorageStale.into());
            }
        }
        self.with(|engine| {
            let place = engine.place(removal.vault.as_deref())?;
            engine.commit_ending(|replica, now| {
                replica.remove_user(user, place, now, &mut random::os())
            })?;
            Ok(())
        })?;
        self.people_list()
    }

    /// What lies beyond a removal, for whoever may take it back in.
    ///
    /// # Errors
    /// [`Code::Locked`].
    pub fn aside_list(&self) -> Result<AsideView, AppError> {
        self.with(|engine| engine.aside())
    }

    /// Takes a change back in that came after its author's removal.
    ///
    /// # Errors
    /// [`Code::NotAllowed`], [`Code::NotFound`].
    pub fn aside_adopt(&self, entry: &str) -> Result<AsideView, AppError> {
        let entry = entry_hash(entry)?;
        self.with(|engine| {
            engine.commit(|replica, now| replica.adopt(entry, now))?;
            engine.aside()
        })
    }

    /// Leaves a change out for good: this person is not asked again. Nothing is deleted.
    ///
    /// # Errors
    /// [`Code::Locked`].
    pub fn aside_leave_out(&self, entry: &str) -> Result<AsideView, AppError> {
        let entry = entry_hash(entry)?;
        self.with(|engine| {
            let mut left_out = engine.left_out()?;
            if !left_out.contains(&entry) {
                left_out.push(entry);
            }
            let (team, row) = (engine.team, cbor::encode(&left_out));
            engine.store.transaction(|tx| {
                tx.put_value(Some(&team), LEFT_OUT, &row)
                    .map_err(crate::engine::EngineError::from)
            })?;
            engine.aside()
        })
    }
}

#[cfg(test)]
#[path = "removal_tests.rs"]
mod tests;
