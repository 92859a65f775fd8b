//! Runs whose entries nobody signed and whose boxes hold nothing.

use std::collections::BTreeMap;

use conclave_core::{
    authority,
    body::{At, Body, Recipient, ScopeKind},
    entry::Entry,
    epoch::{Choice, Epochs, Sealing},
    id::{DeviceId, EntryHash, GrantId, ItemId, ScopeId, SubjectId, UserId},
    role::Role,
};
use conclave_testkit::{
    rng::{below, seeded},
    stories::{By, Story},
    worlds::{Held, Outcome, held},
};
use rand_chacha::ChaCha20Rng;

use crate::{
    act::{Act, DEVICES, EACH, PEOPLE, What, acts, evil},
    crew::Crew,
    seeds, shortest,
    view::{View, items, log_of, pick, reads_by, writes_by},
};

/// What a run would have cost with real keys.
#[derive(Debug, Default, Clone, Copy)]
struct Cost {
    signatures: usize,
    boxes: usize,
}

struct Run {
    story: Story,
    crew: Crew,
    evil: [usize; 2],
    /// Devices by number: each person's first, then the two that it added.
    devices: Vec<DeviceId>,
    cost: Cost,
}

impl Run {
    fn new(seed: u64) -> Self {
        let story = Story::with_people(seed, PEOPLE + 1).start();
        let mut run = Self {
            crew: Crew::new(0),
            evil: evil(seed),
            devices: Vec::new(),
            cost: Cost::default(),
            story,
        };
        run.set_out();
        run.crew = Crew::new(run.story.entries.len());
        run
    }

    /// Everybody's devices and keys, and the first keys of what they share.
    fn set_out(&mut self) {
        let founder = By::under(self.story.first(1), self.story.roots()[1]);
        let vault = self.story.scopes[1].id;
        // All are in the team; the founder and the later ones read a vault.
        let team = self.story.facts.team_scope();
        for number in 1..=PEOPLE {
            let user = SubjectId::User(self.story.user(number));
            if number > 5 {
                self.story.grant(founder, user, team, Role::Viewer, &[]);
            }
            if number == 1 || number > 7 {
                self.story.grant(founder, user, vault, Role::Editor, &[]);
            }
        }
        for number in 1..=PEOPLE {
            let (user, first) = (self.story.user(number), self.story.first(number));
            self.devices.push(first);
            for n in 1..EACH as u64 {
                let device = self.story.add_device(By::own(first), user, n);
                self.devices.push(device);
            }
        }
        let all: Vec<usize> = (0..self.story.entries.len()).collect();
        let view = self.view(&all);
        let mut own: Vec<(ScopeId, DeviceId)> = Vec::new();
        for number in 1..=PEOPLE {
            own.push((self.own_scope(number), self.story.first(number)));
        }
        drop(view);
        for (scope, device) in own {
            self.mint_in(None, scope, device);
        }
        let facts = &self.story.facts;
        let shared = [facts.directory, facts.admins, facts.audit];
        let made = [1, 2, 3].map(|at| self.story.scopes[at].id);
        for scope in shared.into_iter().chain(made) {
            let all: Vec<usize> = (0..self.story.entries.len()).collect();
            let reader = self.view(&all).state().devices(scope).into_iter().next();
            if let Some(device) = reader {
                self.mint_in(None, scope, device);
            }
        }
    }

    fn own_scope(&self, number: usize) -> ScopeId {
        let user = self.story.user(number);
        conclave_core::keys::user_scope(self.story.facts.team, user)
    }

    fn entries(&self, known: &[usize]) -> Vec<&Entry> {
        known.iter().map(|at| &self.story.entries[*at]).collect()
    }

    fn view(&self, known: &[usize]) -> View {
        let here = self.entries(known);
        let state = authority::evaluate(self.story.facts.clone(), here.iter().copied());
        View {
            held: held(&here, &self.story.lies),
            epochs: Epochs::new(state),
        }
    }

    fn view_of(&self, device: usize) -> View {
        self.view(&self.crew.devices[device].order)
    }

    /// Tells a device what it has written itself since.
    fn own_up(&mut self, device: usize, from: usize) {
        for at in from..self.story.entries.len() {
            self.crew.devices[device].add(at);
        }
        self.cost.signatures += 1;
    }

