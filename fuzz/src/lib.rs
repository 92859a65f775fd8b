//! Every parser of Conclave that reads what somebody else may have written, each as one function
//! of bytes that must return.
//!
//! A [`Target`] is that function, a few valid objects to begin with, and what one input may cost.
//! Ciphertexts commit to their key, so mutating them tests little beyond their first check. For
//! each sealed object there is therefore a second target whose bytes are the *plaintext*: it seals
//! them first, as a member who holds the key could (docs/threat-model.md, "A member").

mod keys;
pub mod mutate;
mod targets;
mod world;

use crate::targets::{apply, item, joining, kit, member, names, said, sealed, second, wire};

/// The longest input that is tried, in bytes.
pub const MAX_INPUT: usize = 64 * 1024;

/// One function of bytes that must return.
#[derive(Clone, Copy)]
pub struct Target {
    /// What it is called on the command line.
    pub name: &'static str,
    /// Reads the bytes. A panic is a bug, and so is an accepted input that breaks a promise.
    pub run: fn(&[u8]),
    /// Valid inputs to begin with.
    pub corpus: fn() -> Vec<Vec<u8>>,
    /// Bytes of memory that one input may cost, besides 64 for each byte of its own.
    pub spare: usize,
}

/// Memory for what does not depend on the input.
const LITTLE: usize = 4 << 20;
/// The same where a whole team is judged.
const TEAM: usize = 64 << 20;

const fn target(name: &'static str, run: fn(&[u8]), corpus: fn() -> Vec<Vec<u8>>) -> Target {
    Target {
        name,
        run,
        corpus,
        spare: LITTLE,
    }
}

/// All of them.
pub const TARGETS: &[Target] = &[
    target("cbor", wire::cbor, wire::controls),
    target("bodies", wire::bodies, wire::controls),
    target("header", wire::header, wire::headers),
    target("entry", wire::entry, wire::entries),
    target("pack", wire::pack, wire::packs),
    target("pack_control", wire::pack_control, wire::pack_controls),
    target("head", wire::head, wire::heads),
    target("head_body", wire::head_body, wire::head_bodies),
    target("env", sealed::env, sealed::envs),
    target("wrap", sealed::wrap, sealed::wraps),
    target("attachment", sealed::attachment, sealed::attachments),
    target(
        "attachment_chunk",
        sealed::attachment_chunk,
        sealed::attachment_chunks,
    ),
    target("boxes", sealed::boxes, sealed::boxed),
    target("public_keys", sealed::public_keys, sealed::keys),
    target("invitation", joining::invitation, joining::invitations),
    target("machine_key", joining::machine_key, joining::machine_keys),
    target("offer", joining::offer, joining::offers),
    target("offer_body", joining::offer_body, joining::offer_bodies),
    target("request", joining::request, joining::requests),
    target(
        "request_body",
        joining::request_body,
        joining::request_bodies,
    ),
    target("kit", kit::pointer, kit::pointers),
    target("kit_body", kit::pointer_body, kit::pointer_bodies),
    target("device_offer", second::offer, second::offers),
    target(
        "device_offer_body",
        second::offer_body,
        second::offer_bodies,
    ),
    target("device_request", second::request, second::requests),
    target(
        "device_request_body",
        second::request_body,
        second::request_bodies,
    ),
    target("reveal", second::reveal, second::reveals),
    target("reveal_body", second::reveal_body, second::reveal_bodies),
    target("record", said::record, said::records),
    target("record_body", said::record_body, said::record_bodies),
    target("receipt", said::receipt, said::receipts),
    target("receipt_body", said::receipt_body, said::receipt_bodies),
    target("receipt_says", said::receipt_says, said::receipts_said),
    target("payload", item::payload, item::payloads),
    target("item", item::item, item::items),
    target("overview", item::overview, item::overviews),
    target("names", names::names, names::all),
    Target {
        spare: TEAM,
        ..target("member", member::stranger, member::records)
    },
    Target {
        spare: TEAM,
        ..target("member_keys", member::founder, member::records)
    },
    Target {
        spare: TEAM,
        ..target("apply", apply::apply, apply::arrivals)
    },
];
