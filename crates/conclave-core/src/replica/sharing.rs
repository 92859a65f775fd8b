//! Giving and taking away: grants, revocations with their pins, and single shared items.

use std::collections::BTreeSet;

use rand_core::CryptoRng;

use super::{GrantView, Replica, WriteError, writing::Under};
use crate::{
    body::{self, At, Body, ScopeKind, Subject},
    id::{DeviceId, EntryHash, GrantId, InviteId, ItemId, ScopeId, UserId},
    kind::Kind,
    role::Role,
};

/// Whom something is given to or taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Who {
    /// A person.
    User(UserId),
    /// A group, by its scope.
    Group(ScopeId),
    /// A machine, by its one device.
    Machine(DeviceId),
}

/// A Grant that is about to be written.
pub(super) struct Giving(body::Grant);

impl Giving {
    pub(super) const fn new(subject: Subject, scope: ScopeId, role: Role) -> Self {
        Self(body::Grant {
            subject,
            scope,
            role,
            expires_ms: None,
            name_hash: None,
            cites: Vec::new(),
            invite: None,
        })
    }

    pub(super) const fn until(mut self, expires_ms: Option<u64>) -> Self {
        self.0.expires_ms = expires_ms;
        self
    }

    /// It answers an invitation, and admits this name.
    pub(super) const fn answering(
        mut self,
        invite: EntryHash,
        name_hash: Option<[u8; 32]>,
    ) -> Self {
        (self.0.invite, self.0.name_hash) = (Some(invite), name_hash);
        self
    }
}

impl From<UserId> for Who {
    fn from(user: UserId) -> Self {
        Self::User(user)
    }
}

impl GrantView {
    /// Whom it is for.
    #[must_use]
    pub fn who(&self) -> Option<Who> {
        let user = self.user.map(Who::User);
        user.or(self.group.map(Who::Group))
            .or(self.machine.map(Who::Machine))
    }
}

impl Replica {
    /// Grants somebody known a role in a scope and boxes its key to them. `expires_ms`: when
    /// whoever manages the scope is to end it.
    ///
    /// # Errors
    /// [`WriteError::NotAllowed`] when the role is not this person's to give; groups hold viewer or
    /// editor. [`WriteError::NotFound`] for a machine that nobody has made.
    pub fn grant(
        &mut self,
        who: impl Into<Who>,
        scope: ScopeId,
        role: Role,
        expires_ms: Option<u64>,
        now: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), WriteError> {
        let subject = self.subject(who.into())?;
        self.write_grant(Giving::new(subject, scope, role).until(expires_ms), now)?;
        self.reconcile(now, rng)?;
        Ok(())
    }

    /// The subject of a grant that does not bring anybody's keys for the first time.
    pub(super) fn subject(&self, who: Who) -> Result<Subject, WriteError> {
        match who {
            Who::User(user) => Ok(Subject::User { user, facts: None }),
            Who::Group(group) if self.rights.is_group(group) => Ok(Subject::Group { group }),
            Who::Group(_) => Err(WriteError::NotFound),
            Who::Machine(machine) => self.machine_subject(machine).ok_or(WriteError::NotFound),
        }
    }

