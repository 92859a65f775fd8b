//! Who can open a vault or one item, and changing that.

use std::collections::BTreeSet;

use conclave_core::{
    id::{ItemId, ScopeId, UserId},
    replica::{GrantView, Who},
    role,
};

use super::{fields, items::person};
use crate::{
    api::{
        AppError, Code, KeyState, Role,
        people::{
            Candidate, Party, Scope, ShareEnded, ShareEntry, ShareGrant, ShareLevel, ShareUntil,
            ShareView, Via, Who as WhoView,
        },
    },
    convert::{count, item_id, scope_id, user_id},
    engine::{Engine, EngineError},
    random,
    session::App,
};

/// What can be given in a vault, the least first.
const LEVELS: [role::Role; 3] = [role::Role::Viewer, role::Role::Editor, role::Role::Manager];

/// A scope that is looked at: a vault, or an item in its vault.
#[derive(Clone, Copy)]
enum Target {
    Vault(ScopeId),
    Item(ItemId, ScopeId),
}

impl Target {
    fn of(engine: &Engine, scope: &Scope) -> Result<Self, AppError> {
        match scope {
            Scope::Vault { id } => Ok(Self::Vault(scope_id(id)?)),
            Scope::Item { id } => {
                let item = item_id(id)?;
                let home = engine.replica().item(&item).ok_or(Code::NotFound)?.home;
                Ok(Self::Item(item, home))
            }
        }
    }

    const fn home(self) -> ScopeId {
        match self {
            Self::Vault(scope) | Self::Item(_, scope) => scope,
        }
    }

    /// The scopes that a grant on exactly this thing lies in.
    fn scopes(self, engine: &Engine) -> Vec<ScopeId> {
        match self {
            Self::Vault(scope) => vec![scope],
            Self::Item(item, _) => engine.replica().item_scopes(item),
        }
    }
}

fn who_of(who: &WhoView) -> Result<Who, AppError> {
    Ok(match who {
        WhoView::Person { id } => Who::User(user_id(id)?),
        WhoView::Group { id } => Who::Group(scope_id(id)?),
    })
}

/// A person or group as a row shows it; machines have rows of their own elsewhere.
pub(super) fn party(engine: &Engine, who: Who) -> Option<Party> {
    match who {
        Who::User(user) => {
            let person = person(engine, Some(user));
            Some(Party {
                who: WhoView::Person { id: person.user },
                name: person.name,
                colour: person.colour,
                me: person.me,
                people: None,
            })
        }
        Who::Group(group) => {
            let named = engine.names().scope(group);
            Some(Party {
                who: WhoView::Group {
                    id: group.to_string(),
                },
                name: named.map(|n| n.name.clone()).unwrap_or_default(),
                colour: named.map_or(1, |n| n.colour),
                me: false,
                people: Some(count(engine.replica().members(group).len())),
            })
        }
        Who::Machine(_) => None,
    }
}

/// The direct grants on one thing, gathered by whom they are for.
struct Held {
    who: Who,
    role: role::Role,
    expires_ms: Option<u64>,
    /// Where the grants lie: an item may have several scopes.
    scopes: BTreeSet<ScopeId>,
}

fn held(grants: &[GrantView], scopes: &[ScopeId]) -> Vec<Held> {
    let mut out: Vec<Held> = Vec::new();
    for grant in grants.iter().filter(|g| scopes.contains(&g.scope)) {
        let Some(who) = grant.who() else { continue };
        match out.iter_mut().find(|h| h.who == who) {
            None => out.push(Held {
                who,
                role: grant.role,
                expires_ms: grant.expires_ms,
                scopes: [grant.scope].into(),
            }),
            Some(known) => {
                known.scopes.insert(grant.scope);
                // What reaches further is what holds.
                let both = known.expires_ms.zip(grant.expires_ms);
                known.expires_ms = both.map(|(one, other)| one.max(other));
                if grant.role.rank() > known.role.rank() {
                    known.role = grant.role;
                }
            }
        }
    }
    out
}

impl Engine {
    fn state_of(&self, who: Who) -> Option<KeyState> {
        match who {
            Who::User(user) => Some(self.key_state(user)),
            _ => None,
        }
    }

