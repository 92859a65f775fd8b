//! Heads: hints that save reading a folder (docs/format.md, "Heads").
//!
//! A head's name tells the newest pack of a log; its body is the signed list of the log's live
//! packs. Nothing is decided by a head: a wrong one costs a listing, nothing else.

use conclave_crypto::{OuterKey, Pad, SigningKey, env, label, sign::Signature};
use minicbor::{
    Decode, Decoder, Encode, Encoder,
    decode::Error as DecodeError,
    encode::{Error as EncodeError, Write},
};
use rand_core::CryptoRng;

use super::{LogIdentity, MAGIC, OUT_GENERATION, PackError, PackId, SUITE, outer_ctx};
use crate::{cbor, id::TeamId, layout::Span};

/// The most packs that a head lists.
const MAX_SPANS: usize = 16_384;

impl<C> Encode<C> for Span {
    fn encode<W: Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), EncodeError<W::Error>> {
        e.array(2)?.u64(self.first())?.u64(self.last())?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Span {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, DecodeError> {
        let bad = || DecodeError::message("not a span");
        if d.array()? != Some(2) {
            return Err(bad());
        }
        Self::new(d.u64()?, d.u64()?).ok_or_else(bad)
    }
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct Wire {
    #[n(0)]
    identity: LogIdentity,
    #[n(1)]
    live: Vec<Span>,
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    signature: [u8; 64],
}

/// The live packs of one log, as its device last said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Whose log.
    pub identity: LogIdentity,
    /// Its live packs in ascending order.
    pub live: Vec<Span>,
}

impl Head {
    /// Signs and seals. The file is kept under the newest pack's name in `head/`.
    #[must_use]
    pub fn build(
        &self,
        team: TeamId,
        out: &OuterKey,
        newest: &PackId,
        signer: &SigningKey,
        rng: &mut dyn CryptoRng,
    ) -> Vec<u8> {
        let spans = cbor::encode(&self.live);
        let place = self.identity.place(team);
        let signature = signer.sign(
            label::HEAD,
            &[
                team.as_bytes(),
                place.log.as_bytes(),
                place.device.as_bytes(),
                &spans,
            ],
        );
        let plain = cbor::encode(&Wire {
            identity: self.identity,
            live: self.live.clone(),
            signature: signature.to_bytes(),
        });
        let mut file = Vec::new();
        file.extend_from_slice(&MAGIC);
        file.push(SUITE);
        file.extend_from_slice(&OUT_GENERATION.to_le_bytes());
        file.extend_from_slice(&env::seal(
            out,
            &outer_ctx(label::HEAD_BODY, newest, &team),
            Pad::Padme,
            &plain,
            rng,
        ));
        file
    }

    /// Opens and verifies a head.
    ///
    /// # Errors
    /// [`PackError`] as for packs.
    pub fn open(
        team: TeamId,
        out: &OuterKey,
        newest: &PackId,
        bytes: &[u8],
    ) -> Result<Self, PackError> {
        let rest = bytes.strip_prefix(&MAGIC[..]).ok_or(PackError::Foreign)?;
        let (&[suite, g0, g1, g2, g3], sealed) =
            rest.split_first_chunk::<5>().ok_or(PackError::Short)?;
        if suite != SUITE || u32::from_le_bytes([g0, g1, g2, g3]) != OUT_GENERATION {
            return Err(PackError::Newer);
        }
        let plain = env::open(
            out,
            &outer_ctx(label::HEAD_BODY, newest, &team),
            Pad::Padme,
            sealed,
        )
        .map_err(|_| PackError::Refused)?;
        let wire: Wire = cbor::decode(&plain).map_err(|_| PackError::Refused)?;
        let place = wire.identity.place(team);
        let ascending = wire.live.is_sorted_by(|a, b| a.last() < b.first());
        if place.log != newest.log || wire.live.len() > MAX_SPANS || !ascending {
            return Err(PackError::Refused);
        }
        wire.identity
            .verify_key()
            .verify(
                label::HEAD,
                &[
                    team.as_bytes(),
                    place.log.as_bytes(),
                    place.device.as_bytes(),
                    &cbor::encode(&wire.live),
                ],
                &Signature::from_bytes(wire.signature),
            )
            .map_err(|_| PackError::Refused)?;
        Ok(Self {
            identity: wire.identity,
            live: wire.live,
        })
    }
}
