//! Stories about keys: two halves of a team that do not see each other for a while, people who
//! add, remove and rotate, and people who forge.

use std::collections::BTreeSet;

use conclave_core::{
    authority::{self, State},
    body::{Body, Recipient},
    entry::Entry,
    epoch::{Choice, Epochs, Mint, Sealing},
    id::{DeviceId, EntryHash, GrantId, ScopeId, SubjectId, UserId},
    role::Role,
};

use super::{By, Story};
use crate::worlds::{Held, held};

/// Which half of the team each person is in.
const SIDE: [usize; 6] = [1, 0, 1, 0, 1, 0];

/// A story about keys and what went wrong in it.
pub struct Partition {
    /// All that was written.
    pub story: Story,
    /// What each half holds, by place among the entries.
    pub views: [Vec<usize>; 2],
    /// The first thing that must never happen.
    pub failure: Option<String>,
    /// How often somebody had to make a new key.
    pub mints: usize,
}

impl Partition {
    /// A random one.
    #[must_use]
    pub fn play(seed: u64) -> Self {
        let mut story = Story::new(seed).start();
        let base: Vec<usize> = (0..story.entries.len()).collect();
        let mut play = Self {
            views: [base.clone(), base],
            failure: None,
            mints: 0,
            story: Story::new(0),
        };
        core::mem::swap(&mut play.story, &mut story);
        play.set_out();
        for turn in 0..12 {
            let side = usize::from(play.story.chance(50));
            play.act(side, turn);
            play.rotate(side);
            if let Some(problem) = play.problem(&play.views[side].clone()) {
                play.fail(problem);
            }
            if play.failure.is_some() {
                return play;
            }
            if play.story.chance(25) {
                play.meet();
            }
        }
        play.meet();
        if let Some(problem) = play.problem(&play.views[0].clone()) {
            play.fail(problem);
        }
        play
    }

    fn fail(&mut self, problem: impl Into<String>) {
        self.failure.get_or_insert(problem.into());
    }

    fn meet(&mut self) {
        let all: BTreeSet<usize> = self.views.iter().flatten().copied().collect();
        self.views = [0, 1].map(|_| all.iter().copied().collect());
    }

    /// The entries of a view.
    #[must_use]
    pub fn view(&self, view: &[usize]) -> Vec<&Entry> {
        view.iter()
            .filter_map(|&at| self.story.entries.get(at))
            .collect()
    }

    fn epochs(&self, view: &[usize]) -> Epochs {
        let state = authority::evaluate(self.story.facts.clone(), self.view(view));
        Epochs::new(state)
    }

    fn held(&self, view: &[usize]) -> Held {
        held(&self.view(view), &self.story.lies)
    }

    /// What must not be: an epoch in use that somebody outside holds, or that its user does not.
    fn problem(&self, view: &[usize]) -> Option<String> {
        let (epochs, held) = (self.epochs(view), self.held(view));
        let state = epochs.state();
        for scope in epochs.scopes() {
            let mut entitled = state.devices(scope);
            for device in entitled.clone() {
                let opened = |e: EntryHash| held.get(&e).is_some_and(|k| k.contains(&device));
                let Choice::Use(epoch) = epochs.choose(scope, device, opened) else {
                    continue;
                };
                entitled.extend(state.maybe_devices(scope));
                let holders = held.get(&epoch)?;
                if !holders.is_subset(&entitled) {
                    return Some(format!("{epoch} of {scope} is used and known outside"));
                }
                if !holders.contains(&device) {
                    return Some(format!("{device} uses {epoch}, which it does not hold"));
                }
            }
        }
        None
    }

    /// Adds to a view what the log of a new entry holds.
    fn publish(&mut self, side: usize, hash: EntryHash) {
        let log = self.story.entry(hash).log();
        let here: BTreeSet<usize> = self.views[side].iter().copied().collect();
        let all = self.story.entries.iter().enumerate();
        let new = all.filter(|(at, entry)| entry.log() == log && !here.contains(at));
        let new: Vec<usize> = new.map(|(at, _)| at).collect();
        self.views[side].extend(new);
    }

    fn both(&mut self, hash: EntryHash) {
        self.publish(0, hash);
        self.publish(1, hash);
    }

