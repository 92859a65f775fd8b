//! Leaving: somebody asks to be taken out. It is a request and ends nothing by itself; whoever
//! stands above them confirms it by taking them out.

use super::{Replica, WriteError};
use crate::{
    entry::Entry,
    id::{EntryHash, UserId},
    kind::Kind,
    role::Role,
};

/// Why this person cannot ask to leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoLeave {
    /// They are in no team any more.
    #[error("they have no place here")]
    NotHere,
    /// Nobody else owns the team.
    #[error("nobody else owns the team")]
    LastOwner,
    /// Nobody stands above them who could confirm it.
    #[error("nobody stands above them")]
    NobodyAbove,
}

impl Replica {
    /// May this person ask to leave? Somebody must be there to confirm it.
    ///
    /// # Errors
    /// Why not.
    pub fn may_leave(&self) -> Result<(), NoLeave> {
        let me = self.me.user;
        let (team, own0) = (self.team_scope(), self.rights.own0());
        let live = self.rights.live_grants();
        let mine = live.iter().filter(|g| g.user == Some(me) && !g.personal);
        let senior = mine.map(|g| self.rights.turn(g.id)).min();
        let Some(senior) = senior else {
            return Err(NoLeave::NotHere);
        };
        let others = live.iter().filter(|g| {
            let user = g.user.filter(|user| *user != me && *user != own0);
            user.is_some() && g.scope == team
        });
        let others: Vec<_> = others.collect();
        let owners = others.iter().any(|g| g.role == Role::Owner);
        if self.team_role(me) == Some(Role::Owner) && !owners {
            return Err(NoLeave::LastOwner);
        }
        let above = |g: &&&super::GrantView| {
            g.role.rank() >= Role::Admin.rank() && self.rights.turn(g.id) < senior
        };
        if others.iter().any(|g| above(&g)) {
            Ok(())
        } else {
            Err(NoLeave::NobodyAbove)
        }
    }

    /// Asks to leave. It cannot be taken back: the entry stays, and whoever may take this person
    /// out decides.
    ///
    /// # Errors
    /// [`WriteError::NotAllowed`] where [`Replica::may_leave`] says why.
    pub fn leave(&mut self, now: u64) -> Result<(), WriteError> {
        self.may_leave().map_err(|_| WriteError::NotAllowed)?;
        if self.leaving().iter().any(|(user, _)| *user == self.me.user) {
            return Ok(());
        }
        let team = self.team_scope();
        // Under the place in the team: with its end the request is answered.
        let under = self
            .best(|g| g.user.is_some() && g.scope == team)
            .or_else(|| self.best(|g| g.user.is_some() && !g.personal));
        let draft = self.draft(Kind::Leave, under, now);
        self.append(draft)?;
        Ok(())
    }

    /// Who asks to leave and is still here, with the time of the first asking by their clock.
    #[must_use]
    pub fn leaving(&self) -> Vec<(UserId, u64)> {
        let mut out: Vec<(UserId, u64)> = Vec::new();
        let mut asked: Vec<&Entry> = self
            .entries
            .values()
            .filter(|e| e.kind() == Some(Kind::Leave) && self.still_asks(e, &e.hash))
            .collect();
        asked.sort_by_key(|e| (e.header.wall_ms, e.log(), e.seq()));
        for entry in asked {
            let Some(user) = self.rights.author(entry) else {
                continue;
            };
            if out.iter().all(|(known, _)| *known != user) {
                out.push((user, entry.header.wall_ms));
            }
        }
        out
    }

    /// It counts, and the grant that it was asked under is live: somebody who was taken out and let
    /// in again asks no more.
    fn still_asks(&self, entry: &Entry, hash: &EntryHash) -> bool {
        self.rights.counts(hash) && entry.grant.is_some_and(|grant| self.rights.is_live(grant))
    }
}
