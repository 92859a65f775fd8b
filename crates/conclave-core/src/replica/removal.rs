//! Taking somebody out of the team or one vault, other roles, and what lies beyond a removal.

use core::ops::RangeInclusive;
use std::collections::BTreeSet;

use rand_core::CryptoRng;

use super::{GrantView, Replica, Who, WriteError, sharing::Giving, writing::Under};
use crate::{
    authority::Label,
    body::{self, At, Body},
    entry::Entry,
    id::{EntryHash, LogId, ScopeId, UserId},
    kind::Kind,
    role::Role,
};

/// Why this person cannot remove somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoRemoval {
    /// Nobody removes themselves.
    #[error("nobody removes themselves")]
    Yourself,
    /// They have no place here that could end.
    #[error("they have no place here")]
    NotHere,
    /// It takes an admin for the team, and a manager for a vault.
    #[error("this takes a higher role")]
    Rank,
    /// They stand above whoever would remove them.
    #[error("they are senior")]
    Senior,
}

/// Who took somebody out of the team.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RemovedBy {
    /// Whose removal counts; of several the first by their clocks.
    pub user: UserId,
    /// Whoever is out had removed them as well, which does not count.
    pub mutual: bool,
}

/// As many entries as a pack may hold.
const REACH: u64 = 65_536;

/// Every place of a log from a seq on.
fn bounds(log: LogId, from: u64) -> RangeInclusive<At> {
    let at = |seq, hash| At {
        log,
        seq,
        hash: EntryHash::new(hash),
    };
    at(from, [0; 32])..=at(u64::MAX, [u8::MAX; 32])
}

impl Replica {
    /// The grants that a removal from `scope` would end: a person's own, group memberships among
    /// them, and those of the machines that they answer for.
    fn grants_within(&self, user: UserId, scope: ScopeId) -> Vec<GrantView> {
        let mut grants = self.rights.live_grants();
        grants.retain(|g| {
            let theirs = g.user == Some(user) || self.rights.answers_for(g.id) == Some(user);
            theirs && !g.personal && self.rights.covers(scope, g.scope)
        });
        grants
    }

    /// The most senior of this person's grants that reaches a scope with this rank.
    pub(super) fn under_senior(&self, scope: ScopeId, rank: u8) -> Under {
        let me = self.me.user;
        let mut grants = self.rights.live_grants();
        grants.retain(|g| {
            g.user == Some(me)
                && !g.personal
                && g.role.rank() >= rank
                && self.rights.covers(g.scope, scope)
        });
        let first = grants.iter().min_by_key(|g| self.rights.turn(g.id))?;
        Some((first.id, None))
    }

    fn under_removal(&self, scope: ScopeId) -> Under {
        let rank = if scope == self.team_scope() { 4 } else { 3 };
        self.under_senior(scope, rank)
    }

    /// May this person remove somebody from the team or a vault?
    ///
    /// # Errors
    /// Why not.
    pub fn may_remove(&self, user: UserId, scope: ScopeId) -> Result<(), NoRemoval> {
        if user == self.me.user {
            return Err(NoRemoval::Yourself);
        }
        let ends = self.grants_within(user, scope);
        if ends.is_empty() {
            return Err(NoRemoval::NotHere);
        }
        let (under, _) = self.under_removal(scope).ok_or(NoRemoval::Rank)?;
        let mine = self.rights.turn(under);
        if ends.iter().any(|g| self.rights.turn(g.id) < mine) {
            return Err(NoRemoval::Senior);
        }
        Ok(())
    }

    /// Removes somebody: every grant that they have in `scope` ends, what this device knows of
    /// their logs stays, and every scope whose key they and this device know gets a new one. No
    /// item is sealed anew.
    ///
    /// # Errors
    /// [`WriteError::NotAllowed`] where [`Replica::may_remove`] says why.
    pub fn remove_user(
        &mut self,
        user: UserId,
        scope: ScopeId,
        now: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), WriteError> {
        self.say_removal(user, scope, now)?;
        self.hand_on(now, rng);
        Ok(())
    }

    /// The removal alone; the new keys are for whoever has keys to replace.
    pub(super) fn say_removal(
        &mut self,
        user: UserId,
        scope: ScopeId,
        now: u64,
    ) -> Result<(), WriteError> {
        self.may_remove(user, scope).map_err(|why| match why {
            NoRemoval::NotHere => WriteError::NotFound,
            _ => WriteError::NotAllowed,
        })?;
        let under = self.under_removal(scope);
        let pins = self.pins_with_machines(user);
        self.say(
            Kind::RemoveUser,
            under,
            &body::RemoveUser { user, scope, pins },
            now,
        )?;
        if !self.grants_within(user, scope).is_empty() {
            return Err(WriteError::NotAllowed);
        }
        Ok(())
    }

