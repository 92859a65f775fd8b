//! Invitations and the answers to them.

use conclave_core::{
    cbor,
    entry::MAX_SEEN,
    keys::UserFacts,
    pack::LogIdentity,
    replica::{Invitation, MachineKey, Offer, Request, RequestProblem},
    sealing::{open_from_scope, seal_to_scope},
};
use conclave_crypto::{
    Pad, SigningKey,
    env::{self, Ctx},
    label, lp,
};
use minicbor::{Decode, Encode, bytes::ByteArray};

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
        assert!(key.heads.len() <= MAX_SEEN, "more heads than allowed");
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
        assert!(offer.heads.len() <= MAX_SEEN, "more heads than allowed");
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

/// What a request says, as docs/format.md has it.
#[derive(Encode, Decode)]
#[cbor(map)]
struct Ask {
    #[n(0)]
    facts: UserFacts,
    #[n(1)]
    log: LogIdentity,
    #[n(2)]
    name: String,
    #[n(3)]
    device: String,
    #[n(4)]
    os: String,
    #[n(5)]
    colour: u8,
    #[n(6)]
    wall_ms: u64,
    #[n(7)]
    signatures: Vec<ByteArray<64>>,
}

/// What is in a request: as it is, by somebody who does not know the code, and signed once more, by
/// somebody who does.
pub(crate) fn request_body(data: &[u8]) {
    let w = world();
    match asked(data) {
        // Only the one that Mara signed.
        Ok(request) => assert_eq!(
            (request.user, request.name.as_str()),
            (w.mara.me().user, "Mara")
        ),
        Err(RequestProblem::CodeNotProven | RequestProblem::Unreadable) => {}
    }
    let Ok(mut ask) = cbor::decode::<Ask>(data) else {
        return;
    };
    ask.signatures = signatures(&ask);
    if let Ok(request) = asked(&cbor::encode(&ask)) {
        assert_eq!(request.user, ask.facts.id(w.team), "somebody else");
        assert_eq!((request.name, request.device), (ask.name, ask.device));
    }
}

/// Sealed to the inviter, and read by her.
fn asked(plain: &[u8]) -> Result<Request, RequestProblem> {
    let w = world();
    let (info, ctx) = request_ctx();
    let unreadable = RequestProblem::Unreadable;
    let (_, pk) = w.ana.scope_key(w.ana.own_scope()).ok_or(unreadable)?;
    let sealed = seal_to_scope(&[&pk], &info, &ctx, plain, &mut rng(5));
    w.ana
        .open_request(w.invite, &sealed.map_err(|_| unreadable)?)
}

fn signatures(ask: &Ask) -> Vec<ByteArray<64>> {
    let w = world();
    let fields: [&[u8]; 9] = [
        w.team.as_bytes(),
        w.invite.as_bytes(),
        &cbor::encode(&ask.facts),
        &cbor::encode(&ask.log),
        ask.name.as_bytes(),
        ask.device.as_bytes(),
        ask.os.as_bytes(),
        &[ask.colour],
        &ask.wall_ms.to_le_bytes(),
    ];
    let signed = lp(label::JOIN_REQUEST, &fields);
    let keys = [
        w.code.signing(),
        w.maras_kit.signing(),
        w.mara.me().signer(),
    ];
    let sign = |key: &SigningKey| key.sign(label::JOIN_PROOF, &[&signed]).to_bytes();
    keys.iter().map(|key| sign(key).into()).collect()
}

/// What is in Mara's.
pub(crate) fn request_bodies() -> Vec<Vec<u8>> {
    let w = world();
    let (info, ctx) = request_ctx();
    // Sealed to the inviter first.
    let epoch = w.ana.scope_key(w.ana.own_scope()).map(|(epoch, _)| epoch);
    let key = epoch.and_then(|epoch| w.keys.get(&epoch));
    let plain = key.and_then(|key| {
        let key = key.sealing();
        open_from_scope(&key, 0, &info, &ctx, &w.request).ok()
    });
    plain.into_iter().map(|plain| plain.to_vec()).collect()
}

fn offer_ctx() -> Ctx {
    let w = world();
    Ctx::new(
        label::INVITE_BLOB,
        &[w.team.as_bytes(), w.invite.as_bytes()],
    )
}

/// docs/format.md, "Joining".
fn request_ctx() -> (Vec<u8>, Ctx) {
    let w = world();
    let fields: [&[u8]; 2] = [w.team.as_bytes(), w.invite.as_bytes()];
    (
        lp(label::JOIN_BOX, &fields),
        Ctx::new(label::JOIN_BOX, &fields),
    )
}
