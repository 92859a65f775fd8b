//! Writing one entry of a story.

use std::collections::BTreeMap;

use conclave_core::{
    body::{
        self, At, BlobRef, Body, ItemRev, KeyBox, KeyBoxAdd, KeyEpoch, ParentEpoch, ScopeKind,
        Subject,
    },
    cbor,
    entry::{BodyRef, Entry, Header, Place, RawEntry},
    epoch::Sealing,
    id::{DeviceId, EntryHash, GrantId, ItemId, LogId, ScopeId, SubjectId, UserId},
    kind::Kind,
    role::Role,
};
use conclave_crypto as crypto;

use super::{Given, Made, Story, cast::keys_named};
use crate::rng::below;

/// Whose pen: a device, what it writes under, and where in which of its logs.
#[derive(Debug, Clone, Copy)]
pub struct By {
    device: DeviceId,
    grant: Option<GrantId>,
    member: Option<GrantId>,
    /// The entry that it claims to follow; the end of the log where it does not say.
    after: Option<(u64, EntryHash)>,
    log: u8,
}

impl By {
    /// Without a grant.
    #[must_use]
    pub const fn own(device: DeviceId) -> Self {
        Self {
            device,
            grant: None,
            member: None,
            after: None,
            log: 0,
        }
    }

    /// Under a grant.
    #[must_use]
    pub const fn under(device: DeviceId, grant: GrantId) -> Self {
        Self {
            grant: Some(grant),
            ..Self::own(device)
        }
    }

    /// Through a group.
    #[must_use]
    pub const fn through(self, member: Option<GrantId>) -> Self {
        Self { member, ..self }
    }

    /// After an older entry: a fork.
    #[must_use]
    pub const fn after(self, after: Option<(u64, EntryHash)>) -> Self {
        Self { after, ..self }
    }

    /// The same without any grant.
    #[must_use]
    pub const fn without_grant(self) -> Self {
        Self {
            grant: None,
            member: None,
            ..self
        }
    }

    /// The device.
    #[must_use]
    pub const fn device(&self) -> DeviceId {
        self.device
    }

    /// In another log of the device.
    #[must_use]
    pub const fn log(self, log: u8) -> Self {
        Self { log, ..self }
    }
}

/// The log with this number of a device.
fn log_of(device: DeviceId, number: u8) -> LogId {
    LogId::new(crypto::sha256(
        &[device.as_bytes().as_slice(), &[number]].concat(),
    ))
}

impl Story {
    /// Writes an entry whose bodies are already bytes.
    ///
    /// # Panics
    /// When the bytes make no entry.
    pub fn write_raw(
        &mut self,
        by: By,
        kind: (u16, bool),
        control: Option<Vec<u8>>,
        sealed: bool,
    ) -> EntryHash {
        let log = log_of(by.device, by.log);
        let start = Kind::LogStart.number();
        if kind.0 != start && by.after.is_none() && !self.heads.contains_key(&log) {
            let body = cbor::encode(&body::LogStart { replaces: None });
            let own = By::own(by.device).log(by.log);
            self.write_raw(own, (start, true), Some(body), false);
        }
        let before = by.after.or_else(|| self.heads.get(&log).copied());
        let seq = before.map_or(0, |(seq, _)| seq + 1);
        // The clock makes entries differ that say the same in the same place.
        self.wall_ms += 1;
        let header = Header {
            kind: kind.0,
            critical: kind.1,
            seq,
            prev: before.map(|(_, hash)| hash),
            seen: vec![],
            wall_ms: self.wall_ms,
            scope: None,
            epoch: None,
            control: control.as_deref().and_then(BodyRef::of),
            sealed: sealed.then_some(BodyRef {
                len: 0,
                hash: [0; 32],
            }),
        };
        let place = Place {
            team: self.facts.team,
            log,
            device: by.device,
        };
        let raw = RawEntry {
            header: cbor::encode(&header),
            grant: by.grant,
            member: by.member,
            control,
        };
        let entry = Entry::parse(place, &raw).unwrap_or_else(|e| panic!("{e}"));
        let hash = entry.hash;
        if by
            .after
            .is_none_or(|after| self.heads.get(&log) == Some(&after))
        {
            self.heads.insert(log, (seq, hash));
        }
        self.note(&entry);
        if self.written.insert(hash) {
            self.entries.push(entry);
        }
        hash
    }

