//! Items: a payload under its content key, the content key under each scope's key.

use conclave_crypto::{
    ContentKey, OpenError, Pad, ScopeKey, SealError, SealPublicKey, boxes,
    env::{self, Ctx},
    label, lp,
};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::{
    body::Wrap,
    id::{DeviceId, EntryHash, ItemId, ScopeId, TeamId},
};

/// Where a payload belongs: all of it is in the context, so it opens nowhere else.
#[derive(Debug, Clone, Copy)]
pub struct PayloadPlace<'a> {
    /// The team.
    pub team: TeamId,
    /// The item.
    pub item: ItemId,
    /// The vault or personal scope that the item lives in.
    pub home: ScopeId,
    /// The revisions that this one was made from.
    pub parents: &'a [EntryHash],
    /// The author's device.
    pub author: DeviceId,
    /// The payload's schema.
    pub schema: u32,
}

impl PayloadPlace<'_> {
    fn ctx(&self) -> Ctx {
        let parents: Vec<u8> = self.parents.iter().flat_map(|p| *p.as_bytes()).collect();
        Ctx::new(
            label::ITEM_PAYLOAD,
            &[
                self.team.as_bytes(),
                self.item.as_bytes(),
                self.home.as_bytes(),
                &parents,
                self.author.as_bytes(),
                &self.schema.to_le_bytes(),
            ],
        )
    }
}

/// Seals an item's payload: one ciphertext for the whole item, padded to at least 512 bytes.
#[must_use]
pub fn seal_payload(
    place: &PayloadPlace<'_>,
    key: &ContentKey,
    payload: &[u8],
    rng: &mut dyn CryptoRng,
) -> Vec<u8> {
    env::seal(key, &place.ctx(), Pad::PadmeMin512, payload, rng)
}

/// Opens an item's payload.
///
/// # Errors
/// [`OpenError`], whatever the reason.
pub fn open_payload(
    place: &PayloadPlace<'_>,
    key: &ContentKey,
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    env::open(key, &place.ctx(), Pad::PadmeMin512, sealed)
}

/// The ids that bind a wrap to one payload: `payload` is the hash that the header names.
fn wrap_fields<'a>(
    team: &'a TeamId,
    item: &'a ItemId,
    payload: &'a [u8; 32],
    scope: &'a ScopeId,
    epoch: &'a EntryHash,
) -> [&'a [u8]; 5] {
    [
        team.as_bytes(),
        item.as_bytes(),
        payload,
        scope.as_bytes(),
        epoch.as_bytes(),
    ]
}

/// Wraps a content key for a scope whose key the writer holds.
#[must_use]
pub fn hold_wrap(
    team: TeamId,
    item: ItemId,
    payload: &[u8; 32],
    (scope, epoch, vk): (ScopeId, EntryHash, &ScopeKey),
    key: &ContentKey,
    rng: &mut dyn CryptoRng,
) -> Wrap {
    let ctx = Ctx::new(
        label::CONTENT_WRAP,
        &wrap_fields(&team, &item, payload, &scope, &epoch),
    );
    Wrap::Held {
        scope,
        epoch,
        wrapped: env::wrap(vk, &ctx, key, rng),
    }
}

/// Wraps a content key for a scope that the writer does not read, by its public key.
///
/// # Errors
/// [`SealError`] when the scope's key is of low order.
pub fn seal_wrap(
    team: TeamId,
    item: ItemId,
    payload: &[u8; 32],
    (scope, epoch, pk): (ScopeId, EntryHash, &SealPublicKey),
    key: &ContentKey,
    rng: &mut dyn CryptoRng,
) -> Result<Wrap, SealError> {
    let info = lp(
        label::CONTENT_BOX,
        &wrap_fields(&team, &item, payload, &scope, &epoch),
    );
    // EXPOSE: the content key is what the box carries.
    let sealed = boxes::seal(pk, &info, &[], key.expose_secret(), rng)?;
    let mut ct = [0; 48];
    ct.copy_from_slice(&sealed.ct);
    Ok(Wrap::Sealed {
        scope,
        epoch,
        enc: Box::new(sealed.enc),
        ct,
    })
}

