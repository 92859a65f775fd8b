//! The order of fields after a merge.
//!
//! Orders lose no value, so nobody is asked: the order that one side alone changed stands, else
//! that of the lowest revision hash, and fields that only others have come behind the field that
//! they followed there.

use std::collections::HashSet;

use super::{Bases, Head};
use crate::item::{FieldId, ItemContent};

/// The ids of every field of every head, in the order to show them.
pub(super) fn merge<A>(heads: &[Head<'_, A>], bases: &Bases<'_>) -> Vec<FieldId> {
    let standing = bases.standing(heads, same_order);
    let rest = heads.iter().map(|h| h.source.content);
    let orders = standing
        .first()
        .map(|h| h.source.content)
        .into_iter()
        .chain(rest);
    weave(orders.map(ids))
}

/// Do the fields that both have stand in the same order?
pub(super) fn same_order(a: &ItemContent, b: &ItemContent) -> bool {
    let in_a: HashSet<FieldId> = ids(a).into_iter().collect();
    let in_b: HashSet<FieldId> = ids(b).into_iter().collect();
    let of_a = ids(a).into_iter().filter(|id| in_b.contains(id));
    let of_b = ids(b).into_iter().filter(|id| in_a.contains(id));
    of_a.eq(of_b)
}

/// Keeps the first order and puts what later ones add behind the field that it followed there,
/// and behind fields that the later one does not have.
pub(super) fn weave(orders: impl IntoIterator<Item = Vec<FieldId>>) -> Vec<FieldId> {
    let mut woven: Vec<FieldId> = Vec::new();
    for order in orders {
        let here: HashSet<FieldId> = order.iter().copied().collect();
        let there: HashSet<FieldId> = woven.iter().copied().collect();
        let mut at = 0;
        for id in order {
            if there.contains(&id) {
                at = woven.iter().position(|w| *w == id).map_or(at, |p| p + 1);
                continue;
            }
            let skip = woven
                .iter()
                .skip(at)
                .take_while(|w| !here.contains(w))
                .count();
            at += skip;
            woven.insert(at, id);
            at += 1;
        }
    }
    woven
}

/// The ids of a content's fields, in order.
pub(super) fn ids(content: &ItemContent) -> Vec<FieldId> {
    content.fields().iter().map(|field| field.id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn woven(orders: &[&[u8]]) -> Vec<u8> {
        let order = |o: &[u8]| o.iter().map(|n| FieldId::new([*n; 16])).collect();
        weave(orders.iter().map(|o| order(o)))
            .iter()
            .map(|id| id.as_bytes()[0])
            .collect()
    }

    #[test]
    fn new_fields_follow_what_they_followed() {
        assert_eq!(woven(&[&[1, 2, 3]]), [1, 2, 3]);
        assert_eq!(woven(&[&[1, 2, 3], &[1, 9, 2, 3]]), [1, 9, 2, 3]);
        assert_eq!(woven(&[&[2, 1], &[1, 9, 2]]), [2, 1, 9]);
        assert_eq!(woven(&[&[1, 2, 7], &[1, 2, 8, 9]]), [1, 2, 7, 8, 9]);
        assert_eq!(woven(&[&[1], &[8, 9, 1]]), [8, 9, 1]);
        assert_eq!(woven(&[&[], &[1, 2]]), [1, 2]);
    }
}
