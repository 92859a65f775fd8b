//! Who gives keys to somebody who must not have them (PROTOCOL §6, "an entitled device that keeps
//! poisoning").
//!
//! A key that somebody outside may know is not used any more, and the others make a new one. Once may
//! be an accident; whoever does it again and again makes everybody mint without end, and is named for
//! it. An honest device seals to whom it knows entitled, so what is looked for is a key for somebody
//! who never had a right to it, or whose end its author should know of: they say that they have seen
//! it, or somebody whose word they saw. (The storage may have kept the end itself from them. Then
//! they are no better to have in the team, and are told by the same words.)

use std::collections::{BTreeMap, BTreeSet};

use super::{Replica, old_keys::KnownFrom};
use crate::{
    authority::{ScopeType, State},
    body::{Body, Grant, KeyEpoch, Recipient},
    entry::Entry,
    id::{DeviceId, EntryHash, GrantId, ScopeId, SubjectId, UserId},
    role::Role,
};

/// From this many keys of a scope on, apps wait before they make the next by themselves.
const PATIENCE: usize = 3;

/// How long, in milliseconds: an hour, and twice as long for each further key.
const FIRST_WAIT: u64 = 60 * 60 * 1000;

/// Five days are the longest.
const MOST_DOUBLINGS: usize = 7;

/// For each device the keys that it gave away, by their scopes.
pub type Leaks = BTreeMap<DeviceId, BTreeMap<ScopeId, BTreeSet<EntryHash>>>;

/// Whose a key is that another is sealed to.
enum Party {
    /// A device's own.
    Device(DeviceId),
    /// That of an epoch of this scope.
    Scope(ScopeId),
}

/// What a record says of a right, as far as somebody had read it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Claim {
    Never,
    Ended,
    Standing,
}

/// Where somebody stood when they sealed a key: at an entry of theirs, and with the epoch's at hand.
#[derive(Clone, Copy)]
struct Moment<'a> {
    by: &'a Entry,
    epoch: Option<&'a Entry>,
}

impl Replica {
    /// Devices that gave keys to somebody who must not have them, and are entitled to those of the
    /// same scope themselves; with these keys. One of a scope may be an accident.
    #[must_use]
    pub fn leaks(&self) -> Leaks {
        Judge::new(self).leaks()
    }

    /// Does this device wait before it makes a new key of a scope by itself? Where the last ones fell
    /// because somebody who is still in gave them away, the next would fall too: it is made when
    /// something is written, or after a while.
    pub(super) fn waits(&self, scope: ScopeId, now: u64) -> bool {
        let epochs = self.rights.key_epochs();
        let counting = epochs
            .of_scope(scope)
            .iter()
            .filter(|epoch| self.rights.counts(epoch));
        let rows = counting.filter_map(|hash| Some((self.entries.get(hash)?, self.epoch(hash)?)));
        let rows: Vec<_> = rows.collect();
        let rank = |(entry, epoch): &&(&Entry, &KeyEpoch)| {
            (epoch.generation, core::cmp::Reverse(entry.hash))
        };
        let Some((best, _)) = rows.iter().max_by_key(rank) else {
            return false;
        };
        let leaks = self.leaks();
        let given = leaks.values().filter_map(|keys| keys.get(&scope)).flatten();
        let given: BTreeSet<EntryHash> = given.copied().collect();
        if !given.contains(&best.hash) || given.len() < PATIENCE {
            return false;
        }
        let doublings = (given.len() - PATIENCE).min(MOST_DOUBLINGS);
        // By the clocks of those who made them, of which a few may be ahead.
        let honest = rows.iter().map(|(entry, _)| *entry);
        let honest = honest.filter(|entry| !leaks.contains_key(&entry.device()));
        let made = honest.map(|entry| entry.header.wall_ms);
        let last = made.filter(|wall| *wall <= now).max().unwrap_or(0);
        now - last < FIRST_WAIT << doublings
    }
}

struct Judge<'a> {
    replica: &'a Replica,
    state: &'a State,
    /// Grants that had their turn, by whom they are for.
    turns: BTreeMap<SubjectId, Vec<GrantId>>,
    /// Each Grant of the record, counting or not, likewise.
    grants: BTreeMap<SubjectId, Vec<(&'a Entry, &'a Grant)>>,
    /// From where on each log's writer had seen an entry that ends something.
    known: BTreeMap<EntryHash, KnownFrom>,
    entitled: BTreeMap<ScopeId, [BTreeSet<DeviceId>; 2]>,
}

