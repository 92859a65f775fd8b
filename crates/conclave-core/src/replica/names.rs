//! Names: of the team, its people, their devices and the vaults.
//!
//! They are personal data, so they are sealed: people, groups, devices and the team to the
//! directory, a vault's name to the vault. A person's grant commits to the name that was admitted, so that a
//! changed name can be told from an admitted one.

use conclave_crypto::{self as crypto, Pad, env, label};
use minicbor::{Decode, Encode};
use rand_core::CryptoRng;

use super::{Replica, WriteError, writing::ENTRY_BODY};
use crate::{
    body::{Body, Subject},
    cbor,
    entry::Entry,
    id::{DeviceId, EntryHash, GrantId, LogId, ScopeId, SubjectId, UserId},
    kind::Kind,
    role::Role,
};

/// What a record names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub enum About {
    /// The team.
    #[n(0)]
    Team,
    /// A person.
    #[n(1)]
    User(#[n(0)] UserId),
    /// A device, or a machine by its one device.
    #[n(2)]
    Device(#[n(0)] DeviceId),
    /// A vault or a group.
    #[n(3)]
    Scope(#[n(0)] ScopeId),
}

/// A directory record.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Record {
    /// What it names.
    #[n(0)]
    pub about: About,
    /// The name.
    #[n(1)]
    pub name: String,
    /// Keeps the name's hash from being guessed.
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    pub salt: [u8; 16],
    /// A colour, 1–6 for people, 1–3 for vaults, 0 for none.
    #[n(3)]
    pub colour: u8,
}

impl Record {
    /// A record with a fresh salt.
    #[must_use]
    pub fn new(about: About, name: &str, colour: u8, rng: &mut dyn CryptoRng) -> Self {
        let mut salt = [0; 16];
        rng.fill_bytes(&mut salt);
        Self {
            about,
            name: name.to_owned(),
            salt,
            colour,
        }
    }

    /// What a grant commits to: `H("conclave/1/name", salt, name)`.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        crypto::hash(label::NAME, &[&self.salt, self.name.as_bytes()])
    }
}

impl Replica {
    /// Writes a record into the scope where it belongs.
    pub(super) fn write_record(
        &mut self,
        record: &Record,
        now: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), WriteError> {
        let scope = match record.about {
            About::Scope(scope) => self.named_in(scope),
            _ => self.rights.directory(),
        };
        let under = self.under_read(scope);
        if under.is_none() {
            return Err(WriteError::NotAllowed);
        }
        // Whoever held a key before makes the next; a newcomer waits for theirs.
        let epoch = match self.usable_epoch(scope) {
            None if self.is_to_mint(scope) => self.ensure_epoch(scope, now, rng)?,
            epoch => epoch.ok_or(WriteError::NoKey)?,
        };
        self.say_sealed(Kind::Profile, under, (scope, epoch), record, now, rng)?;
        Ok(())
    }

    /// Opens a record with the ciphertext of its entry's sealed body, if it counts and this
    /// device holds the key.
    #[must_use]
    pub fn open_record(&self, entry: &EntryHash, sealed: &[u8]) -> Option<Record> {
        let entry = self.entries.get(entry)?;
        if entry.kind() != Some(Kind::Profile) || !self.rights.counts(&entry.hash) {
            return None;
        }
        let key = self.keyring.get(&entry.header.epoch?)?;
        let plain = env::open(key, &entry.body_ctx(ENTRY_BODY), Pad::Padme, sealed).ok()?;
        let record: Record = cbor::decode(&plain).ok()?;
        self.may_name(entry, &record).then_some(record)
    }

