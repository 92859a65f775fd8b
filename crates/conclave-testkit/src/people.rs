//! People with real keys and no storage: what one of them writes is handed to the others.

use std::collections::BTreeMap;

use conclave_core::{
    entry::Entry,
    id::{EntryHash, InviteId, ItemId, ScopeId, UserId},
    replica::{
        Founding, Introduction, Joiner, Me, Offer, OfferedVault, Replica, Request, Written, found,
        joiner, offer_from,
    },
    role::Role,
};
use conclave_crypto::{DeviceSeed, InviteCodeKey, KitSeed, OuterKey, Own0Seed};
use rand_chacha::ChaCha20Rng;
use rand_core::Rng;

use crate::rng::seeded;

/// A person at a device, with the bodies that their store would keep.
pub struct Person {
    /// Their view of the team.
    pub replica: Replica,
    /// Ciphertexts of sealed bodies.
    pub bodies: BTreeMap<EntryHash, Vec<u8>>,
    /// Their chances.
    pub rng: ChaCha20Rng,
    /// Their clock; every look is later than the one before.
    pub now: u64,
}

/// An open invitation.
pub struct Invited {
    /// Its id.
    pub invite: InviteId,
    /// What the six words derive.
    pub code: InviteCodeKey,
    /// What lies in `inv/`.
    pub blob: Vec<u8>,
}

/// A founder and the seeds that are printed.
pub struct Founded {
    /// The founder.
    pub person: Person,
    /// The founder's recovery kit.
    pub kit: KitSeed,
    /// The recovery owner.
    pub own0: Own0Seed,
    /// The founding's entries.
    pub written: Vec<Written>,
}

/// Founds a team.
///
/// # Panics
/// When that fails.
#[must_use]
pub fn found_team(seed: u64) -> Founded {
    let founding = Founding {
        team: "Northwind".into(),
        person: "Ana".into(),
        colour: 1,
        device: "desk".into(),
        personal: "Personal".into(),
        wall_ms: 1,
    };
    let (replica, kit, own0) = found(&founding, &mut seeded(seed)).expect("a founding");
    let mut person = Person::new(replica, seed);
    let written = person.flush();
    Founded {
        person,
        kit,
        own0,
        written,
    }
}

impl Person {
    /// A person with this view.
    #[must_use]
    pub fn new(replica: Replica, seed: u64) -> Self {
        Self {
            replica,
            bodies: BTreeMap::new(),
            rng: seeded(seed ^ 0x70_65_6f_70),
            now: 10,
        }
    }

    /// Who this is.
    #[must_use]
    pub fn user(&self) -> UserId {
        self.replica.me().user
    }

    /// A moment later than all before.
    pub const fn tick(&mut self) -> u64 {
        self.now += 1;
        self.now
    }

    /// What this person wrote since the last call, as others would receive it.
    pub fn flush(&mut self) -> Vec<Written> {
        let written = self.replica.take_written();
        self.keep(&written);
        written
    }

    fn keep(&mut self, written: &[Written]) {
        let sealed = written.iter().filter_map(|w| {
            let sealed = w.sealed.clone()?;
            Some((w.entry.hash, sealed))
        });
        self.bodies.extend(sealed);
    }

    /// Takes in what others wrote.
    pub fn receive(&mut self, written: &[Written]) {
        self.keep(written);
        self.replica.insert(written.iter().map(|w| w.entry.clone()));
    }

    /// Everything that this person has, for somebody who knows nothing yet.
    #[must_use]
    pub fn all(&self) -> Vec<Entry> {
        self.replica.entries().cloned().collect()
    }

    /// Takes in all that somebody else has.
    pub fn catch_up(&mut self, other: &Self) {
        self.bodies.extend(other.bodies.clone());
        self.replica.insert(other.all());
    }

    /// The same device after a restart, which takes in all that its store kept.
    #[must_use]
    pub fn restarted(self) -> Self {
        self.without(|_| false)
    }

    /// The same device after a restart, which has lost some entries.
    #[must_use]
    pub fn without(mut self, lost: impl Fn(&Entry) -> bool) -> Self {
        self.flush();
        let me = self.replica.me();
        // EXPOSE: the same device.
        let (mut out, mut seed) = (
            *self.replica.out().expose_secret(),
            *me.seed.expose_secret(),
        );
        let me = Me {
            user: me.user,
            facts: me.facts.clone(),
            seed: DeviceSeed::from_bytes(&mut seed),
            log: me.log,
        };
        let mut replica = Replica::new(
            self.replica.genesis().clone(),
            self.replica.team(),
            OuterKey::from_bytes(&mut out),
            me,
            self.replica.chain().clone(),
        );
        replica.insert(self.all().into_iter().filter(|entry| !lost(entry)));
        self.replica = replica;
        self
    }

    /// What an item's first end says, if this person can open it.
    #[must_use]
    pub fn read(&self, item: ItemId) -> Option<Vec<u8>> {
        let head = *self.replica.item(&item)?.heads.first()?;
        self.read_revision(&head)
    }