    /// Everybody's own keys, and a first key of each scope that matters.
    fn set_out(&mut self) {
        let founder = By::under(self.story.first(1), self.story.roots()[1]);
        for number in 1..6 {
            if self.story.chance(70) {
                let (user, first) = (self.story.user(number), self.story.first(number));
                self.story.add_device(By::own(first), user, 9);
                let hash = self.last();
                self.both(hash);
            }
        }
        let vaults = self.vaults();
        let user = SubjectId::User(self.story.user(1));
        let hash = self
            .story
            .grant(founder, user, vaults[0], Role::Editor, &[]);
        self.both(hash);
        for number in 1..6 {
            let scope = self.own_scope(number);
            let hash = self.mint(0, scope, self.story.first(number), |_| {});
            self.both(hash);
        }
        let facts = &self.story.facts;
        for scope in [
            vaults[2],
            vaults[0],
            vaults[1],
            facts.directory,
            facts.admins,
        ] {
            let device = self
                .epochs(&self.views[0])
                .state()
                .devices(scope)
                .into_iter()
                .next();
            if let Some(device) = device {
                let hash = self.mint(0, scope, device, |_| {});
                self.both(hash);
            }
        }
    }

    fn last(&self) -> EntryHash {
        self.story
            .entries
            .last()
            .map_or(EntryHash::new([0; 32]), |entry| entry.hash)
    }

    /// The two vaults and the group.
    fn vaults(&self) -> [ScopeId; 3] {
        let made = |at: usize| self.story.scopes.get(at).map(|made| made.id);
        [1, 2, 3].map(|at| made(at).unwrap_or_else(|| self.story.facts.team_scope()))
    }

    fn own_scope(&self, number: usize) -> ScopeId {
        let user = self.story.facts.users.get(&self.story.user(number));
        user.map_or_else(|| self.story.facts.team_scope(), |devices| devices.scope)
    }

    /// What an honest device says in a new epoch, changed by `change`.
    fn mint(
        &mut self,
        side: usize,
        scope: ScopeId,
        device: DeviceId,
        change: impl Fn(&mut Mint),
    ) -> EntryHash {
        let view = self.views[side].clone();
        let (epochs, held) = (self.epochs(&view), self.held(&view));
        let mut mint = epochs.mint(scope, |e| held.get(&e).is_some_and(|k| k.contains(&device)));
        change(&mut mint);
        let by = self.reads_by(epochs.state(), scope, device);
        let (generation, parents) = (mint.generation, mint.parents);
        let hash = self
            .story
            .key_epoch(by, scope, generation, &parents, &mint.boxes);
        self.publish(side, hash);
        hash
    }

    /// What a device publishes under in a scope that it reads.
    fn reads_by(&self, state: &State, scope: ScopeId, device: DeviceId) -> By {
        let owns = |user: UserId| state.tree(user).iter().any(|d| d.id == device);
        for grant in state
            .grants()
            .filter(|g| g.live() && state.confers(g.id, scope))
        {
            match grant.subject {
                SubjectId::User(user) if owns(user) => return By::under(device, grant.id),
                SubjectId::Group(group) => {
                    let members = state.grants_on(group).filter(|m| m.live());
                    let mut mine = members.filter(|m| m.subject.user().is_some_and(owns));
                    if let Some(member) = mine.next() {
                        return By::under(device, grant.id).through(Some(member.id));
                    }
                }
                _ => {}
            }
        }
        By::own(device)
    }

    fn act(&mut self, side: usize, turn: u64) {
        let view = self.views[side].clone();
        let epochs = self.epochs(&view);
        let state = epochs.state();
        let vaults = self.vaults();
        let team = self.story.facts.team_scope();
        let mine: Vec<DeviceId> = (0..6)
            .filter(|number| SIDE.get(*number) == Some(&side))
            .flat_map(|number| {
                let scope = self.own_scope(number);
                let live = if number == 0 {
                    [self.story.first(0)].into()
                } else {
                    state.devices(scope)
                };
                live.into_iter().collect::<Vec<_>>()
            })
            .collect();
        let bosses: Vec<(DeviceId, GrantId)> = state
            .grants()
            .filter(|g| g.live() && g.scope == team && g.role.rank() >= 4)
            .filter_map(|g| Some((g.id, g.subject.user()?)))
            .flat_map(|(id, user)| state.tree(user).iter().map(move |d| (d.id, id)))
            .filter(|(device, _)| mine.contains(device))
            .collect();
        let scope = self
            .story
            .pick(&[vaults[0], vaults[0], vaults[1], vaults[2]]);
        let (Some(scope), boss) = (scope, self.story.pick(&bosses)) else {
            return;
        };
        let user = 2 + crate::rng::below(&mut self.story.rng, 4);
        match (crate::rng::below(&mut self.story.rng, 100), boss) {
            (0..20, Some((device, grant))) => {
                self.admit(side, scope, By::under(device, grant), user);
            }
            (20..45, Some((device, grant))) => {
                self.remove(side, state, By::under(device, grant), grant, user);
            }
            (0..60, _) => self.lose_device(side, state),
            (60..70, _) => self.add_device(side, turn),
            _ => self.forge(side, &epochs, &mine),
        }
    }