    /// May this entry's author say so? A device and a person are named by themselves or by who
    /// admitted them; a vault by who manages it; the team by its admins.
    fn may_name(&self, entry: &Entry, record: &Record) -> bool {
        let author = self.rights.author(entry);
        let directory = self.rights.directory();
        let in_scope = |scope| entry.header.scope == Some(scope);
        match record.about {
            About::Team => in_scope(directory) && author.is_some_and(|a| self.rank_of(a) >= 4),
            About::User(user) => {
                in_scope(directory) && (author == Some(user) || self.admitted(user, record, author))
            }
            About::Device(device) => {
                // Anybody may add anybody's device to their own, or give a machine its keys.
                let answers = |a| match self.rights.user_of(device) {
                    Some(user) => user == a,
                    None => self.rights.machines_of(a).contains(&device),
                };
                in_scope(directory) && author.is_some_and(answers)
            }
            About::Scope(scope) => {
                in_scope(self.named_in(scope))
                    && author.is_some_and(|a| self.authority(a, scope).manage)
            }
        }
    }

    /// Where a scope's name lies: a vault's in the vault; a group's in the directory, since whoever
    /// gives it a vault need not be in it.
    fn named_in(&self, scope: ScopeId) -> ScopeId {
        if self.rights.is_group(scope) {
            self.rights.directory()
        } else {
            scope
        }
    }

    fn rank_of(&self, user: UserId) -> u8 {
        self.team_role(user).map_or(0, |role| role.rank())
    }

    /// Did this author admit the user under exactly this name? A grant that does not count admits
    /// nobody, and one on a vault names nobody but a guest: whoever manages a vault could rename
    /// the whole team by it.
    fn admitted(&self, user: UserId, record: &Record, author: Option<UserId>) -> bool {
        let (hash, team) = (record.hash(), self.team_scope());
        if let Some((name, by)) = self.guest_name(user) {
            return name == hash && by == author;
        }
        self.entries.values().any(|entry| match &entry.body {
            Body::Grant(subject, grant) => {
                grant.name_hash == Some(hash)
                    && grant.scope == team
                    && *subject == SubjectId::User(user)
                    && self.rights.author(entry) == author
                    && self.rights.counts(&entry.hash)
            }
            _ => false,
        })
    }

    /// The hash of the name that a guest was admitted under, and who did it: by the most senior of
    /// the guest grants that brought their keys. None for whoever was ever admitted to the team.
    fn guest_name(&self, user: UserId) -> Option<([u8; 32], Option<UserId>)> {
        let team = self.team_scope();
        if user == self.genesis.founder.id(self.team) {
            return None;
        }
        let mut guest: Option<(usize, [u8; 32], Option<UserId>)> = None;
        for entry in self.entries.values() {
            let Body::Grant(subject, grant) = &entry.body else {
                continue;
            };
            if *subject != SubjectId::User(user) || !self.rights.counts(&entry.hash) {
                continue;
            }
            let (Some(hash), Some(_)) = (grant.name_hash, grant.invite) else {
                continue;
            };
            if grant.scope == team {
                return None;
            }
            let brings = matches!(grant.subject, Subject::User { facts: Some(_), .. });
            let turn = self.rights.turn(GrantId::new(*entry.hash.as_bytes()));
            if let (Role::Guest, true, Some(turn)) = (grant.role, brings, turn)
                && guest.is_none_or(|(first, ..)| turn < first)
            {
                guest = Some((turn, hash, self.rights.author(entry)));
            }
        }
        guest.map(|(_, hash, author)| (hash, author))
    }

    /// The records' entries, the last one said last: what a caller opens with the bodies that its
    /// store keeps. A clock that was once ahead keeps no later word of the same log from counting
    /// (docs/format.md, "Names").
    pub fn record_entries(&self) -> impl Iterator<Item = &Entry> {
        let mut entries: Vec<(u64, &Entry)> = self
            .entries
            .values()
            .filter(|e| e.kind() == Some(Kind::Profile))
            .map(|e| (e.header.wall_ms, e))
            .collect();
        entries.sort_by_key(|(_, e)| (e.log(), e.seq()));
        let mut said: Option<(LogId, u64)> = None;
        for (clock, entry) in &mut entries {
            let before = said.filter(|(log, _)| *log == entry.log());
            *clock = before.map_or(*clock, |(_, before)| before.max(*clock));
            said = Some((entry.log(), *clock));
        }
        entries.sort_by_key(|(clock, e)| (*clock, e.log(), e.seq()));
        entries.into_iter().map(|(_, entry)| entry)
    }
}
