//! Counters of the expensive operations, so that a test can hold what a design promises.
//!
//! "Removing a person costs O(members), never O(items)" is a claim about how many boxes are
//! sealed; with these it is a measurement. They count, and keep nothing else.

use core::sync::atomic::{AtomicU64, Ordering};

static KEM_SEALS: AtomicU64 = AtomicU64::new(0);
static KEM_OPENS: AtomicU64 = AtomicU64::new(0);
static SIGNS: AtomicU64 = AtomicU64::new(0);
static VERIFIES: AtomicU64 = AtomicU64::new(0);
static KDFS: AtomicU64 = AtomicU64::new(0);
static ENV_OPENS: AtomicU64 = AtomicU64::new(0);

/// How often each operation ran in this process, or between two moments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Meter {
    /// HPKE seals, each one X-Wing encapsulation.
    pub kem_seals: u64,
    /// HPKE opens, each one X-Wing decapsulation.
    pub kem_opens: u64,
    /// Ed25519 signatures made.
    pub signs: u64,
    /// Ed25519 signatures verified, good or bad.
    pub verifies: u64,
    /// Argon2id runs.
    pub kdfs: u64,
    /// ENVs opened, in vain or not: every read of a vault is one.
    pub env_opens: u64,
}

impl Meter {
    /// What was counted since an earlier snapshot. The counters are the process's: other threads
    /// count too.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Self {
        Self {
            kem_seals: self.kem_seals.wrapping_sub(earlier.kem_seals),
            kem_opens: self.kem_opens.wrapping_sub(earlier.kem_opens),
            signs: self.signs.wrapping_sub(earlier.signs),
            verifies: self.verifies.wrapping_sub(earlier.verifies),
            kdfs: self.kdfs.wrapping_sub(earlier.kdfs),
            env_opens: self.env_opens.wrapping_sub(earlier.env_opens),
        }
    }
}

/// The counters now.
#[must_use]
pub fn snapshot() -> Meter {
    let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    Meter {
        kem_seals: read(&KEM_SEALS),
        kem_opens: read(&KEM_OPENS),
        signs: read(&SIGNS),
        verifies: read(&VERIFIES),
        kdfs: read(&KDFS),
        env_opens: read(&ENV_OPENS),
    }
}

pub(crate) fn count_kem_seal() {
    KEM_SEALS.fetch_add(1, Ordering::Relaxed);
}

pub(crate) fn count_kem_open() {
    KEM_OPENS.fetch_add(1, Ordering::Relaxed);
}

pub(crate) fn count_sign() {
    SIGNS.fetch_add(1, Ordering::Relaxed);
}

pub(crate) fn count_verify() {
    VERIFIES.fetch_add(1, Ordering::Relaxed);
}

pub(crate) fn count_kdf() {
    KDFS.fetch_add(1, Ordering::Relaxed);
}

pub(crate) fn count_env_open() {
    ENV_OPENS.fetch_add(1, Ordering::Relaxed);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DeviceSeed, Pad, ScopeKey, boxes, env, label, testing::rng};

    /// Other tests count at the same time, so there may be more, never less.
    #[test]
    fn each_operation_counts() {
        let before = snapshot();
        let device = DeviceSeed::from_bytes(&mut [1; 32]);
        let (signing, sealing) = (device.signing(), device.sealing());
        let signature = signing.sign(label::PACK, &[]);
        signing
            .verify_key()
            .verify(label::PACK, &[], &signature)
            .unwrap();
        let sealed = boxes::seal(sealing.public(), b"", b"", b"", &mut rng(1)).unwrap();
        boxes::open(&sealing, b"", b"", &sealed.enc, &sealed.ct).unwrap();
        let key = ScopeKey::from_bytes(&mut [2; 32]);
        let ctx = env::Ctx::new(label::PACK, &[]);
        let wire = env::seal(&key, &ctx, Pad::None, b"", &mut rng(2));
        env::open(&key, &ctx, Pad::None, &wire).unwrap();
        let spent = snapshot().since(before);
        assert!(spent.signs >= 1 && spent.verifies >= 1);
        assert!(spent.kem_seals >= 1 && spent.kem_opens >= 1);
        assert!(spent.env_opens >= 1);
    }
}
