//! P9 and P10, and the price of the access rule: taking one person out of many, opening one box
//! among many, working out who may do what from many entries.

use std::{hint::black_box, path::Path};

use conclave_core::{
    body::{Body, Grant, ScopeCreate, ScopeKind, Subject},
    cbor,
    entry::Entry,
    id::{ScopeId, UserId},
    item::SCHEMA,
    kind::Kind,
    pack::Draft,
    replica::found,
    role::Role,
};
use conclave_crypto::{InviteCodeKey, KdfParams, meter};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

use crate::{
    app::again,
    callgrind::{count, counted},
    row::{Outcome, Row, number},
    share::{founding, let_in},
};

/// Hash tables are seeded anew in each run, and a single edit meets that by a few
/// per cent.
const EDITS: u64 = 100;

/// What taking somebody out came to.
struct Cost {
    /// Boxes sealed.
    seals: u64,
    /// The sum over the scopes left of their readers before, less the one who goes.
    expected: u64,
    /// Revisions of items written.
    items: u64,
    /// Boxes that another reader opened to take it in, and the keys that were new to them.
    opens: u64,
    epochs: u64,
}

/// Measures P9, P10 and the rule's slope.
///
/// # Errors
/// What the replica or callgrind refuse.
pub fn measure(program: &Path) -> Outcome<Vec<Row>> {
    let few = remove(10, 10)?;
    let many = remove(100, 10)?;
    let full = remove(10, 1_000)?;
    let beyond = |cost: &Cost| number(cost.seals.abs_diff(cost.expected));
    let folder = tempfile::tempdir()?;
    let small = count(program, "rule-1000", folder.path())?;
    let large = count(program, "rule-10000", folder.path())?;
    let beside_few = count(program, "rule-news-1000", folder.path())?;
    let beside_many = count(program, "rule-news-10000", folder.path())?;
    Ok(vec![
        Row::told("P9 one of 101 goes: boxes", number(many.seals), "boxes"),
        Row::gated(
            "P9 one of 101 goes: boxes beyond one for each reader left",
            beyond(&many),
            "boxes",
            0.0,
        ),
        Row::gated(
            "P9 one of 11 goes: boxes beyond one for each reader left",
            beyond(&few),
            "boxes",
            0.0,
        ),
        Row::gated(
            "P9 one of 11 goes: boxes, 1,000 items beyond 10",
            number(full.seals.abs_diff(few.seals)),
            "boxes",
            0.0,
        ),
        Row::gated(
            "P9 one of 11 goes: items sealed anew, of 1,000",
            number(full.items),
            "items",
            0.0,
        ),
        Row::gated(
            "P10 boxes opened for each new key, among 100",
            number(many.opens) / number(many.epochs),
            "operations",
            1.0,
        ),
        Row::gated(
            "P9 rule: working out rights from 10k control entries, to 1k",
            large / small,
            "instruction ratio",
            11.0,
        ),
        Row::told(
            "P9 rule: working out rights from 10k control entries",
            large,
            "instructions",
        ),
        Row::gated(
            "P9 rule: taking in somebody's edit beside 10k control entries, to 1k",
            // Trees of entries grow deeper by a third; nothing else may grow.
            beside_many / beside_few,
            "instruction ratio",
            1.5,
        ),
        Row::told(
            "P9 rule: taking in somebody's edit beside 10k control entries",
            beside_many / number(EDITS),
            "instructions",
        ),
    ])
}

