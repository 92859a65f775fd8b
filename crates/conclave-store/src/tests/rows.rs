//! What is put comes back, in order, and only what was committed.

use super::*;

fn ok<T>(result: Result<T, StoreError>) -> T {
    result.unwrap()
}

#[test]
fn everything_comes_back_after_locking_and_after_reopening() {
    let (folder, mut store) = profile(1);
    fill(&mut store);
    let before = ok(read_all(&mut store));
    assert_eq!(before.len(), 36, "{:?}", before.keys());
    let mut store = unlock(ok(store.lock())).map_err(|(_, e)| e).unwrap();
    assert_eq!(ok(read_all(&mut store)), before);
    drop(store);
    let mut store = ok(reopen(folder.path()));
    assert_eq!(ok(read_all(&mut store)), before);
    ok(store.check_structure());
}

#[test]
fn values_are_replaced_listed_by_prefix_and_deleted() {
    let (_folder, mut store) = profile(1);
    ok(store.transaction(|tx| {
        for name in ["high/2", "high/1", "other"] {
            tx.put_value(Some(&team(1)), name, b"old")?;
        }
        tx.put_value(Some(&team(1)), "high/1", b"new")?;
        tx.put_value(Some(&team(1)), "", b"")?;
        // A transaction reads what it wrote.
        assert_eq!(
            tx.value(Some(&team(1)), "high/1")?.unwrap().as_slice(),
            b"new"
        );
        Ok(())
    }));
    let names = |store: &OpenStore, prefix: &str| -> Vec<String> {
        let values = ok(store.values(Some(&team(1)), prefix));
        values.into_iter().map(|(name, _)| name).collect()
    };
    assert_eq!(names(&store, "high/"), ["high/1", "high/2"]);
    assert_eq!(names(&store, ""), ["", "high/1", "high/2", "other"]);
    assert!(ok(store.value(None, "other")).is_none(), "another team's");
    assert!(ok(store.value(Some(&team(2)), "other")).is_none());
    assert!(ok(
        store.transaction(|tx| tx.delete_value(Some(&team(1)), "other"))
    ));
    assert!(!ok(
        store.transaction(|tx| tx.delete_value(Some(&team(1)), "other"))
    ));
    assert!(ok(store.value(Some(&team(1)), "other")).is_none());
}

#[test]
fn a_failed_transaction_leaves_nothing_and_a_panic_neither() {
    let (_folder, mut store) = profile(1);
    fill(&mut store);
    let before = ok(read_all(&mut store));
    let failed = store.transaction(|tx| {
        tx.put_item(&team(1), &item(1), b"changed")?;
        tx.put_overview(&team(1), &item(1), b"changed")?;
        tx.clear_overviews(&team(2))?;
        tx.put_overview(&team(3), &item(9), &[0; 70_000])?;
        Err::<(), _>(StoreError::WrongKey)
    });
    assert!(matches!(failed, Err(StoreError::WrongKey)));
    assert_eq!(ok(read_all(&mut store)), before);
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let _: Result<(), StoreError> = store.transaction(|tx| {
            tx.put_item(&team(1), &item(1), b"changed")?;
            tx.put_overview(&team(1), &item(1), b"changed")?;
            panic!("a fault of the caller");
        });
    }));
    assert!(panicked.is_err());
    assert_eq!(ok(read_all(&mut store)), before);
    ok(store.transaction(|tx| tx.put_item(&team(1), &item(1), b"changed")));
}

#[test]
fn packs_come_in_order_and_stay_beside_their_rivals() {
    let (_folder, mut store) = profile(1);
    let none: [(EntryHash, Vec<u8>); 0] = [];
    ok(store.transaction(|tx| {
        for (l, first, last, control) in [
            (2, 0, 9, &b"e"[..]),
            (1, 10, 11, b"c"),
            (1, 2, 3, b"b"),
            (1, 0, 1, b"a"),
            (1, 0, 1, b"a"),
            (1, 300, 400, b"d"),
        ] {
            tx.put_pack(&team(1), &log(l), first, last, control, &none)?;
        }
        // The same range with other bytes is a proof of equivocation and kept.
        tx.put_pack(&team(1), &log(2), 0, 9, b"e", &none)?;
        tx.put_pack(&team(1), &log(2), 0, 9, b"rival", &none)
    }));
    let list = |store: &OpenStore, log: Option<&LogId>| -> Vec<(LogId, u64, u64)> {
        let packs = ok(store.packs(&team(1), log)).map(ok);
        packs
            .map(|pack| (pack.log, pack.first, pack.last))
            .collect()
    };
    let first_log = [(0, 1), (2, 3), (10, 11), (300, 400)].map(|(a, b)| (log(1), a, b));
    assert_eq!(list(&store, Some(&log(1))), first_log);
    let second_log = [(log(2), 0, 9), (log(2), 0, 9)];
    assert_eq!(list(&store, None), [&first_log[..], &second_log].concat());
    assert!(list(&store, Some(&log(3))).is_empty());
    assert_eq!(ok(store.packs(&team(2), None)).count(), 0);

    let replaced = ok(store.transaction(|tx| {
        tx.put_pack(&team(1), &log(1), 0, 11, b"merged", &none)?;
        tx.delete_replaced(&team(1), &log(1), 0, 11)
    }));
    assert_eq!(replaced, 3);
    let merged = [(log(1), 0, 11), (log(1), 300, 400)];
    assert_eq!(list(&store, Some(&log(1))), merged);
    assert_eq!(
        ok(store.transaction(|tx| tx.delete_pack(&team(1), &log(2), 0, 9))),
        2
    );
    assert_eq!(list(&store, Some(&log(2))), []);
}

