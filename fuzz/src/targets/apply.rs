//! The whole way of a member's bytes: packed, signed, opened, verified, taken in, judged.
//!
//! The first byte says how they arrive; the rest are records as in `member`, cut into really signed
//! packs wherever a history forks or the writer changes. So nothing is refused at the door, and
//! whatever the order of arrival and the reader, all must make the same of it.

use std::{collections::BTreeMap, hint::black_box};

use conclave_core::{
    entry::{Entry, RawEntry},
    pack::{self, Pack, PackId, verify_run},
    replica::Replica,
};

use super::member::{self, Forged, look_at};
use crate::world::{World, rng, world};

/// Packs of at most this many entries: the same history in many files.
const SOME: usize = 3;

pub(crate) fn apply(data: &[u8]) {
    let Some((&how, records)) = data.split_first() else {
        return;
    };
    let w = world();
    let packs = packs(w, how, &member::forge(w, records));
    let mut runs = packs.clone();
    if how & 1 != 0 {
        runs.reverse();
    }
    let mut founder = w.blank(true);
    founder.insert(w.entries());
    let mut stranger = w.blank(false);
    for (id, bytes) in &runs {
        let entries = read(w, id, bytes);
        founder.insert(entries.iter().cloned());
        stranger.insert(entries);
    }
    // A device that hears all of it at once, the team's own part last.
    let mut late = w.blank(false);
    let all = packs.iter().flat_map(|(id, bytes)| read(w, id, bytes));
    late.insert(all.collect::<Vec<Entry>>());
    late.insert(w.entries());
    stranger.insert(w.entries());
    same(&stranger, &late);
    look_at(&founder);
    let before = shown(&founder);
    let _ = black_box(founder.reconcile(20, &mut rng(9)));
    let written = founder.take_written();
    let after = shown(&founder);
    assert!(
        before.keys().all(|hash| after.contains_key(hash)),
        "an entry was lost"
    );
    let _ = black_box(written);
}

fn read(w: &World, id: &PackId, bytes: &[u8]) -> Vec<Entry> {
    let Ok(pack) = Pack::open(w.team, &w.out, id, bytes) else {
        panic!("an own pack does not open");
    };
    let mut verified = verify_run(vec![pack]);
    let Some(Ok(verified)) = verified.pop() else {
        panic!("an own signature is refused");
    };
    assert!(verified.bodies(bytes).is_ok(), "bodies were lost");
    verified.into_entries()
}

/// Rights, keys and items are the same.
fn same(a: &Replica, b: &Replica) {
    assert_eq!(shown(a), shown(b), "labels");
    let (of_a, of_b) = (a.rights(), b.rights());
    assert_eq!(of_a.scopes(), of_b.scopes(), "scopes");
    for scope in of_a.scopes() {
        assert_eq!(of_a.readers(scope.id), of_b.readers(scope.id), "readers");
        assert_eq!(of_a.ranked(scope.id), of_b.ranked(scope.id), "keys");
    }
    assert!(a.items().eq(b.items()), "items");
    assert_eq!(a.under_an_old_key(), b.under_an_old_key(), "old keys");
}

fn shown(replica: &Replica) -> BTreeMap<conclave_core::id::EntryHash, String> {
    let entries = replica.entries();
    entries
        .map(|e| (e.hash, format!("{:?}", replica.rights().shown(&e.hash))))
        .collect()
}

fn packs(w: &World, how: u8, forged: &[Forged]) -> Vec<(PackId, Vec<u8>)> {
    let longest = if how & 2 == 0 { usize::MAX } else { SOME };
    let mut runs: Vec<Vec<&Forged>> = Vec::new();
    for next in forged {
        let follows = runs.iter_mut().find(|run| {
            run.len() < longest
                && run.last().is_some_and(|last| {
                    last.entry.log() == next.entry.log()
                        && next.entry.header.prev == Some(last.entry.hash)
                })
        });
        match follows {
            Some(run) => run.push(next),
            None => runs.push(vec![next]),
        }
    }
    let build = |run: Vec<&Forged>| {
        let writer = [&w.ana, &w.mara]
            .into_iter()
            .find(|r| Some(r.chain().place().log) == run.first().map(|f| f.entry.log()))?;
        let entries: Vec<(RawEntry, Option<Vec<u8>>)> = run
            .iter()
            .map(|forged| (forged.raw.clone(), forged.sealed.clone()))
            .collect();
        let (me, out) = (writer.me(), writer.out());
        pack::build(w.team, out, &me.log, &me.signer(), &entries, &mut rng(3)).ok()
    };
    runs.into_iter().filter_map(build).collect()
}

/// The same records as in `member`, in one piece and in many, forwards and backwards.
pub(crate) fn arrivals() -> Vec<Vec<u8>> {
    let records = member::records();
    (0..4_u8)
        .zip([records.len() - 1, records.len() / 2, 0, records.len() - 20])
        .filter_map(|(how, at)| Some([&[how], records.get(at)?.as_slice()].concat()))
        .collect()
}
