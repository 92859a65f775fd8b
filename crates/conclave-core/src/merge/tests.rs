//! Merging by example, against the plain three-way rule, and over whole random histories.

use std::collections::BTreeMap;

use proptest::{collection::vec, prelude::*};

use super::*;
use crate::id::{LogId, TeamId};
use crate::item::{
    Field, FieldId, FieldKind, File, FileId, Label, LabelNumber, Template, arbitrary::any_content,
};

/// A random item's life: entries with their contents.
#[derive(Debug)]
struct Life {
    entries: Vec<Revision>,
    contents: BTreeMap<EntryHash, ItemContent>,
}

impl Life {
    fn history(&self) -> History {
        History::new(self.entries.clone())
    }

    fn open(&self, hash: EntryHash) -> Option<Source<'_, u8>> {
        let content = self.contents.get(&hash)?;
        Some(Source {
            author: hash.as_bytes()[1],
            content,
        })
    }

    fn merge(&self) -> Merge<'_, u8> {
        merge(&self.history(), |hash| self.open(hash)).unwrap()
    }

    fn add(&mut self, n: usize, parents: &[usize], content: ItemContent) {
        self.entries.push(Revision {
            hash: h(n),
            parents: parents.iter().map(|p| h(*p)).collect(),
            kind: RevisionKind::Edit,
            counts: true,
        });
        self.contents.insert(h(n), content);
    }

    fn star(base: ItemContent, edits: Vec<ItemContent>) -> Self {
        let mut life = Self {
            entries: Vec::new(),
            contents: BTreeMap::new(),
        };
        life.add(0, &[], base);
        for (n, edit) in edits.into_iter().enumerate() {
            life.add(n + 1, &[0], edit);
        }
        life
    }
}

fn h(n: usize) -> EntryHash {
    let mut bytes = [0; 32];
    bytes[0] = (n as u8).wrapping_mul(151);
    bytes[1] = n as u8;
    EntryHash::new(bytes)
}

fn id(n: u8) -> FieldId {
    FieldId::new([n; 16])
}

/// A file, and the content with it.
fn with_file(mut content: ItemContent, seed: u64) -> (FileId, ItemContent) {
    use rand_chacha::rand_core::SeedableRng;
    let mut rng = rand_chacha::ChaCha20Rng::seed_from_u64(seed);
    let (team, log) = (TeamId::new([1; 32]), LogId::new([2; 32]));
    let (file, _) = File::seal(team, log, "key.pem", b"a key", &mut rng);
    let id = file.id;
    content.put_file(file);
    (id, content)
}

#[test]
fn files_that_two_people_added_are_both_there_and_a_removed_one_is_gone() {
    let (old, base) = with_file(login(), 1);
    let (one, mut a) = with_file(base.duplicate(), 2);
    let (two, b) = with_file(base.duplicate(), 3);
    a.remove_file(old);
    let life = Life::star(base, vec![a, b]);
    let merged = life.merge();
    assert!(merged.conflicts().is_empty());
    let mut expected = [one, two];
    expected.sort_unstable();
    assert!(merged.content().files().map(|f| f.id).eq(expected));
}

#[test]
fn a_file_stays_where_it_is_not_known_who_took_it_out() {
    let (file, a) = with_file(login(), 1);
    let mut life = Life::star(ItemContent::new(Template::LOGIN), vec![a, login()]);
    life.contents.remove(&h(0));
    let merged = life.merge();
    assert!(merged.conflicts().is_empty());
    assert!(merged.content().file(file).is_some());
}

fn login() -> ItemContent {
    let mut content = ItemContent::new(Template::LOGIN);
    content.set_title("Postgres primary");
    let known = |n, label, kind, value: &str| Field::new(id(n), Label::Known(label), kind, value);
    content.put_field(known(
        1,
        LabelNumber::USERNAME,
        FieldKind::USERNAME,
        "app_rw",
    ));
    content.put_field(known(2, LabelNumber::PASSWORD, FieldKind::SECRET, "old"));
    content.add_tag("db");
    content
}

fn with(edit: impl FnOnce(&mut ItemContent)) -> ItemContent {
    let mut content = login();
    edit(&mut content);
    content
}

fn password(value: &str) -> ItemContent {
    with(|c| assert!(c.edit_field(id(2), |f| f.value = value.into())))
}

