//! The same with real keys: replicas that seal, open and refuse, and two devices that sign
//! whatever may help.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::OnceLock,
};

use conclave_core::{
    body::{self, Genesis},
    cbor,
    entry::Entry,
    id::{DeviceId, EntryHash, ItemId, ScopeId, UserId},
    keys::{DeviceKeys, UserFacts},
    kind::Kind,
    pack::{Chain, Draft, LogIdentity},
    replica::{About, Me, Record, Replica},
    role::Role,
};
use conclave_crypto::{DeviceSeed, OuterKey};
use conclave_testkit::{
    evil_member::EvilMember,
    people::{Person, found_team},
    rng::{below, seeded},
};
use rand_chacha::ChaCha20Rng;
use rand_core::Rng;

use crate::{
    act::{Act, DEVICES, EACH, PEOPLE, What, acts, evil},
    crew::Crew,
    seeds, shortest,
    told::{digest, tell},
};

/// Who a device is, so that a replica of it can be made again and again.
struct Device {
    user: UserId,
    facts: UserFacts,
    seed: [u8; 32],
    log: LogIdentity,
    end: (u64, EntryHash),
}

/// Ten people with three devices each, two vaults, and everybody's keys: made once.
struct Base {
    genesis: Genesis,
    out: [u8; 32],
    entries: Vec<Entry>,
    bodies: BTreeMap<EntryHash, Vec<u8>>,
    devices: Vec<Device>,
    vaults: [ScopeId; 2],
}

impl Base {
    fn get() -> &'static Self {
        static BASE: OnceLock<Base> = OnceLock::new();
        BASE.get_or_init(Self::make)
    }

    fn make() -> Self {
        let mut founder = found_team(1).person;
        let vaults = ["One", "Two"].map(|name| founder.vault(name));
        let mut people = Vec::new();
        for number in 1..PEOPLE {
            let vaults = &vaults[..number % 3];
            let role = [Role::Editor, Role::Manager, Role::Viewer][number / 3 % 3];
            people.push(founder.join(&format!("P{number}"), role, vaults).0);
        }
        let (now, team) = (founder.tick(), founder.replica.team_scope());
        let admin = people[0].user();
        founder
            .replica
            .grant(admin, team, Role::Admin, None, now, &mut founder.rng)
            .unwrap();
        founder.flush();
        let mut devices = Vec::new();
        let mut hub = founder;
        let mut crew: Vec<Person> = Vec::new();
        for mut first in people {
            first.catch_up(&hub);
            let own = with_devices(&mut first);
            hub.catch_up(&first);
            crew.push(first);
            crew.extend(own);
        }
        let own = with_devices(&mut hub);
        // The founder's devices come first.
        let mut all = vec![hub];
        all.extend(own);
        all.extend(crew);
        let (genesis, out) = {
            let replica = &all[0].replica;
            (replica.genesis().clone(), *replica.out().expose_secret())
        };
        let hub = &all[0];
        let (entries, bodies) = (hub.all(), hub.bodies.clone());
        for person in &all {
            let me = person.replica.me();
            let chain = person.replica.chain();
            devices.push(Device {
                user: me.user,
                facts: me.facts.clone(),
                seed: *me.seed.expose_secret(),
                log: me.log,
                end: (chain.next_seq() - 1, chain.prev().unwrap()),
            });
        }
        Self {
            genesis,
            out,
            entries,
            bodies,
            devices,
            vaults,
        }
    }

    /// A device as it is after the base.
    fn person(&self, number: usize, seed: u64) -> Person {
        let device = &self.devices[number];
        let me = Me {
            user: device.user,
            facts: device.facts.clone(),
            seed: DeviceSeed::from_bytes(&mut { device.seed }),
            log: device.log,
        };
        let team = conclave_core::replica::team_id(&self.genesis);
        let chain = Chain::resume(device.log.place(team), device.end.0, device.end.1);
        let out = OuterKey::from_bytes(&mut { self.out });
        let mut replica = Replica::new(self.genesis.clone(), team, out, me, chain);
        replica.insert(self.entries.clone());
        let mut person = Person::new(replica, seed);
        person.bodies = self.bodies.clone();
        person.now = 1_000;
        person
    }
}