    /// Per log of a person, and of the machines that they answer for, the last entry known here.
    fn pins_with_machines(&self, user: UserId) -> Vec<At> {
        let mut pins = self.pins_of(user);
        let machines = self.rights.machines_of(user);
        let theirs = self.ends().into_iter().filter(|(_, (_, hash))| {
            let entry = self.entries.get(hash);
            entry.is_some_and(|e| machines.contains(&e.device()))
        });
        pins.extend(theirs.map(|(log, (seq, hash))| At { log, seq, hash }));
        pins.sort_by_key(|pin| pin.log);
        pins.dedup_by_key(|pin| pin.log);
        pins
    }

    /// How many entries of a person are beyond the unbroken chains of their logs, by what is here
    /// and by what entries that count have seen: a removal now would leave them beyond its pins.
    /// Whose a log is of which nothing is here, nobody can tell.
    #[must_use]
    pub fn unseen_of(&self, user: UserId) -> u64 {
        let theirs = self.places.iter().filter(|(_, places)| {
            let first = places.values().flatten().next();
            let entry = first.and_then(|hash| self.entries.get(hash));
            entry.is_some_and(|e| self.rights.user_of(e.device()) == Some(user))
        });
        let beyond = theirs.map(|(log, places)| {
            let from = match self.ends.get(log) {
                Some((end, _)) => end.saturating_add(1),
                None => 0,
            };
            let said = self.awaited.range(bounds(*log, from));
            let said = said.filter(|(_, by)| by.iter().any(|by| self.rights.counts(by)));
            let seqs = said.map(|(at, _)| at.seq);
            let seqs: BTreeSet<u64> = seqs.chain(places.range(from..).map(|(s, _)| *s)).collect();
            // What lies further off than any pack is long says that something is missing, and not
            // how much: anybody may say so.
            let far = from.saturating_add(REACH);
            let near = seqs.range(..far).next_back();
            let near = near.map_or(0, |last| last - from + 1);
            near + u64::from(seqs.range(far..).next().is_some())
        });
        beyond.fold(0, u64::saturating_add)
    }

    /// Was in the team, and is not any more. What they could read until then stays theirs.
    #[must_use]
    pub fn is_out(&self, user: UserId) -> bool {
        let live = self.rights.live_grants();
        let in_it = live.iter().any(|g| g.user == Some(user) && !g.personal);
        !in_it && self.was_in(user)
    }

    /// Who took somebody out of the team, for whoever is out of it; nobody where a day was over.
    #[must_use]
    pub fn removed_by(&self, out: UserId) -> Option<RemovedBy> {
        let team = self.team_scope();
        let removals = |of: UserId| {
            self.entries.values().filter(
                move |e| matches!(&e.body, Body::RemoveUser(r) if r.user == of && r.scope == team),
            )
        };
        let first = removals(out)
            .filter(|e| self.rights.counts(&e.hash))
            .min_by_key(|e| (e.header.wall_ms, e.hash))?;
        let user = self.rights.author(first)?;
        let mutual = removals(user)
            .any(|e| self.rights.author(e) == Some(out) && !self.rights.counts(&e.hash));
        Some(RemovedBy { user, mutual })
    }

    fn was_in(&self, user: UserId) -> bool {
        self.entries.values().any(|e| {
            matches!(&e.body, Body::Grant(subject, _) if subject.user() == Some(user))
                && self.rights.counts(&e.hash)
        }) || self.genesis.founder.id(self.team) == user
    }

    /// Gives somebody another role in a scope: more is one more grant, less is a lower grant and
    /// the end of the higher. A day on which it ends stays.
    ///
    /// # Errors
    /// [`WriteError::NotAllowed`] when either is not this person's to do.
    pub fn change_role(
        &mut self,
        who: impl Into<Who>,
        scope: ScopeId,
        role: Role,
        now: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), WriteError> {
        let who = who.into();
        let held = self.held(who, scope)?;
        // Another role, and the same day: the last one, none where one grant has none.
        let days: Option<Vec<u64>> = held.iter().map(|g| g.expires_ms).collect();
        let until = days.and_then(|days| days.into_iter().max());
        if !held.iter().any(|g| g.role == role) {
            let subject = self.subject(who)?;
            self.write_grant(Giving::new(subject, scope, role).until(until), now)?;
        }
        let instead = |g: &&GrantView| g.role != role && g.role.rank() >= role.rank();
        for old in held.iter().filter(instead) {
            self.end_grant(old, self.under_senior(scope, 3), now)?;
        }
        self.reconcile(now, rng)?;
        Ok(())
    }