impl<'a> Judge<'a> {
    fn new(replica: &'a Replica) -> Self {
        let mut grants: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for entry in replica.entries.values() {
            if let Body::Grant(subject, grant) = &entry.body {
                let to = grants.entry(*subject).or_default();
                to.push((entry, &**grant));
            }
        }
        let state = replica.rights.key_epochs().state();
        let mut turns: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for grant in state.grants() {
            turns.entry(grant.subject).or_default().push(grant.id);
        }
        Self {
            replica,
            state,
            turns,
            grants,
            known: BTreeMap::new(),
            entitled: BTreeMap::new(),
        }
    }

    fn leaks(mut self) -> Leaks {
        let mut leaked = Leaks::new();
        let logs = self.replica.places.values();
        // Each log from its beginning: what somebody gave away they know to be known.
        for by in logs.flat_map(BTreeMap::values).flatten() {
            let Some(by) = self.replica.entries.get(by) else {
                continue;
            };
            for (epoch, party, key) in self.published(by) {
                let theirs = leaked.get(&by.device()).into_iter();
                let mut given = theirs.flat_map(BTreeMap::values);
                let known = key.is_some_and(|key| given.any(|keys| keys.contains(&key)));
                if let Some(scope) = self.leak(by, epoch, &party, key, known) {
                    let theirs = leaked.entry(by.device()).or_default();
                    theirs.entry(scope).or_default().insert(epoch);
                }
            }
        }
        leaked
    }

    /// The keys that an entry hands to somebody: the epoch, whom to, and under which epoch.
    fn published(&self, by: &Entry) -> Vec<(EntryHash, Party, Option<EntryHash>)> {
        let (epoch, boxes) = match &by.body {
            Body::KeyEpoch(epoch) => (by.hash, &epoch.boxes),
            Body::KeyBoxAdd(add) => (add.epoch, &add.boxes),
            _ => return Vec::new(),
        };
        let boxes = boxes.iter().filter_map(|sealed| {
            let party = match (sealed.key, sealed.recipient) {
                (Some(key), _) => Party::Scope(self.replica.epoch(&key)?.scope),
                (None, Recipient::Device(device)) => Party::Device(device),
                (None, _) => return None,
            };
            Some((epoch, party, sealed.key))
        });
        let mut all: Vec<_> = boxes.collect();
        // An earlier key inside a later one of the same scope is its history. Inside one of another
        // scope it is given to all who read that.
        if let Body::KeyEpoch(epoch) = &by.body {
            let inside = epoch.parents.iter().map(|parent| parent.epoch);
            let others = inside.filter(|parent| {
                let parent = self.replica.epoch(parent);
                parent.is_some_and(|parent| parent.scope != epoch.scope)
            });
            all.extend(others.map(|parent| (parent, Party::Scope(epoch.scope), Some(by.hash))));
        }
        all
    }

    /// The scope of a key that reached somebody who must not have it, and not for want of knowledge.
    fn leak(
        &mut self,
        by: &'a Entry,
        hash: EntryHash,
        party: &Party,
        key: Option<EntryHash>,
        known: bool,
    ) -> Option<ScopeId> {
        let (epochs, state) = (self.replica.rights.key_epochs(), self.state);
        let scope = self.replica.epoch(&hash)?.scope;
        let entitled = self.entitled.entry(scope);
        let [sure, perhaps] =
            entitled.or_insert_with(|| [state.devices(scope), state.maybe_devices(scope)]);
        // A box by whoever does not hold the key gives nothing away; and who is out is answered for.
        if !epochs.knows(hash, by.device()) || !sure.contains(&by.device()) {
            return None;
        }
        let mut reached: Vec<DeviceId> = match *party {
            Party::Device(device) => vec![device],
            Party::Scope(_) => key.into_iter().flat_map(|key| epochs.know(key)).collect(),
        };
        reached.retain(|device| !sure.contains(device) && !perhaps.contains(device));
        let at = Moment {
            by,
            epoch: self.replica.entries.get(&hash),
        };
        let mut reached = reached.into_iter();
        let knowingly = |device| known || !self.is_excused(device, party, scope, at);
        reached.any(knowingly).then_some(scope)
    }

    /// Could whoever sealed a key to this party take this device, which it reached, to be entitled?
    fn is_excused(
        &mut self,
        device: DeviceId,
        party: &Party,
        scope: ScopeId,
        at: Moment<'a>,
    ) -> bool {
        match *party {
            Party::Device(_) => self.belongs(device, scope, at) == Claim::Standing,
            Party::Scope(party) => {
                let right = match self.own_scope(party) {
                    _ if party == scope => Claim::Standing,
                    Some(user) => self.reads(SubjectId::User(user), scope, at),
                    None => self.reads(SubjectId::Group(party), scope, at),
                };
                // Whoever has no place in the party got its key from somebody else.
                right == Claim::Standing && self.belongs(device, party, at) != Claim::Ended
            }
        }
    }