/// Two more devices of a person: added by the first, their logs begun, their keys boxed.
fn with_devices(first: &mut Person) -> Vec<Person> {
    let mut more = Vec::new();
    for _ in 1..EACH {
        let seed = DeviceSeed::random(&mut first.rng);
        let keys = DeviceKeys {
            sign: *seed.signing().verify_key().as_bytes(),
            seal: Box::new(*seed.sealing().public().as_bytes()),
        };
        let user = first.user();
        let add = body::DeviceAdd {
            user,
            keys: Box::new(keys.clone()),
        };
        say(first, Kind::DeviceAdd, &add);
        let mut nonce = [0; 16];
        first.rng.fill_bytes(&mut nonce);
        let log = LogIdentity {
            sign: keys.sign,
            seal_hash: keys.seal_hash(),
            nonce,
        };
        let (out, me) = (*first.replica.out().expose_secret(), first.replica.me());
        let me = Me {
            user,
            facts: me.facts.clone(),
            seed,
            log,
        };
        let chain = Chain::start(log.place(first.replica.team()));
        let genesis = first.replica.genesis().clone();
        let out = OuterKey::from_bytes(&mut { out });
        let replica = Replica::new(genesis, first.replica.team(), out, me, chain);
        let mut device = Person::new(replica, first.rng.next_u64());
        say(
            &mut device,
            Kind::LogStart,
            &body::LogStart { replaces: None },
        );
        first.catch_up(&device);
        let now = first.tick();
        first.replica.reconcile(now, &mut first.rng).unwrap();
        first.flush();
        more.push(device);
    }
    for device in &mut more {
        device.catch_up(first);
    }
    more
}

/// Writes an entry that a replica has no use case for yet: the replica is made anew after it.
fn say<T: minicbor::Encode<()>>(person: &mut Person, kind: Kind, body: &T) {
    person.flush();
    let mut chain = person.replica.chain().clone();
    let mut draft = Draft::new(kind, person.tick());
    draft.control = Some(cbor::encode(body));
    let (_, entry) = chain.append(draft).unwrap();
    let before = person.all();
    let (me, out) = (person.replica.me(), person.replica.out());
    let me = Me {
        user: me.user,
        facts: me.facts.clone(),
        seed: DeviceSeed::from_bytes(&mut { *me.seed.expose_secret() }),
        log: me.log,
    };
    let out = OuterKey::from_bytes(&mut { *out.expose_secret() });
    let (genesis, team) = (person.replica.genesis().clone(), person.replica.team());
    person.replica = Replica::new(genesis, team, out, me, chain);
    person.replica.insert(before.into_iter().chain([entry]));
}

enum Party {
    Honest(Box<Person>),
    Evil(Box<EvilMember>),
}

struct Run {
    parties: Vec<Party>,
    crew: Crew,
    /// All entries by number, the base's first, with their sealed bodies.
    pool: Vec<(Entry, Option<Vec<u8>>)>,
    written: Vec<(ItemId, EntryHash)>,
}

impl Run {
    fn new(seed: u64) -> Self {
        let base = Base::get();
        let evil = evil(seed).map(|person| person * EACH + 1);
        let parties = (0..DEVICES).map(|number| {
            let person = base.person(number, seed ^ number as u64);
            if evil.contains(&number) {
                Party::Evil(Box::new(EvilMember::of(person)))
            } else {
                Party::Honest(Box::new(person))
            }
        });
        Self {
            parties: parties.collect(),
            crew: Crew::new(base.entries.len()),
            pool: base.entries.iter().map(|e| (e.clone(), None)).collect(),
            written: Vec::new(),
        }
    }

