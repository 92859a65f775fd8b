//! Making and opening key epochs.

use conclave_crypto::{
    OpenError, ScopeKey, SealError, SealPublicKey, SealSecretKey, boxes,
    env::{self, Ctx},
    label, lp,
};
use rand_core::CryptoRng;

use crate::{
    body::{KeyBox, KeyEpoch, ParentEpoch, Recipient},
    id::{EntryHash, ScopeId, TeamId},
};

/// Whom a box is to be sealed to: the very key bytes that were looked up and compared.
#[derive(Debug, Clone)]
pub struct Addressee {
    /// Who.
    pub recipient: Recipient,
    /// The recipient's epoch that the key belongs to; absent for a device.
    pub key: Option<EntryHash>,
    /// The key.
    pub pk: SealPublicKey,
}

/// Why an epoch cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EpochError {
    /// The box does not open with this key.
    #[error("the key box could not be opened")]
    Open(#[from] OpenError),
    /// The box opens, but not to the key that the epoch commits to: its author lied to somebody.
    #[error("the key box does not hold the key that was announced")]
    Mismatch,
}

/// Makes a new key for a scope, wraps the given earlier keys under it and boxes it.
///
/// # Errors
/// [`SealError`] when a recipient's key is of low order; nothing may then be published.
pub fn make_epoch(
    team: TeamId,
    scope: ScopeId,
    generation: u64,
    parents: &[(EntryHash, &ScopeKey)],
    recipients: &[Addressee],
    rng: &mut dyn CryptoRng,
) -> Result<(KeyEpoch, ScopeKey), SealError> {
    let key = ScopeKey::random(rng);
    let commit = key.commit();
    let parents = parents
        .iter()
        .map(|(epoch, parent)| ParentEpoch {
            epoch: *epoch,
            wrapped: env::wrap(
                &key,
                &parent_ctx(team, scope, generation, *epoch),
                *parent,
                rng,
            ),
        })
        .collect();
    let boxes = recipients
        .iter()
        .map(|to| make_box(team, scope, generation, &key, to, rng))
        .collect::<Result<_, _>>()?;
    let scope_pk = Box::new(*key.sealing().public().as_bytes());
    Ok((
        KeyEpoch {
            scope,
            generation,
            parents,
            commit,
            scope_pk,
            boxes,
        },
        key,
    ))
}

/// Seals a scope key to one recipient.
///
/// # Errors
/// [`SealError`] when the recipient's key is of low order.
pub fn make_box(
    team: TeamId,
    scope: ScopeId,
    generation: u64,
    key: &ScopeKey,
    to: &Addressee,
    rng: &mut dyn CryptoRng,
) -> Result<KeyBox, SealError> {
    let pk_hash = to.pk.hash();
    let place = BoxPlace {
        team,
        scope,
        generation,
        commit: &key.commit(),
    };
    let info = place.info(to.recipient, to.key, &pk_hash);
    // EXPOSE: the scope key is what the box carries.
    let sealed = boxes::seal(&to.pk, &info, &[], key.expose_secret(), rng)?;
    let mut ct = [0; 48];
    ct.copy_from_slice(&sealed.ct);
    Ok(KeyBox {
        recipient: to.recipient,
        key: to.key,
        pk_hash,
        enc: Box::new(sealed.enc),
        ct,
    })
}

/// Opens a box of `epoch` (its own, or one added later) and checks that the key is the one that
/// the epoch commits to and that its public half is the published one.
///
/// # Errors
/// [`EpochError::Open`] when the box is not for this key, [`EpochError::Mismatch`] when the key
/// inside is another than announced: reason for a complaint.
pub fn open_box(
    team: TeamId,
    epoch: &KeyEpoch,
    sealed: &KeyBox,
    sk: &SealSecretKey,
) -> Result<ScopeKey, EpochError> {
    if sk.public().hash() != sealed.pk_hash {
        return Err(EpochError::Open(OpenError::new()));
    }
    let place = BoxPlace {
        team,
        scope: epoch.scope,
        generation: epoch.generation,
        commit: &epoch.commit,
    };
    let info = place.info(sealed.recipient, sealed.key, &sealed.pk_hash);
    let plain = boxes::open(sk, &info, &[], sealed.enc.as_slice(), &sealed.ct)?;
    let key = ScopeKey::from_slice(&plain)?;
    check(epoch, &key)?;
    Ok(key)
}

/// Opens the key of an earlier epoch with the key of the later one that wraps it.
///
/// # Errors
/// As [`open_box`].
pub fn open_parent(
    team: TeamId,
    child: &KeyEpoch,
    child_key: &ScopeKey,
    parent: &ParentEpoch,
    parent_epoch: &KeyEpoch,
) -> Result<ScopeKey, EpochError> {
    let ctx = parent_ctx(team, child.scope, child.generation, parent.epoch);
    let key: ScopeKey = env::unwrap(child_key, &ctx, &parent.wrapped)?;
    check(parent_epoch, &key)?;
    Ok(key)
}

