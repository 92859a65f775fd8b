//! The story that the folder tells, and a reader of folders.
//!
//! Ana founds a team with two vaults and invites Mara to one of them; both edit an item at the
//! same time; Ana shares a single item of the other vault; then she ends Mara's right to the
//! first vault, and Mara, who does not know yet, writes once more.

use std::collections::BTreeMap;

use conclave_core::{
    entry::Entry,
    id::{EntryHash, InviteId, ItemId, ScopeId, TeamId},
    item::{Field, FieldId, FieldKind, ItemContent, Label, LabelNumber, Template},
    layout::{self, Digest, Object},
    pack::{Chain, Head, LogIdentity, Pack, PackId, Verified, build, verify_run},
    remote::Key,
    replica::{
        Founding, Introduction, Me, Offer, OfferedVault, Replica, found, joiner, offer_from,
    },
    role::Role,
};
use conclave_crypto::{DeviceSeed, InviteCodeKey, KdfParams, OuterKey, SealSecretKey};
use conclave_testkit::rng::seeded;
use rand_chacha::ChaCha20Rng;

/// The six words of the invitation.
pub(crate) const CODE: &str = "gravel unmoving kebab thirteen polar stoplight";

/// What a receipt says: the item, the field, and that it was revealed.
#[derive(minicbor::Encode)]
#[cbor(map)]
struct Receipt<'a> {
    #[n(0)]
    item: ItemId,
    #[n(1)]
    field: &'a str,
    #[n(2)]
    action: u8,
}

/// A person at a device, with the bodies that their store would keep.
pub(crate) struct Person {
    pub(crate) replica: Replica,
    pub(crate) bodies: BTreeMap<EntryHash, Vec<u8>>,
    spans: Vec<PackId>,
    rng: ChaCha20Rng,
}

/// Files by their path below `conclave1/<tag>/`.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// What the story leaves behind.
pub(crate) struct Told {
    pub(crate) files: Files,
    pub(crate) ana: Person,
    pub(crate) mara: Person,
    pub(crate) invite: InviteId,
    pub(crate) code: InviteCodeKey,
    pub(crate) ana_kit: [u8; 32],
    pub(crate) mara_kit: [u8; 32],
    pub(crate) own0: [u8; 32],
}

impl Person {
    pub(crate) fn new(replica: Replica, seed: u64) -> Self {
        Self {
            replica,
            bodies: BTreeMap::new(),
            spans: Vec::new(),
            rng: seeded(seed),
        }
    }

    /// Puts what was written since the last time into the folder: a pack and a new head.
    fn publish(&mut self, files: &mut Files) {
        let written = self.replica.take_written();
        let entries: Vec<_> = written
            .iter()
            .map(|w| (w.raw.clone(), w.sealed.clone()))
            .collect();
        let me = self.replica.me();
        let (team, identity, signer) = (self.replica.team(), me.log, me.signer());
        let out = self.replica.out();
        let (id, file) = build(team, out, &identity, &signer, &entries, &mut self.rng).unwrap();
        self.spans.push(id);
        let head = Head {
            identity,
            live: self.spans.iter().map(|pack| pack.span).collect(),
        };
        let head = head.build(team, out, &id, &signer, &mut self.rng);
        files.retain(|path, _| !path.starts_with(&format!("head/{}", id.log)));
        files.insert(id.head().key().as_str().to_owned(), head);
        files.insert(id.key().as_str().to_owned(), file);
        for w in written {
            self.bodies.extend(w.sealed.map(|s| (w.entry.hash, s)));
        }
    }

    /// Takes in the folder.
    fn fetch(&mut self, files: &Files) {
        let (entries, bodies) = open_packs(files, self.replica.team(), self.replica.out());
        self.bodies.extend(bodies);
        self.replica.insert(entries);
    }

    fn save(
        &mut self,
        item: Option<ItemId>,
        home: ScopeId,
        content: &ItemContent,
        now: u64,
    ) -> ItemId {
        let heads = item.map(|item| self.replica.item(&item).unwrap().heads.clone());
        let (heads, payload) = (heads.unwrap_or_default(), content.encode().unwrap());
        let rng = &mut self.rng;
        let written =
            self.replica
                .write_item(item, home, heads, content.schema(), &payload, now, rng);
        written.unwrap().0
    }
}

