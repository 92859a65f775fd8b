//! What is sealed to whom: scope keys in boxes, content keys in wraps, payloads under content
//! keys, receipts to a scope's public key (docs/format.md, "Key epochs" and "Items").

mod content;
mod epoch;
mod open_to_scope;

pub use content::{PayloadPlace, hold_wrap, open_payload, open_wrap, seal_payload, seal_wrap};
pub use epoch::{Addressee, EpochError, make_box, make_epoch, open_box, open_parent};
pub use open_to_scope::{open_from_scope, seal_to_scope};