    fn person(&self, device: usize) -> &Person {
        match &self.parties[device] {
            Party::Honest(person) => person,
            Party::Evil(evil) => &evil.person,
        }
    }

    fn person_mut(&mut self, device: usize) -> &mut Person {
        match &mut self.parties[device] {
            Party::Honest(person) => person,
            Party::Evil(evil) => &mut evil.person,
        }
    }

    fn hear(&mut self, device: usize, news: &[usize]) {
        let news: Vec<_> = news.iter().map(|at| self.pool[*at].clone()).collect();
        let person = self.person_mut(device);
        for (entry, sealed) in &news {
            let sealed = sealed.clone().map(|sealed| (entry.hash, sealed));
            person.bodies.extend(sealed);
        }
        person
            .replica
            .insert(news.into_iter().map(|(entry, _)| entry));
    }

    /// Puts what a device wrote where others can find it.
    fn publish(&mut self, device: usize, written: Vec<conclave_core::replica::Written>) {
        for w in written {
            self.crew.devices[device].add(self.pool.len());
            self.pool.push((w.entry, w.sealed));
        }
    }

    fn act(&mut self, act: &Act) {
        let mut rng = seeded(act.chance);
        let device = act.device;
        match act.what {
            What::Move(part) => self.crew.go(device, part),
            What::Sync => {
                let news = self.crew.sync(device, &mut rng);
                self.hear(device, &news);
                self.honest(device, |person, _| {
                    let now = person.tick();
                    let _ = person.replica.reconcile(now, &mut person.rng);
                });
            }
            What::Lose => self.crew.lose(device, &mut rng),
            What::Evil | What::Forge => {
                // Two of thirty would hardly have a turn.
                let evil: Vec<usize> = (0..DEVICES)
                    .filter(|d| matches!(self.parties[*d], Party::Evil(_)))
                    .collect();
                let device = evil[below(&mut rng, evil.len())];
                let news = self.crew.sync(device, &mut rng);
                self.hear(device, &news);
                let Party::Evil(evil) = &mut self.parties[device] else {
                    return;
                };
                let said = lie(evil, &mut rng);
                evil.person.receive(&said);
                self.publish(device, said);
            }
            what => {
                let mut made = None;
                self.honest(device, |person, vaults| {
                    made = use_case(what, person, vaults, &mut rng);
                });
                self.written.extend(made);
            }
        }
    }

    fn honest(&mut self, device: usize, act: impl FnOnce(&mut Person, &[ScopeId])) {
        let Party::Honest(person) = &mut self.parties[device] else {
            return;
        };
        let vaults: Vec<ScopeId> = person.replica.vaults().iter().map(|v| v.scope).collect();
        act(person, &vaults);
        let written = person.flush();
        self.publish(device, written);
    }

    fn heal(&mut self) -> Option<String> {
        let mut rng = seeded(99);
        for round in 0.. {
            let told = self.crew.heal(&mut rng);
            for (device, news) in told.iter().enumerate() {
                self.hear(device, news);
            }
            let before = self.pool.len();
            for device in 0..DEVICES {
                // One after the other: what the one before wrote is known.
                let known = self.crew.heal(&mut rng);
                self.hear(device, &known[device]);
                for (other, news) in known.iter().enumerate().filter(|(d, _)| *d != device) {
                    self.hear(other, news);
                }
                self.honest(device, |person, vaults| {
                    let now = person.tick();
                    let _ = person.replica.reconcile(now, &mut person.rng);
                    for vault in vaults {
                        let _ = person.replica.ensure_epoch(*vault, now, &mut person.rng);
                    }
                });
            }
            if self.pool.len() == before {
                break;
            }
            if round == 8 {
                let last = self.pool.iter().skip(before).map(|(entry, _)| tell(entry));
                let last: Vec<String> = last.collect();
                return Some(format!("they never come to rest: {}", last.join("; ")));
            }
        }
        self.agreed()
    }