/// A login with a user name, a password and an address.
pub(crate) fn login(title: &str, password: &str, tags: &[&str]) -> ItemContent {
    let mut content = ItemContent::new(Template::LOGIN);
    content.set_title(title);
    content.set_notes("primary, read and write");
    let fields = [
        (LabelNumber::USERNAME, FieldKind::USERNAME, "app_rw"),
        (LabelNumber::PASSWORD, FieldKind::SECRET, password),
        (
            LabelNumber::URL,
            FieldKind::URL,
            "https://db.example.com:5432/x",
        ),
    ];
    for (at, (label, kind, value)) in (1..).zip(fields) {
        content.put_field(Field::new(
            FieldId::new([at; 16]),
            Label::Known(label),
            kind,
            value,
        ));
    }
    content.put_field(Field::new(
        FieldId::new([9; 16]),
        Label::Custom("Größe".into()),
        FieldKind::TEXT,
        "db.t4g",
    ));
    tags.iter().for_each(|tag| content.add_tag(*tag));
    content
}

/// Tells the story.
pub(crate) fn tell() -> Told {
    let mut files = Files::new();
    let founding = Founding {
        team: "Northwind".into(),
        person: "Ana".into(),
        colour: 1,
        device: "desk".into(),
        personal: "Personal".into(),
        wall_ms: 1_767_225_600_000,
    };
    let now = founding.wall_ms;
    let (replica, kit, own0) = found(&founding, &mut seeded(1)).unwrap();
    let (ana_kit, own0) = (*kit.expose_secret(), *own0.expose_secret());
    let mut ana = Person::new(replica, 2);
    ana.publish(&mut files);

    let vault = ana
        .replica
        .create_vault("Production", 1, now + 1, &mut ana.rng)
        .unwrap();
    let closed = ana
        .replica
        .create_vault("Payroll", 2, now + 2, &mut ana.rng)
        .unwrap();
    let mut content = login("Postgres primary", "first", &["db"]);
    let item = ana.save(None, vault, &content, now + 3);
    let shared = ana.save(None, closed, &login("Bank", "shared", &[]), now + 4);
    ana.save(None, closed, &login("Salaries", "kept", &[]), now + 5);
    let ended = ana.save(None, vault, &ItemContent::new(Template::NOTE), now + 6);

    let invite = InviteId::new([0x17; 32]);
    let code =
        InviteCodeKey::derive(CODE.as_bytes(), invite.as_bytes(), KdfParams::INVITE).unwrap();
    let vaults = vec![OfferedVault {
        scope: vault,
        name: "Production".into(),
    }];
    let names = ("Northwind", "Ana", "Mara");
    let offer = offer_from(&ana.replica, names, Role::Editor, vaults, now + 604_800_000).unwrap();
    let blob = ana
        .replica
        .invite(invite, &code, &offer, &mut ana.rng, now + 7)
        .unwrap();
    ana.publish(&mut files);
    files.insert(
        layout::invitation(&invite).as_str().to_owned(),
        blob.clone(),
    );

    let offer = Offer::open(ana.replica.team(), invite, &code, &blob).unwrap();
    let who = Introduction {
        person: "Mara",
        colour: 2,
        device: "lap",
        os: "linux",
        wall_ms: now + 8,
    };
    let made = joiner(&offer, invite, &code, &who, &mut seeded(3)).unwrap();
    let mara_kit = *made.kit.expose_secret();
    let key = Digest::of(&made.request).request_key(&invite);
    files.insert(key.as_str().to_owned(), made.request.clone());
    let mut mara = Person::new(made.replica, 4);
    mara.publish(&mut files);

    ana.fetch(&files);
    let request = ana.replica.open_request(invite, &made.request).unwrap();
    ana.replica
        .admit(&request, Role::Editor, &[vault], now + 9, &mut ana.rng)
        .unwrap();
    ana.publish(&mut files);

    // Both change the password at the same time, Mara the title as well.
    mara.fetch(&files);
    mara.replica
        .introduce("Mara", 2, "lap", now + 10, &mut mara.rng)
        .unwrap();
    let base = content.duplicate();
    content.set_title("Postgres");
    set_password(&mut content, "by Mara");
    content.add_tag("urgent");
    mara.save(Some(item), vault, &content, now + 11);
    let field = FieldId::new([2; 16]).to_string();
    let receipt = Receipt {
        item,
        field: &field,
        action: 0,
    };
    mara.replica
        .write_receipt(&receipt, now + 11, &mut mara.rng)
        .unwrap();
    mara.publish(&mut files);
    let mut content = base;
    set_password(&mut content, "by Ana");
    ana.save(Some(item), vault, &content, now + 11);
    ana.replica.delete_item(ended, now + 12).unwrap();
    let user = mara.replica.me().user;
    ana.fetch(&files);
    ana.replica
        .share_item(shared, user, Role::Viewer, None, now + 13, &mut ana.rng)
        .unwrap();
    ana.publish(&mut files);

    ana.replica
        .revoke(user, vault, now + 14, &mut ana.rng)
        .unwrap();
    ana.save(None, vault, &login("After", "not for Mara", &[]), now + 15);
    ana.publish(&mut files);
    let beyond = login("Beyond the pin", "does not count", &[]);
    mara.save(None, vault, &beyond, now + 16);
    mara.publish(&mut files);

    ana.fetch(&files);
    mara.fetch(&files);
    Told {
        files,
        ana,
        mara,
        invite,
        code,
        ana_kit,
        mara_kit,
        own0,
    }
}