    /// Whose this device is; a machine's is its own.
    fn subject(&self, device: DeviceId) -> SubjectId {
        let user = self.replica.rights.user_of(device);
        user.map_or(SubjectId::Machine(device), SubjectId::User)
    }

    fn own_scope(&self, scope: ScopeId) -> Option<UserId> {
        match self.state.scope(scope)?.kind {
            ScopeType::User(user) => Some(user),
            _ => None,
        }
    }

    /// Is this device among those who open what is sealed to a scope?
    fn belongs(&mut self, device: DeviceId, scope: ScopeId, at: Moment<'a>) -> Claim {
        let there = match self.own_scope(scope) {
            Some(user) if self.state.tree(user).iter().any(|d| d.id == device) => Claim::Standing,
            Some(_) => Claim::Never,
            None => self.reads(self.subject(device), scope, at),
        };
        there.min(self.stands(device, at))
    }

    /// Has nobody ended this device, as far as the author had read?
    fn stands(&mut self, device: DeviceId, at: Moment<'a>) -> Claim {
        let SubjectId::User(user) = self.subject(device) else {
            return Claim::Standing;
        };
        let tree = self.state.tree(user).iter().filter(|d| d.id == device);
        let mut ends = tree.flat_map(|d| &d.ended_by);
        if ends.any(|end| self.had_seen(at, *end)) {
            Claim::Ended
        } else {
            Claim::Standing
        }
    }

    /// Does somebody read a scope, by any right of the record that the author could take to count?
    fn reads(&mut self, who: SubjectId, scope: ScopeId, at: Moment<'a>) -> Claim {
        let mut claim = Claim::Never;
        let (mut rights, mut memberships) = (Vec::new(), Vec::new());
        for grant in self.turns.get(&who).into_iter().flatten() {
            if self.state.confers(*grant, scope) {
                rights.push(*grant);
            }
        }
        for (entry, grant) in self.grants.get(&who).cloned().unwrap_or_default() {
            let id = GrantId::from(entry.hash);
            let had_a_turn = self.state.grant(id).is_some();
            if !had_a_turn && !self.could_count(entry, grant, at) {
                continue;
            }
            if !had_a_turn && self.state.would_confer(grant, scope) {
                rights.push(id);
            }
            // A group is in no other.
            let group = self.state.scope(grant.scope);
            if group.is_some_and(|scope| scope.kind.is_group()) && who.user().is_some() {
                memberships.push((id, grant.scope));
            }
        }
        for right in rights {
            claim = claim.max(self.standing(right, at));
        }
        for (membership, group) in memberships {
            let theirs = self.reads(SubjectId::Group(group), scope, at);
            claim = claim.max(theirs.min(self.standing(membership, at)));
        }
        claim
    }

    fn standing(&mut self, grant: GrantId, at: Moment<'a>) -> Claim {
        if self.ended(grant, at) {
            Claim::Ended
        } else {
            Claim::Standing
        }
    }

    /// Could the author take this Grant, which had no turn, to count? Somebody else's: it may have
    /// looked otherwise from where they stood. Their own: if they could give that.
    fn could_count(&mut self, entry: &'a Entry, grant: &Grant, at: Moment<'a>) -> bool {
        let giver = self.subject(entry.device());
        if giver != self.subject(at.by.device()) {
            return true;
        }
        let under = entry.grant.and_then(|under| self.state.grant(under));
        let under = under.filter(|under| {
            under.subject == giver
                && under.role.rank() >= Role::Manager.rank()
                && self.state.covers(under.scope, grant.scope)
        });
        let then = Moment {
            by: entry,
            epoch: None,
        };
        under.is_some_and(|under| !self.ended(under.id, then))
    }

    fn ended(&mut self, grant: GrantId, at: Moment<'a>) -> bool {
        let ends = self.state.grant(grant).map(|grant| grant.ended_by.clone());
        let mut ends = ends.unwrap_or_default().into_iter();
        ends.any(|end| self.had_seen(at, end))
    }

    /// Should the author know of this entry? They say so, or whoever made the key does.
    fn had_seen(&mut self, at: Moment<'a>, end: EntryHash) -> bool {
        let replica = self.replica;
        let known = self.known.entry(end).or_insert_with(|| {
            let end = replica.entries.get(&end);
            end.map(|end| replica.known_from(end)).unwrap_or_default()
        });
        let saw = |entry: &Entry| {
            let from = known.get(&entry.log());
            from.is_some_and(|from| entry.seq() >= *from)
        };
        saw(at.by) || at.epoch.is_some_and(saw)
    }
}