    /// Lets what somebody holds in exactly this scope end on another day, or go on without an end:
    /// one more grant of the same role, and the end of those that reach further. Nobody reads more
    /// or less today, so no key changes. An earlier day ends a grant, so that what they wrote under
    /// it and nobody has seen yet is set aside; a later day sets nothing aside.
    ///
    /// # Errors
    /// [`WriteError::NotFound`] where they hold nothing; [`WriteError::NotAllowed`] when it is not
    /// this person's to do.
    pub fn change_end(
        &mut self,
        who: impl Into<Who>,
        scope: ScopeId,
        until: Option<u64>,
        now: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), WriteError> {
        let who = who.into();
        let held = self.held(who, scope)?;
        let role = held.iter().map(|g| g.role).max_by_key(|role| role.rank());
        let role = role.ok_or(WriteError::NotFound)?;
        if !held.iter().any(|g| g.role == role && g.expires_ms == until) {
            let subject = self.subject(who)?;
            self.write_grant(Giving::new(subject, scope, role).until(until), now)?;
        }
        let day = |until: Option<u64>| until.unwrap_or(u64::MAX);
        for old in held.iter().filter(|g| day(g.expires_ms) > day(until)) {
            self.end_grant(old, self.under_senior(scope, 3), now)?;
        }
        self.reconcile(now, rng)?;
        Ok(())
    }

    /// What somebody holds in exactly this scope.
    fn held(&self, who: Who, scope: ScopeId) -> Result<Vec<GrantView>, WriteError> {
        let mut held = self.rights.live_grants();
        held.retain(|g| g.who() == Some(who) && g.scope == scope);
        if held.is_empty() {
            return Err(WriteError::NotFound);
        }
        Ok(held)
    }

    /// The roles that this person may change somebody's to in a scope, strongest first; none where
    /// they stand above.
    #[must_use]
    pub fn roles_for(&self, who: impl Into<Who>, scope: ScopeId) -> Vec<Role> {
        let who = who.into();
        let live = self.rights.live_grants();
        let mut held = live
            .iter()
            .filter(|g| g.who() == Some(who) && g.scope == scope);
        let Some((mine, _)) = self.under_senior(scope, 3) else {
            return Vec::new();
        };
        let mine = self.rights.turn(mine);
        if who == Who::User(self.me.user) || held.any(|g| self.rights.turn(g.id) < mine) {
            return Vec::new();
        }
        let mut roles = self.roles_to_give(scope);
        let auditor = self.under_grant(scope, Role::Auditor, None).is_some();
        if scope == self.team_scope() && auditor {
            roles.push(Role::Auditor);
        }
        roles
    }

    /// Edits and ends of items that lie beyond a removal, or in two histories of one log, and that
    /// nobody took back in, oldest first.
    #[must_use]
    pub fn quarantined(&self) -> Vec<&Entry> {
        let in_fork = |e: &Entry| {
            let parts = self.rights.forks().get(&e.log());
            parts.is_some_and(|seq| e.seq() >= *seq)
        };
        let aside = |e: &&Entry| {
            let why = match self.rights.shown(&e.hash) {
                Label::Quarantined => true,
                Label::Void => in_fork(e),
                _ => false,
            };
            why && matches!(e.body, Body::ItemRev(..) | Body::Tombstone(_))
                && !self.rights.adopted(&e.hash)
        };
        let mut entries: Vec<&Entry> = self.entries.values().filter(aside).collect();
        entries.sort_by_key(|e| (e.header.wall_ms, e.log(), e.seq()));
        entries
    }

    /// May this person take an entry of this home out of quarantine?
    #[must_use]
    pub fn may_adopt(&self, home: ScopeId) -> bool {
        self.under_senior(home, 4).is_some()
    }

    /// Takes an edit out of quarantine: from then on it counts as if it lay inside the pins.
    ///
    /// # Errors
    /// [`WriteError::NotFound`] for what is not set aside, [`WriteError::NotAllowed`] below admin.
    pub fn adopt(&mut self, entry: EntryHash, now: u64) -> Result<(), WriteError> {
        let aside = self.quarantined();
        let found = aside.iter().find(|e| e.hash == entry);
        let home = match found.map(|e| &e.body) {
            Some(Body::ItemRev(_, rev)) => rev.home,
            Some(Body::Tombstone(end)) => end.home,
            _ => return Err(WriteError::NotFound),
        };
        let under = self.under_senior(home, 4);
        if under.is_none() {
            return Err(WriteError::NotAllowed);
        }
        self.say(Kind::Adopt, under, &body::Adopt { entry }, now)?;
        Ok(())
    }
}
