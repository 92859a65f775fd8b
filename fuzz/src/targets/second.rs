//! A second device: the offer, the request and what opens the commitment, each as a file and each as
//! whoever has read the code could have written it.

use std::{hint::black_box, sync::OnceLock};

use conclave_core::{
    cbor,
    entry::MAX_SEEN,
    keys::DeviceKeys,
    pack::LogIdentity,
    replica::{Asking, DeviceOffer, DeviceRequest, Offering, Replica, RequestProblem},
};
use conclave_crypto::{
    Pad, PairingKey, boxes,
    env::{self, Ctx},
    label, lp, sha256,
};
use minicbor::{Decode, Encode};

use super::kit::bounded;
use crate::world::{rng, world};

/// Ana's desk offers, her lap asks, the desk takes it.
pub(super) struct Pairing {
    offering: Offering,
    lap: Replica,
    asking: Asking,
    request: Vec<u8>,
    pub(super) taken: DeviceRequest,
    reveal: Vec<u8>,
}

/// What a request says, as docs/format.md has it.
#[derive(Encode, Decode)]
#[cbor(map)]
struct Ask {
    #[n(0)]
    keys: DeviceKeys,
    #[n(1)]
    log: LogIdentity,
    #[n(2)]
    name: String,
    #[n(3)]
    os: String,
    #[n(4)]
    #[cbor(with = "minicbor::bytes")]
    nonce: [u8; 32],
    #[n(5)]
    #[cbor(with = "minicbor::bytes")]
    signature: [u8; 64],
}

fn code() -> PairingKey {
    PairingKey::derive(b"ten words")
}

/// The one pairing.
pub(super) fn pairing() -> &'static Pairing {
    static PAIRING: OnceLock<Pairing> = OnceLock::new();
    PAIRING.get_or_init(|| match make() {
        Some(pairing) => pairing,
        None => unreachable!("the fixed team can always offer"),
    })
}

fn make() -> Option<Pairing> {
    let (desk, mut rng) = (&world().ana, rng(11));
    let offering = desk.offer_device(code(), ("Northwind", "Ana", 1), &mut rng)?;
    let offer = DeviceOffer::open(&code(), &offering.sealed).ok()?;
    let named = ("lap", "linux");
    let asked = offer.ask(&code(), &offering.sealed, named, 14, &mut rng);
    let (lap, asking, request) = asked.ok()?;
    let taken = offering.open_request(desk, &request).ok()?;
    let (_, reveal) = offering.reveal(desk, &taken, &mut rng);
    Some(Pairing {
        offering,
        lap,
        asking,
        request,
        taken,
        reveal,
    })
}

/// The offer as a file.
pub(crate) fn offer(data: &[u8]) {
    if let Ok(offer) = DeviceOffer::open(&code(), data) {
        assert_eq!(offer.person.team(), world().team, "forged");
    }
}

/// The desk's.
pub(crate) fn offers() -> Vec<Vec<u8>> {
    vec![pairing().offering.sealed.clone()]
}

/// What is in an offer; who accepts it makes keys and asks.
pub(crate) fn offer_body(data: &[u8]) {
    let file = env::seal(&code(), &offer_ctx(), Pad::Padme, data, &mut rng(5));
    let Ok(offer) = DeviceOffer::open(&code(), &file) else {
        return;
    };
    bounded(&offer.person);
    let asked = offer.ask(&code(), &file, ("lap", "linux"), 14, &mut rng(6));
    if let Ok((device, ..)) = asked {
        assert_eq!(device.team(), offer.person.team(), "asks another team");
    }
}

/// What is in the desk's.
pub(crate) fn offer_bodies() -> Vec<Vec<u8>> {
    let sealed = &pairing().offering.sealed;
    let plain = env::open(&code(), &offer_ctx(), Pad::Padme, sealed);
    plain.into_iter().map(|plain| plain.to_vec()).collect()
}

/// The request as a file.
pub(crate) fn request(data: &[u8]) {
    let p = pairing();
    if let Ok(request) = p.offering.open_request(&world().ana, data) {
        assert_eq!(request, p.taken, "forged");
    }
}

/// The lap's.
pub(crate) fn requests() -> Vec<Vec<u8>> {
    vec![pairing().request.clone()]
}

/// What is in a request: as it is, and signed once more, as whoever makes the device could.
pub(crate) fn request_body(data: &[u8]) {
    let p = pairing();
    match taken(data) {
        // Only what the lap signed.
        Ok(request) => assert_eq!(said(&request), said(&p.taken), "forged"),
        Err(RequestProblem::CodeNotProven | RequestProblem::Unreadable) => {}
    }
    let Ok(mut ask) = cbor::decode::<Ask>(data) else {
        return;
    };
    ask.signature = signature(&ask);
    if let Ok(request) = taken(&cbor::encode(&ask)) {
        let own = p.lap.own_keys();
        assert_eq!(said(&request), (&own, ask.name.as_str(), ask.os.as_str()));
        let revealed = p.offering.reveal(&world().ana, &request, &mut rng(6));
        let _ = black_box((revealed, p.offering.words(world().team, &request)));
    }
}

