//! An edit made on a merged view, put onto one head.
//!
//! While a conflict is open, a revision whose parents are all heads would decide it by its
//! stand-in. Somebody who edits another field meanwhile must not do that: the edit goes onto one
//! head alone, and the conflict stays.

use std::collections::BTreeSet;

use super::order::{ids, same_order, weave};
use crate::item::{ItemContent, Part};

/// What `edited` changed against `shown`, put onto `onto`. Whatever the edit did not touch stays
/// as it is in `onto`.
#[must_use]
pub fn rebase(onto: &ItemContent, shown: &ItemContent, edited: &ItemContent) -> ItemContent {
    let mut content = onto.duplicate();
    let parts: BTreeSet<Part> = shown.parts().chain(edited.parts()).collect();
    for part in parts {
        if shown.part(part) != edited.part(part) {
            content.set_part(part, edited.part(part));
        }
    }
    edited
        .tags()
        .filter(|tag| !shown.has_tag(tag))
        .for_each(|tag| content.add_tag(tag));
    shown
        .tags()
        .filter(|tag| !edited.has_tag(tag))
        .for_each(|tag| content.remove_tag(tag));
    let order = if same_order(shown, edited) {
        weave([ids(onto), ids(edited)])
    } else {
        weave([ids(edited), ids(onto)])
    };
    content.order_fields(&order);
    content.require_reader_of(edited);
    content
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::item::arbitrary::any_content;

    proptest! {
        #[test]
        fn an_edit_on_what_was_shown_is_the_edit(shown in any_content(), edited in any_content()) {
            let got = rebase(&shown, &shown, &edited);
            for part in shown.parts().chain(edited.parts()) {
                prop_assert_eq!(got.part(part), edited.part(part));
            }
            prop_assert!(got.tags().eq(edited.tags()));
            prop_assert_eq!(ids(&got), ids(&edited));
        }

        #[test]
        fn no_edit_changes_nothing(onto in any_content(), shown in any_content()) {
            let mut expected = onto.duplicate();
            expected.require_reader_of(&shown);
            prop_assert_eq!(rebase(&onto, &shown, &shown), expected);
        }

        #[test]
        fn what_was_not_touched_stays(onto in any_content(), shown in any_content(), title in ".{5}") {
            let mut edited = shown.duplicate();
            edited.set_title(title.as_str());
            let got = rebase(&onto, &shown, &edited);
            prop_assert_eq!(got.title(), title);
            for part in onto.parts().filter(|p| *p != Part::Title) {
                prop_assert_eq!(got.part(part), onto.part(part));
            }
        }
    }
}