    fn user(&self, device: usize) -> UserId {
        self.story.user(1 + device / EACH)
    }

    fn is_evil(&self, device: usize) -> bool {
        self.evil.contains(&(device / EACH))
    }

    /// Mints as an honest device does: in its own view, or in that of all entries.
    fn mint_in(&mut self, device: Option<usize>, scope: ScopeId, id: DeviceId) -> EntryHash {
        let view = match device {
            Some(device) => self.view_of(device),
            None => self.view(&(0..self.story.entries.len()).collect::<Vec<_>>()),
        };
        let mint = view.epochs.mint(scope, view.opened(id));
        let by = reads_by(view.state(), scope, id);
        self.cost.boxes += mint.boxes.len();
        self.story
            .key_epoch(by, scope, mint.generation, &mint.parents, &mint.boxes)
    }

    fn act(&mut self, act: &Act) -> Option<String> {
        let device = act.device;
        let mut rng = seeded(act.chance);
        self.story.rng = seeded(act.chance ^ 1);
        let from = self.story.entries.len();
        match act.what {
            What::Move(part) => self.crew.go(device, part),
            What::Sync => {
                self.crew.sync(device, &mut rng);
                return self.view_of(device).problem(self.devices[device]);
            }
            What::Lose => self.crew.lose(device, &mut rng),
            What::Replay => {
                // A set has no order: what the device makes of it must not have one either.
                let known = self.crew.devices[device].order.clone();
                let mut turned = known.clone();
                for end in (1..turned.len()).rev() {
                    turned.swap(end, below(&mut rng, end + 1));
                }
                if self.digest(&known, None) != self.digest(&turned, None) {
                    return Some("another order of the same entries, another state".to_owned());
                }
            }
            What::Evil if self.is_evil(device) => self.evil_act(device, &mut rng),
            What::Forge if self.is_evil(device) => self.forge(device, &mut rng),
            What::Evil | What::Forge => {}
            _ => {
                let view = self.view_of(device);
                self.honest(act.what, device, &view, &mut rng);
            }
        }
        if self.story.entries.len() > from {
            self.own_up(device, from);
        }
        None
    }

    fn honest(&mut self, what: What, device: usize, view: &View, rng: &mut ChaCha20Rng) {
        let (id, user) = (self.devices[device], self.user(device));
        let mine: Vec<(GrantId, ScopeId, Role)> = view
            .state()
            .grants()
            .filter(|g| g.live() && g.subject == SubjectId::User(user))
            .map(|g| (g.id, g.scope, g.role))
            .collect();
        let able = |rank: u8| -> Vec<(GrantId, ScopeId, Role)> {
            let able = mine.iter().filter(|(_, _, role)| role.rank() >= rank);
            able.copied().collect()
        };
        let state = view.state();
        let live = state.tree(user).iter().any(|d| d.id == id && d.live());
        if !live || state.forks().contains_key(&log_of(&self.story, id)) {
            return;
        }
        match what {
            What::Write | What::Edit => self.write(what, (device, id), view, rng),
            What::Grant => {
                let Some(&(grant, scope, role)) = pick(rng, &able(3)) else {
                    return;
                };
                let scopes: Vec<ScopeId> = state
                    .scopes()
                    .filter(|s| state.covers(scope, s.id) && self.made(s.id))
                    .map(|s| s.id)
                    .collect();
                let number = 2 + below(rng, PEOPLE - 1);
                let subject = SubjectId::User(self.story.user(number));
                let roles = [Role::Manager, Role::Editor, Role::Viewer, Role::Viewer];
                let role = *pick(rng, &roles)
                    .filter(|r| r.rank() < role.rank())
                    .unwrap_or(&Role::Viewer);
                if let Some(&scope) = pick(rng, &scopes) {
                    let mut cites = self.story.removals_of(subject);
                    cites.retain(|cited| state.label(*cited).is_some());
                    self.story
                        .grant(By::under(id, grant), subject, scope, role, &cites);
                    self.share_key(scope, id, device);
                }
            }
            What::Remove => self.remove(&able(3), (device, id), view, rng),
            What::Vault => {
                let team = self.story.facts.team_scope();
                let admin = mine.iter().find(|(_, s, r)| *s == team && r.rank() >= 4);
                if let Some(&(grant, ..)) = admin {
                    let by = By::under(id, grant);
                    let vault = self.story.scope(by, ScopeKind::Vault, Some(team));
                    let me = SubjectId::User(user);
                    self.story.grant(by, me, vault, Role::Manager, &[]);
                    self.catch_up_own(device);
                    self.mint_in(Some(device), vault, id);
                }
            }
            What::Group => {
                let team = self.story.facts.team_scope();
                let admin = mine.iter().find(|(_, s, r)| *s == team && r.rank() >= 4);
                let Some(&(grant, ..)) = admin else { return };
                let by = By::under(id, grant);
                let vault = *pick(rng, &self.vaults()).unwrap_or(&team);
                let group = self.story.scope(by, ScopeKind::Group, Some(team));
                let role = *pick(rng, &[Role::Viewer, Role::Editor]).unwrap_or(&Role::Viewer);
                self.story
                    .grant(by, SubjectId::Group(group), vault, role, &[]);
                for _ in 0..2 {
                    let number = 2 + below(rng, PEOPLE - 1);
                    let member = SubjectId::User(self.story.user(number));
                    self.story.grant(by, member, group, Role::Viewer, &[]);
                }
                self.share_key(vault, id, device);
            }
            What::Rotate => {
                let scopes: Vec<ScopeId> = view
                    .epochs
                    .scopes()
                    .filter(|scope| state.devices(*scope).contains(&id))
                    .collect();
                if let Some(&scope) = pick(rng, &scopes) {
                    self.mint_in(Some(device), scope, id);
                }
            }
            What::LoseDevice => {
                let number = 1 + device / EACH;
                let kit = self.story.kit(number);
                let lost = self.devices[device];
                if !device.is_multiple_of(EACH) {
                    let pins = self.ends(device, |d| d == lost);
                    let from = self.story.entries.len();
                    self.story.cut_device(By::own(kit), user, lost, pins);
                    // The first device does it, with the kit typed in.
                    let first = device - device % EACH;
                    self.own_up(first, from);
                }
            }
            _ => {}
        }
    }