    fn write(&mut self, by: By, kind: Kind, control: Option<Vec<u8>>) -> EntryHash {
        let sealed = matches!(kind, Kind::ItemRev | Kind::Profile | Kind::Audit);
        self.write_raw(by, (kind.number(), kind.is_critical()), control, sealed)
    }

    /// Remembers what the entry says there is.
    fn note(&mut self, entry: &Entry) {
        match &entry.body {
            Body::Grant(subject, grant) => self.grants.push(Given {
                id: entry.hash.into(),
                subject: *subject,
                scope: grant.scope,
                role: grant.role,
            }),
            Body::ScopeCreate(id, create) => self.scopes.push(Made {
                id: *id,
                kind: Some(create.kind),
                parent: create.parent,
            }),
            Body::DeviceAdd(device, add) => {
                let devices = self.devices.entry(add.user).or_default();
                if !devices.contains(device) {
                    devices.push(*device);
                }
            }
            _ => {}
        }
    }

    /// A grant.
    pub fn grant(
        &mut self,
        by: By,
        subject: SubjectId,
        scope: ScopeId,
        role: Role,
        cites: &[EntryHash],
    ) -> EntryHash {
        self.grant_for(by, (subject, scope, role), cites, None)
    }

    /// A grant that answers an invitation.
    pub fn grant_for(
        &mut self,
        by: By,
        (subject, scope, role): (SubjectId, ScopeId, Role),
        cites: &[EntryHash],
        invite: Option<EntryHash>,
    ) -> EntryHash {
        let subject = match subject {
            SubjectId::User(user) => {
                // The first grant that names a person carries their keys; some later ones too.
                let first = !self.grants.iter().any(|g| g.subject == subject);
                let facts = self
                    .people
                    .get(&user)
                    .filter(|_| first)
                    .cloned()
                    .map(Box::new);
                Subject::User { user, facts }
            }
            SubjectId::Group(group) => Subject::Group { group },
            SubjectId::Machine(_) => {
                let owner = 2 + below(&mut self.rng, 4);
                let owner = self.user(owner);
                Subject::Machine {
                    keys: Box::new(keys_named("m0")),
                    owner,
                }
            }
        };
        let grant = body::Grant {
            subject,
            scope,
            role,
            expires_ms: None,
            name_hash: None,
            cites: cites.to_vec(),
            invite,
        };
        self.write(by, Kind::Grant, Some(cbor::encode(&grant)))
    }

    /// Ends a grant.
    pub fn revoke(&mut self, by: By, target: GrantId, pins: Vec<At>) -> EntryHash {
        self.write(
            by,
            Kind::Revoke,
            Some(cbor::encode(&body::Revoke { target, pins })),
        )
    }

    /// Ends a person in a scope.
    pub fn remove(&mut self, by: By, user: UserId, scope: ScopeId, pins: Vec<At>) -> EntryHash {
        let remove = body::RemoveUser { user, scope, pins };
        self.write(by, Kind::RemoveUser, Some(cbor::encode(&remove)))
    }

    /// Makes a scope; returns its id.
    pub fn scope(&mut self, by: By, kind: ScopeKind, parent: Option<ScopeId>) -> ScopeId {
        let create = body::ScopeCreate {
            kind,
            parent,
            item: None,
        };
        let hash = self.write(by, Kind::ScopeCreate, Some(cbor::encode(&create)));
        match &self.entry(hash).body {
            Body::ScopeCreate(id, _) => *id,
            _ => self.facts.team_scope(),
        }
    }

    /// A device of a person adds another, by the number that makes its keys.
    pub fn add_device(&mut self, by: By, user: UserId, number: u64) -> DeviceId {
        let keys = keys_named(&format!("{user}.{number}"));
        let id = keys.id();
        self.keys.insert(id, keys.clone());
        let add = body::DeviceAdd {
            user,
            keys: Box::new(keys),
        };
        self.write(by, Kind::DeviceAdd, Some(cbor::encode(&add)));
        id
    }

    /// Ends a device.
    pub fn cut_device(
        &mut self,
        by: By,
        user: UserId,
        device: DeviceId,
        pins: Vec<At>,
    ) -> EntryHash {
        let revoke = body::DeviceRevoke { user, device, pins };
        self.write(by, Kind::DeviceRevoke, Some(cbor::encode(&revoke)))
    }

    /// A first revision of an item.
    pub fn item(&mut self, by: By, home: ScopeId) -> EntryHash {
        let rev = ItemRev {
            item: None,
            home,
            parents: vec![],
            wraps: vec![],
            blobs: Vec::<BlobRef>::new(),
            schema: 1,
        };
        self.write(by, Kind::ItemRev, Some(cbor::encode(&rev)))
    }