/// Opens a wrap with the scope key of its epoch.
///
/// # Errors
/// [`OpenError`], whatever the reason.
pub fn open_wrap(
    team: TeamId,
    item: ItemId,
    payload: &[u8; 32],
    wrap: &Wrap,
    vk: &ScopeKey,
) -> Result<ContentKey, OpenError> {
    match wrap {
        Wrap::Held {
            scope,
            epoch,
            wrapped,
        } => {
            let fields = wrap_fields(&team, &item, payload, scope, epoch);
            env::unwrap(vk, &Ctx::new(label::CONTENT_WRAP, &fields), wrapped)
        }
        Wrap::Sealed {
            scope,
            epoch,
            enc,
            ct,
        } => {
            let info = lp(
                label::CONTENT_BOX,
                &wrap_fields(&team, &item, payload, scope, epoch),
            );
            let plain = boxes::open(&vk.sealing(), &info, &[], enc.as_slice(), ct)?;
            ContentKey::from_slice(&plain)
        }
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

    use super::*;

    #[test]
    fn hostile_01_both_wraps_open_for_their_payload_alone() {
        let mut rng = ChaCha20Rng::seed_from_u64(4);
        let (team, item) = (TeamId::new([1; 32]), ItemId::new([2; 32]));
        let (scope, epoch) = (ScopeId::new([3; 32]), EntryHash::new([4; 32]));
        let (vk, key) = (ScopeKey::random(&mut rng), ContentKey::random(&mut rng));
        let payload = [5; 32];
        let held = hold_wrap(team, item, &payload, (scope, epoch, &vk), &key, &mut rng);
        let pair = vk.sealing();
        let sealed = seal_wrap(
            team,
            item,
            &payload,
            (scope, epoch, pair.public()),
            &key,
            &mut rng,
        )
        .unwrap();
        for wrap in [held, sealed] {
            let got = open_wrap(team, item, &payload, &wrap, &vk).unwrap();
            assert_eq!(got.expose_secret(), key.expose_secret());
            assert!(open_wrap(team, item, &[6; 32], &wrap, &vk).is_err());
            assert!(open_wrap(team, ItemId::new([9; 32]), &payload, &wrap, &vk).is_err());
            assert!(open_wrap(team, item, &payload, &wrap, &ScopeKey::random(&mut rng)).is_err());
        }
    }

    #[test]
    fn hostile_01_a_payload_opens_in_its_place_alone() {
        let mut rng = ChaCha20Rng::seed_from_u64(5);
        let key = ContentKey::random(&mut rng);
        let parents = [EntryHash::new([1; 32])];
        let place = PayloadPlace {
            team: TeamId::new([1; 32]),
            item: ItemId::new([2; 32]),
            home: ScopeId::new([3; 32]),
            parents: &parents,
            author: DeviceId::new([4; 32]),
            schema: 1,
        };
        let sealed = seal_payload(&place, &key, b"secret", &mut rng);
        assert_eq!(
            open_payload(&place, &key, &sealed).unwrap().as_slice(),
            b"secret"
        );
        for other in [
            PayloadPlace {
                team: TeamId::new([9; 32]),
                ..place
            },
            PayloadPlace {
                item: ItemId::new([9; 32]),
                ..place
            },
            PayloadPlace {
                home: ScopeId::new([9; 32]),
                ..place
            },
            PayloadPlace {
                parents: &[],
                ..place
            },
            PayloadPlace {
                author: DeviceId::new([9; 32]),
                ..place
            },
            PayloadPlace { schema: 2, ..place },
        ] {
            assert!(open_payload(&other, &key, &sealed).is_err());
        }
    }
}
