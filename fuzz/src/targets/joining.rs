//! Invitations and the answers to them.

use conclave_core::replica::{Invitation, MachineKey, Offer, RequestProblem};
use conclave_crypto::{
    Pad,
    env::{self, Ctx},
    label, lp,
};

use crate::world::{rng, world};

/// `inv/<id>` as a file.
pub(crate) fn offer(data: &[u8]) {
    let w = world();
    if let Ok(offer) = Offer::open(w.team, w.invite, &w.code, data) {
        assert_eq!(offer.invited_name, "Mara", "forged");
    }
}

/// The team's own.
pub(crate) fn offers() -> Vec<Vec<u8>> {
    vec![world().offer.clone()]
}

/// An invitation as somebody pastes it.
pub(crate) fn invitation(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Some(read) = Invitation::from_text(&text) {
        let again = Invitation::from_text(&read.to_text());
        assert_eq!(again, Some(read), "another invitation when written again");
    }
}

/// A machine's key as a file.
pub(crate) fn machine_key(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Some(key) = MachineKey::from_text(&text) {
        let (team, device) = (key.team(), key.device());
        let again = MachineKey::from_text(&key.to_text());
        let again = again.map(|again| (again.team(), again.device()));
        assert_eq!(
            again,
            Some((team, device)),
            "another key when written again"
        );
    }
}

/// The team's own.
pub(crate) fn machine_keys() -> Vec<Vec<u8>> {
    vec![world().machine.to_text().as_bytes().to_vec()]
}

/// The team's own, alone and inside a message.
pub(crate) fn invitations() -> Vec<Vec<u8>> {
    let w = world();
    let invitation = Invitation {
        team: w.team,
        invite: w.invite,
        key: *w.code.signing().verify_key().as_bytes(),
    };
    let text = invitation.to_text();
    let message = format!("Hello Mara,\r\n> {}\u{a0}\r\nAna", text.to_uppercase());
    let message = message.replace("CONCLAVE-INVITATION", "conclave-invitation");
    vec![text.into_bytes(), message.into_bytes()]
}

/// What is in an offer, sealed by somebody who knows the code.
pub(crate) fn offer_body(data: &[u8]) {
    let w = world();
    let file = env::seal(&w.code, &offer_ctx(), Pad::Padme, data, &mut rng(5));
    if let Ok(offer) = Offer::open(w.team, w.invite, &w.code, &file) {
        assert_eq!(offer.team(), w.team, "another team's genesis");
    }
}

/// What is in the team's own.
pub(crate) fn offer_bodies() -> Vec<Vec<u8>> {
    let w = world();
    let plain = env::open(&w.code, &offer_ctx(), Pad::Padme, &w.offer);
    plain.into_iter().map(|plain| plain.to_vec()).collect()
}

/// `inbox/<id>/<sha256>` as a file.
pub(crate) fn request(data: &[u8]) {
    let w = world();
    if let Ok(request) = w.ana.open_request(w.invite, data) {
        assert_eq!(request.user, w.mara.me().user, "forged");
    }
}

/// Mara's.
pub(crate) fn requests() -> Vec<Vec<u8>> {
    vec![world().request.clone()]
}

/// What is in a request, sealed by somebody who does not know the code.
pub(crate) fn request_body(data: &[u8]) {
    let w = world();
    let (info, ctx) = request_ctx();
    let Some((_, pk)) = w.ana.scope_key(w.ana.own_scope()) else {
        return;
    };
    let sealed = conclave_core::sealing::seal_to_scope(&[&pk], &info, &ctx, data, &mut rng(5));
    let Ok(sealed) = sealed else {
        return;
    };
    match w.ana.open_request(w.invite, &sealed) {
        // Only the one that Mara signed.
        Ok(request) => assert_eq!(
            (request.user, request.name.as_str()),
            (w.mara.me().user, "Mara")
        ),
        Err(RequestProblem::CodeNotProven | RequestProblem::Unreadable) => {}
    }
}

/// What is in Mara's.
pub(crate) fn request_bodies() -> Vec<Vec<u8>> {
    // Her request is sealed to keys that only the founder's replica opens, and a replica tells no
    // keys; a body of the same shape is made from what her own entries say.
    let me = world().mara.me();
    let mut bytes = vec![0xa8, 0x00];
    bytes.extend(conclave_core::cbor::encode(&me.facts));
    bytes.push(0x01);
    bytes.extend(conclave_core::cbor::encode(&me.log));
    for (key, text) in [(2_u8, "Mara"), (3, "lap"), (4, "linux")] {
        bytes.push(key);
        bytes.extend(conclave_core::cbor::encode(&text));
    }
    bytes.extend([0x05, 0x02, 0x06, 0x06, 0x07, 0x83]);
    for n in 0..3 {
        bytes.extend([0x58, 0x40]);
        bytes.extend([n; 64]);
    }
    vec![bytes]
}

fn offer_ctx() -> Ctx {
    let w = world();
    Ctx::new(
        label::INVITE_BLOB,
        &[w.team.as_bytes(), w.invite.as_bytes()],
    )
}

/// docs/format.md, "Joining".
pub(super) fn request_ctx() -> (Vec<u8>, Ctx) {
    let w = world();
    let fields: [&[u8]; 2] = [w.team.as_bytes(), w.invite.as_bytes()];
    (
        lp(label::JOIN_BOX, &fields),
        Ctx::new(label::JOIN_BOX, &fields),
    )
}