    fn admit(&mut self, side: usize, scope: ScopeId, by: By, number: usize) {
        let user = self.story.user(number);
        let subject = SubjectId::User(user);
        let here: BTreeSet<EntryHash> = self
            .view(&self.views[side])
            .iter()
            .map(|entry| entry.hash)
            .collect();
        let mut cites = self.story.removals_of(subject);
        cites.retain(|cited| here.contains(cited));
        let before = self.epochs(&self.views[side]);
        let hash = self.story.grant(by, subject, scope, Role::Viewer, &cites);
        self.publish(side, hash);
        let device = by.device();
        let held = self.held(&self.views[side]);
        let opened = |e: EntryHash| held.get(&e).is_some_and(|k| k.contains(&device));
        let used = before.choose(scope, device, opened);
        let after = self.epochs(&self.views[side]);
        let key = after.ranked(self.own_scope(number)).first().copied();
        let reads = after.state().readers(scope).contains(&subject);
        if let (Choice::Use(epoch), Some(key), true) = (used, key, reads) {
            let by = self.reads_by(after.state(), scope, device);
            let sealing = Sealing {
                recipient: Recipient::User(user),
                key: Some(key),
            };
            let hash = self.story.add_box(by, epoch, sealing, true);
            self.publish(side, hash);
        }
    }

    fn remove(&mut self, side: usize, state: &State, by: By, grant: GrantId, number: usize) {
        let user = self.story.user(number);
        let turn = state.grant(grant).map_or(0, |g| g.turn);
        let targets = state
            .grants()
            .filter(|g| g.live() && g.turn > turn && !g.personal);
        let targets = targets.filter(|g| g.subject == SubjectId::User(user));
        let targets: Vec<GrantId> = targets.map(|g| g.id).collect();
        let pins = self.known_ends(side, |device| self.story.owner_of(device) == Some(user));
        let hash = match self.story.pick(&targets) {
            Some(target) if self.story.chance(60) => self.story.revoke(by, target, pins),
            _ => self
                .story
                .remove(by, user, self.story.facts.team_scope(), pins),
        };
        self.publish(side, hash);
    }

    /// The ends of logs as a half knows them.
    fn known_ends(
        &self,
        side: usize,
        of: impl Fn(DeviceId) -> bool,
    ) -> Vec<conclave_core::body::At> {
        let mut ends = std::collections::BTreeMap::new();
        for entry in self.view(&self.views[side]) {
            let end = ends.entry(entry.log()).or_insert_with(|| entry.at());
            if of(entry.device()) && entry.seq() >= end.seq {
                *end = entry.at();
            }
        }
        let device = |log| {
            self.story
                .entries
                .iter()
                .find(|e| e.log() == log)
                .map(Entry::device)
        };
        ends.into_iter()
            .filter(|(log, _)| device(*log).is_some_and(&of))
            .map(|(_, at)| at)
            .collect()
    }

    fn of_side(&mut self, side: usize) -> usize {
        let numbers: Vec<usize> = (1..6)
            .filter(|number| SIDE.get(*number) == Some(&side))
            .collect();
        self.story.pick(&numbers).unwrap_or(1)
    }

    fn lose_device(&mut self, side: usize, state: &State) {
        let number = self.of_side(side);
        let (user, kit) = (self.story.user(number), self.story.kit(number));
        let live: Vec<DeviceId> = state
            .devices(self.own_scope(number))
            .into_iter()
            .filter(|device| *device != kit)
            .collect();
        if let Some(lost) = self.story.pick(&live)
            && live.len() > 1
        {
            let pins = self.known_ends(side, |device| device == lost);
            let hash = self.story.cut_device(By::own(kit), user, lost, pins);
            self.publish(side, hash);
        }
    }

    fn add_device(&mut self, side: usize, turn: u64) {
        let number = self.of_side(side);
        let (user, first, scope) = (
            self.story.user(number),
            self.story.first(number),
            self.own_scope(number),
        );
        let (epochs, held) = (self.epochs(&self.views[side]), self.held(&self.views[side]));
        if !epochs.state().devices(scope).contains(&first) {
            return;
        }
        let opened = |e: EntryHash| held.get(&e).is_some_and(|k| k.contains(&first));
        let used = epochs.choose(scope, first, opened);
        let device = self.story.add_device(By::own(first), user, 20 + turn);
        let hash = self.last();
        self.publish(side, hash);
        if let Choice::Use(epoch) = used {
            let sealing = Sealing {
                recipient: Recipient::Device(device),
                key: None,
            };
            let hash = self.story.add_box(By::own(first), epoch, sealing, true);
            self.publish(side, hash);
        }
    }