#[test]
fn different_fields_merge_by_themselves() {
    let life = Life::star(
        login(),
        vec![password("new"), with(|c| c.set_title("Postgres"))],
    );
    let merge = life.merge();
    assert!(merge.conflicts().is_empty());
    assert_eq!(merge.content().title(), "Postgres");
    assert_eq!(merge.content().field(id(2)).unwrap().value.expose(), "new");
    assert_eq!(merge.settled(), [Part::Title, Part::Field(id(2))]);
    assert_eq!(merge.same(), 3);
    assert_eq!(merge.resolve(&[]).unwrap(), *merge.content());
}

#[test]
fn the_same_field_twice_keeps_both_and_asks() {
    let life = Life::star(login(), vec![password("mine"), password("maras")]);
    let merge = life.merge();
    let [conflict] = merge.conflicts() else {
        panic!("{merge:?}")
    };
    assert_eq!(conflict.part, Part::Field(id(2)));
    let sides: Vec<_> = conflict
        .values
        .iter()
        .map(|v| match v.value {
            PartValue::Field(f) => (v.author, f.value.expose()),
            _ => panic!("{v:?}"),
        })
        .collect();
    assert!(sides.contains(&(1, "mine")) && sides.contains(&(2, "maras")));
    assert_eq!(
        merge.resolve(&[]),
        Err(ResolveError::Open(Part::Field(id(2))))
    );
    let part = conflict.part;
    assert_eq!(
        merge.resolve(&[(part, h(9))]),
        Err(ResolveError::NoSuchChoice(part))
    );
    let wrong = [(part, h(1)), (Part::Title, h(1))];
    assert_eq!(
        merge.resolve(&wrong),
        Err(ResolveError::NoSuchChoice(Part::Title))
    );
    let chosen = merge.resolve(&[(part, h(2))]).unwrap();
    assert_eq!(chosen.field(id(2)).unwrap().value.expose(), "maras");
}

#[test]
fn the_same_edit_twice_is_one() {
    let life = Life::star(login(), vec![password("new"), password("new")]);
    assert!(life.merge().conflicts().is_empty());
    assert_eq!(*life.merge().content(), password("new"));
}

#[test]
fn removed_here_and_changed_there_is_asked() {
    let removed = with(|c| drop(c.remove_field(id(2))));
    let life = Life::star(login(), vec![removed, password("new")]);
    let merge = life.merge();
    let [conflict] = merge.conflicts() else {
        panic!("{merge:?}")
    };
    assert!(conflict.values.iter().any(|v| v.value == PartValue::Absent));
    // What stands in is the value, not its absence.
    assert_eq!(merge.content().field(id(2)).unwrap().value.expose(), "new");
    assert!(
        merge
            .resolve(&[(conflict.part, h(1))])
            .unwrap()
            .field(id(2))
            .is_none()
    );

    let removed = with(|c| drop(c.remove_field(id(2))));
    let life = Life::star(login(), vec![removed, with(|c| c.set_notes("n"))]);
    assert!(life.merge().conflicts().is_empty() && life.merge().content().field(id(2)).is_none());
}

#[test]
fn a_lost_base_asks_about_every_difference() {
    let mut life = Life::star(
        login(),
        vec![password("new"), with(|c| c.set_title("Other"))],
    );
    life.contents.remove(&h(0));
    let merge = life.merge();
    let parts: Vec<_> = merge.conflicts().iter().map(|c| c.part).collect();
    assert_eq!(parts, [Part::Title, Part::Field(id(2))]);
}

#[test]
fn a_second_base_asks_and_a_resolution_ends_it() {
    let mut life = Life::star(login(), vec![password("a"), with(|c| c.set_title("b"))]);
    life.add(3, &[1, 2], with(|c| c.set_title("one way")));
    life.add(4, &[1, 2], with(|c| c.set_title("another")));
    let merge = life.merge();
    let asked: Vec<Part> = merge.conflicts().iter().map(|c| c.part).collect();
    assert_eq!(asked, [Part::Title]);
    drop(merge);
    let resolved = life.merge().resolve(&[(Part::Title, h(3))]).unwrap();
    life.add(5, &[3, 4], resolved);
    assert_eq!(life.merge().heads(), [h(5)]);
    assert!(life.merge().conflicts().is_empty());
}