    fn made(&self, scope: ScopeId) -> bool {
        self.story.scopes.iter().any(|made| made.id == scope)
    }

    fn vaults(&self) -> Vec<ScopeId> {
        let vaults = self
            .story
            .scopes
            .iter()
            .filter(|s| s.kind == Some(ScopeKind::Vault));
        vaults.map(|s| s.id).collect()
    }

    fn catch_up_own(&mut self, device: usize) {
        let id = self.devices[device];
        for (at, entry) in self.story.entries.iter().enumerate() {
            if entry.device() == id {
                self.crew.devices[device].add(at);
            }
        }
    }

    fn write(
        &mut self,
        what: What,
        (device, id): (usize, DeviceId),
        view: &View,
        rng: &mut ChaCha20Rng,
    ) {
        let homes: Vec<(By, ScopeId)> = self
            .vaults()
            .into_iter()
            .filter_map(|home| Some((writes_by(view.state(), home, id)?, home)))
            .collect();
        let Some(&(by, home)) = pick(rng, &homes) else {
            return;
        };
        // Nothing is written but under a key that this device holds.
        if view.choose(home, id) == Choice::Mint {
            self.mint_in(Some(device), home, id);
        }
        let items = items(
            view.state(),
            &self.entries(&self.crew.devices[device].order),
        );
        let here: Vec<(ItemId, Vec<EntryHash>)> = items
            .into_iter()
            .filter(|((_, at), heads)| *at == home && !heads.is_empty())
            .map(|((item, _), heads)| (item, heads))
            .collect();
        match pick(rng, &here) {
            Some((item, heads)) if what == What::Edit => {
                self.story.revise(by, *item, home, heads.clone());
            }
            _ => {
                self.story.item(by, home);
            }
        }
    }