    /// A later revision of an item, made from these.
    pub fn revise(
        &mut self,
        by: By,
        item: ItemId,
        home: ScopeId,
        parents: Vec<EntryHash>,
    ) -> EntryHash {
        let rev = ItemRev {
            item: Some(item),
            home,
            parents,
            wraps: vec![],
            blobs: Vec::<BlobRef>::new(),
            schema: 1,
        };
        self.write(by, Kind::ItemRev, Some(cbor::encode(&rev)))
    }

    /// A receipt.
    pub fn audit(&mut self, by: By) -> EntryHash {
        self.write(by, Kind::Audit, None)
    }

    /// Any other entry that has this control body.
    pub fn say<T: minicbor::Encode<()>>(&mut self, by: By, kind: Kind, body: &T) -> EntryHash {
        self.write(by, kind, Some(cbor::encode(body)))
    }

    /// Any other entry without a control body.
    pub fn say_nothing(&mut self, by: By, kind: Kind) -> EntryHash {
        self.write(by, kind, None)
    }

    /// A key epoch.
    pub fn key_epoch(
        &mut self,
        by: By,
        scope: ScopeId,
        generation: u64,
        parents: &[EntryHash],
        boxes: &[Sealing],
    ) -> EntryHash {
        let parents = parents.iter().map(|epoch| ParentEpoch {
            epoch: *epoch,
            wrapped: [0; 136],
        });
        let epoch = KeyEpoch {
            scope,
            generation,
            parents: parents.collect(),
            commit: [0; 32],
            scope_pk: Box::new([0; 1216]),
            boxes: boxes.iter().map(key_box).collect(),
        };
        self.write(by, Kind::KeyEpoch, Some(cbor::encode(&epoch)))
    }

    /// One more box for an epoch.
    pub fn add_box(
        &mut self,
        by: By,
        epoch: EntryHash,
        sealing: Sealing,
        opens: bool,
    ) -> EntryHash {
        let add = KeyBoxAdd {
            epoch,
            boxes: vec![key_box(&sealing)],
        };
        let hash = self.write(by, Kind::KeyBoxAdd, Some(cbor::encode(&add)));
        if !opens {
            self.lies.shut.insert((hash, 0));
        }
        hash
    }

    /// Pins on the logs of these devices: mostly their ends, `back` times in a hundred some other
    /// entry of the log.
    pub fn pins(&mut self, devices: &[DeviceId], back: u64) -> Vec<At> {
        let mut pins = BTreeMap::new();
        for log in devices
            .iter()
            .flat_map(|device| [log_of(*device, 0), log_of(*device, 1)])
        {
            let Some(&(mut seq, mut hash)) = self.heads.get(&log) else {
                continue;
            };
            if self.chance(back) {
                let all = self.entries.iter().filter(|entry| entry.log() == log);
                let all: Vec<_> = all.map(|entry| (entry.seq(), entry.hash)).collect();
                (seq, hash) = self.pick(&all).unwrap_or((seq, hash));
            }
            pins.insert(log, At { log, seq, hash });
        }
        pins.into_values().collect()
    }

    /// Pins on everything that a person wrote.
    pub fn pins_on(&mut self, user: UserId) -> Vec<At> {
        let devices = self.devices.get(&user).cloned().unwrap_or_default();
        self.pins(&devices, 0)
    }

    /// The end of a device's log.
    #[must_use]
    pub fn head(&self, device: DeviceId) -> Option<(u64, EntryHash)> {
        self.heads.get(&log_of(device, 0)).copied()
    }

    /// Forgets entries that were written last, ends of logs included: what they were is returned,
    /// to be told to some replicas only.
    pub(super) fn take_back(
        &mut self,
        from: usize,
        heads: BTreeMap<LogId, (u64, EntryHash)>,
    ) -> Vec<Entry> {
        self.heads = heads;
        let taken = self.entries.split_off(from);
        for entry in &taken {
            self.written.remove(&entry.hash);
        }
        taken
    }

    pub(super) fn heads(&self) -> BTreeMap<LogId, (u64, EntryHash)> {
        self.heads.clone()
    }
}

fn key_box(sealing: &Sealing) -> KeyBox {
    KeyBox {
        recipient: sealing.recipient,
        key: sealing.key,
        pk_hash: [0; 32],
        enc: Box::new([0; 1120]),
        ct: [0; 48],
    }
}