    /// What can be given to somebody here. Somebody without a place in the team stays a guest: any
    /// other role would open the team's names to them.
    fn roles_offered(&self, target: Target, who: Who) -> Vec<role::Role> {
        let replica = self.replica();
        if let Who::User(user) = who
            && replica.standing(user) == Some(role::Role::Guest)
        {
            return vec![role::Role::Guest];
        }
        if matches!(target, Target::Item(..)) {
            return vec![role::Role::Viewer];
        }
        let may = replica.roles_to_give(target.home());
        let most = if matches!(who, Who::Group(_)) { 2 } else { 3 };
        let levels = LEVELS.into_iter().take(most);
        levels.filter(|role| may.contains(role)).collect()
    }

    /// The levels that a row can be changed to.
    fn levels(&self, target: Target, held: &Held) -> Vec<Role> {
        let Target::Vault(vault) = target else {
            return Vec::new();
        };
        let offered = self.roles_offered(target, held.who);
        let may = self.replica().roles_for(held.who, vault);
        let mut levels: Vec<_> = offered.into_iter().filter(|r| may.contains(r)).collect();
        if !levels.is_empty() && !levels.contains(&held.role) {
            levels.push(held.role);
        }
        levels.into_iter().map(Role::from).collect()
    }

    fn direct_entry(&self, target: Target, held: &Held, manages: bool) -> Option<ShareEntry> {
        let replica = self.replica();
        let at = target.scopes(self);
        let may_end = |scope: &ScopeId| !replica.roles_for(held.who, *scope).is_empty();
        Some(ShareEntry {
            party: party(self, held.who)?,
            key_state: self.state_of(held.who),
            role: held.role.into(),
            via: Via::Direct,
            through: None,
            levels: if manages {
                self.levels(target, held)
            } else {
                Vec::new()
            },
            expires_ms: held.expires_ms,
            over: held.expires_ms.is_some_and(|end| end <= self.now()),
            can_revoke: manages && at.iter().any(may_end),
        })
    }

    /// Somebody who reads it by their vault or by a group: not to be changed here.
    fn indirect_entry(&self, user: UserId, role: role::Role, via: Via) -> Option<ShareEntry> {
        Some(ShareEntry {
            party: party(self, Who::User(user))?,
            key_state: self.state_of(Who::User(user)),
            role: role.into(),
            via,
            through: None,
            levels: Vec::new(),
            expires_ms: None,
            over: false,
            can_revoke: false,
        })
    }

    fn share_entries(&self, target: Target, manages: bool) -> Vec<ShareEntry> {
        let replica = self.replica();
        let grants = replica.rights().live_grants();
        let mut entries = Vec::new();
        let mut seen: BTreeSet<UserId> = BTreeSet::new();
        let through = |direct: &[Held], seen: &mut BTreeSet<UserId>| {
            let mut out = Vec::new();
            for held in direct {
                let Who::Group(group) = held.who else {
                    continue;
                };
                let named = self.names().scope(group);
                for user in replica.members(group) {
                    if !seen.insert(user) {
                        continue;
                    }
                    let entry = self.indirect_entry(user, held.role, Via::Group);
                    out.extend(entry.map(|entry| ShareEntry {
                        through: Some(named.map(|n| n.name.clone()).unwrap_or_default()),
                        expires_ms: held.expires_ms,
                        over: held.expires_ms.is_some_and(|end| end <= self.now()),
                        ..entry
                    }));
                }
            }
            out
        };
        let people = |direct: &[Held]| -> Vec<UserId> {
            let users = direct.iter().filter_map(|h| match h.who {
                Who::User(user) => Some(user),
                _ => None,
            });
            users.collect()
        };
        if let Target::Item(_, home) = target {
            for reader in replica.rights().readers(home) {
                seen.insert(reader);
                let role = self.access_to(reader, home).role();
                let role = role.unwrap_or(role::Role::Viewer);
                entries.extend(self.indirect_entry(reader, role, Via::Vault));
            }
        }
        let mut direct = held(&grants, &target.scopes(self));
        if matches!(target, Target::Item(..)) {
            direct.retain(|h| !matches!(h.who, Who::User(user) if seen.contains(&user)));
        }
        direct.sort_by_key(|h| (matches!(h.who, Who::Group(_)), h.who));
        seen.extend(people(&direct));
        let rows = direct.iter();
        entries.extend(rows.filter_map(|h| self.direct_entry(target, h, manages)));
        entries.extend(through(&direct, &mut seen));
        entries
    }