    fn agreed(&self) -> Option<String> {
        let first = digest(&self.person(0).replica);
        for device in 1..DEVICES {
            let other = digest(&self.person(device).replica);
            if other != first {
                return Some(format!("device {device} makes another state of the same"));
            }
        }
        self.nobody_is_named_in_vain()
            .or_else(|| self.sealed_to_the_entitled())
    }

    /// Whoever keeps to the rules gives no two keys of a scope away, whatever they had not heard of.
    fn nobody_is_named_in_vain(&self) -> Option<String> {
        let leaks = self.person(0).replica.leaks();
        let often = leaks
            .into_iter()
            .filter(|(_, scopes)| scopes.values().any(|s| s.len() > 1));
        let often: BTreeSet<DeviceId> = often.map(|(device, _)| device).collect();
        let honest = self.parties.iter().filter_map(|party| match party {
            Party::Honest(person) => Some(person.replica.device()),
            Party::Evil(_) => None,
        });
        let named = honest.into_iter().find(|device| often.contains(device));
        named.map(|device| format!("{device} is honest and named"))
    }

    /// Who reads a vault opens what is in it; who reads it not opens nothing that was written
    /// since they were out.
    fn sealed_to_the_entitled(&self) -> Option<String> {
        let rights = self.person(0).replica.rights();
        for (device, party) in self.parties.iter().enumerate() {
            let person = self.person(device);
            let (user, id) = (person.user(), person.replica.device());
            let live = rights.devices_of(user).contains(&id);
            for (item, hash) in &self.written {
                let Some(home) = person.replica.item(item).map(|item| item.home) else {
                    continue;
                };
                let reads = live && rights.readers(home).contains(&user);
                let honest = matches!(party, Party::Honest(_));
                let heads = &person.replica.item(item)?.heads;
                if reads && honest && heads.contains(hash) && person.read_revision(hash).is_none() {
                    return Some(format!("device {device} reads {home:?} and not {hash:?}"));
                }
            }
            for vault in Base::get().vaults {
                let usable = person.replica.usable_epoch(vault);
                let reads = live && rights.readers(vault).contains(&user);
                if reads && matches!(party, Party::Honest(_)) && usable.is_none() {
                    return Some(format!("device {device} has no key of {vault:?}"));
                }
                if let (Party::Evil(evil), false) = (party, reads) {
                    let keys = evil.keys();
                    let known = rights
                        .ranked(vault)
                        .into_iter()
                        .find(|e| keys.contains_key(e));
                    if let Some(epoch) = known {
                        return Some(format!("device {device} is out and holds {epoch:?}"));
                    }
                }
            }
        }
        None
    }
}

/// What an honest person does through the app.
fn use_case(
    what: What,
    person: &mut Person,
    vaults: &[ScopeId],
    rng: &mut ChaCha20Rng,
) -> Option<(ItemId, EntryHash)> {
    let (now, vault) = (person.tick(), *vaults.get(below(rng, vaults.len()))?);
    let mut others: Vec<UserId> = person.replica.rights().users().collect();
    others.retain(|user| *user != person.user() && *user != person.replica.rights().own0());
    let other = others[below(rng, others.len())];
    let (replica, chances) = (&mut person.replica, &mut person.rng);
    let items: Vec<(ItemId, Vec<EntryHash>)> = replica
        .items()
        .filter(|(_, item)| item.home == vault && !item.deleted)
        .map(|(id, item)| (id, item.heads.clone()))
        .collect();
    let some = items.get(below(rng, items.len()));
    match (what, some) {
        (What::Edit, Some((item, heads))) => {
            let text = b"edited";
            let made = replica.write_item(Some(*item), vault, heads.clone(), 1, text, now, chances);
            return made.ok();
        }
        (What::Write | What::Edit, _) => {
            return replica
                .write_item(None, vault, vec![], 1, b"new", now, chances)
                .ok();
        }
        (What::Grant, _) => {
            let role = [Role::Viewer, Role::Editor][below(rng, 2)];
            let _ = replica.grant(other, vault, role, None, now, chances);
        }
        (What::Remove, _) => {
            let readers = replica.rights().readers(vault);
            let other = readers.into_iter().find(|user| *user != replica.me().user);
            let _ = replica.revoke(other?, vault, now, chances);
        }
        (What::Vault, _) => {
            let _ = replica.create_vault("More", 1, now, chances);
        }
        (What::Group, Some((item, _))) => {
            let _ = replica.share_item(*item, other, Role::Viewer, None, now, chances);
        }
        (What::Rotate, _) => {
            let _ = replica.mint(vault, now, chances);
        }
        (What::Replay, Some((item, _))) => {
            let _ = replica.delete_item(*item, now);
        }
        _ => {}
    }
    None
}