/// What is in the lap's.
pub(crate) fn request_bodies() -> Vec<Vec<u8>> {
    let (w, p) = (world(), pairing());
    let (enc, ct) = p.request.split_at(boxes::ENC_LEN.min(p.request.len()));
    let epoch = w.ana.scope_key(w.ana.own_scope()).map(|(epoch, _)| epoch);
    let key = epoch.and_then(|epoch| w.keys.get(&epoch));
    let (code, id, info) = (code(), p.offering.id, request_info());
    // EXPOSE: the code is the pre-shared key of the request.
    let psk = code.expose_secret();
    let plain = key.and_then(|key| {
        let key = key.sealing();
        boxes::open_psk(&key, psk, id.as_bytes(), &info, &[], enc, ct).ok()
    });
    plain.into_iter().map(|plain| plain.to_vec()).collect()
}

/// Sealed under the code to the person's own scope, whose public half is in the offer, and read by
/// the desk.
fn taken(plain: &[u8]) -> Result<DeviceRequest, RequestProblem> {
    let (w, p) = (world(), pairing());
    let unreadable = RequestProblem::Unreadable;
    let (_, pk) = w.ana.scope_key(w.ana.own_scope()).ok_or(unreadable)?;
    let (code, id, info) = (code(), p.offering.id, request_info());
    // EXPOSE: the code is the pre-shared key of the request.
    let psk = code.expose_secret();
    let sealed = boxes::seal_psk(&pk, psk, id.as_bytes(), &info, &[], plain, &mut rng(5));
    let sealed = sealed.map_err(|_| unreadable)?;
    let file = [sealed.enc.as_slice(), &sealed.ct].concat();
    p.offering.open_request(&w.ana, &file)
}

fn said(request: &DeviceRequest) -> (&DeviceKeys, &str, &str) {
    (&request.keys, &request.name, &request.os)
}

fn signature(ask: &Ask) -> [u8; 64] {
    let (team, id) = (world().team, pairing().offering.id);
    let fields: [&[u8]; 7] = [
        team.as_bytes(),
        id.as_bytes(),
        &cbor::encode(&ask.keys),
        &cbor::encode(&ask.log),
        ask.name.as_bytes(),
        ask.os.as_bytes(),
        &ask.nonce,
    ];
    let signed = lp(label::DEVICE_REQUEST, &fields);
    let signer = pairing().lap.me().signer();
    signer.sign(label::DEVICE_PROOF, &[&signed]).to_bytes()
}

/// What opens the commitment, as a file.
pub(crate) fn reveal(data: &[u8]) {
    let p = pairing();
    if let Ok((words, _)) = p.asking.open_reveal(data) {
        assert_eq!(words, p.offering.words(world().team, &p.taken), "forged");
    }
}

/// The desk's.
pub(crate) fn reveals() -> Vec<Vec<u8>> {
    vec![pairing().reveal.clone()]
}

/// What is in it: whatever else it says, the words stay those that were committed to.
pub(crate) fn reveal_body(data: &[u8]) {
    let p = pairing();
    let file = env::seal(&code(), &reveal_ctx(), Pad::Padme, data, &mut rng(5));
    if let Ok((words, heads)) = p.asking.open_reveal(&file) {
        assert!(heads.len() <= MAX_SEEN, "more heads than allowed");
        let own = p.offering.words(world().team, &p.taken);
        assert_eq!(words, own, "other words than were committed to");
    }
}

/// What is in the desk's.
pub(crate) fn reveal_bodies() -> Vec<Vec<u8>> {
    let plain = env::open(&code(), &reveal_ctx(), Pad::Padme, &pairing().reveal);
    plain.into_iter().map(|plain| plain.to_vec()).collect()
}

// docs/format.md, "A second device".

fn offer_ctx() -> Ctx {
    Ctx::new(label::DEVICE_OFFER, &[pairing().offering.id.as_bytes()])
}

fn request_info() -> Vec<u8> {
    let (team, id) = (world().team, pairing().offering.id);
    lp(label::DEVICE_REQUEST, &[team.as_bytes(), id.as_bytes()])
}

fn reveal_ctx() -> Ctx {
    let (team, p) = (world().team, pairing());
    let request = sha256(&p.request);
    let fields: [&[u8]; 3] = [team.as_bytes(), p.offering.id.as_bytes(), &request];
    Ctx::new(label::WORDS_COMMIT, &fields)
}
