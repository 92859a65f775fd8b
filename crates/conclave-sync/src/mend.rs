//! Which packs vanished from the storage, and which of them to put back.
//!
//! Any device may put back a verified pack, byte for byte, unless a larger pack covers the range
//! (docs/format.md, "The folder"). A listed name alone covers nothing: a made-up name must not keep
//! a pack, and with it a removal, from newcomers.

use std::cmp::Reverse;

use conclave_core::{layout::Span, remote::Key};

use crate::{folder::Folder, local::Held, wire::Cause};

/// What a log's folder lacks.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Lost {
    /// Kept packs that are not there, or not whole, and that nothing there makes up for.
    pub(crate) missing: Vec<Held>,
    /// Those of them that make it whole.
    pub(crate) restore: Vec<Held>,
}

/// Compares what is kept of a log with what its folder lists. `failed` are the files that were
/// read just now and are not what they should be: only such a file is ever written over. A newer
/// version may have rewritten a log, but not the one that this device alone writes.
pub(crate) fn lost(held: &[Held], folder: &Folder, failed: &[(Key, Cause)], own: bool) -> Lost {
    let is_damaged = |h: &Held| {
        let damaged = |(key, cause): &(Key, Cause)| {
            let bad = match cause {
                Cause::Damaged | Cause::Absent | Cause::TooLarge => true,
                Cause::Newer => own,
                Cause::Unreadable => false,
            };
            bad && *key == h.id.key()
        };
        failed.iter().any(damaged)
    };
    let is_there = |h: &Held| folder.packs.get(&h.id.span) == Some(&h.len) && !is_damaged(h);
    let there: Vec<Span> = held
        .iter()
        .filter(|h| is_there(h))
        .map(|h| h.id.span)
        .collect();
    let may_write = |h: &Held| !folder.packs.contains_key(&h.id.span) || is_damaged(h);
    let mut missing: Vec<Held> = held
        .iter()
        .filter(|h| may_write(h) && !there.iter().any(|span| span.covers(h.id.span)))
        .copied()
        .collect();
    missing.sort_by_key(|h| (h.id.span.first(), Reverse(h.id.span.last())));
    let mut restore: Vec<Held> = Vec::new();
    for one in &missing {
        // In this order whatever covers a pack comes before it.
        if !restore.iter().any(|put| put.id.span.covers(one.id.span)) {
            restore.push(*one);
        }
    }
    Lost { missing, restore }
}

#[cfg(test)]
mod tests {
    use conclave_core::{
        id::LogId,
        layout::{ObjectName, PackName},
        pack::PackId,
        remote::ListItem,
    };

    use super::*;

    const LOG: LogId = LogId::new([4; 32]);

    fn held(first: u64, last: u64) -> Held {
        let id = PackId {
            log: LOG,
            span: Span::new(first, last).unwrap(),
        };
        Held {
            id,
            len: 100 + last - first,
        }
    }

    fn folder(packs: &[(Held, u64)]) -> Folder {
        let item = |(h, size): &(Held, u64)| ListItem {
            name: PackName { span: h.id.span }.name(),
            size: *size,
        };
        Folder::read(LOG, &packs.iter().map(item).collect::<Vec<_>>())
    }

    fn whole(held: &[Held]) -> Folder {
        folder(&held.iter().map(|h| (*h, h.len)).collect::<Vec<_>>())
    }

    #[test]
    fn nothing_is_lost_where_all_is_there_or_covered() {
        let all = [held(0, 3), held(4, 4), held(0, 4)];
        assert_eq!(lost(&all, &whole(&all), &[], false), Lost::default());
        assert_eq!(lost(&all, &whole(&all[2..]), &[], false), Lost::default());
    }

    #[test]
    fn what_vanished_comes_back_in_as_few_files_as_are_kept() {
        let all = [held(0, 3), held(4, 4), held(0, 4), held(5, 5)];
        let found = lost(&all, &whole(&all[3..]), &[], false);
        assert_eq!(found.restore, [held(0, 4)]);
        assert_eq!(found.missing.len(), 3);
    }

    #[test]
    fn a_made_up_name_covers_nothing() {
        let all = [held(0, 3), held(4, 4)];
        let found = lost(&all, &whole(&[held(0, 3), held(0, 9)]), &[], false);
        assert_eq!(found.restore, [held(4, 4)]);
    }

    #[test]
    fn only_a_file_that_was_read_and_is_damaged_is_written_over() {
        let all = [held(0, 3)];
        let short = folder(&[(held(0, 3), 7)]);
        assert_eq!(lost(&all, &short, &[], false), Lost::default());
        for (cause, own, put) in [
            (Cause::Damaged, false, 1),
            (Cause::Unreadable, true, 0),
            (Cause::Newer, false, 0),
            (Cause::Newer, true, 1),
        ] {
            let failed = [(held(0, 3).id.key(), cause)];
            assert_eq!(
                lost(&all, &short, &failed, own).restore.len(),
                put,
                "{cause:?}"
            );
            assert_eq!(
                lost(&all, &whole(&all), &failed, own).restore.len(),
                put,
                "{cause:?}"
            );
        }
    }
}