/// What somebody says who wants more.
fn lie(evil: &mut EvilMember, rng: &mut ChaCha20Rng) -> Vec<conclave_core::replica::Written> {
    let base = Base::get();
    let (team, me) = (evil.person.replica.team_scope(), evil.user());
    let live = evil.person.replica.rights().live_grants();
    let Some(under) = live.iter().find(|g| g.user == Some(me)).map(|g| g.id) else {
        return Vec::new();
    };
    let vault = base.vaults[below(rng, 2)];
    let victim = base.devices[EACH * below(rng, PEOPLE)].user;
    let epochs = evil.person.replica.rights().epochs(vault);
    match below(rng, 9) {
        0 => vec![evil.grant(under, me, (vault, Role::Manager), None)],
        1 => vec![evil.grant(under, me, (team, Role::Admin), None)],
        2 => {
            let remove = body::RemoveUser {
                user: victim,
                scope: team,
                pins: vec![],
            };
            vec![evil.say(Kind::RemoveUser, Some(under), &remove)]
        }
        3 => {
            let target = live[below(rng, live.len())].id;
            let revoke = body::Revoke {
                target,
                pins: vec![],
            };
            vec![evil.say(Kind::Revoke, Some(under), &revoke)]
        }
        4 => {
            let to = [evil.own_address()];
            vec![evil.epoch(Some(under), vault, &epochs, &to, |_| {}).0]
        }
        5 => {
            let to = evil
                .address_of(victim)
                .unwrap_or_else(|| evil.own_address());
            let epoch = epochs[below(rng, epochs.len())];
            vec![evil.add_box(Some(under), epoch, &to, false)]
        }
        6 => vec![evil.sign_raw((900, true), Some(under), None)],
        7 => {
            // Two histories from here on.
            let own = evil.chain().place().log;
            let entries = evil.person.replica.entries();
            let mut mine: Vec<body::At> =
                entries.filter(|e| e.log() == own).map(Entry::at).collect();
            mine.sort_by_key(|at| at.seq);
            let back = mine[below(rng, mine.len())];
            evil.go_back_to(back);
            vec![evil.sign_raw((901, false), Some(under), None)]
        }
        _ => {
            let record = Record::new(About::User(victim), "Nobody", 1, rng);
            let directory = evil.person.replica.rights().directory();
            if evil.person.replica.usable_epoch(directory).is_none() {
                return Vec::new();
            }
            vec![
                evil.grant(under, victim, (team, Role::Viewer), Some(record.hash())),
                evil.name(under, directory, &record),
            ]
        }
    }
}

fn run(seed: u64, acts: &[Act]) -> Option<String> {
    let mut run = Run::new(seed);
    for act in acts {
        run.act(act);
    }
    run.heal()
}

#[test]
fn real_replicas_agree_once_the_parts_meet() {
    // A tenth of the runs: each costs four times as much.
    for seed in 0..seeds(500).end.div_ceil(10) {
        let acts = acts(seed, 90);
        if run(seed, &acts).is_some() {
            let told = shortest(&acts, |acts| run(seed, acts));
            panic!("seed {seed}: {}", told.unwrap_or_default());
        }
    }
}