fn check(epoch: &KeyEpoch, key: &ScopeKey) -> Result<(), EpochError> {
    // Both halves are public; the comparison needs no constant time.
    let same = key.commit() == epoch.commit
        && key.sealing().public().as_bytes() == epoch.scope_pk.as_ref();
    if same {
        Ok(())
    } else {
        Err(EpochError::Mismatch)
    }
}

fn parent_ctx(team: TeamId, scope: ScopeId, generation: u64, parent: EntryHash) -> Ctx {
    Ctx::new(
        label::PARENT_WRAP,
        &[
            team.as_bytes(),
            scope.as_bytes(),
            &generation.to_le_bytes(),
            parent.as_bytes(),
        ],
    )
}

/// Where a box belongs. The epoch's own hash covers the boxes, so the commitment stands for it.
struct BoxPlace<'a> {
    team: TeamId,
    scope: ScopeId,
    generation: u64,
    commit: &'a [u8; 32],
}

impl BoxPlace<'_> {
    fn info(&self, recipient: Recipient, key: Option<EntryHash>, pk_hash: &[u8; 32]) -> Vec<u8> {
        let (tag, id) = match &recipient {
            Recipient::Device(id) => ([0], id.as_bytes()),
            Recipient::User(id) => ([1], id.as_bytes()),
            Recipient::Group(id) => ([2], id.as_bytes()),
        };
        lp(
            label::EPOCH_BOX,
            &[
                self.team.as_bytes(),
                self.scope.as_bytes(),
                &self.generation.to_le_bytes(),
                self.commit,
                &tag,
                id,
                key.as_ref().map_or(&[][..], |k| k.as_bytes()),
                pk_hash,
            ],
        )
    }
}

#[cfg(test)]
mod tests {
    use conclave_crypto::DeviceSeed;
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

    use super::*;
    use crate::id::DeviceId;

    fn addressee(n: u8, rng: &mut ChaCha20Rng) -> (DeviceSeed, Addressee) {
        let seed = DeviceSeed::random(rng);
        let pk = SealPublicKey::from_bytes(seed.sealing().public().as_bytes()).unwrap();
        (
            seed,
            Addressee {
                recipient: Recipient::Device(DeviceId::new([n; 32])),
                key: None,
                pk,
            },
        )
    }

    #[test]
    fn each_recipient_opens_their_own_box_and_no_other() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let (team, scope) = (TeamId::new([1; 32]), ScopeId::new([2; 32]));
        let (a, to_a) = addressee(1, &mut rng);
        let (b, to_b) = addressee(2, &mut rng);
        let (epoch, key) = make_epoch(team, scope, 1, &[], &[to_a, to_b], &mut rng).unwrap();
        let opened = open_box(team, &epoch, &epoch.boxes[1], &b.sealing()).unwrap();
        assert_eq!(opened.expose_secret(), key.expose_secret());
        assert!(open_box(team, &epoch, &epoch.boxes[1], &a.sealing()).is_err());
        let elsewhere = KeyEpoch {
            scope: ScopeId::new([3; 32]),
            ..epoch.clone()
        };
        assert!(open_box(team, &elsewhere, &epoch.boxes[1], &b.sealing()).is_err());
        assert!(open_box(TeamId::new([9; 32]), &epoch, &epoch.boxes[1], &b.sealing()).is_err());
    }

    #[test]
    fn a_box_with_another_key_is_a_mismatch() {
        let mut rng = ChaCha20Rng::seed_from_u64(2);
        let (team, scope) = (TeamId::new([1; 32]), ScopeId::new([2; 32]));
        let (a, to_a) = addressee(1, &mut rng);
        let (epoch, _) = make_epoch(team, scope, 1, &[], &[], &mut rng).unwrap();
        // The liar seals another key, but under this epoch's commitment, so that the box opens.
        let wrong = ScopeKey::random(&mut rng);
        let place = BoxPlace {
            team,
            scope,
            generation: 1,
            commit: &epoch.commit,
        };
        let pk_hash = to_a.pk.hash();
        let info = place.info(to_a.recipient, None, &pk_hash);
        let sealed = boxes::seal(&to_a.pk, &info, &[], wrong.expose_secret(), &mut rng).unwrap();
        let lie = KeyBox {
            recipient: to_a.recipient,
            key: None,
            pk_hash,
            enc: Box::new(sealed.enc),
            ct: sealed.ct.try_into().unwrap(),
        };
        assert!(matches!(
            open_box(team, &epoch, &lie, &a.sealing()),
            Err(EpochError::Mismatch)
        ));
    }

    #[test]
    fn newcomers_read_history_through_parents() {
        let mut rng = ChaCha20Rng::seed_from_u64(3);
        let (team, scope) = (TeamId::new([1; 32]), ScopeId::new([2; 32]));
        let (first, key) = make_epoch(team, scope, 1, &[], &[], &mut rng).unwrap();
        let hash = EntryHash::new([5; 32]);
        let (second, key2) = make_epoch(team, scope, 2, &[(hash, &key)], &[], &mut rng).unwrap();
        let got = open_parent(team, &second, &key2, &second.parents[0], &first).unwrap();
        assert_eq!(got.expose_secret(), key.expose_secret());
        assert!(open_parent(team, &second, &key, &second.parents[0], &first).is_err());
    }
}
