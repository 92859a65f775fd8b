//! The model's worlds: sets of entries with what they must amount to (tests/vectors/worlds).
//!
//! The ids of the worlds are opaque hex; they are filled up to 32 bytes, which keeps their order.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::*;
use crate::{
    body::{self, KeyBox, KeyEpoch, ParentEpoch, Recipient, Subject},
    entry::{Header, Place},
    id::ItemId,
    keys::DeviceKeys,
};

type Id = [u8; 32];

fn id(value: &Value) -> Id {
    let text = value.as_str().unwrap();
    let mut out = [0; 32];
    // One hex digit a byte: keeps the order of strings of any length.
    for (byte, digit) in out.iter_mut().zip(text.bytes()) {
        *byte = digit;
    }
    out
}

fn ids(value: &Value) -> Vec<Id> {
    value
        .as_array()
        .map(|a| a.iter().map(id).collect())
        .unwrap_or_default()
}

fn opt(value: &Value) -> Option<Id> {
    (!value.is_null()).then(|| id(value))
}

struct World {
    facts: Facts,
    entries: Vec<Entry>,
    opens: BTreeMap<(EntryHash, usize), bool>,
    fake: BTreeSet<EntryHash>,
}

fn kind(name: &str) -> Kind {
    Kind::BUILT
        .into_iter()
        .find(|k| format!("{k:?}") == name)
        .unwrap()
}

fn role(name: &str) -> Role {
    let all = [
        Role::Owner,
        Role::Admin,
        Role::Manager,
        Role::Editor,
        Role::Viewer,
        Role::Auditor,
        Role::Guest,
    ];
    all.into_iter()
        .find(|r| format!("{r:?}").to_lowercase() == name)
        .unwrap()
}

fn pins(value: &Value) -> Vec<At> {
    let pins = value.as_object().unwrap().iter();
    pins.map(|(log, at)| At {
        log: LogId::new(id(&Value::String(log.clone()))),
        seq: at[0].as_u64().unwrap(),
        hash: EntryHash::new(id(&at[1])),
    })
    .collect()
}

fn keys() -> DeviceKeys {
    DeviceKeys {
        sign: [0; 32],
        seal: Box::new([0; 1216]),
    }
}

impl World {
    fn read(w: &Value) -> Self {
        let team = TeamId::new(id(&w["team"]));
        let mut users = BTreeMap::new();
        for (name, u) in w["users"].as_object().unwrap() {
            let user = UserId::new(id(&Value::String(name.clone())));
            let kit = opt(&u["kit"]).map(DeviceId::new);
            let own = (
                kit,
                DeviceId::new(id(&u["first"])),
                ScopeId::new(id(&u["scope"])),
            );
            users.insert(user, own);
        }
        let machines: BTreeMap<Id, DeviceId> = w["machines"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(m, d)| (id(&Value::String(m.clone())), DeviceId::new(id(d))))
            .collect();
        let roots = w["genesis"].as_array().unwrap().iter();
        let facts = Facts {
            team,
            own0: UserId::new(id(&w["own0"])),
            roots: roots
                .map(|g| (GrantId::new(id(&g[0])), UserId::new(id(&g[1]))))
                .collect(),
            directory: ScopeId::new(id(&w["directory"])),
            audit: ScopeId::new(id(&w["audit"])),
            admins: ScopeId::new(id(&w["admins"])),
            machines: machines.values().copied().collect(),
            users,
        };
        let mut world = Self {
            facts,
            entries: Vec::new(),
            opens: BTreeMap::new(),
            fake: BTreeSet::new(),
        };
        for e in w["entries"].as_array().unwrap() {
            let entry = world.entry(team, e, &machines);
            world.entries.push(entry);
        }
        world
    }