    /// An outsider spoils an epoch, or somebody entitled makes a key for himself alone.
    fn forge(&mut self, side: usize, epochs: &Epochs, mine: &[DeviceId]) {
        let held = self.held(&self.views[side]);
        let targets: Vec<EntryHash> = self
            .vaults()
            .iter()
            .flat_map(|scope| epochs.of_scope(*scope).to_vec())
            .collect();
        let Some(target) = self.story.pick(&targets) else {
            return;
        };
        let scope = self
            .vaults()
            .into_iter()
            .find(|s| epochs.of_scope(*s).contains(&target));
        let Some(scope) = scope else { return };
        let holds = |device: &DeviceId| held.get(&target).is_some_and(|k| k.contains(device));
        let outside: Vec<(UserId, DeviceId)> = (1..6)
            .filter(|number| SIDE.get(*number) == Some(&side))
            .flat_map(|number| {
                let user = self.story.user(number);
                self.story
                    .devices
                    .get(&user)
                    .into_iter()
                    .flatten()
                    .map(move |d| (user, *d))
            })
            .filter(|(_, device)| !holds(device))
            .collect();
        let forger = self.story.pick(&outside);
        let kind = crate::rng::below(&mut self.story.rng, 100);
        let Some((user, device)) = forger.filter(|_| kind < 80) else {
            let inside: Vec<DeviceId> = epochs
                .state()
                .devices(scope)
                .into_iter()
                .filter(|device| mine.contains(device) && holds(device))
                .collect();
            if let Some(device) = self.story.pick(&inside) {
                self.mint(side, scope, device, |mint| mint.boxes.clear());
            }
            return;
        };
        let grants = self
            .story
            .grants
            .iter()
            .find(|g| g.subject == SubjectId::User(user));
        let by = grants.map_or(By::own(device), |g| By::under(device, g.id));
        let own = self
            .story
            .facts
            .users
            .get(&user)
            .map(|devices| devices.scope);
        let keys = own
            .map(|own| epochs.of_scope(own).to_vec())
            .unwrap_or_default();
        let hash = match self.story.pick(&keys) {
            Some(key) if kind < 40 => {
                let sealing = Sealing {
                    recipient: Recipient::User(user),
                    key: Some(key),
                };
                self.story.add_box(by, target, sealing, false)
            }
            _ => {
                let sealing = Sealing {
                    recipient: Recipient::Device(device),
                    key: None,
                };
                let next = match &self.story.entry(target).body {
                    Body::KeyEpoch(epoch) => epoch.generation.saturating_add(1),
                    _ => 1,
                };
                let hash = self.story.key_epoch(by, scope, next, &[target], &[sealing]);
                self.story.lies.hollow.insert(hash);
                hash
            }
        };
        self.publish(side, hash);
        let after = self.epochs(&self.views[side]);
        let spoilt = targets.iter().find(|epoch| {
            epochs.ranked(scope).contains(epoch) && !after.ranked(scope).contains(epoch)
        });
        if let Some(epoch) = spoilt
            && after.state().forks() == epochs.state().forks()
        {
            self.fail(format!("an outsider spoilt {epoch}"));
        }
    }

    /// Whoever is online makes a key where it holds no usable one, and can then use it.
    fn rotate(&mut self, side: usize) {
        let vaults = self.vaults();
        let own = [2, 3, 4, 5].map(|number| self.own_scope(number));
        for scope in own.into_iter().chain([vaults[2], vaults[0], vaults[1]]) {
            let epochs = self.epochs(&self.views[side]);
            let online = (0..6).filter(|number| SIDE.get(*number) == Some(&side));
            let online: BTreeSet<DeviceId> = online
                .flat_map(|number| {
                    let devices = self.story.devices.get(&self.story.user(number));
                    let kit = self.story.kit(number);
                    devices
                        .into_iter()
                        .flatten()
                        .copied()
                        .filter(move |d| *d != kit)
                })
                .collect();
            let entitled = epochs.state().devices(scope);
            let Some(device) = entitled.into_iter().find(|device| online.contains(device)) else {
                continue;
            };
            if !self.story.chance(70) || !self.must_mint(side, scope, device) {
                continue;
            }
            let hash = self.mint(side, scope, device, |_| {});
            self.mints += 1;
            let after = self.epochs(&self.views[side]);
            let unsettled = after.state().label(hash) == Some(authority::Label::Provisional);
            if after.state().forks().is_empty() && !unsettled && self.must_mint(side, scope, device)
            {
                self.fail(format!("{device} minted {hash} and still cannot write"));
            }
        }
    }

    fn must_mint(&self, side: usize, scope: ScopeId, device: DeviceId) -> bool {
        let (epochs, held) = (self.epochs(&self.views[side]), self.held(&self.views[side]));
        let opened = |e: EntryHash| held.get(&e).is_some_and(|k| k.contains(&device));
        epochs.choose(scope, device, opened) == Choice::Mint
    }
}