    fn candidates(&self, target: Target, entries: &[ShareEntry]) -> Vec<Candidate> {
        let replica = self.replica();
        let rights = replica.rights();
        let here = |user: &UserId| *user != rights.own0() && replica.standing(*user).is_some();
        let people = rights.users().filter(here).map(Who::User);
        let groups = replica.groups().into_iter().map(Who::Group);
        let given = |party: &Party| {
            let rows = entries.iter().filter(|e| e.via != Via::Group);
            rows.into_iter().any(|e| e.party.who == party.who)
        };
        let candidate = |who| {
            let party = party(self, who).filter(|party| !given(party))?;
            let roles = self.roles_offered(target, who).into_iter();
            Some(Candidate {
                party,
                key_state: self.state_of(who),
                key_change: match who {
                    Who::User(user) => self.key_change(user),
                    _ => None,
                },
                roles: roles.map(Role::from).collect(),
            })
        };
        let mut out: Vec<Candidate> = people.chain(groups).filter_map(candidate).collect();
        out.retain(|c| !c.roles.is_empty());
        out
    }

    fn share_view(&self, scope: &Scope) -> Result<ShareView, AppError> {
        let target = Target::of(self, scope)?;
        let replica = self.replica();
        let home = target.home();
        let manages = replica.authority(replica.me().user, home).manage;
        let named = self.names().scope(home);
        let vault_name = named.map(|n| n.name.clone()).unwrap_or_default();
        let (title, kind) = match target {
            Target::Vault(_) => (vault_name.clone(), None),
            Target::Item(item, _) => {
                let row = self.rows().get(&item).ok_or(Code::NotFound)?;
                let title = row.overview.title.expose().chars().take(200).collect();
                (title, Some(fields::kind_of(row.overview.template)))
            }
        };
        let entries = self.share_entries(target, manages);
        let at = target.scopes(self);
        let ended = replica
            .ended()
            .into_iter()
            .filter(|e| at.contains(&e.scope));
        Ok(ShareView {
            scope: scope.clone(),
            title,
            kind,
            vault_name,
            vault_colour: named.map_or(1, |n| n.colour),
            can_share: manages,
            machines: self.machines_on(home),
            candidates: self.candidates(target, &entries),
            entries,
            ended: ended
                .filter_map(|e| {
                    Some(ShareEnded {
                        party: party(self, e.who)?,
                        at_ms: e.at_ms,
                    })
                })
                .collect(),
        })
    }

    /// Refuses a day that is over; a guest's access always ends.
    fn check_end(&self, role: role::Role, until: Option<u64>) -> Result<(), AppError> {
        match until {
            Some(end) if end <= self.now() => Err(Code::DayOver.into()),
            None if role == role::Role::Guest => Err(Code::NotAllowed.into()),
            _ => Ok(()),
        }
    }

    /// Refuses to share with somebody whose key nobody has proven, or with other keys or another
    /// name than were confirmed; with a group, where that is so for one of its people.
    pub(super) fn check_keys(&self, who: Who) -> Result<(), AppError> {
        let people = match who {
            Who::User(user) => vec![user],
            Who::Group(group) => self.replica().members(group),
            Who::Machine(_) => return Err(Code::NotFound.into()),
        };
        for user in people {
            self.check_pin(user)?;
            if self.key_state(user) == KeyState::NotVerified {
                let name = person(self, Some(user)).name;
                return Err(AppError::from(Code::KeyNotVerified).arg("name", name));
            }
        }
        Ok(())
    }
}