    fn remove(
        &mut self,
        able: &[(GrantId, ScopeId, Role)],
        (device, id): (usize, DeviceId),
        view: &View,
        rng: &mut ChaCha20Rng,
    ) {
        let Some(&(grant, scope, _)) = pick(rng, able) else {
            return;
        };
        let state = view.state();
        let turn = state.grant(grant).map_or(0, |g| g.turn);
        let targets: Vec<(GrantId, UserId, ScopeId)> = state
            .grants()
            .filter(|g| g.live() && g.turn > turn && !g.personal && state.covers(scope, g.scope))
            .filter_map(|g| Some((g.id, g.subject.user()?, g.scope)))
            .collect();
        let Some(&(target, user, at)) = pick(rng, &targets) else {
            return;
        };
        let story = &self.story;
        let pins = self.ends(device, |d| story.owner_of(d) == Some(user));
        let by = By::under(id, grant);
        if below(rng, 10) < 6 {
            self.story.revoke(by, target, pins);
        } else {
            self.story.remove(by, user, scope, pins);
        }
        self.catch_up_own(device);
        let after = self.view_of(device);
        if after.choose(at, id) == Choice::Mint {
            self.mint_in(Some(device), at, id);
        }
    }

    /// The ends of logs as a device knows them.
    fn ends(&self, device: usize, of: impl Fn(DeviceId) -> bool) -> Vec<At> {
        let mut ends: BTreeMap<_, At> = BTreeMap::new();
        for entry in self.entries(&self.crew.devices[device].order) {
            if of(entry.device()) {
                let end = ends.entry(entry.log()).or_insert_with(|| entry.at());
                if entry.seq() >= end.seq {
                    *end = entry.at();
                }
            }
        }
        ends.into_values().collect()
    }

    /// Boxes the key in use to whoever lacks it.
    fn share_key(&mut self, scope: ScopeId, id: DeviceId, device: usize) {
        self.catch_up_own(device);
        let view = self.view_of(device);
        if let Choice::Use(epoch) = view.choose(scope, id) {
            let by = reads_by(view.state(), scope, id);
            for sealing in view.epochs.missing(epoch) {
                self.cost.boxes += 1;
                self.story.add_box(by, epoch, sealing, true);
            }
        }
    }

    fn evil_act(&mut self, device: usize, rng: &mut ChaCha20Rng) {
        let (user, id) = (self.user(device), self.devices[device]);
        let own = self.entries(&self.crew.devices[device].order);
        let own: Vec<(u64, EntryHash)> = own
            .iter()
            .filter(|entry| entry.device() == id)
            .map(|entry| (entry.seq(), entry.hash))
            .collect();
        let after = pick(rng, &own).copied().filter(|_| below(rng, 3) == 0);
        let all = self.story.devices.insert(user, vec![id]);
        self.story.step(Some(user), None, after);
        let added = self.story.devices.remove(&user).unwrap_or_default();
        let mut all = all.unwrap_or_default();
        all.extend(added.into_iter().filter(|d| *d != id));
        all.dedup();
        self.story.devices.insert(user, all);
    }

    fn forge(&mut self, device: usize, rng: &mut ChaCha20Rng) {
        let (user, id) = (self.user(device), self.devices[device]);
        let view = self.view_of(device);
        let scopes: Vec<ScopeId> = view.epochs.scopes().collect();
        let Some(&scope) = pick(rng, &scopes) else {
            return;
        };
        let Some(&target) = pick(rng, view.epochs.of_scope(scope)) else {
            return;
        };
        let grant = self
            .story
            .grants
            .iter()
            .find(|g| g.subject == SubjectId::User(user));
        let by = grant.map_or(By::own(id), |g| By::under(id, g.id));
        let sealing = Sealing {
            recipient: Recipient::Device(id),
            key: None,
        };
        if below(rng, 2) == 0 {
            self.story.add_box(by, target, sealing, false);
        } else {
            let generation = match &self.story.entry(target).body {
                Body::KeyEpoch(epoch) => epoch.generation.saturating_add(1),
                _ => 1,
            };
            let hash = self
                .story
                .key_epoch(by, scope, generation, &[target], &[sealing]);
            self.story.lies.hollow.insert(hash);
        }
    }

    /// The parts meet; then whoever is honest makes and boxes what is missing, until nothing is.
    fn heal(&mut self) -> Option<String> {
        let mut rng = seeded(99);
        self.story.rng = seeded(98);
        self.crew.heal(&mut rng);
        for round in 0..8 {
            let before = self.story.entries.len();
            for device in 0..DEVICES {
                if !self.is_evil(device) {
                    self.settle(device);
                }
            }
            self.crew.heal(&mut rng);
            if self.story.entries.len() == before {
                return self.agreed();
            }
            if round == 7 {
                return Some("they never come to rest".to_owned());
            }
        }
        None
    }

