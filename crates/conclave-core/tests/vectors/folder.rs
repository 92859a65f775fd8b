//! A team's whole folder, and what each of its two devices makes of it.

use std::collections::{BTreeMap, BTreeSet};

use conclave_core::{
    id::{EntryHash, ItemId, SubjectId, TeamId},
    item::{ItemContent, LabelNumber},
    layout,
    merge::{History, Revision, RevisionKind, Source, merge},
    pack::{Head, PackId},
    remote::Key,
    replica::About,
};
use conclave_crypto::{InviteCodeKey, KdfParams, OuterKey};
use serde_json::{Map, Value, json};

use crate::{
    array, bytes, read,
    story::{self, Files, Person, arrive},
    write_new,
};

const FILE: &str = "folder.json";

#[test]
#[ignore = "makes the frozen file; it refuses where there is one"]
fn write_folder() {
    let told = story::tell();
    let person = |person: &Person, kit: [u8; 32]| {
        let me = person.replica.me();
        json!({
            "user": me.user.to_string(),
            "device_seed": hex::encode(me.seed.expose_secret()),
            "kit_seed": hex::encode(kit),
            "device": person.replica.device().to_string(),
            "log": person.replica.chain().place().log.to_string(),
        })
    };
    let team = told.ana.replica.team();
    let files = told.files.iter();
    let files: Map<_, _> = files
        .map(|(path, file)| (path.clone(), hex::encode(file).into()))
        .collect();
    let folder = json!({
        "format": 1,
        "about": "A team's folder: crates/conclave-core/tests/vectors/story.rs tells how it came about.",
        "team": team.to_string(),
        "tag": layout::tag(&team),
        "out": hex::encode(told.ana.replica.out().expose_secret()),
        "own0_seed": hex::encode(told.own0),
        "ana": person(&told.ana, told.ana_kit),
        "mara": person(&told.mara, told.mara_kit),
        "invitation": {
            "id": told.invite.to_string(),
            "code": story::CODE,
            "key": hex::encode(told.code.expose_secret()),
            "public_key": hex::encode(told.code.signing().verify_key().as_bytes()),
        },
        "files": files,
        "expected": expected(&told.ana, &told.mara),
    });
    write_new(FILE, &folder);
}

/// The folder as it is frozen, and both people reading it for the first time.
fn frozen() -> (Value, Files, Person, Person) {
    let folder = read(FILE);
    assert_eq!(folder["format"], 1);
    let files: Files = folder["files"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(path, file)| (path.clone(), bytes(file)))
        .collect();
    let (team, out) = (TeamId::new(array(&folder["team"])), array(&folder["out"]));
    let person = |name: &str| arrive(&files, team, out, array(&folder[name]["device_seed"]));
    let (ana, mara) = (person("ana"), person("mara"));
    (folder, files, ana, mara)
}

#[test]
fn both_readers_see_what_is_expected() {
    let (folder, _, ana, mara) = frozen();
    for (name, person) in [("ana", &ana), ("mara", &mara)] {
        assert_eq!(folder[name]["user"], person.replica.me().user.to_string());
        assert_eq!(folder[name]["device"], person.replica.device().to_string());
    }
    let expected = expected(&ana, &mara);
    for (part, value) in folder["expected"].as_object().unwrap() {
        assert_eq!(&expected[part], value, "{part}");
    }
}

#[test]
fn the_order_of_arrival_makes_no_difference() {
    let (_, _, ana, mara) = frozen();
    let shown = |person: &Person| -> BTreeMap<EntryHash, _> {
        let entries = person.replica.entries();
        entries
            .map(|e| (e.hash, person.replica.rights().shown(&e.hash)))
            .collect()
    };
    assert_eq!(shown(&ana), shown(&mara));
}

#[test]
fn heads_name_the_packs_that_are_there() {
    let (folder, files, ..) = frozen();
    let team = TeamId::new(array(&folder["team"]));
    let out = OuterKey::from_bytes(&mut array(&folder["out"]));
    let mut heads = 0;
    for (path, file) in &files {
        let key = Key::new(path).unwrap();
        if let Some(layout::Object::Head(name)) = layout::Object::parse(&key) {
            let newest = PackId {
                log: name.log,
                span: name.span,
            };
            let head = Head::open(team, &out, &newest, file).unwrap();
            assert_eq!(head.live.last(), Some(&name.span));
            for span in head.live {
                let pack = PackId {
                    log: name.log,
                    span,
                };
                assert!(files.contains_key(pack.key().as_str()));
            }
            heads += 1;
        }
    }
    assert_eq!(heads, 2);
}

#[test]
fn the_six_words_derive_the_invitations_key() {
    let invitation = &read(FILE)["invitation"];
    let code = invitation["code"].as_str().unwrap().as_bytes();
    let key = InviteCodeKey::derive(code, &array(&invitation["id"]), KdfParams::INVITE).unwrap();
    assert_eq!(*key.expose_secret(), array(&invitation["key"]));
    let public = *key.signing().verify_key().as_bytes();
    assert_eq!(public, array::<32>(&invitation["public_key"]));
}