#[test]
fn bodies_are_kept_once_and_can_be_healed() {
    let (_folder, mut store) = profile(1);
    ok(store.transaction(|tx| {
        tx.put_pack(&team(1), &log(1), 0, 0, b"a", &[(entry(1), b"body")])?;
        // A body that is there is not written again, whatever a merged pack says.
        tx.put_pack(&team(1), &log(1), 0, 1, b"b", &[(entry(1), b"else")])
    }));
    assert_eq!(
        ok(store.body(&team(1), &entry(1))).unwrap().as_slice(),
        b"body"
    );
    ok(store.transaction(|tx| tx.put_body(&team(1), &entry(1), b"fetched again")));
    assert_eq!(
        ok(store.body(&team(1), &entry(1))).unwrap().as_slice(),
        b"fetched again"
    );
    assert!(ok(store.has_body(&team(1), &entry(1))));
    assert!(ok(
        store.transaction(|tx| tx.delete_body(&team(1), &entry(1)))
    ));
    assert!(!ok(store.has_body(&team(1), &entry(1))));
    assert!(ok(store.body(&team(1), &entry(1))).is_none());
}

#[test]
fn own_entries_follow_on_each_other_and_become_packs() {
    let (_folder, mut store) = profile(1);
    let (t, l) = (team(1), log(1));
    let append = |store: &mut OpenStore, seq: u64| {
        let body = [seq as u8; 3];
        store.transaction(|tx| {
            let body = seq
                .is_multiple_of(2)
                .then_some((entry(seq as u32), body.as_slice()));
            tx.append_pending(&t, &l, seq, &[seq as u8], body)
        })
    };
    let out_of_order = |result: Result<(), StoreError>, next: u64, got: u64| match result {
        Err(StoreError::OutOfOrder { expected, found }) => {
            assert_eq!((expected, found), (next, got));
        }
        other => panic!("{other:?}"),
    };
    out_of_order(append(&mut store, 1), 0, 1);
    for seq in 0..6 {
        assert_eq!(ok(store.next_seq(&t, &l)), seq);
        ok(append(&mut store, seq));
    }
    out_of_order(append(&mut store, 5), 6, 5);
    out_of_order(append(&mut store, 7), 6, 7);
    assert_eq!(ok(store.body(&t, &entry(4))).unwrap().as_slice(), [4; 3]);

    let pack = |store: &mut OpenStore, first, last| {
        store.transaction(|tx| tx.pack_pending(&t, &l, first, last, b"control"))
    };
    out_of_order(pack(&mut store, 1, 3), 0, 1);
    out_of_order(pack(&mut store, 0, 6), 5, 6);
    ok(pack(&mut store, 0, 3));
    let left: Vec<_> = ok(store.pending(&t, &l))
        .iter()
        .map(|entry| entry.seq)
        .collect();
    assert_eq!(left, [4, 5]);
    ok(pack(&mut store, 4, 5));
    assert!(ok(store.pending(&t, &l)).is_empty());
    out_of_order(pack(&mut store, 6, 6), 6, 6);
    // The bodies outlive the pending rows, and the numbers go on behind the packs.
    for seq in [0, 2, 4] {
        assert_eq!(
            ok(store.body(&t, &entry(seq))).unwrap().as_slice(),
            [seq as u8; 3]
        );
    }
    out_of_order(append(&mut store, 0), 6, 0);
    ok(append(&mut store, 6));
}

#[test]
fn a_forgotten_team_is_gone_and_the_other_stays() {
    let (_folder, mut store) = profile(1);
    fill(&mut store);
    let before = ok(read_all(&mut store));
    ok(store.transaction(|tx| tx.forget_team(&team(1))));
    let after = ok(read_all(&mut store));
    let kept = |place: &str| !place.starts_with("one") && !place.starts_with(&team(1).to_string());
    let expected: BTreeMap<_, _> = before
        .into_iter()
        .filter(|(place, _)| kept(place))
        .collect();
    assert_eq!(after, expected);
    assert_eq!(ok(store.teams()), [team(2)]);
}

#[test]
fn what_no_honest_caller_stores_is_refused() {
    let (_folder, mut store) = profile(1);
    let refused = |result: Result<(), StoreError>| {
        assert!(
            matches!(result, Err(StoreError::TooLarge { .. })),
            "{result:?}"
        );
    };
    let long = "n".repeat(257);
    refused(store.transaction(|tx| tx.put_value(None, &long, b"")));
    refused(store.transaction(|tx| tx.put_draft(&team(1), long.as_bytes(), b"")));
    refused(store.transaction(|tx| tx.put_overview(&team(1), &item(1), &[0; (128 << 10) + 1])));
    let huge = vec![0; (32 << 20) + 1];
    refused(store.transaction(|tx| tx.put_item(&team(1), &item(1), &huge)));
    let none: [(EntryHash, Vec<u8>); 0] = [];
    refused(store.transaction(|tx| tx.put_pack(&team(1), &log(1), 0, 1 << 40, b"", &none)));
    // The longest that is taken passes through the database's own limit.
    let largest = &huge[..32 << 20];
    ok(store.transaction(|tx| tx.put_item(&team(1), &item(1), largest)));
    assert_eq!(ok(store.item(&team(1), &item(1))).unwrap().len(), 32 << 20);
}