impl App {
    /// Who can open it.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn share_get(&self, scope: &Scope) -> Result<ShareView, AppError> {
        self.with(|engine| engine.share_view(scope))
    }

    /// Lets a person of the team open it, without an end.
    ///
    /// # Errors
    /// As for [`App::share_give`].
    pub fn share_grant(
        &self,
        scope: &Scope,
        user: &str,
        role: Role,
    ) -> Result<ShareView, AppError> {
        self.share_give(&ShareGrant {
            scope: scope.clone(),
            who: WhoView::Person { id: user.into() },
            role,
            expires_ms: None,
        })
    }

    /// Lets a person or a group of the team open it.
    ///
    /// # Errors
    /// [`Code::DayOver`]; [`Code::NotAllowed`], also for a guest without a day;
    /// [`Code::NotFound`]; [`Code::KeyNotVerified`] for somebody whose key no code has proven;
    /// [`Code::KeyChanged`] for other keys or another name than were confirmed.
    pub fn share_give(&self, give: &ShareGrant) -> Result<ShareView, AppError> {
        let who = who_of(&give.who)?;
        let role: role::Role = give.role.into();
        self.check_fresh()?;
        self.with(|engine| {
            let target = Target::of(engine, &give.scope)?;
            if matches!(who, Who::User(user) if engine.replica().standing(user).is_none()) {
                return Err(Code::NotFound.into());
            }
            engine.check_keys(who)?;
            let until = give.expires_ms;
            engine.check_end(role, until)?;
            if !engine.roles_offered(target, who).contains(&role) {
                return Err(Code::NotAllowed.into());
            }
            engine.commit(|replica, now| {
                let mut rng = random::os();
                match target {
                    Target::Vault(scope) => replica.grant(who, scope, role, until, now, &mut rng),
                    Target::Item(item, _) => replica
                        .share_item(item, who, role, until, now, &mut rng)
                        .map(drop),
                }
            })?;
            engine.share_view(&give.scope)
        })
    }

    /// Gives somebody who is in another level; the day on which it ends stays.
    ///
    /// # Errors
    /// [`Code::NotAllowed`], also for a single item; [`Code::NotFound`].
    pub fn share_level(&self, change: &ShareLevel) -> Result<ShareView, AppError> {
        let who = who_of(&change.who)?;
        self.with(|engine| {
            let target = Target::of(engine, &change.scope)?;
            let role: role::Role = change.role.into();
            let Target::Vault(vault) = target else {
                return Err(Code::NotAllowed.into());
            };
            if !engine.roles_offered(target, who).contains(&role) {
                return Err(Code::NotAllowed.into());
            }
            engine.commit(|replica, now| {
                replica.change_role(who, vault, role, now, &mut random::os())
            })?;
            engine.share_view(&change.scope)
        })
    }

    /// Moves the day on which it ends for somebody who is in, or takes the end away; the level
    /// stays.
    ///
    /// # Errors
    /// As for [`App::share_give`].
    pub fn share_until(&self, change: &ShareUntil) -> Result<ShareView, AppError> {
        let (who, until) = (who_of(&change.who)?, change.expires_ms);
        self.check_fresh()?;
        self.with(|engine| {
            let target = Target::of(engine, &change.scope)?;
            let held = held(
                &engine.replica().rights().live_grants(),
                &target.scopes(engine),
            );
            let theirs = held.iter().find(|h| h.who == who).ok_or(Code::NotFound)?;
            engine.check_end(theirs.role, until)?;
            let reach = |end: Option<u64>| end.unwrap_or(u64::MAX);
            if reach(until) > reach(theirs.expires_ms) {
                engine.check_keys(who)?;
            }
            engine.commit(|replica, now| {
                let mut scopes = theirs.scopes.iter();
                scopes
                    .try_for_each(|at| replica.change_end(who, *at, until, now, &mut random::os()))
                    .map_err(EngineError::from)
            })?;
            engine.share_view(&change.scope)
        })
    }

    /// Takes it away from a person.
    ///
    /// # Errors
    /// As for [`App::share_end`].
    pub fn share_revoke(&self, scope: &Scope, user: &str) -> Result<ShareView, AppError> {
        self.share_end(scope, &WhoView::Person { id: user.into() })
    }

    /// Takes it away, and gives what is left a new key.
    ///
    /// # Errors
    /// [`Code::NotAllowed`], [`Code::NotFound`].
    pub fn share_end(&self, scope: &Scope, who: &WhoView) -> Result<ShareView, AppError> {
        let who = who_of(who)?;
        self.with(|engine| {
            let target = Target::of(engine, scope)?;
            let scopes = target.scopes(engine);
            let grants = engine.replica().rights().live_grants();
            let theirs = |at: &ScopeId| {
                let mut grants = grants.iter();
                grants.any(|g| g.scope == *at && g.who() == Some(who))
            };
            let scopes: Vec<ScopeId> = scopes.into_iter().filter(theirs).collect();
            if scopes.is_empty() {
                return Err(Code::NotFound.into());
            }
            engine.commit_ending(|replica, now| {
                let mut scopes = scopes.into_iter();
                scopes
                    .try_for_each(|scope| replica.revoke(who, scope, now, &mut random::os()))
                    .map_err(EngineError::from)
            })?;
            engine.share_view(scope)
        })
    }
}

#[cfg(test)]
#[path = "share_tests.rs"]
pub(crate) mod tests;
