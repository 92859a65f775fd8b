//! A small team, the same in every run: what the targets open, and where their first inputs come
//! from.

use std::sync::OnceLock;

use conclave_core::{
    body::Genesis,
    entry::{Entry, RawEntry},
    id::{GrantId, InviteId, ItemId, LogId, ScopeId, TeamId},
    item::{Field, FieldId, FieldKind, File, ItemContent, Label, LabelNumber, SCHEMA, Template},
    keys::UserFacts,
    layout::Span,
    pack::{self, Chain, Head, LogIdentity, PackId},
    receipt::{Action, Receipt},
    replica::{
        Founding, Introduction, MachineKey, Me, Offer, OfferedVault, Payload, Replica, Who,
        Written, found, joiner, offer_from,
    },
    role::Role,
};
use conclave_crypto::{DeviceSeed, InviteCodeKey, KitSeed, OuterKey};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

use crate::keys::{Keys, scope_keys};

/// Ana founds, Mara joins as an editor of a vault, one item is shared, both say something.
pub(crate) struct World {
    pub(crate) team: TeamId,
    pub(crate) genesis: Genesis,
    pub(crate) out: OuterKey,
    pub(crate) ana: Replica,
    pub(crate) kit: KitSeed,
    /// Those that Ana reads with.
    pub(crate) keys: Keys,
    pub(crate) mara: Replica,
    pub(crate) maras_kit: KitSeed,
    pub(crate) written: Vec<Written>,
    pub(crate) pack: (PackId, Vec<u8>),
    pub(crate) head: Vec<u8>,
    pub(crate) invite: InviteId,
    pub(crate) code: InviteCodeKey,
    pub(crate) offer: Vec<u8>,
    pub(crate) request: Vec<u8>,
    pub(crate) vault: ScopeId,
    pub(crate) grants: Vec<GrantId>,
    pub(crate) machine: MachineKey,
    pub(crate) item: ItemContent,
}

/// The one world.
pub(crate) fn world() -> &'static World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(|| match World::make() {
        Some(world) => world,
        None => unreachable!("the fixed team can always be made"),
    })
}

/// Randomness that is the same for the same number.
pub(crate) fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

impl World {
    fn make() -> Option<Self> {
        let mut rng = rng(1);
        let founding = Founding {
            team: "Northwind".into(),
            person: "Ana".into(),
            colour: 1,
            device: "desk".into(),
            personal: "Personal".into(),
            wall_ms: 1,
        };
        let (mut ana, kit, _) = found(&founding, &mut rng).ok()?;
        let team = ana.team();
        let vault = ana.create_vault("Production", 1, 3, &mut rng).ok()?;
        let item = an_item(team, ana.chain().place().log);
        let payload = item.encode().ok()?;
        let (shared, first) = ana
            .write_item(None, vault, vec![], 1, &payload, 4, &mut rng)
            .ok()?;
        let again = Payload {
            schema: SCHEMA,
            bytes: &payload,
            blobs: item.blobs(),
        };
        ana.write_revision(Some(shared), vault, vec![first], again, 5, &mut rng)
            .ok()?;

        let invite = InviteId::new([7; 32]);
        let code = InviteCodeKey::random(&mut rng);
        let vaults = vec![OfferedVault {
            scope: vault,
            name: "Production".into(),
        }];
        let names = ("Northwind", "Ana", "Mara");
        let offer = offer_from(&ana, names, Role::Editor, vaults, 99)?;
        let offer = ana.invite(invite, &code, &offer, &mut rng, 5).ok()?;
        let opened = Offer::open(team, invite, &code, &offer).ok()?;
        let who = Introduction {
            person: "Mara",
            colour: 2,
            device: "lap",
            os: "linux",
            wall_ms: 6,
        };
        let joiner = joiner(&opened, invite, &code, &who, &mut rng).ok()?;
        let (mut mara, maras_kit, request) = (joiner.replica, joiner.kit, joiner.request);
        let theirs = mara.take_written();
        ana.insert(theirs.iter().map(|w| w.entry.clone()));
        let asked = ana.open_request(invite, &request).ok()?;
        ana.admit(&asked, Role::Editor, &[vault], 7, &mut rng)
            .ok()?;
        ana.share_item(shared, asked.user, Role::Viewer, None, 8, &mut rng)
            .ok()?;
        ana.revoke(asked.user, vault, 9, &mut rng).ok()?;
        let receipt = Receipt {
            item: shared,
            field: "09090909090909090909090909090909".into(),
            action: Action::Copied,
        };
        ana.write_receipt(&receipt, 10, &mut rng).ok()?;
        ana.delete_item(shared, 11).ok()?;
        let group = ana.create_group("Operations", 1, 12, &mut rng).ok()?;
        ana.add_member(group, asked.user, 12, &mut rng).ok()?;
        ana.grant(
            Who::Group(group),
            vault,
            Role::Editor,
            Some(99),
            12,
            &mut rng,
        )
        .ok()?;
        let gift: (&[ScopeId], _, _) = (&[vault], Role::Viewer, None);
        let machine = ana.create_machine("Build", gift, 13, &mut rng).ok()?;

        let mut written = ana.take_written();
        let identity = ana.me().log;
        let own: Vec<(RawEntry, Option<Vec<u8>>)> = written
            .iter()
            .map(|w| (w.raw.clone(), w.sealed.clone()))
            .collect();
        let pack = pack::build(
            team,
            ana.out(),
            &identity,
            &ana.me().signer(),
            &own,
            &mut rng,
        )
        .ok()?;
        let live = Head {
            identity,
            live: vec![Span::new(0, 4)?, pack.0.span],
        };
        let head = Head {
            live: live.live.get(1..)?.to_vec(),
            ..live
        }
        .build(team, ana.out(), &pack.0, &ana.me().signer(), &mut rng);
        mara.insert(written.iter().map(|w| w.entry.clone()));
        mara.introduce("Mara", 2, "lap", 14, &mut rng).ok()?;
        mara.write_receipt(&receipt, 14, &mut rng).ok()?;
        let said = mara.take_written();
        ana.insert(said.iter().map(|w| w.entry.clone()));
        written.extend(theirs);
        written.extend(said);
        let grants = written.iter().filter_map(|w| w.entry.grant).collect();
        Some(Self {
            team,
            genesis: ana.genesis().clone(),
            out: copy_of(ana.out()),
            keys: scope_keys(&ana),
            ana,
            kit,
            mara,
            maras_kit,
            written,
            machine,
            pack,
            head,
            invite,
            code,
            offer,
            request,
            vault,
            grants,
            item,
        })
    }