    fn entry(&mut self, team: TeamId, e: &Value, machines: &BTreeMap<Id, DeviceId>) -> Entry {
        let (kind, b, hash) = (
            kind(e["kind"].as_str().unwrap()),
            &e["body"],
            EntryHash::new(id(&e["id"])),
        );
        let scope = |v: &Value| ScopeId::new(id(v));
        let user = |v: &Value| UserId::new(id(v));
        let item = ItemId::new([0; 32]);
        let body = match kind {
            Kind::LogStart => Body::LogStart(body::LogStart { replaces: None }),
            Kind::DeviceAdd => Body::DeviceAdd(
                DeviceId::new(id(&b["device"])),
                body::DeviceAdd {
                    user: user(&b["user"]),
                    keys: Box::new(keys()),
                },
            ),
            Kind::DeviceRevoke => Body::DeviceRevoke(body::DeviceRevoke {
                user: user(&b["user"]),
                device: DeviceId::new(id(&b["device"])),
                pins: pins(&b["pins"]),
            }),
            Kind::Grant => {
                let raw = id(&b["subject"]);
                let owner = opt(&b["owner"]).map(UserId::new);
                let subject = if let Some(device) = machines.get(&raw) {
                    SubjectId::Machine(*device)
                } else if self.facts.users.contains_key(&UserId::new(raw)) {
                    SubjectId::User(UserId::new(raw))
                } else {
                    SubjectId::Group(ScopeId::new(raw))
                };
                let long = match owner {
                    Some(owner) => Subject::Machine {
                        keys: Box::new(keys()),
                        owner,
                    },
                    None => Subject::Group {
                        group: ScopeId::new(raw),
                    },
                };
                let cites = ids(&b["cites"]).into_iter().map(EntryHash::new).collect();
                Body::Grant(
                    subject,
                    Box::new(body::Grant {
                        subject: long,
                        scope: scope(&b["scope"]),
                        role: role(b["role"].as_str().unwrap()),
                        expires_ms: None,
                        name_hash: None,
                        cites,
                        invite: None,
                    }),
                )
            }
            Kind::Revoke => Body::Revoke(body::Revoke {
                target: GrantId::new(id(&b["target"])),
                pins: pins(&b["pins"]),
            }),
            Kind::RemoveUser => Body::RemoveUser(body::RemoveUser {
                user: user(&b["user"]),
                scope: scope(&b["scope"]),
                pins: pins(&b["pins"]),
            }),
            Kind::ScopeCreate => Body::ScopeCreate(
                scope(&b["id"]),
                body::ScopeCreate {
                    kind: match b["type"].as_str().unwrap() {
                        "vault" => ScopeKind::Vault,
                        "item" => ScopeKind::Item,
                        "group" => ScopeKind::Group,
                        _ => ScopeKind::Personal,
                    },
                    parent: opt(&b["parent"]).map(ScopeId::new),
                    item: None,
                },
            ),
            Kind::KeyEpoch => {
                if b["fake"].as_bool() == Some(true) {
                    self.fake.insert(hash);
                }
                let parents = ids(&b["parents"]).into_iter().map(|p| ParentEpoch {
                    epoch: EntryHash::new(p),
                    wrapped: [0; 136],
                });
                Body::KeyEpoch(Box::new(KeyEpoch {
                    scope: scope(&b["scope"]),
                    generation: b["gen"].as_u64().unwrap(),
                    parents: parents.collect(),
                    commit: [0; 32],
                    scope_pk: Box::new([0; 1216]),
                    boxes: self.boxes(hash, &b["boxes"], machines),
                }))
            }
            Kind::KeyBoxAdd => Body::KeyBoxAdd(body::KeyBoxAdd {
                epoch: EntryHash::new(id(&b["epoch"])),
                boxes: self.boxes(hash, &b["boxes"], machines),
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
            _ => Body::None,
        };
        let seq = e["seq"].as_u64().unwrap();
        Entry {
            hash,
            place: Place {
                team,
                log: LogId::new(id(&e["log"])),
                device: DeviceId::new(id(&e["device"])),
            },
            header: Header {
                kind: kind.number(),
                critical: kind.is_critical(),
                seq,
                prev: opt(&e["prev"]).map(EntryHash::new),
                seen: vec![],
                wall_ms: 0,
                scope: None,
                epoch: None,
                control: None,
                sealed: None,
            },
            grant: opt(&e["grant"]).map(GrantId::new),
            member: opt(&e["member"]).map(GrantId::new),
            body,
        }
    }

    fn boxes(
        &mut self,
        by: EntryHash,
        boxes: &Value,
        machines: &BTreeMap<Id, DeviceId>,
    ) -> Vec<KeyBox> {
        let boxes = boxes.as_array().unwrap().iter().enumerate();
        boxes
            .map(|(i, b)| {
                let (who, key) = (id(&b[0]), opt(&b[1]).map(EntryHash::new));
                self.opens.insert((by, i), b[2].as_bool().unwrap());
                let recipient = if key.is_none() {
                    Recipient::Device(machines.get(&who).copied().unwrap_or(DeviceId::new(who)))
                } else {
                    Recipient::User(UserId::new(who))
                };
                // The number of the box stands in its hash, so that the test finds it again.
                let mut pk_hash = [0; 32];
                pk_hash[..8].copy_from_slice(&(i as u64).to_le_bytes());
                KeyBox {
                    recipient,
                    key,
                    pk_hash,
                    enc: Box::new([0; 1120]),
                    ct: [0; 48],
                }
            })
            .collect()
    }

    fn check(&self, w: &Value, view: &Value, name: &str) {
        let entry = |i: &Value| &self.entries[usize::try_from(i.as_u64().unwrap()).unwrap()];
        let here: Vec<&Entry> = view["view"].as_array().unwrap().iter().map(entry).collect();
        // Order must not matter.
        let state = evaluate(&self.facts, here.iter().rev().copied());
        let again = evaluate(&self.facts, here.iter().copied());
        assert_eq!(state.shown, again.shown, "{name}: order");
        for (field, shown) in [
            ("valid", Shown::Valid),
            ("provisional", Shown::Provisional),
            ("quarantined", Shown::Quarantined),
            ("late", Shown::Late),
        ] {
            let want: BTreeSet<EntryHash> = view[field]
                .as_array()
                .into_iter()
                .flatten()
                .map(|i| entry(i).hash)
                .collect();
            assert_eq!(state.shown_as(shown), want, "{name}: {field}");
        }
        let live: BTreeSet<GrantId> = ids(&view["live"]).into_iter().map(GrantId::new).collect();
        assert_eq!(state.live(), live, "{name}: live");
        let adopted: BTreeSet<EntryHash> = view["adopted"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|i| entry(i).hash)
            .collect();
        assert_eq!(state.adopted(), adopted, "{name}: adopted");
        let forked: BTreeMap<LogId, u64> = view["forked"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(log, seq)| {
                (
                    LogId::new(id(&Value::String(log.clone()))),
                    seq.as_u64().unwrap(),
                )
            })
            .collect();
        assert_eq!(state.forks(), &forked, "{name}: forked");
        self.check_readers(w, view, &state, name);
        self.check_epochs(view, &state, name);
    }

    fn check_readers(&self, w: &Value, view: &Value, state: &State<'_>, name: &str) {
        let machines = w["machines"].as_object().unwrap();
        let own: BTreeSet<ScopeId> = self.facts.users.values().map(|u| u.2).collect();
        for (field, lenient) in [("readers", false), ("maybe", true)] {
            for (scope, s) in &state.scopes {
                if s.kind == ScopeType::Team {
                    continue;
                }
                let got: BTreeSet<Id> = if own.contains(scope) {
                    state
                        .devices(*scope, lenient)
                        .iter()
                        .map(|d| *d.as_bytes())
                        .collect()
                } else {
                    let named = |reader: SubjectId| match reader {
                        SubjectId::User(user) => *user.as_bytes(),
                        SubjectId::Machine(device) => machines
                            .iter()
                            .find(|(_, d)| id(d) == *device.as_bytes())
                            .map(|(m, _)| id(&Value::String(m.clone())))
                            .unwrap(),
                        SubjectId::Group(_) => unreachable!("groups are expanded"),
                    };
                    state
                        .readers(*scope, lenient)
                        .into_iter()
                        .map(named)
                        .collect()
                };
                let text: String = scope
                    .as_bytes()
                    .iter()
                    .take_while(|b| **b != 0)
                    .map(|b| char::from(*b))
                    .collect();
                let strict = &view["readers"][&text];
                let listed = &view[field][&text];
                let want = if lenient && listed.is_null() {
                    strict
                } else {
                    listed
                };
                let want: BTreeSet<Id> = ids(want).into_iter().collect();
                assert_eq!(got, want, "{name}: {field} of {text}");
            }
        }
    }

    fn check_epochs(&self, view: &Value, state: &State<'_>, name: &str) {
        let epochs = Epochs::new(state);
        let truth = epochs.fixpoint(
            |x, b| {
                let mut i = [0; 8];
                i.copy_from_slice(&b.pk_hash[..8]);
                let i = usize::try_from(u64::from_le_bytes(i)).unwrap();
                self.opens[&(x.hash, i)]
            },
            |child, _| !self.fake.contains(&child.hash),
        );
        for scope in epochs.scopes() {
            let text: String = scope
                .as_bytes()
                .iter()
                .take_while(|b| **b != 0)
                .map(|b| char::from(*b))
                .collect();
            let want: Vec<EntryHash> = view["usable"][&text]
                .as_array()
                .into_iter()
                .flatten()
                .map(|i| match i {
                    Value::String(_) => EntryHash::new(id(i)),
                    _ => self.entries[usize::try_from(i.as_u64().unwrap()).unwrap()].hash,
                })
                .collect();
            let ranked = epochs.ranked(scope);
            assert_eq!(ranked, want, "{name}: usable of {text}");
            for (device, used) in view["use"][&text].as_object().into_iter().flatten() {
                let device = DeviceId::new(id(&Value::String(device.clone())));
                let got = ranked.iter().find(|e| truth[*e].contains(&device));
                let want = match used {
                    Value::String(text) if text == "mint" => None,
                    Value::String(_) => Some(EntryHash::new(id(used))),
                    _ => Some(self.entries[usize::try_from(used.as_u64().unwrap()).unwrap()].hash),
                };
                assert_eq!(got.copied(), want, "{name}: use of {text}");
            }
        }
    }
}

fn run(file: &str) {
    let path = format!(
        "{}/../../tests/vectors/worlds/{file}",
        env!("CARGO_MANIFEST_DIR")
    );
    let text = std::fs::read_to_string(path).unwrap();
    let all: Value = serde_json::from_str(&text).unwrap();
    let worlds = all["worlds"].as_array().unwrap();
    assert_eq!(worlds.len(), 50);
    for (n, w) in worlds.iter().enumerate() {
        let world = World::read(w);
        for (v, view) in w["views"].as_array().unwrap().iter().enumerate() {
            world.check(w, view, &format!("{file} world {n} view {v}"));
        }
    }
}

macro_rules! files {
    ($($name:ident)*) => {$(
        #[test]
        fn $name() {
            run(&stringify!($name).replace('_', "-").replace("worlds", "worlds").add_json());
        }
    )*};
}

trait AddJson {
    fn add_json(self) -> String;
}

impl AddJson for String {
    fn add_json(self) -> String {
        self + ".json"
    }
}

files! { worlds_00 worlds_01 worlds_02 worlds_03 worlds_04 worlds_05 worlds_06 worlds_07 worlds_08 worlds_09 }