/// What a reader of the folder finds out, by both devices.
fn expected(ana: &Person, mara: &Person) -> Value {
    let people = [("ana", ana), ("mara", mara)];
    let state = ana.replica.rights().key_epochs().state();
    let mut entries: Vec<_> = ana.replica.entries().collect();
    entries.sort_by_key(|e| (e.log(), e.seq(), e.hash));
    let entries = entries.into_iter().map(|e| {
        let label = format!("{:?}", ana.replica.rights().shown(&e.hash)).to_lowercase();
        json!([
            e.log().to_string(),
            e.seq(),
            e.hash.to_string(),
            e.header.kind,
            label
        ])
    });
    let grants = state.grants().map(|g| {
        let role = format!("{:?}", g.role).to_lowercase();
        json!([
            g.id.to_string(),
            subject(g.subject),
            g.scope.to_string(),
            role,
            g.live()
        ])
    });
    let mut scopes: Vec<_> = state.scopes().map(|s| s.id).collect();
    scopes.sort();
    let readers: Map<_, _> = scopes
        .iter()
        .map(|scope| {
            let readers = state.readers(*scope).into_iter().map(subject);
            (scope.to_string(), readers.collect())
        })
        .collect();
    let epochs = ana.replica.rights().key_epochs();
    let usable: Map<_, _> = scopes
        .iter()
        .map(|scope| {
            let usable = epochs.ranked(*scope).iter().map(|e| json!(e.to_string()));
            (scope.to_string(), usable.collect())
        })
        .collect();
    let names: Map<_, _> = people
        .iter()
        .map(|(name, person)| ((*name).to_owned(), json!(names(person))))
        .collect();
    let items: Map<_, _> = ana
        .replica
        .items()
        .map(|(id, item)| {
            let mut value = json!({
                "home": item.home.to_string(),
                "heads": item.heads.iter().map(ToString::to_string).collect::<Vec<_>>(),
                "deleted": item.deleted,
            });
            for (name, person) in people {
                value[name] = shown(person, &id);
            }
            (id.to_string(), value)
        })
        .collect();
    json!({
        "entries": entries.collect::<Vec<_>>(),
        "grants": grants.collect::<Vec<_>>(),
        "readers": readers,
        "usable_epochs": usable,
        "names": names,
        "items": items,
    })
}

fn subject(subject: SubjectId) -> String {
    match subject {
        SubjectId::User(id) => format!("user {id}"),
        SubjectId::Machine(id) => format!("machine {id}"),
        SubjectId::Group(id) => format!("group {id}"),
    }
}

/// The names that somebody may read and believe: what, whose, name.
fn names(person: &Person) -> BTreeSet<[String; 3]> {
    let records = person.replica.record_entries().filter_map(|e| {
        person
            .replica
            .open_record(&e.hash, person.bodies.get(&e.hash)?)
    });
    let named = records.map(|record| {
        let (what, id) = match record.about {
            About::Team => ("team", String::new()),
            About::User(id) => ("user", id.to_string()),
            About::Device(id) => ("device", id.to_string()),
            About::Scope(id) => ("scope", id.to_string()),
        };
        [what.to_owned(), id, record.name]
    });
    named.collect()
}

/// Each head's payload as far as somebody can open it, and the merge of what was opened.
fn shown(person: &Person, id: &ItemId) -> Value {
    let item = person.replica.item(id).unwrap();
    let mut payloads = Map::new();
    let mut contents = BTreeMap::new();
    for hash in &item.revisions {
        let sealed = person.bodies.get(hash).unwrap();
        let plain = person.replica.open_revision(hash, sealed);
        if item.heads.contains(hash) {
            payloads.insert(
                hash.to_string(),
                plain.as_ref().map(|p| hex::encode(&**p)).into(),
            );
        }
        if let Some(plain) = plain {
            contents.insert(*hash, ItemContent::decode(&plain).unwrap());
        }
    }
    let history = History::new(person.replica.item_nodes(id).into_iter().map(
        |(hash, edit, counts)| Revision {
            hash,
            parents: person.replica.parents(&hash).to_vec(),
            kind: if edit {
                RevisionKind::Edit
            } else {
                RevisionKind::Tombstone
            },
            counts,
        },
    ));
    let merged = merge(&history, |hash| {
        let content = contents.get(&hash)?;
        Some(Source {
            author: (),
            content,
        })
    });
    let merged = merged.map(|merged| {
        let content = merged.content();
        let password = content
            .fields()
            .iter()
            .find(|f| f.is(LabelNumber::PASSWORD));
        json!({
            "title": content.title(),
            "password": password.map(|f| f.value.expose().to_owned()),
            "tags": content.tags().collect::<Vec<_>>(),
            "conflicts": merged.conflicts().iter().map(|c| c.part.to_string()).collect::<Vec<_>>(),
        })
    });
    json!({ "payloads": payloads, "merged": merged })
}
