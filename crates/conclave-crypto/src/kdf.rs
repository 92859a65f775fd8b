//! Argon2id, between a floor and a ceiling.
//!
//! The parameters lie in the clear beside what they protect, so whoever can write there could
//! edit them: down, to guess cheaply, or up, to exhaust the computer. [`KdfParams`] can only be
//! made within the bounds (docs/format.md, Suite).

use zeroize::Zeroizing;

use crate::{error::KdfError, hazmat, meter};

/// Parameters of Argon2id version 0x13 that lie within the bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KdfParams {
    m_kib: u32,
    t: u32,
    p: u32,
}

const MIB: u32 = 1024;

impl KdfParams {
    /// Where a new passphrase starts: 256 MiB, three passes, four lanes.
    pub const DEFAULT: Self = Self {
        m_kib: 256 * MIB,
        t: 3,
        p: 4,
    };
    /// The fixed parameters of an invitation's code; they are part of the format.
    pub const INVITE: Self = Self {
        m_kib: 256 * MIB,
        t: 3,
        p: 4,
    };
    /// Less memory or fewer passes than these are refused.
    pub const FLOOR: Self = Self {
        m_kib: 64 * MIB,
        t: 3,
        p: 1,
    };
    /// More memory, passes or lanes than these are refused.
    pub const CEILING: Self = Self {
        m_kib: 2048 * MIB,
        t: 10,
        p: 16,
    };

    /// Parameters as they were stored, if they lie within the bounds.
    ///
    /// `m_kib` is the memory in KiB, `t` the passes, `p` the lanes.
    ///
    /// # Errors
    /// [`KdfError::BelowFloor`] or [`KdfError::AboveCeiling`].
    pub const fn checked(m_kib: u32, t: u32, p: u32) -> Result<Self, KdfError> {
        let params = Self { m_kib, t, p };
        #[cfg(feature = "test-kdf")]
        if params.is_for_tests() {
            return Ok(params);
        }
        if m_kib < Self::FLOOR.m_kib || t < Self::FLOOR.t || p < Self::FLOOR.p {
            return Err(KdfError::BelowFloor);
        }
        if m_kib > Self::CEILING.m_kib || t > Self::CEILING.t || p > Self::CEILING.p {
            return Err(KdfError::AboveCeiling);
        }
        Ok(params)
    }

    /// Memory in KiB.
    #[must_use]
    pub const fn m_kib(self) -> u32 {
        self.m_kib
    }

    /// Passes over the memory.
    #[must_use]
    pub const fn t(self) -> u32 {
        self.t
    }

    /// Lanes.
    #[must_use]
    pub const fn p(self) -> u32 {
        self.p
    }

    /// Parameters that protect nothing and take microseconds, for test suites.
    ///
    /// They exist only with the feature `test-kdf`, which no release build enables.
    #[cfg(feature = "test-kdf")]
    #[must_use]
    pub const fn insecure_for_tests() -> Self {
        Self {
            m_kib: 8,
            t: 1,
            p: 1,
        }
    }

    #[cfg(feature = "test-kdf")]
    const fn is_for_tests(self) -> bool {
        let Self { m_kib, t, p } = Self::insecure_for_tests();
        self.m_kib == m_kib && self.t == t && self.p == p
    }
}

/// Argon2id of a passphrase or code under a salt of 16 or 32 bytes; other sizes do not compile.
///
/// # Errors
/// [`KdfError::OutOfMemory`] if this computer lacks the memory that the parameters ask for.
pub fn argon2id<const SALT: usize>(
    passphrase: &[u8],
    salt: &[u8; SALT],
    params: KdfParams,
) -> Result<Zeroizing<[u8; 32]>, KdfError> {
    const { assert!(SALT == 16 || SALT == 32, "a salt has 16 or 32 bytes") };
    meter::count_kdf();
    let mut key = Zeroizing::new([0; 32]);
    hazmat::argon2::argon2id(
        passphrase,
        salt,
        (params.m_kib, params.t, params.p),
        &mut key,
    )?;
    Ok(key)
}