#[test]
fn a_later_edit_of_one_line_supersedes_what_it_was_made_from() {
    // 1 set the password; 2 and 3 went on from 1, 3 changing it again; 4 never saw it.
    let mut life = Life::star(login(), vec![password("first")]);
    life.add(2, &[1], {
        let mut c = password("first");
        c.set_notes("n");
        c
    });
    life.add(3, &[1], password("second"));
    life.add(4, &[0], with(|c| c.set_title("t")));
    let merge = life.merge();
    assert!(merge.conflicts().is_empty(), "{merge:?}");
    assert_eq!(
        merge.content().field(id(2)).unwrap().value.expose(),
        "second"
    );
    assert_eq!(
        (merge.content().title(), merge.content().notes()),
        ("t", "n")
    );
}

#[test]
fn a_head_that_cannot_be_read_is_never_written_over() {
    let mut life = Life::star(
        login(),
        vec![password("new"), with(|c| c.set_title("Other"))],
    );
    life.contents.remove(&h(2));
    let merge = life.merge();
    assert_eq!((merge.heads(), merge.unread()), (&[h(1)][..], &[h(2)][..]));
    assert_eq!(merge.resolve(&[]), Err(ResolveError::Unread));
    life.contents.clear();
    assert!(super::merge(&life.history(), |hash| life.open(hash)).is_none());
}

#[test]
fn a_flood_of_heads_asks_instead_of_computing() {
    let edits = (0..=MAX_HEADS).map(|n| password(&n.to_string())).collect();
    let merge_of = Life::star(login(), edits);
    let merge = merge_of.merge();
    assert_eq!(merge.conflicts().len(), 1);
    assert_eq!(merge.conflicts()[0].values.len(), MAX_HEADS + 1);
}

#[test]
fn tags_merge_as_a_set() {
    let one = with(|c| {
        c.add_tag("prod");
        c.remove_tag("db");
    });
    let life = Life::star(login(), vec![one, with(|c| c.add_tag("eu"))]);
    assert!(life.merge().content().tags().eq(["eu", "prod"]));
}

#[test]
fn the_order_that_one_side_changed_stands() {
    let swapped = with(|c| c.order_fields(&[id(2), id(1)]));
    let other = with(|c| {
        c.put_field(Field::new(
            id(3),
            Label::Custom("Pager".into()),
            FieldKind::TEXT,
            "1",
        ));
    });
    let life = Life::star(login(), vec![swapped, other]);
    let merge = life.merge();
    assert_eq!(order::ids(merge.content()), [id(2), id(3), id(1)]);
    assert!(merge.conflicts().is_empty());
}

#[test]
fn nothing_private_is_printed() {
    let life = Life::star(login(), vec![password("canary-1"), password("canary-2")]);
    let merge = life.merge();
    let printed = format!("{merge:?} {:?}", merge.conflicts());
    assert!(
        !printed.contains("canary") && !printed.contains("Postgres"),
        "{printed}"
    );
}

/// A life with branches, refused entries, tombstones and contents that are not at hand.
fn any_life() -> impl Strategy<Value = Life> {
    let step = (any::<u32>(), 0..4u8, 0..8u8, 0..8u8, 0..8u8, any_content());
    vec(step, 1..9).prop_map(|steps| {
        let mut life = Life {
            entries: Vec::new(),
            contents: BTreeMap::new(),
        };
        let mut whole: Vec<ItemContent> = Vec::new();
        for (n, (mask, wide, refused, tombstone, missing, fresh)) in steps.into_iter().enumerate() {
            let mut parents: Vec<usize> = (0..n).filter(|p| mask >> p & 1 == 1).collect();
            if wide > 0 {
                parents.truncate(1);
            }
            // Most of an edit is what its first parent said.
            let content = match parents.first().and_then(|p| whole.get(*p)) {
                None => fresh,
                Some(parent) => {
                    let mut content = parent.duplicate();
                    for (at, part) in fresh.parts().enumerate() {
                        if mask >> (at + 16) & 1 == 1 {
                            content.set_part(part, fresh.part(part));
                        }
                    }
                    if mask >> 30 & 1 == 1 {
                        let gone = content.fields().first().map(|f| f.id);
                        gone.map(|id| content.remove_field(id));
                    }
                    fresh.tags().for_each(|t| content.add_tag(t));
                    content
                }
            };
            whole.push(content.duplicate());
            let tombstone = tombstone == 0 && n > 0;
            if !tombstone && (missing != 0 || n == 0) {
                life.contents.insert(h(n), content);
            }
            let kind = if tombstone {
                RevisionKind::Tombstone
            } else {
                RevisionKind::Edit
            };
            let parents = parents.iter().map(|p| h(*p)).collect();
            life.entries.push(Revision {
                hash: h(n),
                parents,
                kind,
                counts: refused != 0 || n == 0,
            });
        }
        life
    })
}