    /// What an honest device does of its own accord, with everything in sight.
    fn settle(&mut self, device: usize) {
        let id = self.devices[device];
        self.crew.heal(&mut seeded(0));
        let view = self.view_of(device);
        if view.state().forks().contains_key(&log_of(&self.story, id)) {
            return;
        }
        let mut scopes: Vec<ScopeId> = view.epochs.scopes().collect();
        let own = self.own_scope(1 + device / EACH);
        scopes.sort_by_key(|scope| *scope != own);
        let mut view = view;
        for scope in scopes {
            let from = self.story.entries.len();
            match view.choose(scope, id) {
                Choice::Mint => {
                    self.mint_in(Some(device), scope, id);
                }
                Choice::Use(epoch) => {
                    let by = reads_by(view.state(), scope, id);
                    for sealing in view.epochs.missing(epoch) {
                        self.cost.boxes += 1;
                        self.story.add_box(by, epoch, sealing, true);
                    }
                }
                Choice::NotEntitled => {}
            }
            if self.story.entries.len() > from {
                self.own_up(device, from);
                view = self.view_of(device);
            }
        }
    }

    /// All devices make the same of it, byte for byte, and so does the naive evaluator.
    fn agreed(&self) -> Option<String> {
        let all = &self.crew.devices[0].order;
        let held = held(&self.entries(all), &self.story.lies);
        let first = self.digest(all, Some(&held));
        for device in 1..DEVICES {
            if self.digest(&self.crew.devices[device].order, Some(&held)) != first {
                return Some(format!("device {device} makes another state of the same"));
            }
        }
        let here = self.entries(all);
        let production = Outcome::of(&self.story.facts, &here, &held);
        let naive = Outcome::of_reference(&self.story.facts, &here, &held);
        if production != naive {
            return Some("the naive evaluator makes another state of it".to_owned());
        }
        let view = self.view(all);
        for device in 0..DEVICES {
            let id = self.devices[device];
            if let Some(problem) = view.problem(id) {
                return Some(problem);
            }
            let forked = view.state().forks().contains_key(&log_of(&self.story, id));
            let mints = view
                .epochs
                .scopes()
                .find(|scope| view.choose(*scope, id) == Choice::Mint);
            if let (false, false, Some(scope)) = (self.is_evil(device), forked, mints) {
                return Some(format!("device {device} has no key of {scope}"));
            }
        }
        None
    }

    /// Rights, epochs and heads as one text. `held` where what devices use is to be in it.
    fn digest(&self, known: &[usize], held: Option<&Held>) -> Vec<u8> {
        let here = self.entries(known);
        let none = Held::new();
        let outcome = Outcome::of(&self.story.facts, &here, held.unwrap_or(&none));
        let state = authority::evaluate(self.story.facts.clone(), here.iter().copied());
        format!("{outcome:?}{:?}", items(&state, &here)).into_bytes()
    }
}

fn run(seed: u64, acts: &[Act]) -> (Option<String>, Cost, usize) {
    let mut run = Run::new(seed);
    for act in acts {
        if let Some(problem) = run.act(act) {
            return (Some(problem), run.cost, 0);
        }
    }
    let problem = run.heal();
    (problem, run.cost, run.story.entries.len())
}

#[test]
fn thirty_devices_agree_once_the_parts_meet() {
    let (mut cost, mut entries, mut count) = (Cost::default(), 0, 0);
    for seed in seeds(500) {
        let acts = acts(seed, 120);
        let (problem, spent, written) = run(seed, &acts);
        if problem.is_some() {
            let told = shortest(&acts, |acts| run(seed, acts).0);
            panic!("seed {seed}: {}", told.unwrap_or_default());
        }
        cost.signatures += spent.signatures;
        cost.boxes += spent.boxes;
        entries += written;
        count += 1;
    }
    // A run that did nothing would agree as well; and keys go out by scope, never by item.
    assert!(entries > 110 * count, "{entries} entries in {count} runs");
    assert!(
        cost.boxes > 60 * count && cost.boxes < 1_500 * count,
        "{cost:?}"
    );
}