    /// Shares one item with one person or group: makes the item's own scope where there is none,
    /// wraps the current revisions for it, grants and boxes.
    ///
    /// # Errors
    /// [`WriteError::NotAllowed`] below manager of the item's vault, and for a role other than
    /// viewer and guest.
    pub fn share_item(
        &mut self,
        item: ItemId,
        who: impl Into<Who>,
        role: Role,
        expires_ms: Option<u64>,
        now: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<ScopeId, WriteError> {
        let home = self.item(&item).ok_or(WriteError::NotFound)?.home;
        if !matches!(role, Role::Viewer | Role::Guest) {
            return Err(WriteError::NotAllowed);
        }
        let scope = match self.item_scopes(item).first() {
            Some(scope) => *scope,
            None => {
                let under = self.under_authority(home, 3);
                self.create_scope(ScopeKind::Item, Some(home), Some(item), under, now)?
            }
        };
        self.ensure_epoch(scope, now, rng)?;
        self.wrap_heads(item, scope, now, rng)?;
        self.grant(who, scope, role, expires_ms, now, rng)?;
        Ok(scope)
    }

    /// Ends every grant that somebody has on exactly this scope, and gives the scope a new key.
    ///
    /// # Errors
    /// [`WriteError::NotAllowed`] when a grant is not this person's to end.
    pub fn revoke(
        &mut self,
        who: impl Into<Who>,
        scope: ScopeId,
        now: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), WriteError> {
        let who = who.into();
        let mut targets = self.rights.live_grants();
        targets.retain(|g| g.who() == Some(who) && g.scope == scope);
        if targets.is_empty() {
            return Err(WriteError::NotFound);
        }
        // Juniors end no senior, and the strongest grant need not be the most senior (rule 4). In
        // a personal vault there is none but its own tree.
        let senior = self.under_senior(scope, 3);
        let under = senior.or_else(|| self.under_authority(scope, 3));
        for target in targets {
            self.end_grant(&target, under, now)?;
        }
        // The old key is known to somebody who is out now, so the next writer mints; doing it in
        // the same breath leaves no moment in which the old one might be used.
        if self.own_authority(scope).read {
            self.ensure_epoch(scope, now, rng)?;
        }
        self.hand_on(now, rng);
        Ok(())
    }

    /// Ends one grant; what is known here of its subject's logs stays.
    pub(super) fn end_grant(
        &mut self,
        grant: &GrantView,
        under: Under,
        now: u64,
    ) -> Result<(), WriteError> {
        if under.is_none() {
            return Err(WriteError::NotAllowed);
        }
        let target = grant.id;
        let pins = grant.who().map(|who| self.pins_on(who)).unwrap_or_default();
        self.say(Kind::Revoke, under, &body::Revoke { target, pins }, now)?;
        if self.rights.is_live(target) {
            return Err(WriteError::NotAllowed);
        }
        Ok(())
    }

    /// Live grants whose time is over and that this person may end. One beside a grant of the same
    /// or more that lasts longer takes nothing from anybody, and its end would set aside what was
    /// written under it before its holder heard of the longer one: it goes when that one goes.
    #[must_use]
    pub fn expired(&self, now: u64) -> Vec<GrantView> {
        // What a device says that is not of this person, or not any more, does not count, and each
        // word stays in the log.
        if !self.is_own_device() {
            return Vec::new();
        }
        let live = self.rights.live_grants();
        let over = |grant: &GrantView| grant.expires_ms.is_some_and(|end| end <= now);
        let outlasted = |grant: &GrantView| {
            let same = |g: &&GrantView| g.who() == grant.who() && g.scope == grant.scope;
            let mut others = live.iter().filter(same);
            others.any(|g| g.role.rank() >= grant.role.rank() && !over(g))
        };
        let mut grants = live.clone();
        grants.retain(|grant| {
            over(grant)
                && !outlasted(grant)
                && self
                    .under_senior(grant.scope, 3)
                    .is_some_and(|(mine, _)| self.rights.turn(mine) < self.rights.turn(grant.id))
        });
        grants
    }

    /// Ends the grants whose time is over, where this person may (Authority, rule 7), and gives
    /// new keys. Returns how many it ended: one that cannot be ended keeps no other from it.
    ///
    /// # Errors
    /// [`WriteError`] when there are no new keys; the grants ended before it stay ended.
    pub fn end_expired(&mut self, now: u64, rng: &mut dyn CryptoRng) -> Result<usize, WriteError> {
        let over = self.expired(now);
        let ended = self.end_each(&over, now);
        if ended > 0 {
            self.hand_on(now, rng);
        }
        Ok(ended)
    }

    /// Ends those that can be ended; how many that were.
    pub(super) fn end_each(&mut self, grants: &[GrantView], now: u64) -> usize {
        let ended = grants.iter().filter(|grant| {
            let under = self.under_senior(grant.scope, 3);
            self.end_grant(grant, under, now).is_ok()
        });
        ended.count()
    }

    /// Per log of whoever acts under a grant to `who`, the last entry known here. Whoever ever was
    /// in a group may have acted under its grants.
    fn pins_on(&self, who: Who) -> Vec<At> {
        let group = match who {
            Who::User(user) => return self.pins_of(user),
            Who::Machine(machine) => return self.pins_where(|device| device == machine),
            Who::Group(group) => group,
        };
        let members = self.entries.values().filter_map(|entry| match &entry.body {
            Body::Grant(subject, grant) if grant.scope == group => subject.user(),
            _ => None,
        });
        let members: BTreeSet<UserId> = members.collect();
        self.pins_where(|device| members.iter().any(|user| self.rights.owns(*user, device)))
    }

    /// Per log of a person the last entry known here: what a removal lets stand.
    pub(super) fn pins_of(&self, user: UserId) -> Vec<At> {
        self.pins_where(|device| self.rights.owns(user, device))
    }

    fn pins_where(&self, whose: impl Fn(DeviceId) -> bool) -> Vec<At> {
        let ends = self.ends.iter();
        let mut pins: Vec<At> = ends
            .filter(|(_, (_, hash))| self.entries.get(hash).is_some_and(|e| whose(e.device())))
            .map(|(log, (seq, hash))| At {
                log: *log,
                seq: *seq,
                hash: *hash,
            })
            .collect();
        pins.sort_by_key(|pin| pin.log);
        pins
    }

    /// Writes a Grant under the strongest grant that may give it.
    pub(super) fn write_grant(
        &mut self,
        giving: Giving,
        now: u64,
    ) -> Result<EntryHash, WriteError> {
        let Giving(mut grant) = giving;
        let asked = grant
            .invite
            .and_then(|invite| self.entries.get(&invite)?.grant);
        let under = self.under_grant(grant.scope, grant.role, asked);
        if under.is_none() {
            return Err(WriteError::NotAllowed);
        }
        grant.cites = self.removals_of(&grant.subject);
        let hash = self.say(Kind::Grant, under, &grant, now)?;
        // The place decides as well as the rank (Authority, rule 2), and only an admin's word stands
        // against an earlier removal (rule 5): a grant that gives nothing is not to be taken for
        // one.
        if !self.rights.is_live(GrantId::from(hash)) {
            return Err(WriteError::NotAllowed);
        }
        Ok(hash)
    }

    /// RemoveUser entries that a new grant knowingly comes after: of its subject, and of whoever
    /// answers for it, whose removal ends their machines as well.
    fn removals_of(&self, subject: &Subject) -> Vec<EntryHash> {
        let user = match subject {
            Subject::User { user, .. } | Subject::Machine { owner: user, .. } => user,
            Subject::Group { .. } => return Vec::new(),
        };
        self.entries
            .values()
            .filter(|e| matches!(&e.body, Body::RemoveUser(r) if r.user == *user))
            .map(|e| e.hash)
            .collect()
    }

    /// Did a grant that counts let this person in by an invitation's code?
    #[must_use]
    pub fn was_invited(&self, user: UserId) -> bool {
        self.entries.values().any(|e| match &e.body {
            Body::Grant(subject, grant) => {
                subject.user() == Some(user)
                    && grant.invite.is_some()
                    && self.rights.counts(&e.hash)
            }
            _ => false,
        })
    }

    /// The Invite entry of an invitation: this person's own, or the only one that counts. Its
    /// number is no secret, so somebody else may have opened it again under another key.
    #[must_use]
    pub fn invite_entry(&self, invite: InviteId) -> Option<(EntryHash, &body::Invite)> {
        let all = self.entries.values().filter_map(|e| match &e.body {
            Body::Invite(body) if body.invite == invite && self.rights.counts(&e.hash) => {
                Some((self.rights.author(e) == Some(self.me.user), e.hash, body))
            }
            _ => None,
        });
        let mut all: Vec<_> = all.collect();
        all.sort_by_key(|(own, ..)| !own);
        let (own, hash, body) = all.first()?;
        let sure = *own || all.iter().all(|(_, _, other)| other.key == body.key);
        sure.then_some((*hash, *body))
    }
}