    /// What a revision says, if this person can open it.
    #[must_use]
    pub fn read_revision(&self, revision: &EntryHash) -> Option<Vec<u8>> {
        let sealed = self.bodies.get(revision)?;
        Some(self.replica.open_revision(revision, sealed)?.to_vec())
    }

    /// What names this person reads, the newest of each kind of thing last.
    #[must_use]
    pub fn names(&self) -> Vec<(conclave_core::replica::About, String)> {
        let records = self.replica.record_entries();
        records
            .filter_map(|e| self.replica.open_record(&e.hash, self.bodies.get(&e.hash)?))
            .map(|record| (record.about, record.name))
            .collect()
    }

    /// Makes a vault.
    ///
    /// # Panics
    /// When this person may not.
    pub fn vault(&mut self, name: &str) -> ScopeId {
        let now = self.tick();
        let made = self.replica.create_vault(name, 1, now, &mut self.rng);
        made.expect("a vault")
    }

    /// Writes a new item.
    ///
    /// # Panics
    /// When this person may not.
    pub fn write(&mut self, home: ScopeId, text: &[u8]) -> (ItemId, EntryHash) {
        let now = self.tick();
        let rng = &mut self.rng;
        let made = self
            .replica
            .write_item(None, home, vec![], 1, text, now, rng);
        made.expect("an item")
    }

    /// Edits an item on top of all its ends.
    ///
    /// # Panics
    /// When this person may not.
    pub fn edit(&mut self, item: ItemId, text: &[u8]) -> EntryHash {
        let now = self.tick();
        let state = self.replica.item(&item).expect("an item").clone();
        let (home, heads, rng) = (state.home, state.heads, &mut self.rng);
        let made = self
            .replica
            .write_item(Some(item), home, heads, 1, text, now, rng);
        made.expect("an edit").1
    }

    /// Invites somebody.
    ///
    /// # Panics
    /// When this person may not.
    pub fn invite(&mut self, name: &str, role: Role, vaults: &[ScopeId]) -> Invited {
        let mut id = [0; 32];
        self.rng.fill_bytes(&mut id);
        let (invite, code) = (InviteId::new(id), InviteCodeKey::random(&mut self.rng));
        let offered = vaults.iter().map(|scope| OfferedVault {
            scope: *scope,
            name: "a vault".into(),
        });
        let names = ("Northwind", "Ana", name);
        let offer = offer_from(&self.replica, names, role, offered.collect(), u64::MAX);
        let (now, offer) = (self.tick(), offer.expect("an offer"));
        let blob = self
            .replica
            .invite(invite, &code, &offer, &mut self.rng, now);
        Invited {
            invite,
            code,
            blob: blob.expect("an invitation"),
        }
    }

    /// Lets somebody in who asked, with this role in these vaults.
    ///
    /// # Panics
    /// When this person may not.
    pub fn admit(&mut self, request: &Request, role: Role, vaults: &[ScopeId]) -> Vec<Written> {
        let now = self.tick();
        let done = self
            .replica
            .admit(request, role, vaults, now, &mut self.rng);
        done.expect("admitted");
        self.flush()
    }

    /// Invites, is asked and lets in: the whole way of a newcomer. Returns them and everything
    /// that either wrote on the way.
    ///
    /// # Panics
    /// When any step fails.
    pub fn join(&mut self, name: &str, role: Role, vaults: &[ScopeId]) -> (Self, Vec<Written>) {
        let invited = self.invite(name, role, vaults);
        let mut all = self.flush();
        let (mut newcomer, request, theirs) = self.answer(&invited, name);
        self.receive(&theirs);
        all.extend(theirs);
        let request = self.replica.open_request(invited.invite, &request);
        all.extend(self.admit(&request.expect("a proven request"), role, vaults));
        newcomer.receive(&all);
        (newcomer, all)
    }

    /// Somebody answers an invitation of this person: their view, which has all of this person's
    /// entries, their request, and their first entries.
    ///
    /// # Panics
    /// When the invitation is not one.
    pub fn answer(&mut self, invited: &Invited, name: &str) -> (Self, Vec<u8>, Vec<Written>) {
        let team = self.replica.team();
        let offer = Offer::open(team, invited.invite, &invited.code, &invited.blob);
        let who = Introduction {
            person: name,
            colour: 2,
            device: "lap",
            os: "linux",
            wall_ms: self.tick(),
        };
        let offer = offer.expect("an offer");
        let Joiner {
            replica, request, ..
        } = joiner(&offer, invited.invite, &invited.code, &who, &mut self.rng).expect("a joiner");
        let mut newcomer = Self::new(replica, self.rng.next_u64());
        newcomer.now = self.now;
        let theirs = newcomer.flush();
        newcomer.catch_up(self);
        (newcomer, request, theirs)
    }
}
