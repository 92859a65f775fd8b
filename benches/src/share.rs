//! P8: a new item in a vault of many readers costs what it costs in a vault of few, since it is
//! wrapped for the vault and not for people.

use conclave_core::{
    id::{InviteId, ScopeId},
    item::SCHEMA,
    pack,
    replica::{Founding, Introduction, OfferedVault, Replica, Written, found, joiner, offer_from},
    role::Role,
};
use conclave_crypto::{InviteCodeKey, KdfParams, meter};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

use crate::row::{Outcome, Row, number};

const FEW: u8 = 2;
const MANY: u8 = 100;
/// Everybody in the team, reader of the vault or not, so that both logs are about as long: an
/// entry's place in its log takes a byte more from time to time.
const TEAM: u8 = 100;

/// What sharing a new item came to.
struct Cost {
    public_key: u64,
    kdfs: u64,
    signs: u64,
    entry: usize,
    pack: usize,
}

/// Measures P8.
///
/// # Errors
/// What the replica refuses.
pub fn measure() -> Outcome<Vec<Row>> {
    let few = share_with(FEW)?;
    let many = share_with(MANY)?;
    let size = |bytes: usize| number(bytes as u64);
    let more = |a: usize, b: usize| size(a.abs_diff(b));
    Ok(vec![
        Row::gated(
            "P8 new item, 100 readers: boxes sealed or opened, signatures checked",
            number(many.public_key),
            "operations",
            0.0,
        ),
        Row::gated(
            "P8 new item, 100 readers: signatures made, before its pack",
            number(many.signs),
            "operations",
            0.0,
        ),
        Row::gated(
            "P8 new item, 100 readers: key derivations",
            number(many.kdfs),
            "operations",
            0.0,
        ),
        Row::gated(
            "P8 new item: entry, 100 readers beyond 2",
            more(many.entry, few.entry),
            "bytes",
            0.0,
        ),
        Row::gated(
            "P8 new item: pack, 100 readers beyond 2",
            more(many.pack, few.pack),
            "bytes",
            0.0,
        ),
        Row::told("P8 new item: its pack", size(many.pack), "bytes"),
    ])
}

/// Makes a team and lets as many of its people into a vault, then counts while one item is written there.
fn share_with(readers: u8) -> Outcome<Cost> {
    let mut random = ChaCha20Rng::seed_from_u64(1);
    let (mut ana, _, _) = found(&founding(), &mut random)?;
    let vault = ana.create_vault("Production", 1, 2, &mut random)?;
    let code = InviteCodeKey::derive(b"six words", &[0; 32], KdfParams::FLOOR)?;
    for n in 0..TEAM {
        let_in(
            &mut ana,
            (n < readers).then_some(vault),
            &code,
            n,
            &mut random,
        )?;
    }
    let found = ana.rights().readers(vault).len();
    if found != usize::from(readers) + 1 {
        return Err(format!("{found} readers where {readers} were let in").into());
    }
    let _ = ana.take_written();

    let before = meter::snapshot();
    ana.write_item(None, vault, Vec::new(), SCHEMA, &[7; 400], 9, &mut random)?;
    let spent = meter::snapshot().since(before);
    let written = ana.take_written();
    Ok(Cost {
        public_key: spent.kem_seals + spent.kem_opens + spent.verifies,
        kdfs: spent.kdfs,
        signs: spent.signs,
        entry: written.iter().map(len).sum(),
        pack: pack_of(&ana, &written, &mut random)?,
    })
}

/// Whom the team is founded by.
pub(crate) fn founding() -> Founding {
    Founding {
        team: "Northwind".into(),
        person: "Ana".into(),
        colour: 1,
        device: "desk".into(),
        personal: "Personal".into(),
        wall_ms: 1,
    }
}

/// Lets somebody in; gives their own view, from before they were.
pub(crate) fn let_in(
    ana: &mut Replica,
    vault: Option<ScopeId>,
    code: &InviteCodeKey,
    n: u8,
    random: &mut ChaCha20Rng,
) -> Outcome<Replica> {
    let invite = InviteId::new([n; 32]);
    let vaults: Vec<ScopeId> = vault.into_iter().collect();
    let offered = vaults.iter().map(|scope| OfferedVault {
        scope: *scope,
        name: "Production".into(),
    });
    let offered = offered.collect();
    let names = ("Northwind", "Ana", "Mara");
    let offer = offer_from(ana, names, Role::Editor, offered, 99).ok_or("no offer")?;
    ana.invite(invite, code, &offer, random, 5)?;
    let who = Introduction {
        person: "Mara",
        colour: 2,
        device: "lap",
        os: "linux",
        wall_ms: 6,
    };
    let mut newcomer = joiner(&offer, invite, code, &who, random)?;
    let theirs = newcomer.replica.take_written();
    ana.insert(theirs.into_iter().map(|written| written.entry));
    let request = ana
        .open_request(invite, &newcomer.request)
        .map_err(|problem| format!("the request is refused: {problem:?}"))?;
    ana.admit(&request, Role::Editor, &vaults, 7, random)?;
    Ok(newcomer.replica)
}

fn len(written: &Written) -> usize {
    let control = written.raw.control.as_ref().map_or(0, Vec::len);
    let sealed = written.sealed.as_ref().map_or(0, Vec::len);
    written.raw.header.len() + control + sealed
}

fn pack_of(ana: &Replica, written: &[Written], random: &mut ChaCha20Rng) -> Outcome<usize> {
    let entries: Vec<_> = written
        .iter()
        .map(|written| (written.raw.clone(), written.sealed.clone()))
        .collect();
    let me = ana.me();
    let (_, file) = pack::build(
        ana.team(),
        ana.out(),
        &me.log,
        &me.signer(),
        &entries,
        random,
    )?;
    Ok(file.len())
}
