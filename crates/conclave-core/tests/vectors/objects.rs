//! Single objects, each with all that its bytes follow from.

use conclave_core::{
    body::{Body, KeyBox, KeyEpoch, ParentEpoch, Recipient, Wrap},
    cbor,
    entry::{Entry, RawEntry},
    id::{DeviceId, EntryHash, InviteId, ItemId, ScopeId, TeamId},
    item::{ItemOverview, OverviewRef},
    layout::{Object, Span},
    pack::{Head, PackId, PackPrefix},
    remote::Key,
    sealing::{
        Addressee, PayloadPlace, hold_wrap, make_epoch, open_box, open_from_scope, open_parent,
        open_payload, open_wrap, seal_payload, seal_wrap,
    },
};
use conclave_crypto::{
    ContentKey, InviteCodeKey, OuterKey, Pad, ScopeKey, SealPublicKey,
    env::{self, Ctx},
    label, lp, sha256,
};
use conclave_testkit::rng::seeded;
use serde_json::{Value, json};

use crate::{
    array, bytes, number, read,
    story::{Files, login, sealing, verified},
    write_new,
};

const FILE: &str = "objects.json";
const TEAM: TeamId = TeamId::new([1; 32]);
const SCOPE: ScopeId = ScopeId::new([2; 32]);
const ITEM: ItemId = ItemId::new([3; 32]);
const PARENT: EntryHash = EntryHash::new([4; 32]);
const EPOCH: EntryHash = EntryHash::new([5; 32]);
const DEVICE: DeviceId = DeviceId::new([6; 32]);
const SEED: [u8; 32] = [7; 32];

#[test]
#[ignore = "makes the frozen file; it refuses where there is one"]
fn write_objects() {
    let rng = &mut seeded(9);
    let folder = Folder::frozen();

    let key = ContentKey::random(rng);
    let content = login("Postgres primary", "a password", &["db", "prod"]);
    let payload = content.encode().unwrap();
    let sealed = seal_payload(&place(), &key, &payload, rng);
    let payload_hash = conclave_crypto::hash(label::BODY, &[&sealed]);
    let overview = ItemOverview::of(ITEM, SCOPE, 1_767_225_600_000, &content);

    let (first, first_key) = make_epoch(TEAM, SCOPE, 1, &[], &[], rng).unwrap();
    let pk = SealPublicKey::from_bytes(sealing(SEED).public().as_bytes()).unwrap();
    let to = Addressee {
        recipient: Recipient::Device(DEVICE),
        key: None,
        pk,
    };
    let (second, vk) = make_epoch(TEAM, SCOPE, 2, &[(PARENT, &first_key)], &[to], rng).unwrap();
    let held = hold_wrap(TEAM, ITEM, &payload_hash, (SCOPE, EPOCH, &vk), &key, rng);
    let pair = vk.sealing();
    let under = (SCOPE, EPOCH, pair.public());
    let boxed = seal_wrap(TEAM, ITEM, &payload_hash, under, &key, rng).unwrap();

    let objects = json!({
        "format": 1,
        "about": "Ids are made of one byte each: team 01, scope 02, item 03, parent epoch or revision 04, epoch 05, device 06. A device's seed is 07.",
        "env": {
            "what": "an item's payload, key DEK, schema 1, one parent (04), author 06",
            "dek": hex::encode(key.expose_secret()),
            "payload": hex::encode(&*payload),
            "sealed": hex::encode(&sealed),
        },
        "epoch": {
            "what": "generation 2 of scope 02, with the key of generation 1 (entry 04) and one box, for device 06",
            "parent": hex::encode(cbor::encode(&first)),
            "parent_key": hex::encode(first_key.expose_secret()),
            "body": hex::encode(cbor::encode(&second)),
            "box": hex::encode(cbor::encode(&second.boxes[0])),
            "key": hex::encode(vk.expose_secret()),
        },
        "wraps": {
            "what": "the DEK above for scope 02, epoch 05, under the key of the epoch above, and to its public key",
            "payload_hash": hex::encode(payload_hash),
            "held": hex::encode(cbor::encode(&held)),
            "sealed": hex::encode(cbor::encode(&boxed)),
        },
        "overview": {
            "what": "of the payload above, item 03 in home 02",
            "wall_ms": 1_767_225_600_000_u64,
            "bytes": hex::encode(&*overview.encode()),
        },
        "folder": folder.opened(),
    });
    write_new(FILE, &objects);
}

