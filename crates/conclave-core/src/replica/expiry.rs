//! Days on which access ends. The rule knows none of them (Authority, rule 7): whoever manages a
//! scope turns a day that is over into a Revoke, and until then the app of the person it is about
//! shows nothing more.

use std::collections::{BTreeMap, BTreeSet};

use super::{Replica, Who};
use crate::{
    body::{Body, ScopeKind},
    id::{GrantId, ScopeId, SubjectId},
};

/// Access that was ended because its day was over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ended {
    /// Whose.
    pub who: Who,
    /// Where.
    pub scope: ScopeId,
    /// The day, Unix milliseconds.
    pub at_ms: u64,
}

/// A grant that counted once.
struct Past {
    id: GrantId,
    until: Option<u64>,
    ended_ms: u64,
}

impl Replica {
    /// Vaults, groups and single items that this person reads, or could read, until a day only:
    /// no grant of theirs that reaches further is left.
    #[must_use]
    pub fn reading_ends(&self) -> BTreeMap<ScopeId, u64> {
        let live = self.working_until();
        let past = self.own_past_grants();
        let made = self.rights.scopes().into_iter();
        let made = made.filter(|s| s.kind != ScopeKind::Personal);
        let end = |scope: ScopeId| {
            let conferring = |grants: &[(GrantId, Option<u64>)]| -> Vec<Option<u64>> {
                let grants = grants.iter().filter(|g| self.rights.confers(g.0, scope));
                grants.map(|(_, end)| *end).collect()
            };
            let now = conferring(&live);
            let ends = if now.is_empty() {
                conferring(&self.last_past(&past, scope))
            } else {
                now
            };
            // One without a day reaches further than any other.
            let last = ends.iter().copied().collect::<Option<Vec<u64>>>();
            last?.into_iter().max()
        };
        made.filter_map(|s| Some((s.id, end(s.id)?))).collect()
    }

    /// The live grants that work for this person, with their days; of a group's grant and the
    /// membership the earlier one.
    fn working_until(&self) -> Vec<(GrantId, Option<u64>)> {
        let live = self.rights.live_grants();
        let member_until = |member: GrantId| live.iter().find(|g| g.id == member)?.expires_ms;
        let working = self.working_grants().into_iter();
        working
            .map(|(grant, member)| {
                let days = grant.expires_ms.into_iter();
                let until = days.chain(member.and_then(member_until)).min();
                (grant.id, until)
            })
            .collect()
    }

    /// This person's own grants that counted once, and when each was ended by itself, by the clock
    /// of who did; one that went with its person or its place went last.
    fn own_past_grants(&self) -> Vec<Past> {
        let me = SubjectId::User(self.me.user);
        let grants = self.entries.values().filter_map(|entry| match &entry.body {
            Body::Grant(subject, grant) if *subject == me && self.rights.counts(&entry.hash) => {
                let id = GrantId::new(*entry.hash.as_bytes());
                Some((id, (grant.expires_ms, u64::MAX)))
            }
            _ => None,
        });
        let mut grants: BTreeMap<GrantId, _> = grants.collect();
        for entry in self.entries.values() {
            if let Body::Revoke(revoke) = &entry.body
                && let Some((_, ended)) = grants.get_mut(&revoke.target)
                && self.rights.counts(&entry.hash)
            {
                *ended = (*ended).min(entry.header.wall_ms);
            }
        }
        let past = grants.into_iter();
        past.map(|(id, (until, ended_ms))| Past {
            id,
            until,
            ended_ms,
        })
        .collect()
    }

    /// Those of a scope that were the last to end: a day that was moved is none any more.
    fn last_past(&self, past: &[Past], scope: ScopeId) -> Vec<(GrantId, Option<u64>)> {
        let there = || past.iter().filter(|p| self.rights.confers(p.id, scope));
        let last = there().map(|p| p.ended_ms).max();
        let last = there().filter(|p| Some(p.ended_ms) == last);
        last.map(|p| (p.id, p.until)).collect()
    }

    /// Access that was ended once its day was over, the latest first; whoever has been let in again
    /// is not among it.
    #[must_use]
    pub fn ended(&self) -> Vec<Ended> {
        let live = self.rights.live_grants();
        let mut found = BTreeSet::new();
        for entry in self.entries.values() {
            let Body::Revoke(revoke) = &entry.body else {
                continue;
            };
            let given = self.entries.get(&revoke.target.as_entry());
            let Some(Body::Grant(subject, grant)) = given.map(|given| &given.body) else {
                continue;
            };
            let Some(at_ms) = grant.expires_ms else {
                continue;
            };
            if entry.header.wall_ms < at_ms || !self.rights.counts(&entry.hash) {
                continue;
            }
            let who = match subject {
                SubjectId::User(user) => Who::User(*user),
                SubjectId::Group(group) => Who::Group(*group),
                SubjectId::Machine(machine) => Who::Machine(*machine),
            };
            let scope = grant.scope;
            let again = live
                .iter()
                .any(|g| g.who() == Some(who) && g.scope == scope);
            if !again {
                found.insert(Ended { who, scope, at_ms });
            }
        }
        let mut ended: Vec<Ended> = found.into_iter().collect();
        ended.sort_by_key(|e| (core::cmp::Reverse(e.at_ms), *e));
        ended.dedup_by_key(|e| (e.who, e.scope));
        ended
    }
}