/// The plain three-way rule for two heads: `None` asks.
fn three_way<T: PartialEq + Copy>(base: T, a: T, b: T) -> Option<T> {
    match (a == base, b == base) {
        _ if a == b => Some(a),
        (true, _) => Some(b),
        (_, true) => Some(a),
        _ => None,
    }
}

/// A file that one of two heads has, and nobody is known to have taken out, is no question.
fn stays<'a>(part: Part, a: PartValue<'a>, b: PartValue<'a>) -> Option<PartValue<'a>> {
    match (part, a, b) {
        (Part::File(_), PartValue::Absent, there) | (Part::File(_), there, PartValue::Absent) => {
            Some(there)
        }
        _ => None,
    }
}

type Seen<'a> = (
    Vec<(Part, Vec<(EntryHash, PartValue<'a>)>)>,
    Vec<Part>,
    usize,
);

fn seen<'a>(merge: &'a Merge<'_, u8>) -> Seen<'a> {
    let conflicts = merge.conflicts().iter().map(|c| {
        (
            c.part,
            c.values.iter().map(|v| (v.revision, v.value)).collect(),
        )
    });
    (conflicts.collect(), merge.settled().to_vec(), merge.same())
}

proptest! {
    #[test]
    fn one_head_is_itself(content in any_content()) {
        let life = Life::star(content.duplicate(), vec![]);
        let merge = life.merge();
        prop_assert_eq!(merge.content(), &content);
        prop_assert!(merge.conflicts().is_empty() && merge.settled().is_empty());
    }

    #[test]
    fn identical_edits_merge_silently(base in any_content(), edit in any_content(), n in 2..6usize) {
        let life = Life::star(base, (0..n).map(|_| edit.duplicate()).collect());
        let merge = life.merge();
        prop_assert!(merge.conflicts().is_empty());
        prop_assert_eq!(merge.content(), &edit);
    }

    #[test]
    fn two_heads_follow_the_three_way_rule(base in any_content(), a in any_content(), b in any_content()) {
        let life = Life::star(base.duplicate(), vec![a.duplicate(), b.duplicate()]);
        let merge = life.merge();
        for part in base.parts().chain(a.parts()).chain(b.parts()) {
            let conflict = merge.conflicts().iter().find(|c| c.part == part);
            let stays = stays(part, a.part(part), b.part(part));
            match three_way(base.part(part), a.part(part), b.part(part)).or(stays) {
                Some(value) => {
                    prop_assert!(conflict.is_none());
                    prop_assert_eq!(merge.content().part(part), value);
                }
                None => {
                    let values: Vec<_> = conflict.unwrap().values.iter().map(|v| v.value).collect();
                    prop_assert!(values.contains(&a.part(part)) && values.contains(&b.part(part)));
                    prop_assert_eq!(values.len(), 2);
                }
            }
        }
        for tag in base.tags().chain(a.tags()).chain(b.tags()) {
            let expected = three_way(base.has_tag(tag), a.has_tag(tag), b.has_tag(tag));
            prop_assert_eq!(Some(merge.content().has_tag(tag)), expected);
        }
    }

    #[test]
    fn neither_arrival_nor_side_makes_a_difference(life in any_life(), seed in any::<u64>()) {
        let Some(one) = merge(&life.history(), |hash| life.open(hash)) else { return Ok(()) };
        let mut entries = life.entries.clone();
        entries.sort_by_key(|r| seed.rotate_left(u32::from(r.hash.as_bytes()[1]) * 5) ^ u64::from(r.hash.as_bytes()[0]));
        for entry in &mut entries {
            entry.parents.reverse();
        }
        let shuffled = History::new(entries);
        let other = merge(&shuffled, |hash| life.open(hash)).unwrap();
        prop_assert_eq!(one.content(), other.content());
        prop_assert_eq!(seen(&one), seen(&other));
    }

    #[test]
    fn nothing_is_ever_lost(life in any_life()) {
        let history = life.history();
        let Some(merge) = merge(&history, |hash| life.open(hash)) else { return Ok(()) };
        let heads: Vec<_> = merge.heads().iter().map(|hash| (*hash, &life.contents[hash])).collect();
        let base = |a, b| match history.base(a, b) {
            Base::One(base) => life.contents.get(&base),
            _ => None,
        };
        for (hash, content) in &heads {
            let parts: BTreeSet<Part> = heads.iter().flat_map(|(_, c)| c.parts()).collect();
            for part in parts {
                let value = content.part(part);
                let in_result = merge.content().part(part) == value;
                let in_conflict = merge.conflicts().iter().any(|c| {
                    c.part == part && c.values.iter().any(|v| v.value == value)
                });
                let superseded = heads.iter().any(|(other, theirs)| {
                    other != hash
                        && base(*hash, *other)
                            .is_some_and(|b| b.part(part) == value && theirs.part(part) != value)
                });
                // A file that is there stays, where nobody is known to have taken it out.
                let no_file = matches!(part, Part::File(_)) && value == PartValue::Absent;
                prop_assert!(in_result || in_conflict || superseded || no_file, "{} {:?}", part, merge);
            }
            for tag in content.tags() {
                let superseded = heads.iter().any(|(other, theirs)| {
                    base(*hash, *other).is_some_and(|b| b.has_tag(tag) && !theirs.has_tag(tag))
                });
                prop_assert!(merge.content().has_tag(tag) || superseded);
            }
        }
    }

    #[test]
    fn nothing_is_decided_without_one_base(a in any_content(), b in any_content()) {
        let mut life = Life::star(ItemContent::new(Template::NOTE), vec![a.duplicate(), b.duplicate()]);
        life.contents.remove(&h(0));
        let merge = life.merge();
        let asked: BTreeSet<Part> = merge.conflicts().iter().map(|c| c.part).collect();
        let differ: BTreeSet<Part> =
            a.parts().chain(b.parts()).filter(|p| a.part(*p) != b.part(*p)).collect();
        let (stay, differ): (BTreeSet<Part>, BTreeSet<Part>) =
            differ.into_iter().partition(|p| stays(*p, a.part(*p), b.part(*p)).is_some());
        prop_assert_eq!(asked, differ);
        prop_assert!(stay.iter().eq(merge.settled()));
        prop_assert!(stay.iter().all(|part| merge.content().part(*part) != PartValue::Absent));
    }

    #[test]
    fn a_written_resolution_is_the_new_version(life in any_life(), pick: prop::sample::Index) {
        let mut life = life;
        let history = life.history();
        let Some(merge) = merge(&history, |hash| life.open(hash)) else { return Ok(()) };
        let choices: Vec<_> =
            merge.conflicts().iter().map(|c| (c.part, pick.get(&c.values).revision)).collect();
        let resolved = match merge.resolve(&choices) {
            Ok(resolved) => resolved,
            Err(ResolveError::Unread) => {
                prop_assert!(!merge.unread().is_empty());
                return Ok(());
            }
            Err(e) => {
                prop_assert_eq!(e, ResolveError::NewerReader);
                prop_assert!(choices.iter().any(|(p, _)| matches!(p, Part::Unknown(_))));
                return Ok(());
            }
        };
        for (part, revision) in &choices {
            prop_assert_eq!(resolved.part(*part), life.contents[revision].part(*part));
        }
        // It can be written and read, and is then the only head.
        let written = ItemContent::decode(&resolved.encode().unwrap()).unwrap();
        let parents: Vec<usize> =
            merge.heads().iter().map(|x| usize::from(x.as_bytes()[1])).collect();
        let expected = written.duplicate();
        life.add(200, &parents, written);
        let merge = life.merge();
        prop_assert_eq!(merge.heads(), [h(200)]);
        prop_assert_eq!(merge.content(), &expected);
    }
}