/// A team in one vault, of which one person is taken out.
fn remove(people: u8, items: u64) -> Outcome<Cost> {
    let mut random = ChaCha20Rng::seed_from_u64(9);
    let (mut ana, _, _) = found(&founding(), &mut random)?;
    let vault = ana.create_vault("Production", 1, 2, &mut random)?;
    let code = InviteCodeKey::derive(b"six words", &[0; 32], KdfParams::FLOOR)?;
    let mut somebody = None;
    for n in 0..people {
        let joined = let_in(&mut ana, Some(vault), &code, n, &mut random)?;
        somebody.get_or_insert(joined);
    }
    for n in 0..items {
        ana.write_item(None, vault, Vec::new(), SCHEMA, &[7; 100], n, &mut random)?;
    }
    let mut other = somebody.ok_or("nobody was let in")?;
    let known: Vec<Entry> = ana.entries().cloned().collect();
    other.insert(known.iter().cloned());
    let goes = ana
        .rights()
        .readers(vault)
        .into_iter()
        .find(|user| *user != ana.me().user && *user != other.me().user)
        .ok_or("nobody can go")?;
    let scopes = [vault, ana.rights().directory()];
    let readers = |scope: &ScopeId| ana.rights().readers(*scope).len() as u64 - 1;
    let expected = scopes.iter().map(readers).sum();
    let _ = ana.take_written();

    let before = meter::snapshot();
    let team = ScopeId::new(*ana.team().as_bytes());
    ana.remove_user(goes, team, 50, &mut random)?;
    let seals = meter::snapshot().since(before).kem_seals;
    let written = ana.take_written();
    let kind = |kind: Kind| {
        let of = written.iter().filter(|w| w.entry.kind() == Some(kind));
        of.count() as u64
    };
    let (items, epochs) = (kind(Kind::ItemRev), kind(Kind::KeyEpoch));
    let before = meter::snapshot();
    other.insert(written.into_iter().map(|w| w.entry));
    let opens = meter::snapshot().since(before).kem_opens;
    Ok(Cost {
        seals,
        expected,
        items,
        opens,
        epochs,
    })
}

/// Works out everything from a founder's control entries, half of them scopes, half grants; or
/// takes in one edit beside them.
///
/// # Errors
/// An unknown probe, or what the format refuses.
pub fn probe(name: &str) -> Outcome<()> {
    let name = name.trim_start_matches("rule-");
    let news = name.strip_prefix("news-");
    let entries: u64 = news.unwrap_or(name).parse()?;
    let mut random = ChaCha20Rng::seed_from_u64(9);
    let (first, _, _) = found(&founding(), &mut random)?;
    let me = first.me().user;
    let grants = first.rights().live_grants();
    let grant = grants.iter().find(|grant| grant.user == Some(me));
    let grant = grant.ok_or("the founder has no grant")?.id;
    let team = ScopeId::new(*first.team().as_bytes());
    let mut chain = first.chain().clone();
    let mut all: Vec<Entry> = first.entries().cloned().collect();
    for n in 0..entries / 2 {
        let create = ScopeCreate {
            kind: ScopeKind::Vault,
            parent: Some(team),
            item: None,
        };
        let mut draft = Draft::new(Kind::ScopeCreate, n);
        (draft.grant, draft.control) = (Some(grant), Some(cbor::encode(&create)));
        let (_, entry) = chain.append(draft)?;
        let Body::ScopeCreate(scope, _) = entry.body else {
            return Err("a scope that reads as something else".into());
        };
        all.push(entry);
        let mut user = [0; 32];
        user.get_mut(..8)
            .ok_or("a short id")?
            .copy_from_slice(&(n % 500).to_le_bytes());
        let give = Grant {
            subject: Subject::User {
                user: UserId::new(user),
                facts: None,
            },
            scope,
            role: Role::Editor,
            expires_ms: None,
            name_hash: None,
            cites: Vec::new(),
            invite: None,
        };
        let mut draft = Draft::new(Kind::Grant, n);
        (draft.grant, draft.control) = (Some(grant), Some(cbor::encode(&give)));
        all.push(chain.append(draft)?.1);
    }
    let mut replica = again(&first, chain.clone());
    if news.is_some() {
        let mut author = again(&first, chain);
        author.insert(all.iter().cloned());
        // The grants above are to people whose keys nobody knows, so they are not certain yet.
        author.heartbeat(1)?;
        all.extend(author.take_written().into_iter().map(|w| w.entry));
        let home = author.vaults().first().ok_or("no vault")?.scope;
        for n in 0..EDITS {
            author.write_item(None, home, Vec::new(), SCHEMA, &[7; 100], n, &mut random)?;
        }
        let mut edits = author.take_written();
        replica.insert(all.drain(..));
        return counted(|| {
            // As they come: one after the other.
            for edit in edits.drain(..) {
                replica.insert([edit.entry]);
            }
            black_box(&replica);
            Ok(())
        });
    }
    counted(|| {
        replica.insert(all.drain(..));
        black_box(&replica);
        Ok(())
    })
}
