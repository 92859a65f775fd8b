//! The targets, by what their bytes are.

pub(crate) mod apply;
pub(crate) mod item;
pub(crate) mod joining;
pub(crate) mod member;
pub(crate) mod names;
pub(crate) mod sealed;
pub(crate) mod wire;

#[cfg(test)]
mod tests {
    use conclave_core::{
        cbor,
        item::ItemContent,
        pack::{Head, Pack},
        replica::Offer,
    };

    use super::*;
    use crate::{TARGETS, world::world};

    /// A target whose inputs are all refused at the door would test the door alone.
    #[test]
    fn what_the_targets_begin_with_is_accepted() {
        let w = world();
        for target in TARGETS {
            let corpus = (target.corpus)();
            assert!(!corpus.is_empty(), "{}", target.name);
            corpus.iter().for_each(|bytes| (target.run)(bytes));
        }
        let pack = Pack::open(w.team, &w.out, &w.pack.0, &w.pack.1).unwrap();
        assert!(pack.verify().unwrap().bodies(&w.pack.1).is_ok());
        assert!(Head::open(w.team, &w.out, &w.pack.0, &w.head).is_ok());
        assert!(Offer::open(w.team, w.invite, &w.code, &w.offer).is_ok());
        assert!(w.ana.open_request(w.invite, &w.request).is_ok());
        for plain in [
            wire::pack_controls(),
            wire::head_bodies(),
            joining::offer_bodies(),
            joining::request_bodies(),
        ] {
            assert!(cbor::validate(&plain[0]).is_ok());
        }
        let item = ItemContent::decode(&item::items()[0]).unwrap();
        assert_eq!(item.files().len(), 2);
        assert!(member::records().len() > 20);
    }

    #[test]
    fn members_entries_reach_the_team() {
        let w = world();
        for record in member::records() {
            assert!(!member::forged(w, &record).is_empty());
        }
    }
}
