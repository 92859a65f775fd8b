//! Reads the frozen worlds.
//!
//! Their ids are opaque hex of several lengths, compared as strings; one byte for each digit, filled
//! up with zeros, keeps that order.

#![expect(
    clippy::indexing_slicing,
    reason = "a field that a world lacks reads as null, as the worlds' format has it"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use conclave_core::{
    authority::{Label, TeamFacts, UserDevices},
    body::{self, At, Body, KeyBox, KeyEpoch, ParentEpoch, Recipient, ScopeKind, Subject},
    entry::{Entry, Header, Place},
    id::{DeviceId, EntryHash, GrantId, ItemId, LogId, ScopeId, SubjectId, TeamId, UserId},
    keys::DeviceKeys,
    kind::Kind,
    role::Role,
};
use serde_json::Value;

use super::{Lies, Outcome, Reader, View, World};

/// Reads one file of worlds.
///
/// # Panics
/// When the file is not one: it is part of the tests.
#[must_use]
pub fn read_worlds(file: &Path) -> Vec<World> {
    let text = std::fs::read_to_string(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    let all: Value = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(all["format"], 1);
    list(&all["worlds"]).iter().map(world).collect()
}

fn world(w: &Value) -> World {
    let reading = Reading::new(w);
    let mut lies = Lies::default();
    let entries: Vec<Entry> = list(&w["entries"])
        .iter()
        .map(|e| reading.entry(e, &mut lies))
        .collect();
    let views = list(&w["views"])
        .iter()
        .map(|view| reading.view(view, &entries))
        .collect();
    World {
        name: text(&w["name"]).to_owned(),
        facts: reading.facts,
        entries,
        lies,
        views,
    }
}

/// What the names of one world stand for.
struct Reading {
    facts: TeamFacts,
    /// Machines by name; here a machine is its one device.
    machines: BTreeMap<[u8; 32], DeviceId>,
}

impl Reading {
    fn new(w: &Value) -> Self {
        let users = fields(&w["users"]).map(|(name, u)| {
            let devices = UserDevices {
                kit: maybe(&u["kit"]).map(DeviceId::new),
                first: DeviceId::new(id(&u["first"])),
                scope: ScopeId::new(id(&u["scope"])),
            };
            (UserId::new(bytes(name)), devices)
        });
        let machines = fields(&w["machines"]);
        let machines: BTreeMap<_, _> = machines
            .map(|(name, device)| (bytes(name), DeviceId::new(id(device))))
            .collect();
        let root = |at: usize| {
            let root = &w["genesis"][at];
            (GrantId::new(id(&root[0])), UserId::new(id(&root[1])))
        };
        let facts = TeamFacts {
            team: TeamId::new(id(&w["team"])),
            own0: UserId::new(id(&w["own0"])),
            founder: UserId::new(id(&w["founder"])),
            roots: [root(0), root(1)],
            directory: ScopeId::new(id(&w["directory"])),
            audit: ScopeId::new(id(&w["audit"])),
            admins: ScopeId::new(id(&w["admins"])),
            users: users.collect(),
            machines: machines.values().copied().collect(),
        };
        Self { facts, machines }
    }

    fn entry(&self, e: &Value, lies: &mut Lies) -> Entry {
        let kind = Kind::BUILT
            .into_iter()
            .find(|k| format!("{k:?}") == text(&e["kind"]));
        let kind = kind.unwrap_or_else(|| panic!("a kind: {e}"));
        let hash = EntryHash::new(id(&e["id"]));
        Entry {
            hash,
            place: Place {
                team: self.facts.team,
                log: LogId::new(id(&e["log"])),
                device: DeviceId::new(id(&e["device"])),
            },
            header: Header {
                kind: kind.number(),
                critical: kind.is_critical(),
                seq: number(&e["seq"]),
                prev: maybe(&e["prev"]).map(EntryHash::new),
                seen: vec![],
                wall_ms: 0,
                scope: None,
                epoch: None,
                control: None,
                sealed: None,
            },
            grant: maybe(&e["grant"]).map(GrantId::new),
            member: maybe(&e["member"]).map(GrantId::new),
            body: self.body(kind, hash, &e["body"], lies),
        }
    }

    fn body(&self, kind: Kind, hash: EntryHash, b: &Value, lies: &mut Lies) -> Body {
        let item = ItemId::new([0; 32]);
        let scope = |v: &Value| ScopeId::new(id(v));
        let user = |v: &Value| UserId::new(id(v));
        match kind {
            Kind::LogStart => Body::LogStart(body::LogStart { replaces: None }),
            Kind::DeviceAdd => Body::DeviceAdd(
                DeviceId::new(id(&b["device"])),
                body::DeviceAdd {
                    user: user(&b["user"]),
                    keys: Box::new(no_keys()),
                },
            ),
            Kind::DeviceRevoke => Body::DeviceRevoke(body::DeviceRevoke {
                user: user(&b["user"]),
                device: DeviceId::new(id(&b["device"])),
                pins: pins(&b["pins"]),
            }),
            Kind::Grant => self.grant(b),
            Kind::Revoke => Body::Revoke(body::Revoke {
                target: GrantId::new(id(&b["target"])),
                pins: pins(&b["pins"]),
            }),
            Kind::RemoveUser => Body::RemoveUser(body::RemoveUser {
                user: user(&b["user"]),
                scope: scope(&b["scope"]),
                pins: pins(&b["pins"]),
            }),
            Kind::ScopeCreate => {
                let kind = match text(&b["type"]) {
                    "vault" => ScopeKind::Vault,
                    "item" => ScopeKind::Item,
                    "group" => ScopeKind::Group,
                    "personal" => ScopeKind::Personal,
                    other => panic!("a type of scope: {other}"),
                };
                let parent = maybe(&b["parent"]).map(ScopeId::new);
                Body::ScopeCreate(
                    scope(&b["id"]),
                    body::ScopeCreate {
                        kind,
                        parent,
                        item: None,
                    },
                )
            }
            Kind::KeyEpoch => {
                if b["fake"] == true {
                    lies.hollow.insert(hash);
                }
                let parents = list(&b["parents"]).iter().map(|parent| ParentEpoch {
                    epoch: EntryHash::new(id(parent)),
                    wrapped: [0; 136],
                });
                Body::KeyEpoch(Box::new(KeyEpoch {
                    scope: scope(&b["scope"]),
                    generation: number(&b["gen"]),
                    parents: parents.collect(),
                    commit: [0; 32],
                    scope_pk: Box::new([0; 1216]),
                    boxes: boxes(hash, &b["boxes"], lies),
                }))
            }
            Kind::KeyBoxAdd => Body::KeyBoxAdd(body::KeyBoxAdd {
                epoch: EntryHash::new(id(&b["epoch"])),
                boxes: boxes(hash, &b["boxes"], lies),
            }),
            Kind::ItemRev => Body::ItemRev(
                item,
                Box::new(body::ItemRev {
                    item: None,
                    home: scope(&b["scope"]),
                    parents: vec![],
                    wraps: vec![],
                    blobs: vec![],
                    schema: 1,
                }),
            ),
            Kind::Tombstone => Body::Tombstone(body::Tombstone {
                item,
                home: scope(&b["scope"]),
                parents: vec![],
                moved_to: None,
            }),
            Kind::Adopt => Body::Adopt(body::Adopt {
                entry: EntryHash::new(id(&b["entry"])),
            }),
            Kind::Audit => Body::None,
            other => panic!("a kind that no world has: {other:?}"),
        }
    }

    fn grant(&self, b: &Value) -> Body {
        let whom = id(&b["subject"]);
        let user = UserId::new(whom);
        let (subject, named) = if let Some(&device) = self.machines.get(&whom) {
            let owner = UserId::new(id(&b["owner"]));
            let named = Subject::Machine {
                keys: Box::new(no_keys()),
                owner,
            };
            (SubjectId::Machine(device), named)
        } else if self.facts.users.contains_key(&user) {
            (SubjectId::User(user), Subject::User { user, facts: None })
        } else {
            let group = ScopeId::new(whom);
            (SubjectId::Group(group), Subject::Group { group })
        };
        let cites = list(&b["cites"])
            .iter()
            .map(|cited| EntryHash::new(id(cited)));
        let grant = body::Grant {
            subject: named,
            scope: ScopeId::new(id(&b["scope"])),
            role: role(text(&b["role"])),
            expires_ms: None,
            name_hash: None,
            cites: cites.collect(),
            invite: None,
        };
        Body::Grant(subject, Box::new(grant))
    }

    fn view(&self, view: &Value, entries: &[Entry]) -> View {
        let at = |v: &Value| usize::try_from(number(v)).unwrap_or(usize::MAX);
        let hashes = |v: &Value| -> BTreeSet<EntryHash> {
            list(v)
                .iter()
                .filter_map(|v| Some(entries.get(at(v))?.hash))
                .collect()
        };
        let mut labels = BTreeMap::new();
        for (field, label) in [
            ("valid", Label::Valid),
            ("provisional", Label::Provisional),
            ("quarantined", Label::Quarantined),
            ("late", Label::Late),
        ] {
            labels.extend(hashes(&view[field]).into_iter().map(|hash| (hash, label)));
        }
        let readers = self.readers(&view["readers"]);
        let mut maybe = readers.clone();
        maybe.extend(self.readers(&view["maybe"]));
        let usable = fields(&view["usable"]).map(|(scope, epochs)| {
            let epochs = list(epochs).iter().map(|epoch| EntryHash::new(id(epoch)));
            (ScopeId::new(bytes(scope)), epochs.collect())
        });
        let used = fields(&view["use"]).map(|(scope, devices)| {
            let devices = fields(devices).map(|(device, epoch)| {
                let epoch = (epoch != "mint").then(|| EntryHash::new(id(epoch)));
                (DeviceId::new(bytes(device)), epoch)
            });
            (ScopeId::new(bytes(scope)), devices.collect())
        });
        let forked = fields(&view["forked"]);
        let outcome = Outcome {
            labels,
            live: list(&view["live"])
                .iter()
                .map(|grant| GrantId::new(id(grant)))
                .collect(),
            order: Vec::new(),
            devices: BTreeMap::new(),
            adopted: hashes(&view["adopted"]),
            forked: forked
                .map(|(log, seq)| (LogId::new(bytes(log)), number(seq)))
                .collect(),
            readers,
            maybe,
            usable: usable.collect(),
            used: used.collect(),
            needs_update: false,
        };
        View {
            here: list(&view["view"]).iter().map(at).collect(),
            outcome,
        }
    }

    fn readers(&self, readers: &Value) -> BTreeMap<ScopeId, BTreeSet<Reader>> {
        let own: BTreeSet<ScopeId> = self.facts.users.values().map(|user| user.scope).collect();
        let scopes = fields(readers).map(|(scope, names)| {
            let scope = ScopeId::new(bytes(scope));
            let reader = |name: &Value| {
                let name = id(name);
                match self.machines.get(&name) {
                    _ if own.contains(&scope) => Reader::Device(DeviceId::new(name)),
                    Some(&device) => Reader::Subject(SubjectId::Machine(device)),
                    None => Reader::Subject(SubjectId::User(UserId::new(name))),
                }
            };
            (scope, list(names).iter().map(reader).collect())
        });
        scopes.collect()
    }
}

fn boxes(by: EntryHash, boxes: &Value, lies: &mut Lies) -> Vec<KeyBox> {
    let mut out = Vec::new();
    for (at, sealed) in list(boxes).iter().enumerate() {
        let (who, key) = (id(&sealed[0]), maybe(&sealed[1]).map(EntryHash::new));
        if sealed[2] == false {
            lies.shut.insert((by, at));
        }
        out.push(KeyBox {
            recipient: match key {
                None => Recipient::Device(DeviceId::new(who)),
                Some(_) => Recipient::User(UserId::new(who)),
            },
            key,
            pk_hash: [0; 32],
            enc: Box::new([0; 1120]),
            ct: [0; 48],
        });
    }
    out
}

fn pins(pins: &Value) -> Vec<At> {
    let pins = fields(pins).map(|(log, at)| At {
        log: LogId::new(bytes(log)),
        seq: number(&at[0]),
        hash: EntryHash::new(id(&at[1])),
    });
    pins.collect()
}

fn role(name: &str) -> Role {
    match name {
        "owner" => Role::Owner,
        "admin" => Role::Admin,
        "manager" => Role::Manager,
        "editor" => Role::Editor,
        "viewer" => Role::Viewer,
        "auditor" => Role::Auditor,
        "guest" => Role::Guest,
        other => panic!("a role: {other}"),
    }
}

fn no_keys() -> DeviceKeys {
    DeviceKeys {
        sign: [0; 32],
        seal: Box::new([0; 1216]),
    }
}

fn bytes(text: &str) -> [u8; 32] {
    let mut out = [0; 32];
    assert!(text.len() <= out.len(), "{text}");
    for (byte, digit) in out.iter_mut().zip(text.bytes()) {
        *byte = digit;
    }
    out
}

fn id(value: &Value) -> [u8; 32] {
    bytes(text(value))
}

fn maybe(value: &Value) -> Option<[u8; 32]> {
    (!value.is_null()).then(|| id(value))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("a text: {value}"))
}

fn number(value: &Value) -> u64 {
    value
        .as_u64()
        .unwrap_or_else(|| panic!("a number: {value}"))
}

/// An absent list is an empty one.
fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// An absent object is an empty one.
fn fields(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}
