//! Giving and taking away: grants, revocations with their pins, and single shared items.

use rand_core::CryptoRng;

use super::{Replica, WriteError};
use crate::{
    body::{self, At, Body, ScopeKind, Subject},
    id::{EntryHash, GrantId, InviteId, ItemId, ScopeId, UserId},
    kind::Kind,
    role::Role,
};

impl Replica {
    /// Grants somebody known a role in a scope and boxes its key to them.
    ///
    /// # Errors
    /// [`WriteError::NotAllowed`] when the role is not this person's to give.
    pub fn grant(
        &mut self,
        user: UserId,
        scope: ScopeId,
        role: Role,
        now: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), WriteError> {
        let subject = Subject::User { user, facts: None };
        self.write_grant(subject, scope, role, None, None, now)?;
        self.reconcile(now, rng)?;
        Ok(())
    }

    /// Shares one item with one person: makes the item's own scope where there is none, wraps the
    /// current revisions for it, grants and boxes.
    ///
    /// # Errors
    /// [`WriteError::NotAllowed`] below manager of the item's vault.
    pub fn share_item(
        &mut self,
        item: ItemId,
        user: UserId,
        now: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<ScopeId, WriteError> {
        let home = self.item(&item).ok_or(WriteError::NotFound)?.home;
        let scope = match self.item_scopes(item).first() {
            Some(scope) => *scope,
            None => {
                let under = self.under_authority(home, 3);
                self.create_scope(ScopeKind::Item, Some(home), Some(item), under, now)?
            }
        };
        self.ensure_epoch(scope, now, rng)?;
        self.wrap_heads(item, scope, now, rng)?;
        self.grant(user, scope, Role::Viewer, now, rng)?;
        Ok(scope)
    }

    /// Ends every grant that a person has on exactly this scope, and gives the scope a new key.
    ///
    /// # Errors
    /// [`WriteError::NotAllowed`] when a grant is not this person's to end.
    pub fn revoke(
        &mut self,
        user: UserId,
        scope: ScopeId,
        now: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), WriteError> {
        let targets: Vec<GrantId> = self
            .rights
            .live_grants()
            .into_iter()
            .filter(|g| g.user == Some(user) && g.scope == scope)
            .map(|g| g.id)
            .collect();
        if targets.is_empty() {
            return Err(WriteError::NotFound);
        }
        let under = self.under_authority(scope, 3);
        if under.is_none() {
            return Err(WriteError::NotAllowed);
        }
        for target in targets {
            let pins = self.pins_of(user);
            self.say(Kind::Revoke, under, &body::Revoke { target, pins }, now)?;
            if self.rights.is_live(target) {
                return Err(WriteError::NotAllowed);
            }
        }
        // The old key is known to somebody who is out now, so the next writer mints; doing it in
        // the same breath leaves no moment in which the old one might be used.
        if self.authority(self.me.user, scope).read {
            self.ensure_epoch(scope, now, rng)?;
        }
        self.reconcile(now, rng)?;
        Ok(())
    }

    /// Per log of a person the last entry known here: what a removal lets stand.
    pub(super) fn pins_of(&self, user: UserId) -> Vec<At> {
        let ends = self.ends();
        let mut pins: Vec<At> = ends
            .into_iter()
            .filter(|(_, (_, hash))| {
                self.entries
                    .get(hash)
                    .is_some_and(|e| self.rights.owns(user, e.device()))
            })
            .map(|(log, (seq, hash))| At { log, seq, hash })
            .collect();
        pins.sort_by_key(|pin| pin.log);
        pins
    }

    /// Writes a Grant under the strongest grant that may give it.
    pub(super) fn write_grant(
        &mut self,
        subject: Subject,
        scope: ScopeId,
        role: Role,
        name_hash: Option<[u8; 32]>,
        invite: Option<EntryHash>,
        now: u64,
    ) -> Result<EntryHash, WriteError> {
        let under = self.under_grant(scope, role);
        if under.is_none() {
            return Err(WriteError::NotAllowed);
        }
        let cites = self.removals_of(&subject);
        let grant = body::Grant {
            subject,
            scope,
            role,
            expires_ms: None,
            name_hash,
            cites,
            invite,
        };
        self.say(Kind::Grant, under, &grant, now)
    }

    /// RemoveUser entries that a new grant knowingly comes after.
    fn removals_of(&self, subject: &Subject) -> Vec<EntryHash> {
        let Subject::User { user, .. } = subject else {
            return Vec::new();
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