fn place() -> PayloadPlace<'static> {
    PayloadPlace {
        team: TEAM,
        item: ITEM,
        home: SCOPE,
        parents: &[PARENT],
        author: DEVICE,
        schema: 1,
    }
}

#[test]
fn a_payload_opens() {
    let vector = &read(FILE)["env"];
    let key = ContentKey::from_bytes(&mut array(&vector["dek"]));
    let plain = open_payload(&place(), &key, &bytes(&vector["sealed"])).unwrap();
    assert_eq!(*plain, bytes(&vector["payload"]));
}

#[test]
fn an_epoch_opens_by_its_box_and_opens_its_parent() {
    let vector = &read(FILE)["epoch"];
    let epoch: KeyEpoch = cbor::decode(&bytes(&vector["body"])).unwrap();
    let sealed: KeyBox = cbor::decode(&bytes(&vector["box"])).unwrap();
    assert_eq!(epoch.boxes, [sealed]);
    let key = open_box(TEAM, &epoch, &epoch.boxes[0], &sealing(SEED)).unwrap();
    assert_eq!(*key.expose_secret(), array(&vector["key"]));
    let parent: KeyEpoch = cbor::decode(&bytes(&vector["parent"])).unwrap();
    let wrapped: &ParentEpoch = &epoch.parents[0];
    assert_eq!(wrapped.epoch, PARENT);
    let opened = open_parent(TEAM, &epoch, &key, wrapped, &parent).unwrap();
    assert_eq!(*opened.expose_secret(), array(&vector["parent_key"]));
}

#[test]
fn both_wraps_open() {
    let objects = read(FILE);
    let (vector, vk) = (&objects["wraps"], &objects["epoch"]["key"]);
    let vk = ScopeKey::from_bytes(&mut array(vk));
    for name in ["held", "sealed"] {
        let wrap: Wrap = cbor::decode(&bytes(&vector[name])).unwrap();
        assert_eq!((wrap.scope(), wrap.epoch()), (SCOPE, EPOCH));
        let key = open_wrap(TEAM, ITEM, &array(&vector["payload_hash"]), &wrap, &vk).unwrap();
        assert_eq!(*key.expose_secret(), array(&objects["env"]["dek"]));
    }
}

#[test]
fn an_overview_is_derived() {
    let objects = read(FILE);
    let vector = &objects["overview"];
    let frozen = bytes(&vector["bytes"]);
    let payload = bytes(&objects["env"]["payload"]);
    let content = conclave_core::item::ItemContent::decode(&payload).unwrap();
    let overview = ItemOverview::of(ITEM, SCOPE, number(&vector["wall_ms"]), &content);
    assert_eq!(*overview.encode(), frozen);
    let (read, len) = OverviewRef::decode(&frozen).unwrap();
    assert_eq!((read.title, len), ("Postgres primary", frozen.len()));
}

#[test]
fn objects_of_the_folder_open_to_the_same_plaintexts() {
    let (objects, folder) = (read(FILE), Folder::frozen());
    let opened = folder.opened();
    for (part, value) in objects["folder"].as_object().unwrap() {
        assert_eq!(&opened[part], value, "{part}");
    }
}

/// The frozen folder, for what of it is looked at alone.
struct Folder {
    json: Value,
    files: Files,
    team: TeamId,
    out: OuterKey,
}

impl Folder {
    fn frozen() -> Self {
        let json = read("folder.json");
        let files = json["files"].as_object().unwrap().iter();
        let files = files
            .map(|(path, file)| (path.clone(), bytes(file)))
            .collect();
        let team = TeamId::new(array(&json["team"]));
        let out = OuterKey::from_bytes(&mut array(&json["out"]));
        Self {
            json,
            files,
            team,
            out,
        }
    }

    /// The plaintexts of one object of each kind.
    fn opened(&self) -> Value {
        let log = self.json["mara"]["log"].as_str().unwrap();
        let under = |folder: String| {
            let mut paths = self.files.keys();
            paths
                .find(|path| path.starts_with(&folder))
                .unwrap()
                .clone()
        };
        let pack = under(format!("log/{log}"));
        let head = under(format!("head/{log}"));
        let (inv, request) = (under("inv/".into()), under("inbox/".into()));
        json!({
            "pack": self.pack(&pack),
            "head": self.head(&head),
            "offer": self.offer(&inv),
            "request": self.request(&request),
        })
    }

