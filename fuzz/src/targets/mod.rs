//! The targets, by what their bytes are.

pub(crate) mod apply;
pub(crate) mod item;
pub(crate) mod joining;
pub(crate) mod kit;
pub(crate) mod member;
pub(crate) mod names;
pub(crate) mod said;
pub(crate) mod sealed;
pub(crate) mod second;
pub(crate) mod wire;

#[cfg(test)]
mod tests {
    use conclave_core::{
        cbor,
        item::ItemContent,
        kind::Kind,
        pack::{Head, Pack},
        replica::{DeviceOffer, KitPointer, Offer},
    };
    use conclave_crypto::PairingKey;

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
        assert!(KitPointer::open(&w.kit, &kit::pointers()[0]).is_ok());
        let code = PairingKey::derive(b"ten words");
        assert!(DeviceOffer::open(&code, &second::offers()[0]).is_ok());
        assert_eq!(second::pairing().taken.name, "lap");
        for plain in [
            wire::pack_controls(),
            wire::head_bodies(),
            joining::offer_bodies(),
            joining::request_bodies(),
            kit::pointer_bodies(),
            second::offer_bodies(),
            second::request_bodies(),
            second::reveal_bodies(),
            said::record_bodies(),
            said::receipt_bodies(),
        ] {
            assert!(cbor::validate(&plain[0]).is_ok());
        }
        let item = ItemContent::decode(&item::items()[0]).unwrap();
        assert_eq!(item.files().len(), 2);
        assert!(member::records().len() > 20);
    }

    #[test]
    fn what_members_say_is_read_by_ana() {
        let (w, mut all) = (world(), 0);
        for written in &w.written {
            let (hash, sealed) = (&written.entry.hash, written.sealed.as_deref());
            let read = match (written.entry.kind(), sealed) {
                (Some(Kind::Profile), Some(sealed)) => w.ana.open_record(hash, sealed).is_some(),
                (Some(Kind::Audit), Some(sealed)) => w.ana.open_receipt(hash, sealed).is_some(),
                (Some(Kind::ItemRev), Some(sealed)) => w.ana.open_revision(hash, sealed).is_some(),
                _ => continue,
            };
            assert!(read, "{:?}", written.entry.kind());
            all += 1;
        }
        let tried = said::records().len() + said::receipts().len() + item::payloads().len();
        assert_eq!(all, tried);
        assert_eq!(said::records().len(), said::record_bodies().len());
        assert_eq!(said::receipts().len(), said::receipt_bodies().len());
    }

    #[test]
    fn members_entries_reach_the_team() {
        let w = world();
        for record in member::records() {
            assert!(!member::forged(w, &record).is_empty());
        }
    }
}