fn set_password(content: &mut ItemContent, value: &str) {
    assert!(content.edit_field(FieldId::new([2; 16]), |field| field.value = value.into()));
}

/// Every pack of a folder, opened and verified: entries and sealed bodies.
pub(crate) fn open_packs(
    files: &Files,
    team: TeamId,
    out: &OuterKey,
) -> (Vec<Entry>, BTreeMap<EntryHash, Vec<u8>>) {
    let (mut entries, mut bodies) = (Vec::new(), BTreeMap::new());
    for (verified, file) in verified(files, team, out) {
        bodies.extend(verified.bodies(&file).unwrap());
        entries.extend(verified.into_entries());
    }
    (entries, bodies)
}

/// Every pack of a folder with its file.
pub(crate) fn verified(files: &Files, team: TeamId, out: &OuterKey) -> Vec<(Verified, Vec<u8>)> {
    let mut packs: BTreeMap<_, Vec<(Pack, Vec<u8>)>> = BTreeMap::new();
    for (path, file) in files {
        if let Some(Object::Pack(log, name)) = Object::parse(&Key::new(path).unwrap()) {
            let id = PackId {
                log,
                span: name.span,
            };
            let pack = Pack::open(team, out, &id, file).unwrap();
            packs.entry(log).or_default().push((pack, file.clone()));
        }
    }
    let runs = packs.into_values().flat_map(|run| {
        let (packs, files): (Vec<_>, Vec<_>) = run.into_iter().unzip();
        verify_run(packs).into_iter().map(Result::unwrap).zip(files)
    });
    runs.collect()
}

/// Somebody's view of a folder that they see for the first time, by their device's seed.
pub(crate) fn arrive(files: &Files, team: TeamId, out: [u8; 32], mut seed: [u8; 32]) -> Person {
    use conclave_core::body::{Body, Subject};
    let seed = DeviceSeed::from_bytes(&mut seed);
    let out = OuterKey::from_bytes(&mut { out });
    let sign = *seed.signing().verify_key().as_bytes();
    let packs = verified(files, team, &out);
    let mine: Vec<&Verified> = packs
        .iter()
        .map(|(pack, _)| pack)
        .filter(|p| p.identity().sign == sign)
        .collect();
    let log: LogIdentity = *mine[0].identity();
    let last = mine
        .iter()
        .map(|p| p.entries().last().unwrap())
        .max_by_key(|e| e.seq())
        .unwrap();
    let chain = Chain::resume(last.place, last.seq(), last.hash);
    let (entries, bodies) = open_packs(files, team, &out);
    let genesis = entries.iter().find_map(|e| match &e.body {
        Body::Genesis(genesis) => Some(genesis.as_ref().clone()),
        _ => None,
    });
    let genesis = genesis.unwrap();
    let invited = entries.iter().find_map(|e| match &e.body {
        Body::Grant(_, grant) => match &grant.subject {
            Subject::User {
                facts: Some(facts), ..
            } if facts.first.sign == sign => Some(facts.as_ref().clone()),
            _ => None,
        },
        _ => None,
    });
    let facts = invited.unwrap_or_else(|| genesis.founder.clone());
    let me = Me {
        user: facts.id(team),
        facts,
        seed,
        log,
    };
    let mut person = Person::new(Replica::new(genesis, team, out, me, chain), 0);
    person.bodies = bodies;
    person.replica.insert(entries);
    person
}

/// The X-Wing key of a seed, for boxes to a device.
pub(crate) fn sealing(mut seed: [u8; 32]) -> SealSecretKey {
    DeviceSeed::from_bytes(&mut seed).sealing()
}