    /// Every entry of the team.
    pub(crate) fn entries(&self) -> impl Iterator<Item = Entry> {
        self.written.iter().map(|w| w.entry.clone())
    }

    /// A replica that has read nothing yet: of the founder, or of a device that nobody knows.
    pub(crate) fn blank(&self, founder: bool) -> Replica {
        let me = self.ana.me();
        let (seed, log, chain) = if founder {
            // EXPOSE: a second replica of the same device; the team exists for this test alone.
            let mut seed = *me.seed.expose_secret();
            (
                DeviceSeed::from_bytes(&mut seed),
                me.log,
                self.ana.chain().clone(),
            )
        } else {
            let seed = DeviceSeed::random(&mut rng(2));
            let log = LogIdentity {
                sign: *seed.signing().verify_key().as_bytes(),
                seal_hash: seed.sealing().public().hash(),
                nonce: [3; 16],
            };
            (seed, log, Chain::start(log.place(self.team)))
        };
        let facts: UserFacts = me.facts.clone();
        let me = Me {
            user: me.user,
            facts,
            seed,
            log,
        };
        Replica::new(
            self.genesis.clone(),
            self.team,
            copy_of(&self.out),
            me,
            chain,
        )
    }
}

fn copy_of(out: &OuterKey) -> OuterKey {
    // EXPOSE: replicas of one team share the key; the team exists for this test alone.
    OuterKey::from_bytes(&mut { *out.expose_secret() })
}

fn an_item(team: TeamId, log: LogId) -> ItemContent {
    let mut item = ItemContent::new(Template::LOGIN);
    item.set_title("Postgres primary");
    item.set_notes("two\nlines \u{202e}and an emoji \u{1f511}");
    item.add_tag("ops");
    let field =
        |n: u8, label, kind, value: &str| Field::new(FieldId::new([n; 16]), label, kind, value);
    let known = |label| Label::Known(label);
    for (n, label) in LabelNumber::KNOWN.iter().enumerate().take(3) {
        let n = u8::try_from(n).unwrap_or(0);
        item.put_field(field(
            n,
            known(*label),
            FieldKind::URL,
            "https://user@db.example.org:5432/x",
        ));
    }
    item.put_field(field(
        9,
        Label::Custom("Port".into()),
        FieldKind::from_number(0),
        "5432",
    ));
    for (n, name) in [(3, "key.pem"), (4, "Lizenz (2).pdf")] {
        item.put_file(File::seal(team, log, name, b"a secret", &mut rng(n)).0);
    }
    item
}