    fn outer(&self, purpose: conclave_crypto::Label, id: &PackId) -> Ctx {
        let (first, last) = (id.span.first().to_le_bytes(), id.span.last().to_le_bytes());
        let fields: [&[u8]; 5] = [
            self.team.as_bytes(),
            id.log.as_bytes(),
            &first,
            &last,
            &1_u32.to_le_bytes(),
        ];
        Ctx::new(purpose, &fields)
    }

    /// A pack's prefix, the plaintext of its control section, and its first entry.
    fn pack(&self, path: &str) -> Value {
        let Some(Object::Pack(log, name)) = Object::parse(&Key::new(path).unwrap()) else {
            panic!("{path}");
        };
        let id = PackId {
            log,
            span: name.span,
        };
        let file = &self.files[path];
        let prefix = PackPrefix::parse(file).unwrap();
        let ctx = self.outer(label::PACK_CONTROL, &id);
        let sealed = &file[17..prefix.head_len()];
        let control = env::open(&self.out, &ctx, Pad::Padme, sealed).unwrap();
        let packs = verified(&self.files, self.team, &self.out);
        let pack = packs
            .iter()
            .map(|(pack, _)| pack)
            .find(|pack| *pack.id() == id)
            .unwrap();
        let (entry, raw): (&Entry, &RawEntry) = (&pack.entries()[0], &pack.raw()[0]);
        assert!(matches!(entry.body, Body::LogStart(_)));
        json!({
            "path": path,
            "prefix": hex::encode(&file[..17]),
            "control_len": prefix.control_len,
            "control": hex::encode(&*control),
            "first_header": hex::encode(&raw.header),
            "first_hash": entry.hash.to_string(),
            "device": entry.device().to_string(),
        })
    }

    fn head(&self, path: &str) -> Value {
        let Some(Object::Head(name)) = Object::parse(&Key::new(path).unwrap()) else {
            panic!("{path}");
        };
        let newest = PackId {
            log: name.log,
            span: name.span,
        };
        let file = &self.files[path];
        let head = Head::open(self.team, &self.out, &newest, file).unwrap();
        let plain = env::open(
            &self.out,
            &self.outer(label::HEAD_BODY, &newest),
            Pad::Padme,
            &file[13..],
        );
        let live = head
            .live
            .iter()
            .map(|span: &Span| json!([span.first(), span.last()]));
        json!({
            "path": path,
            "plain": hex::encode(&*plain.unwrap()),
            "live": live.collect::<Vec<_>>(),
        })
    }

    fn offer(&self, path: &str) -> Value {
        let invitation = &self.json["invitation"];
        let key = InviteCodeKey::from_bytes(&mut array(&invitation["key"]));
        let invite = InviteId::new(array(&invitation["id"]));
        let offer = conclave_core::replica::Offer::open(self.team, invite, &key, &self.files[path]);
        let offer = offer.unwrap();
        let plain = cbor::encode(&offer);
        json!({
            "path": path,
            "plain_sha256": hex::encode(sha256(&plain)),
            "names": [offer.team_name, offer.inviter_name, offer.invited_name],
            "vaults": offer.vaults.iter().map(|v| v.scope.to_string()).collect::<Vec<_>>(),
        })
    }

    /// The request, opened with the key of the inviter's own scope.
    fn request(&self, path: &str) -> Value {
        let invite: [u8; 32] = array(&self.json["invitation"]["id"]);
        let fields: [&[u8]; 2] = [self.team.as_bytes(), &invite];
        let (info, ctx) = (
            lp(label::JOIN_BOX, &fields),
            Ctx::new(label::JOIN_BOX, &fields),
        );
        let packs = verified(&self.files, self.team, &self.out);
        let device = sealing(array(&self.json["ana"]["device_seed"]));
        // The first epoch that a box for the very device opens is that of the person's own scope.
        let keys = packs
            .iter()
            .flat_map(|(pack, _)| pack.entries())
            .find_map(|e| match &e.body {
                Body::KeyEpoch(epoch) => epoch
                    .boxes
                    .iter()
                    .find_map(|sealed| open_box(self.team, epoch, sealed, &device).ok()),
                _ => None,
            });
        let keys = keys.unwrap().sealing();
        let plain = open_from_scope(&keys, 0, &info, &ctx, &self.files[path]).unwrap();
        json!({
            "path": path,
            "plain_sha256": hex::encode(sha256(&plain)),
            "len": plain.len(),
        })
    }
}
